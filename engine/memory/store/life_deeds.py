"""Deleting and bringing back, as every part of the engine does it: logged, and undone like any other deed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from engine.life_values import Actor
from engine.memory.store import life, life_log
from engine.memory.store.database import Database
from engine.memory.store.life import Change, Deed, Fields

if TYPE_CHECKING:
    import peewee


def delete(
    store: Database,
    writer: peewee.SqliteDatabase,
    ids: Collection[str],
    *,
    actor: Actor = "owner",
    reason: str = "",
) -> int:
    """Hide memories so that it can be undone; those that name nothing, or are hidden, are passed over.

    Returns:
        How many there were.
    """
    deed = Deed(event="deleted", at=store.now_us(), actor=actor, reason=reason)
    states = [state for state in life.present_states(writer, ids).values() if state.deleted_at is None]
    return len(
        life.apply(store, writer, [Change(state=state, fields={"deleted_at": deed.at}) for state in states], deed)
    )


def supersede(
    store: Database,
    writer: peewee.SqliteDatabase,
    ids: Collection[str],
    *,
    by: str,
    at: int,
    actor: Actor = "magray",
    reason: str = "",
) -> int:
    """A newer memory says otherwise from a moment on: these stay, and recall hides them unless asked for.

    Args:
        store: The database that the transaction belongs to.
        writer: The transaction.
        ids: What no longer holds; those that name nothing, or have a successor, are passed over.
        by: The newer memory.
        at: From when on it is no longer true in the world, in microseconds since 1970 UTC.
        actor: Who found that out.
        reason: Why, in words.

    Returns:
        How many there were.
    """
    deed = Deed(event="superseded", at=store.now_us(), actor=actor, reason=reason)
    fields: Fields = {"superseded_by": by, "superseded_at": deed.at, "valid_to": at}
    states = [state for state in life.present_states(writer, ids).values() if state.superseded_by is None]
    return len(life.apply(store, writer, [Change(state=state, fields=fields) for state in states], deed))


def hold_again(store: Database, writer: peewee.SqliteDatabase, by: Collection[str]) -> int:
    """Let memories hold again that were superseded by one of these.

    Returns:
        How many there were.
    """
    deed = Deed(event="restored", at=store.now_us())
    fields: Fields = {"superseded_by": None, "superseded_at": None, "valid_to": None}
    states = life.hidden_behind(writer, by)
    changed = life.apply(store, writer, [Change(state=state, fields=fields) for state in states], deed)
    life_log.mark_restored(writer, changed, at=deed.at, event="superseded")
    return len(changed)


def restore(
    store: Database, writer: peewee.SqliteDatabase, ids: Collection[str], *, terms: Mapping[str, int] | None = None
) -> int:
    """Bring hidden memories back; what has expired meanwhile gets another term.

    Args:
        store: The database that the transaction belongs to.
        writer: The transaction.
        ids: Which; those that name nothing, or are not hidden, are passed over.
        terms: How long a layer remembers, in microseconds, by layer.

    Returns:
        How many there were.
    """
    deed = Deed(event="restored", at=store.now_us())
    states = [state for state in life.present_states(writer, ids).values() if state.deleted_at is not None]
    back: Fields = {"deleted_at": None}
    changes = [
        Change(state=state, fields=back | life_log.fresh_term(state, back, at=deed.at, terms=terms or {}))
        for state in states
    ]
    changed = life.apply(store, writer, changes, deed)
    life_log.mark_restored(writer, changed, at=deed.at)
    return len(changed)
