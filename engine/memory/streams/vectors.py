"""Vectors of memories that were kept before they were embedded: a background job, begun anew at each start."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from engine.embedding.embedder import Embedder
from engine.embedding.in_use import EmbedderInUse, held
from engine.executors import Executors
from engine.memory.context import embedding_text
from engine.memory.indexes import Indexes
from engine.memory.store import arrivals, recall_queries
from engine.memory.store.database import Database
from engine.scheduler import Job, Turn

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NAME = "vectors"
BATCH = 32
"""Texts embedded at a time: about a quarter of a second of two cores, after which others have their turn."""
BUSY_BATCH = 8
BUSY_SECONDS = 1.0
"""While messages come closer together than this, embedding takes short turns ..."""
BUSY_REST = 2.0
"""... and rests so many times as long as each took: what comes in is to be found at once, and its vector can wait."""


class FirstVectors:
    """Gives memories without a vector their first one, oldest first."""

    def __init__(
        self,
        *,
        store: Database,
        indexes: Indexes,
        embedder: EmbedderInUse,
        executors: Executors,
        quiet: Callable[[], float] = lambda: math.inf,
    ) -> None:
        """Nothing is read yet.

        Args:
            store: The open database.
            indexes: Follow what is written.
            embedder: In use; where another takes its place meanwhile, that one goes on.
            executors: `query`, `inference` and `store` are used.
            quiet: Seconds since the last message came.
        """
        self._quiet = quiet
        self._store = store
        self._indexes = indexes
        self._embedder = embedder
        self._executors = executors

    def job(self) -> Job:
        """For the scheduler, which runs it when it is asked to."""
        return Job(name=NAME, title="Embed what came in live", run=self.run, priority="high")

    async def missing(self) -> bool:
        """Whether there may be something to do, as after a kill."""

        def read() -> bool:
            with self._store.read() as reader:
                return arrivals.missing_from(reader) is not None

        return await self._executors.run("query", read)

    async def run(self, turn: Turn) -> str:
        """Embed until nothing is missing."""
        start = done = 0
        left = await self._executors.run("query", self._count)
        while True:
            busy, began = self._quiet() < BUSY_SECONDS, time.monotonic()
            texts = await self._executors.run("query", self._next, start, BUSY_BATCH if busy else BATCH)
            if not texts:
                if await self._executors.run("store", self._settle):
                    return ""
                start = 0  # some came meanwhile, or were passed over as the embedder changed
                continue
            with held(self._embedder) as embedder:
                computed = await self._executors.run("inference", embedder.embed_passages, list(texts.values()))
                await self._executors.run("store", self._write, texts, computed, embedder)
            start = max(texts) + 1
            done += len(texts)
            left = max(0, left - len(texts))
            turn.report(done / (done + left) if left else None, f"{left:,} memories wait for it." if left else "")
            await turn.breathe()
            if busy:
                await asyncio.sleep(BUSY_REST * (time.monotonic() - began))

    def _count(self) -> int:
        with self._store.read() as reader:
            return arrivals.count_without(reader)

    def _next(self, start: int, limit: int) -> dict[int, str]:
        """What is embedded for the next memories from a number on, by their numbers, rising."""
        with self._store.read() as reader:
            first = arrivals.missing_from(reader)
            if first is None:
                return {}
            numbers = arrivals.next_without(reader, max(first, start), limit=limit)
            found = recall_queries.memories_of(reader, numbers)
        return {number: embedding_text(found[number]) for number in numbers if number in found}

    def _write(self, texts: Mapping[int, str], computed: NDArray[np.float32], embedder: Embedder) -> None:
        if embedder.model_id != self._embedder.model_id:
            return  # another has taken its place: they are embedded by that one
        rows = [
            (number, vector.astype("<f4", copy=False).tobytes()) for number, vector in zip(texts, computed, strict=True)
        ]
        with self._store.write() as writer:
            there = arrivals.give(self._store, writer, rows, model=embedder.model_id, dimensions=embedder.dimensions)
            sequence = self._store.last_sequence(writer)
        self._indexes.changed(sequence)
        gone = [text for number, text in texts.items() if number not in there]
        if gone:  # erased while they were embedded: the cache must not know them either
            self._embedder.forget(gone)

    def _settle(self) -> bool:
        with self._store.write() as writer:
            return arrivals.settle(writer)
