"""Vectors of memories that another embedder made, and their replacement.

`meta` says of which model all vectors are (`vectors_model`), so that a start need not look at every one. Vectors of the
model that comes next are gathered in a table of their own, which exists only then. The switch gives the two tables each
other's names: it takes as long for a million memories as for one. What is left of the old table goes piece by piece.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine.memory.records import Removal
from engine.memory.store.database import Database

if TYPE_CHECKING:
    import peewee

_MODEL, _PAUSED = "vectors_model", "reembedding_paused"
_NOW, _NEXT, _OLD = "vector", "vector_next", "vector_old"
_MISSING = f"FROM memory m LEFT JOIN {_NEXT} v ON v.memory = m.number WHERE v.memory IS NULL"
_FOREIGN = "FROM memory m LEFT JOIN vector v ON v.memory = m.number WHERE (v.memory IS NULL OR v.model <> ?)"


def known_model(reader: peewee.SqliteDatabase) -> str:
    """The model that made all vectors, or empty where that is not known."""
    return _meta(reader, _MODEL)


def note_model(writer: peewee.SqliteDatabase, model: str) -> None:
    """All vectors are of this model; empty: nobody knows."""
    _set_meta(writer, _MODEL, model)


def is_paused(reader: peewee.SqliteDatabase) -> bool:
    """Whether the owner wants nothing to be embedded anew for now."""
    return _meta(reader, _PAUSED) == "1"


def note_paused(writer: peewee.SqliteDatabase, paused: bool) -> None:
    """Remember that over the next starts."""
    _set_meta(writer, _PAUSED, "1" if paused else "")


def any_vector(reader: peewee.SqliteDatabase) -> bool:
    """Whether anything has been embedded at all."""
    return reader.execute_sql("SELECT 1 FROM vector LIMIT 1").fetchone() is not None


def begin_gathering(writer: peewee.SqliteDatabase, model: str) -> None:
    """Make room for the next model's vectors; those of a third one are dropped."""
    if not _exists(writer, _NEXT):
        (made,) = writer.execute_sql("SELECT sql FROM sqlite_master WHERE name = ?", (_NOW,)).fetchone()
        writer.execute_sql(str(made).replace(f'"{_NOW}"', f'"{_NEXT}"', 1))
    writer.execute_sql(f"DELETE FROM {_NEXT} WHERE model <> ?", (model,))


def count_memories(reader: peewee.SqliteDatabase) -> int:
    """All of them; deleted ones, which may come back, too."""
    return int(reader.execute_sql("SELECT COUNT(*) FROM memory").fetchone()[0])


def count_missing(reader: peewee.SqliteDatabase) -> int:
    """Memories whose next vector is not gathered yet."""
    return int(reader.execute_sql(f"SELECT COUNT(*) {_MISSING}").fetchone()[0])


def next_missing(reader: peewee.SqliteDatabase, *, after: int, limit: int) -> list[int]:
    """Their numbers above `after`, rising."""
    rows = reader.execute_sql(f"SELECT m.number {_MISSING} AND m.number > ? ORDER BY m.number LIMIT ?", (after, limit))
    return [number for (number,) in rows.fetchall()]


def gather(writer: peewee.SqliteDatabase, new: Sequence[tuple[int, bytes]], *, model: str, dimensions: int) -> set[int]:
    """Keep vectors of the next model; tells which of their memories were there still."""
    kept = set()
    for number, data in new:
        cursor = writer.execute_sql(
            f"INSERT OR REPLACE INTO {_NEXT} (memory, model, dimensions, data) "
            "SELECT number, ?, ?, ? FROM memory WHERE number = ?",
            (model, dimensions, data, number),
        )
        if int(cursor.rowcount):
            kept.add(number)
    return kept


def take_gathered(writer: peewee.SqliteDatabase, model: str) -> None:
    """Put the gathered vectors in the place of the others, by exchanging the names of two tables.

    Labels stay: an index of another model is built anew from the first label on.
    """
    writer.execute_sql(f"DROP TABLE IF EXISTS {_OLD}")
    writer.execute_sql(f"ALTER TABLE {_NOW} RENAME TO {_OLD}")
    writer.execute_sql(f"ALTER TABLE {_NEXT} RENAME TO {_NOW}")
    note_model(writer, model)


def drop_gathered(writer: peewee.SqliteDatabase) -> None:
    """Forget what was gathered; `clear_old` takes it away."""
    if _exists(writer, _NEXT):
        writer.execute_sql(f"DROP TABLE IF EXISTS {_OLD}")
        writer.execute_sql(f"ALTER TABLE {_NEXT} RENAME TO {_OLD}")


def clear_old(writer: peewee.SqliteDatabase, *, limit: int) -> bool:
    """Take away some vectors that are not used any more; tells whether there are more."""
    if not _exists(writer, _OLD):
        return False
    cursor = writer.execute_sql(
        f"DELETE FROM {_OLD} WHERE memory IN (SELECT memory FROM {_OLD} ORDER BY memory LIMIT ?)", (limit,)
    )
    if int(cursor.rowcount):
        return True
    writer.execute_sql(f"DROP TABLE {_OLD}")
    return False


def _exists(reader: peewee.SqliteDatabase, table: str) -> bool:
    row = reader.execute_sql("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (table,)).fetchone()
    return row is not None


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
) -> set[int]:
    """Give memories vectors of this model. Each gets a new label: the vector indexes follow labels.

    Args:
        store: draws sequence numbers.
        writer: the open transaction.
        new: (number, little-endian float32) of each memory; those that were erased meanwhile are passed over.
        model: that made the vectors.
        dimensions: numbers in a vector.

    Returns:
        Numbers of those that were there still.
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
        writer.execute_sql("DELETE FROM place WHERE memory = ?", (number,))  # another vector lies elsewhere
        writer.execute_sql(
            "INSERT INTO vector (memory, model, dimensions, data) VALUES (?, ?, ?, ?) ON CONFLICT (memory) DO UPDATE "
            "SET model = excluded.model, dimensions = excluded.dimensions, data = excluded.data",
            (number, model, dimensions, data[number]),
        )
    return {number for number, *_ in rows}


def forget_gathered(writer: peewee.SqliteDatabase, numbers: Sequence[int]) -> None:
    """The texts of these memories changed: what was gathered of them for the next model is embedded anew.

    Their places on the map go, too: another vector lies elsewhere.
    """
    marks = ",".join("?" * len(numbers))
    writer.execute_sql(f"DELETE FROM place WHERE memory IN ({marks})", list(numbers))
    if _exists(writer, _NEXT):
        writer.execute_sql(f"DELETE FROM {_NEXT} WHERE memory IN ({marks})", list(numbers))
