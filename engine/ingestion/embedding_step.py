"""Turns documents that were read into memories: embeds what is new in them and writes each in one transaction."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.embedding.in_use import EmbedderReplacedError, held
from engine.events import DocumentsChanged, EventBus, MemoriesChanged
from engine.executors import Executors
from engine.ingestion.drafts import Ready
from engine.ingestion.languages import LanguageWatch
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


@dataclass(frozen=True, slots=True)
class _Planned:
    """One text to embed, for one document."""

    ready: Ready
    key: ChunkKey
    text: str


class EmbeddingStep:
    """Embeds and writes documents, several small ones at a time."""

    def __init__(
        self,
        *,
        store: Database,
        memory: LayeredMemory,
        embedder: Embedder,
        executors: Executors,
        events: EventBus,
        languages: LanguageWatch,
    ) -> None:
        self._store = store
        self._memory = memory
        self._languages = languages
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
        everything = False
        while True:
            try:
                with held(self._embedder) as embedder:
                    return await self._write(group, wanted, between, embedder, everything=everything)
            except EmbedderReplacedError:
                continue  # the model was changed meanwhile
            except KeyError:
                if everything:
                    raise
                # A chunk that was counted on is gone meanwhile: the owner erased it. Everything is looked up anew.
                everything = True

    async def _write(
        self,
        group: Sequence[Ready],
        wanted: Callable[[Ready], bool],
        between: Callable[[], Awaitable[None]],
        embedder: Embedder,
        *,
        everything: bool,
    ) -> list[Written]:
        planned = await self._executors.run("io", self._plan, group, everything=everything)
        vectors: dict[tuple[str, ChunkKey], bytes] = {}
        spent: dict[str, float] = {}
        place = 0
        while place < len(planned):
            part: list[_Planned] = []
            while place < len(planned) and len(part) < SLICE:
                if wanted(planned[place].ready):
                    part.append(planned[place])
                place += 1
            began = time.monotonic()
            vectors.update(await self._executors.run("inference", self._embed, part, embedder))
            share = (time.monotonic() - began) / max(1, len(part))
            for one in part:
                spent[one.ready.document.id] = spent.get(one.ready.document.id, 0.0) + share
            await between()
        chosen = [ready for ready in group if wanted(ready)]
        if not chosen:
            return []
        began = time.monotonic()
        stored = await self._memory.write(lambda store, writer: self._save(store, writer, chosen, vectors, embedder))
        share = (time.monotonic() - began) / len(chosen)
        self._publish(chosen, stored)
        await self._languages.look(chosen)
        return [
            Written(ready, result, ready.seconds + spent.get(ready.document.id, 0.0) + share)
            for ready, result in zip(chosen, stored, strict=True)
        ]

    def _plan(self, group: Sequence[Ready], *, everything: bool) -> list[_Planned]:
        """What has to be embedded: chunks that the stored documents do not have as often as the new ones."""
        planned = []
        with self._store.read() as reader:
            for ready in group:
                there: Counter[ChunkKey] = Counter()
                if ready.replaces and not everything:
                    there = documents.chunk_keys(reader, ready.document.id)
                seen: set[ChunkKey] = set()
                for memory in ready.memories:
                    key = documents.key_of(memory)
                    there[key] -= 1
                    if there[key] < 0 and key not in seen:
                        seen.add(key)
                        planned.append(_Planned(ready, key, embedding_text(memory)))
        return planned

    def _embed(self, part: Sequence[_Planned], embedder: Embedder) -> dict[tuple[str, ChunkKey], bytes]:
        if not part:
            return {}
        vectors = embedder.embed_passages([one.text for one in part])
        return {
            (one.ready.document.id, one.key): vector.astype("<f4", copy=False).tobytes()
            for one, vector in zip(part, vectors, strict=True)
        }

    def _save(
        self,
        store: Database,
        writer: Any,
        group: Sequence[Ready],
        vectors: dict[tuple[str, ChunkKey], bytes],
        embedder: Embedder,
    ) -> list[Stored]:
        if embedder.model_id != self._embedder.model_id:
            raise EmbedderReplacedError(embedder.model_id)
        results = []
        for ready in group:
            identity = ready.document.id
            chunks = [
                NewChunk(memory=memory, vector=vectors.get((identity, documents.key_of(memory))))
                for memory in ready.memories
            ]
            results.append(
                documents.save(
                    store,
                    writer,
                    ready.document,
                    chunks,
                    model=embedder.model_id,
                    dimensions=embedder.dimensions,
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
