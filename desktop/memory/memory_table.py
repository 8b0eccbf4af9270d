"""The table of memories: columns and their widths, keys, sorting by a title, and rows that are dragged onto a layer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QMimeData, QPoint, Qt, Signal
from PySide6.QtGui import QDrag, QFocusEvent, QKeyEvent, QKeySequence, QPainter, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from desktop.icons import Icons
from desktop.memory.memory_delegate import MemoryDelegate
from desktop.memory.memory_words import memories_words
from desktop.models.memories_model import LIVES, MARK, MEMORY, ORDERS, RECALLED, SOURCE, WHY, MemoriesModel
from desktop.theme import Theme
from engine import MemoryOrder

MEMORIES_MIME = "application/x-magray-memories"
"""What is dragged is what is selected: the data hold nothing but the sign that they are memories."""

_SOURCE_SHARE, _SOURCE_MOST, _WHY_WIDTH = 0.2, 220, 106
_LEAST_MEMORY = 200
_NARROW, _NARROW_SEARCH, _NARROWEST = 560, 820, 420
"""Below these widths, in design pixels, first the figures and then the source give their room to the words."""
_MARK_WIDTH = 36


class MemoryTable(QTableView):
    """Rows of one line, selected as a whole, one or many.

    Attributes:
        opened: The current memory's source is to be opened.
        menu_wanted: A menu for what is selected is to be shown at a place of the screen (`QPoint`).
        delete_wanted: What is selected is to be deleted.
        order_wanted: The rows are to be sorted (`MemoryOrder`, descending).
        selection_moved: Other rows are selected.
    """

    opened = Signal()
    menu_wanted = Signal(QPoint)
    delete_wanted = Signal()
    order_wanted = Signal(str, bool)
    selection_moved = Signal()

    def __init__(self, model: MemoriesModel, *, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._memories = model
        self._order: tuple[int, bool] = (MEMORY, True)
        self._widths: dict[int, int] = {}
        self.setModel(model)
        self.delegate = MemoryDelegate(model, theme=theme, icons=icons, parent=self)
        self.setItemDelegate(self.delegate)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(self.tr("Memories"))
        self.setAccessibleDescription(
            self.tr("Arrow keys walk, Enter opens the source, Delete deletes, Ctrl+A selects everything")
        )
        self.verticalHeader().hide()
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        # Sorting switched on, a click on a title does not select the column; the arrow is in the title itself.
        self.setSortingEnabled(True)
        header.setSortIndicatorShown(False)
        # Titles look the same whatever is selected. Looking through 100,000 rows for that takes two seconds.
        header.setSelectionModel(QItemSelectionModel(model, self))
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setMinimumSectionSize(1)
        header.setStretchLastSection(True)
        header.sectionClicked.connect(self._sort)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._ask_menu)
        self.doubleClicked.connect(lambda _index: self.opened.emit())
        self.selectionModel().selectionChanged.connect(lambda _new, _old: self.selection_moved.emit())
        self._measure()
        theme.changed.connect(self._measure)

    # What is selected

    def selected_count(self) -> int:
        """How many rows are selected; quick for any number."""
        return sum(last - first + 1 for first, last in self._spans())

    def selected_numbers(self) -> list[int]:
        """Numbers of what is selected, in the order of the table."""
        numbers = self._memories.numbers
        return [int(number) for first, last in self._spans() for number in numbers[first : last + 1]]

    def _spans(self) -> list[tuple[int, int]]:
        """First and last of each stretch of selected rows, rising."""
        selection = self.selectionModel().selection()
        parts = (selection.at(place) for place in range(selection.count()))
        return sorted((part.top(), part.bottom()) for part in parts)

    def current_number(self) -> int | None:
        """The number of the row with the ring."""
        place, numbers = self.currentIndex().row(), self._memories.numbers
        return int(numbers[place]) if 0 <= place < len(numbers) else None

    def select_numbers(self, numbers: Iterable[int], *, current: int | None = None) -> None:
        """Select these rows where they are in the table, in as few steps as there are stretches of them."""
        places = self._memories.places_of(numbers)
        wanted = QItemSelection()
        for first, last in _stretches(places):
            wanted.select(self._memories.index(first, 0), self._memories.index(last, WHY))
        flags = QItemSelectionModel.SelectionFlag
        selection = self.selectionModel()
        row = self._memories.places_of([current]) if current is not None else []
        place = row[0] if row else places[0] if places else -1
        if place >= 0:
            selection.setCurrentIndex(self._memories.index(place, MEMORY), flags.NoUpdate)
        selection.select(wanted, flags.ClearAndSelect)

    def enter(self) -> None:
        """Take the focus by a key; the first row is current where none was."""
        self.setFocus(Qt.FocusReason.TabFocusReason)
        if not self.currentIndex().isValid():
            self.setCurrentIndex(self.model().index(0, MEMORY))

    # How it is shown

    def show_order(self, column: int, *, descending: bool) -> None:
        """The rows are sorted by this column."""
        self._order = (column, descending)
        self._memories.set_order(column, descending=descending)

    def share_width(self, room: int) -> None:
        """Give the columns their widths: a narrow table shows fewer."""
        px = self._theme.px
        width = room - self.verticalScrollBar().sizeHint().width()
        searching = self._memories.searching
        hidden = set()
        if not searching:
            hidden.add(WHY)
        if room < px(_NARROW_SEARCH if searching else _NARROW):
            hidden.add(RECALLED)
        if room < px(_NARROWEST):
            hidden |= {SOURCE, WHY}
        for column in (SOURCE, RECALLED, LIVES, WHY):
            self.setColumnHidden(column, column in hidden)
        source = 0 if SOURCE in hidden else min(px(_SOURCE_MOST), int(width * _SOURCE_SHARE))
        others = source
        for column in (RECALLED, LIVES):
            others += 0 if column in hidden else self._widths[column]
        others += 0 if WHY in hidden else px(_WHY_WIDTH)
        mark = px(_MARK_WIDTH)
        self.setColumnWidth(MARK, mark)
        self.setColumnWidth(SOURCE, source)
        for column in (RECALLED, LIVES):
            self.setColumnWidth(column, self._widths[column])
        self.setColumnWidth(WHY, px(_WHY_WIDTH))
        self.setColumnWidth(MEMORY, max(px(_LEAST_MEMORY), width - others - mark))

    def _measure(self) -> None:
        px = self._theme.px
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 2 * px(10))
        header, small = self.horizontalHeader(), self._theme.font("secondary", strong=True)
        for column, samples in ((RECALLED, ["00,000"]), (LIVES, [self.tr("in the archive"), self.tr("for ever")])):
            words = [str(self._memories.headerData(column, Qt.Orientation.Horizontal)) + " ↓", *samples]
            metrics = header.fontMetrics()
            widest = max(metrics.horizontalAdvance(text) for text in words)
            self._widths[column] = widest + 2 * px(8) + px(4)
        header.setFont(small)
        self.share_width(self.width())

    def _sort(self, column: int) -> None:
        order: MemoryOrder | None = ORDERS.get(column)
        if order is None or self._memories.searching:
            return
        known, descending = self._order
        first = order in ("newest", "recalled")  # what is looked for first: the newest, the most used, the first to go
        wanted = not descending if column == known else first
        self.show_order(column, descending=wanted)
        self.order_wanted.emit(order, wanted)

    # Keys and the mouse

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The row with the ring is the selected one, so that Enter opens it."""
        super().focusInEvent(event)
        current = self.currentIndex()
        if event.reason() == Qt.FocusReason.TabFocusReason and not current.isValid() and self.model().rowCount():
            self.setCurrentIndex(self.model().index(0, MEMORY))
        elif current.isValid() and not self.selectionModel().hasSelection():
            self.selectRow(current.row())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens, Delete deletes, the menu key shows the menu."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit()
        elif event.matches(QKeySequence.StandardKey.Delete) or event.key() == Qt.Key.Key_Backspace:
            self.delete_wanted.emit()
        elif event.key() == Qt.Key.Key_Menu or (
            event.key() == Qt.Key.Key_F10 and event.modifiers() == Qt.KeyboardModifier.ShiftModifier
        ):
            if self.selectionModel().hasSelection():
                self.menu_wanted.emit(self.viewport().mapToGlobal(self.visualRect(self.currentIndex()).center()))
        else:
            super().keyPressEvent(event)

    def startDrag(self, _actions: Qt.DropAction) -> None:
        """Carry what is selected; how many, not what, is under the pointer."""
        count = self.selected_count()
        if not count:
            return
        drag = QDrag(self)
        drag.setMimeData(memories_mime())
        pixmap = self._drag_picture(memories_words(count))
        drag.setPixmap(pixmap)
        drag.setHotSpot(QPoint(0, 0))
        drag.exec(Qt.DropAction.MoveAction)

    def _drag_picture(self, words: str) -> QPixmap:
        px, scale = self._theme.px, self.devicePixelRatioF()
        metrics = self.fontMetrics()
        width, height = metrics.horizontalAdvance(words) + 2 * px(10), metrics.height() + 2 * px(6)
        pixmap = QPixmap(round(width * scale), round(height * scale))
        pixmap.setDevicePixelRatio(scale)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("accent"))
        painter.drawRoundedRect(0, 0, width, height, px(6), px(6))
        painter.setPen(self._theme.color("on_accent"))
        painter.setFont(self.font())
        painter.drawText(0, 0, width, height, int(Qt.AlignmentFlag.AlignCenter.value), words)
        painter.end()
        return pixmap

    def _ask_menu(self, position: QPoint) -> None:
        index = self.indexAt(position)
        if index.isValid() and not self.selectionModel().isSelected(index):
            flags = QItemSelectionModel.SelectionFlag
            self.selectionModel().setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)
        if self.selectionModel().hasSelection():
            self.menu_wanted.emit(self.viewport().mapToGlobal(position))


def memories_mime() -> QMimeData:
    """The sign that what is dragged are the selected memories."""
    mime = QMimeData()
    mime.setData(MEMORIES_MIME, b"")
    return mime


def _stretches(places: Sequence[int]) -> Iterable[tuple[int, int]]:
    """First and last of each unbroken run."""
    start = 0
    for place in range(1, len(places) + 1):
        if place == len(places) or places[place] != places[place - 1] + 1:
            yield places[start], places[place - 1]
            start = place
