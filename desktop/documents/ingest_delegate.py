"""Paints one row of the ingestion list: icon, name and place or reason, state and amount."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from desktop.documents.row_ground import LIST_WIDTH, paint_focus, paint_ground
from desktop.icons import ICON_BOX, Icons
from desktop.models.paged_model import VALUE_ROLE
from desktop.theme import Theme
from desktop.tokens import ColorRole
from desktop.words import amount_words, file_name, folder_name, sentence, state_look
from engine import FileState, IngestFile

_STATE_SHARE = 0.4
"""The state takes at most this share of a row."""


class IngestDelegate(QStyledItemDelegate):
    """Two lines a row, all rows of one height, so that a list of any length lays out at once."""

    def __init__(self, *, theme: Theme, icons: Icons, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icons = icons
        self._state_width = 0
        self.measure()
        theme.changed.connect(self.measure)

    def measure(self) -> None:
        """Take the widths of words in the fonts in force."""
        metrics = QFontMetrics(self._theme.font("body"))
        self._state_width = max(metrics.horizontalAdvance(state_look(state).word) for state in FileState)

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Two lines and the air around them."""
        lines = QFontMetrics(self._theme.font("body")).height() + QFontMetrics(self._theme.font("secondary")).height()
        return QSize(self._theme.px(200), lines + self._theme.px(2) + 2 * self._theme.px(8))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Draw ground, words, hairline and focus ring."""
        theme = self._theme
        painter.save()
        rect = QRect(option.rect)
        paint_ground(painter, theme, option)
        file = index.data(VALUE_ROLE)
        if isinstance(file, IngestFile):
            self._paint_file(painter, option, rect, file)
        paint_focus(painter, theme, option, rect)
        painter.restore()

    def _paint_file(self, painter: QPainter, option: QStyleOptionViewItem, rect: QRect, file: IngestFile) -> None:
        theme = self._theme
        look = state_look(file.state)
        body, small = theme.font("body"), theme.font("secondary")
        edge, gap = theme.px(16), theme.px(12)
        box = theme.px(ICON_BOX)
        area = rect.adjusted(edge, theme.px(8), -edge, -theme.px(8))
        area.setWidth(min(area.width(), theme.px(LIST_WIDTH)))
        first = QFontMetrics(body).height()
        second_top = area.top() + first + theme.px(2)
        second = QFontMetrics(small).height()

        icon = self._icons.pixmap(look.icon, look.role, scale=painter.device().devicePixelRatioF())
        place = QRect(area.left(), area.top() + (first - box) // 2, box, box)
        painter.drawPixmap(self._mirrored(option, rect, place), icon)

        amount = amount_words(file)
        wanted = max(self._state_width, QFontMetrics(small).horizontalAdvance(amount))
        right = min(wanted + 1, int(area.width() * _STATE_SHARE))
        left = area.left() + box + gap
        width = area.width() - box - 2 * gap - right
        state_left = area.right() + 1 - right
        state_role: ColorRole = look.role if file.state in (FileState.FAILED, FileState.SKIPPED) else "muted"
        below = sentence(file.reason or "") or folder_name(file.path)
        middle, end = Qt.TextElideMode.ElideMiddle, Qt.TextElideMode.ElideRight
        cells: tuple[tuple[str, QFont, ColorRole, QRect, Qt.TextElideMode, bool], ...] = (
            (file_name(file.path), body, "text", QRect(left, area.top(), width, first), middle, False),
            (below, small, "muted", QRect(left, second_top, width, second), end if file.reason else middle, False),
            (look.word, body, state_role, QRect(state_left, area.top(), right, first), end, True),
            (amount, small, "muted", QRect(state_left, second_top, right, second), end, True),
        )
        for text, font, role, cell, mode, trailing in cells:
            painter.setFont(font)
            painter.setPen(theme.color(role))
            shown = QFontMetrics(font).elidedText(" ".join(text.split()), mode, cell.width())
            side = Qt.AlignmentFlag.AlignRight if trailing else Qt.AlignmentFlag.AlignLeft
            alignment = QStyle.visualAlignment(option.direction, side | Qt.AlignmentFlag.AlignVCenter)
            painter.drawText(self._mirrored(option, rect, cell), alignment, shown)

    @staticmethod
    def _mirrored(option: QStyleOptionViewItem, rect: QRect, cell: QRect) -> QRect:
        return QStyle.visualRect(option.direction, rect, cell)
