"""What the expiry run reads, and the last moment that it believed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from engine.memory.store.database import Database
from engine.memory.store.life import STATE_COLUMNS, State

if TYPE_CHECKING:
    import peewee

_MOMENT, _SEQUENCE = "clock_believed", "clock_believed_sequence"
_SLACK = 10 * 60 * 1_000_000
"""Microseconds by which clocks may differ; as `clock_watch.TOLERANCE`."""


def believed(reader: peewee.SqliteDatabase) -> int | None:
    """The last moment that was believed, in microseconds since 1970 UTC."""
    row = reader.execute_sql("SELECT value FROM meta WHERE key = ?", (_MOMENT,)).fetchone()
    return None if row is None else int(row[0])


def note_believed(store: Database, writer: peewee.SqliteDatabase, moment: int) -> None:
    """The clock said so, and it is believed; with it the last change so far."""
    writer.connection().executemany(
        "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        [(_MOMENT, str(moment)), (_SEQUENCE, str(store.last_sequence(writer)))],
    )


def misdated(reader: peewee.SqliteDatabase, *, now: int, terms: Mapping[str, int], returned: bool) -> list[State]:
    """Memories whose term a wrong clock set.

    Args:
        reader: A connection.
        now: The moment that is believed, in microseconds since 1970 UTC.
        terms: How long each layer remembers.
        returned: The clock was wrong for a while and is right again, so what was remembered meanwhile is misdated.

    Returns:
        Those that would live longer than a whole term from now, and, where it `returned`, those that were remembered
        since the last moment that was believed, with a time before it.
    """
    found: list[State] = []
    for layer, term in terms.items():
        rows = reader.execute_sql(
            f"SELECT {STATE_COLUMNS} FROM memory WHERE label IS NOT NULL AND layer = ? AND expires_at > ?",
            (layer, now + term + _SLACK),
        ).fetchall()
        found += [State._make(row) for row in rows]
    if returned:
        row = reader.execute_sql("SELECT value FROM meta WHERE key = ?", (_SEQUENCE,)).fetchone()
        last = believed(reader)
        rows = reader.execute_sql(
            f"SELECT {STATE_COLUMNS} FROM memory WHERE label IS NOT NULL AND expires_at IS NOT NULL "
            "AND number > ? AND created_at < ?",
            (0 if row is None else int(row[0]), (0 if last is None else last) - _SLACK),
        ).fetchall()
        known = {state.number for state in found}
        found += [state for state in map(State._make, rows) if state.number not in known]
    return found


def cold(reader: peewee.SqliteDatabase, *, before: int, limit: int) -> list[str]:
    """Ids of memories that were archived before a moment and are neither pinned nor deleted, the oldest first."""
    rows = reader.execute_sql(
        "SELECT id FROM memory WHERE archived_at < ? AND pinned = 0 AND deleted_at IS NULL "
        "ORDER BY archived_at, number LIMIT ?",
        (before, limit),
    ).fetchall()
    return [found for (found,) in rows]
