"""What each deed makes of a memory: columns and their new values, from how it stands. No database here."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence

from engine.errors import InvalidMemoryError
from engine.memory.life import terms as lives
from engine.memory.store.life import Change, Fields, State
from engine.values import Layer

Terms = Mapping[str, int]
"""How long each layer remembers, in microseconds."""


def check_living(states: Sequence[State]) -> None:
    """Refuse what cannot be changed.

    Raises:
        InvalidMemoryError: one was deleted, or is an earlier version of an edited memory.
    """
    for state in states:
        if state.deleted_at is not None:
            raise InvalidMemoryError(f"Memory {state.id} was deleted. Bring it back first; nothing was changed.")
        if state.version_of is not None:
            raise InvalidMemoryError(
                f"{state.id} is an earlier version of memory {state.version_of}. Change that one; nothing was changed."
            )


def moved(state: State, layer: Layer | None, *, at: int, terms: Terms) -> Fields:
    """Into another layer, where its life begins anew; an archived memory wakes. Nothing where there is no layer."""
    if layer is None or layer == state.layer:
        return {}
    return {
        "layer": layer,
        "expires_at": lives.expiry(terms, layer, at),
        "moved_at": at,
        "archived_at": None,
    }


def promoted(state: State, to: Layer | None, *, at: int, terms: Terms) -> Fields:
    """Into a higher layer: the next one, or `to`. What stands as high already stays where it is."""
    if to is not None and lives.rank_of(to) <= lives.rank_of(state.layer):
        return {}
    return moved(state, to or lives.above(state.layer), at=at, terms=terms)


def demoted(state: State, to: Layer | None, *, at: int, terms: Terms) -> Fields:
    """Into a lower layer: the next one, or `to`. What stands as low already stays where it is."""
    if to is not None and lives.rank_of(to) >= lives.rank_of(state.layer):
        return {}
    return moved(state, to or lives.below(state.layer), at=at, terms=terms)


def kept(state: State, *, at: int, terms: Terms) -> Fields:
    """Its life begins anew in its layer. What is archived stays so: `woken` is for that."""
    return {} if state.archived_at is not None else {"expires_at": lives.expiry(terms, state.layer, at)}


def archived(state: State, *, at: int) -> Fields:
    """Out of the hot indexes."""
    return {} if state.archived_at is not None else {"archived_at": at}


def woken(state: State, *, at: int, terms: Terms) -> Fields:
    """Out of the archive, with a new life in its layer."""
    if state.archived_at is None:
        return {}
    return {"archived_at": None, "expires_at": lives.expiry(terms, state.layer, at)}


def pinned(state: State, wanted: bool, *, at: int, terms: Terms) -> Fields:
    """Never expires any more; or, where the pin is taken off, lives for another term from now on."""
    if bool(state.pinned) == wanted:
        return {}
    if wanted:
        return {"pinned": 1}
    fresh: Fields = {} if state.archived_at is not None else {"expires_at": lives.expiry(terms, state.layer, at)}
    return {"pinned": 0} | fresh


def tagged(state: State, add: Sequence[str], remove: Collection[str]) -> Fields:
    """Other tags: those it has keep their order, new ones come behind."""
    old = [tag for tag in json.loads(state.tags) if tag not in remove]
    return {"tags": tags_json(old + [tag for tag in add if tag not in old])}


def tags_json(tags: Sequence[str]) -> str:
    """Tags as they are stored, each once."""
    return json.dumps(list(dict.fromkeys(tags)), ensure_ascii=False)


def superseded(state: State, by: str, *, at: int, valid_to: int | None) -> Fields:
    """Hidden behind another memory; what has a successor already keeps it."""
    if state.superseded_by is not None:
        return {}
    return {"superseded_by": by, "superseded_at": at, "valid_to": valid_to}


def deleted(state: State, *, at: int) -> Fields:
    """Hidden, so that it can come back."""
    return {} if state.deleted_at is not None else {"deleted_at": at}


def changes(states: Sequence[State], fields_of: Callable[[State], Fields]) -> list[Change]:
    """A change for each memory that is not yet as it shall be."""
    found = [Change(state=state, fields=fields_of(state)) for state in states]
    return [one for one in found if one.fields]


def survivor(states: Sequence[State]) -> State:
    """Which of several memories that say the same stays: what is pinned, stands highest, is used most, is newest."""
    return max(states, key=lambda one: (one.pinned, lives.rank_of(one.layer), one.access_count, one.number))


def gathered(stays: State, others: Sequence[State]) -> Fields:
    """What the one that stays takes from the others: their tags, the highest importance, and how often it was said."""
    tags = [tag for state in (stays, *others) for tag in json.loads(state.tags)]
    return {
        "tags": tags_json(tags),
        "importance": max(state.importance for state in (stays, *others)),
        "pinned": max(state.pinned for state in (stays, *others)),
        "repeats": stays.repeats + sum(1 + state.repeats for state in others),
    }
