"""How busy the computer is, and how jobs are shown."""

from __future__ import annotations

import logging
from collections.abc import Callable

from engine.background_values import BackgroundState, BackgroundStatus, Load
from engine.scheduler.entry import Entry, Times
from engine.scheduler.job import Outside, OutsideLook

_log = logging.getLogger(__name__)

LOAD_SECONDS = 2.0
"""How long one look at the load counts."""
_LOWEST_ALLOWED = {"calm": 2, "busy": 1, "strained": 0}
"""The last rank that runs: 2 is low priority, 0 is high."""


class LoadWatch:
    """Asks for the load now and then."""

    def __init__(self, ask: Callable[[], Load], monotonic: Callable[[], float]) -> None:
        self._ask = ask
        self._monotonic = monotonic
        self._load = Load()
        self._at = float("-inf")

    def forget(self) -> None:
        """Ask anew the next time."""
        self._at = float("-inf")

    def reason(self, rank: int) -> str:
        """Why the load leaves no room for a rank, in words; empty where it does."""
        now = self._monotonic()
        if now - self._at >= LOAD_SECONDS:
            self._at = now
            try:
                self._load = self._ask()
            except Exception:  # a sensor that fails must not keep anything from running
                _log.exception("the load could not be told")
                self._load = Load()
        if rank <= _LOWEST_ALLOWED[self._load.level]:
            return ""
        return self._load.reason or "The computer is busy."


def job_status(entry: Entry, times: Times, *, held: str) -> BackgroundStatus:
    """How it stands with a job.

    Args:
        entry: The job.
        times: The clocks.
        held: Why the load holds it back; empty where it does not.
    """
    job, record = entry.job, entry.record
    paused = record.paused and not entry.forced
    state: BackgroundState = "resting"
    if entry.task is not None and not entry.waiting:
        state = "running"
    elif paused:
        state = "paused"
    elif entry.waiting or entry.forced or times.is_due(entry):
        state = "waiting"
    return BackgroundStatus(
        name=job.name,
        title=job.title,
        priority=job.priority,
        state=state,
        paused=record.paused,
        done=entry.done,
        words=(held if state == "waiting" else "") or entry.words,
        ran_at=record.ran_at,
        next_at=None if paused or entry.task is not None else times.next_at(entry),
        result=record.result,
        failed=record.failed,
    )


def outside_status(outside: Outside, look: OutsideLook) -> BackgroundStatus:
    """How it stands with work that runs by itself."""
    return BackgroundStatus(
        name=outside.name,
        title=outside.title,
        priority=outside.priority,
        state=look.state,
        paused=look.state == "paused",
        done=look.done,
        words=look.words,
        failed=look.failed,
        can_pause=outside.pause is not None,
        can_run=False,
    )
