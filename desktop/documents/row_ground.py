"""What every row of a list or table stands on: selection, hover, hairline and focus ring."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem

from desktop.theme import Theme
from desktop.tokens import FOCUS_RING, RADIUS_CONTROL

LIST_WIDTH = 1080
"""Design pixels. In a wider window rows keep their ends together, so that the eye can follow one."""


def paint_ground(painter: QPainter, theme: Theme, option: QStyleOptionViewItem) -> None:
    """Fill a row or cell by its state and draw the hairline below it."""
    rect = QRect(option.rect)
    if option.state & QStyle.StateFlag.State_Selected:
        painter.fillRect(rect, theme.color("sunken"))
    elif option.state & QStyle.StateFlag.State_MouseOver:
        painter.fillRect(rect, theme.mixed("sunken", "surface", 0.6))
    pen = QPen(theme.color("border"), 1)
    pen.setCosmetic(True)  # one pixel of the screen at every scale, so that all lines are alike
    painter.setPen(pen)
    painter.drawLine(rect.bottomLeft(), rect.bottomRight())


def paint_focus(painter: QPainter, theme: Theme, option: QStyleOptionViewItem, rect: QRect) -> None:
    """Draw the ring around the current row while the keys are in use."""
    wanted = QStyle.StateFlag.State_HasFocus | QStyle.StateFlag.State_KeyboardFocusChange
    if option.state & wanted != wanted:
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.color("accent"), FOCUS_RING))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    radius = theme.px(RADIUS_CONTROL)
    painter.drawRoundedRect(rect.adjusted(2, 1, -2, -2), radius, radius)
