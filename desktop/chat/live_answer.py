"""One answer on its way: takes the steps of a turn and tells what is to be shown, at most about 30 times a second.

Tokens may come far faster than a screen shows them. They are gathered, and where showing them takes long, the pauses
grow: writing never takes more than a quarter of the window's time.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from PySide6.QtCore import QCoreApplication, QObject, QTimer

from desktop.chat.entries import Entry
from desktop.words import number
from engine import (
    Answered,
    ChatStep,
    Failed,
    Message,
    Reading,
    Recalled,
    Recalling,
    Said,
    Sees,
    Switched,
    Thinking,
)

FLUSH_MS = 33
_MOST_MS = 400
_SHARE = 3
"""After a flush of t milliseconds the next one comes 3 t later at the earliest."""


def looking() -> str:
    """Words of an answer that is being looked for."""
    return QCoreApplication.translate("Transcript", "Looking through your files…")


class LiveAnswer(QObject):
    """The state of one answer.

    Args:
        show: Called with the entry of this moment, and with its id of before where that changed.
        begun: What stands there already, where an answer is written on.
    """

    def __init__(
        self, show: Callable[[str, Entry], None], *, begun: Message | None = None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._show = show
        self.id = begun.id if begun is not None else f"pending-{uuid.uuid4()}"
        self.entry = Entry(id=self.id, question=False, text=looking(), state="pending", created_at=datetime.now(UTC))
        if begun is not None:
            self.entry = replace(Entry.of_message(begun), state="streaming")
        self._parts: list[str] = [begun.text] if begun is not None else []
        self._thinking: list[str] = []
        self.failed: Failed | None = None
        self.done = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.flush)
        self._pause = FLUSH_MS

    def take(self, step: ChatStep) -> None:
        """Go one step on; `Asked` and `Remembered` are the caller's."""
        match step:
            case Recalling():
                self._say(looking())
            case Recalled():
                count = len(step.hits)
                self._say(
                    QCoreApplication.translate("Transcript", "Found %Ln passages, thinking about them…", "", count)
                    if count > 1
                    else looking()
                )
            case Reading():
                self._say(
                    QCoreApplication.translate("Transcript", "Reading {0}: {1} of {2}").format(
                        step.words, number(step.done), number(step.total)
                    )
                )
            case Sees():
                numbers = max((part.number or 0 for part in step.view.parts), default=0)
                self.entry = replace(self.entry, numbers=numbers)
            case Thinking():
                self._thinking.append(step.text)
                if self.entry.state == "pending":
                    self.entry = replace(self.entry, text=QCoreApplication.translate("Transcript", "Thinking…"))
                self._wait()
            case Said():
                if self.entry.state != "streaming":
                    self.entry = replace(self.entry, state="streaming")
                self._parts.append(step.text)
                self._wait()
            case Switched():
                self.entry = replace(self.entry, switched=step.reason)
            case Failed():
                self.failed = step
                # Quotes may follow; they are another answer.
                self._parts.clear()
                self._thinking.clear()
            case Answered():
                self._timer.stop()
                self.done = True
                self._put(Entry.of_message(step.message))

    def _say(self, words: str) -> None:
        if self.entry.state == "pending" and self.entry.text != words:
            self._put(replace(self.entry, text=words))

    def _put(self, entry: Entry) -> None:
        before = self.entry.id
        self.entry = entry
        self._show(before, entry)

    def _wait(self) -> None:
        if not self._timer.isActive():
            self._timer.start(self._pause)

    def flush(self) -> None:
        """Show what came since the last time."""
        self._timer.stop()
        if self.done:
            return
        begun = time.perf_counter()
        text = "".join(self._parts)
        self._parts[:] = [text]
        thinking = "".join(self._thinking)
        self._thinking[:] = [thinking]
        entry = replace(self.entry, thinking=thinking)
        if entry.state == "streaming":
            entry = replace(entry, text=text)
        self._put(entry)
        taken = (time.perf_counter() - begun) * 1000
        self._pause = round(min(_MOST_MS, max(FLUSH_MS, _SHARE * taken)))

    def end(self) -> None:
        """Nothing more comes: it was stopped, or it failed."""
        self._timer.stop()
        self.done = True
