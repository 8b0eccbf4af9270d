"""What the memory explorer asks for: which memories, in which order, how many, why one was found, and what is near."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from engine import values
from engine.calls.base import Calls
from engine.clock import Clock
from engine.errors import InvalidMemoryError
from engine.explorer_values import (
    MEMORY_ORDERS,
    CloseMemory,
    FoundMemory,
    MemoryCounts,
    MemoryFilter,
    MemoryOrder,
    MemoryRow,
)
from engine.memory import explorer
from engine.memory.store import explorer_queries, recall_queries

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST_FOUND = 200
"""Hits of a search that are shown: beyond them nobody looks, and a better word finds more."""
WEAKEST = 0.2
"""Hits below this share of the best one's score are left out: they share a common word, or nothing, with the text."""
_DEEPER = 3
"""Where a filter leaves hits out, so many times more are recalled first."""


class ExplorerCalls(Calls):
    """Looking at everything that is remembered."""

    _clock: Clock

    async def memory_numbers(
        self, wanted: MemoryFilter, *, order: MemoryOrder = "newest", descending: bool = True
    ) -> NDArray[np.int64]:
        """Numbers of the memories that a filter means, shape (n,): 8 bytes each, whatever they hold.

        With a text they come in the order of recall, and `order` says nothing.

        Raises:
            InvalidMemoryError: a field of the filter, or the order, cannot be used.
        """
        import numpy as np

        self._check()
        check_filter(wanted)
        if order not in MEMORY_ORDERS:
            raise InvalidMemoryError(f"order: {order!r} is not one of {', '.join(MEMORY_ORDERS)}.")
        if wanted.text.strip():
            return np.asarray([found.row.number for found in await self.search_memories(wanted)], np.int64)

        def read() -> NDArray[np.int64]:
            with self._parts.store.read() as reader:
                return explorer_queries.numbers(reader, wanted, order=order, descending=descending, now=self._clock())

        return await self._parts.executors.run("query", read)

    async def search_memories(self, wanted: MemoryFilter, *, limit: int = MOST_FOUND) -> list[FoundMemory]:
        """What the chat would recall for the filter's text, as far as the rest of the filter means it, best first.

        Looking is no use: nothing is counted as recalled. What was deleted is found by the words that it holds.

        Raises:
            InvalidMemoryError: there is no text, or a field cannot be used.
        """
        self._check()
        check_filter(wanted)
        plain = dataclasses.replace(wanted, text="")
        if wanted.deleted and wanted.as_of is None:
            return await self._parts.executors.run("query", self._deleted_with, plain, wanted.text.split(), limit)
        narrowed = plain != MemoryFilter()
        hits = await self._parts.memory.recall(
            wanted.text,
            limit=limit * _DEEPER if narrowed else limit,
            layer=wanted.layers[0] if len(wanted.layers) == 1 else None,
            kind=wanted.kinds[0] if len(wanted.kinds) == 1 else None,
            noted=False,
            archived=wanted.archived,
            superseded=wanted.superseded,
            as_of=wanted.as_of,
        )

        def read() -> list[FoundMemory]:
            ids = [hit.memory.id for hit in hits]
            with self._parts.store.read() as reader:
                numbers = explorer_queries.matching(reader, plain, ids, now=self._clock())
                kept = [hit for hit in hits if hit.memory.id in numbers][:limit]
                rows = explorer_queries.rows(reader, [numbers[hit.memory.id] for hit in kept])
            found = explorer.explained([(rows[numbers[hit.memory.id]], hit) for hit in kept])
            return [one for one in found if one.strength >= WEAKEST]

        return await self._parts.executors.run("query", read)

    def _deleted_with(self, wanted: MemoryFilter, words: Sequence[str], limit: int) -> list[FoundMemory]:
        """What was deleted is in no index, so words alone find it."""
        with self._parts.store.read() as reader:
            numbers = explorer_queries.holding(reader, wanted, words, limit=limit, now=self._clock())
            rows = explorer_queries.rows(reader, numbers)
            found = recall_queries.memories_of(reader, numbers)
        return explorer.explained([(rows[number], values.Hit(memory=found[number], score=1.0)) for number in numbers])

    async def memory_rows(self, numbers: Iterable[int]) -> dict[int, MemoryRow]:
        """What a table shows of these memories, by number; numbers that name nothing are left out."""
        self._check()
        wanted = [int(number) for number in numbers]

        def read() -> dict[int, MemoryRow]:
            with self._parts.store.read() as reader:
                return explorer_queries.rows(reader, wanted)

        return await self._parts.executors.run("query", read)

    async def memories_by_number(self, numbers: Iterable[int]) -> list[values.Memory]:
        """Whole memories, in the order of their numbers; those that name nothing are left out."""
        self._check()

        wanted = [int(number) for number in numbers]

        def read() -> list[values.Memory]:
            with self._parts.store.read() as reader:
                found = recall_queries.memories_of(reader, wanted)
            return [found[number] for number in wanted if number in found]

        return await self._parts.executors.run("query", read)

    async def memory_ids(self, numbers: Iterable[int]) -> list[str]:
        """Ids of memories by number, in this order; numbers that name nothing are left out."""
        self._check()
        wanted = [int(number) for number in numbers]

        def read() -> list[str]:
            with self._parts.store.read() as reader:
                return explorer_queries.ids_of(reader, wanted)

        return await self._parts.executors.run("query", read)

    async def numbers_of_memories(self, ids: Sequence[str]) -> list[int]:
        """Numbers of memories by id, in this order; ids that name nothing are left out."""
        self._check()

        def read() -> list[int]:
            with self._parts.store.read() as reader:
                return explorer_queries.numbers_of(reader, ids)

        return await self._parts.executors.run("query", read)

    async def memory_counts(self, wanted: MemoryFilter | None = None) -> MemoryCounts:
        """How many memories a filter means, in each layer as if it named no layer. Its `text` is not looked at."""
        self._check()
        plain = wanted or MemoryFilter()
        check_filter(plain)

        def read() -> MemoryCounts:
            with self._parts.store.read() as reader:
                return explorer_queries.counts(reader, plain, now=self._clock())

        return await self._parts.executors.run("query", read)

    async def memory_tags(self) -> dict[str, int]:
        """Every tag and on how many memories it is, the most used first."""
        self._check()

        def read() -> dict[str, int]:
            with self._parts.store.read() as reader:
                return explorer_queries.tags(reader)

        return await self._parts.executors.run("query", read)

    async def first_memory_at(self) -> datetime | None:
        """When the oldest memory was recorded; None where there is none."""
        self._check()

        def read() -> datetime | None:
            with self._parts.store.read() as reader:
                return explorer_queries.first_at(reader)

        return await self._parts.executors.run("query", read)

    async def close_memories(self, memory_id: str, *, limit: int = 8) -> list[CloseMemory]:
        """The living memories whose vectors are nearest to this one's, nearest first; its own versions are left out.

        Raises:
            NotFoundError: there is no such memory.
        """
        self._check()
        return await self._parts.executors.run(
            "query",
            explorer.close_to,
            self._parts.store,
            self._parts.indexes,
            memory_id,
            model=self._parts.embedder.model_id,
            dimensions=self._parts.embedder.dimensions,
            limit=limit,
        )


def check_filter(wanted: MemoryFilter) -> None:
    """See that a filter can be used.

    Raises:
        InvalidMemoryError: one of its fields cannot be.
    """
    for name, given, allowed in (("layers", wanted.layers, values.LAYERS), ("kinds", wanted.kinds, values.KINDS)):
        for one in given:
            if one not in allowed:
                raise InvalidMemoryError(f"{name}: {one!r} is not one of {', '.join(allowed)}.")
    for name in ("since", "until", "as_of"):
        moment = getattr(wanted, name)
        if moment is not None and moment.utcoffset() is None:
            raise InvalidMemoryError(f"{name}: a time needs its time zone.")
