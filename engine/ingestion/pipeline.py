"""Ingestion as the rest of the engine sees it: files in, documents and memories out.

A queue kept in the database, a task that reads one file after the other in the worker, and a task that embeds and
writes what was read, so that the next file is read while the last is embedded. Pictures of pages are read by OCR when
nothing else waits.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from engine import values
from engine.errors import InvalidMemoryError, MagrayError
from engine.events import EventBus, IngestFilesChanged, Notice
from engine.executors import Executors
from engine.ingestion.aside import AsideReader, ReadAside
from engine.ingestion.board import Board
from engine.ingestion.embedding_step import EmbeddingStep
from engine.ingestion.intake import Intake
from engine.ingestion.languages import LanguageWatch
from engine.ingestion.library import Library
from engine.ingestion.line import AGAIN, Line
from engine.ingestion.names import PASTED
from engine.ingestion.unpacking import Unpacking
from engine.ingestion.walking import Met, walk
from engine.ingestion.worker_client import Worker, WorkerError
from engine.memory.memory import LayeredMemory
from engine.memory.store import ingest_files
from engine.memory.store.database import Database
from engine.memory.store.ingest_files import Row
from engine.models.store import ModelStore
from engine.paths import DataPaths
from engine.settings import Settings
from engine.values import FileState

if TYPE_CHECKING:
    from engine.embedding.in_use import EmbedderInUse

_log = logging.getLogger(__name__)
_WALKED_AT_ONCE = 500
_VIEWER_MEMORY_MB = 900
_PASTED_CHARACTERS = 8_000_000
_PATIENCE = 1.0
"""Seconds that a look at the list waits for the database; after that it shows what was written before."""


class IngestionPipeline:
    """Reads files into memory. Its methods are coroutines of the loop that started it."""

    def __init__(
        self,
        *,
        store: Database,
        memory: LayeredMemory,
        embedder: EmbedderInUse,
        executors: Executors,
        events: EventBus,
        settings: Settings,
        paths: DataPaths,
    ) -> None:
        self._store = store
        self._memory = memory
        self._executors = executors
        self._events = events
        self._options = settings.ingestion
        self._own_folder = paths.data
        self._reader = Worker(executors, memory_mb=settings.ingestion.worker_memory_mb, nice=True, name="reader")
        self._viewer = Worker(executors, memory_mb=_VIEWER_MEMORY_MB, name="viewer")
        self._library = Library(
            store=store,
            memory=memory,
            executors=executors,
            events=events,
            viewer=self._viewer,
            settings=settings,
        )
        self._aside = AsideReader(
            worker=self._viewer, executors=executors, settings=settings, tokenizer=lambda: embedder.tokenizer_path
        )
        self._board = Board(store=store, executors=executors, events=events)
        self._intake = Intake(
            store=store,
            memory=memory,
            executors=executors,
            events=events,
            worker=self._reader,
            settings=settings,
            tokenizer=lambda: embedder.tokenizer_path,
        )
        languages = LanguageWatch(
            store=store,
            executors=executors,
            embedder=embedder,
            events=events,
            models=ModelStore(stamps=paths.cache / "models.json", installed=paths.models),
        )
        self._embedding = EmbeddingStep(
            store=store, memory=memory, embedder=embedder, executors=executors, events=events, languages=languages
        )
        self._unpacking = Unpacking(
            store=store,
            executors=executors,
            worker=self._reader,
            settings=settings,
            folder=paths.cache / "unpacked",
        )
        self._line = Line(
            store=store,
            executors=executors,
            events=events,
            board=self._board,
            reader=self._reader,
            intake=self._intake,
            embedding=self._embedding,
            unpacking=self._unpacking,
            settings=settings,
            rest=embedder.trim,
        )
        self._walks: dict[str, asyncio.Task[MagrayError | None]] = {}

    @property
    def library(self) -> Library:
        """The documents that are in memory."""
        return self._library

    async def start(self) -> None:
        """Go on with what waited when the program ended."""
        await self._executors.run("store", self._reopen)
        waiting = await self._executors.run("query", self._open_rows)
        self._board.start()
        self._board.expect(waiting)
        self._line.start()

    async def close(self) -> None:
        """Stop at once; what is not finished is done after the next start."""
        for task in self._walks.values():
            task.cancel()
        await asyncio.gather(*self._walks.values(), return_exceptions=True)
        await self._line.close()
        await self._reader.close()
        await self._viewer.close()
        await self._board.close()

    async def enqueue(self, paths: Sequence[Path]) -> str:
        """Queue files and folders; folders are walked behind this call.

        Returns:
            The batch's id.
        """
        batch = uuid.uuid4().hex
        task = asyncio.get_running_loop().create_task(self._walk(list(paths), batch), name="magray-walk")
        self._walks[batch] = task
        task.add_done_callback(lambda _: self._walks.pop(batch, None))
        return batch

    async def queue_files(self, files: Sequence[tuple[str, int]], *, again: bool = False) -> str:
        """Queue files whose paths and sizes are known; returned means committed.

        Args:
            files: Absolute paths, with sizes in bytes for the estimate of the time left.
            again: They are read although nothing has changed.

        Returns:
            The batch's id.

        Raises:
            StoreFullError: the disk is full.
        """
        batch = uuid.uuid4().hex
        rows = [_row_of(Met(path, size=size), batch) for path, size in files]
        if again:
            rows = [replace(row, phase=AGAIN) for row in rows]
        for start in range(0, len(rows), _WALKED_AT_ONCE):
            some = rows[start : start + _WALKED_AT_ONCE]
            await self._executors.run("store", self._insert, some)
            self._board.expect(some)
            self._line.wake()
        return batch

    async def ingest(
        self, paths: Sequence[Path], *, on_progress: Callable[[values.IngestProgress], None] | None = None
    ) -> values.IngestReport:
        """Queue files and folders and wait until each file met has a final state.

        Raises:
            MagrayError: nothing goes on, for a reason that lies in no file; what is not final stays queued.
        """
        began = asyncio.get_running_loop().time()
        if self._board.failure is not None:
            self._line.resume()  # whoever asks again may have mended what was in the way
        stop = self._board.listen(on_progress) if on_progress is not None else None
        try:
            batch = await self.enqueue(paths)
            walk_task = self._walks.get(batch)
            if walk_task is not None:
                failure = await asyncio.shield(walk_task)
                if failure is not None:
                    raise failure
            await self._board.wait_for(lambda: self._executors.run("query", self._is_done, batch))
            if on_progress is not None:
                on_progress(self._board.progress())
        finally:
            if stop is not None:
                stop()
        files = await self._executors.run("query", self._batch_files, batch)
        return values.IngestReport(files=tuple(files), seconds=asyncio.get_running_loop().time() - began)

    async def ingest_text(self, text: str, *, title: str | None = None) -> values.Document:
        """Turn pasted text into a document; the same text again is the same document.

        Raises:
            InvalidMemoryError: there is nothing visible in it, or it is too long.
        """
        text = text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace").decode()
        if len(text) > _PASTED_CHARACTERS:
            raise InvalidMemoryError(
                f"text: {len(text):,} characters are too many to paste. Save it as a file and add that."
            )
        first = next((line.strip("# \t") for line in text.splitlines() if line.strip("# \t")), "")
        name = " ".join((title or first).encode("utf-8", "replace").decode().split())[:80] or "Pasted text"
        try:
            ready = await self._intake.cut(text, title=name, path=f"{PASTED}{name}")
        except WorkerError as error:
            raise InvalidMemoryError(f"text: {error}.") from error
        found = await self._library.with_content(ready.document.content_hash)
        if found is not None:
            return found

        async def go_on() -> None:
            return None

        await self._embedding.write([ready], wanted=lambda _: True, between=go_on)
        return await self.document(ready.document.id)

    async def files(
        self, *, state: FileState | None = None, limit: int = 200, offset: int = 0
    ) -> list[values.IngestFile]:
        """Rows of the list, the newest first."""
        if state is not None:
            await self._board.flushed(patience=_PATIENCE)

        def read() -> list[values.IngestFile]:
            with self._store.read() as reader:
                return ingest_files.page(reader, state=state, limit=limit, offset=offset)

        found = await self._executors.run("query", read)
        pending = self._board.pending()
        return [pending[file.id].file if file.id in pending else file for file in found]

    async def counts(self) -> dict[FileState, int]:
        """Rows of the list by state."""
        await self._board.flushed(patience=_PATIENCE)

        def read() -> dict[FileState, int]:
            with self._store.read() as reader:
                return ingest_files.counts(reader)

        return await self._executors.run("query", read)

    async def progress(self) -> values.IngestProgress:
        """How far it is."""
        return self._board.progress()

    async def pause(self) -> None:
        """Finish the file at hand, then wait."""
        self._line.pause()

    async def resume(self) -> None:
        """Go on."""
        self._line.resume()

    async def cancel(self, file_ids: Collection[str] | None = None) -> int:
        """Take files, or all that are not final, off the queue.

        Returns:
            How many were cancelled.
        """
        if file_ids is None:
            for task in list(self._walks.values()):
                task.cancel()
            await asyncio.gather(*self._walks.values(), return_exceptions=True)
        await self._board.flushed()

        def read() -> list[Row]:
            with self._store.read() as reader:
                if file_ids is not None:
                    return ingest_files.by_ids(reader, set(file_ids))
                return ingest_files.open_rows(reader)

        rows = [row for row in await self._executors.run("query", read) if not row.file.state.final]
        cancelled = await self._line.cancel(rows)
        await self._board.flushed()
        return cancelled

    async def retry(self, file_ids: Collection[str] | None = None) -> int:
        """Queue files, or all that failed, again.

        Returns:
            How many were queued.
        """
        await self._board.flushed()

        def read() -> tuple[list[Row], dict[str, Row]]:
            with self._store.read() as reader:
                if file_ids is not None:
                    rows = ingest_files.by_ids(reader, set(file_ids))
                else:
                    rows = ingest_files.in_state(reader, (FileState.FAILED,))
                roots = ingest_files.by_ids(reader, {row.root for row in rows if row.root is not None})
                return rows, {root.file.id: root for root in roots}

        rows, roots = await self._executors.run("query", read)
        again: dict[str, Row] = {}
        for row in rows:
            # What lay in an archive was cleared away, so the archive is opened again.
            source = row if row.root is None or (row.staged and Path(row.staged).is_file()) else roots.get(row.root)
            if source is not None and source.file.state.final:
                again[source.file.id] = source
        for row in again.values():
            self._line.requeue(row)
        await self._board.flushed()
        self._line.wake()
        return len(again)

    async def clear(self) -> int:
        """Take rows in a final state off the list; documents and memories stay.

        Returns:
            How many were taken off.
        """
        await self._board.flushed()

        def write() -> int:
            with self._store.write() as writer:
                return ingest_files.remove_final(writer)

        removed = await self._executors.run("store", write)
        self._events.publish(IngestFilesChanged(files=()))
        return removed

    async def documents(self, *, query: str | None = None, limit: int = 200, offset: int = 0) -> list[values.Document]:
        """Documents, the last read first; see `Library`."""
        return await self._library.listing(query=query, limit=limit, offset=offset)

    async def document_count(self) -> int:
        """How many documents there are."""
        return await self._library.count()

    async def document(self, document_id: str) -> values.Document:
        """One document; see `Library`."""
        return await self._library.get(document_id)

    async def document_text(self, document_id: str) -> values.DocumentText:
        """A document's text as it was read; see `Library`."""
        return await self._library.text(document_id)

    async def read_aside(self, path: Path, name: str) -> ReadAside:
        """Read a file for the moment; see `AsideReader`."""
        return await self._aside.read(path, name)

    async def render_page(
        self, document_id: str, page: int, *, scale: float = 1.0, highlight: str | None = None
    ) -> values.RenderedPage:
        """Draw one page; see `Library`."""
        return await self._library.render(document_id, page, scale=scale, highlight=highlight)

    async def forget(self, document_id: str) -> int:
        """Erase a document with its text and every memory made of it; see `Library`."""
        return await self._library.forget(document_id)

    async def _walk(self, paths: list[Path], batch: str) -> MagrayError | None:
        """Find the files and queue them, some hundred at a time.

        Returns:
            Why it came to an end too early.
        """
        found: Iterator[Met] = walk(paths, ignore=self._options.ignore, leave=self._own_folder)
        while True:
            met = await self._executors.run("io", lambda: list(islice(found, _WALKED_AT_ONCE)))
            if not met:
                return None
            rows = [_row_of(one, batch) for one in met]
            try:
                await self._executors.run("store", self._insert, rows)
            except MagrayError as error:
                _log.error("files could not be queued: %s", error)
                self._events.publish(Notice(level="error", text=f"Not all files could be queued. {error}"))
                return error
            self._board.expect(rows)
            self._line.wake()

    def _insert(self, rows: list[Row]) -> None:
        with self._store.write() as writer:
            ingest_files.insert(writer, rows)

    def _reopen(self) -> None:
        with self._store.write() as writer:
            ingest_files.reopen(writer)
        self._unpacking.restore()

    def _open_rows(self) -> list[Row]:
        with self._store.read() as reader:
            return ingest_files.open_rows(reader)

    def _is_done(self, batch: str) -> bool:
        with self._store.read() as reader:
            return ingest_files.count_open(reader, batch=batch) == 0

    def _batch_files(self, batch: str) -> list[values.IngestFile]:
        with self._store.read() as reader:
            return ingest_files.page(reader, batch=batch, oldest_first=True, limit=None)


def _row_of(met: Met, batch: str) -> Row:
    state = FileState.QUEUED
    if met.reason is not None:
        state = FileState.SKIPPED if met.skipped else FileState.FAILED
    file = values.IngestFile(
        id=uuid.uuid4().hex, path=met.path, state=state, reason=met.reason, size=met.size, batch=batch
    )
    return Row(file=file)
