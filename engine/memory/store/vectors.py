"""Vectors of memories that another embedder made, and their replacement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine.memory.records import Removal
from engine.memory.store.database import Database

if TYPE_CHECKING:
    import peewee

_FOREIGN = "FROM memory m LEFT JOIN vector v ON v.memory = m.number WHERE (v.memory IS NULL OR v.model <> ?)"


def count_foreign(reader: peewee.SqliteDatabase, model: str) -> int:
    """Memories without a vector of this model; deleted ones, which may come back, too."""
    return int(reader.execute_sql(f"SELECT COUNT(*) {_FOREIGN}", (model,)).fetchone()[0])


def next_foreign(reader: peewee.SqliteDatabase, model: str, *, after: int, limit: int) -> list[int]:
    """Numbers above `after` of memories without a vector of this model, rising."""
    rows = reader.execute_sql(
        f"SELECT m.number {_FOREIGN} AND m.number > ? ORDER BY m.number LIMIT ?", (model, after, limit)
    ).fetchall()
    return [number for (number,) in rows]


def replace(
    store: Database, writer: peewee.SqliteDatabase, new: Sequence[tuple[int, bytes]], *, model: str, dimensions: int
) -> int:
    """Give memories vectors of this model. Each gets a new label: the vector indexes follow labels.

    Args:
        store: draws sequence numbers.
        writer: the open transaction.
        new: (number, little-endian float32) of each memory; those that were erased meanwhile are passed over.
        model: that made the vectors.
        dimensions: numbers in a vector.

    Returns:
        How many were there.
    """
    data = dict(new)
    marks = ",".join("?" * len(data))
    rows = writer.execute_sql(
        f"SELECT number, layer, label, group_key FROM memory WHERE number IN ({marks}) ORDER BY number", list(data)
    ).fetchall()
    hot = [row for row in rows if row[2] is not None]
    removals = store.next_sequences(writer, len(hot))
    if hot:
        Removal.insert_many(
            [
                {"sequence": sequence, "memory": number, "layer": layer, "label": label, "group_key": group}
                for (number, layer, label, group), sequence in zip(hot, removals, strict=True)
            ]
        ).execute(writer)
    for (number, *_), sequence in zip(hot, store.next_sequences(writer, len(hot)), strict=True):
        writer.execute_sql("UPDATE memory SET label = ?, sequence = ? WHERE number = ?", (sequence, sequence, number))
    for number, *_ in rows:
        writer.execute_sql(
            "INSERT INTO vector (memory, model, dimensions, data) VALUES (?, ?, ?, ?) ON CONFLICT (memory) DO UPDATE "
            "SET model = excluded.model, dimensions = excluded.dimensions, data = excluded.data",
            (number, model, dimensions, data[number]),
        )
    return len(rows)
