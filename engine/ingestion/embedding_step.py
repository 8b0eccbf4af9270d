"""Turns documents that were read into memories: embeds what is new in them and writes each in one transaction."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.events import DocumentsChanged, EventBus, MemoriesChanged
from engine.executors import Executors
from engine.ingestion.intake import Ready
from engine.memory.context import embedding_text
from engine.memory.memory import LayeredMemory
from engine.memory.store import documents
from engine.memory.store.database import Database
from engine.memory.store.documents import ChunkKey, NewChunk, Stored

if TYPE_CHECKING:
    from engine.embedding.embedder import Embedder

SLICE = 48
"""Texts embedded at a time: enough to sort by length, little enough to stop within a second."""


@dataclass(frozen=True, slots=True)
class Written:
    """A document that is in memory now."""

    ready: Ready
    stored: Stored
    seconds: float


class EmbeddingStep:
    """Embeds and writes documents, several small ones at a time."""

    def __init__(
        self, *, store: Database, memory: LayeredMemory, embedder: Embedder, executors: Executors, events: EventBus
    ) -> None:
        self._store = store
        self._memory = memory
        self._embedder = embedder
        self._executors = executors
        self._events = events

    async def write(
        self, group: Sequence[Ready], *, wanted: Callable[[Ready], bool], between: Callable[[], Awaitable[None]]
    ) -> list[Written]:
        """Embed and write documents.

        Args:
            group: Documents that were read.
            wanted: Asked again and again; a document that is no longer wanted is left out.
            between: Awaited between two slices.

        Returns:
            Those written; the rest was no longer wanted.

        Raises:
            StoreError: the database cannot be written; nothing of the group was.
            RuntimeUnavailableError: nothing can run the model.
        """
        known = await self._executors.run("query", self._known, group)
        try:
            return await self._write(group, known, wanted, between)
        except KeyError:
            # A chunk that was counted on is gone meanwhile: the owner erased it. Everything is looked up anew.
            return await self._write(group, {ready.document.id: Counter() for ready in group}, wanted, between)

    async def _write(
        self,
        group: Sequence[Ready],
        known: dict[str, Counter[ChunkKey]],
        wanted: Callable[[Ready], bool],
        between: Callable[[], Awaitable[None]],
    ) -> list[Written]:
        texts: dict[ChunkKey, str] = {}
        owners: dict[ChunkKey, Ready] = {}
        for ready in group:
            there = known[ready.document.id].copy()
            for memory in ready.memories:
                key = documents.key_of(memory)
                there[key] -= 1
                if there[key] < 0 and key not in texts:
                    texts[key] = embedding_text(memory)
                    owners[key] = ready
        vectors: dict[ChunkKey, bytes] = {}
        spent: dict[str, float] = {}
        keys = list(texts)
        place = 0
        while place < len(keys):
            part: list[ChunkKey] = []
            while place < len(keys) and len(part) < SLICE:
                if wanted(owners[keys[place]]):
                    part.append(keys[place])
                place += 1
            began = time.monotonic()
            vectors.update(await self._executors.run("inference", self._embed, part, [texts[key] for key in part]))
            share = (time.monotonic() - began) / max(1, len(part))
            for key in part:
                owner = owners[key].document.id
                spent[owner] = spent.get(owner, 0.0) + share
            await between()
        chosen = [
            ready
            for ready in group
            if wanted(ready)
            and all(key in vectors or key in known[ready.document.id] for key in map(documents.key_of, ready.memories))
        ]
        if not chosen:
            return []
        began = time.monotonic()
        stored = await self._memory.write(lambda store, writer: self._save(store, writer, chosen, vectors))
        share = (time.monotonic() - began) / len(chosen)
        self._publish(chosen, stored)
        return [
            Written(ready, result, ready.seconds + spent.get(ready.document.id, 0.0) + share)
            for ready, result in zip(chosen, stored, strict=True)
        ]

    def _known(self, group: Sequence[Ready]) -> dict[str, Counter[ChunkKey]]:
        with self._store.read() as reader:
            return {
                ready.document.id: documents.chunk_keys(reader, ready.document.id) if ready.replaces else Counter()
                for ready in group
            }

    def _embed(self, keys: Sequence[ChunkKey], texts: Sequence[str]) -> dict[ChunkKey, bytes]:
        if not texts:
            return {}
        vectors = self._embedder.embed_passages(texts)
        return {key: vector.astype("<f4", copy=False).tobytes() for key, vector in zip(keys, vectors, strict=True)}

    def _save(
        self,
        store: Database,
        writer: Any,
        group: Sequence[Ready],
        vectors: dict[ChunkKey, bytes],
    ) -> list[Stored]:
        results = []
        for ready in group:
            chunks = [
                NewChunk(memory=memory, vector=vectors.get(documents.key_of(memory))) for memory in ready.memories
            ]
            results.append(
                documents.save(
                    store,
                    writer,
                    ready.document,
                    chunks,
                    model=self._embedder.model_id,
                    dimensions=self._embedder.dimensions,
                )
            )
        return results

    def _publish(self, group: Sequence[Ready], stored: Sequence[Stored]) -> None:
        added = sum(result.added for result in stored)
        removed = sum(result.removed for result in stored)
        if added or removed:
            self._events.publish(MemoriesChanged(added=added, removed=removed))
        if len(group) == 1:
            self._events.publish(DocumentsChanged(document_id=group[0].document.id))
        else:
            self._events.publish(DocumentsChanged())
