"""Carrying memories in: every line is held against the rules, what is good goes in by batches, the rest is told."""

from __future__ import annotations

import functools
import json
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from engine.backup_values import ImportProblem, ImportReport
from engine.embedding.embedder import Embedder
from engine.embedding.in_use import EmbedderReplacedError, held
from engine.errors import EngineClosedError, MemoryImportError
from engine.events import EventBus, MemoriesChanged
from engine.executors import Executors
from engine.memory.context import embedding_text
from engine.memory.exchange.records import LONGEST_LINE, LineBroken, Record, read_line
from engine.memory.memory import LayeredMemory
from engine.memory.store import carrying
from engine.memory.store.database import Database
from engine.memory.store.memories import content_hash, from_us
from engine.settings import LayerSettings
from engine.values import DocumentSource, NewMemory

BATCH = 256
_EMBEDDED_AT_ONCE = 32
"""Texts; a question waits for no more of them."""

MOST_PROBLEMS = 1000
"""So many are told one by one; the others are counted."""

Progress = Callable[[int], None]
_Line = tuple[int, Record | str]
"""A line's number, from 1, and what it says, or why it is no memory."""


def read_lines(path: Path) -> Iterator[list[_Line]]:
    """The lines of a file by batches; a line that is too long is passed over without being held.

    Raises:
        MemoryImportError: the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            batch: list[_Line] = []
            number = 0
            while line := file.readline(LONGEST_LINE + 1):
                number += 1
                if len(line) > LONGEST_LINE:
                    batch.append((number, f"it is longer than {LONGEST_LINE:,} bytes"))
                    while line and not line.endswith(b"\n"):
                        line = file.readline(LONGEST_LINE)
                elif stripped := (line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line).strip():
                    batch.append((number, _read(stripped)))
                if len(batch) >= BATCH:
                    yield batch
                    batch = []
            if batch:
                yield batch
    except OSError as error:
        raise MemoryImportError(f"{path} cannot be read ({error.strerror or error}). Nothing was imported.") from error


def _read(line: bytes) -> Record | str:
    try:
        return read_line(line)
    except LineBroken as error:
        return str(error)


class Importer:
    """One import of one file. Belongs to the engine's loop."""

    def __init__(
        self,
        *,
        store: Database,
        memory: LayeredMemory,
        embedder: Embedder,
        executors: Executors,
        events: EventBus,
        layers: LayerSettings,
        is_open: Callable[[], bool] = lambda: True,
    ) -> None:
        self._store = store
        self._memory = memory
        self._embedder = embedder
        self._executors = executors
        self._events = events
        self._layers = layers
        self._is_open = is_open
        self._lines = self._added = self._present = self._failed = self._embedded = 0
        self._problems: list[ImportProblem] = []
        self._linked = False

    async def run(self, path: Path, progress: Progress | None = None) -> ImportReport:
        """Import a file.

        Stopping it keeps what it had imported: importing the file again adds the rest.

        Args:
            path: JSON Lines.
            progress: Called with the lines read so far.

        Raises:
            MemoryImportError: the file cannot be read.
            StoreFullError: the disk is full; what was imported before stays.
            EngineClosedError: the engine was closed meanwhile; what was imported before stays.
        """
        began = time.perf_counter()
        batches = read_lines(path)
        while batch := await self._executors.run("io", next, batches, None):
            self._lines += len(batch)
            good = []
            for number, found in batch:
                if isinstance(found, str):
                    self._tell(number, found)
                else:
                    good.append((number, found))
            if good:
                await self._take(good)
            if progress is not None:
                progress(batch[-1][0])
            if not self._is_open():
                raise EngineClosedError("Magray was closed. What was imported is kept; the same file adds the rest.")
        if self._linked:
            await self._link(path)
        return ImportReport(
            lines=self._lines,
            added=self._added,
            present=self._present,
            failed=self._failed,
            embedded=self._embedded,
            problems=tuple(self._problems),
            seconds=time.perf_counter() - began,
        )

    async def _take(self, batch: Sequence[tuple[int, Record]]) -> None:
        new = await self._executors.run("query", self._sift, batch)
        written = 0
        while new:
            with held(self._embedder) as embedder:
                vectors, computed = await self._vectors(new, embedder)
                try:
                    written = await self._memory.write(
                        functools.partial(self._write, new=new, vectors=vectors, embedder=embedder)
                    )
                except EmbedderReplacedError:
                    continue  # vectors are of the model before
            self._embedded += computed
            break
        if written:
            self._added += written
            self._events.publish(MemoriesChanged(added=written))

    def _sift(self, batch: Sequence[tuple[int, Record]]) -> list[tuple[int, Record]]:
        """What is new among these; what is there already, or contradicts it, is counted."""
        with self._store.read() as reader:
            return self._new(reader, batch, tell=True)

    def _new(self, reader: Any, batch: Sequence[tuple[int, Record]], *, tell: bool) -> list[tuple[int, Record]]:
        by_id = carrying.known_texts(reader, "id", {record.id for _, record in batch})
        named = {record.external_id for _, record in batch if record.external_id is not None}
        by_name = carrying.known_texts(reader, "external_id", named)
        new = []
        for number, record in batch:
            digest = content_hash(record.text)
            name = record.external_id
            found = by_id.get(record.id) or (by_name.get(name) if name is not None else None)
            clash = record.id not in by_id and found is not None  # another id, the same name from elsewhere
            if found is None:
                new.append((number, record))
                by_id[record.id] = digest  # the next lines of this batch
                if name is not None:
                    by_name[name] = digest
            elif found == digest:
                self._present += tell
                self._linked = self._linked or bool(record.links)
            elif tell:
                which = "external_id" if clash else "id"
                self._tell(number, f"{which}: another memory has it already, with another text; that one stays")
        return new

    async def _vectors(self, new: Sequence[tuple[int, Record]], embedder: Embedder) -> tuple[dict[int, bytes], int]:
        """Vectors by line, and how many were computed: those of the embedder in use are taken as they came."""
        vectors: dict[int, bytes] = {}
        missing: list[tuple[int, Record]] = []
        for number, record in new:
            given = record.vector
            if given is not None and (given.model, given.dimensions) == (embedder.model_id, embedder.dimensions):
                vectors[number] = given.data
            else:
                missing.append((number, record))
        for start in range(0, len(missing), _EMBEDDED_AT_ONCE):
            some = missing[start : start + _EMBEDDED_AT_ONCE]
            texts = [embedding_text(_as_new(record)) for _, record in some]
            computed = await self._executors.run("inference", embedder.embed_passages, texts)
            for (number, _), vector in zip(some, computed, strict=True):
                vectors[number] = vector.astype("<f4", copy=False).tobytes()
        return vectors, len(missing)

    def _write(
        self,
        store: Database,
        writer: Any,
        *,
        new: Sequence[tuple[int, Record]],
        vectors: dict[int, bytes],
        embedder: Embedder,
    ) -> int:
        if embedder.model_id != self._embedder.model_id:
            raise EmbedderReplacedError(embedder.model_id)
        new = self._new(writer, new, tell=False)  # another may have written the same since it was looked for
        at = store.now_us()
        numbers = carrying.add(store, writer, [self._row(record, at) for _, record in new])
        rows = [
            {"memory": memory, "model": embedder.model_id, "dimensions": embedder.dimensions, "data": vectors[line]}
            for memory, (line, _) in zip(numbers, new, strict=True)
        ]
        carrying.add_vectors(writer, rows)
        self._linked = self._linked or any(record.links for _, record in new)
        return len(new)

    def _row(self, record: Record, at: int) -> dict[str, Any]:
        given = dict(record.columns)
        given.setdefault("created_at", at)
        given.setdefault("occurred_at", given["created_at"])
        if not record.expires:
            given["expires_at"] = self._expiry(record.layer, at)
        place, conversation = record.place, record.conversation
        group = f"d:{place.document_id}" if place else None
        if group is None and given.get("session") is not None:
            group = f"s:{given['session']}"
        if given.get("version_of") is not None:
            group = None  # a text from before has no neighbours
        given.setdefault("position", place.start if place else given["occurred_at"])
        document = None
        if place is not None:
            given |= {"page": place.page, "start": place.start, "end": place.end}
            given["heading"] = json.dumps(list(place.heading), ensure_ascii=False)
            document = {"id": place.document_id, "path": place.path, "created_at": at, "updated_at": at}
        if conversation is not None:
            given |= {"conversation_id": conversation[0], "message_id": conversation[1]}
        return {
            **given,
            "id": record.id,
            "external_id": record.external_id,
            "text": record.text,
            "layer": record.layer,
            "kind": record.kind,
            "group_key": group,
            "document": document,
        }

    def _expiry(self, layer: str, at: int) -> int | None:
        seconds = {"interact": self._layers.interact_hours * 3600, "insights": self._layers.insights_days * 86_400}
        return at + int(seconds[layer] * 1_000_000) if layer in seconds else None

    async def _link(self, path: Path) -> None:
        """Tie memories to what they were made of, once all are there: the file is read again for that."""
        batches = read_lines(path)
        while batch := await self._executors.run("io", next, batches, None):
            links = [
                (record.id, part, kind)
                for _, record in batch
                if isinstance(record, Record)
                for part, kind in record.links
            ]
            if links:
                await self._memory.write(functools.partial(_add_links, links=links))

    def _tell(self, number: int, reason: str) -> None:
        self._failed += 1
        if len(self._problems) < MOST_PROBLEMS:
            self._problems.append(ImportProblem(number, reason))


def _as_new(record: Record) -> NewMemory:
    """What the text to embed is made of."""
    place = record.place
    occurred = record.columns.get("occurred_at") or record.columns.get("created_at")
    return NewMemory(
        text=record.text,
        speaker=record.columns.get("speaker"),
        title=record.columns.get("title"),
        occurred_at=None if occurred is None else from_us(occurred),
        source=DocumentSource(place.document_id, place.path, place.page, place.heading, place.start, place.end)
        if place
        else None,
    )


def _add_links(_store: Database, writer: Any, *, links: Sequence[tuple[str, str, str]]) -> None:
    carrying.add_links(writer, links)
