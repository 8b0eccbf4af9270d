"""Asks where one memory is to be cut into several."""

from __future__ import annotations

import re

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from desktop.memory.dialog_frame import DialogFrame
from desktop.memory.memory_words import memories_words
from desktop.theme import Theme
from engine import Memory

_HEIGHT = 180
_SENTENCES = re.compile(r"(?<=[.!?…])\s+")
_EMPTY_LINE = re.compile(r"\n\s*\n")


class SplitDialog(DialogFrame):
    """The text with an empty line wherever it is cut: paragraphs where it has some, else sentences.

    Attributes:
        chosen: The memory's id, and the parts (`str`, `list[str]`).
    """

    chosen = Signal(str, object)

    def __init__(self, *, theme: Theme, memory: Memory, parent: QWidget | None = None) -> None:
        super().__init__(theme=theme, parent=parent)
        self.setWindowTitle(self.tr("Split a memory"))
        self.question.setText(self.tr("Leave an empty line wherever a new memory shall begin."))
        self.yes.setText(self.tr("Split"))
        self._id = memory.id
        self.text = QPlainTextEdit(self)
        self.text.setAccessibleName(self.tr("The text, with empty lines where it is cut"))
        self.text.setTabChangesFocus(True)
        self.text.setMinimumHeight(theme.px(_HEIGHT))
        self.body.addWidget(self.text)
        self.text.setFocus()
        self._count = self.add_note("")
        self.text.textChanged.connect(self._look)
        self.text.setPlainText(proposed_parts(memory.text))

    def parts(self) -> list[str]:
        """The memories as they would be now."""
        return [part.strip() for part in _EMPTY_LINE.split(self.text.toPlainText()) if part.strip()]

    def accept(self) -> None:
        """Tell the parts."""
        parts = self.parts()
        if len(parts) > 1:
            self.chosen.emit(self._id, parts)
            super().accept()

    def _look(self) -> None:
        parts = self.parts()
        self.yes.setEnabled(len(parts) > 1)
        words = self.tr("This makes {0}. The whole stays, hidden behind them.").format(memories_words(len(parts)))
        self._count.setText(words)


def proposed_parts(text: str) -> str:
    """The text cut at its paragraphs, or at its sentences where it is only one."""
    if len(_EMPTY_LINE.split(text.strip())) > 1:
        return text.strip()
    return "\n\n".join(part for part in _SENTENCES.split(text.strip()) if part)
