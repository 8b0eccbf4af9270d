"""Vectors of memories that another embedder made, and their replacement.

`meta` says of which model all vectors are (`vectors_model`), so that a start need not look at every one. Vectors of the
model that comes next are gathered in a table of their own, which exists only then, and take the others' place at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine.memory.records import Removal
from engine.memory.store.database import Database

if TYPE_CHECKING:
    import peewee

_MODEL, _GATHERED = "vectors_model", "vectors_next"
_NEXT = (
    "CREATE TABLE IF NOT EXISTS vector_next (memory INTEGER PRIMARY KEY REFERENCES memory (number) ON DELETE CASCADE, "
    "model TEXT NOT NULL, dimensions INTEGER NOT NULL, data BLOB NOT NULL)"
)
_MISSING = "FROM memory m LEFT JOIN vector_next v ON v.memory = m.number WHERE v.memory IS NULL"
_FOREIGN = "FROM memory m LEFT JOIN vector v ON v.memory = m.number WHERE (v.memory IS NULL OR v.model <> ?)"


def known_model(reader: peewee.SqliteDatabase) -> str:
    """The model that made all vectors, or empty where that is not known."""
    return _meta(reader, _MODEL)


def note_model(writer: peewee.SqliteDatabase, model: str) -> None:
    """All vectors are of this model; empty: nobody knows."""
    _set_meta(writer, _MODEL, model)


def any_vector(reader: peewee.SqliteDatabase) -> bool:
    """Whether anything has been embedded at all."""
    return reader.execute_sql("SELECT 1 FROM vector LIMIT 1").fetchone() is not None


def begin_gathering(writer: peewee.SqliteDatabase, model: str) -> None:
    """Make room for the next model's vectors; those of a third one are dropped."""
    writer.execute_sql(_NEXT)
    writer.execute_sql("DELETE FROM vector_next WHERE model <> ?", (model,))
    _set_meta(writer, _GATHERED, "")


def count_missing(reader: peewee.SqliteDatabase) -> int:
    """Memories whose next vector is not gathered yet."""
    return int(reader.execute_sql(f"SELECT COUNT(*) {_MISSING}").fetchone()[0])


def next_missing(reader: peewee.SqliteDatabase, *, after: int, limit: int) -> list[int]:
    """Their numbers above `after`, rising."""
    rows = reader.execute_sql(f"SELECT m.number {_MISSING} AND m.number > ? ORDER BY m.number LIMIT ?", (after, limit))
    return [number for (number,) in rows.fetchall()]


def gather(writer: peewee.SqliteDatabase, new: Sequence[tuple[int, bytes]], *, model: str, dimensions: int) -> int:
    """Keep vectors of the next model; tells how many of their memories were there still."""
    count = 0
    for number, data in new:
        cursor = writer.execute_sql(
            "INSERT OR REPLACE INTO vector_next (memory, model, dimensions, data) "
            "SELECT number, ?, ?, ? FROM memory WHERE number = ?",
            (model, dimensions, data, number),
        )
        count += int(cursor.rowcount)
    return count


def note_gathered(writer: peewee.SqliteDatabase, model: str) -> None:
    """Every memory has its next vector: the next start takes them."""
    _set_meta(writer, _GATHERED, model)


def take_gathered(writer: peewee.SqliteDatabase, model: str) -> bool:
    """Put the gathered vectors in the place of the others, where all of this model are there; tells whether they were.

    Labels stay: an index of another model is built anew from the first label on.
    """
    if _meta(writer, _GATHERED) != model:
        return False
    writer.execute_sql(
        "UPDATE vector SET model = n.model, dimensions = n.dimensions, data = n.data "
        "FROM vector_next n WHERE n.memory = vector.memory"
    )
    drop_gathered(writer)
    note_model(writer, "")  # what was remembered since is of the old model still
    return True


def drop_gathered(writer: peewee.SqliteDatabase) -> None:
    """Forget what was gathered."""
    if writer.execute_sql("SELECT 1 FROM sqlite_master WHERE name = 'vector_next'").fetchone() is not None:
        writer.execute_sql("DROP TABLE vector_next")
        _set_meta(writer, _GATHERED, "")


def _meta(reader: peewee.SqliteDatabase, key: str) -> str:
    row = reader.execute_sql("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return "" if row is None else str(row[0])


def _set_meta(writer: peewee.SqliteDatabase, key: str, value: str) -> None:
    writer.execute_sql(
        "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        (key, value),
    )


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
