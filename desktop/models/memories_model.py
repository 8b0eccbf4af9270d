"""Memories as a table of any length: their numbers lie in one compact array, and rows are fetched where one looks.

The model never asks anybody. It says `rows_wanted`, and whoever owns it fetches and calls `put_rows`. A search gives
its rows at once, with what was found.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QCoreApplication, QModelIndex, QObject, Qt, QTimer, Signal

from desktop.memory.memory_words import line_of, lives_words, row_words, source_words
from desktop.models.paged_model import VALUE_ROLE, Index
from desktop.widgets.layer_mark import layer_name
from desktop.words import number
from engine import FoundMemory, MemoryOrder, MemoryRow

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MARK, MEMORY, SOURCE, RECALLED, LIVES, WHY = range(6)
FOUND_ROLE = VALUE_ROLE + 1
"""The row's `FoundMemory`, or None where nothing is searched."""

AROUND = 60
"""Rows fetched at once; about two screens."""
ROWS_KEPT = 6000
"""Fetched rows that are kept; those looked at longest ago go first."""

ORDERS: Mapping[int, MemoryOrder] = {MEMORY: "newest", SOURCE: "source", RECALLED: "recalled", LIVES: "expires"}
"""By what a click on a column's title sorts."""


class MemoriesModel(QAbstractTableModel):
    """Mark, memory, source, how often recalled, how long it lives, and in a search how well it answers.

    Attributes:
        rows_wanted: Numbers (`list[int]`) of rows that are looked at and not here or no longer fresh.
    """

    rows_wanted = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._numbers: NDArray[np.int64] | Sequence[int] = ()
        self._rows: OrderedDict[int, MemoryRow] = OrderedDict()
        self._found: dict[int, FoundMemory] = {}
        self._cells: dict[int, tuple[str, ...]] = {}
        self._asked: set[int] = set()
        self._stale: set[int] = set()
        self._wanted: dict[int, None] = {}
        self._order: tuple[int, bool] = (MEMORY, True)
        self.searching = False
        """The rows are hits of a search, best first."""
        self._asking = QTimer(self)
        self._asking.setSingleShot(True)
        self._asking.setInterval(0)
        self._asking.timeout.connect(self._ask)

    # What views ask

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """All of them, fetched or not."""
        return 0 if parent.isValid() else len(self._numbers)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """Six columns; a view hides the last one where nothing is searched."""
        return 0 if parent.isValid() else WHY + 1

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Titles of the columns, with an arrow where the table is sorted by one."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ToolTipRole and section == MEMORY:
            return QCoreApplication.translate("Memory", "Sorts by when each was remembered")
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        words = {
            MARK: "",
            MEMORY: QCoreApplication.translate("Memory", "Memory"),
            SOURCE: QCoreApplication.translate("Memory", "Source"),
            RECALLED: QCoreApplication.translate("Memory", "Recalled"),
            LIVES: QCoreApplication.translate("Memory", "Lives until"),
            WHY: QCoreApplication.translate("Memory", "Why"),
        }[section]
        column, descending = self._order
        if section == column and not self.searching and (column, descending) != (MEMORY, True):
            return f"{words} {'↓' if descending else '↑'}"
        return words

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Words of a cell; `VALUE_ROLE` gives the row, `FOUND_ROLE` what a search says of it."""
        if not index.isValid():
            return None
        row = self.row(index.row())
        if role == VALUE_ROLE:
            return row
        if row is None:
            return None
        if role == FOUND_ROLE:
            return self._found.get(row.number)
        if role == Qt.ItemDataRole.DisplayRole:
            return self.cell(row, index.column())
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return (
                row_words(row, now=datetime.now(UTC)) if index.column() == MEMORY else self._spoken(row, index.column())
            )
        if role == Qt.ItemDataRole.ToolTipRole and index.column() == SOURCE:
            return getattr(row.source, "path", None) or row.conversation or None
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Rows can be dragged onto a layer."""
        return super().flags(index) | Qt.ItemFlag.ItemIsDragEnabled

    def row(self, place: int) -> MemoryRow | None:
        """The row at a place; asks for it, and for what stands around it, where it is not here."""
        if not 0 <= place < len(self._numbers):
            return None
        key = int(self._numbers[place])
        found = self._rows.get(key)
        if found is None or key in self._stale:
            self._want_around(place)
        return found

    def peek(self, place: int) -> MemoryRow | None:
        """The row at a place as far as it is here; nothing is fetched."""
        return self._rows.get(int(self._numbers[place])) if 0 <= place < len(self._numbers) else None

    def found(self, number: int) -> FoundMemory | None:
        """What the search says of a memory."""
        return self._found.get(number)

    def cell(self, row: MemoryRow, column: int) -> str:
        """The words of one cell; made once for each fetched row."""
        cells = self._cells.get(row.number)
        if cells is None:
            now = datetime.now(UTC)
            cells = self._cells[row.number] = (
                "",
                line_of(row.text, row.source),
                source_words(row, now=now),
                number(row.access_count),
                lives_words(row, now=now),
                "",
            )
        return cells[column]

    @property
    def numbers(self) -> NDArray[np.int64] | Sequence[int]:
        """Numbers of all rows in their order."""
        return self._numbers

    def places_of(self, numbers: Iterable[int]) -> list[int]:
        """Places of those among these numbers that are in the table, rising."""
        import numpy as np

        wanted = np.fromiter(numbers, np.int64)
        if not len(wanted) or not len(self._numbers):
            return []
        places: list[int] = np.flatnonzero(np.isin(np.asarray(self._numbers, np.int64), wanted)).tolist()
        return places

    # What the owner of the model tells

    def show_numbers(self, numbers: NDArray[np.int64] | Sequence[int]) -> None:
        """Other rows, or the same ones after a change: what was fetched is shown until it has been fetched again."""
        self.beginResetModel()
        self._numbers = numbers
        self._found.clear()
        self.searching = False
        self._forget_what_was_asked()
        self._stale.update(self._rows)
        self.endResetModel()

    def show_found(self, found: Sequence[FoundMemory]) -> None:
        """The hits of a search, best first."""
        self.beginResetModel()
        self._numbers = [one.row.number for one in found]
        self._found = {one.row.number: one for one in found}
        self.searching = True
        self._forget_what_was_asked()
        self._keep(one.row for one in found)
        self.endResetModel()

    def put_rows(self, asked: Sequence[int], rows: Mapping[int, MemoryRow]) -> None:
        """Rows were fetched; those that are not among them are gone."""
        self._asked.difference_update(asked)
        for gone in set(asked) - set(rows):
            self._rows.pop(gone, None)
            self._stale.discard(gone)
        self._keep(rows.values())
        places = self.places_of(rows)
        if places:
            self.dataChanged.emit(self.index(places[0], 0), self.index(places[-1], WHY))

    def rows_failed(self, asked: Sequence[int]) -> None:
        """Rows could not be fetched; they are asked for again when they are looked at again."""
        self._asked.difference_update(asked)

    def set_order(self, column: int, *, descending: bool) -> None:
        """Show by which column the rows are sorted."""
        self._order = (column, descending)
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, WHY)

    # Inside

    def _keep(self, rows: Iterable[MemoryRow]) -> None:
        for row in rows:
            self._rows[row.number] = row
            self._rows.move_to_end(row.number)
            self._cells.pop(row.number, None)
            self._stale.discard(row.number)
        while len(self._rows) > max(ROWS_KEPT, len(self._found)):
            old, _ = self._rows.popitem(last=False)
            self._cells.pop(old, None)
            self._stale.discard(old)

    def _forget_what_was_asked(self) -> None:
        self._asked.clear()
        self._wanted.clear()

    def _want_around(self, place: int) -> None:
        first = place - place % AROUND
        for key in self._numbers[first : first + AROUND]:
            number_ = int(key)
            if number_ not in self._asked and (number_ not in self._rows or number_ in self._stale):
                self._wanted[number_] = None
                self._asked.add(number_)
        if self._wanted and not self._asking.isActive():
            self._asking.start()

    def _ask(self) -> None:
        wanted, self._wanted = list(self._wanted), {}
        if wanted:
            # What was looked at last is on the screen: it comes first.
            self.rows_wanted.emit(wanted[-4 * AROUND :])
            for left_out in wanted[: -4 * AROUND]:
                self._asked.discard(left_out)

    def _spoken(self, row: MemoryRow, column: int) -> str:
        if column == MARK:
            return layer_name(row.layer)
        found = self._found.get(row.number)
        if column == WHY and found is not None:
            return QCoreApplication.translate("Memory", "%Ln percent of the best", "", round(100 * found.strength))
        return self.cell(row, column)
