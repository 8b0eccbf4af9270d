"""The whole memory with its life cycle over a real database and real indexes, but a quick embedder and a fake clock."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.events import Event, EventBus, Notice
from engine.executors import Executors
from engine.memory.indexes import Indexes
from engine.memory.life.clock_watch import ClockWatch
from engine.memory.life.life_cycle import LifeCycle
from engine.memory.memory import LayeredMemory
from engine.memory.retrieval import Retriever
from engine.settings import Settings
from engine.values import Memory, NewMemory
from tests.helpers.clock import FakeClock
from tests.helpers.truth import DIMENSIONS, MODEL, Truth, vector_of


class HashEmbedder:
    """Unit vectors made from the words of a text: texts that share words lie close. Implements `Embedder`."""

    model_id = MODEL
    dimensions = DIMENSIONS
    languages = frozenset({"*"})
    max_tokens = 512

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The mean of the words' vectors, at length 1."""
        return np.stack([self.embed_query(text) for text in texts])

    def embed_query(self, text: str) -> NDArray[np.float32]:
        """The same as for a passage."""
        made = np.sum([vector_of(word) for word in text.casefold().split()], axis=0)
        return (made / np.linalg.norm(made)).astype(np.float32)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Words."""
        return [len(text.split()) for text in texts]


class LifeHouse:
    """Open it with `start`, close it with `close`; all of it on one loop."""

    def __init__(self, folder: Path, *, clock: FakeClock | None = None, **settings: Any) -> None:
        self.clock = clock or FakeClock()
        self.folder = folder
        self.settings = Settings(data_dir=folder, **settings)
        self.told: list[Event] = []

    async def start(self) -> LifeHouse:
        """Open everything."""
        self.truth = Truth(self.folder, clock=self.clock)
        self.store = self.truth.store
        self.executors = Executors()
        self.events = EventBus()
        self.events.subscribe(self.told.append)
        self.indexes = Indexes(
            self.store,
            folder=self.truth.indexes,
            index=self.settings.index,
            recall=self.settings.recall,
            model_id=MODEL,
            dimensions=DIMENSIONS,
        )
        self.indexes.start()
        self.watch = ClockWatch(self.clock, monotonic=self.clock.monotonic)
        embedder = HashEmbedder()
        retriever = Retriever(
            self.store,
            self.indexes,
            embedder,
            self.settings.recall,
            self.settings.layers,
            clock=self.clock,
            believed=self.watch.now,
        )
        self.memory = LayeredMemory(
            store=self.store,
            indexes=self.indexes,
            retriever=retriever,
            embedder=embedder,
            executors=self.executors,
            events=self.events,
            settings=self.settings,
        )
        self.life = LifeCycle(
            memory=self.memory,
            store=self.store,
            embedder=embedder,
            executors=self.executors,
            events=self.events,
            settings=self.settings,
            watch=self.watch,
        )
        await self.life.start()
        return self

    async def close(self) -> None:
        """Take everything down again."""
        await self.memory.close()
        await asyncio.to_thread(self.indexes.close)
        self.executors.close()
        self.truth.close()

    async def restart(self) -> None:
        """Close it and open it again, as after a new start of the program."""
        await self.close()
        await self.start()

    async def __aenter__(self) -> LifeHouse:
        return await self.start()

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def add(self, *texts: str, **fields: Any) -> list[Memory]:
        """Remember texts in one transaction."""
        return await self.memory.remember_many([NewMemory(text=text, **fields) for text in texts])

    async def get(self, memory_id: str) -> Memory:
        """One memory as it stands."""
        return (await self.memory.get([memory_id]))[0]

    async def found(self, query: str, **how: Any) -> set[str]:
        """Texts that a recall gives."""
        return {hit.memory.text for hit in await self.memory.recall(query, **how)}

    async def problems(self) -> list[str]:
        """What does not agree between database and indexes."""
        await asyncio.to_thread(self.indexes.settle)
        return (await asyncio.to_thread(self.indexes.verify))[1]

    def notices(self) -> list[str]:
        """What the owner was told."""
        return [one.text for one in self.told if isinstance(one, Notice)]

    def query(self, sql: str, *given: Any) -> list[tuple[Any, ...]]:
        """Rows of the database as they stand."""
        with self.store.read() as reader:
            return reader.execute_sql(sql, given).fetchall()
