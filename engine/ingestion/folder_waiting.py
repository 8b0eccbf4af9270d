"""What has changed in a watched folder and waits to be quiet: files to read, files that have gone.

A file goes to be read once it has been the same in two looks. One that has gone is called missing only when nothing of
the folder is read any more, or after half a minute: it may be found to have moved.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass

from engine.executors import Executors
from engine.ingestion.folder_documents import FolderDocuments
from engine.ingestion.folder_scan import Stamp
from engine.ingestion.folder_view import look_again

MOST = 20_000
"""Files that may wait; the rest is found by the next look, once these are read."""
_TAKEN_AT_ONCE = 1000
_LONGEST_WAIT = 600.0
"""A file that is never quiet, as a log, is read as it is after this."""
_MOVE_SECONDS = 30.0
_MOVE_STEP = 0.5


@dataclass(slots=True)
class _Pending:
    """A changed file that is not quiet yet. Times are monotonic; `stamp` is as seen at `at`."""

    stamp: Stamp
    at: float
    first: float


class Waiting:
    """Kept in memory only: what is lost with it is found by the look after the next start."""

    def __init__(self, documents: FolderDocuments, executors: Executors, *, quiet: float) -> None:
        self._documents = documents
        self._executors = executors
        self._quiet = quiet
        self._pending: dict[str, _Pending] = {}
        self._gone: dict[str, float] = {}
        self._came_at: float | None = None
        self._later = 0.0
        self._forgotten: set[bytes] | None = None
        self._looked_at = 0.0

    @property
    def full(self) -> bool:
        """No more files may wait."""
        return len(self._pending) >= MOST

    def clear(self) -> None:
        """Nothing waits any more: the folder is away."""
        self._pending.clear()
        self._gone.clear()
        self._came_at = self._forgotten = None

    def note(self, path: str, stamp: Stamp) -> None:
        """A file was seen that is to be read."""
        now = time.monotonic()
        old = self._pending.get(path)
        if old is None:
            self._pending[path] = _Pending(stamp, now, now)
        elif old.stamp != stamp:
            old.stamp, old.at = stamp, now

    def drop(self, path: str) -> None:
        """A file is as it was when it was taken note of."""
        self._pending.pop(path, None)

    def went(self, paths: Iterable[str]) -> None:
        """Nothing is there any more."""
        now = time.monotonic()
        for path in paths:
            self._pending.pop(path, None)
            self._gone[path] = now

    def came(self) -> None:
        """Files came; one that was missing may be back."""
        self._came_at = time.monotonic()

    def looked_through(self, forgotten: set[bytes], at: float) -> None:
        """The whole folder was looked through; its documents are to be looked after."""
        self._forgotten, self._looked_at = forgotten, at

    def waits(self) -> list[float]:
        """Seconds until something may be due; empty where nothing waits."""
        now = time.monotonic()
        waits = [one.at + self._quiet - now for one in self._pending.values()]
        waits += [max(at + self._quiet, self._later) - now for at in self._gone.values()]
        if self._came_at is not None:
            waits.append(self._came_at + self._quiet - now)
        if self._forgotten is not None and not self._pending:
            waits.append(_MOVE_STEP)
        return waits

    async def work(self) -> None:
        """Hand on what has been left alone for long enough."""
        await self._read()
        now = time.monotonic()
        gone = [path for path, at in self._gone.items() if now - at >= self._quiet]
        if gone and now - min(self._gone[path] for path in gone) < _MOVE_SECONDS and await self._documents.reading():
            self._later = now + _MOVE_STEP
            return
        self._later = 0.0
        await self._look_after_all(now)
        if gone or (self._came_at is not None and now - self._came_at >= self._quiet):
            self._came_at = None
            for path in gone:
                del self._gone[path]
            await self._documents.settle(gone)

    async def _read(self) -> None:
        while True:
            now = time.monotonic()
            due = [path for path, one in self._pending.items() if now - one.at >= self._quiet][:_TAKEN_AT_ONCE]
            if not due:
                return
            stamps = await self._executors.run("io", look_again, due)
            take: dict[str, Stamp] = {}
            for path, stamp in stamps.items():
                one = self._pending[path]
                if stamp is None:
                    self.went([path])
                elif stamp == one.stamp or now - one.first > _LONGEST_WAIT:
                    take[path] = stamp
                else:
                    self.note(path, stamp)
            if take:
                await self._documents.read(take)
                for path in take:
                    del self._pending[path]

    async def _look_after_all(self, now: float) -> None:
        forgotten = self._forgotten
        if forgotten is None:
            return
        if now - self._looked_at < _MOVE_SECONDS and (self._pending or await self._documents.reading()):
            return
        self._forgotten = None
        await self._documents.settle_all(forgotten=forgotten)
