"""The text of one memory, to read, to select, and to edit in place."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPlainTextEdit, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from desktop.memory.text_shown import html_of
from desktop.theme import Theme, restyle
from desktop.widgets.buttons import LinkButton

SHOWN = 1500
"""Letters shown at once; the rest unfolds."""
MOST = 60_000
"""Letters that unfold here at most: a label of more is slow to lay out. Opening the source shows all of it."""
_EDITOR_LEAST, _EDITOR_MOST = 84, 260


class _Editor(QPlainTextEdit):
    """Ctrl+Enter keeps, Escape leaves."""

    kept = Signal()
    left = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
            return
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.kept.emit()
            return
        super().keyPressEvent(event)


class DetailText(QWidget):
    """Shows a text; `begin_edit` turns it into a field.

    Attributes:
        kept: The edited text.
        editing_changed: Editing began or ended.
        left: Editing ended while the keys went into the field: they need another place.
    """

    kept = Signal(str)
    left = Signal()
    editing_changed = Signal(bool)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._text, self._shown, self._query = "", "", ""
        self._whole = False
        px = theme.px
        self.label = QLabel(self)
        self.label.setWordWrap(True)
        self.label.setTextFormat(Qt.TextFormat.RichText)
        self.label.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._more = LinkButton(self.tr("Show all of it"), self)
        self._more.clicked.connect(self._unfold)
        self._field = QWidget(self)
        self.editor = _Editor(self._field)
        self.editor.setAccessibleName(self.tr("The text of the memory"))
        self.editor.setFont(theme.font("chat"))
        self.editor.setTabChangesFocus(True)
        self.editor.textChanged.connect(self._look)
        self.editor.kept.connect(self.keep)
        self.editor.left.connect(self.leave)
        self.save = QPushButton(self.tr("Save"), self._field)
        restyle(self.save, kind="primary")
        self.save.setToolTip(self.tr("Save (Ctrl+Enter). The text before is kept as an older version."))
        self.save.clicked.connect(self.keep)
        self.cancel = QPushButton(self.tr("Cancel"), self._field)
        self.cancel.clicked.connect(self.leave)
        buttons = QHBoxLayout()
        buttons.setSpacing(px(8))
        buttons.addWidget(self.save)
        buttons.addWidget(self.cancel)
        buttons.addStretch(1)
        field = QVBoxLayout(self._field)
        field.setContentsMargins(0, 0, 0, 0)
        field.setSpacing(px(8))
        field.addWidget(self.editor)
        field.addLayout(buttons)
        self._field.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(px(4))
        layout.addWidget(self.label)
        layout.addWidget(self._more, 0, Qt.AlignmentFlag.AlignLeading)
        layout.addWidget(self._field)
        theme.changed.connect(self._draw)

    @property
    def editing(self) -> bool:
        """The text is a field now."""
        return not self._field.isHidden()

    def show_text(self, text: str, *, shown: str | None = None, query: str = "") -> None:
        """Show another text, the words of a query strong; what is being edited is left alone if it is the same one.

        Args:
            text: As it is stored, and edited.
            shown: As it is read, where that differs: without the marks of Markdown.
            query: Its words are strong.
        """
        if (text, query) == (self._text, self._query):
            return
        self._text, self._query, self._whole = text, query, False
        self._shown = text if shown is None else shown
        self.leave()
        self._draw()

    def unsaved(self) -> str:
        """What was typed and not saved; empty where there is nothing of it."""
        typed = self.editor.toPlainText() if self.editing else ""
        return typed if typed.strip() and typed != self._text else ""

    def begin_edit(self, typed: str = "") -> None:
        """Turn into a field that holds the text, or what had been typed before."""
        if self.editing:
            return
        self.label.hide()
        self._more.hide()
        self._field.show()
        self.editor.setPlainText(typed or self._text)
        self.editor.setFixedHeight(self._wanted_height())
        self.editor.setFocus(Qt.FocusReason.OtherFocusReason)
        self._look()
        self.editing_changed.emit(True)

    def keep(self) -> None:
        """Tell the new text, where it is another one; the field stays until `show_text` or `leave`."""
        text = self.editor.toPlainText()
        if not text.strip():
            return
        if text == self._text:
            self.leave()
        else:
            self.kept.emit(text)

    def leave(self) -> None:
        """Read again, without a change."""
        if not self.editing:
            return
        focused = any(part.hasFocus() for part in (self.editor, self.save, self.cancel))
        self._field.hide()
        self.label.show()
        self._draw()
        self.editing_changed.emit(False)
        if focused:
            self.left.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A label with word wrap needs to be told that its height depends on the width."""
        super().resizeEvent(event)
        self.label.updateGeometry()

    def _wanted_height(self) -> int:
        """Room for the text, within bounds: the buttons below it are to be seen as well."""
        px, metrics = self._theme.px, self.editor.fontMetrics()
        room = max(1, self.width() - 2 * px(12)) // max(1, metrics.averageCharWidth())
        lines = sum(1 + len(line) // max(1, room) for line in self.editor.toPlainText().split("\n"))
        wanted = (lines + 1) * metrics.lineSpacing() + 2 * px(10)
        return max(px(_EDITOR_LEAST), min(px(_EDITOR_MOST), wanted))

    def _look(self) -> None:
        self.save.setEnabled(bool(self.editor.toPlainText().strip()))

    def _unfold(self) -> None:
        self._whole = True
        self._draw()
        self.label.setFocus(Qt.FocusReason.OtherFocusReason)

    def _draw(self) -> None:
        most = MOST if self._whole else SHOWN
        shown = self._shown if len(self._shown) <= most else f"{self._shown[:most].rstrip()}…"
        self.label.setFont(self._theme.font("chat"))
        self.label.setText(html_of(shown, self._query))
        self._more.setVisible(len(self._shown) > most and not self._whole and not self.editing)
