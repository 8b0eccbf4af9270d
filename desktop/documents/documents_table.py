"""The table of documents: its columns, their widths, and the keys that lead through it."""

from __future__ import annotations

from PySide6.QtCore import QDate, QItemSelectionModel, QLocale, QPoint, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from desktop.documents.row_ground import LIST_WIDTH
from desktop.documents.table_delegate import TableDelegate
from desktop.models.documents_model import DATE_FORMAT, FOLDER, NAME, PAGES, PASSAGES, READ, DocumentsModel
from desktop.theme import Theme
from engine import Document

_FOLDER_SHARE = 0.28
_LEAST_NAME = 120
_NARROW, _NARROWEST = 620, 480
"""Below these widths, in design pixels, first the folder and then the figures give their room to the name."""


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
        self._date_width = 0
        self.setModel(model)
        self.setItemDelegate(TableDelegate(theme=theme, parent=self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
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
        """The document that is selected."""
        rows = self.selectionModel().selectedRows()
        return self._documents.peek(rows[0].row()) if rows else None

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
        width = min(room - self.verticalScrollBar().sizeHint().width(), px(LIST_WIDTH))
        narrow = room < px(_NARROW)
        self.setColumnHidden(FOLDER, narrow)
        for column in (PAGES, PASSAGES):
            self.setColumnHidden(column, room < px(_NARROWEST))
        folder = 0 if narrow else int(width * _FOLDER_SHARE)
        self.setColumnWidth(FOLDER, folder)
        # A hidden column is 0 wide.
        others = folder + self.columnWidth(PAGES) + self.columnWidth(PASSAGES) + self._date_width
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
        air = 2 * self._theme.px(16)
        dates = (QLocale().toString(QDate(2000, month, 28), DATE_FORMAT) for month in range(1, 13))
        samples = {PAGES: "00,000", PASSAGES: "000,000", READ: max(dates, key=len)}
        for column, sample in samples.items():
            words = str(self._documents.headerData(column, Qt.Orientation.Horizontal))
            widest = max(metrics.horizontalAdvance(sample), header.fontMetrics().horizontalAdvance(words))
            self.setColumnWidth(column, widest + air)
            self._date_width = widest + air  # the last column is the one that also takes what is left over
        self.share_width(self._room)

    def _ask_menu(self, position: QPoint) -> None:
        index = self.indexAt(position)
        if index.isValid():
            flags = QItemSelectionModel.SelectionFlag
            self.selectionModel().setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)
        if self.selected() is not None:
            self.menu_wanted.emit(self.viewport().mapToGlobal(position))
