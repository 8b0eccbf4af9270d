"""Asks what the one memory says that several become."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from desktop.memory.dialog_frame import DialogFrame
from desktop.memory.memory_words import memories_words
from desktop.theme import Theme
from engine import Memory

_HEIGHT = 160


class MergeDialog(DialogFrame):
    """A field that begins with the longest of the texts.

    Attributes:
        chosen: The ids, and the new text or None to keep the best one as it is (`list[str]`, `str | None`).
    """

    chosen = Signal(object, object)

    def __init__(self, *, theme: Theme, memories: Sequence[Memory], parent: QWidget | None = None) -> None:
        super().__init__(theme=theme, parent=parent)
        self.setWindowTitle(self.tr("Merge memories"))
        self.question.setText(self.tr("{0} become one. What shall it say?").format(memories_words(len(memories))))
        self.yes.setText(self.tr("Merge"))
        self._ids = [memory.id for memory in memories]
        self._texts = {memory.text for memory in memories}
        self.text = QPlainTextEdit(self)
        self.text.setAccessibleName(self.tr("The text of the one memory"))
        self.text.setTabChangesFocus(True)
        self.text.setMinimumHeight(theme.px(_HEIGHT))
        self.text.setPlainText(self._proposed(memories))
        self.text.textChanged.connect(lambda: self.yes.setEnabled(bool(self.text.toPlainText().strip())))
        self.body.addWidget(self.text)
        self.text.setFocus()
        self.add_note(self.tr("The others stay, hidden behind it; “Replaced by newer ones” in the filters shows them."))

    @staticmethod
    def _proposed(memories: Sequence[Memory]) -> str:
        """Every different text once; one that another one holds is left out."""
        texts = list(dict.fromkeys(memory.text.strip() for memory in memories))
        return "\n\n".join(text for text in texts if not any(text != other and text in other for other in texts))

    def accept(self) -> None:
        """Tell what it shall say."""
        text = self.text.toPlainText().strip()
        if text:
            self.chosen.emit(self._ids, None if len(self._texts) == 1 and text in self._texts else text)
            super().accept()
