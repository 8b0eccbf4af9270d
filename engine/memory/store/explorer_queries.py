"""What the memory explorer reads: which memories a filter means, in which order, and the little that a row shows.

Most filters and orders are read from one covering index (`memory_explorer`); the others read the rows themselves and
say so (`NOT INDEXED`), because an index that does not hold everything is three times slower than the rows in a line.
Rows are put in order by numpy: 90,000 numbers take 2 ms there and 40 in SQLite.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from engine import values
from engine.explorer_values import SHOWN_LETTERS, MemoryCounts, MemoryFilter, MemoryOrder, MemoryRow
from engine.memory.store.cold_queries import Back
from engine.memory.store.memories import from_us, to_us

if TYPE_CHECKING:
    import peewee
    from numpy.typing import NDArray

_BATCH = 900
_NEVER = np.iinfo(np.int64).max

_SORTED_BY: dict[str, str] = {
    "newest": "m.created_at",
    "said": "m.occurred_at",
    "recalled": "m.access_count",
    "used": "COALESCE(m.accessed_at, 0)",
    "expires": f"CASE WHEN m.pinned OR m.expires_at IS NULL THEN {_NEVER} ELSE m.expires_at END",
    "source": "m.document",
}


class _Conditions:
    """Conditions over `memory m`, and whether the covering index holds all that they ask about."""

    def __init__(self) -> None:
        self.clauses: list[str] = []
        self.values: list[Any] = []
        self.covered = True

    def add(self, clause: str, *given: Any, covered: bool = True) -> None:
        self.clauses.append(clause)
        self.values.extend(given)
        self.covered = self.covered and covered

    def among(self, column: str, wanted: Sequence[str]) -> None:
        if wanted:
            self.add(f"{column} IN ({','.join('?' * len(wanted))})", *wanted)

    @property
    def where(self) -> str:
        return " AND ".join(self.clauses)

    @property
    def table(self) -> str:
        return "memory m" if self.covered else "memory m NOT INDEXED"


def numbers(
    reader: peewee.SqliteDatabase, wanted: MemoryFilter, *, order: MemoryOrder, descending: bool, now: datetime
) -> NDArray[np.int64]:
    """Numbers of the memories that a filter means; its `text` is not looked at. Shape (n,).

    Args:
        reader: A consistent view of the database.
        wanted: The filter.
        order: By what they are sorted; equal ones are sorted by when they were recorded.
        descending: The largest first.
        now: What "expiring within" counts from.
    """
    found = _conditions(reader, wanted, now)
    if order == "source":
        return _by_source(reader, found, descending=descending)
    sql = f"SELECT m.number, {_SORTED_BY[order]} FROM {found.table} WHERE {found.where}"
    rows = reader.execute_sql(sql, found.values).fetchall()
    return _sorted(_column(rows, 0), _column(rows, 1), descending=descending)


def condition(reader: peewee.SqliteDatabase, wanted: MemoryFilter, *, now: datetime) -> tuple[str, str, list[Any]]:
    """The table to read (`memory m`), the condition over it, and its values, for queries of others."""
    found = _conditions(reader, wanted, now)
    return found.table, found.where, found.values


def matching(
    reader: peewee.SqliteDatabase, wanted: MemoryFilter, ids: Sequence[str], *, now: datetime
) -> dict[str, int]:
    """The numbers of those among `ids` that a filter means, by id."""
    found = _conditions(reader, wanted, now)
    kept: dict[str, int] = {}
    for start in range(0, len(ids), _BATCH):
        batch = list(ids[start : start + _BATCH])
        marks = ",".join("?" * len(batch))
        # By its id each is one seek; the plus keeps the planner from walking the index of states instead.
        sql = f"SELECT m.id, m.number FROM memory m WHERE m.id IN ({marks}) AND +({found.where})"
        kept.update(reader.execute_sql(sql, [*batch, *found.values]).fetchall())
    return kept


def holding(
    reader: peewee.SqliteDatabase, wanted: MemoryFilter, words: Sequence[str], *, limit: int, now: datetime
) -> list[int]:
    """Numbers of the memories that a filter means and that hold every word, the newest first: for what no index has."""
    found = _conditions(reader, wanted, now)
    for word in words:
        found.add("instr(lower(m.text), lower(?)) > 0", word)
    sql = f"SELECT m.number FROM {found.table} WHERE {found.where} ORDER BY m.number DESC LIMIT {limit:d}"
    return [int(row[0]) for row in reader.execute_sql(sql, found.values).fetchall()]


def counts(reader: peewee.SqliteDatabase, wanted: MemoryFilter, *, now: datetime) -> MemoryCounts:
    """How many a filter means in each layer, whichever layers it names; `total` counts those that it names."""
    found = _conditions(reader, replace(wanted, layers=()), now)
    sql = f"SELECT m.layer, COUNT(*) FROM {found.table} WHERE {found.where} GROUP BY m.layer"
    by_layer = dict(reader.execute_sql(sql, found.values).fetchall())
    layers: dict[str, int] = {layer: int(by_layer.get(layer, 0)) for layer in values.LAYERS}
    return MemoryCounts(layers=layers, total=sum(layers[layer] for layer in wanted.layers or values.LAYERS))


def tags(reader: peewee.SqliteDatabase) -> dict[str, int]:
    """Tags of memories that are alive, and on how many each is; the most used first."""
    sql = (
        "SELECT t.value, COUNT(*) AS uses FROM memory m NOT INDEXED, json_each(m.tags) t "
        "WHERE m.tags <> '[]' AND m.deleted_at IS NULL GROUP BY t.value ORDER BY uses DESC, t.value"
    )
    return {str(tag): int(uses) for tag, uses in reader.execute_sql(sql).fetchall()}


def first_at(reader: peewee.SqliteDatabase) -> datetime | None:
    """When the oldest memory was recorded; None where there is none."""
    row = reader.execute_sql("SELECT MIN(created_at) FROM memory").fetchone()
    return None if row is None or row[0] is None else from_us(int(row[0]))


def ids_of(reader: peewee.SqliteDatabase, wanted: Sequence[int]) -> list[str]:
    """Ids by number, in this order; numbers that name nothing are left out."""
    found = _by_number(reader, "SELECT m.number, m.id FROM memory m", wanted, lambda row: str(row["id"]))
    return [found[number] for number in wanted if number in found]


def numbers_of(reader: peewee.SqliteDatabase, ids: Sequence[str]) -> list[int]:
    """Numbers by id, in this order; ids that name nothing are left out."""
    found: dict[str, int] = {}
    for start in range(0, len(ids), _BATCH):
        batch = list(ids[start : start + _BATCH])
        sql = f"SELECT m.id, m.number FROM memory m WHERE m.id IN ({','.join('?' * len(batch))})"
        found.update(reader.execute_sql(sql, batch).fetchall())
    return [found[one] for one in ids if one in found]


_ROWS = (
    f"SELECT m.number, m.id, substr(m.text, 1, {SHOWN_LETTERS}) AS text, length(m.text) > {SHOWN_LETTERS} AS cut, "
    "m.layer, m.kind, m.title, m.occurred_at, m.created_at, m.access_count, m.accessed_at, m.expires_at, m.pinned, "
    'm.tags, m.superseded_by, m.archived_at, m.deleted_at, m.page, m.heading, m.start, m."end", m.conversation_id, '
    "m.message_id, d.id AS document_id, d.path AS document_path, c.title AS conversation FROM memory m "
    "LEFT JOIN document d ON d.number = m.document LEFT JOIN conversation c ON c.id = m.conversation_id"
)


def rows(reader: peewee.SqliteDatabase, wanted: Sequence[int]) -> dict[int, MemoryRow]:
    """What a table shows, by number."""
    return _by_number(reader, _ROWS, wanted, _row)


def _by_number(
    reader: peewee.SqliteDatabase, select: str, wanted: Sequence[int], make: Callable[[dict[str, Any]], Any]
) -> dict[int, Any]:
    found: dict[int, Any] = {}
    for start in range(0, len(wanted), _BATCH):
        batch = [int(number) for number in wanted[start : start + _BATCH]]
        cursor = reader.execute_sql(f"{select} WHERE m.number IN ({','.join('?' * len(batch))})", batch)
        names = [column[0] for column in cursor.description]
        for values_of_row in cursor.fetchall():
            row = dict(zip(names, values_of_row, strict=True))
            found[row["number"]] = make(row)
    return found


def _row(row: dict[str, Any]) -> MemoryRow:
    source: values.Source | None = None
    if row["document_id"] is not None:
        source = values.DocumentSource(
            document_id=row["document_id"],
            path=row["document_path"],
            page=row["page"],
            heading=tuple(json.loads(row["heading"])),
            start=row["start"] or 0,
            end=row["end"] or 0,
        )
    elif row["conversation_id"] is not None:
        source = values.ConversationSource(row["conversation_id"], row["message_id"])
    return MemoryRow(
        number=row["number"],
        id=row["id"],
        text=row["text"],
        cut=bool(row["cut"]),
        layer=row["layer"],
        kind=row["kind"],
        title=row["title"],
        source=source,
        conversation=row["conversation"] or "",
        occurred_at=from_us(row["occurred_at"]),
        created_at=from_us(row["created_at"]),
        access_count=row["access_count"],
        accessed_at=None if row["accessed_at"] is None else from_us(row["accessed_at"]),
        expires_at=None if row["expires_at"] is None else from_us(row["expires_at"]),
        pinned=bool(row["pinned"]),
        tags=tuple(json.loads(row["tags"])),
        superseded=row["superseded_by"] is not None,
        archived=row["archived_at"] is not None,
        deleted=row["deleted_at"] is not None,
    )


def _conditions(reader: peewee.SqliteDatabase, wanted: MemoryFilter, now: datetime) -> _Conditions:
    found = _Conditions()
    if wanted.as_of is not None:
        back = Back(now=to_us(now), archived=wanted.archived, superseded=wanted.superseded, as_of=to_us(wanted.as_of))
        condition, given = back.condition()
        found.add(f"({condition})", *given, covered=False)
    else:
        found.add(f"m.deleted_at IS {'NOT ' if wanted.deleted else ''}NULL")
        # What was deleted is shown whole: where it lay before says nothing about it any more.
        if wanted.archived or not wanted.deleted:
            found.add(f"m.archived_at IS {'NOT ' if wanted.archived else ''}NULL")
        if wanted.superseded or not (wanted.archived or wanted.deleted):
            found.add(f"m.superseded_by IS {'NOT ' if wanted.superseded else ''}NULL")
        elif wanted.archived or wanted.deleted:
            found.add("m.version_of IS NULL")  # few rows: the index finds them, and each is looked at
    found.among("m.layer", wanted.layers)
    found.among("m.kind", wanted.kinds)
    _of_source(reader, found, wanted)
    if wanted.since is not None:
        found.add("m.occurred_at >= ?", to_us(wanted.since))
    if wanted.until is not None:
        found.add("m.occurred_at < ?", to_us(wanted.until))
    for tag in wanted.tags:
        sql = "m.tags <> '[]' AND EXISTS (SELECT 1 FROM json_each(m.tags) t WHERE t.value = ?)"
        found.add(sql, tag, covered=False)
    if wanted.pinned:
        found.add("m.pinned")
    if wanted.expiring_within is not None:
        found.add("NOT m.pinned AND m.expires_at <= ?", to_us(now + wanted.expiring_within))
    return found


def _of_source(reader: peewee.SqliteDatabase, found: _Conditions, wanted: MemoryFilter) -> None:
    kinds = {
        "document": "m.document IS NOT NULL",
        "conversation": "(m.document IS NULL AND m.conversation_id IS NOT NULL)",
        "note": "(m.document IS NULL AND m.conversation_id IS NULL)",
    }
    if wanted.sources:
        found.add(f"({' OR '.join(kinds[source] for source in wanted.sources)})")
    if wanted.conversation_id is not None:
        found.add("m.conversation_id = ?", wanted.conversation_id)
    if wanted.document_id is not None:
        row = reader.execute_sql("SELECT number FROM document WHERE id = ?", (wanted.document_id,)).fetchone()
        found.add("m.document = ?", -1 if row is None else row[0])


def _by_source(reader: peewee.SqliteDatabase, found: _Conditions, *, descending: bool) -> NDArray[np.int64]:
    """Files by name and page of writing, then conversations by title, then notes."""
    sql = f"SELECT m.number, m.document, m.conversation_id FROM {found.table} WHERE {found.where}"
    read = reader.execute_sql(sql, found.values).fetchall()
    files = reader.execute_sql("SELECT number, path FROM document").fetchall()
    by_name = sorted(files, key=lambda row: (str(row[1]).replace("\\", "/").rpartition("/")[2].casefold(), row[1]))
    places = {number: place for place, (number, _) in enumerate(by_name)}
    titles = sorted(reader.execute_sql("SELECT title, id FROM conversation").fetchall())
    talks = {talk: len(places) + place for place, (_, talk) in enumerate(titles)}
    last = len(places) + len(talks)
    keys = np.fromiter(
        (places[file] if file in places else talks.get(talk, last) for _, file, talk in read), np.int64, len(read)
    )
    return _sorted(_column(read, 0), keys, descending=descending)


def _column(read: Sequence[tuple[Any, ...]], place: int) -> NDArray[np.int64]:
    return np.fromiter((row[place] for row in read), np.int64, len(read))


def _sorted(found: NDArray[np.int64], keys: NDArray[np.int64], *, descending: bool) -> NDArray[np.int64]:
    order = np.lexsort((found, keys))
    return found[order[::-1] if descending else order]
