"""What promotion reads and writes: memories to be judged with their sittings, how they were used, examples.

A handful of statements for a whole batch. Writing functions run inside the caller's transaction.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import peewee

from engine.memory.records import PromotionExample

_BATCH = 900
EXAMPLES_KEPT = 20_000
"""Examples with an outcome that are kept, the newest; what one owner does in many years."""


class Judgeable(NamedTuple):
    """A memory as it is judged."""

    number: int
    id: str
    layer: str
    text: str
    speaker: str | None
    group_key: str | None
    position: int
    created_at: int
    moved_at: int | None
    expires_at: int | None
    accessed_at: int | None
    pinned: int


_COLUMNS = ", ".join(f"m.{name}" for name in Judgeable._fields)
_TAKEN_DOWN = "(h.event = 'demoted' OR (h.event = 'undone' AND instr(h.before, '\"layer\"') > 0))"
_ALIVE = (
    "m.label IS NOT NULL AND m.deleted_at IS NULL AND m.superseded_by IS NULL AND m.version_of IS NULL "
    "AND m.pinned = 0 AND m.layer = ? AND NOT EXISTS (SELECT 1 FROM history h WHERE h.memory = m.id "
    f"AND h.actor = 'owner' AND {_TAKEN_DOWN})"
)
"""May rise by itself. What its owner once took down, or whose rise was undone, is the owner's own affair."""


def due(reader: peewee.SqliteDatabase, layer: str, *, now: int, before: int, limit: int) -> list[Judgeable]:
    """Memories of a layer that expire within `before` from now and were not judged for it yet, the first to go first.

    Who keeps a memory for another term has it judged again at the end of that.
    """
    rows = reader.execute_sql(
        f"SELECT {_COLUMNS} FROM memory m WHERE {_ALIVE} AND m.expires_at <= ? "
        "AND NOT EXISTS (SELECT 1 FROM promotion_example e WHERE e.memory = m.id AND e.layer = m.layer "
        "AND e.at >= m.expires_at - ?) ORDER BY m.expires_at LIMIT ?",
        (layer, now + before, before, limit),
    ).fetchall()
    return [Judgeable._make(row) for row in rows]


def used_since(
    reader: peewee.SqliteDatabase, layer: str, *, since: int, here_before: int, expires_after: int, limit: int
) -> list[Judgeable]:
    """Memories of a layer to which something happened after `since`, which came to it before a moment and stay a while.

    What happened before they came to the layer does not count: nothing rises twice for one use.
    """
    rows = reader.execute_sql(
        f"SELECT {_COLUMNS} FROM memory m WHERE m.id IN (SELECT memory FROM usage WHERE at >= ? AND event != "
        f"'remembered') AND {_ALIVE} AND COALESCE(m.moved_at, m.created_at) < ? "
        "AND m.accessed_at > COALESCE(m.moved_at, 0) AND m.expires_at > ? ORDER BY m.accessed_at DESC LIMIT ?",
        (since, layer, here_before, expires_after, limit),
    ).fetchall()
    return [Judgeable._make(row) for row in rows]


def taken_down(reader: peewee.SqliteDatabase, memory: str) -> bool:
    """Whether its owner once took this memory down, or undid its rise."""
    row = reader.execute_sql(
        f"SELECT 1 FROM history h WHERE h.memory = ? AND h.actor = 'owner' AND {_TAKEN_DOWN} LIMIT 1",
        (memory,),
    ).fetchone()
    return row is not None


def judgeable(reader: peewee.SqliteDatabase, ids: Sequence[str]) -> list[Judgeable]:
    """These memories, whatever became of them; those that name nothing are left out."""
    found: list[Judgeable] = []
    for batch in _batches(ids):
        rows = reader.execute_sql(f"SELECT {_COLUMNS} FROM memory m WHERE m.id IN ({_marks(batch)})", batch).fetchall()
        found += map(Judgeable._make, rows)
    return found


class Neighbour(NamedTuple):
    """One memory of a sitting."""

    number: int
    id: str
    text: str
    speaker: str | None
    position: int


def sitting(reader: peewee.SqliteDatabase, group_key: str, first: int, last: int, limit: int) -> list[Neighbour]:
    """A group's memories from one position to another, in order; archived ones too, for they were said."""
    rows = reader.execute_sql(
        "SELECT number, id, text, speaker, position FROM memory WHERE group_key = ? AND position BETWEEN ? AND ? "
        "AND deleted_at IS NULL AND version_of IS NULL ORDER BY position, number LIMIT ?",
        (group_key, first, last, limit),
    ).fetchall()
    return [Neighbour._make(row) for row in rows]


class Use(NamedTuple):
    """Something that happened to a memory; `rank` is its place in the list it was found in, None outside of lists."""

    memory: str
    at: int
    event: str
    rank: int | None


OWNER_DEEDS = ("edited", "pinned", "kept", "promoted", "tagged")
"""Deeds of the owner that say that a memory matters."""


def uses(reader: peewee.SqliteDatabase, ids: Sequence[str], *, since: int = 0) -> list[Use]:
    """What happened to these memories after a moment, oldest first: recalls, quotes, openings, the owner's deeds."""
    found: list[Use] = []
    deeds = ", ".join(f"'{deed}'" for deed in OWNER_DEEDS)
    for batch in _batches(ids):
        rows = reader.execute_sql(
            "SELECT memory, at, event, detail FROM usage "
            f"WHERE memory IN ({_marks(batch)}) AND at > ? AND event != 'remembered' "
            "UNION ALL SELECT memory, at, event, NULL FROM history "
            f"WHERE memory IN ({_marks(batch)}) AND at > ? AND actor = 'owner' AND undone_at IS NULL "
            f"AND event IN ({deeds})",
            [*batch, since, *batch, since],
        ).fetchall()
        found += [Use(memory, at, event, _rank(detail)) for memory, at, event, detail in rows]
    return sorted(found, key=lambda use: (use.at, use.memory))


def texts_after(reader: peewee.SqliteDatabase, number: int, limit: int) -> list[tuple[int, str]]:
    """(number, text) of the newest memories above a number, oldest first."""
    rows = reader.execute_sql(
        "SELECT number, text FROM memory WHERE number > ? AND deleted_at IS NULL AND version_of IS NULL "
        "ORDER BY number DESC LIMIT ?",
        (number, limit),
    ).fetchall()
    return [(found, text) for found, text in reversed(rows)]


def recent_vectors(reader: peewee.SqliteDatabase, model: str, *, upto: int, limit: int) -> list[tuple[int, bytes]]:
    """(number, vector) of the newest living memories up to a number, oldest first."""
    rows = reader.execute_sql(
        "SELECT m.number, v.data FROM memory m JOIN vector v ON v.memory = m.number AND v.model = ? "
        "WHERE m.number <= ? AND m.label IS NOT NULL ORDER BY m.number DESC LIMIT ?",
        (model, upto, limit),
    ).fetchall()
    return [(number, bytes(data)) for number, data in reversed(rows)]


def centres(reader: peewee.SqliteDatabase, model: str, limit: int) -> list[bytes]:
    """Centres of the owner's largest clusters."""
    rows = reader.execute_sql(
        "SELECT centre FROM cluster WHERE model = ? ORDER BY size DESC LIMIT ?", (model, limit)
    ).fetchall()
    return [bytes(centre) for (centre,) in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One judgement, and what became of it; see `records.PromotionExample`."""

    memory: str
    at: int
    due_at: int
    features: tuple[float, ...]
    probability: float
    model: int
    layer: str
    decision: str
    explored: bool
    propensity: float
    outcome: int | None = None
    weight: float = 1.0


def add_examples(writer: peewee.SqliteDatabase, examples: Sequence[Example]) -> None:
    """Write judgements."""
    rows = [
        {name: getattr(one, name) for name in Example.__slots__ if name != "features"}
        | {"features": json.dumps([round(value, 6) for value in one.features])}
        for one in examples
    ]
    for start in range(0, len(rows), 500):
        PromotionExample.insert_many(rows[start : start + 500]).execute(writer)


def waiting(reader: peewee.SqliteDatabase, now: int, limit: int) -> list[tuple[int, str, int, int]]:
    """(number, memory, at, due_at) of judgements whose horizon has passed and whose outcome is not known yet."""
    return reader.execute_sql(  # type: ignore[no-any-return]
        "SELECT number, memory, at, due_at FROM promotion_example WHERE outcome IS NULL AND due_at <= ? "
        "ORDER BY due_at LIMIT ?",
        (now, limit),
    ).fetchall()


def settle(writer: peewee.SqliteDatabase, outcomes: Sequence[tuple[int, int, float]]) -> None:
    """Write (number, outcome, factor of the weight), and forget the oldest beyond `EXAMPLES_KEPT`."""
    writer.connection().executemany(
        "UPDATE promotion_example SET outcome = ?, weight = weight * ? WHERE number = ?",
        [(outcome, factor, number) for number, outcome, factor in outcomes],
    )
    writer.execute_sql(
        "DELETE FROM promotion_example WHERE outcome IS NOT NULL AND number NOT IN "
        "(SELECT number FROM promotion_example WHERE outcome IS NOT NULL ORDER BY number DESC LIMIT ?)",
        (EXAMPLES_KEPT,),
    )


def learned_from(reader: peewee.SqliteDatabase, limit: int) -> list[Example]:
    """The newest judgements that stayed findable and whose outcome is known, oldest first."""
    query = (
        PromotionExample.select()
        .where(PromotionExample.outcome.is_null(False), PromotionExample.decision == "rise")
        .order_by(PromotionExample.at.desc(), PromotionExample.number.desc())
        .limit(limit)
    )
    return [_example(row) for row in reversed(list(query.dicts().execute(reader)))]


def newest(reader: peewee.SqliteDatabase, limit: int) -> list[Example]:
    """The newest judgements, oldest first."""
    query = PromotionExample.select().order_by(PromotionExample.number.desc()).limit(limit)
    return [_example(row) for row in reversed(list(query.dicts().execute(reader)))]


def last_of(reader: peewee.SqliteDatabase, memory: str) -> Example | None:
    """The last judgement of a memory."""
    query = (
        PromotionExample.select()
        .where(PromotionExample.memory == memory)
        .order_by(PromotionExample.number.desc())
        .limit(1)
    )
    return next((_example(row) for row in query.dicts().execute(reader)), None)


def counted(reader: peewee.SqliteDatabase) -> tuple[int, int, int]:
    """(outcomes that can be learned from, how many of them were uses, judgements still waiting)."""
    row = reader.execute_sql(
        "SELECT SUM(outcome IS NOT NULL AND decision = 'rise'), SUM(outcome = 1 AND decision = 'rise'), "
        "SUM(outcome IS NULL) FROM promotion_example"
    ).fetchone()
    return int(row[0] or 0), int(row[1] or 0), int(row[2] or 0)


def outcomes_since(reader: peewee.SqliteDatabase, moment: int) -> int:
    """How many outcomes that can be learned from became known after a moment."""
    row = reader.execute_sql(
        "SELECT COUNT(*) FROM promotion_example WHERE outcome IS NOT NULL AND decision = 'rise' AND due_at > ?",
        (moment,),
    ).fetchone()
    return int(row[0])


def probabilities(reader: peewee.SqliteDatabase, model: int, layer: str, limit: int) -> list[float]:
    """What a version of the model said of the newest memories of a layer that were about to go."""
    rows = reader.execute_sql(
        "SELECT probability FROM promotion_example WHERE model = ? AND layer = ? AND decision != 'early' "
        "ORDER BY number DESC LIMIT ?",
        (model, layer, limit),
    ).fetchall()
    return [probability for (probability,) in rows]


def forget(writer: peewee.SqliteDatabase, ids: Collection[str]) -> None:
    """Leave no judgement of erased memories behind: their features tell of their texts."""
    for batch in _batches(list(ids)):
        writer.execute_sql(f"DELETE FROM promotion_example WHERE memory IN ({_marks(batch)})", batch)


def _example(row: dict[str, Any]) -> Example:
    fields = {name: row[name] for name in Example.__slots__}
    return Example(**fields | {"features": tuple(json.loads(row["features"])), "explored": bool(row["explored"])})


def _rank(detail: str | None) -> int | None:
    return int(detail) if detail is not None and detail.isdigit() and int(detail) > 0 else None


def _marks(items: Sequence[Any]) -> str:
    return ",".join("?" * len(items))


def _batches(items: Sequence[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(items), _BATCH):
        yield list(items[start : start + _BATCH])
