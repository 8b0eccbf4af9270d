"""What can be scheduled: jobs, work that runs by itself, what is kept of both, and a job's side of one run."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from engine.background_values import BackgroundState, Priority


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One kind of background work.

    Attributes:
        name: Unique; what the owner's calls and the database name it.
        title: What it does, in words.
        run: Does it once and says in words what it came to; empty words leave nothing to say.
        every: How long it rests between two runs; None waits for `Scheduler.ask` or `run_now`.
        priority: Low work waits for a calm computer, high work for nothing.
        first_after: How long after a start it may run first, so that a start is left in peace.
    """

    name: str
    title: str
    run: Callable[[Turn], Awaitable[str]]
    every: timedelta | None = None
    priority: Priority = "normal"
    first_after: timedelta = timedelta(seconds=20)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideLook:
    """How it stands with work that runs by itself."""

    state: BackgroundState
    done: float | None = None
    words: str = ""
    failed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """Background work that runs by itself and is only shown here, and paused where it can be.

    Attributes:
        name: Unique among jobs and outside work.
        title: What it does, in words.
        look: How it stands with it now; None where there is nothing to do, then it is not listed.
        pause: Pauses it and remembers that; None where it cannot be.
        resume: The opposite.
    """

    name: str
    title: str
    look: Callable[[], OutsideLook | None]
    pause: Callable[[], Awaitable[None]] | None = None
    resume: Callable[[], Awaitable[None]] | None = None
    priority: Priority = "normal"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRecord:
    """What is kept of a job from one start to the next."""

    name: str
    paused: bool = False
    ran_at: datetime | None = None
    result: str = ""
    failed: bool = False


class JobBook(Protocol):
    """Where the records are kept."""

    async def load(self) -> list[JobRecord]:
        """All of them."""

    async def save(self, record: JobRecord) -> None:
        """Write one; returned means committed."""


class Turn:
    """A job's side of one run."""

    def __init__(self, *, breathe: Callable[[], Awaitable[None]], report: Callable[[float | None, str], None]) -> None:
        """Made by the scheduler for each run, and by tests of a job by itself.

        Args:
            breathe: Waits while something is in the way.
            report: Takes how far it is.
        """
        self._breathe = breathe
        self._report = report

    async def breathe(self) -> None:
        """A checkpoint: everything begun is committed, and others may go first.

        Returns at once where nothing is in the way.

        Raises:
            asyncio.CancelledError: the engine closes.
        """
        await self._breathe()

    def report(self, done: float | None, words: str = "") -> None:
        """Say how far it is.

        Args:
            done: 0 to 1, or None where that is not known.
            words: What it is at.
        """
        self._report(done, words)
