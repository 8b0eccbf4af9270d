"""The memory as the rest of the engine sees it: remember, recall, change, forget.

Every method is a coroutine that hops to the right thread: embedding to `inference`, writing to `store`, recall to
`query`. What a call returned has been committed; the indexes are told right after and catch up on their own.
"""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import time
import unicodedata
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from engine import values
from engine.embedding.embedder import Embedder
from engine.embedding.in_use import EmbedderReplacedError, held
from engine.errors import InvalidMemoryError
from engine.events import ConversationsChanged, EventBus, MemoriesChanged, Notice
from engine.executors import Executors
from engine.memory.backup.shelf import Shelf
from engine.memory.context import embedding_text
from engine.memory.erasure import Erasure, Further, erase, told
from engine.memory.indexes import Indexes
from engine.memory.life.terms import terms_of
from engine.memory.retrieval import Retriever
from engine.memory.store import life_deeds, memories
from engine.memory.store.database import Database
from engine.settings import Settings

_log = logging.getLogger(__name__)

T = TypeVar("T")

_Change = Callable[[Database, Any, Collection[str]], int]

LONGEST_TEXT = 4 * 1024 * 1024
"""Characters of one memory; longer texts are documents and come in through ingestion."""
LONGEST_QUERY = 20_000
"""Characters of a query that are looked at: what stands behind them would cost seconds and change nothing."""
MOST_HITS = 1_000_000
USAGE_SECONDS = 1.0
"""How long what was recalled may wait before it is written down, so that recall never waits for the writer."""


class LayeredMemory:
    """Three layers, one truth. Made by `Engine.open`; every part is given to it."""

    def __init__(
        self,
        *,
        store: Database,
        indexes: Indexes,
        retriever: Retriever,
        embedder: Embedder,
        executors: Executors,
        events: EventBus,
        settings: Settings,
        shelf: Shelf | None = None,
    ) -> None:
        self._store = store
        self._shelf = shelf or Shelf(settings.paths.backups)
        self._indexes = indexes
        self._retriever = retriever
        self._embedder = embedder
        self._executors = executors
        self._events = events
        self._settings = settings
        self._usage: dict[str, list[tuple[str, str | None]]] = {}
        self._usage_timer: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._recalled_at = float("-inf")

    def recalled_at(self) -> float:
        """When something was looked up last, as `time.monotonic` counts; minus infinity for never."""
        return self._recalled_at

    async def remember_many(self, new: Sequence[values.NewMemory]) -> list[values.Memory]:
        """Remember texts in one transaction.

        Raises:
            InvalidMemoryError: one of them cannot be remembered; none was.
            StoreFullError: the disk is full; none was remembered.
        """
        checked = [check(memory, dimensions=self._embedder.dimensions) for memory in new]
        if not checked:
            return []
        written: list[values.Memory] | None = None
        while written is None:
            with held(self._embedder) as embedder:
                vectors = await self._executors.run("inference", self._vectors, checked, embedder)
                try:
                    written = await self._executors.run("store", self._insert, checked, vectors, embedder)
                except EmbedderReplacedError:
                    # Vectors that came along are of the model before, too.
                    checked = [dataclasses.replace(memory, vector=None) for memory in checked]
        self._events.publish(MemoriesChanged(added=len(written)))
        return written

    async def recall(
        self,
        query: str,
        *,
        limit: int | None = None,
        layer: values.Layer | None = None,
        kind: values.Kind | None = None,
        explain: bool = False,
        noted: bool = True,
        archived: bool = False,
        superseded: bool = False,
        as_of: datetime | None = None,
        valid_at: datetime | None = None,
    ) -> list[values.Hit]:
        """The memories that answer a query best, best first; see `Retriever.recall`.

        With `noted` False nothing is counted as recalled: the owner looks around, and that says nothing about use.

        Raises:
            InvalidMemoryError: the query is empty, or `limit`, `layer`, `kind` or a moment cannot be used.
        """
        wanted = self._settings.recall.limit if limit is None else limit
        if not _is(query, str) or not query.strip():
            raise InvalidMemoryError("query: there is nothing to look for.")
        if not _is(wanted, int) or not 1 <= wanted <= MOST_HITS:
            raise InvalidMemoryError(f"limit: {wanted!r} is not a number of hits from 1 to {MOST_HITS:,}.")
        _one_of("layer", layer, values.LAYERS)
        _one_of("kind", kind, values.KINDS)
        for name, moment in (("as_of", as_of), ("valid_at", valid_at)):
            if moment is not None:
                _check_time(moment, name)
        self._recalled_at = time.monotonic()
        hits = await self._executors.run(
            "query",
            self._retriever.recall,
            clean(query)[:LONGEST_QUERY],
            limit=wanted,
            layer=layer,
            kind=kind,
            explain=explain,
            archived=archived,
            superseded=superseded,
            as_of=as_of,
            valid_at=valid_at,
        )
        if noted:
            self.note_usage("recalled", [hit.memory.id for hit in hits], ranks=range(1, len(hits) + 1))
        return hits

    async def get(self, ids: Sequence[str]) -> list[values.Memory]:
        """Memories by id.

        Raises:
            NotFoundError: an id names nothing.
        """

        def read() -> list[values.Memory]:
            with self._store.read() as reader:
                return memories.by_ids(reader, ids)

        return await self._executors.run("query", read)

    async def page(
        self,
        *,
        layer: values.Layer | None = None,
        kind: values.Kind | None = None,
        deleted: bool = False,
        archived: bool = False,
        superseded: bool | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> list[values.Memory]:
        """Memories, the newest first; see `store.memories.page`."""
        _one_of("layer", layer, values.LAYERS)
        _one_of("kind", kind, values.KINDS)

        def read() -> list[values.Memory]:
            with self._store.read() as reader:
                return memories.page(
                    reader,
                    layer=layer,
                    kind=kind,
                    deleted=deleted,
                    archived=archived,
                    superseded=superseded,
                    limit=limit,
                    offset=offset,
                )

        return await self._executors.run("query", read)

    async def counts(self) -> dict[str, int]:
        """Memories in each layer."""

        def read() -> dict[str, int]:
            with self._store.read() as reader:
                return memories.counts(reader)

        return await self._executors.run("query", read)

    async def delete(self, ids: Collection[str], *, erase: bool = False) -> int:
        """Hide memories, or erase them for good; see `erase`.

        Returns:
            How many were there.
        """
        if erase:
            return await self.erase(ids)
        count = await self._executors.run("store", self._change, life_deeds.delete, set(ids))
        if count:
            self._events.publish(MemoriesChanged(removed=count))
        return count

    async def erase(self, ids: Collection[str], *, further: Further | None = None, also: Collection[str] = ()) -> int:
        """Erase memories with their vectors and everything that repeats them; copies that keep them are told.

        Args:
            ids: Which.
            further: Changes more of the store in the same transaction, on the `store` thread.
            also: Ids of the document or the conversation that goes with them.

        Returns:
            How many were there.

        Raises:
            StoreFullError: the disk is full; nothing was erased.
        """
        done = await self._executors.run("store", self._erase, set(ids), further, also)
        if done.memories:
            self._events.publish(MemoriesChanged(removed=done.memories))
        for conversation in done.conversations:
            self._events.publish(ConversationsChanged(conversation_id=conversation))
        if done.copies:
            self._events.publish(Notice(level="warning", text=told(done.copies), action="show_backups"))
        return done.memories

    async def undelete(self, ids: Collection[str]) -> int:
        """Bring hidden memories back.

        Returns:
            How many were hidden.
        """
        count = await self._executors.run("store", self._change, self._restore, set(ids))
        if count:
            self._events.publish(MemoriesChanged(added=count))
        return count

    async def write(self, change: Callable[[Database, Any], T]) -> T:
        """Run a change of the store in one transaction, and tell the indexes where it drew sequence numbers.

        Args:
            change: Called on the `store` thread with the database and its writer.

        Raises:
            StoreFullError: the disk is full; nothing was changed.
        """

        def run() -> T:
            with self._store.write() as writer:
                before = self._store.last_sequence(writer)
                result = change(self._store, writer)
                after = self._store.last_sequence(writer)
            if after != before:
                self._indexes.changed(after)
            return result

        return await self._executors.run("store", run)

    def note_usage(self, event: str, ids: Sequence[str], *, ranks: Sequence[int] | None = None) -> None:
        """Remember that something happened to memories; written within a second, and at the latest by `close`.

        Args:
            event: What happened: `recalled`, `quoted`, `opened`, …
            ids: To which.
            ranks: The place of each in the list that it was found in, from 1: what stands first is used more often for
                standing there, and whoever learns from use has to know.
        """
        if not ids:
            return
        details: list[str | None] = [None] * len(ids) if ranks is None else [str(rank) for rank in ranks]
        self._usage.setdefault(event, []).extend(zip(ids, details, strict=True))
        if self._usage_timer is None:
            self._usage_timer = asyncio.get_running_loop().call_later(USAGE_SECONDS, self._start_usage)

    async def close(self) -> None:
        """Write what is still noted."""
        if self._usage_timer is not None:
            self._usage_timer.cancel()
            self._usage_timer = None
        if self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._write_usage()

    def _start_usage(self) -> None:
        self._usage_timer = None
        task = asyncio.get_running_loop().create_task(self._write_usage(), name="usage log")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _write_usage(self) -> None:
        noted, self._usage = self._usage, {}
        if not noted:
            return

        def write() -> None:
            with self._store.write() as writer:
                for event, pairs in noted.items():
                    ids, details = zip(*pairs, strict=True)
                    memories.log_usage(writer, event, ids, details=details, at=self._store.now_us())

        try:
            await self._executors.run("store", write)
        except Exception:
            # Use is counted for ranking only: a full disk must not turn a recall that worked into an error.
            _log.exception("what was recalled could not be noted")

    def _vectors(self, new: Sequence[values.NewMemory], embedder: Embedder) -> list[NDArray[np.float32]]:
        missing = [index for index, memory in enumerate(new) if memory.vector is None]
        found: list[NDArray[np.float32] | None] = [
            None if memory.vector is None else unit(memory.vector, embedder.dimensions) for memory in new
        ]
        if missing:
            computed = embedder.embed_passages([embedding_text(new[index]) for index in missing])
            for index, vector in zip(missing, computed, strict=True):
                found[index] = vector
        return [vector for vector in found if vector is not None]

    def _insert(
        self, new: Sequence[values.NewMemory], vectors: Sequence[NDArray[np.float32]], embedder: Embedder
    ) -> list[values.Memory]:
        if embedder.model_id != self._embedder.model_id:
            raise EmbedderReplacedError(embedder.model_id)
        now = memories.from_us(self._store.now_us())
        rows = [
            memories.NewRow(
                memory=memory,
                vector=vector.astype("<f4", copy=False).tobytes(),
                model=embedder.model_id,
                dimensions=embedder.dimensions,
                expires_at=self.expires_at(memory.layer, now),
            )
            for memory, vector in zip(new, vectors, strict=True)
        ]
        with self._store.write() as writer:
            numbers = memories.insert(self._store, writer, rows)
            written = memories.fetch(writer, numbers)
            sequence = self._store.last_sequence(writer)
        self._indexes.changed(sequence)
        return written

    def expires_at(self, layer: values.Layer, now: datetime) -> int | None:
        """When what comes into a layer now will have had its time, in microseconds since 1970; None for never."""
        if layer == "interact":
            return memories.to_us(now + timedelta(hours=self._settings.layers.interact_hours))
        if layer == "insights":
            return memories.to_us(now + timedelta(days=self._settings.layers.insights_days))
        return None

    def _restore(self, store: Database, writer: Any, ids: Collection[str]) -> int:
        return life_deeds.restore(store, writer, ids, terms=terms_of(self._settings.layers))

    def _change(self, change: _Change, ids: set[str]) -> int:
        with self._store.write() as writer:
            count = change(self._store, writer, ids)
            sequence = self._store.last_sequence(writer)
        self._indexes.changed(sequence)
        return count

    def _erase(self, ids: set[str], further: Further | None, also: Collection[str]) -> Erasure:
        done = erase(self._store, self._embedder, ids, backups=self._shelf, further=further, also=also)
        self._indexes.changed(done.sequence)
        return done


def check(memory: values.NewMemory, *, dimensions: int) -> values.NewMemory:
    """Hold one new memory against the rules.

    Returns:
        The same with text fields that a database can hold: lone surrogates become U+FFFD.

    Raises:
        InvalidMemoryError: a field cannot be used; the message names it.
    """
    if not _is(memory, values.NewMemory):
        raise InvalidMemoryError(f"a {type(memory).__name__} is no NewMemory.")
    for field in ("text", "speaker", "session", "title", "external_id"):
        value = getattr(memory, field)
        if not isinstance(value, str) and (value is not None or field == "text"):
            raise InvalidMemoryError(f"{field}: a {type(value).__name__} is no text.")
    # One text alone would be taken for its letters.
    if not _is(memory.tags, tuple, list, set, frozenset) or not all(_is(tag, str) for tag in memory.tags):
        raise InvalidMemoryError("tags: they must be texts.")
    text = clean(memory.text)
    if not is_visible(text):
        raise InvalidMemoryError("text: there is nothing visible in it to remember.")
    if len(text) > LONGEST_TEXT:
        raise InvalidMemoryError(
            f"text: {len(text):,} characters are too many for one memory ({LONGEST_TEXT:,}). "
            "Save it as a file and add that."
        )
    _one_of("layer", memory.layer, values.LAYERS)
    _one_of("kind", memory.kind, values.KINDS)
    if memory.occurred_at is not None:
        _check_time(memory.occurred_at)
    if memory.external_id is not None and not memory.external_id:
        raise InvalidMemoryError("external_id: an id cannot be empty.")
    if memory.vector is not None:
        unit(memory.vector, dimensions)
    return dataclasses.replace(
        memory,
        text=text,
        speaker=None if memory.speaker is None else clean(memory.speaker),
        session=None if memory.session is None else clean(memory.session),
        title=None if memory.title is None else clean(memory.title),
        tags=tuple(clean(tag) for tag in memory.tags),
        external_id=None if memory.external_id is None else clean(memory.external_id),
    )


def _is(value: object, *kinds: type) -> bool:
    """Whether a caller that no type checker watched gave what was asked for."""
    return isinstance(value, kinds)


def _check_time(moment: datetime, name: str = "occurred_at") -> None:
    if not _is(moment, datetime) or moment.utcoffset() is None:
        raise InvalidMemoryError(f"{name}: a time needs its time zone.")
    try:
        moment.astimezone(UTC)
    except OverflowError as error:
        raise InvalidMemoryError(f"{name}: in UTC it lies outside of the years 1 to 9999.") from error


def is_visible(text: str) -> bool:
    """Whether a text holds anything but space, control and format characters."""
    return any(unicodedata.category(character)[0] not in "ZC" for character in text)


def clean(text: str) -> str:
    """Replace lone surrogates, which are no characters and fit no encoding, by U+FFFD, and NUL by a space."""
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace").replace("\x00", " ")


def unit(vector: Sequence[float], dimensions: int) -> NDArray[np.float32]:
    """A given vector at length 1. Shape (dimensions,).

    Raises:
        InvalidMemoryError: another shape, NaN, infinite, or all zero.
    """
    try:
        array = np.asarray(vector, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidMemoryError("vector: it must be numbers.") from error
    if array.shape != (dimensions,):
        raise InvalidMemoryError(f"vector: its shape is {array.shape}, the embedder in use makes ({dimensions},).")
    largest = float(np.abs(array).max())
    if not np.isfinite(largest) or largest == 0.0:
        raise InvalidMemoryError("vector: it must be finite and not all zero.")
    array = array / largest  # so that the squares of very large and very small numbers stay numbers
    return (array / np.linalg.norm(array)).astype(np.float32)


def _one_of(field: str, value: str | None, allowed: Sequence[str]) -> None:
    if value is not None and value not in allowed:
        raise InvalidMemoryError(f"{field}: {value!r} is not one of {', '.join(allowed)}.")
