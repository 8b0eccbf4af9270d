"""When a job is due, and how much it matters by then."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from engine.background_values import PRIORITIES
from engine.scheduler.job import Job, JobRecord

PATIENCE = timedelta(days=1)
"""A job that is overdue by this counts as one priority higher, by twice this as two: a computer that is always busy
must not keep its owner from ever having a backup."""
MOST_BACKOFF = timedelta(hours=6)
"""A job that fails again and again is tried at least this often, or as often as it is due where that is rarer."""
RETRY = timedelta(minutes=1)
"""After this a job that is only run when asked for is tried again when it failed; twice as long the next time."""


@dataclass(slots=True)
class Entry:
    """A job with everything that changes. Times are seconds of the monotonic clock."""

    job: Job
    record: JobRecord
    due: float | None = None
    task: asyncio.Task[None] | None = None
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    waiting: bool = False  # it stands at a checkpoint and wants to go on
    forced: bool = False  # the owner asked for it: neither load nor pause hold it back
    failures: int = 0
    done: float | None = None
    words: str = ""
    told: float = float("-inf")
    written: float = float("-inf")
    waiters: list[asyncio.Future[None]] = field(default_factory=list)


class Times:
    """The two clocks, and what follows from them."""

    def __init__(self, clock: Callable[[], datetime], monotonic: Callable[[], float]) -> None:
        self.clock = clock
        self.monotonic = monotonic
        self._started_at = float("inf")

    def start(self) -> None:
        """Count from now what jobs leave a start in peace."""
        self._started_at = self.monotonic()

    def plan_first(self, entry: Entry) -> None:
        """When it is due for the first time since the start: what was missed is due once, soon."""
        entry.failures = int(entry.record.failed)
        every, ran = entry.job.every, entry.record.ran_at
        if every is None:
            return
        ago = None if ran is None else self.clock() - ran
        rest = timedelta(0) if ago is None or ago < timedelta(0) or entry.failures else every - ago
        entry.due = self.monotonic() + max(entry.job.first_after, rest).total_seconds()

    def plan_next(self, entry: Entry) -> None:
        """When it is due again after a run; later and later where it failed."""
        every = entry.job.every
        entry.due = None
        if every is None and not entry.failures:
            return
        base = RETRY if every is None else every
        rest = min(base * 2 ** min(entry.failures, 20), max(base, MOST_BACKOFF))
        entry.due = self.monotonic() + rest.total_seconds()

    def is_due(self, entry: Entry) -> bool:
        """By the monotonic clock, or by the wall clock, which also counts while the computer sleeps."""
        if entry.task is not None or entry.due is None:
            return False
        now = self.monotonic()
        if now >= entry.due:
            return True
        every, ran = entry.job.every, entry.record.ran_at
        in_peace = now - self._started_at < entry.job.first_after.total_seconds()
        if every is None or ran is None or entry.failures or in_peace:
            return False
        return self.clock() - ran >= every

    def rank(self, entry: Entry) -> int:
        """0 for high, 1 for normal, 2 for low priority; less for what is overdue, see `PATIENCE`."""
        late = 0.0 if entry.due is None else self.monotonic() - entry.due
        every, ran = entry.job.every, entry.record.ran_at
        if every is not None and ran is not None and not entry.failures:
            late = max(late, (self.clock() - ran - every).total_seconds())
        return max(0, PRIORITIES.index(entry.job.priority) - int(max(0.0, late) / PATIENCE.total_seconds()))

    def next_at(self, entry: Entry) -> datetime | None:
        """The time of the wall clock at which it is due."""
        if entry.due is None:
            return None
        return self.clock() + timedelta(seconds=max(0.0, entry.due - self.monotonic()))
