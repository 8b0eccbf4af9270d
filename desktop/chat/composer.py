"""Where the owner writes: a field that grows with its text, and one primary action."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFontMetrics, QKeyEvent, QResizeEvent, QShowEvent, QTextOption
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSizePolicy, QTextEdit, QVBoxLayout, QWidget

from desktop.theme import Theme, restyle

_MAX_LINES = 9
_LONG_PASTE = 20_000
"""Characters. A longer paste is a document rather than a question."""


class _Editor(QTextEdit):
    """Plain text; Enter sends, Shift+Enter breaks the line."""

    send_wanted = Signal()
    focus_changed = Signal(bool)
    paths_pasted = Signal(list)
    text_pasted = Signal(str)
    up_wanted = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if event.modifiers() & (Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.AltModifier):
                self.textCursor().insertBlock()
                self.ensureCursorVisible()
            else:
                self.send_wanted.emit()
            return
        if event.key() == Qt.Key.Key_Up and not self.toPlainText():
            self.up_wanted.emit()
            return
        super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focus_changed.emit(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.focus_changed.emit(False)

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        return source.hasUrls() or source.hasText()

    def insertFromMimeData(self, source: QMimeData) -> None:
        paths = [url.toLocalFile() for url in source.urls() if url.isLocalFile()]
        if paths and all(Path(path).exists() for path in paths):
            self.paths_pasted.emit(paths)
            return
        text = source.text()
        if len(text) > _LONG_PASTE:
            self.text_pasted.emit(text)
        elif text:
            self.textCursor().insertText(text)
            self.ensureCursorVisible()


class Composer(QFrame):
    """The card at the foot of the chat.

    Attributes:
        submitted: The text that was sent; the field is already empty.
        draft_changed: The text changed; it is to be kept.
        paths_pasted: Files and folders came from the clipboard.
        text_pasted: A text too long for a question came from the clipboard.
        recall_wanted: Up was pressed in the empty field: the last question is wanted back.
    """

    submitted = Signal(str)
    draft_changed = Signal(str)
    paths_pasted = Signal(list)
    text_pasted = Signal(str)
    recall_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._quiet = False
        px = theme.px
        restyle(self, card="composer")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.editor = _Editor(self)
        restyle(self.editor, look="bare", role="chat")
        self.editor.setAcceptRichText(False)
        self.editor.setAcceptDrops(False)
        self.editor.setTabChangesFocus(True)
        self.editor.setFrameShape(QFrame.Shape.NoFrame)
        self.editor.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.editor.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.editor.setPlaceholderText(self.tr("Ask, or drop files anywhere"))
        self.editor.setAccessibleName(self.tr("Your question"))
        self.editor.setAccessibleDescription(self.tr("Enter sends it, Shift and Enter begin a new line"))
        self.editor.document().setDocumentMargin(0)
        self.editor.textChanged.connect(self._changed)
        self.editor.send_wanted.connect(self.submit)
        self.editor.focus_changed.connect(lambda has: restyle(self, focused=has))
        self.editor.paths_pasted.connect(self.paths_pasted)
        self.editor.text_pasted.connect(self.text_pasted)
        self.editor.up_wanted.connect(self.recall_wanted)
        self.button = QPushButton(self.tr("Ask"), self)
        restyle(self.button, kind="primary")
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.button.setAccessibleDescription(self.tr("Sends the question"))
        self.button.clicked.connect(self.submit)
        row = QHBoxLayout(self)
        row.setContentsMargins(px(13), px(10), px(11), px(10))
        row.setSpacing(px(8))
        field = QVBoxLayout()
        field.addStretch(1)
        field.addWidget(self.editor)
        field.addStretch(1)
        row.addLayout(field, 1)
        row.addWidget(self.button, 0, Qt.AlignmentFlag.AlignBottom)
        theme.changed.connect(self._grow)

    def showEvent(self, event: QShowEvent) -> None:
        """The style sheet has given the field its font by now."""
        super().showEvent(event)
        self._grow()

    def text(self) -> str:
        """What stands in the field."""
        return self.editor.toPlainText()

    def set_text(self, text: str) -> None:
        """Put a draft into the field without telling of a change; the cursor stands behind it."""
        self._quiet = True
        self.editor.setPlainText(text)
        cursor = self.editor.textCursor()
        cursor.movePosition(cursor.MoveOperation.End)
        self.editor.setTextCursor(cursor)
        self._quiet = False

    def submit(self) -> None:
        """Send what stands in the field, if there is anything."""
        text = self.text().strip()
        if text:
            self.editor.clear()
            self.submitted.emit(text)
        else:
            self.focus()

    def focus(self) -> None:
        """Put the cursor into the field."""
        self.editor.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _changed(self) -> None:
        self._grow()
        if not self._quiet:
            self.draft_changed.emit(self.text())

    def _grow(self) -> None:
        line = QFontMetrics(self.editor.font()).lineSpacing()
        wanted = max(line, self.editor.document().size().toSize().height())
        height = min(wanted, line * _MAX_LINES)
        self.editor.setFixedHeight(height)
        scroll = Qt.ScrollBarPolicy.ScrollBarAsNeeded if wanted > height else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self.editor.setVerticalScrollBarPolicy(scroll)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width wraps the text into another number of lines."""
        super().resizeEvent(event)
        self._grow()

    def minimumSizeHint(self) -> QSize:
        """Narrow windows keep a usable field."""
        return QSize(self._theme.px(220), super().minimumSizeHint().height())
