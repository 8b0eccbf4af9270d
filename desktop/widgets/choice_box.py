"""A box to choose from, with the family's own chevron."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QComboBox, QWidget

from desktop.theme import Theme

_CHEVRON = 8
_EDGE = 12


class ChoiceBox(QComboBox):
    """A combo box whose arrow follows the theme and the direction of the text."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        theme.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Frame and words by the style sheet, the chevron here."""
        super().paintEvent(event)
        px = self._theme.px
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = painter.pen()
        pen.setColor(self._theme.color("muted", alpha=1.0 if self.isEnabled() else 0.5))
        pen.setWidthF(1.5 * self._theme.unit)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        side = px(_CHEVRON)
        box = QRect(self.width() - px(_EDGE) - side, (self.height() - side // 2) // 2, side, side // 2)
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            box.moveLeft(px(_EDGE))
        tip = QPointF(box.center().x() + 0.5, box.bottom() + 1)
        painter.drawPolyline([QPointF(box.topLeft()), tip, QPointF(box.topRight()) + QPointF(1, 0)])
