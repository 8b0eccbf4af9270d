"""Paints one page: its paper, what is drawn on it, and the marks over it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from desktop.documents.page_cache import DrawnPage
from desktop.theme import Theme
from desktop.tokens import LIGHT

_MARK = 0.3
"""Opacity of a mark."""


def paint_blank(painter: QPainter, theme: Theme, place: QRectF, words: str) -> None:
    """Paint the paper of a page that is not drawn, and why it cannot be where that is known.

    Pages are drawn on white by the engine; the place of a page that is on its way is of the same colour.
    """
    painter.fillRect(place, QColor(LIGHT.surface))
    if words:
        painter.setPen(QColor(LIGHT.danger))
        painter.setFont(theme.font("body"))
        air = theme.px(24)
        inner = place.adjusted(air, air, -air, -air)
        painter.drawText(inner, int(Qt.TextFlag.TextWordWrap) | int(Qt.AlignmentFlag.AlignCenter), words)
    _paint_edge(painter, theme, place)


def paint_drawn(painter: QPainter, theme: Theme, place: QRectF, drawn: DrawnPage) -> None:
    """Paint a page, stretched where it was drawn at another zoom."""
    ratio = painter.device().devicePixelRatioF()
    if abs(drawn.image.width() / ratio - place.width()) <= 1:
        # Pixel by pixel: stretching by a fraction of one would take twenty times as long, and blur.
        drawn.image.setDevicePixelRatio(ratio)
        painter.drawImage(place.topLeft(), drawn.image)
    else:
        drawn.image.setDevicePixelRatio(1.0)
        painter.drawImage(place, drawn.image)
    _paint_edge(painter, theme, place)


def paint_marks(painter: QPainter, theme: Theme, place: QRectF, drawn: DrawnPage, color: QColor) -> None:
    """Paint the rectangles of what is marked on a page."""
    factor = place.width() / drawn.image.width()
    air = theme.px(2)
    ink = QColor(color)
    ink.setAlphaF(_MARK)
    painter.save()
    # Multiplied, the words below stay as dark as they were.
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Multiply)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink)
    for one in drawn.highlights:
        left, top = place.x() + one.x * factor, place.y() + one.y * factor
        mark = QRectF(left - air, top - air, one.width * factor + 2 * air, one.height * factor + 2 * air)
        painter.drawRoundedRect(mark, air, air)
    painter.restore()


def _paint_edge(painter: QPainter, theme: Theme, place: QRectF) -> None:
    painter.setPen(QPen(theme.color("border"), 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(place)
