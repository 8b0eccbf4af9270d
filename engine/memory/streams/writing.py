"""Writes messages of streams into the database; the vectors that they have not yet are made afterwards."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine import values
from engine.embedding.embedder import Embedder
from engine.memory.memory import unit
from engine.memory.store import arrivals, memories
from engine.memory.store.database import Database

Parts = tuple[values.NewMemory, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """What one transaction came to: the ids of each message, and how many memories wait for a vector."""

    ids: list[tuple[str, ...]]
    without_vectors: int


def write_parts(
    store: Database,
    writer: Any,
    *,
    parts: Sequence[Parts],
    at: datetime,
    embedder: Embedder,
    expires_at: Callable[[values.Layer, datetime], int | None],
) -> Written:
    """Write messages in the caller's transaction, on the `store` thread.

    Args:
        store: The database.
        writer: Its transaction.
        parts: The memories of each message.
        at: Now.
        embedder: In use; a vector of another length that came along is made anew.
        expires_at: When what comes into a layer will have had its time.

    Raises:
        InvalidMemoryError: an external id is taken; nothing was written.
    """
    flat = [memory for message in parts for memory in message]
    rows = [
        memories.NewRow(
            memory=memory,
            vector=_vector(memory, embedder),
            model=embedder.model_id,
            dimensions=embedder.dimensions,
            expires_at=expires_at(memory.layer, at),
        )
        for memory in flat
    ]
    numbers = memories.insert(store, writer, rows)
    without = [number for number, row in zip(numbers, rows, strict=True) if row.vector is None]
    if without:
        arrivals.note_missing(writer, without[0])
    ids = iter(arrivals.ids_of(writer, numbers))
    return Written([tuple(next(ids) for _ in message) for message in parts], len(without))


def known_again(store: Database, writer: Any, *, parts: Parts) -> tuple[str, ...] | None:
    """The memories of a message that was sent and kept before; None where its id belongs to something else."""
    first = parts[0]
    if first.external_id is None:
        return None
    return arrivals.known_before(writer, first.external_id, [part.text for part in parts])


def _vector(memory: values.NewMemory, embedder: Embedder) -> bytes | None:
    if memory.vector is None or len(memory.vector) != embedder.dimensions:
        return None
    return unit(memory.vector, embedder.dimensions).astype("<f4", copy=False).tobytes()
