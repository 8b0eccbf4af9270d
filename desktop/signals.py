"""SIGINT and SIGTERM end the desktop as closing its window does.

Python runs its handlers only when the interpreter gets its turn, and a quiet Qt loop gives it none. The signal's number
therefore also goes through a socket pair that Qt watches.
"""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable
from types import FrameType

from PySide6.QtCore import QSocketNotifier


class EndSignals:
    """Calls `end` on the Qt thread when the process is asked to end. `close` gives the handlers back."""

    def __init__(self, end: Callable[[], None]) -> None:
        self._end = end
        self._read, self._write = socket.socketpair()
        for side in (self._read, self._write):
            side.setblocking(False)
        self._old_fd = signal.set_wakeup_fd(self._write.fileno(), warn_on_full_buffer=False)
        self._old = {number: signal.signal(number, self._heard) for number in (signal.SIGINT, signal.SIGTERM)}
        self._notifier = QSocketNotifier(self._read.fileno(), QSocketNotifier.Type.Read)
        self._notifier.activated.connect(self._wake)

    def _heard(self, _number: int, _frame: FrameType | None) -> None:
        self._end()

    def _wake(self) -> None:
        # Having got here, the interpreter runs `_heard` by itself before the next line.
        self._read.recv(64)

    def close(self) -> None:
        """Stop listening."""
        self._notifier.setEnabled(False)
        signal.set_wakeup_fd(self._old_fd)
        for number, handler in self._old.items():
            signal.signal(number, handler)
        self._read.close()
        self._write.close()
