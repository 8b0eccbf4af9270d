"""A switch: on or off, with its word beside it; to keyboards and screen readers a check box."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QCheckBox, QWidget

from desktop.theme import Theme
from desktop.tokens import FOCUS_RING

_TRACK = (34, 20)
_INSET = 3
_GAP = 8


class Switch(QCheckBox):
    """The word stands before the track, so that tracks of one column line up at its end."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.toggled.connect(self.updateGeometry)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """Word, gap, track, and room for the ring."""
        px, edge = self._theme.px, FOCUS_RING + 1
        words = self.fontMetrics().horizontalAdvance(self.text())
        height = max(px(_TRACK[1]), self.fontMetrics().height())
        return QSize(words + px(_GAP) + px(_TRACK[0]) + 2 * edge, height + 2 * edge)

    def minimumSizeHint(self) -> QSize:
        """It does not shrink."""
        return self.sizeHint()

    def hitButton(self, pos: QPoint) -> bool:
        """All of it."""
        return self.rect().contains(pos)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A filled track where it is on, an empty one where it is off; the knob tells it without colour."""
        theme, px, edge = self._theme, self._theme.px, FOCUS_RING + 1
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self.isEnabled():
            painter.setOpacity(0.5)
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        width, height = px(_TRACK[0]), px(_TRACK[1])
        left = edge if rtl else self.width() - width - edge
        track = QRectF(left + 0.5, (self.height() - height) / 2 + 0.5, width - 1, height - 1)
        painter.setPen(QPen(theme.color("accent" if self.isChecked() else "muted"), 1))
        painter.setBrush(theme.color("accent") if self.isChecked() else theme.color("surface"))
        painter.drawRoundedRect(track, track.height() / 2, track.height() / 2)
        side = track.height() - 2 * px(_INSET)
        at_end = self.isChecked() != rtl
        x = track.right() - px(_INSET) - side if at_end else track.left() + px(_INSET)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("on_accent" if self.isChecked() else "muted"))
        painter.drawEllipse(QRectF(x, track.top() + px(_INSET), side, side))
        if self.hasFocus():
            painter.setPen(QPen(theme.color("accent"), FOCUS_RING))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            ring = track.adjusted(-FOCUS_RING, -FOCUS_RING, FOCUS_RING, FOCUS_RING)
            painter.drawRoundedRect(ring, ring.height() / 2, ring.height() / 2)
        painter.setPen(theme.color("muted"))
        room = self.rect().adjusted(width + edge + px(_GAP), 0, 0, 0)
        if not rtl:
            room = self.rect().adjusted(0, 0, -(width + edge + px(_GAP)), 0)
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignTrailing, self.text())
