"""Short words to the owner. They are kept until a window exists and then shown as a quiet bar, one after the other."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QObject, Signal

MessageLevel = Literal["info", "warning", "error"]

INFO_SECONDS = 6.0
UNDO_SECONDS = 20.0
_KEPT = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """One message of the bar.

    Attributes:
        level: An error or a warning stays until it is dismissed.
        text: Plain words.
        action: Label of the one thing that can be done about it, or None.
        run: What the action does.
        seconds: How long it stays; None stays until it is dismissed.
        key: A message with the same key replaces an older one.
    """

    level: MessageLevel
    text: str
    action: str | None = None
    run: Callable[[], None] | None = None
    seconds: float | None = None
    key: str | None = None


class Messages(QObject):
    """Takes messages from anywhere in the desktop. A view takes them out with `take` when it is free."""

    arrived = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._waiting: deque[Notification] = deque(maxlen=_KEPT)

    def info(
        self,
        text: str,
        *,
        action: str | None = None,
        run: Callable[[], None] | None = None,
        key: str | None = None,
    ) -> None:
        """Something that went as wished; gone after a few seconds."""
        seconds = UNDO_SECONDS if action else INFO_SECONDS
        self._add(Notification(level="info", text=text, action=action, run=run, seconds=seconds, key=key))

    def warning(
        self,
        text: str,
        *,
        action: str | None = None,
        run: Callable[[], None] | None = None,
        key: str | None = None,
    ) -> None:
        """Something that the owner should know; stays."""
        self._add(Notification(level="warning", text=text, action=action, run=run, key=key))

    def error(
        self,
        text: str,
        *,
        action: str | None = None,
        run: Callable[[], None] | None = None,
        key: str | None = None,
    ) -> None:
        """Something failed: what happened, what was kept, what to do; stays."""
        self._add(Notification(level="error", text=text, action=action, run=run, key=key))

    def _add(self, notification: Notification) -> None:
        if notification.key is not None:
            kept = [item for item in self._waiting if item.key != notification.key]
            self._waiting.clear()
            self._waiting.extend(kept)
        if notification in self._waiting:
            return
        self._waiting.append(notification)
        self.arrived.emit()

    @property
    def waiting(self) -> int:
        """How many have not been shown."""
        return len(self._waiting)

    def take(self) -> Notification | None:
        """The oldest that has not been shown, or None."""
        return self._waiting.popleft() if self._waiting else None
