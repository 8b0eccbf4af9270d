"""Paints a memory's row: the mark of its layer, its words with the found ones strong, quiet figures, and the bar."""

from __future__ import annotations

from collections import OrderedDict

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QTextLayout, QTextOption
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTableView

from desktop.chat.passages import matched_words
from desktop.documents.row_ground import paint_focus, paint_ground
from desktop.icons import Icons
from desktop.memory.memory_words import line_of
from desktop.models.memories_model import FOUND_ROLE, MEMORY
from desktop.models.paged_model import VALUE_ROLE
from desktop.theme import Theme
from engine import FoundMemory, MemoryRow

_BAR = 4
_BAR_WIDTH = 90
_MARK = 14
_LAYOUTS_KEPT = 200
_BEFORE, _STRETCH = 8, 80
"""Letters shown before the found words of a memory that is too long, and in which most of them are looked for."""


class MemoryDelegate(QStyledItemDelegate):
    """One line a row; a whole row is selected and shows the focus."""

    def __init__(self, *, theme: Theme, icons: Icons, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icons = icons
        self._query = ""
        self._layouts: OrderedDict[tuple[int, int], QTextLayout] = OrderedDict()
        self._fonts()
        theme.changed.connect(self._fonts)

    def _fonts(self) -> None:
        self._body, self._small = self._theme.font("body"), self._theme.font("secondary")
        self._body_metrics, self._small_metrics = QFontMetrics(self._body), QFontMetrics(self._small)
        self._layouts.clear()

    def set_query(self, query: str) -> None:
        """The words that are strong from now on; empty for none."""
        self._query = query
        self._layouts.clear()

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Draw one cell."""
        table = option.widget
        painter.save()
        # The mouse is over one cell, but the row is what it stands on: no hover rather than half of one.
        option.state &= ~QStyle.StateFlag.State_MouseOver
        cell = QRect(option.rect)
        option.rect.adjust(0, 0, 1, 0)  # at scales between whole ones the lines of two cells would not meet
        paint_ground(painter, self._theme, option)
        option.rect = cell
        row: MemoryRow | None = index.data(VALUE_ROLE)
        if row is not None:
            self._paint_cell(painter, option, index, row)
        elif index.column() == MEMORY:
            self._paint_waiting(painter, option.rect)
        if isinstance(table, QTableView) and table.hasFocus() and table.currentIndex().row() == index.row():
            option.state |= QStyle.StateFlag.State_HasFocus
            whole = QRect(0, option.rect.top(), table.viewport().width(), option.rect.height())
            paint_focus(painter, self._theme, option, whole)
        painter.restore()

    def _paint_cell(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
        row: MemoryRow,
    ) -> None:
        px = self._theme.px
        right_to_left = option.direction == Qt.LayoutDirection.RightToLeft
        cell = option.rect.adjusted(px(8), 0, -px(8), 0)
        faded = row.superseded or row.archived or row.deleted
        match index.column():
            case 0:
                self._paint_mark(painter, option.rect, row)
            case 1:
                painter.setPen(self._theme.color("muted" if faded else "text"))
                found: FoundMemory | None = index.data(FOUND_ROLE)
                if found is not None and self._query:
                    self._paint_found(painter, cell, found, right_to_left=right_to_left)
                else:
                    self._paint_words(painter, cell, str(index.data()), self._body, self._body_metrics, option)
            case 5:
                found = index.data(FOUND_ROLE)
                if found is not None:
                    self._paint_bar(painter, cell, found.strength, right_to_left=right_to_left)
            case _:
                painter.setPen(self._theme.color("muted"))
                self._paint_words(painter, cell, str(index.data()), self._small, self._small_metrics, option)

    def _paint_words(
        self,
        painter: QPainter,
        cell: QRect,
        text: str,
        font: QFont,
        metrics: QFontMetrics,
        option: QStyleOptionViewItem,
    ) -> None:
        painter.setFont(font)
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, cell.width())
        side = Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(cell, int(QStyle.visualAlignment(option.direction, side).value), shown)

    def _paint_mark(self, painter: QPainter, rect: QRect, row: MemoryRow) -> None:
        side = self._theme.px(_MARK)
        scale = painter.device().devicePixelRatioF()
        mark = self._icons.pixmap(f"layer-{row.layer}", "muted", size=side, scale=scale)
        place = QPointF(rect.center().x() - side / 2 + 0.5, rect.center().y() - side / 2 + 0.5)
        painter.drawPixmap(place, mark)

    def _paint_bar(self, painter: QPainter, cell: QRect, strength: float, *, right_to_left: bool) -> None:
        px = self._theme.px
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width = min(cell.width(), px(_BAR_WIDTH))
        left = cell.right() - width if right_to_left else cell.left()
        bar = QRectF(left, cell.center().y() - px(_BAR) / 2 + 0.5, width, px(_BAR))
        paint_bar(painter, self._theme, bar, strength, right_to_left=right_to_left)

    def _paint_waiting(self, painter: QPainter, rect: QRect) -> None:
        """A quiet line where the words of a row are on the way."""
        px = self._theme.px
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("sunken"))
        line = QRectF(rect.left() + px(4), rect.center().y() - px(3), min(rect.width() * 0.6, px(260)), px(6))
        painter.drawRoundedRect(line, px(3), px(3))

    def _paint_found(self, painter: QPainter, cell: QRect, found: FoundMemory, *, right_to_left: bool) -> None:
        key = (found.row.number, cell.width())
        layout = self._layouts.get(key)
        if layout is None:
            layout = self._layouts[key] = self._lay_out(found, cell.width(), right_to_left=right_to_left)
            while len(self._layouts) > _LAYOUTS_KEPT:
                self._layouts.popitem(last=False)
        top = cell.top() + (cell.height() - layout.boundingRect().height()) / 2
        layout.draw(painter, QPointF(cell.left(), top))

    def _lay_out(self, found: FoundMemory, width: int, *, right_to_left: bool) -> QTextLayout:
        """The stretch that answers the words, cut to one line of this width, found words strong."""
        whole = line_of(found.hit.memory.text, found.hit.memory.source)
        first = matched_words(whole, self._query)
        # While the first found word would be seen anyway, the memory begins at its beginning.
        seen = not first or self._body_metrics.horizontalAdvance(whole[: first[0][1]]) < width * 0.8
        text = whole[:600] if seen else self._window(whole, [begin for begin, _ in first])
        layout = self._line(text, width, right_to_left=right_to_left)
        line = layout.lineAt(0)
        if line.naturalTextWidth() <= width:
            return layout
        room = width - self._body_metrics.horizontalAdvance("…")
        for _ in range(8):  # a few steps: strong words are wider than the measure says
            cut = min(len(_utf16(text, int(line.xToCursor(room)))), len(text) - 1)
            text = text[: max(1, cut)].rstrip("… ")
            layout = self._line(f"{text}…", width, right_to_left=right_to_left)
            line = layout.lineAt(0)
            if line.naturalTextWidth() <= width:
                break
            room -= self._body_metrics.averageCharWidth()
        return layout

    @staticmethod
    def _window(whole: str, places: list[int]) -> str:
        """The stretch that holds most of the found words, from a word or two before the first of them."""
        best = max(places, key=lambda begin: sum(1 for place in places if begin <= place < begin + _STRETCH))
        begin = whole.rfind(" ", 0, max(0, best - _BEFORE)) + 1
        return f"{'…' if begin else ''}{whole[begin : begin + 600]}"

    def _line(self, text: str, width: int, *, right_to_left: bool) -> QTextLayout:
        layout = QTextLayout(text, self._body)
        strong = QFont(self._theme.font("body", strong=True))
        ranges = []
        for begin, end in matched_words(text, self._query):
            one = QTextLayout.FormatRange()
            # Qt counts UTF-16 units.
            one.start = len(text[:begin].encode("utf-16-le")) // 2
            one.length = len(text[begin:end].encode("utf-16-le")) // 2
            one.format.setFont(strong)
            ranges.append(one)
        layout.setFormats(ranges)
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.NoWrap)
        if right_to_left:
            option.setTextDirection(Qt.LayoutDirection.RightToLeft)
        layout.setTextOption(option)
        layout.setCacheEnabled(True)
        layout.beginLayout()
        line = layout.createLine()
        line.setLineWidth(width)
        line.setPosition(QPointF(0, 0))
        layout.endLayout()
        return layout


def _utf16(text: str, units: int) -> str:
    """The beginning of a text that is so many UTF-16 units long."""
    return text.encode("utf-16-le")[: 2 * units].decode("utf-16-le", "ignore")


def paint_bar(
    painter: QPainter, theme: Theme, bar: QRectF, share: float, *, right_to_left: bool = False, against: bool = False
) -> None:
    """A bar that is full from its leading edge on by a share from 0 to 1; what speaks against is quieter."""
    radius = bar.height() / 2
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.mixed("muted", "surface", 0.14))
    painter.drawRoundedRect(bar, radius, radius)
    share = max(0.0, min(1.0, share))
    if share <= 0:
        return
    width = max(bar.height(), bar.width() * share)
    full = QRectF(bar.right() - width if right_to_left else bar.left(), bar.top(), width, bar.height())
    painter.setBrush(theme.color("muted" if against else "accent"))
    painter.drawRoundedRect(full, radius, radius)
