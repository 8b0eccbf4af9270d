"""Moves the pointer from inside of a coroutine.

`QTest.mouseMove` lets Qt work off its events before it returns. Inside of a coroutine that runs the steps of other
tasks in the middle of one, which asyncio refuses, and a task whose step was refused never ends.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget


def move_pointer(widget: QWidget, place: QPoint, *, pressed: bool = False) -> None:
    """The pointer comes to a place of a widget, with the left button down or not."""
    button = Qt.MouseButton.LeftButton if pressed else Qt.MouseButton.NoButton
    at = QPointF(place)
    event = QMouseEvent(
        QEvent.Type.MouseMove,
        at,
        widget.mapToGlobal(at),
        Qt.MouseButton.NoButton,
        button,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(widget, event)
