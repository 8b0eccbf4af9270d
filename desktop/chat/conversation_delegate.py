"""How a row of the conversation list is painted and edited."""

from __future__ import annotations

from PySide6.QtCore import (
    QAbstractItemModel,
    QLocale,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QLineEdit, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from desktop.models.conversations_model import FolderRow, Roles, near_match
from desktop.theme import Theme
from desktop.tokens import FOCUS_RING, RADIUS_CONTROL

_Index = QModelIndex | QPersistentModelIndex
_MAX_TITLE = 200


class ConversationDelegate(QStyledItemDelegate):
    """Headings in the muted small type; titles on a rounded ground when chosen; a snippet below while one searches."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        """Rows of the design: 31 px, headings 28 px with air above all but the first, snippets one line more."""
        px = self._theme.px
        if index.data(Roles.HEADING):
            return QSize(0, px(26) if index.row() == 0 else px(40))
        if index.data(Roles.SNIPPET):
            return QSize(0, px(31) + QFontMetrics(self._theme.font("secondary")).height() + px(2))
        return QSize(0, px(31))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Draw one row."""
        theme, px = self._theme, self._theme.px
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        inner = rect.adjusted(px(10), 0, -px(10), 0)
        heading = index.data(Roles.HEADING)
        if heading:
            painter.setFont(theme.font("secondary"))
            painter.setPen(theme.color("muted"))
            inner.setBottom(rect.bottom() - px(4))
            painter.drawText(inner, Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeading, heading)
            painter.restore()
            return
        folder = index.data(Roles.FOLDER)
        if index.data(Roles.INSIDE):
            inner = self._indented(inner, option)
        radius = px(RADIUS_CONTROL)
        selected = bool(state & QStyle.StateFlag.State_Selected)
        if selected or state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("sunken") if selected else theme.mixed("sunken", "window", 0.55))
            painter.drawRoundedRect(QRectF(rect).adjusted(0, 0.5, 0, -0.5), radius, radius)
        if state & QStyle.StateFlag.State_HasFocus and state & QStyle.StateFlag.State_KeyboardFocusChange:
            pen = painter.pen()
            pen.setStyle(Qt.PenStyle.SolidLine)
            pen.setColor(theme.color("accent"))
            pen.setWidth(FOCUS_RING)
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(rect).adjusted(1, 1.5, -1, -1.5), radius, radius)
        if isinstance(folder, FolderRow):
            self._paint_folder(painter, inner, folder, option)
            painter.restore()
            return
        snippet = index.data(Roles.SNIPPET)
        font = theme.font("body")
        metrics = QFontMetrics(font)
        painter.setFont(font)
        painter.setPen(theme.color("text"))
        title = metrics.elidedText(index.data(), Qt.TextElideMode.ElideRight, inner.width())
        flags = Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter
        if not snippet:
            painter.drawText(inner, flags, title)
        else:
            small = QFontMetrics(theme.font("secondary"))
            top = rect.top() + (rect.height() - metrics.height() - small.height()) // 2
            painter.drawText(QRect(inner.left(), top, inner.width(), metrics.height()), flags, title)
            room = QRect(inner.left(), top + metrics.height(), inner.width(), small.height())
            self._paint_snippet(painter, room, snippet)
        painter.restore()

    def _indented(self, inner: QRect, option: QStyleOptionViewItem) -> QRect:
        """Behind the arrow of the folder."""
        room = self._theme.px(16)
        rtl = option.direction == Qt.LayoutDirection.RightToLeft
        return inner.adjusted(0, 0, -room, 0) if rtl else inner.adjusted(room, 0, 0, 0)

    def _paint_folder(self, painter: QPainter, inner: QRect, folder: FolderRow, option: QStyleOptionViewItem) -> None:
        """An arrow, the name, and how many conversations lie in it."""
        theme, px = self._theme, self._theme.px
        rtl = option.direction == Qt.LayoutDirection.RightToLeft
        self._paint_arrow(painter, inner, opened=folder.open, rtl=rtl)
        small = theme.font("secondary")
        figure = QLocale().toString(folder.count)
        wide = QFontMetrics(small).horizontalAdvance(figure) + px(8)
        vertical = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(small)
        painter.setPen(theme.color("muted"))
        painter.drawText(inner, vertical | (Qt.AlignmentFlag.AlignLeft if rtl else Qt.AlignmentFlag.AlignRight), figure)
        room = self._indented(inner, option)
        room = room.adjusted(wide, 0, 0, 0) if rtl else room.adjusted(0, 0, -wide, 0)
        font = theme.font("body")
        painter.setFont(font)
        painter.setPen(theme.color("text"))
        name = QFontMetrics(font).elidedText(folder.name, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, vertical | (Qt.AlignmentFlag.AlignRight if rtl else Qt.AlignmentFlag.AlignLeft), name)

    def _paint_arrow(self, painter: QPainter, inner: QRect, *, opened: bool, rtl: bool) -> None:
        half = self._theme.px(4)
        x = (inner.right() - half if rtl else inner.left() + half) + 0.5
        y = inner.center().y() + 0.5
        if opened:
            points = [QPointF(x - half, y - half / 2), QPointF(x, y + half / 2), QPointF(x + half, y - half / 2)]
        else:
            side = -1 if rtl else 1
            points = [
                QPointF(x - side * half / 2, y - half),
                QPointF(x + side * half / 2, y),
                QPointF(x - side * half / 2, y + half),
            ]
        pen = QPen(self._theme.color("muted"), 1.5)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(points)

    def _paint_snippet(self, painter: QPainter, room: QRect, snippet: str) -> None:
        """One line, matched words strong, cut on both sides of them."""
        flags = Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter
        x = room.left()
        for text, matched in near_match(snippet):
            font = self._theme.font("secondary", strong=matched)
            metrics = QFontMetrics(font)
            left = room.right() + 1 - x
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, left)
            painter.setFont(font)
            painter.setPen(self._theme.color("text" if matched else "muted"))
            painter.drawText(QRect(x, room.top(), left, room.height()), flags, shown)
            x += metrics.horizontalAdvance(text)
            if shown != text or x >= room.right():
                return

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: _Index) -> QWidget:
        """A field over the row."""
        editor = QLineEdit(parent)
        editor.setMaxLength(_MAX_TITLE)
        folder = index.data(Roles.FOLDER) is not None
        editor.setAccessibleName(self.tr("Name of the folder") if folder else self.tr("Title of the conversation"))
        return editor

    def setEditorData(self, editor: QWidget, index: _Index) -> None:
        """The whole title, selected."""
        if isinstance(editor, QLineEdit):
            editor.setText(index.data(Qt.ItemDataRole.EditRole))
            editor.selectAll()

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: _Index) -> None:
        """Hand the title over."""
        if isinstance(editor, QLineEdit):
            model.setData(model.index(index.row(), index.column()), editor.text(), Qt.ItemDataRole.EditRole)

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: _Index) -> None:
        """As wide and high as the row."""
        editor.setGeometry(option.rect)
