"""The state of the files being worked on: what the list shows, what progress says, who waits for what.

Changes are collected for a tenth of a second, written to the database in one transaction, then told. So a thousand
files that are skipped at once cost ten writes, and a window that listens is never flooded.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Iterable
from typing import Any

from engine import values
from engine.errors import MagrayError, StoreError
from engine.events import EventBus, IngestFilesChanged, IngestProgressChanged, Notice
from engine.executors import Executors
from engine.memory.store import ingest_files
from engine.memory.store.database import Database
from engine.memory.store.ingest_files import Row
from engine.values import FileState, IngestProgress

_log = logging.getLogger(__name__)
_INTERVAL = 0.1
_RETRY_SECONDS = 5.0
_FILE_WEIGHT = 30_000
"""Bytes that a file counts as besides its size when the time left is estimated."""
_ENOUGH_SECONDS = 2.0


class Board:
    """Keeps rows that are not written yet, counts, and tells."""

    def __init__(self, *, store: Database, executors: Executors, events: EventBus) -> None:
        self._store = store
        self._executors = executors
        self._events = events
        self._changed: dict[str, Row] = {}
        self._writing: dict[str, Row] = {}
        self._wake = asyncio.Event()
        self._written = asyncio.Condition()
        self._task: asyncio.Task[None] | None = None
        self._listeners: list[Callable[[IngestProgress], None]] = []
        self._told: IngestProgress | None = None
        self.paused = False
        self.failure: MagrayError | None = None
        """Why nothing goes on, until it does again: the list cannot be written, or the line was held."""
        self._started = 0.0
        self._paused_at: float | None = None
        self._idle_time = 0.0
        self._current: str | None = None
        self._total = self._finished = self._failed = self._skipped = 0
        self._weight = self._weight_done = 0

    def start(self) -> None:
        """Begin to write."""
        self._task = asyncio.get_running_loop().create_task(self._run(), name="magray-ingest-board")

    async def close(self) -> None:
        """Write what is not written yet and end."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None
        self._changed = {**self._writing, **self._changed}
        if self._changed:
            await self._flush()

    def expect(self, rows: Iterable[Row]) -> None:
        """Count rows that were queued, and show them."""
        added = list(rows)
        if not added:
            return
        if self._finished >= self._total:
            self._begin()
        for row in added:
            self._total += 1
            self._weight += _weigh(row)
            if row.file.state.final:
                self._count_final(row)
        self._tell_files(tuple(row.file for row in added))
        self._wake.set()

    def put(self, row: Row, *, was: FileState | None = None) -> None:
        """A row has changed. `was` is its state before where it was final, as in a retry."""
        if was is not None and was.final:
            if self._finished >= self._total:
                self._begin()
            self._total += 1
            self._weight += _weigh(row)
        if row.file.state.final:
            self._count_final(row)
        if row.file.state is FileState.READING:
            self._current = row.file.path
        self._changed[row.file.id] = row
        self._wake.set()

    def set_paused(self, paused: bool) -> None:
        """Stop or start the clock."""
        now = time.monotonic()
        if paused and self._paused_at is None:
            self._paused_at = now
        elif not paused and self._paused_at is not None:
            self._idle_time += now - self._paused_at
            self._paused_at = None
        self.paused = paused
        self._wake.set()

    def pending(self) -> dict[str, Row]:
        """Rows whose last change is not in the database yet."""
        return {**self._writing, **self._changed}

    async def wait_for(self, done: Callable[[], Any]) -> None:
        """Wait until `done()`, a coroutine function asked after every write, gives true.

        Raises:
            MagrayError: nothing goes on, for a reason that lies in no file; what was queued stays queued.
        """
        async with self._written:
            while not await done():
                if self.failure is not None:
                    raise self.failure
                await self._written.wait()

    async def fail(self, error: MagrayError) -> None:
        """Nothing goes on; whoever waits for the end is told."""
        self.failure = error
        async with self._written:
            self._written.notify_all()

    async def flushed(self, *, patience: float | None = None) -> None:
        """Wait until everything put so far is written, for `patience` seconds at most."""
        self._wake.set()

        async def wait() -> None:
            async with self._written:
                while self._changed or self._writing:
                    await self._written.wait()

        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(wait(), patience)

    def listen(self, listener: Callable[[IngestProgress], None]) -> Callable[[], None]:
        """Call with every progress; the answer takes the listener off again."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def progress(self) -> IngestProgress:
        """How far the ingestion is now."""
        active = self._finished < self._total
        seconds = self._seconds()
        left: float | None = None
        if active and self._weight_done and seconds >= _ENOUGH_SECONDS:
            left = seconds * max(0, self._weight - self._weight_done) / self._weight_done
        return IngestProgress(
            total=max(self._total, self._finished),
            finished=self._finished,
            failed=self._failed,
            skipped=self._skipped,
            current=self._current if active else None,
            seconds=seconds,
            seconds_left=left if active else 0.0 if self._total else None,
            paused=self.paused,
            active=active,
        )

    def _seconds(self) -> float:
        if not self._started:
            return 0.0
        end = self._paused_at or time.monotonic()
        return max(0.0, end - self._started - self._idle_time)

    def _begin(self) -> None:
        """A new run: nothing was left of the one before."""
        self._started = time.monotonic()
        self._idle_time = 0.0
        self._paused_at = self._started if self.paused else None
        self._total = self._finished = self._failed = self._skipped = 0
        self._weight = self._weight_done = 0

    def _count_final(self, row: Row) -> None:
        self._finished += 1
        self._weight_done += _weigh(row)
        self._failed += row.file.state is FileState.FAILED
        self._skipped += row.file.state is FileState.SKIPPED

    async def _run(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            try:
                await self._flush()
            except StoreError as error:
                _log.error("the ingestion list could not be written, trying again: %s", error)
                self._changed = {**self._writing, **self._changed}
                self._writing = {}
                self._wake.set()
                if self.failure is None:
                    self._events.publish(Notice(level="error", text=f"Reading files has to wait. {error}"))
                await self.fail(error)
                await asyncio.sleep(_RETRY_SECONDS)
            await asyncio.sleep(_INTERVAL)

    async def _flush(self) -> None:
        self._writing, self._changed = self._changed, {}
        rows = list(self._writing.values())
        if rows:
            await self._executors.run("store", self._write, rows)
            if not self.paused:
                self.failure = None
        self._writing = {}
        self._tell_files(tuple(row.file for row in rows))
        self._tell_progress()
        async with self._written:
            self._written.notify_all()

    def _write(self, rows: list[Row]) -> None:
        with self._store.write() as writer:
            ingest_files.update(writer, rows)

    def _tell_files(self, files: tuple[values.IngestFile, ...]) -> None:
        if files:
            self._events.publish(IngestFilesChanged(files=files))

    def _tell_progress(self) -> None:
        progress = self.progress()
        if progress == self._told:
            return
        self._told = progress
        self._events.publish(IngestProgressChanged(progress=progress))
        for listener in tuple(self._listeners):
            listener(progress)


def _weigh(row: Row) -> int:
    return row.file.size + _FILE_WEIGHT
