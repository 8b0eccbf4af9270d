"""What lies behind the transcript's text: cards of questions, the ground of quotations. Painted for what is in view."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QTextBlock, QTextDocument, QTextLine
from PySide6.QtWidgets import QWidget

from desktop.chat.transcript_writer import CARD_PAD_X, CARD_PAD_Y, ENTRY_KEY, PART, QUOTED, Part
from desktop.theme import Theme
from desktop.tokens import RADIUS_CARD


class TranscriptGround:
    """Finds the blocks in view and paints behind them.

    Args:
        document: The transcript's document.
        theme: Gives colours and sizes.
    """

    def __init__(self, document: QTextDocument, theme: Theme) -> None:
        self._document = document
        self._theme = theme

    def blocks(self, *, top: float, height: float, width: float) -> Iterator[QTextBlock]:
        """Blocks in view, from the first block of the entry that the view begins in.

        Args:
            top: Of the view in the document, device-independent pixels.
            height: Of the view.
            width: Of the view.
        """
        layout = self._document.documentLayout()
        place = layout.hitTest(QPointF(width / 2, top), Qt.HitTestAccuracy.FuzzyHit)
        block = self._document.findBlock(max(0, place))
        key = block.blockFormat().intProperty(ENTRY_KEY)
        while block.previous().isValid() and block.previous().blockFormat().intProperty(ENTRY_KEY) == key:
            block = block.previous()
        while block.isValid() and layout.blockBoundingRect(block).top() <= top + height:
            yield block
            block = block.next()

    def paint(self, viewport: QWidget, *, top: float) -> None:
        """Paint everything in view.

        Args:
            viewport: Painted on.
            top: Of the view in the document.
        """
        painter = QPainter(viewport)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(0, -top)
        card, card_key = QRectF(), None
        for block in self.blocks(top=top, height=viewport.height(), width=viewport.width()):
            form = block.blockFormat()
            part, key = form.intProperty(PART), form.intProperty(ENTRY_KEY)
            if card_key is not None and (part != Part.QUESTION or key != card_key):
                self._paint_card(painter, card)
                card, card_key = QRectF(), None
            if part == Part.QUESTION:
                card, card_key = card.united(text_rect(block)), key
            elif part == Part.ANSWER:
                self._paint_quotes(painter, block)
        if card_key is not None:
            self._paint_card(painter, card)
        painter.end()

    def _paint_card(self, painter: QPainter, text: QRectF) -> None:
        px = self._theme.px
        rect = text.adjusted(-px(CARD_PAD_X), -px(CARD_PAD_Y), px(CARD_PAD_X), px(CARD_PAD_Y))
        rect = QRectF(rect.toAlignedRect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(self._theme.color("border"), 1))
        painter.setBrush(self._theme.color("raised"))
        painter.drawRoundedRect(rect, px(RADIUS_CARD), px(RADIUS_CARD))

    def _paint_quotes(self, painter: QPainter, block: QTextBlock) -> None:
        layout = block.layout()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("quote"))
        text = _utf16_units(block.text())
        for begin, end in quoted_ranges(block):
            for place in range(layout.lineCount()):
                line = layout.lineAt(place)
                first, last = max(begin, line.textStart()), min(end, line.textStart() + line.textLength())
                while first < last and text[last - 1].isspace():
                    last -= 1  # the space at which the line was wrapped hangs over the edge
                if first < last:
                    self._paint_line(painter, line, first, last, layout.position())

    def _paint_line(self, painter: QPainter, line: QTextLine, first: int, last: int, offset: QPointF) -> None:
        px = self._theme.px
        left, right = cursor_x(line, first), cursor_x(line, last)
        size = self._theme.font_pixels("chat")
        base = line.y() + line.ascent()
        rect = QRectF(min(left, right), base - size, abs(right - left), size * 1.3).translated(offset)
        painter.drawRoundedRect(rect.adjusted(-px(3), -px(1), px(3), px(1)), px(3), px(3))


def text_rect(block: QTextBlock) -> QRectF:
    """The block's lines, in the document."""
    layout = block.layout()
    rect = QRectF()
    for place in range(layout.lineCount()):
        rect = rect.united(layout.lineAt(place).rect())
    return rect.translated(layout.position())


def quoted_ranges(block: QTextBlock) -> list[tuple[int, int]]:
    """Begin and end of what is quoted in a block, neighbours joined."""
    ranges: list[tuple[int, int]] = []
    for form in block.textFormats():
        if not form.format.boolProperty(QUOTED):
            continue
        begin, end = form.start, form.start + form.length
        if ranges and ranges[-1][1] == begin:
            begin = ranges.pop()[0]
        ranges.append((begin, end))
    return ranges


def cursor_x(line: QTextLine, place: int) -> float:
    """Where a position of the text stands in its line."""
    found: Any = line.cursorToX(place)  # the binding gives the place back beside it
    return float(found[0] if isinstance(found, tuple) else found)


def _utf16_units(text: str) -> str:
    """The text with one character for each place that Qt counts."""
    return "".join(c if ord(c) < 0x10000 else c * 2 for c in text)
