"""A list of any length of which only the pages that are looked at are ever fetched.

The model keeps the keys of rows and the values of fetched pages; it never asks anybody. It says `page_wanted`, and
whoever owns it fetches and calls `put_page`. Rows that moved keep their selection: persistent indexes follow keys.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from typing import Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer, Signal

T = TypeVar("T")
Index = QModelIndex | QPersistentModelIndex

PAGE_LENGTH = 100
PAGES_KEPT = 60
"""Fetched pages that are kept; the ones looked at longest ago go first."""

VALUE_ROLE = int(Qt.ItemDataRole.UserRole)
"""The row's whole value, or None while its page is on the way."""


class PagedModel(QAbstractTableModel, Generic[T]):
    """Rows by key, values by page.

    Args:
        key: Gives the stable id of a value.
        parent: Owner.

    Attributes:
        page_wanted: Number of a page, from 0, that is looked at and not there or no longer fresh.
    """

    page_wanted = Signal(int)

    def __init__(self, key: Callable[[T], str], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._key = key
        self._keys: list[str | None] = []
        self._rows: dict[str, int] = {}
        self._values: dict[str, T] = {}
        self._fresh: OrderedDict[int, None] = OrderedDict()
        self._asked: set[int] = set()
        self._waiting: list[int] = []
        self._asking = QTimer(self)
        self._asking.setSingleShot(True)
        self._asking.setInterval(0)
        self._asking.timeout.connect(self._ask)

    # ------------------------------------------------------------------ what views ask

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """Rows known to exist, fetched or not."""
        return 0 if parent.isValid() else len(self._keys)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """One column; tables have more."""
        return 0 if parent.isValid() else 1

    def value(self, row: int) -> T | None:
        """The value of a row; asks for its page where it is not there or no longer fresh."""
        if not 0 <= row < len(self._keys):
            return None
        page = row // PAGE_LENGTH
        if page in self._fresh:
            self._fresh.move_to_end(page)
        elif page not in self._asked:
            self._asked.add(page)
            self._waiting.append(page)
            self._asking.start()
        key = self._keys[row]
        return self._values.get(key) if key is not None else None

    def peek(self, row: int) -> T | None:
        """The value of a row as far as it is here; nothing is fetched."""
        key = self._keys[row] if 0 <= row < len(self._keys) else None
        return self._values.get(key) if key is not None else None

    def value_of(self, key: str) -> T | None:
        """The value of a key, where it was fetched."""
        return self._values.get(key)

    def row_of(self, key: str) -> int | None:
        """The row of a key, where it was fetched."""
        return self._rows.get(key)

    def _ask(self) -> None:
        # The pages looked at last are on the screen: they come first.
        waiting, self._waiting = self._waiting, []
        for page in reversed(waiting):
            self.page_wanted.emit(page)

    # ------------------------------------------------------------------ what the owner of the model tells

    def set_count(self, count: int) -> None:
        """So many rows exist now; rows come and go at the end."""
        have = len(self._keys)
        if count > have:
            self.beginInsertRows(QModelIndex(), have, count - 1)
            self._keys.extend([None] * (count - have))
            self._fresh.pop(have // PAGE_LENGTH, None)
            self.endInsertRows()
        elif count < have:
            self.beginRemoveRows(QModelIndex(), count, have - 1)
            for key in self._keys[count:]:
                self._forget(key)
            del self._keys[count:]
            self.endRemoveRows()

    def put_page(self, page: int, values: Sequence[T]) -> None:
        """A page was fetched. What it does not hold any longer loses its place."""
        self._asked.discard(page)
        first = page * PAGE_LENGTH
        if not first < len(self._keys):
            return
        values = values[: len(self._keys) - first]
        keys = [self._key(value) for value in values]
        if any(self._keys[first + place] != key for place, key in enumerate(keys)):
            self._move(first, keys)
        for key, value in zip(keys, values, strict=True):
            self._values[key] = value
        self._fresh[page] = None
        self._fresh.move_to_end(page)
        self._trim()
        if values:
            self._tell(first, first + len(values) - 1)

    def page_failed(self, page: int) -> None:
        """A page could not be fetched; it is asked for again when it is looked at again."""
        self._asked.discard(page)

    def invalidate(self) -> None:
        """Everything may have changed: shown rows stay until their page has been fetched again."""
        self._fresh.clear()
        self._asked.clear()
        if self._keys:
            self._tell(0, len(self._keys) - 1)

    def clear(self) -> None:
        """Another list is to be shown."""
        self.beginResetModel()
        self._keys.clear()
        self._rows.clear()
        self._values.clear()
        self._fresh.clear()
        self._asked.clear()
        self._waiting.clear()
        self.endResetModel()

    def update_values(self, values: Iterable[T]) -> bool:
        """Some rows changed.

        Returns:
            Whether all of them are known here.
        """
        changed: list[int] = []
        complete = True
        for value in values:
            key = self._key(value)
            row = self._rows.get(key)
            if row is None:
                complete = False
            elif self._values.get(key) != value:
                self._values[key] = value
                changed.append(row)
        changed.sort()
        start = 0
        for place in range(1, len(changed) + 1):
            if place == len(changed) or changed[place] != changed[place - 1] + 1:
                self._tell(changed[start], changed[place - 1])
                start = place
        return complete

    def remove(self, key: str) -> bool:
        """Take one row out at its place; False where it was never fetched."""
        row = self._rows.get(key)
        if row is None:
            return False
        self.beginRemoveRows(QModelIndex(), row, row)
        self._forget(key)
        del self._keys[row]
        for later in range(row, len(self._keys)):
            moved = self._keys[later]
            if moved is not None:
                self._rows[moved] = later
        # Every later page now lacks its last row.
        for page in [page for page in self._fresh if page >= row // PAGE_LENGTH]:
            del self._fresh[page]
        self.endRemoveRows()
        return True

    # ------------------------------------------------------------------ inside

    def _tell(self, first: int, last: int) -> None:
        self.dataChanged.emit(self.index(first, 0), self.index(last, self.columnCount() - 1))

    def _forget(self, key: str | None) -> None:
        if key is not None:
            self._rows.pop(key, None)
            self._values.pop(key, None)

    def _move(self, first: int, keys: list[str]) -> None:
        """Give rows from `first` on these keys; persistent indexes follow their keys."""
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        held = [self._keys[index.row()] for index in before]
        for place, key in enumerate(keys):
            row = first + place
            old_row, old_key = self._rows.get(key), self._keys[row]
            if old_key == key:
                continue
            if old_key is not None and self._rows.get(old_key) == row:
                self._forget(old_key)
            if old_row is not None and self._keys[old_row] == key:
                self._keys[old_row] = None
            self._keys[row] = key
            self._rows[key] = row
        after: list[QModelIndex] = []
        for index, held_key in zip(before, held, strict=True):
            row_now = self._rows.get(held_key) if held_key is not None else index.row()
            after.append(self.index(row_now, index.column()) if row_now is not None else QModelIndex())
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

    def _trim(self) -> None:
        while len(self._fresh) > PAGES_KEPT:
            page, _ = self._fresh.popitem(last=False)
            for key in self._keys[page * PAGE_LENGTH : (page + 1) * PAGE_LENGTH]:
                if key is not None:
                    self._values.pop(key, None)
