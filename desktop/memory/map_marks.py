"""The mark of a layer in the colour of a group, as legends show it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QPainter, QPen, QPixmap

from desktop.memory.map_raster import DISC, HALF
from desktop.theme import Theme

_SIDE = 14
_RADIUS = 4.25


def mark_icon(theme: Theme, mark: int, color: QColor) -> QIcon:
    """A ring, a half disc or a disc, as large as the family's layer marks."""
    side = theme.px(_SIDE)
    ratio = max((screen.devicePixelRatio() for screen in QGuiApplication.screens()), default=1.0)
    pixmap = QPixmap(round(side * ratio), round(side * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    radius = _RADIUS * theme.unit
    circle = QRectF(side / 2 - radius, side / 2 - radius, 2 * radius, 2 * radius)
    painter.setPen(QPen(color, 1.5 * theme.unit))
    painter.setBrush(color if mark == DISC else Qt.BrushStyle.NoBrush)
    painter.drawEllipse(circle)
    if mark == HALF:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawPie(circle, 90 * 16, 180 * 16)
    painter.end()
    return QIcon(pixmap)
