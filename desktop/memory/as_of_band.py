"""The band over the views that looks back: everything below is as it was known on a day."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from PySide6.QtCore import QCoreApplication, QDate, QLocale, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QSlider, QWidget

from desktop.icons import Icons
from desktop.theme import Theme, restyle
from desktop.widgets.buttons import IconButton, LinkButton
from desktop.widgets.card import Panel

_SETTLE_MS = 150
"""While the slider is drawn, the views follow when it rests this long."""
_SLIDER = 220


class AsOfBand(Panel):
    """A slider over all days since the first memory, and the day in words.

    Attributes:
        changed: The end of another day, aware, or None for today (`datetime | None`).
    """

    changed = Signal(object)

    def __init__(self, *, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent, surface="quote", edge="bottom")
        self._first = self._today()
        px = theme.px
        self._theme, self._icons = theme, icons
        self._icon = QLabel(self)
        self._draw_icon()
        theme.changed.connect(self._draw_icon)
        self._words = QLabel(self)
        restyle(self._words, role="strong")
        self._words.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.slider = QSlider(Qt.Orientation.Horizontal, self)
        self.slider.setAccessibleName(self.tr("The day that is looked back to"))
        self.slider.setMinimumWidth(px(_SLIDER // 2))
        self.slider.setMaximumWidth(px(2 * _SLIDER))
        self.slider.setPageStep(30)
        self.slider.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._back = LinkButton(self.tr("Back to today"), self)
        self._back.clicked.connect(self.close_band)
        close = IconButton(icons, "close", self.tr("Back to today"), self, role="muted")
        close.clicked.connect(self.close_band)
        row = QHBoxLayout(self)
        row.setContentsMargins(px(16), px(6), px(8), px(6))
        row.setSpacing(px(8))
        row.addWidget(self._icon)
        row.addWidget(self._words, 1)
        row.addWidget(self.slider, 1)
        row.addWidget(self._back)
        row.addWidget(close)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE_MS)
        self._settle.timeout.connect(self._tell)
        self.slider.valueChanged.connect(self._moved)
        self.set_first(None)
        self.hide()

    def _draw_icon(self) -> None:
        self._icon.setPixmap(self._icons.pixmap("clock", "accent", size=self._theme.px(16)))

    def set_first(self, moment: datetime | None) -> None:
        """Let the slider begin at the day of the oldest memory."""
        day = self.day
        self._first = min(moment.astimezone().date() if moment is not None else self._today(), self._today())
        blocked = self.slider.blockSignals(True)
        self.slider.setRange(0, (self._today() - self._first).days)
        self.slider.setValue((day - self._first).days)
        self.slider.blockSignals(blocked)
        self._say()

    def open_band(self) -> None:
        """Show it, at the day before; the slider takes the keys."""
        self.show()
        self.slider.setValue(self.slider.maximum() - 1)
        self._say()
        self.slider.setFocus(Qt.FocusReason.OtherFocusReason)
        self._settle.start()

    def close_band(self) -> None:
        """Come back to today."""
        self.hide()
        self._settle.stop()
        self.slider.setValue(self.slider.maximum())
        self._settle.stop()
        self.changed.emit(None)

    def show_moment(self, moment: datetime | None) -> None:
        """Follow a filter that was set elsewhere, without telling."""
        self.setVisible(moment is not None)
        blocked = self.slider.blockSignals(True)
        day = self._today() if moment is None else moment.astimezone().date()
        self.slider.setValue((day - self._first).days)
        self.slider.blockSignals(blocked)
        self._say()

    @property
    def day(self) -> date:
        """The day in the slider."""
        return self._first + timedelta(days=self.slider.value())

    @property
    def moment(self) -> datetime | None:
        """The end of that day; None for today."""
        if self.day >= self._today():
            return None
        return datetime.combine(self.day, time(23, 59, 59, 999_999)).astimezone()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape comes back to today."""
        if event.key() == Qt.Key.Key_Escape:
            self.close_band()
            return
        super().keyPressEvent(event)

    @staticmethod
    def _today() -> date:
        return datetime.now().astimezone().date()

    def _moved(self, _value: int) -> None:
        self._say()
        self._settle.start()

    def _say(self) -> None:
        self._words.setText(as_of_words(self.day, today=self._today()))
        self.slider.setAccessibleDescription(self._words.text())

    def _tell(self) -> None:
        self.changed.emit(self.moment)


def as_of_words(day: date, *, today: date) -> str:
    """`As it was known on 3 March 2026`."""
    if day >= today:
        return QCoreApplication.translate("AsOfBand", "As it is known today")
    shown = QLocale().toString(QDate(day.year, day.month, day.day), "d MMMM yyyy")
    return QCoreApplication.translate("AsOfBand", "As it was known on {0}").format(shown)
