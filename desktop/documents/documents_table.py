"""The table of documents: its columns, their widths, and the keys that lead through it."""

from __future__ import annotations

from PySide6.QtCore import QDate, QItemSelectionModel, QLocale, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from desktop.documents.document_words import DATE_FORMAT, STATES, state_look
from desktop.documents.table_delegate import TableDelegate
from desktop.models.documents_model import (
    FOLDER,
    NAME,
    PAGES,
    PASSAGES,
    READ,
    SIZE,
    STATE,
    USED,
    DocumentsModel,
)
from desktop.theme import Theme
from engine import Document

_FOLDER_SHARE = 0.2
_TABLE_WIDTH = 1180
"""Design pixels; beyond it the columns keep together."""
_LEAST_NAME = 120
_LEAST_NAME_SHOWN = 220
_LEAST_FOLDER = 110
_GOING = (SIZE, FOLDER, PASSAGES, PAGES, USED, READ, STATE)
"""Columns in the order in which they give their room to the name."""


class DocumentsTable(QTableView):
    """Rows of one line, selected as a whole.

    Attributes:
        opened: The current document is to be opened.
        menu_wanted: The menu of the current document is to be shown at a place of the screen (`QPoint`).
    """

    opened = Signal()
    menu_wanted = Signal(QPoint)

    def __init__(self, model: DocumentsModel, *, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._documents = model
        self._room = 0
        self._widths: dict[int, int] = {}
        self.setModel(model)
        self.setItemDelegate(TableDelegate(theme=theme, parent=self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(self.tr("Documents"))
        self.verticalHeader().hide()
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsClickable(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setStretchLastSection(True)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._ask_menu)
        self.doubleClicked.connect(lambda _index: self.opened.emit())
        self._measure()
        theme.changed.connect(self._measure)

    def selected(self) -> Document | None:
        """The document that is selected; of several the one that is current."""
        rows = [index.row() for index in self.selectionModel().selectedRows()]
        current = self.currentIndex().row()
        if not rows:
            return None
        return self._documents.peek(current if current in rows else rows[0])

    def all_selected(self) -> list[Document]:
        """Every document that is selected and was fetched, from the top."""
        rows = sorted(index.row() for index in self.selectionModel().selectedRows())
        return [document for row in rows if (document := self._documents.peek(row)) is not None]

    def enter(self) -> None:
        """Take the focus by a key; the first row is current where none was."""
        self.setFocus(Qt.FocusReason.TabFocusReason)
        if not self.currentIndex().isValid():
            self.setCurrentIndex(self.model().index(0, NAME))

    def share_width(self, room: int) -> None:
        """Give the columns their widths: a narrow table shows fewer, a wide one keeps them together.

        Args:
            room: Width of the page that the table fills; the table itself is laid out after it.
        """
        self._room = room
        px = self._theme.px
        width = min(room - self.verticalScrollBar().sizeHint().width(), px(_TABLE_WIDTH))
        folder = max(px(_LEAST_FOLDER), int(width * _FOLDER_SHARE))
        widths = {**self._widths, FOLDER: folder}
        hidden: set[int] = set()
        for column in _GOING:
            if width - sum(widths[one] for one in widths if one not in hidden) >= px(_LEAST_NAME_SHOWN):
                break
            hidden.add(column)
        for column, wide in widths.items():
            self.setColumnHidden(column, column in hidden)
            if column not in hidden:
                self.setColumnWidth(column, wide)
        others = sum(widths[one] for one in widths if one not in hidden)
        self.setColumnWidth(NAME, max(px(_LEAST_NAME), width - others))

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The row with the ring is the selected one, so that Enter opens it."""
        super().focusInEvent(event)
        current = self.currentIndex()
        if current.isValid() and self.selected() is None:
            self.selectRow(current.row())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit()
        else:
            super().keyPressEvent(event)

    def _measure(self) -> None:
        metrics = self.fontMetrics()
        self.verticalHeader().setDefaultSectionSize(metrics.height() + 2 * self._theme.px(10))
        header = self.horizontalHeader()
        air = 2 * self._theme.px(12)
        dates = (QLocale().toString(QDate(2000, month, 28), DATE_FORMAT) for month in range(1, 13))
        date = max(dates, key=len)
        states = (state_look(state).word for state in STATES)
        samples = {
            STATE: max(states, key=len), PAGES: "000 / 000", PASSAGES: "00,000", SIZE: "000.0 MB",
            USED: date, READ: date,
        }  # fmt: skip
        for column, sample in samples.items():
            words = str(self._documents.headerData(column, Qt.Orientation.Horizontal))
            widest = max(metrics.horizontalAdvance(sample), header.fontMetrics().horizontalAdvance(words))
            self._widths[column] = widest + air
        self.share_width(self._room)

    def _ask_menu(self, position: QPoint) -> None:
        index = self.indexAt(position)
        if index.isValid() and not self.selectionModel().isRowSelected(index.row(), QModelIndex()):
            flags = QItemSelectionModel.SelectionFlag
            self.selectionModel().setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)
        if self.selected() is not None:
            self.menu_wanted.emit(self.viewport().mapToGlobal(position))
