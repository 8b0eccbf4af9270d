"""A small card painted over a view, beside what the pointer or the keys stand on."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPixmap

from desktop.theme import Theme
from desktop.tokens import RADIUS_CARD

_WIDEST = 320
_LINES = 2


@dataclass(frozen=True, slots=True)
class HoverCard:
    """What a card says: a text of two lines at most, and a quiet line below, with a mark before it."""

    text: str
    note: str = ""
    mark: QPixmap | None = None

    def paint(self, painter: QPainter, theme: Theme, beside: QPointF, within: QRectF, *, apart: float = 0) -> QRectF:
        """Paint it to the right of a point and above it, or where there is room.

        Args:
            painter: Of the view.
            theme: Fonts, colours, sizes.
            beside: What it is about.
            within: Where it has to stay.
            apart: Pixels from the point to the card.

        Returns:
            Where it was painted.
        """
        px = theme.px
        body, quiet = theme.font("body"), theme.font("secondary")
        body_size, quiet_size = QFontMetricsF(body), QFontMetricsF(quiet)
        widest = min(px(_WIDEST), within.width() - 2 * px(24))
        lines = _wrapped(self.text, body_size, widest)
        mark = self.mark.deviceIndependentSize().width() + px(4) if self.mark is not None and self.note else 0
        note = quiet_size.elidedText(self.note, Qt.TextElideMode.ElideMiddle, widest - mark)
        width = max([body_size.horizontalAdvance(line) for line in lines] + [quiet_size.horizontalAdvance(note) + mark])
        edge = px(12)
        height = len(lines) * body_size.lineSpacing() + (quiet_size.lineSpacing() + px(4) if note else 0)
        card = QRectF(0, 0, width + 2 * edge, height + 2 * px(8))
        gap = px(8) + apart
        card.moveTopLeft(QPointF(beside.x() + gap, beside.y() - card.height() - gap))
        if card.right() > within.right() - px(8):
            card.moveRight(beside.x() - gap)
        if card.left() < within.left() + px(8):
            card.moveLeft(within.left() + px(8))
        if card.top() < within.top() + px(8):
            card.moveTop(beside.y() + gap)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme.color("border"))
        painter.setBrush(theme.color("raised"))
        painter.drawRoundedRect(card.adjusted(0.5, 0.5, -0.5, -0.5), px(RADIUS_CARD), px(RADIUS_CARD))
        y = card.top() + px(8)
        painter.setFont(body)
        painter.setPen(theme.color("text"))
        for line in lines:
            row = QRectF(card.left() + edge, y, width, body_size.lineSpacing())
            painter.drawText(row, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, line)
            y += body_size.lineSpacing()
        if note:
            y += px(4)
            row = QRectF(card.left() + edge, y, width, quiet_size.lineSpacing())
            if self.mark is not None:
                size = self.mark.deviceIndependentSize()
                painter.drawPixmap(QPointF(row.left(), row.center().y() - size.height() / 2), self.mark)
            painter.setFont(quiet)
            painter.setPen(theme.color("muted"))
            flags = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
            painter.drawText(row.adjusted(mark, 0, 1, 0), flags, note)
        painter.restore()
        return card


def _wrapped(text: str, size: QFontMetricsF, widest: float) -> list[str]:
    """The text in lines that are no wider; the last one elided where more follows."""
    words = text.split()
    lines: list[str] = []
    while words and len(lines) < _LINES - 1:
        line = words.pop(0)
        while words and size.horizontalAdvance(f"{line} {words[0]}") <= widest:
            line = f"{line} {words.pop(0)}"
        lines.append(size.elidedText(line, Qt.TextElideMode.ElideRight, widest))
    if words:
        lines.append(size.elidedText(" ".join(words), Qt.TextElideMode.ElideRight, widest))
    return lines or [""]
