"""Memories that were written down before they were embedded, and the vectors that follow.

`meta.vectors_missing_from` is written with such memories, in the same transaction: the lowest number from which on
there may be one without a vector. A start looks from there on, and nowhere where it is not set.
"""

from __future__ import annotations

from collections.abc import Sequence

import peewee

from engine.memory.records import Memory
from engine.memory.store.database import Database
from engine.memory.store.memories import BATCH, content_hash

_MISSING = "vectors_missing_from"
_WITHOUT = "FROM memory m LEFT JOIN vector v ON v.memory = m.number WHERE v.memory IS NULL AND m.number >= ?"


def note_missing(writer: peewee.SqliteDatabase, number: int) -> None:
    """From this number on there are memories without a vector, at least until `settle`."""
    writer.execute_sql(
        "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE "
        "SET value = CAST(MIN(CAST(value AS INTEGER), CAST(excluded.value AS INTEGER)) AS TEXT)",
        (_MISSING, str(number)),
    )


def missing_from(reader: peewee.SqliteDatabase) -> int | None:
    """The lowest number from which on a vector may be missing; None where none is."""
    row = reader.execute_sql("SELECT value FROM meta WHERE key = ?", (_MISSING,)).fetchone()
    return None if row is None else int(row[0])


def next_without(reader: peewee.SqliteDatabase, start: int, *, limit: int) -> list[int]:
    """Numbers from `start` on of memories without any vector, rising; deleted ones, which may come back, too."""
    rows = reader.execute_sql(f"SELECT m.number {_WITHOUT} ORDER BY m.number LIMIT ?", (start, limit)).fetchall()
    return [number for (number,) in rows]


def count_without(reader: peewee.SqliteDatabase) -> int:
    """Memories that wait for their first vector."""
    start = missing_from(reader)
    if start is None:
        return 0
    return int(reader.execute_sql(f"SELECT COUNT(*) {_WITHOUT}", (start,)).fetchone()[0])


def settle(writer: peewee.SqliteDatabase) -> bool:
    """Note that no vector is missing, where that is so.

    Returns:
        Whether it is.
    """
    start = missing_from(writer)
    if start is not None and next_without(writer, start, limit=1):
        return False
    writer.execute_sql("DELETE FROM meta WHERE key = ?", (_MISSING,))
    return True


def give(
    store: Database, writer: peewee.SqliteDatabase, new: Sequence[tuple[int, bytes]], *, model: str, dimensions: int
) -> set[int]:
    """Give memories their first vectors, with new labels, which the vector indexes follow.

    A label without a vector stood in no vector index, so nothing left one; and the words, which other indexes hold, did
    not change, so that the record keeps its sequence and is not indexed twice.

    Args:
        store: draws sequence numbers.
        writer: the open transaction.
        new: (number, little-endian float32) of each memory.
        model: that made the vectors.
        dimensions: numbers in a vector.

    Returns:
        Numbers of those that were there still, with or without a vector.
    """
    marks = ",".join("?" * len(new))
    rows = writer.execute_sql(
        "SELECT m.number, m.label, v.memory FROM memory m LEFT JOIN vector v ON v.memory = m.number "
        f"WHERE m.number IN ({marks})",
        [number for number, _ in new],
    ).fetchall()
    waiting = {number: label for number, label, known in rows if known is None}
    labels = iter(store.next_sequences(writer, sum(label is not None for label in waiting.values())))
    for number, data in sorted(new):
        if number not in waiting:
            continue
        if waiting[number] is not None:
            writer.execute_sql("UPDATE memory SET label = ? WHERE number = ?", (next(labels), number))
        writer.execute_sql(
            "INSERT INTO vector (memory, model, dimensions, data) VALUES (?, ?, ?, ?)",
            (number, model, dimensions, data),
        )
    return {number for number, *_ in rows}


def ids_of(reader: peewee.SqliteDatabase, numbers: Sequence[int]) -> list[str]:
    """What the world calls these memories, in their order."""
    found: dict[int, str] = {}
    for start in range(0, len(numbers), BATCH):
        batch = list(numbers[start : start + BATCH])
        marks = ",".join("?" * len(batch))
        found.update(reader.execute_sql(f"SELECT number, id FROM memory WHERE number IN ({marks})", batch).fetchall())
    return [found[number] for number in numbers]


def known_before(reader: peewee.SqliteDatabase, external_id: str, texts: Sequence[str]) -> tuple[str, ...] | None:
    """The memories of a message that was kept before under the caller's own id, where they hold these very texts."""
    first = Memory.select(Memory.number).where(Memory.external_id == external_id, Memory.deleted_at.is_null())
    number = next((int(one) for (one,) in first.tuples().execute(reader)), None)
    if number is None:
        return None
    query = Memory.select(Memory.id, Memory.content_hash).where(Memory.number.between(number, number + len(texts) - 1))
    rows = list(query.order_by(Memory.number).tuples().execute(reader))
    if [known for _, known in rows] != [content_hash(text) for text in texts]:
        return None
    return tuple(str(memory_id) for memory_id, _ in rows)
