"""Whether what the database holds fits together, and mending what does not; its pages are SQLite's to check."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import peewee

from engine.memory.store import arrivals
from engine.memory.store.database import Database

_AT_ONCE = 2000
_NOTHING_ABOUT = 1e-3
"""How far from 1 the length of a vector may be; rounding leaves 1e-6."""


def counter_behind(reader: peewee.SqliteDatabase) -> int:
    """By how much the counter of changes stands behind the changes themselves; 0 where all is well."""
    (last,) = reader.execute_sql("SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'sequence'").fetchone()
    (highest,) = reader.execute_sql("SELECT MAX(MAX(sequence, COALESCE(label, 0), number)) FROM memory").fetchone()
    return max(0, int(highest or 0) - int(last))


def set_counter(store: Database, writer: peewee.SqliteDatabase) -> None:
    """Let the counter stand behind no change."""
    behind = counter_behind(writer)
    if behind:
        store.next_sequences(writer, behind)


def dangling(reader: peewee.SqliteDatabase) -> list[tuple[str, int, str]]:
    """Rows that point to rows that are not there: (table, rowid, the table pointed to)."""
    rows = reader.execute_sql("PRAGMA foreign_key_check").fetchall()
    return [(str(table), int(rowid), str(parent)) for table, rowid, parent, _ in rows if rowid is not None]


def drop_dangling(writer: peewee.SqliteDatabase) -> int:
    """Remove such rows; a memory whose document is gone stays and loses the link. Tells how many there were."""
    found = dangling(writer)
    for table, rowid, _ in found:
        if table == "memory":
            writer.execute_sql("UPDATE memory SET document = NULL WHERE rowid = ?", (rowid,))
        else:
            writer.execute_sql(f'DELETE FROM "{table}" WHERE rowid = ?', (rowid,))
    return len(found)


def unusable_vectors(reader: peewee.SqliteDatabase, model: str, dimensions: int) -> list[int]:
    """Memories whose vector of this model is torn, not finite, or not of length 1. Reads every vector."""
    found: list[int] = []
    last = 0
    while rows := reader.execute_sql(
        "SELECT memory, dimensions, data FROM vector WHERE memory > ? AND model = ? ORDER BY memory LIMIT ?",
        (last, model, _AT_ONCE),
    ).fetchall():
        last = rows[-1][0]
        whole = [(number, data) for number, size, data in rows if size == dimensions and len(data) == 4 * dimensions]
        kept = {number for number, _ in whole}
        found += [number for number, *_ in rows if number not in kept]
        if whole:
            array = np.frombuffer(b"".join(data for _, data in whole), "<f4").reshape(len(whole), dimensions)
            with np.errstate(all="ignore"):
                lengths = np.linalg.norm(array.astype(np.float64), axis=1)
            wrong = ~(np.abs(lengths - 1.0) < _NOTHING_ABOUT)  # NaN is not less than anything
            found += [number for (number, _), bad in zip(whole, wrong, strict=True) if bad]
    return found


def without_vector(reader: peewee.SqliteDatabase, model: str) -> int:
    """Memories that have no vector of this model, though none is on its way to them."""
    waiting = arrivals.missing_from(reader)
    (count,) = reader.execute_sql(
        "SELECT COUNT(*) FROM memory m LEFT JOIN vector v ON v.memory = m.number AND v.model = ? "
        "WHERE v.memory IS NULL AND m.number < COALESCE(?, m.number + 1)",
        (model, waiting),
    ).fetchone()
    return int(count)


def drop_vectors(writer: peewee.SqliteDatabase, numbers: Sequence[int]) -> None:
    """Remove vectors that are of no use, so that new ones are made."""
    writer.connection().executemany("DELETE FROM vector WHERE memory = ?", [(number,) for number in numbers])


def messages_agree(store: Database) -> bool:
    """Whether the index of messages holds what the messages say. On the `store` thread: SQLite checks as a write."""
    try:
        store.writer.execute_sql("INSERT INTO message_fts(message_fts, rank) VALUES ('integrity-check', 1)")
    except peewee.DatabaseError:
        return False
    return True
