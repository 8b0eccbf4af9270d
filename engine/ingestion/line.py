"""The two tasks that work the queue off: one reads, one embeds what was read."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import replace

from engine.errors import MagrayError
from engine.events import EventBus, Notice
from engine.executors import Executors
from engine.ingestion.board import Board
from engine.ingestion.drafts import Container, Finished, Ready
from engine.ingestion.embedding_step import EmbeddingStep, Written
from engine.ingestion.intake import Intake
from engine.ingestion.ocr_step import OcrStep
from engine.ingestion.unpacking import Unpacking, summary
from engine.ingestion.worker_client import Worker, WorkerError
from engine.memory.store import ingest_files
from engine.memory.store.database import Database
from engine.memory.store.ingest_files import Row
from engine.settings import Settings
from engine.values import FileState

_log = logging.getLogger(__name__)
_AHEAD = 64
"""Documents that may wait to be embedded."""
_AHEAD_CHARACTERS = 4_000_000
_GROUP_CHUNKS = 96
"""Small documents are embedded and written together up to so many chunks: about a second's work."""
_FETCHED = 128
_OCR = "ocr"
AGAIN = "again"
"""The phase of rows that the owner wants read although they are known."""


class Line:
    """Works on the rows that the database holds as not final, oldest first."""

    def __init__(
        self,
        *,
        store: Database,
        executors: Executors,
        events: EventBus,
        board: Board,
        reader: Worker,
        intake: Intake,
        embedding: EmbeddingStep,
        unpacking: Unpacking,
        settings: Settings,
        rest: Callable[[], None],
    ) -> None:
        self._store = store
        self._executors = executors
        self._events = events
        self._board = board
        self._reader = reader
        self._intake = intake
        self._embedding = embedding
        self._unpacking = unpacking
        self._rest = rest
        self._next: deque[Row] = deque()
        self._busy: dict[str, Row] = {}
        self._cancelled: set[str] = set()
        self._reading: str | None = None
        self._ready: deque[Ready] = deque()
        self._replaced: Counter[str] = Counter()  # documents whose new version was read and is not written yet
        self._waiting_characters = 0
        self._more = asyncio.Event()
        self._arrived = asyncio.Event()
        self._taken = asyncio.Event()
        self._go = asyncio.Event()
        self._go.set()
        self._tasks: list[asyncio.Task[None]] = []
        self._ocr = OcrStep(store=store, executors=executors, worker=reader, settings=settings)

    def start(self) -> None:
        """Begin to work."""
        loop = asyncio.get_running_loop()
        self._more.set()
        self._tasks = [
            loop.create_task(self._read(), name="magray-ingest-read"),
            loop.create_task(self._embed(), name="magray-ingest-embed"),
        ]

    async def close(self) -> None:
        """Stop. What is not final stays in the queue."""
        for task in self._tasks:
            task.cancel()
        self._reader.abort()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []

    def wake(self) -> None:
        """There are new rows."""
        if self._next and self._next[0].phase == _OCR:  # what needs no OCR comes first
            self._next.clear()
        self._more.set()

    def pause(self) -> None:
        """Finish the file at hand, then wait."""
        self._go.clear()
        self._board.set_paused(True)

    def resume(self) -> None:
        """Go on."""
        self._board.failure = None
        self._go.set()
        self._more.set()
        self._board.set_paused(False)

    async def cancel(self, rows: Sequence[Row]) -> int:
        """Give rows their final state now, whatever is being done with them.

        Returns:
            How many were not final.
        """
        ids = {row.file.id for row in rows}
        self._cancelled |= ids & set(self._busy)
        self._next = deque(row for row in self._next if row.file.id not in ids)
        for row in rows:
            current = self._busy.get(row.file.id, row)
            await self._final(current.having(state=FileState.CANCELLED, reason="cancelled"), even_cancelled=True)
        if self._reading in ids:
            self._reader.abort()
        return len(ids)

    def requeue(self, row: Row) -> None:
        """Put a final row back."""
        self._cancelled.discard(row.file.id)
        fresh = replace(row, phase=AGAIN).having(state=FileState.QUEUED, reason=None, seconds=0.0)
        self._board.put(fresh, was=row.file.state)

    # Reading

    async def _read(self) -> None:
        worked = False
        while True:
            await self._go.wait()
            row = await self._next_row()
            if row is None:
                if worked and not self._busy and not self._ready:
                    worked = False
                    await self._executors.run("io", self._rest)
                await self._more.wait()
                self._more.clear()
                continue
            identity = row.file.id
            self._busy[identity] = row
            worked = True
            await self._ocr.look()
            await self._room()
            if identity in self._cancelled:
                self._cancelled.discard(identity)
                del self._busy[identity]
                continue
            self._reading = identity
            self._board.put(row.having(state=FileState.READING))
            try:
                await self._take(row)
            except WorkerError as error:
                await self._stop(row, error)
            except MagrayError as error:
                await self._hold([row], error)
            except Exception as error:
                _log.exception("%s could not be read", row.file.path)
                await self._stop(row, WorkerError(f"Magray failed on it ({type(error).__name__}: {error})"))
            finally:
                self._reading = None

    async def _take(self, row: Row) -> None:
        ancestors: frozenset[str] = frozenset()
        if row.parent is not None:
            ancestors = await self._executors.run("query", self._ancestors, row)
        if row.phase == _OCR:
            row, texts = await self._ocr.read(
                row, wanted=lambda: row.file.id not in self._cancelled, between=self._go.wait
            )
            taken = await self._intake.take(
                row, ancestors=ancestors, ocr=self._ocr.missing, ocr_texts=texts, passing=self._replaced
            )
        else:
            taken = await self._intake.take(row, ancestors=ancestors, ocr=self._ocr.missing, passing=self._replaced)
        match taken:
            case Finished(final):
                await self._final(final)
            case Container():
                await self._open(taken)
            case Ready():
                if taken.members is not None:
                    await self._open_attachments(taken)
                if taken.memories:
                    self._busy[row.file.id] = taken.row
                    self._board.put(taken.row.having(state=FileState.EMBEDDING))
                    self._ready.append(taken)
                    if taken.replaces:
                        self._replaced[taken.document.id] += 1
                    self._waiting_characters += _characters(taken)
                    self._arrived.set()
                elif taken.later:
                    self._wait_for_ocr(taken.row)
                else:
                    await self._final(
                        taken.row.having(state=FileState.SKIPPED, reason=taken.row.file.reason or "no text found in it")
                    )

    async def _open(self, container: Container) -> None:
        members = await self._unpacking.unpack(container)
        if container.row.file.id not in self._cancelled:
            await self._queue(members)
        await self._final(summary(container.row, members))
        self._more.set()

    async def _queue(self, rows: list[Row]) -> None:
        await self._executors.run("store", self._insert, rows)
        self._board.expect(rows)
        self.wake()

    async def _open_attachments(self, ready: Ready) -> None:
        """Rows for what is attached to a mail; that it cannot be unpacked does not spoil the mail."""
        assert ready.members is not None
        try:
            members = await self._unpacking.unpack(ready.members)
        except WorkerError as error:
            _log.info("what is attached to %s was not unpacked: %s", ready.row.file.path, error)
            return
        await self._queue(members)

    def _wait_for_ocr(self, row: Row) -> None:
        """Back into the queue, behind everything that needs no OCR."""
        waiting = replace(row, phase=_OCR).having(state=FileState.QUEUED)
        del self._busy[row.file.id]
        self._board.put(waiting)
        self._more.set()

    async def _next_row(self) -> Row | None:
        if not self._next:
            await self._board.flushed()
            self._next.extend(await self._executors.run("query", self._fetch))
        return self._next.popleft() if self._next else None

    def _fetch(self) -> list[Row]:
        with self._store.read() as reader:
            return ingest_files.open_rows(reader, limit=_FETCHED, without=set(self._busy))

    async def _room(self) -> None:
        while len(self._ready) >= _AHEAD or self._waiting_characters > _AHEAD_CHARACTERS:
            self._taken.clear()
            await self._taken.wait()

    def _insert(self, rows: list[Row]) -> None:
        with self._store.write() as writer:
            ingest_files.insert(writer, rows)

    def _ancestors(self, row: Row) -> frozenset[str]:
        """Hashes of the archives that a row lies in."""
        hashes: set[str] = set()
        with self._store.read() as reader:
            parent = row.parent
            while parent is not None:
                above = next(iter(ingest_files.by_ids(reader, (parent,))), None)
                if above is None:
                    break
                if above.content_hash:
                    hashes.add(above.content_hash)
                parent = above.parent
        return frozenset(hashes)

    # Embedding

    async def _embed(self) -> None:
        while True:
            while not self._ready:
                self._arrived.clear()
                await self._arrived.wait()
            group = [self._ready.popleft()]
            chunks = len(group[0].memories)
            while self._ready and chunks + len(self._ready[0].memories) <= _GROUP_CHUNKS:
                group.append(self._ready.popleft())
                chunks += len(group[-1].memories)
            try:
                group = await self._without_twins(group)
                written = await self._embedding.write(group, wanted=self._wanted, between=_breathe)
            except MagrayError as error:
                await self._hold([ready.row for ready in group], error)
            except Exception as error:
                _log.exception("documents could not be written")
                for ready in group:
                    await self._stop(ready.row, WorkerError(f"Magray failed on it ({type(error).__name__}: {error})"))
            else:
                for one in written:
                    await self._done(one)
            finally:
                self._waiting_characters -= sum(map(_characters, group))
                for ready in group:
                    self._busy.pop(ready.row.file.id, None)
                    self._cancelled.discard(ready.row.file.id)
                    if ready.replaces:
                        self._replaced -= Counter((ready.document.id,))
                self._taken.set()
                if not self._ready:
                    self._more.set()

    async def _without_twins(self, group: list[Ready]) -> list[Ready]:
        """Leave out documents whose content has come into memory since they were read, or comes in with this group."""
        single: list[Ready] = []
        contents: set[str] = set()
        later: list[Ready] = []
        for ready in group:
            digest = ready.document.content_hash
            if ready.replaces:
                single.append(ready)
            elif digest in contents:
                later.append(ready)
            else:
                twin = await self._executors.run("query", self._intake.twin, ready, frozenset(self._replaced))
                if twin is None:
                    contents.add(digest)
                    single.append(ready)
                else:
                    self._waiting_characters -= _characters(ready)
                    await self._final(twin)
        self._ready.extendleft(reversed(later))
        return single

    async def _done(self, written: Written) -> None:
        ready = written.ready
        row = ready.row.having(document_id=ready.document.id, seconds=ready.row.file.seconds + written.seconds)
        if ready.later and row.file.id not in self._cancelled:
            self._wait_for_ocr(row)
        else:
            await self._final(row.having(state=FileState.DONE))

    def _wanted(self, ready: Ready) -> bool:
        return ready.row.file.id not in self._cancelled

    # States

    async def _stop(self, row: Row, error: WorkerError) -> None:
        state = FileState.SKIPPED if error.skipped else FileState.FAILED
        await self._final(row.having(state=state, reason=str(error)))

    async def _final(self, row: Row, *, even_cancelled: bool = False) -> None:
        identity = row.file.id
        if identity in self._cancelled and not even_cancelled:
            self._busy.pop(identity, None)
            self._cancelled.discard(identity)
            return
        if not even_cancelled:
            self._busy.pop(identity, None)
        await self._unpacking.final(row)
        self._board.put(row)

    async def _hold(self, rows: Sequence[Row], error: MagrayError) -> None:
        """The database or the model fails, not the files: they go back into the queue, and everything waits."""
        _log.error("ingestion was paused: %s", error)
        for row in rows:
            self._busy.pop(row.file.id, None)
            self._board.put(row.having(state=FileState.QUEUED))
        self.pause()
        self._events.publish(
            Notice(level="error", text=f"Reading files was paused. {error}", action="resume_ingestion")
        )
        await self._board.fail(error)


async def _breathe() -> None:
    """Let other tasks run between two slices."""
    await asyncio.sleep(0)


def _characters(ready: Ready) -> int:
    return sum(map(len, ready.document.pages))
