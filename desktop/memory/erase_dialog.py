"""Asks before memories are erased for good, and says what goes and what stays."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from desktop.memory.dialog_frame import DialogFrame
from desktop.memory.memory_words import line_of, memories_words
from desktop.theme import Theme
from engine import DocumentSource, Memory

_LETTERS = 160


class EraseDialog(DialogFrame):
    """Nothing is chosen by Enter alone: the safe button is the one that has the focus.

    Attributes:
        chosen: They are to go.
    """

    chosen = Signal()

    def __init__(self, *, theme: Theme, first: Memory, count: int, parent: QWidget | None = None) -> None:
        super().__init__(theme=theme, parent=parent, danger=True)
        self.setWindowTitle(self.tr("Erase for good"))
        self.yes.setText(self.tr("Erase for good"))
        self.no.setText(self.tr("Keep"))
        line = line_of(first.text[: 4 * _LETTERS], first.source)
        if count == 1:
            shown = line if len(line) <= _LETTERS else f"{line[:_LETTERS].rstrip()}…"
            self.question.setText(self.tr("Erase this memory for good?") + f"\n\n“{shown}”")
        else:
            self.question.setText(self.tr("Erase {0} for good?").format(memories_words(count)))
        self.add_note(
            self.tr(
                "The text, its older versions, its meaning in numbers and its history go from every file of Magray. "
                "This cannot be taken back. Backups made before are named afterwards."
            )
        )
        if isinstance(first.source, DocumentSource):
            self.add_note(self.tr("The file that it was read from is not touched; reading it again brings it back."))
        self.no.setFocus()

    def accept(self) -> None:
        """They go."""
        self.chosen.emit()
        super().accept()
