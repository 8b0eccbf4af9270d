"""What the history tells: actions, what one memory went through, and taking an action back."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from engine.errors import InvalidMemoryError, NotFoundError
from engine.life_values import Action, HistoryEntry
from engine.memory.store import life, versions
from engine.memory.store.database import Database
from engine.memory.store.life import Change, Deed, Fields, State
from engine.memory.store.memories import from_us

if TYPE_CHECKING:
    import peewee

_PAGE = 2000
_BEHIND_ALL = 2**62
_TIMES = frozenset({"expires_at", "valid_to", "superseded_at", "moved_at", "archived_at", "deleted_at"})
_OWN = "$"
"""What begins with it in the log is no column: $version, $known, $text, $links, $with, $undoes."""

_WHOLE = frozenset({"$links", "$with", "$version"})
"""What ties the memories of a deed together: such a deed is undone whole or not at all. Of others, what was changed
since stays as it is."""

_COLUMNS = '"number", "action", "at", "memory", "event", "actor", "reason", "before", "after", "undone_at"'


class Row(NamedTuple):
    """One row of the history."""

    number: int
    action: str
    at: int
    memory: str
    event: str
    actor: str
    reason: str
    before: str
    after: str
    undone_at: int | None


def rows_of(reader: peewee.SqliteDatabase, action: str) -> list[Row]:
    """The rows of an action, in the order in which they were written."""
    query = f"SELECT {_COLUMNS} FROM history WHERE action = ? ORDER BY number"
    return [Row._make(row) for row in reader.execute_sql(query, (action,)).fetchall()]


def _action(reader: peewee.SqliteDatabase, action: str) -> Action:
    query = f"SELECT {_COLUMNS} FROM history WHERE action = ? ORDER BY number LIMIT 1"
    first = Row._make(reader.execute_sql(query, (action,)).fetchone())
    touched = reader.execute_sql("SELECT memory FROM history WHERE action = ? ORDER BY number", (action,)).fetchall()
    return Action(
        id=first.action,
        at=from_us(first.at),
        event=first.event,
        actor="owner" if first.actor == "owner" else "magray",
        reason=first.reason,
        memories=tuple(dict.fromkeys(memory for (memory,) in touched)),
        undone_at=None if first.undone_at is None else from_us(first.undone_at),
        can_undo=first.undone_at is None,
        undoes=json.loads(first.after).get("$undoes"),
    )


def actions(reader: peewee.SqliteDatabase, *, limit: int, memory: str | None = None) -> list[Action]:
    """The last actions, the newest first; with `memory` those that touched it."""
    ids: dict[str, None] = {}
    of_one = "" if memory is None else "AND memory = ?"
    last = _BEHIND_ALL
    while len(ids) < limit:
        found = reader.execute_sql(
            f"SELECT number, action FROM history WHERE number < ? {of_one} ORDER BY number DESC LIMIT ?",
            (last, *([] if memory is None else [memory]), _PAGE),
        ).fetchall()
        ids.update(dict.fromkeys(action for _, action in found))
        if len(found) < _PAGE:
            break
        last = found[-1][0]
    return [_action(reader, action) for action in list(ids)[:limit]]


def history(reader: peewee.SqliteDatabase, memory: str) -> list[HistoryEntry]:
    """What a memory went through, the newest first."""
    query = f"SELECT {_COLUMNS} FROM history WHERE memory = ? ORDER BY number DESC"
    rows = [Row._make(row) for row in reader.execute_sql(query, (memory,)).fetchall()]
    return [
        HistoryEntry(
            action=row.action,
            at=from_us(row.at),
            memory=row.memory,
            event=row.event,
            actor="owner" if row.actor == "owner" else "magray",
            reason=row.reason,
            before=_shown(json.loads(row.before)),
            after=_shown(json.loads(row.after)),
            undone=row.undone_at is not None,
        )
        for row in rows
    ]


def undo(store: Database, writer: peewee.SqliteDatabase, action: str, deed: Deed, *, terms: Mapping[str, int]) -> None:
    """Take an action back: every field becomes again what it was, and that is logged as an action of its own.

    Args:
        store: The database that the transaction belongs to.
        writer: The transaction.
        action: Which.
        deed: What is logged.
        terms: How long a layer remembers, in microseconds, by layer; those that remember for ever are not there. What
            would have expired meanwhile begins a new term, for it would be gone again at once.

    Raises:
        NotFoundError: there is no such action.
        InvalidMemoryError: it cannot be taken back; the message says why. Of a deed on many memories that have nothing
            to do with each other, those that were changed since stay as they are, and the rest is taken back.
    """
    rows = rows_of(writer, action)
    if not rows:
        raise NotFoundError(f"There is no action {action}. Where its memories were erased, nothing is left to undo.")
    if rows[0].undone_at is not None:
        raise InvalidMemoryError("This was undone already. Nothing was changed.")
    found = life.present_states(writer, [row.memory for row in rows])
    pairs = [(found[row.memory], json.loads(row.before), json.loads(row.after)) for row in rows if row.memory in found]
    changed = {state.id: _changed_since(state, before, after) for state, before, after in pairs}
    whole = any(_WHOLE & after.keys() for _, _, after in pairs)
    _check_whole(writer, {needed for _, _, after in pairs for needed in after.get("$with", ())})
    if any(changed.values()) and (whole or all(changed.values())):
        memory, what = next((memory, what) for memory, what in changed.items() if what)
        raise InvalidMemoryError(
            f"This cannot be undone: memory {memory} was changed since ({_WORDS.get(what, what)}). "
            "Undo what was done later first. Nothing was changed."
        )
    changes = [
        _back(store, writer, state, before, after, at=deed.at, terms=terms)
        for state, before, after in pairs
        if not changed[state.id]
    ]
    undoes = {"$undoes": action}
    life.apply(
        store,
        writer,
        [
            Change(
                state=change.state,
                fields=change.fields,
                anew=change.anew,
                before=change.before,
                after=dict(change.after) | undoes,
            )
            for change in changes
        ],
        deed,
    )
    writer.execute_sql("UPDATE history SET undone_at = ? WHERE action = ?", (deed.at, action))


def fresh_term(state: State, fields: Fields, *, at: int, terms: Mapping[str, int]) -> Fields:
    """A new term for what would be gone again at once, if these fields were set at this moment; else nothing."""
    if _LASTING.isdisjoint(fields):
        return {}
    names = ("layer", "pinned", "expires_at", "archived_at", "deleted_at")
    after = {name: fields.get(name, getattr(state, name)) for name in names}
    term = terms.get(after["layer"])
    overdue = after["expires_at"] is not None and after["expires_at"] <= at
    there = after["archived_at"] is None and after["deleted_at"] is None
    return {"expires_at": at + term} if there and not after["pinned"] and overdue and term is not None else {}


def mark_restored(writer: peewee.SqliteDatabase, ids: Sequence[str], *, at: int, event: str = "deleted") -> None:
    """Memories came back by another way than undoing: what had hidden them counts as taken back."""
    for batch in life.batches(ids):
        marks = ",".join("?" * len(batch))
        writer.execute_sql(
            f"UPDATE history SET undone_at = ? WHERE memory IN ({marks}) AND event = ? AND undone_at IS NULL",
            [at, *batch, event],
        )


def _changed_since(state: State, before: dict[str, Any], after: dict[str, Any]) -> str:
    """The first field that is no longer as the deed left it; empty where all are."""
    return next(
        (name for name in before if not name.startswith(_OWN) and getattr(state, name) != after[name]),
        "",
    )


def _back(
    store: Database,
    writer: peewee.SqliteDatabase,
    state: State,
    before: dict[str, Any],
    after: dict[str, Any],
    *,
    at: int,
    terms: Mapping[str, int],
) -> Change:
    fields: Fields = {name: value for name, value in before.items() if not name.startswith(_OWN)}
    version = before.get("$version")
    if version is not None and not versions.exchange(store, writer, state, version, known=before["$known"], at=at):
        raise InvalidMemoryError(
            f"This cannot be undone: the other version of memory {state.id} was erased. Nothing was changed."
        )
    life.unlink(writer, [(whole, part) for whole, part in after.get("$links", ())])
    life.link(writer, [(whole, part) for whole, part in before.get("$links", ())])
    return Change(
        state=state,
        fields=fields | fresh_term(state, fields, at=at, terms=terms),
        anew=version is not None,
        before={name: value for name, value in after.items() if name.startswith(_OWN) and name != "$undoes"},
        after={name: value for name, value in before.items() if name.startswith(_OWN) and name != "$undoes"},
    )


_LASTING = frozenset({"layer", "pinned", "expires_at", "archived_at", "deleted_at"})
"""Who takes a change of these back wants the memory to be there."""

_WORDS = {
    "content_hash": "its text",
    "expires_at": "how long it stays",
    "archived_at": "whether it is archived",
    "deleted_at": "whether it is deleted",
    "superseded_by": "what replaces it",
    "superseded_at": "what replaces it",
    "valid_to": "until when it holds",
    "moved_at": "its layer",
    "layer": "its layer",
    "repeats": "how often it was said",
    "pinned": "whether it is pinned",
    "tags": "its tags",
    "title": "its title",
    "kind": "its kind",
    "importance": "its importance",
}


def _check_whole(reader: peewee.SqliteDatabase, needed: Collection[str]) -> None:
    """Refuse what would leave nothing: a part of the deed was erased since."""
    if len(life.present_states(reader, needed)) < len(needed):
        raise InvalidMemoryError("This cannot be undone: a memory that it is about was erased since.")


def _shown(stored: dict[str, Any]) -> dict[str, Any]:
    """The fields of a row as they are shown."""
    shown: dict[str, Any] = {}
    for name, value in stored.items():
        if name == "$text":
            shown["text"] = value
        elif name == "tags":
            shown[name] = json.loads(value)
        elif name == "pinned":
            shown[name] = bool(value)
        elif name in _TIMES and value is not None:
            shown[name] = from_us(value).isoformat()
        elif not name.startswith(_OWN) and name != "content_hash":
            shown[name] = value
    return shown
