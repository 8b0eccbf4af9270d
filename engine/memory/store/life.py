"""What is done to memories in the course of their life: each change, its move between indexes, and its history.

Everything goes through `apply`, inside the caller's transaction: it writes the changed fields, keeps the rules of
`records.py` about removals and labels, and logs what was before and after, which is all that undoing needs.
"""

from __future__ import annotations

import json
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from engine.errors import NotFoundError
from engine.life_values import Actor
from engine.memory.store.database import Database

if TYPE_CHECKING:
    import peewee

_BATCH = 900

Fields = dict[str, Any]
"""Columns of `memory` and their values."""

_INDEXED = frozenset({"kind", "title", "tags", "content_hash", "deleted_at"})
"""Columns that the word indexes read: a change of them draws a sequence, though the label stays."""


class State(NamedTuple):
    """What of a memory may change in its life, and what the indexes know it by."""

    number: int
    id: str
    layer: str
    kind: str
    title: str | None
    tags: str
    importance: float
    pinned: int
    content_hash: str
    expires_at: int | None
    superseded_by: str | None
    valid_to: int | None
    superseded_at: int | None
    repeats: int
    moved_at: int | None
    archived_at: int | None
    deleted_at: int | None
    version_of: str | None
    occurred_at: int
    created_at: int
    access_count: int
    group_key: str | None
    label: int | None


STATE_COLUMNS = ", ".join(State._fields)
"""The columns of a `State`, for a SELECT."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One action as it is logged.

    Attributes:
        event: What is done; see `LifeEvent`.
        at: When, in microseconds since 1970 UTC.
        actor: Who does it.
        reason: Why, in words.
        action: Its id; a deed in several transactions has one.
    """

    event: str
    at: int
    actor: Actor = "owner"
    reason: str = ""
    action: str = field(default_factory=lambda: uuid.uuid4().hex)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What becomes of one memory.

    Attributes:
        state: As it is.
        fields: Columns that get another value.
        anew: Its text or its vector was changed beside this.
        before: What the log says of before, beside the fields.
        after: What it says of after.
    """

    state: State
    fields: Fields
    anew: bool = False
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)


def states(reader: peewee.SqliteDatabase, ids: Sequence[str]) -> list[State]:
    """How these memories stand, in this order; each once.

    Raises:
        NotFoundError: an id names nothing.
    """
    wanted = list(dict.fromkeys(ids))
    found = present_states(reader, wanted)
    for one in wanted:
        if one not in found:
            raise NotFoundError(f"There is no memory {one}.")
    return [found[one] for one in wanted]


def present_states(reader: peewee.SqliteDatabase, ids: Iterable[str]) -> dict[str, State]:
    """How those of these memories stand that exist, by id."""
    found: dict[str, State] = {}
    for batch in batches(list(ids)):
        rows = reader.execute_sql(f"SELECT {STATE_COLUMNS} FROM memory WHERE id IN ({_marks(batch)})", batch).fetchall()
        found.update((row[1], State._make(row)) for row in rows)
    return found


def hidden_behind(reader: peewee.SqliteDatabase, ids: Iterable[str]) -> list[State]:
    """Memories that one of these superseded; earlier versions are none."""
    found: list[State] = []
    for batch in batches(list(ids)):
        rows = reader.execute_sql(
            f"SELECT {STATE_COLUMNS} FROM memory WHERE superseded_by IN ({_marks(batch)}) AND version_of IS NULL", batch
        ).fetchall()
        found += [State._make(row) for row in rows]
    return found


def overdue(reader: peewee.SqliteDatabase, *, now: int, limit: int) -> list[State]:
    """Memories in the hot indexes whose time is over and that are not pinned, those that expired first at the head."""
    rows = reader.execute_sql(
        f"SELECT {STATE_COLUMNS} FROM memory WHERE label IS NOT NULL AND expires_at <= ? AND pinned = 0 "
        "ORDER BY expires_at, number LIMIT ?",
        (now, limit),
    ).fetchall()
    return [State._make(row) for row in rows]


def place_of(reader: peewee.SqliteDatabase, number: int) -> tuple[int | None, int]:
    """Number of the document that a memory was made from, and its place among its neighbours."""
    document, position = reader.execute_sql(
        "SELECT document, position FROM memory WHERE number = ?", (number,)
    ).fetchone()
    return document, position


def apply(store: Database, writer: peewee.SqliteDatabase, changes: Iterable[Change], deed: Deed) -> list[str]:
    """Write changes and log them as one deed. What changes nothing is passed over.

    Returns:
        Ids of what was changed.
    """
    real = [(change, _different(change)) for change in changes]
    real = [(change, fields) for change, fields in real if fields or change.anew or change.before or change.after]
    _write(store, writer, [(change.state, fields, change.anew) for change, fields in real])
    log(
        writer,
        deed,
        [
            (
                change.state.id,
                {name: getattr(change.state, name) for name in fields} | dict(change.before),
                fields | dict(change.after),
            )
            for change, fields in real
        ],
    )
    return [change.state.id for change, _ in real]


def set_quietly(store: Database, writer: peewee.SqliteDatabase, changes: Iterable[tuple[State, Fields]]) -> None:
    """Write changes that are part of what another row of the log says."""
    _write(store, writer, [(state, fields, False) for state, fields in changes if fields])


def log(
    writer: peewee.SqliteDatabase, deed: Deed, rows: Iterable[tuple[str, Mapping[str, Any], Mapping[str, Any]]]
) -> None:
    """Write (memory id, before, after) into the history."""
    writer.connection().executemany(
        'INSERT INTO history ("action", "at", "memory", "event", "actor", "reason", "before", "after") '
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (deed.action, deed.at, memory, deed.event, deed.actor, deed.reason, _json(before), _json(after))
            for memory, before, after in rows
        ],
    )


def link(writer: peewee.SqliteDatabase, pairs: Iterable[tuple[str, str]], kind: str = "part") -> None:
    """Note that memories are made of others: (whole, part) by id. Known and vanished ones are passed over."""
    writer.connection().executemany(
        "INSERT OR IGNORE INTO link (memory, part, kind) "
        "SELECT w.number, p.number, ? FROM memory w, memory p WHERE w.id = ? AND p.id = ?",
        [(kind, whole, part) for whole, part in pairs],
    )


def unlink(writer: peewee.SqliteDatabase, pairs: Iterable[tuple[str, str]], kind: str = "part") -> None:
    """Take such notes back."""
    writer.connection().executemany(
        "DELETE FROM link WHERE kind = ? AND memory = (SELECT number FROM memory WHERE id = ?) "
        "AND part = (SELECT number FROM memory WHERE id = ?)",
        [(kind, whole, part) for whole, part in pairs],
    )


def related(reader: peewee.SqliteDatabase, ids: Collection[str]) -> list[str]:
    """What says the same as these memories and is hidden behind them, so that erasing one must erase it, too.

    Earlier versions; what was merged into them; what they were split from, while it stays hidden; and episodes, which
    tell their turns in the turns' own words.
    """
    known = set(ids)
    fresh = list(known)
    while fresh:
        found: set[str] = set()
        for batch in batches(fresh):
            marks = _marks(batch)
            rows = reader.execute_sql(
                f"SELECT id FROM memory WHERE version_of IN ({marks}) UNION "
                "SELECT p.id FROM link l JOIN memory w ON w.number = l.memory JOIN memory p ON p.number = l.part "
                f"WHERE w.id IN ({marks}) AND l.kind = 'part' AND p.superseded_by = w.id UNION "
                "SELECT w.id FROM link l JOIN memory w ON w.number = l.memory JOIN memory p ON p.number = l.part "
                f"WHERE p.id IN ({marks}) AND l.kind = 'part' AND w.superseded_by IS NOT NULL "
                "AND p.superseded_by IS NOT w.id UNION "
                "SELECT w.id FROM link l JOIN memory w ON w.number = l.memory JOIN memory p ON p.number = l.part "
                f"WHERE p.id IN ({marks}) AND l.kind = 'episode'",
                [*batch, *batch, *batch, *batch],
            ).fetchall()
            found.update(row[0] for row in rows)
        fresh = list(found - known)
        known |= found
    return [one for one in known if one not in set(ids)]


def made_of(reader: peewee.SqliteDatabase, ids: Collection[str]) -> set[str]:
    """The parts that hidden memories among these were split into."""
    found: set[str] = set()
    for batch in batches(list(ids)):
        rows = reader.execute_sql(
            "SELECT p.id FROM link l JOIN memory w ON w.number = l.memory JOIN memory p ON p.number = l.part "
            f"WHERE w.id IN ({_marks(batch)}) AND l.kind = 'part' AND w.superseded_by IS NOT NULL",
            batch,
        ).fetchall()
        found.update(row[0] for row in rows)
    return found


def _different(change: Change) -> Fields:
    return {name: value for name, value in change.fields.items() if getattr(change.state, name) != value}


def _write(store: Database, writer: peewee.SqliteDatabase, changes: Sequence[tuple[State, Fields, bool]]) -> None:
    """Write fields, removals, labels and sequences: one statement for each set of columns, none for each row."""
    removals: list[State] = []
    drawn: list[tuple[State, Fields, bool]] = []
    plain: list[tuple[State, Fields]] = []
    for state, fields, anew in changes:
        was_hot = state.label is not None
        hot = state.version_of is None and all(
            fields.get(name, getattr(state, name)) is None for name in ("archived_at", "deleted_at")
        )
        moved = anew or fields.get("layer", state.layer) != state.layer
        if was_hot and (moved or not hot):
            removals.append(state)
        if was_hot != hot or moved or not _INDEXED.isdisjoint(fields):
            drawn.append((state, fields, hot and (moved or not was_hot)))
        elif fields:
            plain.append((state, fields))
    sequences = iter(store.next_sequences(writer, len(removals) + len(drawn)))
    connection = writer.connection()
    connection.executemany(
        "INSERT INTO removal (sequence, memory, layer, label, group_key) VALUES (?, ?, ?, ?, ?)",
        [(next(sequences), one.number, one.layer, one.label, one.group_key) for one in removals],
    )
    gone = {one.number for one in removals}
    for state, fields, labelled in drawn:
        sequence = next(sequences)
        extra: Fields = {"sequence": sequence}
        if labelled:
            extra["label"] = sequence
        elif state.number in gone:
            extra["label"] = None
        plain.append((state, fields | extra))
    groups: dict[tuple[str, ...], list[tuple[Any, ...]]] = defaultdict(list)
    for state, fields in plain:
        groups[tuple(fields)].append((*fields.values(), state.number))
    for names, rows in groups.items():
        columns = ", ".join(f'"{name}" = ?' for name in names)
        connection.executemany(f"UPDATE memory SET {columns} WHERE number = ?", rows)


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(dict(value), ensure_ascii=False)


def _marks(items: Sequence[Any]) -> str:
    return ",".join("?" * len(items))


def batches(items: Sequence[Any]) -> Iterator[list[Any]]:
    """In stretches that fit one statement."""
    for start in range(0, len(items), _BATCH):
        yield list(items[start : start + _BATCH])
