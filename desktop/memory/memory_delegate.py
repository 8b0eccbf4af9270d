"""Paints a memory's row: the mark of its layer, its words with the found ones strong, quiet figures, and the bar."""

from __future__ import annotations

from collections import OrderedDict

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QBrush, QFont, QFontMetrics, QPainter, QPen, QStaticText, QTextLayout, QTextOption
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTableView

from desktop.chat.passages import matched_words
from desktop.documents.row_ground import paint_focus
from desktop.icons import Icons
from desktop.memory.memory_words import line_of
from desktop.models.memories_model import MARK, MEMORY, WHY, MemoriesModel
from desktop.theme import Theme
from engine import FoundMemory, MemoryRow

_BAR = 4
_BAR_WIDTH = 90
_MARK = 14
_LAYOUTS_KEPT, _TEXTS_KEPT = 200, 2000
_LETTERS = 400
"""No line is longer."""
_BEFORE, _STRETCH = 8, 80
"""Letters shown before the found words of a memory that is too long, and in which most of them are looked for."""


class MemoryDelegate(QStyledItemDelegate):
    """One line a row; a whole row is selected and shows the focus.

    A screen of rows is more than a hundred cells: texts are laid out once and kept, and the model is asked without
    variants.
    """

    def __init__(self, model: MemoriesModel, *, theme: Theme, icons: Icons, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._theme = theme
        self._icons = icons
        self._query = ""
        self._layouts: OrderedDict[tuple[int, int], QTextLayout] = OrderedDict()
        self._texts: OrderedDict[tuple[str, int, bool], QStaticText] = OrderedDict()
        self._dress()
        theme.changed.connect(self._dress)

    def _dress(self) -> None:
        theme, px = self._theme, self._theme.px
        self._body, self._small = theme.font("body"), theme.font("secondary")
        self._body_metrics, self._small_metrics = QFontMetrics(self._body), QFontMetrics(self._small)
        self._ink, self._quiet = QPen(theme.color("text")), QPen(theme.color("muted"))
        self._hairline = QPen(theme.color("border"), 1)
        self._hairline.setCosmetic(True)  # one pixel of the screen at every scale, so that all lines are alike
        self._chosen = QBrush(theme.color("sunken"))
        self._edge, self._mark_side = px(8), px(_MARK)
        self._layouts.clear()
        self._texts.clear()

    def set_query(self, query: str) -> None:
        """The words that are strong from now on; empty for none."""
        self._query = query
        self._layouts.clear()

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Draw one cell."""
        place, column, rect, state = index.row(), index.column(), option.rect, option.state
        # One pixel more: at scales between whole ones the grounds and lines of two cells would not meet.
        ground = rect.adjusted(0, 0, 1, 0)
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(ground, self._chosen)
        painter.setPen(self._hairline)
        painter.drawLine(ground.bottomLeft(), ground.bottomRight())
        row = self._model.row(place)
        if row is not None:
            right_to_left = option.direction == Qt.LayoutDirection.RightToLeft
            if column == MARK:
                self._paint_mark(painter, rect, row)
            elif column == WHY:
                found = self._model.found(row.number)
                if found is not None:
                    cell = rect.adjusted(self._edge, 0, -self._edge, 0)
                    self._paint_bar(painter, cell, found.strength, right_to_left=right_to_left)
            else:
                self._paint_cell(painter, rect, column, row, right_to_left=right_to_left)
        elif column == MEMORY:
            self._paint_waiting(painter, rect)
        table = option.widget
        if isinstance(table, QTableView) and table.hasFocus() and table.currentIndex().row() == place:
            painter.save()
            option.state |= QStyle.StateFlag.State_HasFocus
            whole = QRect(0, rect.top(), table.viewport().width(), rect.height())
            paint_focus(painter, self._theme, option, whole)
            painter.restore()

    def _paint_cell(self, painter: QPainter, rect: QRect, column: int, row: MemoryRow, *, right_to_left: bool) -> None:
        cell = rect.adjusted(self._edge, 0, -self._edge, 0)
        words = column == MEMORY
        faded = row.superseded or row.archived or row.deleted
        painter.setPen(self._ink if words and not faded else self._quiet)
        if words and self._query:
            found = self._model.found(row.number)
            if found is not None:
                self._paint_found(painter, cell, found, right_to_left=right_to_left)
                return
        key = (self._model.cell(row, column), cell.width(), words)
        text = self._texts.get(key)
        metrics = self._body_metrics if words else self._small_metrics
        if text is None:
            text = self._texts[key] = self._set(*key, metrics)
            while len(self._texts) > _TEXTS_KEPT:
                self._texts.popitem(last=False)
        painter.setFont(self._body if words else self._small)
        left = cell.right() + 1 - round(text.size().width()) if right_to_left else cell.left()
        painter.drawStaticText(left, cell.top() + (cell.height() - metrics.height()) // 2, text)

    def _set(self, words: str, width: int, body: bool, metrics: QFontMetrics) -> QStaticText:
        text = QStaticText(metrics.elidedText(words[:_LETTERS], Qt.TextElideMode.ElideRight, width))
        text.setTextFormat(Qt.TextFormat.PlainText)
        text.prepare(font=self._body if body else self._small)
        return text

    def _paint_mark(self, painter: QPainter, rect: QRect, row: MemoryRow) -> None:
        side = self._mark_side
        mark = self._icons.pixmap(f"layer-{row.layer}", "muted", size=side, scale=painter.device().devicePixelRatioF())
        painter.drawPixmap(QPointF(rect.center().x() - side / 2 + 0.5, rect.center().y() - side / 2 + 0.5), mark)

    def _paint_bar(self, painter: QPainter, cell: QRect, strength: float, *, right_to_left: bool) -> None:
        px = self._theme.px
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width = min(cell.width(), px(_BAR_WIDTH))
        left = cell.right() - width if right_to_left else cell.left()
        bar = QRectF(left, cell.center().y() - px(_BAR) / 2 + 0.5, width, px(_BAR))
        paint_bar(painter, self._theme, bar, strength, right_to_left=right_to_left)
        painter.restore()

    def _paint_waiting(self, painter: QPainter, rect: QRect) -> None:
        """A quiet line where the words of a row are on the way."""
        px = self._theme.px
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("sunken"))
        line = QRectF(rect.left() + px(4), rect.center().y() - px(3), min(rect.width() * 0.6, px(260)), px(6))
        painter.drawRoundedRect(line, px(3), px(3))
        painter.restore()

    def _paint_found(self, painter: QPainter, cell: QRect, found: FoundMemory, *, right_to_left: bool) -> None:
        key = (found.row.number, cell.width())
        layout = self._layouts.get(key)
        if layout is None:
            layout = self._layouts[key] = self._lay_out(found, cell.width())
            while len(self._layouts) > _LAYOUTS_KEPT:
                self._layouts.popitem(last=False)
        top = cell.top() + (cell.height() - layout.boundingRect().height()) / 2
        free = max(0.0, cell.width() - layout.lineAt(0).naturalTextWidth()) if right_to_left else 0.0
        layout.draw(painter, QPointF(cell.left() + free, top))

    def _lay_out(self, found: FoundMemory, width: int) -> QTextLayout:
        """The stretch that answers the words, cut to one line of this width, found words strong."""
        whole = line_of(found.hit.memory.text, found.hit.memory.source)
        first = matched_words(whole, self._query)
        # While the first found word would be seen anyway, the memory begins at its beginning.
        seen = not first or self._body_metrics.horizontalAdvance(whole[: first[0][1]]) < width * 0.8
        text = whole[:600] if seen else self._window(whole, [begin for begin, _ in first])
        layout = self._line(text, width)
        line = layout.lineAt(0)
        if line.naturalTextWidth() <= width:
            return layout
        room = width - self._body_metrics.horizontalAdvance("…")
        for _ in range(8):  # a few steps: strong words are wider than the measure says
            cut = min(len(_utf16(text, int(line.xToCursor(room)))), len(text) - 1)
            text = text[: max(1, cut)].rstrip("… ")
            layout = self._line(f"{text}…", width)
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

    def _line(self, text: str, width: int) -> QTextLayout:
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
        option.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute)
        option.setTextDirection(Qt.LayoutDirection.LayoutDirectionAuto)  # by its own letters, whatever stands around it
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
    painter.setBrush(theme.mixed("muted", "surface", 0.55) if against else theme.color("accent"))
    painter.drawRoundedRect(full, radius, radius)
