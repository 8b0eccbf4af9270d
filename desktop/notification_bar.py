"""Shows the desktop's messages one after the other in a quiet bar."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget

from desktop.icons import Icons
from desktop.messages import Messages, Notification
from desktop.theme import Theme
from desktop.widgets.message_bar import MessageBar

_HELD_MS = 1500
"""A message that is pointed at or has the focus is asked again this often whether it may go."""


class NotificationBar(MessageBar):
    """Takes from `Messages` what has not been shown. What stays gives way to nothing; what passes gives way to news."""

    def __init__(self, theme: Theme, icons: Icons, messages: Messages, parent: QWidget | None = None) -> None:
        super().__init__(theme, icons, parent)
        self._messages = messages
        self._shown: Notification | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._expire)
        self.triggered.connect(self._run)
        self.dismissed.connect(self._next)
        messages.arrived.connect(self._arrived)

    def start(self) -> None:
        """The window is there: show what was kept until now."""
        if self._shown is None:
            self._next()

    def _arrived(self) -> None:
        if self._shown is None or self._shown.seconds is not None:
            self._next()

    def _expire(self) -> None:
        """What somebody is about to choose does not vanish under the pointer."""
        focused: QWidget | None = QApplication.focusWidget()
        if self.underMouse() or (focused is not None and self.isAncestorOf(focused)):
            self._timer.start(_HELD_MS)
            return
        self._next()

    def _next(self) -> None:
        self._timer.stop()
        self._shown = self._messages.take()
        if self._shown is None:
            self.hide()
            return
        actions = {"run": self._shown.action} if self._shown.action and self._shown.run else None
        self.show_message(self._shown.text, level=self._shown.level, actions=actions)
        if self._shown.seconds is not None:
            self._timer.start(round(self._shown.seconds * 1000))

    def _run(self, _name: str) -> None:
        shown = self._shown
        self._next()
        if shown is not None and shown.run is not None:
            shown.run()
