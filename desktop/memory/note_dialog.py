"""Asks for a note that is remembered for ever."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget

from desktop.chat.conversation_deeds import tags_of
from desktop.memory.dialog_frame import DialogFrame
from desktop.theme import Theme

_HEIGHT = 140


class NoteDialog(DialogFrame):
    """Words, a title and tags.

    Attributes:
        chosen: Text, title, tags (`str`, `str`, `tuple[str, ...]`).
    """

    chosen = Signal(str, str, object)

    def __init__(self, *, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme=theme, parent=parent)
        self.setWindowTitle(self.tr("Write a note"))
        self.question.setText(self.tr("It goes to Assets, where it stays for ever and is found like everything else."))
        self.yes.setText(self.tr("Remember"))
        self.text = QPlainTextEdit(self)
        self.text.setPlaceholderText(self.tr("What should be remembered"))
        self.text.setAccessibleName(self.tr("The note"))
        self.text.setTabChangesFocus(True)
        self.text.setMinimumHeight(theme.px(_HEIGHT))
        self.title = QLineEdit(self)
        self.title.setPlaceholderText(self.tr("Title, if it needs one"))
        self.title.setAccessibleName(self.tr("Title"))
        self.tags = QLineEdit(self)
        self.tags.setPlaceholderText(self.tr("Tags, with commas between them"))
        self.tags.setAccessibleName(self.tr("Tags"))
        for field in (self.text, self.title, self.tags):
            self.body.addWidget(field)
        self.text.textChanged.connect(self._look)
        self._look()
        self.text.setFocus()

    def accept(self) -> None:
        """Tell what was written."""
        if self.text.toPlainText().strip():
            self.chosen.emit(self.text.toPlainText(), self.title.text().strip(), tags_of(self.tags.text()))
            super().accept()

    def _look(self) -> None:
        self.yes.setEnabled(bool(self.text.toPlainText().strip()))
