"""Keeps one watched folder in step: a task that sleeps until something changes.

What has changed is looked at twice, some seconds apart, and goes to be read once it is the same both times: so a file
that is being written waits. Few changes are looked at one by one; many, as when a branch is checked out, only say that
the whole folder is to be looked through, so that a burst takes no more memory than a look.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from engine.errors import MagrayError
from engine.ingestion.folder_documents import FolderDocuments
from engine.ingestion.folder_events import EVERY_FOLDER, EventsError, FolderEvents
from engine.ingestion.folder_scan import Looked, examine, scan
from engine.ingestion.folder_view import FolderView, is_new, trouble
from engine.ingestion.folder_waiting import Waiting
from engine.ingestion.watch_parts import WatchParts
from engine.memory.store import watched_folders
from engine.memory.store.watched_folders import FolderRow, Known, key_of
from engine.watch_values import FolderState

_log = logging.getLogger(__name__)
MOST_SINGLE = 2000
"""More changes than this are not looked at one by one: the folder is looked through instead."""
_STORM_SECONDS = 30.0
"""While changes pour in, a look through the folder waits so long at most."""
_AWAY_SECONDS = 15.0
_AGAIN_SECONDS = 60.0


class FolderKeeper:
    """One watched folder. Its methods belong to the engine's loop."""

    def __init__(self, row: FolderRow, parts: WatchParts) -> None:
        self.row = row
        self.state: FolderState = "paused" if row.paused else "watching"
        self.problem = row.problem
        self._parts = parts
        self._options = parts.settings.watch
        self._view = FolderView(row, parts)
        self._documents = FolderDocuments(row, parts)
        self._waiting = Waiting(self._documents, parts.executors, quiet=self._options.quiet_seconds)
        self._events: FolderEvents | None = None
        self._why_polling: str | None = None
        self._dirty: set[str] = set()
        self._lost = False
        self._scan = True
        self._scanned_at: float | None = None
        self._looks = 0
        self._heard_at = self._storm_since = 0.0
        self._wake = asyncio.Event()
        self._rounds = asyncio.Condition()
        self._task: asyncio.Task[None] | None = None
        self._failed = False

    # ------------------------------------------------------------------ from outside

    def start(self, *, after: float = 0.0) -> None:
        """Begin, `after` so many seconds."""
        name = f"magray-watch {self.row.id[:8]}"
        self._task = asyncio.get_running_loop().create_task(self._run(after), name=name)

    async def close(self) -> None:
        """End. What is known of the files is kept."""
        task, self._task = self._task, None
        if self._events is not None:
            self._events.end()
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        await self._stop_listening()
        async with self._rounds:
            self._rounds.notify_all()

    def look_soon(self) -> None:
        """Look through the whole folder behind this call."""
        self._scan = True
        self._wake.set()

    async def look_through(self) -> None:
        """Look through the whole folder now and wait for the end of it; what changed is read once it is quiet."""
        before = self._looks
        self._scan, self._lost = True, True
        self._why_polling = None  # what was in the way may be gone
        self._wake.set()
        async with self._rounds:
            await self._rounds.wait_for(lambda: self._task is None or self._looks != before or self._failed)

    # ------------------------------------------------------------------ rounds

    async def _run(self, after: float) -> None:
        await asyncio.sleep(after)
        while True:
            self._failed = False
            try:
                seconds = await self._round()
                self._failed = self.state == "away"
            except MagrayError as error:  # as a full disk: the folder is in order
                seconds, self._failed, self._scan = _AGAIN_SECONDS, True, True
                self._tell_failure(str(error))
            except Exception as error:
                _log.exception("watched folder %s could not be looked at", self.row.path)
                seconds, self._failed, self._scan = _AGAIN_SECONDS, True, True
                self._tell_failure(f"Magray failed on it ({type(error).__name__}: {error}) and tries again soon.")
            async with self._rounds:
                self._rounds.notify_all()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._wake.wait()
            self._wake.clear()

    async def _round(self) -> float | None:
        """Do what is due.

        Returns:
            Seconds until there is something to do again; None waits to be woken.
        """
        if not await self._view.is_there():
            return await self._away(
                "It is not there now. If it lies on a disk that is not connected, connect it; its documents are kept."
            )
        if self._why_polling is None and (self._events is None or self._lost):
            await self._listen()
        if self._is_due():
            self._scan = True
        if self._scan and not self._waiting.full:
            storm = self._storm_left()
            if storm > 0:
                return storm
            if not await self._look_through():
                return _AWAY_SECONDS
        if self._dirty:
            await self._look_at_single()
        await self._waiting.work()
        return self._next()

    def _is_due(self) -> bool:
        polling = self._events is None and self._scanned_at is not None
        return polling and time.monotonic() - (self._scanned_at or 0) >= self._options.poll_minutes * 60

    def _next(self) -> float | None:
        if self._dirty or (self._scan and not self._waiting.full):
            return 0.0
        waits = self._waiting.waits()
        if self._events is None and self._scanned_at is not None:
            waits.append(self._scanned_at + self._options.poll_minutes * 60 - time.monotonic())
        return max(0.05, min(waits)) if waits else None

    def _storm_left(self) -> float:
        """Seconds until a look through the folder is worth it: while changes pour in, it would be old at once."""
        now = time.monotonic()
        quiet = self._heard_at + self._options.quiet_seconds - now
        return min(quiet, self._storm_since + _STORM_SECONDS - now)

    async def _away(self, words: str) -> float:
        self._waiting.clear()
        self._dirty.clear()
        self._scan = True  # once it is back
        await self._stop_listening()
        await self._say("away", words)
        return _AWAY_SECONDS

    # ------------------------------------------------------------------ hearing

    async def _listen(self) -> None:
        """Begin to hear of changes, before looking: what changes in between is heard."""
        self._lost = False
        folders = [self.row.path]
        if EVERY_FOLDER:
            looks = scan(self.row.path, self._view.rules(), leave=self._view.leave(), stat_files=False)
            # One that cannot be opened cannot be heard of either, and would spoil the rest.
            folders = [looked.folder async for looked in self._view.slices(looks) if looked.problem is None]
        loop = asyncio.get_running_loop()

        def call(function: Callable[..., None], *args: object) -> None:
            with contextlib.suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(function, *args)

        def begin() -> FolderEvents:
            return FolderEvents(
                folders,
                heard=lambda paths, moved: call(self._hear, paths, moved),
                failed=lambda why: call(self._deaf, why),
                name=f"magray-watch-{self.row.id[:8]}",
            )

        old = self._events
        opening = asyncio.ensure_future(self._parts.executors.run("io", begin))
        try:
            self._events = await asyncio.shield(opening)
            self._why_polling = None
        except asyncio.CancelledError:
            opening.add_done_callback(_end)  # what opens behind our back must not stay
            raise
        except EventsError as error:
            self._events, self._why_polling = None, str(error)
        if old is not None:
            await self._parts.executors.run("io", old.close)

    async def _stop_listening(self) -> None:
        events, self._events = self._events, None
        if events is not None:
            await self._parts.executors.run("io", events.close)

    def _hear(self, paths: set[str], moved: set[str]) -> None:
        if self._events is not None and not moved.isdisjoint(self._events.folders):
            self._lost = True  # one that came again by the same name is another folder to the system
        now = time.monotonic()
        if now - self._heard_at > self._options.quiet_seconds:
            self._storm_since = now
        self._heard_at = now
        if self._task is None:
            return
        if not self._scan:
            self._dirty |= paths
            if len(self._dirty) > MOST_SINGLE:
                self._dirty.clear()
                self._scan = True
        self._wake.set()

    def _deaf(self, why: str) -> None:
        events, self._events, self._why_polling = self._events, None, why
        if events is not None:
            events.end()
        self._scan = True
        self._wake.set()

    # ------------------------------------------------------------------ looking

    async def _look_through(self) -> bool:
        """Look through the whole folder.

        Returns:
            False where it is empty all of a sudden, as where a disk was mounted.
        """
        self._scan = False  # what is heard from here on is new
        self._dirty.clear()
        try:
            return await self._look_through_now()
        except BaseException:
            self._scan = True
            raise

    async def _look_through_now(self) -> bool:
        began = time.monotonic()
        await self._say("looking", self.problem)
        known = await self._view.known()
        seen: set[bytes] = set()
        folders: set[str] = set()
        troubled = closed = 0
        whole = True
        async with contextlib.aclosing(
            self._view.slices(scan(self.row.path, self._view.rules(), leave=self._view.leave()))
        ) as everything:
            async for looked in everything:
                if looked.problem is None:
                    folders.add(looked.folder)
                troubled += looked.problem is not None
                closed += looked.closed
                seen |= self._note_changed(looked, known)
                if self._waiting.full:
                    whole = False
                    break
        if not seen and len(folders) == 1 and not troubled and await self._documents.any():
            await self._away(
                "It is empty now. If a disk should be there, connect it; the documents are kept. "
                "If you emptied it yourself, remove it from this list."
            )
            return False
        if whole and not troubled:
            gone = [key for key, old in known.items() if key not in seen and not old.forgotten]
            await self._view.drop(gone)
        if whole:
            self._waiting.looked_through({key for key, old in known.items() if old.forgotten}, began)
        self._scan = self._scan or not whole
        self._scanned_at = began
        self._looks += 1
        problem = trouble(self._why_polling, troubled, closed, self._options.poll_minutes)
        state: FolderState = "polling" if self._events is None else "watching"
        await self._say(state, problem, scanned_at=self._parts.clock())
        await self._hear_of(folders)
        return True

    def _note_changed(self, looked: Looked, known: dict[bytes, Known]) -> set[bytes]:
        keys = set()
        for path, stamp in looked.files.items():
            key = key_of(path)
            keys.add(key)
            if is_new(stamp, known.get(key)):
                self._waiting.note(path, stamp)
        return keys

    async def _look_at_single(self) -> None:
        """Look at what was told one by one."""
        dirty, self._dirty = self._dirty, set()
        rules, leave = self._view.rules(), self._view.leave()
        met = await self._parts.executors.run("io", lambda: examine(dirty, rules, leave=leave, most=MOST_SINGLE))
        if met is None or self.row.path in dirty:
            self._scan = True
            return
        keys = [key_of(path) for path in met.files]
        known = await self._view.known_among(keys)
        for (path, stamp), key in zip(met.files.items(), keys, strict=True):
            if is_new(stamp, known.get(key)):
                self._waiting.note(path, stamp)
            else:
                self._waiting.drop(path)
        self._waiting.went(met.gone)
        if met.files:
            self._waiting.came()
        await self._hear_of(met.folders)

    async def _hear_of(self, folders: set[str]) -> None:
        """Hear of new folders too, and look at them again: what came before that was not heard."""
        if not EVERY_FOLDER or self._events is None:
            return
        new = folders - self._events.folders
        if new:
            await self._listen()
            if self._events is not None:
                self._dirty |= new & self._events.folders

    # ------------------------------------------------------------------ inside

    def _tell_failure(self, problem: str) -> None:
        """Without the database, which may be what fails."""
        self.state, self.problem = "watching" if self._events else "polling", problem
        self._parts.changed()

    async def _say(self, state: FolderState, problem: str | None, *, scanned_at: datetime | None = None) -> None:
        """Tell how it stands where that is new; a problem is kept for the next start."""
        fields: dict[str, object] = {} if problem == self.problem else {"problem": problem}
        if scanned_at is not None:
            fields["scanned_at"] = scanned_at
        new = bool(fields) or state != self.state
        self.state, self.problem = state, problem
        if fields:
            await self._parts.executors.run("store", self._write, fields)
        if new:
            self._parts.changed()

    def _write(self, fields: dict[str, Any]) -> None:
        with self._parts.store.write() as writer:
            watched_folders.change(writer, self.row.id, **fields)
        self.row = replace(self.row, **fields)


def _end(opening: asyncio.Future[FolderEvents]) -> None:
    if not opening.cancelled() and opening.exception() is None:
        opening.result().end()
