"""The watched folders: which there are, and a keeper for each."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from engine.clock import Clock
from engine.errors import IngestionError
from engine.events import EventBus, WatchedFoldersChanged
from engine.executors import Executors
from engine.ingestion.folder_choice import check_choice
from engine.ingestion.folder_keeper import FolderKeeper
from engine.ingestion.ignoring import check_patterns
from engine.ingestion.library import Library
from engine.ingestion.pipeline import IngestionPipeline
from engine.ingestion.watch_parts import Shelf, WatchParts
from engine.memory.store import watched_folders
from engine.memory.store.database import Database
from engine.memory.store.watched_folders import FolderRow, prefix
from engine.paths import DataPaths
from engine.settings import Settings
from engine.watch_values import WatchedFolder

T = TypeVar("T")
FIRST_AFTER_SECONDS = 2.0
"""Folders rest so long after a start: a command that is done in a second is not held up by them."""


class FolderWatcher:
    """Keeps the watched folders in step. Its methods are coroutines of the loop that started it."""

    def __init__(
        self,
        *,
        store: Database,
        pipeline: IngestionPipeline,
        executors: Executors,
        events: EventBus,
        settings: Settings,
        paths: DataPaths,
        clock: Clock,
        shelf: Shelf,
    ) -> None:
        self._store = store
        self._executors = executors
        self._events = events
        self._library: Library = pipeline.library
        self._keepers: dict[str, FolderKeeper] = {}
        self._told: asyncio.TimerHandle | None = None
        self._changing = asyncio.Lock()
        self._parts = WatchParts(
            store=store,
            executors=executors,
            events=events,
            settings=settings,
            own_folders=tuple({paths.data, paths.cache, paths.logs, paths.config_file.parent}),
            clock=clock,
            queue=_queueing(pipeline),
            nested=self._nested,
            changed=self._tell,
            shelf=shelf,
        )

    async def start(self) -> None:
        """Take up the folders of the last time."""
        for row in await self._read(watched_folders.folders):
            self._keep(row, after=FIRST_AFTER_SECONDS)

    async def close(self) -> None:
        """End all tasks and threads."""
        if self._told is not None:
            self._told.cancel()
        keepers, self._keepers = list(self._keepers.values()), {}
        await asyncio.gather(*(keeper.close() for keeper in keepers))

    async def listing(self) -> list[WatchedFolder]:
        """Every watched folder with how it stands."""

        def read(reader: Any) -> list[tuple[FolderRow, watched_folders.Figures]]:
            return [(row, watched_folders.figures(reader, row)) for row in watched_folders.folders(reader)]

        return [self._value(row, figures) for row, figures in await self._read(read)]

    async def get(self, folder_id: str) -> WatchedFolder:
        """One of them.

        Raises:
            NotFoundError: there is none.
        """

        def read(reader: Any) -> tuple[FolderRow, watched_folders.Figures]:
            row = watched_folders.folder(reader, folder_id)
            return row, watched_folders.figures(reader, row)

        return self._value(*await self._read(read))

    async def of_path(self, path: str) -> WatchedFolder | None:
        """The watched folder that a file lies in, the innermost where there are several."""
        rows = [row for row in await self._read(watched_folders.folders) if path.startswith(prefix(row.path))]
        return await self.get(max(rows, key=lambda row: len(row.path)).id) if rows else None

    async def add(self, path: Path, *, ignore: Sequence[str] = ()) -> WatchedFolder:
        """Begin to keep a folder in step; what is in it is read behind this call.

        Raises:
            IngestionError: it cannot be watched; the message says why.
        """
        patterns = check_patterns(ignore)
        async with self._changing:
            rows = await self._read(watched_folders.folders)
            own = self._parts.own_folders
            chosen = await self._executors.run("io", lambda: check_choice(path, own_folders=own, watched=rows))
            now = self._parts.clock()
            row = await self._write(lambda writer: watched_folders.add(writer, chosen, ignore=patterns, at=now))
            self._keep(row)
        self._tell()
        return await self.get(row.id)

    async def pause(self, folder_id: str) -> WatchedFolder:
        """Hear and look no more until `resume`.

        Raises:
            NotFoundError: there is no such folder.
        """
        return await self._change(folder_id, paused=True)

    async def resume(self, folder_id: str) -> WatchedFolder:
        """Go on, and look for what changed meanwhile.

        Raises:
            NotFoundError: there is no such folder.
        """
        return await self._change(folder_id, paused=False)

    async def set_ignore(self, folder_id: str, patterns: Sequence[str]) -> WatchedFolder:
        """Give a folder other patterns. What was read before stays in memory until it is forgotten.

        Raises:
            NotFoundError: there is no such folder.
            IngestionError: a pattern means nothing.
        """
        return await self._change(folder_id, ignore=check_patterns(patterns))

    async def remove(self, folder_id: str, *, forget: bool = False) -> list[str]:
        """Watch a folder no more.

        Args:
            folder_id: Which.
            forget: Its documents are forgotten for good, with everything made of them.

        Returns:
            The paths of the documents that were forgotten.

        Raises:
            NotFoundError: there is no such folder.
            IngestionError: its documents cannot be forgotten, as another watched folder would read them again.
        """
        async with self._changing:
            row = await self._read(lambda reader: watched_folders.folder(reader, folder_id))
            outer = [one.path for one in await self._read(watched_folders.folders) if one.path != row.path]
            above = next((path for path in outer if row.path.startswith(prefix(path))), None)
            if forget and above is not None:
                raise IngestionError(
                    f"{row.path} lies in {above}, which is watched too and would read it again. "
                    "Remove it without forgetting, and add an ignore pattern there."
                )
            keeper = self._keepers.pop(folder_id, None)
            if keeper is not None:
                await keeper.close()
            inner = tuple(prefix(path) for path in self._nested(row.path))
            placed = await self._read(lambda reader: watched_folders.documents_in(reader, row.path))
            await self._write(lambda writer: watched_folders.remove(writer, folder_id))
            forgotten = [one for one in placed if forget and not (inner and one.path.startswith(inner))]
            await self._library.forget_several([one.id for one in forgotten])
            if above is not None:
                self._wake(above)
        self._tell()
        return [one.path for one in forgotten]

    async def look_through(self, breathe: Callable[[], Awaitable[None]] | None = None) -> str:
        """Look through every folder that is not paused, one after the other.

        Returns:
            What it came to, in words.
        """
        looked = away = 0
        for keeper in list(self._keepers.values()):
            if keeper.row.paused:
                continue
            await keeper.look_through()
            looked += 1
            away += keeper.state == "away"
            if breathe is not None:
                await breathe()
        if not looked:
            return ""
        words = "looked through one folder" if looked == 1 else f"looked through {looked} folders"
        return f"{words}, {away} of which not there now" if away else words

    # ------------------------------------------------------------------ inside

    def _keep(self, row: FolderRow, *, after: float = 0.0) -> None:
        keeper = self._keepers[row.id] = FolderKeeper(row, self._parts)
        if not row.paused:
            keeper.start(after=after)

    async def _change(self, folder_id: str, **fields: Any) -> WatchedFolder:
        async with self._changing:
            await self._read(lambda reader: watched_folders.folder(reader, folder_id))
            await self._write(lambda writer: watched_folders.change(writer, folder_id, **fields))
            keeper = self._keepers.pop(folder_id, None)
            if keeper is not None:
                await keeper.close()
            self._keep(await self._read(lambda reader: watched_folders.folder(reader, folder_id)))
        self._tell()
        return await self.get(folder_id)

    def _wake(self, path: str) -> None:
        for keeper in self._keepers.values():
            if keeper.row.path == path:
                keeper.look_soon()

    def _nested(self, path: str) -> frozenset[str]:
        inside = prefix(path)
        return frozenset(one.row.path for one in self._keepers.values() if one.row.path.startswith(inside))

    def _tell(self) -> None:
        """At most five times a second: a look through a large folder changes its figures all the time."""
        if self._told is None:
            self._told = asyncio.get_running_loop().call_later(0.2, self._tell_now)

    def _tell_now(self) -> None:
        self._told = None
        self._events.publish(WatchedFoldersChanged())

    def _value(self, row: FolderRow, figures: watched_folders.Figures) -> WatchedFolder:
        keeper = self._keepers.get(row.id)
        return WatchedFolder(
            id=row.id,
            path=row.path,
            state="paused" if row.paused or keeper is None else keeper.state,
            paused=row.paused,
            ignore=row.ignore,
            added_at=row.added_at,
            scanned_at=row.scanned_at,
            files=figures.files,
            documents=figures.documents,
            waiting=figures.waiting,
            problem=row.problem if keeper is None else keeper.problem,
        )

    async def _read(self, query: Callable[[Any], T]) -> T:
        def read() -> T:
            with self._store.read() as reader:
                return query(reader)

        return await self._executors.run("query", read)

    async def _write(self, change: Callable[[Any], T]) -> T:
        def write() -> T:
            with self._store.write() as writer:
                return change(writer)

        return await self._executors.run("store", write)


def _queueing(pipeline: IngestionPipeline) -> Callable[[Sequence[tuple[str, int]]], Awaitable[None]]:
    async def queue(files: Sequence[tuple[str, int]]) -> None:
        await pipeline.queue_files(files)

    return queue
