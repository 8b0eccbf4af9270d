"""What the map and the timeline read and keep: vectors and places by number, and what happened in which quarter hour.

Places are rows of the database, not a file beside it: they follow from vectors, so they have to go with an erased
memory in the same transaction.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.memory.records import Meta

if TYPE_CHECKING:
    import peewee
    from numpy.typing import NDArray

QUARTER = 900_000_000
"""Microseconds of a quarter hour: every time zone's days begin at one."""

_BATCH = 900
_MODEL = "places_model"

_EVENTS = {
    "added": ("m.created_at", "{table}", ""),
    "promoted": ("e.at", "history e JOIN {table} ON m.id = e.memory", "e.event = 'promoted' AND e.undone_at IS NULL"),
    "recalled": ("e.at", "usage e JOIN {table} ON m.id = e.memory", "e.event = 'recalled'"),
}


def layers_of(reader: peewee.SqliteDatabase) -> tuple[NDArray[np.int64], list[str]]:
    """Numbers and layers of all memories, out of a covering index."""
    rows = reader.execute_sql("SELECT number, layer FROM memory").fetchall()
    return np.fromiter((row[0] for row in rows), np.int64, len(rows)), [row[1] for row in rows]


def clusters(reader: peewee.SqliteDatabase) -> tuple[NDArray[np.int64], NDArray[np.int32], dict[int, str]]:
    """Numbers of the memories in clusters and which cluster each is in, and the clusters' names."""
    rows = reader.execute_sql("SELECT memory, cluster FROM cluster_member").fetchall()
    names = dict(reader.execute_sql("SELECT number, name FROM cluster").fetchall())
    members = np.fromiter((row[0] for row in rows), np.int64, len(rows))
    return members, np.fromiter((row[1] for row in rows), np.int32, len(rows)), names


def vectors(reader: peewee.SqliteDatabase, model: str, numbers: Sequence[int]) -> list[tuple[int, bytes]]:
    """(number, data) of those that have a vector of this model."""
    found: list[tuple[int, bytes]] = []
    for start in range(0, len(numbers), _BATCH):
        batch = [int(number) for number in numbers[start : start + _BATCH]]
        marks = ",".join("?" * len(batch))
        sql = f"SELECT memory, data FROM vector WHERE memory IN ({marks}) AND model = ? ORDER BY memory"
        found += reader.execute_sql(sql, [*batch, model]).fetchall()
    return found


def places(reader: peewee.SqliteDatabase, model: str) -> tuple[NDArray[np.int64], NDArray[np.float32], NDArray[Any]]:
    """All places that are known: numbers rising, shape (n,), places of shape (n, 2), and which of them are settled.

    Those that come from vectors of another model are where a new layout begins, but not settled.
    """
    rows = reader.execute_sql("SELECT memory, x, y, settled FROM place ORDER BY memory").fetchall()
    noted = list(Meta.select(Meta.value).where(Meta.key == _MODEL).tuples().execute(reader))
    same = bool(noted) and noted[0][0] == model
    numbers = np.fromiter((row[0] for row in rows), np.int64, len(rows))
    spots = np.array([(row[1], row[2]) for row in rows], np.float32).reshape(-1, 2)
    return numbers, spots, np.fromiter((same and bool(row[3]) for row in rows), np.bool_, len(rows))


def keep_places(writer: peewee.SqliteDatabase, rows: Iterable[tuple[int, float, float, bool]], *, model: str) -> None:
    """Keep places, inside the caller's transaction; memories erased meanwhile are passed over.

    Args:
        writer: The transaction.
        rows: Number, x, y, and whether the layout put it there.
        model: Whose vectors they come from; places that come from another's are not settled any more.
    """
    noted = list(Meta.select(Meta.value).where(Meta.key == _MODEL).tuples().execute(writer))
    if not noted or noted[0][0] != model:
        writer.execute_sql("UPDATE place SET settled = 0")
        Meta.insert(key=_MODEL, value=model).on_conflict_replace().execute(writer)
    for number, x, y, settled in rows:
        writer.execute_sql(
            "INSERT OR REPLACE INTO place (memory, x, y, settled) SELECT number, ?, ?, ? FROM memory WHERE number = ?",
            (x, y, int(settled), number),
        )


def happened(
    reader: peewee.SqliteDatabase,
    what: str,
    *,
    condition: tuple[str, str, Sequence[Any]],
    numbers: Sequence[int] | None = None,
) -> list[tuple[int, int]]:
    """How often something happened in each quarter hour since 1970 UTC in which it did.

    Args:
        reader: A consistent view of the database.
        what: `added`, `promoted` or `recalled`.
        condition: Table, clause and values over `memory m`.
        numbers: Only these memories.
    """
    column, table, clause = _EVENTS[what]
    named, where, given = condition
    clauses = [part for part in (clause, where) if part]
    values: list[Any] = [*given]
    if numbers is not None:
        clauses.append("m.number IN (SELECT value FROM json_each(?))")
        values.append(json.dumps([int(number) for number in numbers]))
    sql = (
        f"SELECT {column} / {QUARTER} AS quarter, COUNT(*) FROM {table.format(table=named)} "
        f"WHERE {' AND '.join(clauses) or '1'} GROUP BY quarter"
    )
    return [(int(quarter), int(count)) for quarter, count in reader.execute_sql(sql, values).fetchall()]
