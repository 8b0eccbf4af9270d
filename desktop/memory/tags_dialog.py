"""Asks which tags memories have; what only some of them have stays where it is."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop.chat.conversation_deeds import tags_of
from desktop.memory.dialog_frame import DialogFrame
from desktop.memory.memory_words import memories_words
from desktop.theme import Theme
from engine import Memory


class TagsDialog(DialogFrame):
    """One line of tags.

    Attributes:
        chosen: Tags to put on and to take off (`tuple[str, ...]` each).
    """

    chosen = Signal(object, object)

    def __init__(self, *, theme: Theme, memories: Sequence[Memory], parent: QWidget | None = None) -> None:
        super().__init__(theme=theme, parent=parent)
        self.setWindowTitle(self.tr("Tags"))
        self.question.setText(self.tr("Tags of {0}, with commas between them").format(memories_words(len(memories))))
        self.yes.setText(self.tr("Keep"))
        shared = set(memories[0].tags).intersection(*(memory.tags for memory in memories))
        self._common = tuple(tag for tag in memories[0].tags if tag in shared)
        some = dict.fromkeys(tag for memory in memories for tag in memory.tags if tag not in shared)
        self.field = QLineEdit(", ".join(self._common), self)
        self.field.setAccessibleName(self.tr("Tags"))
        self.body.addWidget(self.field)
        if some:
            self.add_note(self.tr("Some of them also have: {0}. These stay.").format(", ".join(some)))
        self.field.setFocus()

    def accept(self) -> None:
        """Tell the difference."""
        wanted = tags_of(self.field.text())
        self.chosen.emit(
            tuple(tag for tag in wanted if tag not in self._common),
            tuple(tag for tag in self._common if tag not in wanted),
        )
        super().accept()
