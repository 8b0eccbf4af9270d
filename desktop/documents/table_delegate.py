"""Paints the cells of a table as the lists are painted: calm rows with hairlines, the first column in full ink."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTableView

from desktop.documents.row_ground import paint_focus, paint_ground
from desktop.models.documents_model import ROLE_ROLE
from desktop.theme import Theme
from desktop.tokens import ColorRole


class TableDelegate(QStyledItemDelegate):
    """One line a cell; a whole row is selected and shows the focus."""

    def __init__(self, *, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Draw one cell."""
        theme = self._theme
        table = option.widget
        painter.save()
        # The mouse is over one cell, but the row is what it stands on: no hover rather than half of one.
        option.state &= ~QStyle.StateFlag.State_MouseOver
        paint_ground(painter, theme, option)
        font = theme.font("body") if index.column() == 0 else theme.font("secondary")
        painter.setFont(font)
        role: ColorRole = index.data(ROLE_ROLE) or ("text" if index.column() == 0 else "muted")
        painter.setPen(theme.color(role))
        edge = theme.px(16) if index.column() == 0 else theme.px(8)
        cell = option.rect.adjusted(edge, 0, -theme.px(8), 0)
        text = str(index.data(Qt.ItemDataRole.DisplayRole) or "")
        shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideMiddle, cell.width())
        side = index.data(Qt.ItemDataRole.TextAlignmentRole) or Qt.AlignmentFlag.AlignLeading
        painter.drawText(cell, QStyle.visualAlignment(option.direction, side), shown)
        if isinstance(table, QTableView) and table.hasFocus() and table.currentIndex().row() == index.row():
            option.state |= QStyle.StateFlag.State_HasFocus
            row = QRect(0, option.rect.top(), table.viewport().width(), option.rect.height())
            paint_focus(painter, theme, option, row)
        painter.restore()
