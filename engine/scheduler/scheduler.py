"""Gives one job at a time its turn; see `engine.scheduler`."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from engine.background_values import PRIORITIES, BackgroundStatus, Load, Priority
from engine.errors import EngineClosedError, MagrayError, NotFoundError
from engine.events import BackgroundChanged, Event, Notice
from engine.scheduler.entry import Entry, Times
from engine.scheduler.job import Job, JobBook, JobRecord, Outside, OutsideLook, Turn
from engine.scheduler.looking import LoadWatch, job_status, outside_status

_log = logging.getLogger(__name__)

HELD_SECONDS = 5.0
"""How often work that is held back by the load is looked at again."""
LONGEST_SLEEP = 60.0
"""How often the wall clock is looked at, at least: the monotonic one may stand still while a computer sleeps."""
WRITE_SECONDS = 600.0
"""That a job was done as always is written down no more often than this; what came of it earlier is done again."""
TELL_SECONDS = 0.25
"""Progress of one job is told no more often than this."""


async def _wait(wake: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await wake.wait()


def _always_calm() -> Load:
    return Load()


class Scheduler:
    """Owned by the engine: `add` jobs, `start`, then `close`. Methods belong to the engine's loop."""

    def __init__(
        self,
        *,
        book: JobBook,
        publish: Callable[[Event], None],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        load: Callable[[], Load] = _always_calm,
        monotonic: Callable[[], float] = time.monotonic,
        wait: Callable[[asyncio.Event, float], Awaitable[None]] = _wait,
    ) -> None:
        """Nothing runs yet.

        Args:
            book: Keeps what is known of the jobs.
            publish: Tells the owner.
            clock: The wall clock, aware.
            load: How busy the computer is; asked every few seconds, must return at once.
            monotonic: Seconds, never going back.
            wait: Waits for an event or for so many seconds.
        """
        self._book = book
        self._publish = publish
        self._times = Times(clock, monotonic)
        self._load = LoadWatch(load, monotonic)
        self._wait = wait
        self._entries: dict[str, Entry] = {}
        self._outside: dict[str, Outside] = {}
        self._known: dict[str, JobRecord] = {}
        self._wake = asyncio.Event()
        self._active: Entry | None = None
        self._loop_task: asyncio.Task[None] | None = None
        self._saves: set[asyncio.Task[None]] = set()
        self._closing = False

    def add(self, job: Job) -> None:
        """Take a job in; before or after `start`.

        Raises:
            ValueError: the name is taken.
        """
        self._check_free(job.name)
        self._entries[job.name] = Entry(job, JobRecord(name=job.name))
        if self._loop_task is not None:
            self._plan(self._entries[job.name])
            self._wake.set()

    def add_outside(self, outside: Outside) -> None:
        """Show work that runs by itself.

        Raises:
            ValueError: the name is taken.
        """
        self._check_free(outside.name)
        self._outside[outside.name] = outside

    async def start(self) -> None:
        """Read what is known of the jobs and begin."""
        self._times.start()
        self._known = {record.name: record for record in await self._book.load()}
        for entry in self._entries.values():
            self._plan(entry)
        self._loop_task = asyncio.create_task(self._go_on(), name="background work")

    async def close(self) -> None:
        """End what runs at its next checkpoint or await; what it committed stays. Safe to call twice."""
        self._closing = True
        tasks: list[asyncio.Task[None]] = [entry.task for entry in self._entries.values() if entry.task is not None]
        if self._loop_task is not None:
            tasks.append(self._loop_task)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        for entry in self._entries.values():
            for waiter in entry.waiters:
                if not waiter.done():
                    waiter.set_result(None)
        while self._saves:
            await asyncio.wait(self._saves)

    # What the owner may do

    def jobs(self) -> list[BackgroundStatus]:
        """How it stands with all of it: jobs as they were added, then what runs by itself."""
        shown = [self._shown(entry) for entry in self._entries.values()]
        for outside in self._outside.values():
            look = outside.look()
            if look is not None:
                shown.append(outside_status(outside, look))
        return shown

    async def pause(self, name: str | None = None) -> None:
        """Let a job, or all, rest from the next checkpoint on, also over restarts.

        Raises:
            NotFoundError: there is no such job, or it cannot be paused.
        """
        for entry in self._named(name):
            entry.forced = False
            await self._note(entry, paused=True)
        for outside in self._outside_named(name):
            if outside.pause is not None:
                await outside.pause()
        self._wake.set()

    async def resume(self, name: str | None = None) -> None:
        """Let a job, or all, go on.

        Raises:
            NotFoundError: there is no such job, or it cannot be paused.
        """
        for entry in self._named(name):
            await self._note(entry, paused=False)
        for outside in self._outside_named(name):
            if outside.resume is not None:
                await outside.resume()
        self._wake.set()

    async def run_now(self, name: str) -> BackgroundStatus:
        """Do a job as soon as the one at hand lets it, whatever the load, and wait until it is done.

        A run that is under way already is the one waited for. To stop waiting stops nothing.

        Returns:
            How it stands with it then; `result` and `failed` say what it came to.

        Raises:
            NotFoundError: there is no such job.
            EngineClosedError: the engine closed meanwhile.
        """
        entry = self._entries.get(name)
        if entry is None:
            raise NotFoundError(f"There is no background job named {name!r} that can be run by hand.")
        if self._closing:
            raise EngineClosedError("Magray is closed; nothing was changed.")
        entry.forced = True
        if entry.task is None:
            self.ask(name)
        waiter = asyncio.get_running_loop().create_future()
        entry.waiters.append(waiter)
        self._wake.set()
        await waiter
        if self._closing:
            raise EngineClosedError("Magray was closed before this was done. What was done of it is kept.")
        return self._shown(entry)

    # What parts of the engine may do

    def ask(self, name: str) -> None:
        """Make a job due; it still waits for its turn and for the load."""
        entry = self._entries[name]
        entry.due = min(self._times.monotonic(), entry.due if entry.due is not None else float("inf"))
        self._wake.set()

    def look(self) -> None:
        """Look at clocks and load anew, as after a sleep of the computer."""
        self._load.forget()
        self._wake.set()

    def tell(self, name: str) -> None:
        """Tell the owner how it stands with work that runs by itself."""
        outside = self._outside[name]
        look = outside.look() or OutsideLook(state="resting")
        self._publish(BackgroundChanged(status=outside_status(outside, look)))

    def held_words(self, priority: Priority) -> str:
        """Why the load leaves no room for this priority; empty where it does."""
        return self._load.reason(PRIORITIES.index(priority))

    # The loop

    async def _go_on(self) -> None:
        while True:
            self._wake.clear()
            await self._wait(self._wake, self._dispatch())

    def _dispatch(self) -> float:
        """Give the turn to whoever is next.

        Returns:
            Seconds until it is worth another look, if nothing happens.
        """
        if self._active is None:
            entry = self._next_but(None)
            if entry is not None and entry.waiting:
                entry.waiting = False
                self._active = entry
                entry.gate.set()
                self._tell(entry)
            elif entry is not None:
                self._begin(entry)
        now = self._times.monotonic()
        held = any(
            (entry.waiting or self._times.is_due(entry)) and not entry.record.paused for entry in self._entries.values()
        )
        nearest = min((entry.due - now for entry in self._resting() if entry.due is not None), default=LONGEST_SLEEP)
        return min(max(nearest, 0.01), HELD_SECONDS if held else LONGEST_SLEEP)

    def _resting(self) -> Iterable[Entry]:
        return (entry for entry in self._entries.values() if entry.task is None and not self._times.is_due(entry))

    def _next_but(self, but: Entry | None) -> Entry | None:
        """Who may go on now: what the owner asked for, then by priority; what began before what did not."""
        candidates = [
            entry
            for entry in self._entries.values()
            if entry is not but and (entry.waiting or self._times.is_due(entry)) and self._may(entry)
        ]
        return min(candidates, key=self._order, default=None)

    def _order(self, entry: Entry) -> tuple[bool, int, bool, float]:
        return (
            not entry.forced,
            self._times.rank(entry),
            entry.task is None,
            entry.due if entry.due is not None else 0.0,
        )

    def _may(self, entry: Entry) -> bool:
        """Whether neither the owner nor the load holds it back."""
        if entry.forced:
            return True
        return not entry.record.paused and not self._load.reason(self._times.rank(entry))

    def _shown(self, entry: Entry) -> BackgroundStatus:
        return job_status(entry, self._times, held="" if entry.forced else self._load.reason(self._times.rank(entry)))

    # One job

    def _plan(self, entry: Entry) -> None:
        entry.record = self._known.get(entry.job.name, entry.record)
        self._times.plan_first(entry)

    def _turn(self, entry: Entry) -> Turn:
        return Turn(breathe=partial(self._breathe, entry), report=partial(self._report, entry))

    def _begin(self, entry: Entry) -> None:
        self._active = entry
        entry.done, entry.words = None, ""
        entry.task = asyncio.create_task(self._perform(entry), name=f"background job {entry.job.name}")
        self._tell(entry)

    async def _perform(self, entry: Entry) -> None:
        try:
            result, failed = await self._outcome(entry)
            told = entry.record.failed
            entry.failures = entry.failures + 1 if failed else 0
            ran_at = entry.record.ran_at if failed else self._times.clock()
            same = result == entry.record.result and not failed and not told
            await self._note(entry, seldom=same, ran_at=ran_at, result=result, failed=failed)
            if failed and not told:
                text = f"{entry.job.title}: this could not be done. {result} It will be tried again later."
                self._publish(Notice(level="warning", text=text))
        finally:
            entry.task, entry.waiting, entry.forced, entry.done, entry.words = None, False, False, None, ""
            if self._active is entry:
                self._active = None
            self._times.plan_next(entry)
            self._wake.set()
            waiters, entry.waiters = entry.waiters, []
            for waiter in waiters:
                if not waiter.done():
                    waiter.set_result(None)
            if not self._closing:
                self._tell(entry)

    async def _outcome(self, entry: Entry) -> tuple[str, bool]:
        """What one run came to, and whether it failed."""
        try:
            return await entry.job.run(self._turn(entry)), False
        except asyncio.CancelledError:
            if self._closing:
                raise
            _log.warning("the background job %s was cancelled from within", entry.job.name)
            return "It was stopped.", True
        except MagrayError as error:
            _log.warning("the background job %s failed: %s", entry.job.name, error)
            return str(error), True
        except Exception as error:
            _log.exception("the background job %s failed", entry.job.name)
            # Its words may repeat a text, and what is kept here is not erased with it.
            return f"Something went wrong ({type(error).__name__}). The log holds the details.", True

    async def _breathe(self, entry: Entry) -> None:
        if self._closing:
            raise asyncio.CancelledError
        await asyncio.sleep(0)  # others on the loop have their moment, too
        if self._active is entry and self._may(entry) and not self._others_first(entry):
            return
        entry.gate.clear()
        entry.waiting = True
        if self._active is entry:
            self._active = None
        self._wake.set()
        self._tell(entry)
        try:
            await entry.gate.wait()
        finally:
            entry.waiting = False

    def _others_first(self, entry: Entry) -> bool:
        other = self._next_but(entry)
        return other is not None and (not other.forced, self._times.rank(other)) < (
            not entry.forced,
            self._times.rank(entry),
        )

    def _report(self, entry: Entry, done: float | None, words: str) -> None:
        entry.done = None if done is None else min(1.0, max(0.0, done))
        entry.words = words
        if self._times.monotonic() - entry.told >= TELL_SECONDS:
            self._tell(entry)

    def _tell(self, entry: Entry) -> None:
        entry.told = self._times.monotonic()
        self._publish(BackgroundChanged(status=self._shown(entry)))

    async def _note(self, entry: Entry, *, seldom: bool = False, **changes: Any) -> None:
        """Change a record and write it down; a database that takes nothing now gets it with the next change.

        Args:
            entry: Whose record.
            seldom: Only the time is another one: a job of every minute need not wake the disk every minute.
            changes: Fields of the record.
        """
        entry.record = replace(entry.record, **changes)
        now = self._times.monotonic()
        if seldom and now - entry.written < WRITE_SECONDS:
            return
        entry.written = now
        task = asyncio.create_task(self._save(entry.record), name=f"record of {entry.job.name}")
        self._saves.add(task)
        task.add_done_callback(self._saves.discard)
        self._tell(entry)
        await asyncio.shield(task)

    async def _save(self, record: JobRecord) -> None:
        try:
            await self._book.save(record)
        except MagrayError as error:
            _log.warning("the record of the background job %s was not written: %s", record.name, error)

    def _check_free(self, name: str) -> None:
        if name in self._entries or name in self._outside:
            raise ValueError(f"there is a background job named {name!r} already")

    def _named(self, name: str | None) -> list[Entry]:
        if name is None:
            return list(self._entries.values())
        if name in self._entries:
            return [self._entries[name]]
        if name in self._outside and self._outside[name].pause is not None:
            return []
        raise NotFoundError(f"There is no background job named {name!r} that can be paused.")

    def _outside_named(self, name: str | None) -> list[Outside]:
        return [outside for outside in self._outside.values() if name in (None, outside.name)]
