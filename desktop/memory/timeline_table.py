"""The figures behind the bars as a table, for whoever reads or hears them rather than looks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from desktop.documents.table_delegate import TableDelegate
from desktop.memory.timeline_spans import Span, Zoom, span_words
from desktop.theme import Theme
from desktop.words import number

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


def _side(column: int) -> Qt.AlignmentFlag:
    """Words begin at the leading edge, figures end at the trailing one."""
    return (Qt.AlignmentFlag.AlignTrailing if column else Qt.AlignmentFlag.AlignLeading) | Qt.AlignmentFlag.AlignVCenter


class TimelineModel(QAbstractTableModel):
    """The spans in which anything happened, the newest first."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._spans: list[Span] = []
        self._zoom: Zoom = "day"

    def show_spans(self, spans: Sequence[Span], zoom: Zoom) -> None:
        """Hold others."""
        self.beginResetModel()
        self._spans = [span for span in reversed(spans) if any(span.figures)]
        self._zoom = zoom
        self.endResetModel()

    def span_of(self, row: int) -> Span:
        """The span of a row."""
        return self._spans[row]

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        """One a span."""
        return 0 if parent.isValid() else len(self._spans)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        """When, added, promoted, recalled."""
        return 0 if parent.isValid() else 4

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Words and figures."""
        span = self._spans[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return span_words(span, self._zoom) if index.column() == 0 else number(span.figures[index.column() - 1])
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _side(index.column())
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Names of the columns."""
        names = (self.tr("When"), self.tr("Added"), self.tr("Promoted"), self.tr("Recalled"))
        if orientation == Qt.Orientation.Horizontal:
            if role == Qt.ItemDataRole.DisplayRole:
                return names[section]
            if role == Qt.ItemDataRole.TextAlignmentRole:
                return _side(section)
        return None


class TimelineTable(QTableView):
    """Shows the figures.

    Attributes:
        span_chosen: A row was opened (`Span`).
    """

    span_chosen = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.figures = TimelineModel(self)
        self.setModel(self.figures)
        self.setAccessibleName(self.tr("Figures of the timeline"))
        self.setShowGrid(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
        self.setItemDelegate(TableDelegate(theme=theme, parent=self))
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(theme.px(32))
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column in (1, 2, 3):
            self.setColumnWidth(column, theme.px(110))
        self.activated.connect(lambda index: self.span_chosen.emit(self.figures.span_of(index.row())))
