"""The table as one view of what the filter means: it fetches what is looked at, and keeps its place in changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QStackedLayout, QWidget

from desktop.icons import Icons
from desktop.memory.memory_table import MemoryTable
from desktop.models.memories_model import MemoriesModel
from desktop.operations import Operation, Operations
from desktop.theme import Theme
from desktop.widgets.empty_state import EmptyState
from engine import FoundMemory, MemoryFilter, MemoryOrder, MemoryRow

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from desktop.messages import Messages
    from engine import Engine

_TELL_MS = 30
"""Selections that follow each other faster, as with the arrow key held down, are told as one."""


class MemoryTableView(QWidget):
    """One of the views of the page.

    Attributes:
        selected: Ids (`list[str]`) of what is selected.
        opened: The id of a memory whose source is to be opened.
        counted: How many rows there are.
        menu_wanted: A menu for what is selected is to be shown at a place of the screen (`QPoint`).
        delete_wanted: What is selected is to be deleted.
        step_wanted: The name of what the empty view offers: `clear`, `note`, `files`.
    """

    selected = Signal(object)
    opened = Signal(str)
    counted = Signal(int)
    menu_wanted = Signal(QPoint)
    delete_wanted = Signal()
    step_wanted = Signal(str)

    def __init__(
        self, *, theme: Theme, icons: Icons, operations: Operations, messages: Messages, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._operations = operations
        self._messages = messages
        self._engine: Engine | None = None
        self._filter = MemoryFilter()
        self._order: MemoryOrder = "newest"
        self._descending = True
        self._told: list[int] | None = []
        self._loaded = False
        self.model = MemoriesModel(self)
        self.model.rows_wanted.connect(self._fetch_rows)
        self.table = MemoryTable(self.model, theme=theme, icons=icons, parent=self)
        self.table.opened.connect(self._open)
        self.table.order_wanted.connect(self._sort)
        self.table.menu_wanted.connect(self.menu_wanted)
        self.table.delete_wanted.connect(self.delete_wanted)
        self._empty = EmptyState(theme, icons, self)
        self._empty.triggered.connect(self.step_wanted)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self.table)
        self._stack.addWidget(self._empty)
        self._telling = QTimer(self)
        self._telling.setSingleShot(True)
        self._telling.setInterval(_TELL_MS)
        self._telling.timeout.connect(self._tell)
        self.table.selection_moved.connect(self._telling.start)
        self.setFocusProxy(self.table)

    def attach(self, engine: Engine) -> None:
        """Show this engine's memories from now on."""
        self._engine = engine
        self.reload()

    def set_filter(self, wanted: MemoryFilter) -> None:
        """Show what another filter means, from its first row on."""
        if wanted == self._filter and self._loaded:
            return
        self._filter = wanted
        self._load(keep=False)

    def reload(self) -> None:
        """Fetch anew; rows, place and selection stay where they still are."""
        self._load(keep=True)

    def found(self, memory_id: str) -> FoundMemory | None:
        """What the search says of a memory; None where nothing is searched."""
        numbers = self.model.numbers if self.model.searching else ()
        return next(
            (one for one in map(self.model.found, numbers) if one is not None and one.row.id == memory_id), None
        )

    def select_ids(self, ids: Sequence[str]) -> None:
        """Select memories by their ids, where they are in the table."""
        engine = self._engine
        if engine is None:
            return

        def put(numbers: list[int]) -> None:
            self.table.select_numbers(numbers)
            self.table.scrollTo(self.table.currentIndex())

        self._operations.start(
            Operation(
                name="places of memories", run=lambda: engine.numbers_of_memories(ids), success=put, owner=self,
                replaces="places of memories",
            )
        )  # fmt: skip

    # Fetching

    def _load(self, *, keep: bool) -> None:
        engine, wanted = self._engine, self._filter
        if engine is None:
            return
        searching = bool(wanted.text.strip())

        def put_numbers(numbers: NDArray[np.int64]) -> None:
            self.table.delegate.set_query("")
            self._show(keep=keep, numbers=numbers)

        def put_found(found: list[FoundMemory]) -> None:
            self.table.delegate.set_query(wanted.text)
            self._show(keep=keep, found=found)

        if searching:
            self._operations.start(
                Operation(
                    name="search memories", run=lambda: engine.search_memories(wanted), success=put_found,
                    failure=self._failed, owner=self, replaces="list memories",
                )
            )  # fmt: skip
        else:
            self._operations.start(
                Operation(
                    name="list memories",
                    run=lambda: engine.memory_numbers(wanted, order=self._order, descending=self._descending),
                    success=put_numbers, failure=self._failed, owner=self, replaces="list memories",
                )
            )  # fmt: skip

    def _failed(self, error: Exception) -> None:
        words = Operations.describe(error, name="list memories")
        self._loaded = False
        if self.model.rowCount():
            self._messages.error(words, key="list memories")
            return
        self._empty.show_state(
            "error", self.tr("The memories could not be listed"), words, {"again": self.tr("Try again")}
        )
        self._stack.setCurrentWidget(self._empty)

    def _show(
        self,
        *,
        keep: bool,
        numbers: NDArray[np.int64] | None = None,
        found: list[FoundMemory] | None = None,
    ) -> None:
        table, bar = self.table, self.table.verticalScrollBar()
        place = table.currentIndex().row() if keep else -1
        height = max(1, table.verticalHeader().defaultSectionSize())
        chosen, current = table.selected_numbers(), table.current_number()
        top, offset = divmod(bar.value(), height)
        first = int(self.model.numbers[top]) if keep and bar.value() and top < self.model.rowCount() else None
        blocked = table.selectionModel().blockSignals(True)  # a view that is filled anew has changed no selection yet
        try:
            if found is not None:
                self.model.show_found(found)
            else:
                self.model.show_numbers(numbers if numbers is not None else ())
            table.share_width(self.width())
            if chosen or current is not None:
                self._choose_again(chosen, current, place)
        finally:
            table.selectionModel().blockSignals(blocked)
        table.viewport().update()
        places = self.model.places_of([first]) if first is not None else []
        if places:
            table.updateGeometries()
            bar.setValue(places[0] * height + offset)
        elif not keep:
            table.scrollToTop()
        if not keep:
            self._told = None  # the same memory may be a hit now, and its details say why
        self._loaded = True
        self._telling.start()
        self._show_state()
        self.counted.emit(self.model.rowCount())

    def _choose_again(self, chosen: Sequence[int], current: int | None, place: int) -> None:
        """Select what was selected; where all of it went, as by deleting, what stands in its place."""
        count = self.model.rowCount()
        if place >= 0 and count and chosen and not self.model.places_of(chosen):
            current = int(self.model.numbers[min(place, count - 1)])
            chosen = [current]
        self.table.select_numbers(chosen, current=current)

    def _fetch_rows(self, numbers: list[int]) -> None:
        engine = self._engine
        if engine is None:
            return

        def put(rows: dict[int, MemoryRow]) -> None:
            self.model.put_rows(numbers, rows)

        def failed(error: Exception) -> None:
            self.model.rows_failed(numbers)
            self._messages.error(Operations.describe(error, name="fetch memories"), key="fetch memories")

        self._operations.start(
            Operation(
                name="fetch memories", run=lambda: engine.memory_rows(numbers), success=put, failure=failed, owner=self
            )
        )

    # What is shown and chosen

    def _show_state(self) -> None:
        if self.model.rowCount():
            self._stack.setCurrentWidget(self.table)
            return
        wanted = self._filter
        if wanted == MemoryFilter():
            self._empty.show_state(
                "memory",
                self.tr("Nothing is remembered yet"),
                self.tr(
                    "What you tell Magray and the files that you give it are kept here, on this computer. "
                    "You can look at all of it, change it, and take any of it away."
                ),
                {"note": self.tr("Write a note"), "files": self.tr("Add files")},
            )
        elif wanted.text.strip():
            self._empty.show_state(
                "search",
                self.tr("Nothing answers these words"),
                self.tr("Other words may find it, or fewer filters."),
                {"clear": self.tr("Show everything")},
            )
        elif wanted.as_of is not None:
            self._empty.show_state(
                "clock",
                self.tr("Nothing like this was known then"),
                self.tr("A later day may show more."),
                {"clear": self.tr("Back to today")},
            )
        else:
            self._empty.show_state(
                "search",
                self.tr("Nothing is like this"),
                self.tr("No memory fits all of these filters at once."),
                {"clear": self.tr("Show everything")},
            )
        self._stack.setCurrentWidget(self._empty)

    def _sort(self, order: MemoryOrder, descending: bool) -> None:
        self._order, self._descending = order, descending
        self._load(keep=False)

    def _tell(self) -> None:
        numbers = self.table.selected_numbers()
        if numbers == self._told:
            return
        self._told = numbers
        if len(numbers) <= 1:
            rows = [self.model.peek(self.table.currentIndex().row())] if numbers else []
            if all(row is not None and row.number in numbers for row in rows):
                self.selected.emit([row.id for row in rows if row is not None])
                return
        engine = self._engine
        if engine is None:
            return

        def tell(ids: list[str]) -> None:
            if numbers == self._told:
                self.selected.emit(ids)

        self._operations.start(
            Operation(
                name="ids of memories", run=lambda: engine.memory_ids(numbers), success=tell, owner=self,
                replaces="ids of memories",
            )
        )  # fmt: skip

    def _open(self) -> None:
        row = self.model.peek(self.table.currentIndex().row())
        if row is not None:
            self.opened.emit(row.id)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The columns share the width."""
        super().resizeEvent(event)
        self.table.share_width(self.width())
