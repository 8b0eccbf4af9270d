"""The timeline under the owner's hands: days are chosen by a click, a drag, or the keys."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QWheelEvent

from desktop.memory.timeline_picture import TimelinePicture
from desktop.memory.timeline_spans import Zoom

_KEYS_FAR: dict[Zoom, int] = {"day": 30, "week": 13, "month": 12}


class TimelineCanvas(TimelinePicture):
    """A click or a drag chooses spans; the arrows walk, Shift and the arrows stretch the choice.

    Attributes:
        chosen: The first day of what was chosen and the first one behind it (`date`, `date`), or None twice.
        zoom_wanted: Finer (1) or coarser (-1) is wanted.
    """

    chosen = Signal(object, object)
    zoom_wanted = Signal(int)

    def _choose(self, low: int, high: int) -> None:
        days = self._spans[low].first, self._spans[high].end
        self.set_range(days)
        self.chosen.emit(*days)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A drag begins, or a click."""
        place = self._place_at(event.position().x())
        if event.button() != Qt.MouseButton.LeftButton or place < 0:
            super().mousePressEvent(event)
            return
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        first = self._anchor if shift and self._anchor >= 0 else place
        self._anchor = first
        self._drag = (first, place)
        self.viewport().update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Stretch the choice, or point."""
        if self._drag is not None:
            self._drag = (self._drag[0], self._place_at(event.position().x(), strict=False))
            self._hover = -1
        else:
            self._hover = self._place_at(event.position().x())
            self.walked.emit(self._spans[self._hover] if self._hover >= 0 else None)
        self.viewport().update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """What was clicked or dragged over is chosen; a click on the one chosen day lets go of it."""
        drag, self._drag = self._drag, None
        if drag is None:
            super().mouseReleaseEvent(event)
            return
        low, high = sorted(drag)
        self._cursor = drag[1]
        if low == high and self._range == (self._spans[low].first, self._spans[low].end):
            self._let_go()
        else:
            self._choose(low, high)
        self._describe()
        self.viewport().update()

    def _let_go(self) -> None:
        self.set_range(None)
        self.chosen.emit(None, None)

    def event(self, event: QEvent) -> bool:
        """The focus ring shows where Tab brought the keys here."""
        if isinstance(event, QFocusEvent):
            by_keys = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
            self._ring = event.gotFocus() and event.reason() in by_keys
            if self._ring and self._cursor < 0 and self._spans:
                self._walk(len(self._spans) - 1, stretch=False)
            self.viewport().update()
        return super().event(event)

    def viewportEvent(self, event: QEvent) -> bool:
        """Nothing is pointed at from outside."""
        if event.type() == QEvent.Type.Leave:
            self._hover = -1
            self.walked.emit(None)
            self.viewport().update()
        return super().viewportEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll through time; with Ctrl, finer or coarser."""
        turned = event.angleDelta().y() or event.angleDelta().x()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom_wanted.emit(1 if turned > 0 else -1)
        else:
            bar = self.horizontalScrollBar()
            bar.setValue(bar.value() - round(turned / 120 * bar.singleStep()))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk, stretch, choose, let go."""
        if not self._spans:
            super().keyPressEvent(event)
            return
        far, last = _KEYS_FAR[self._zoom], len(self._spans) - 1
        here = self._cursor if self._cursor >= 0 else last
        ways = {
            Qt.Key.Key_Left: here - 1,
            Qt.Key.Key_Right: here + 1,
            Qt.Key.Key_PageUp: here - far,
            Qt.Key.Key_PageDown: here + far,
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: last,
        }
        key = Qt.Key(event.key())
        if key in ways:
            shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._walk(min(max(ways[key], 0), last), stretch=shift)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._choose(here, here)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus):
            self.zoom_wanted.emit(-1 if key == Qt.Key.Key_Minus else 1)
        elif key == Qt.Key.Key_Escape and self._range is not None:
            self._let_go()
        else:
            super().keyPressEvent(event)

    def _walk(self, place: int, *, stretch: bool) -> None:
        if stretch:
            self._anchor = self._anchor if self._anchor >= 0 else max(self._cursor, 0)
        else:
            self._anchor = -1
        self._cursor = place
        self._hover = -1
        if stretch:
            self._choose(min(self._anchor, place), max(self._anchor, place))
        left, step = self._left(place), self._step()
        if left < self._gutter() + step or left + 2 * step > self.viewport().width():
            self._center(self._spans[place].first)
        self._describe()
        self.walked.emit(self._spans[place])
        self.viewport().update()
