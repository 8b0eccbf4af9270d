"""What consolidation reads of memories, and how far it has come. Clusters and episodes have files of their own."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from engine.memory.records import Meta
from engine.memory.store.memories import from_us

if TYPE_CHECKING:
    import peewee

EPISODE = "episode"
"""Tag of a memory that tells a session's turns in short, and the kind of its links to them."""

_STATE = "consolidation"
_BATCH = 900


class Told(NamedTuple):
    """A memory as consolidation looks at it. A plain tuple: a run reads many."""

    sequence: int
    number: int
    id: str
    label: int | None
    layer: str
    kind: str
    speaker: str | None
    occurred_us: int
    expires_at: int | None
    pinned: int
    hidden: int
    episode: int
    content_hash: str
    text: str
    title: str | None

    @property
    def occurred_at(self) -> datetime:
        """When it was said."""
        return from_us(self.occurred_us)

    @property
    def open(self) -> bool:
        """Whether it is in the hot indexes, nothing has taken its place, and it is no episode."""
        return self.label is not None and not self.hidden and not self.episode


_COLUMNS = (
    "m.sequence, m.number, m.id, m.label, m.layer, m.kind, m.speaker, m.occurred_at, m.expires_at, m.pinned, "
    "m.superseded_by IS NOT NULL OR m.valid_to IS NOT NULL, "
    f"instr(m.tags, '\"{EPISODE}\"') > 0, m.content_hash, m.text, m.title"
)


def changed(reader: peewee.SqliteDatabase, kinds: Collection[str], *, after: int, upto: int, limit: int) -> list[Told]:
    """Hot memories of these kinds whose last change lies in (after, upto], the oldest change first."""
    wanted = sorted(kinds)
    rows = reader.execute_sql(
        f"SELECT {_COLUMNS} FROM memory m WHERE m.sequence > ? AND m.sequence <= ? AND m.label IS NOT NULL "
        f"AND m.kind IN ({_marks(wanted)}) ORDER BY m.sequence LIMIT ?",
        (after, upto, *wanted, limit),
    ).fetchall()
    return [Told._make(row) for row in rows]


def count_changed(reader: peewee.SqliteDatabase, *, after: int, upto: int) -> int:
    """How many hot memories changed in (after, upto]."""
    query = "SELECT COUNT(*) FROM memory WHERE sequence > ? AND sequence <= ? AND label IS NOT NULL"
    return int(reader.execute_sql(query, (after, upto)).fetchone()[0])


def by_numbers(reader: peewee.SqliteDatabase, numbers: Collection[int]) -> list[Told]:
    """Memories of these numbers, in no order."""
    return _read(reader, "m.number", list(numbers))


def by_labels(reader: peewee.SqliteDatabase, labels: Collection[int]) -> list[Told]:
    """Memories of these labels, in no order."""
    return _read(reader, "m.label", list(labels))


def same_text(reader: peewee.SqliteDatabase, told: Told, *, limit: int) -> list[Told]:
    """Other hot memories of the same kind with the same text, letter for letter."""
    rows = reader.execute_sql(
        f"SELECT {_COLUMNS} FROM memory m WHERE m.content_hash = ? AND m.kind = ? AND m.number <> ? "
        "AND m.label IS NOT NULL AND m.superseded_by IS NULL LIMIT ?",
        (told.content_hash, told.kind, told.number, limit),
    ).fetchall()
    return [Told._make(row) for row in rows]


def taken_back(reader: peewee.SqliteDatabase, ids: Collection[str]) -> set[str]:
    """Those that Magray merged or superseded once, and the owner undid it: they are let alone from then on."""
    found: set[str] = set()
    wanted = list(ids)
    for start in range(0, len(wanted), _BATCH):
        some = wanted[start : start + _BATCH]
        rows = reader.execute_sql(
            f"SELECT DISTINCT memory FROM history WHERE memory IN ({_marks(some)}) AND undone_at IS NOT NULL "
            "AND actor = 'magray' AND event IN ('merged', 'superseded')",
            some,
        ).fetchall()
        found.update(row[0] for row in rows)
    return found


def state(reader: peewee.SqliteDatabase, part: str) -> dict[str, Any]:
    """What a part of consolidation noted when it was done last; empty before the first time."""
    row = reader.execute_sql("SELECT value FROM meta WHERE key = ?", (f"{_STATE}_{part}",)).fetchone()
    try:
        found = json.loads(row[0]) if row else {}
    except ValueError:  # it is made anew
        return {}
    return found if isinstance(found, dict) else {}


def note_state(writer: peewee.SqliteDatabase, part: str, found: dict[str, Any]) -> None:
    """Note it. No words and no vectors of memories: nothing here is looked through when something is erased."""
    Meta.insert(key=f"{_STATE}_{part}", value=json.dumps(found)).on_conflict_replace().execute(writer)


def _read(reader: peewee.SqliteDatabase, column: str, wanted: list[int]) -> list[Told]:
    found: list[Told] = []
    for start in range(0, len(wanted), _BATCH):
        some = wanted[start : start + _BATCH]
        rows = reader.execute_sql(
            f"SELECT {_COLUMNS} FROM memory m WHERE {column} IN ({_marks(some)}) AND m.label IS NOT NULL", some
        ).fetchall()
        found += map(Told._make, rows)
    return found


def _marks(items: Sequence[Any]) -> str:
    return ",".join("?" * len(items))
