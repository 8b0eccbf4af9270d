"""Where the owner writes: a field that grows with its text, what goes with it, and one primary action."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QResizeEvent, QShowEvent, QTextCursor, QTextOption
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from desktop.chat.composer_editor import ComposerEditor
from desktop.icons import Icons
from desktop.theme import Theme, restyle
from desktop.widgets.buttons import IconButton

if TYPE_CHECKING:
    from desktop.chat.attachment_chips import AttachmentChips
    from desktop.chat.completion import CompletionBox, CompletionKind, Suggestion

_MAX_LINES = 9
_COMMAND = re.compile(r"/([\w-]*)$")
_MENTION = re.compile(r"(?:^|(?<=\s))@([^\s@][^@\n]{0,40}|)$")


@dataclass(frozen=True, slots=True)
class Insertion:
    """A suggestion that becomes text: the command's name, or a prompt."""

    text: str
    whole: bool = False
    """It takes the place of everything written."""


class Composer(QFrame):
    """The card at the foot of the chat.

    Attributes:
        submitted: The text that was sent; the field is already empty. Attachments are taken by `chips.take()`.
        draft_changed: The text changed; it is to be kept.
        paths_pasted: Files and folders came from the clipboard.
        text_pasted: A text too long for a question came from the clipboard.
        recall_wanted: Up was pressed in the empty field: the last question is wanted back.
        stop_wanted: The answer that is being written is to stop.
        attach_wanted: Files are to be chosen; the button that asked.
        editing_left: The owner no longer wants to edit an earlier question.
        completion_wanted: What stands behind a slash or an at sign: the sign and the letters.
    """

    submitted = Signal(str)
    draft_changed = Signal(str)
    paths_pasted = Signal(list)
    text_pasted = Signal(str)
    recall_wanted = Signal()
    stop_wanted = Signal()
    attach_wanted = Signal(object)
    editing_left = Signal()
    completion_wanted = Signal(str, str)

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icons = icons
        self._quiet = False
        self._busy = False
        self._box: CompletionBox | None = None
        px = theme.px
        restyle(self, card="composer")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.editor = self._make_editor()
        self._chips: AttachmentChips | None = None
        self.editing = self._make_editing()
        self.attach = IconButton(icons, "attach", self.tr("Add files to the question"), self, role="muted")
        self.attach.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.attach.clicked.connect(lambda: self.attach_wanted.emit(self.attach))
        self.button = QPushButton(self.tr("Ask"), self)
        restyle(self.button, kind="primary")
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.button.clicked.connect(self._pressed)
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(px(9), px(10), px(11), px(10))
        column.setSpacing(px(8))
        column.addWidget(self.editing)
        row = QHBoxLayout()
        row.setSpacing(px(8))
        field = QVBoxLayout()
        field.addStretch(1)
        field.addWidget(self.editor)
        field.addStretch(1)
        row.addWidget(self.attach, 0, Qt.AlignmentFlag.AlignBottom)
        row.addLayout(field, 1)
        row.addWidget(self.button, 0, Qt.AlignmentFlag.AlignBottom)
        column.addLayout(row)
        self.set_busy(False)
        theme.changed.connect(self._grow)

    def _make_editor(self) -> ComposerEditor:
        editor = ComposerEditor(self)
        restyle(editor, look="bare", role="chat")
        editor.setAcceptRichText(False)
        editor.setAcceptDrops(False)
        editor.setTabChangesFocus(True)
        editor.setFrameShape(QFrame.Shape.NoFrame)
        editor.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        editor.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        editor.setPlaceholderText(self.tr("Ask, or drop files anywhere"))
        editor.setAccessibleName(self.tr("Your question"))
        editor.setAccessibleDescription(
            self.tr("Enter sends it, Shift and Enter begin a new line, a slash lists commands, an at sign documents")
        )
        editor.document().setDocumentMargin(0)
        editor.textChanged.connect(self._changed)
        editor.cursorPositionChanged.connect(self._complete)
        editor.send_wanted.connect(self.submit)
        editor.escape_pressed.connect(self._escape)
        editor.focus_changed.connect(self._focus_changed)
        editor.paths_pasted.connect(self.paths_pasted)
        editor.text_pasted.connect(self.text_pasted)
        editor.picture_pasted.connect(self._add_picture)
        editor.up_wanted.connect(self.recall_wanted)
        editor.key_filter = self._take_key
        editor.keeps_tab = lambda: self._box is not None and not self._box.isHidden()
        return editor

    def _make_editing(self) -> QWidget:
        strip = QWidget(self)
        row = QHBoxLayout(strip)
        row.setContentsMargins(self._theme.px(4), 0, 0, 0)
        label = QLabel(self.tr("Editing an earlier question. What followed it stays as another version."), strip)
        restyle(label, role="muted")
        label.setWordWrap(True)
        leave = QPushButton(self.tr("Cancel"), strip)
        restyle(leave, kind="link")
        leave.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        leave.clicked.connect(self.editing_left)
        row.addWidget(label, 1)
        row.addWidget(leave)
        strip.hide()
        return strip

    @property
    def chips(self) -> AttachmentChips:
        """What goes with the question; made when it is first asked for, which is not before the first paint."""
        if self._chips is None:
            from desktop.chat.attachment_chips import AttachmentChips

            self._chips = AttachmentChips(self._theme, self._icons, self)
            self._column.insertWidget(1, self._chips)
            self._chips.changed.connect(self._order_chips)
        return self._chips

    def _order_chips(self) -> None:
        """What is made last would come last when the Tab key goes round, after the whole window."""
        before: QWidget = self.editor
        for button in self.chips.buttons:
            QWidget.setTabOrder(before, button)
            before = button

    def showEvent(self, event: QShowEvent) -> None:
        """The style sheet has given the field its font by now."""
        super().showEvent(event)
        self._grow()

    # Text

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
        self.hide_suggestions()

    def put_text(self, text: str) -> None:
        """Put a text into the field; it is a draft like any other."""
        self.set_text(text)
        self.draft_changed.emit(text)

    def set_busy(self, busy: bool) -> None:
        """An answer is being written: the button stops it while nothing new is written."""
        self._busy = busy
        self._name_button()

    def set_editing(self, editing: bool) -> None:
        """What is written takes the place of an earlier question."""
        self.editing.setVisible(editing)
        self.updateGeometry()

    def _name_button(self) -> None:
        stops = self._busy and not self.text().strip()
        self.button.setText(self.tr("Stop") if stops else self.tr("Ask"))
        self.button.setAccessibleDescription(
            self.tr("Stops the answer; what was written is kept") if stops else self.tr("Sends the question")
        )
        restyle(self.button, kind="plain" if stops else "primary")

    def _pressed(self) -> None:
        if self._busy and not self.text().strip():
            self.stop_wanted.emit()
        else:
            self.submit()

    def submit(self) -> None:
        """Send what stands in the field, if there is anything."""
        text = self.text().strip()
        if text:
            self._quiet = True  # the draft is forgotten once the question is stored
            self.editor.clear()
            self._quiet = False
            self._name_button()
            self.submitted.emit(text)
        else:
            self.focus()

    def focus(self) -> None:
        """Put the cursor into the field."""
        self.editor.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _escape(self) -> None:
        if not self.editing.isHidden():
            self.editing_left.emit()
        elif self._busy:
            self.stop_wanted.emit()

    def _focus_changed(self, has: bool) -> None:
        restyle(self, focused=has)
        if not has:
            self.hide_suggestions()

    def _add_picture(self, data: bytes) -> None:
        from desktop.chat.attachment_chips import GivenThing

        count = sum(thing.kind == "picture" for thing in self.chips.things) + 1
        self.chips.add(GivenThing("picture", self.tr("Picture {0}").format(count), data=data))

    # Completion

    def _take_key(self, event: QKeyEvent) -> bool:
        return self._box is not None and self._box.take_key(event)

    def _before_cursor(self) -> str:
        cursor = self.editor.textCursor()
        return self.text()[: cursor.position()] if not cursor.hasSelection() else ""

    def asked_for(self) -> tuple[CompletionKind, str] | None:
        """The sign and the letters before the cursor that a list can complete."""
        before = self._before_cursor()
        if (found := _COMMAND.match(before)) is not None:
            return "/", found[1]
        if (found := _MENTION.search(before)) is not None:
            return "@", found[1]
        return None

    def _complete(self) -> None:
        if self._quiet or not self.editor.hasFocus():
            return
        asked = self.asked_for()
        if asked is None:
            self.hide_suggestions()
        else:
            self.completion_wanted.emit(*asked)

    def show_suggestions(self, kind: CompletionKind, letters: str, suggestions: Sequence[Suggestion]) -> None:
        """Show what can complete what is written, if that still stands there."""
        if self.asked_for() != (kind, letters):
            return
        if self._box is None:
            from desktop.chat.completion import CompletionBox  # not before the first paint

            self._box = CompletionBox(self._theme, self.window())
            self._box.chosen.connect(self._choose)
        self._box.show_suggestions(suggestions, over=self)

    def hide_suggestions(self) -> None:
        """Show no list."""
        if self._box is not None:
            self._box.hide()

    @property
    def suggestions(self) -> CompletionBox | None:
        """The list, once there was one."""
        return self._box

    def _choose(self, value: Any) -> None:
        from desktop.chat.attachment_chips import GivenThing

        asked = self.asked_for()
        self.hide_suggestions()
        if asked is None:
            return
        if isinstance(value, Insertion) and value.whole:
            self.put_text(value.text)
            return
        cursor = self.editor.textCursor()
        cursor.movePosition(
            QTextCursor.MoveOperation.PreviousCharacter, QTextCursor.MoveMode.KeepAnchor, len(asked[1]) + 1
        )
        cursor.removeSelectedText()
        if isinstance(value, Insertion):
            cursor.insertText(value.text)
        elif isinstance(value, GivenThing):
            self.chips.add(value)
        self.focus()

    # Size

    def _changed(self) -> None:
        self._grow()
        self._name_button()
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
        self.hide_suggestions()

    def minimumSizeHint(self) -> QSize:
        """Narrow windows keep a usable field."""
        return QSize(self._theme.px(220), super().minimumSizeHint().height())
