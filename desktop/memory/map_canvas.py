"""The map under the owner's hands: moved, zoomed, chosen from one by one or by a lasso, all of it by keys, too."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QNativeGestureEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QWidget

from desktop.memory.map_picture import MapPicture
from desktop.memory.map_space import inside
from desktop.theme import Theme

WHEEL_FACTOR = 1.25
"""How much nearer a notch of the wheel brings one."""
KEY_FACTOR = 1.5
_KEY_STEP = 64
_REACH = 10
"""Design pixels around the pointer in which a memory counts as pointed at."""


class MapCanvas(MapPicture):
    """Shows points. The wheel and plus and minus zoom, dragging and the arrows move, Shift and dragging draws a lasso.

    Attributes:
        opened: The number of what is to be opened.
        lasso_ended: A lasso was drawn, or given up.
        menu_wanted: A menu is wanted at a place of the screen.
    """

    opened = Signal(object)
    lasso_ended = Signal()
    menu_wanted = Signal(QPoint)

    def __init__(self, *, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme=theme, parent=parent)
        self._lasso_mode = False
        self._pressed: QPointF | None = None
        self._dragged = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)

    @property
    def lasso_mode(self) -> bool:
        """Whether dragging draws a lasso without Shift."""
        return self._lasso_mode

    def set_lasso_mode(self, on: bool) -> None:
        """Let dragging draw a lasso."""
        self._lasso_mode = on
        self._lasso = None
        self._take_cursor()
        self.update()

    def _take_cursor(self) -> None:
        if self._lasso_mode:
            self.setCursor(Qt.CursorShape.CrossCursor)
        elif self._dragged:
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif self._pointed >= 0 and not self._by_keys:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        else:
            self.setCursor(Qt.CursorShape.ArrowCursor)

    def _pick(self, numbers: list[int]) -> None:
        self.set_selected(numbers)
        self.picked.emit(numbers)

    def within(self, corners: list[QPointF]) -> list[int]:
        """Numbers of the memories inside a polygon of pixels."""
        x, y = self.space.all_to_view(self._points.x, self._points.y)
        return list(self._points.numbers[inside(x, y, corners)].tolist())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A drag begins, or a click."""
        if event.button() not in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            super().mousePressEvent(event)
            return
        self._by_keys = False
        self._pressed = event.position()
        self._dragged = False
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if event.button() == Qt.MouseButton.LeftButton and (self._lasso_mode or shift):
            self._lasso = [event.position()]

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Draw the lasso on, move the view, or point."""
        place = event.position()
        if self._pressed is None:
            self._by_keys = False
            self._point(self.nearest(place, self._theme.px(_REACH)))
            return
        if self._lasso is not None:
            if (place - self._lasso[-1]).manhattanLength() >= 3:
                self._lasso.append(place)
                self.update()
            return
        moved = place - self._pressed
        if self._dragged or moved.manhattanLength() >= QApplication.startDragDistance():
            self._dragged = True
            self._pressed = place
            self._point(-1)
            self._take_cursor()
            self.pan(moved.x(), moved.y())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """What was drawn around, or clicked, is selected."""
        pressed, self._pressed = self._pressed, None
        lasso, self._lasso = self._lasso, None
        if pressed is None:
            super().mouseReleaseEvent(event)
            return
        if lasso is not None and len(lasso) > 2:
            self._pick(self.within(lasso))
            self.lasso_ended.emit()
        elif self._dragged:
            self._dragged = False
        elif event.button() == Qt.MouseButton.LeftButton:
            number = self.nearest(event.position(), self._theme.px(_REACH))
            if number >= 0:
                extend = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
                self._toggle(number) if extend else self._pick([number])
            elif len(self._selected):
                self._pick([])
        self._take_cursor()
        self.update()

    def _toggle(self, number: int) -> None:
        held = set(self._selected.tolist())
        self._pick(sorted(held ^ {number}))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Opens what is pointed at."""
        number = self.nearest(event.position(), self._theme.px(_REACH))
        if number >= 0 and event.button() == Qt.MouseButton.LeftButton:
            self.opened.emit(number)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """A menu for what is selected, or pointed at."""
        number = self._pointed
        if number >= 0 and number not in set(self._selected.tolist()):
            self._pick([number])
        if len(self._selected):
            self.menu_wanted.emit(event.globalPos())

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is pointed at from outside."""
        super().leaveEvent(event)
        if not self._by_keys:
            self._point(-1)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Come nearer to what is under the pointer."""
        turned = event.angleDelta().y() or event.angleDelta().x()
        if turned:
            self.zoom(WHEEL_FACTOR ** (turned / 120), event.position())
        event.accept()

    def event(self, event: QEvent) -> bool:
        """Pinching zooms; Tab walks through the groups before it leaves."""
        if isinstance(event, QNativeGestureEvent) and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
            self.zoom(1.0 + event.value(), event.position())
            return True
        if isinstance(event, QFocusEvent):
            by_keys = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
            self._ring = event.gotFocus() and event.reason() in by_keys
            if event.gotFocus() and event.reason() == Qt.FocusReason.TabFocusReason:
                self._group = -1
            elif event.gotFocus() and event.reason() == Qt.FocusReason.BacktabFocusReason:
                self._group = self._walked
            if event.lostFocus() and self._by_keys:
                self._by_keys = False
                self._point(-1)
            self.update()
        elif event.type() == QEvent.Type.DevicePixelRatioChange:
            self._anew()
        return super().event(event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab goes to the next group; behind the last one it leaves."""
        wanted = self._group + (1 if forward else -1)
        if not 0 <= wanted < self._walked:
            return super().focusNextPrevChild(forward)
        self._by_keys = True
        self.show_group(wanted)
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move, plus and minus zoom, 0 shows all, Enter opens, Space and Ctrl+A select, Escape lets go."""
        step = float(self._theme.px(_KEY_STEP))
        ways = {
            Qt.Key.Key_Left: (step, 0.0),
            Qt.Key.Key_Right: (-step, 0.0),
            Qt.Key.Key_Up: (0.0, step),
            Qt.Key.Key_Down: (0.0, -step),
        }
        key = Qt.Key(event.key())
        if key in ways:
            self._by_keys = True
            self.pan(*ways[key])
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self._by_keys = True
            self.zoom(KEY_FACTOR)
        elif key in (Qt.Key.Key_Minus, Qt.Key.Key_Underscore):
            self._by_keys = True
            self.zoom(1 / KEY_FACTOR)
        elif key in (Qt.Key.Key_0, Qt.Key.Key_Home):
            self.fit()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._pointed >= 0:
            self.opened.emit(self._pointed)
        elif key == Qt.Key.Key_Space and self._pointed >= 0:
            extend = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
            self._toggle(self._pointed) if extend else self._pick([self._pointed])
        elif event.matches(QKeySequence.StandardKey.SelectAll):
            edges = QRectF(self.rect())
            self._pick(self.within([edges.topLeft(), edges.topRight(), edges.bottomRight(), edges.bottomLeft()]))
        elif key == Qt.Key.Key_Escape and (self._lasso is not None or self._lasso_mode):
            self.set_lasso_mode(False)
            self.lasso_ended.emit()
        elif key == Qt.Key.Key_Escape and len(self._selected):
            self._pick([])
        else:
            super().keyPressEvent(event)
