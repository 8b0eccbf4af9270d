"""What recall and the derived indexes read, as plain SQL: hundreds of rows a recall, and no model objects needed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, get_args

import peewee

from engine import values
from engine.memory.records import Meta, Removal
from engine.memory.store.memories import to_value

_BATCH = 900


def database_identity(reader: peewee.SqliteDatabase) -> str:
    """What tells this database from another, and a restored state from the one before: indexes of another are foreign.

    A restored copy counts on from a lower number than indexes may stand at, so it gets an identity of its own
    (`copies.make_another`); where none was given it is the moment at which the database was made.
    """
    return _meta(reader, "identity", "") or str(_meta(reader, "created_at", ""))


def removal_floor(reader: peewee.SqliteDatabase) -> int:
    """The last removal that was pruned: an index that stands before it cannot catch up."""
    return int(_meta(reader, "removal_floor", "0"))


def prune_removals(writer: peewee.SqliteDatabase, upto: int) -> int:
    """Forget removals that every saved index holds, inside the caller's transaction.

    Returns:
        How many were forgotten.
    """
    last = Removal.select(peewee.fn.MAX(Removal.sequence)).where(Removal.sequence <= upto).scalar(writer)
    if last is None:
        return 0
    Meta.insert(key="removal_floor", value=str(last)).on_conflict_replace().execute(writer)
    return int(Removal.delete().where(Removal.sequence <= upto).execute(writer))


@dataclass(frozen=True, slots=True)
class Removed:
    """Something that left the hot indexes."""

    sequence: int
    number: int
    layer: str
    label: int | None
    group_key: str | None


def removals(reader: peewee.SqliteDatabase, after: int, upto: int, layer: str | None = None) -> list[Removed]:
    """Removals of sequences in (after, upto], oldest first."""
    rows = reader.execute_sql(
        "SELECT sequence, memory, layer, label, group_key FROM removal "
        "WHERE sequence > ? AND sequence <= ? AND layer = COALESCE(?, layer) ORDER BY sequence",
        (after, upto, layer),
    ).fetchall()
    return [Removed(*row) for row in rows]


def vectors_after(
    reader: peewee.SqliteDatabase, layer: str, model: str, after: int, limit: int
) -> list[tuple[int, bytes | None, int | None]]:
    """Vectors of a layer with labels above `after`, by label: (label, data, dimensions).

    Data is None where the record has no vector of this model yet.
    """
    return reader.execute_sql(  # type: ignore[no-any-return]
        "SELECT m.label, v.data, v.dimensions FROM memory m LEFT JOIN vector v ON v.memory = m.number AND v.model = ? "
        "WHERE m.layer = ? AND m.label > ? ORDER BY m.label LIMIT ?",
        (model, layer, after, limit),
    ).fetchall()


def labels_of(reader: peewee.SqliteDatabase, layer: str, model: str) -> list[int]:
    """Labels that the layer's vector index should hold, rising."""
    rows = reader.execute_sql(
        "SELECT m.label FROM memory m JOIN vector v ON v.memory = m.number AND v.model = ? "
        "WHERE m.layer = ? AND m.label IS NOT NULL ORDER BY m.label",
        (model, layer),
    ).fetchall()
    return [row[0] for row in rows]


def hot_numbers(reader: peewee.SqliteDatabase) -> list[int]:
    """Numbers that the lexical index should hold, rising."""
    rows = reader.execute_sql("SELECT number FROM memory WHERE label IS NOT NULL ORDER BY number").fetchall()
    return [row[0] for row in rows]


def vectors_of(reader: peewee.SqliteDatabase, model: str, numbers: Collection[int]) -> dict[int, bytes]:
    """Vectors of this model by memory number."""
    found: dict[int, bytes] = {}
    for batch in _batches(list(numbers)):
        found.update(
            reader.execute_sql(
                f"SELECT memory, data FROM vector WHERE memory IN ({_marks(batch)}) AND model = ?", [*batch, model]
            ).fetchall()
        )
    return found


def vectors_of_labels(reader: peewee.SqliteDatabase, model: str, labels: Sequence[int]) -> dict[int, bytes]:
    """Vectors of this model by label."""
    found: dict[int, bytes] = {}
    for batch in _batches(list(labels)):
        found.update(
            reader.execute_sql(
                "SELECT m.label, v.data FROM memory m JOIN vector v ON v.memory = m.number AND v.model = ? "
                f"WHERE m.label IN ({_marks(batch)})",
                [model, *batch],
            ).fetchall()
        )
    return found


def subset_labels(
    reader: peewee.SqliteDatabase, layers: Sequence[str], kind: str, limit: int
) -> list[tuple[int, int]] | None:
    """(number, label) of a kind's memories in these layers, or None where there are more than `limit`."""
    rows = reader.execute_sql(
        "SELECT number, label FROM memory "
        f"WHERE kind = ? AND layer IN ({_marks(layers)}) AND label IS NOT NULL LIMIT ?",
        [kind, *layers, limit + 1],
    ).fetchall()
    return None if len(rows) > limit else rows


_NEIGHBOUR = (
    "(SELECT {column} FROM memory p WHERE p.group_key = m.group_key AND (p.position, p.number) {sign} "
    "(m.position, m.number) AND p.label IS NOT NULL ORDER BY p.position {order}, p.number {order} LIMIT 1)"
)
PREVIOUS = _NEIGHBOUR.format(column="p.number", sign="<", order="DESC")
NEXT = _NEIGHBOUR.format(column="p.number", sign=">", order="ASC")
"""Numbers of the living neighbours of `m`, two seeks in the index over (group_key, position, number)."""


@dataclass(frozen=True, slots=True)
class Words:
    """What the lexical index reads of a living memory."""

    number: int
    layer: str
    kind: str
    text: str
    speaker: str | None
    occurred_at: int
    title: str | None
    heading: str
    tags: str
    group_key: str | None
    previous: int | None
    next: int | None


_WORDS = (
    "SELECT m.number, m.layer, m.kind, m.text, m.speaker, m.occurred_at, m.title, m.heading, m.tags, m.group_key, "
    f"CASE WHEN m.group_key IS NULL THEN NULL ELSE {PREVIOUS} END, "
    f"CASE WHEN m.group_key IS NULL THEN NULL ELSE {NEXT} END FROM memory m "
)


def changed_numbers(reader: peewee.SqliteDatabase, after: int, limit: int) -> list[tuple[int, int, bool]]:
    """Memories whose last change lies above `after`, oldest change first: (sequence, number, living)."""
    rows = reader.execute_sql(
        "SELECT sequence, number, label IS NOT NULL FROM memory WHERE sequence > ? ORDER BY sequence LIMIT ?",
        (after, limit),
    ).fetchall()
    return [(sequence, number, bool(living)) for sequence, number, living in rows]


def words_of(reader: peewee.SqliteDatabase, numbers: Collection[int]) -> dict[int, Words]:
    """The words of the living memories among these, by number."""
    found: dict[int, Words] = {}
    for batch in _batches(list(numbers)):
        for row in reader.execute_sql(
            f"{_WORDS} WHERE m.number IN ({_marks(batch)}) AND m.label IS NOT NULL", batch
        ).fetchall():
            found[row[0]] = Words(*row)
    return found


def section_words(reader: peewee.SqliteDatabase, group_key: str, first: int, last: int) -> list[tuple[Any, ...]]:
    """(text, speaker, occurred_at, title, heading) of a group's living memories numbered first to last, in order."""
    return reader.execute_sql(  # type: ignore[no-any-return]
        "SELECT text, speaker, occurred_at, title, heading FROM memory "
        "WHERE group_key = ? AND number BETWEEN ? AND ? AND label IS NOT NULL ORDER BY position, number",
        (group_key, first, last),
    ).fetchall()


def groups_since(reader: peewee.SqliteDatabase, after: int) -> list[tuple[str, int]]:
    """(group key, number) of memories in groups that changed or left after a sequence."""
    rows = reader.execute_sql(
        "SELECT group_key, number FROM memory WHERE sequence > ? AND group_key IS NOT NULL "
        "UNION SELECT group_key, memory FROM removal WHERE sequence > ? AND group_key IS NOT NULL",
        (after, after),
    ).fetchall()
    return [(key, number) for key, number in rows]


def hot_groups(reader: peewee.SqliteDatabase) -> list[tuple[str, int]]:
    """(group key, number) of every living memory in a group."""
    rows = reader.execute_sql(
        "SELECT group_key, number FROM memory WHERE label IS NOT NULL AND group_key IS NOT NULL"
    ).fetchall()
    return [(key, number) for key, number in rows]


class Candidate(NamedTuple):
    """The little of a memory that ranking needs. A plain tuple: a recall makes more than a hundred.

    `previous` and `next` are its neighbours, by number or by label as was asked.
    """

    number: int
    label: int
    layer: str
    kind: str
    group_key: str | None
    occurred_at: int
    expires_at: int | None
    superseded: bool
    pinned: bool
    importance: float
    access_count: int
    document: int | None
    speaker: str | None
    previous: int | None
    next: int | None


Key = Literal["number", "label"]
"""By what vectors are looked up: the database has them by number, a layer's file by label."""

_CANDIDATES: dict[Key, str] = {
    key: "SELECT m.number, m.label, m.layer, m.kind, m.group_key, m.occurred_at, m.expires_at, "
    "m.superseded_by IS NOT NULL OR m.valid_to IS NOT NULL, m.pinned, m.importance, m.access_count, "
    "m.document, m.speaker, "
    f"CASE WHEN m.group_key IS NULL THEN NULL ELSE {_NEIGHBOUR.format(column=f'p.{key}', sign='<', order='DESC')} END, "
    f"CASE WHEN m.group_key IS NULL THEN NULL ELSE {_NEIGHBOUR.format(column=f'p.{key}', sign='>', order='ASC')} END "
    "FROM memory m WHERE m.{column} IN ({marks}) AND m.label IS NOT NULL AND m.deleted_at IS NULL"
    for key in get_args(Key)
}


def candidates(
    reader: peewee.SqliteDatabase,
    *,
    numbers: Collection[int] = (),
    labels: Collection[int] = (),
    neighbours_by: Key = "number",
) -> list[Candidate]:
    """Living memories named by number or by label, with their neighbours; each is read once."""
    sql = _CANDIDATES[neighbours_by]
    found = _candidates(reader, sql, "number", list(numbers))
    known = {one.label for one in found}
    return found + _candidates(reader, sql, "label", [label for label in labels if label not in known])


def _candidates(reader: peewee.SqliteDatabase, sql: str, column: str, wanted: list[int]) -> list[Candidate]:
    found: list[Candidate] = []
    for batch in _batches(wanted):
        rows = reader.execute_sql(sql.format(column=column, marks=_marks(batch)), batch).fetchall()
        found += map(Candidate._make, rows)
    return found


def memories_of(reader: peewee.SqliteDatabase, numbers: Collection[int]) -> dict[int, values.Memory]:
    """Whole memories by number."""
    found: dict[int, values.Memory] = {}
    for batch in _batches(list(numbers)):
        cursor = reader.execute_sql(
            "SELECT m.*, d.id AS document_id, d.path AS document_path FROM memory m "
            "LEFT JOIN document d ON d.number = CASE WHEN m.version_of IS NULL THEN m.document "
            "ELSE (SELECT c.document FROM memory c WHERE c.id = m.version_of) END "
            f"WHERE m.number IN ({_marks(batch)})",
            batch,
        )
        names = [column[0] for column in cursor.description]
        for row in cursor.fetchall():
            fields = dict(zip(names, row, strict=True))
            found[fields["number"]] = to_value(fields)
    return found


def _meta(reader: peewee.SqliteDatabase, key: str, default: str) -> str:
    row = reader.execute_sql("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return default if row is None else str(row[0])


def _marks(items: Sequence[Any]) -> str:
    return ",".join("?" * len(items))


def _batches(items: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(items), _BATCH):
        yield items[start : start + _BATCH]
