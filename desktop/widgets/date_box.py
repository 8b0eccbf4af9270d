"""A day to choose, typed or out of a calendar, with the family's own chevron."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QTextCharFormat
from PySide6.QtWidgets import QCalendarWidget, QDateEdit, QToolButton, QWidget

from desktop.icons import Icons
from desktop.theme import Theme

_CHEVRON = 8
_EDGE = 12


class DateBox(QDateEdit):
    """A field whose arrow opens a calendar; both follow the theme."""

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setCalendarPopup(True)
        self.setDisplayFormat("d MMM yyyy")
        calendar = self.calendarWidget()
        calendar.setVerticalHeaderFormat(QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader)
        calendar.setGridVisible(False)
        for name, icon in (("qt_calendar_prevmonth", "chevron-left"), ("qt_calendar_nextmonth", "chevron-right")):
            button = calendar.findChild(QToolButton, name)
            if isinstance(button, QToolButton):
                button.setIcon(icons.icon(icon))
        self._dress()
        theme.changed.connect(self._dress)

    def _dress(self) -> None:
        """The days of the week and of the weekend as quiet as the rest."""
        calendar = self.calendarWidget()
        for weekend in (Qt.DayOfWeek.Saturday, Qt.DayOfWeek.Sunday):
            calendar.setWeekdayTextFormat(weekend, QTextCharFormat())
        head = QTextCharFormat()
        head.setForeground(self._theme.color("muted"))
        head.setBackground(self._theme.color("raised"))
        calendar.setHeaderTextFormat(head)
        self.update()

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
