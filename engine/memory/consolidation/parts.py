"""What the parts of consolidation have in common: where they read and write, and how they find what is close."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from engine.clock import Clock
from engine.embedding.embedder import Embedder
from engine.errors import InvalidMemoryError, NotFoundError
from engine.executors import Executors
from engine.memory.consolidation.language import Language
from engine.memory.indexes import Indexes
from engine.memory.life.life_cycle import LifeCycle
from engine.memory.memory import LayeredMemory
from engine.memory.store import consolidation_queries as queries, recall_queries
from engine.memory.store.consolidation_queries import Told
from engine.memory.store.database import Database
from engine.memory.tail import from_blobs
from engine.settings import Settings
from engine.values import LAYERS, Kind

_log = logging.getLogger(__name__)
T = TypeVar("T")

SLICE = 64
"""Memories that are looked at before others may go first."""

NEIGHBOURS = 8
"""Nearest memories of each layer that are looked at."""


class Writer(Protocol):
    """A language model that may write names and short texts; whoever builds consolidation gives it."""

    settings: Settings

    async def name(self, texts: Sequence[str]) -> tuple[str, str] | None:
        """A name and a short text for related memories; None where no model may be asked, or it gave nothing."""

    async def tell(self, turns: Sequence[str]) -> str | None:
        """What was said, in short; None as above."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What the parts stand on."""

    store: Database
    indexes: Indexes
    memory: LayeredMemory
    life: LifeCycle
    embedder: Embedder
    executors: Executors
    language: Language
    clock: Clock
    writer: Writer | None = None

    async def read(self, query: Callable[..., T], *arguments: Any, **named: Any) -> T:
        """Run a query on a reading connection, off the loop."""

        def run() -> T:
            with self.store.read() as reader:
                return query(reader, *arguments, **named)

        return await self.executors.run("io", run)

    async def note(self, part: str, found: dict[str, Any]) -> None:
        """Write down how far a part has come."""
        await self.memory.write(lambda _, writer: queries.note_state(writer, part, found))

    def close_to(
        self, told: Sequence[Told], *, near: float, words: int = 0, kinds: Collection[Kind] = ()
    ) -> list[list[Told]]:
        """Memories close to each of these, itself left out. Blocks; belongs in a pool.

        Args:
            told: Which.
            near: The cosine from which on one is close.
            words: So many more of each of these kinds are looked up by their words.
            kinds: See there.
        """
        with self.store.read() as reader:
            blobs = recall_queries.vectors_of(reader, self.embedder.model_id, [one.number for one in told])
        found = []
        for one in told:
            labels: list[int] = []
            if one.number in blobs:
                (vector,) = from_blobs([blobs[one.number]], self.embedder.dimensions)
                for layer in LAYERS:
                    names, cosines = self.indexes.search_vectors(layer, vector, NEIGHBOURS + 1)
                    labels += [int(label) for label in names[cosines >= near]]
            numbers: list[int] = []
            for kind in kinds:
                numbers += list(self.indexes.search_words(one.text[:400], limit=words, kind=kind).body)[:words]
            with self.store.read() as reader:
                rows = {row.number: row for row in queries.by_labels(reader, labels)}
                rows |= {row.number: row for row in queries.by_numbers(reader, numbers)}
            rows.pop(one.number, None)
            found.append(list(rows.values()))
        return found


Breathe = Callable[[], Awaitable[None]]


async def go_through(
    room: Room,
    part: str,
    kinds: Collection[str],
    look: Callable[[Sequence[Told]], list[T]],
    do: Callable[[T], Awaitable[bool]],
    breathe: Breathe,
) -> int:
    """Look at every memory that changed since the last time, a slice at a time, and do what follows from it.

    Args:
        room: What it stands on.
        part: The name under which it is noted how far it came.
        kinds: Of the memories.
        look: Finds what is to be done; runs in a pool.
        do: Does one thing; tells whether anything changed.
        breathe: Awaited between two slices, when all before it is committed and noted.

    Returns:
        How much was done.
    """
    at = int((await room.read(queries.state, part)).get("sequence", 0))
    upto = await room.executors.run("io", lambda: _last(room))
    done = 0
    while at < upto:
        slice_ = await room.read(queries.changed, kinds, after=at, upto=upto, limit=SLICE)
        for found in await room.executors.run("io", look, slice_) if slice_ else []:
            done += await _done(do, found)
        at = slice_[-1].sequence if len(slice_) == SLICE else upto
        await room.note(part, {"sequence": at})
        await breathe()
    return done


async def _done(do: Callable[[T], Awaitable[bool]], found: T) -> bool:
    try:
        return await do(found)
    except (InvalidMemoryError, NotFoundError) as error:  # the owner changed or erased one of them meanwhile
        _log.info("something was left as it is: %s", error)
        return False


def _last(room: Room) -> int:
    """The last change; the word index holds it when this returns, as far as it is not being built."""
    with room.store.read() as reader:
        last = room.store.last_sequence(reader)
    room.indexes.wait_for(last)
    return last


async def no_pause() -> None:
    """Nobody else wants to go first; other tasks do."""
    await asyncio.sleep(0)
