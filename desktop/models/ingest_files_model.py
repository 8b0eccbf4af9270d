"""The ingestion list as an item model: one row a file, fetched in pages, followed by the engine's events."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import QObject, Qt

from desktop.models.paged_model import VALUE_ROLE, Index, PagedModel
from desktop.words import amount_words, file_name, sentence, state_look
from engine import FileState, IngestFile


class IngestFilesModel(PagedModel[IngestFile]):
    """All files, or those of one state."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(_file_id, parent)
        self._state: FileState | None = None

    @property
    def state(self) -> FileState | None:
        """The state that is shown; None shows all."""
        return self._state

    def show_state(self, state: FileState | None, count: int) -> None:
        """Show another selection of `count` rows; its pages are fetched when they are looked at."""
        self.clear()
        self._state = state
        self.set_count(count)

    def take_changes(self, files: Iterable[IngestFile]) -> bool:
        """Follow files that changed.

        Returns:
            Whether the list is whole. Where it is not, files came into it, and it is to be counted and fetched anew.
        """
        staying: list[IngestFile] = []
        whole = True
        for file in files:
            if self._state is None or file.state is self._state:
                staying.append(file)
            else:
                self.remove(file.id)
                # A row that was never fetched may have left too.
                whole = False
        return self.update_values(staying) and whole

    def file(self, row: int) -> IngestFile | None:
        """The file of a row, or None while it is on the way."""
        return self.value(row)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Name, tool tip, and what a screen reader says; `VALUE_ROLE` gives the file."""
        if not index.isValid():
            return None
        file = self.value(index.row())
        if role == VALUE_ROLE:
            return file
        if file is None:
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return file_name(file.path)
            case Qt.ItemDataRole.ToolTipRole:
                return file.path if file.reason is None else f"{file.path}\n{sentence(file.reason)}"
            case Qt.ItemDataRole.AccessibleTextRole:
                words = [file_name(file.path), state_look(file.state).word, file.reason or "", amount_words(file)]
                return ", ".join(word for word in words if word)
        return None


def _file_id(file: IngestFile) -> str:
    return file.id
