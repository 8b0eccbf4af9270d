"""What may be done to memories in the course of their life, as coroutines; each deed is one logged, undoable action."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine import values
from engine.errors import InvalidMemoryError
from engine.life_values import Action, Actor, HistoryEntry
from engine.memory.life import deeds
from engine.memory.life.rewriting import Rewriting
from engine.memory.life.sweeping import Sweeping
from engine.memory.memory import clean, is_visible
from engine.memory.store import life, life_log, memories, recall_queries, versions
from engine.memory.store.database import Database

LONGEST_TAG = 200
"""Characters of a tag."""


class LifeCycle(Rewriting, Sweeping):
    """The life of memories. Made by `assemble`.

    Every deed is one transaction: all of it or nothing. An action without an id says that there was nothing to do.
    Unknown ids raise `NotFoundError`; deleted memories and earlier versions raise `InvalidMemoryError`; a full disk
    raises `StoreFullError`. In each case nothing was changed.
    """

    async def promote(
        self, ids: Sequence[str], *, to: values.Layer | None = None, reason: str = "", actor: Actor = "owner"
    ) -> Action:
        """One layer up, or up to `to`; there the memory's life begins anew. What is archived wakes."""
        _check_layer(to)
        deed = self._deed("promoted", actor, reason)
        return await self._each(ids, deed, lambda state: deeds.promoted(state, to, at=deed.at, terms=self._terms))

    async def demote(
        self, ids: Sequence[str], *, to: values.Layer | None = None, reason: str = "", actor: Actor = "owner"
    ) -> Action:
        """One layer down, or down to `to`; there the memory's life begins anew."""
        _check_layer(to)
        deed = self._deed("demoted", actor, reason)
        return await self._each(ids, deed, lambda state: deeds.demoted(state, to, at=deed.at, terms=self._terms))

    async def keep(self, ids: Sequence[str], *, reason: str = "", actor: Actor = "owner") -> Action:
        """Let memories live another whole term in their layer, from now on."""
        deed = self._deed("kept", actor, reason)
        return await self._each(ids, deed, lambda state: deeds.kept(state, at=deed.at, terms=self._terms))

    async def archive(self, ids: Sequence[str], *, reason: str = "", actor: Actor = "owner") -> Action:
        """Out of the hot indexes; an explicit search of the archive still finds them."""
        deed = self._deed("archived", actor, reason)
        return await self._each(ids, deed, lambda state: deeds.archived(state, at=deed.at))

    async def wake(self, ids: Sequence[str], *, reason: str = "", actor: Actor = "owner") -> Action:
        """Out of the archive, with another whole term in their layer."""
        deed = self._deed("woken", actor, reason)
        return await self._each(ids, deed, lambda state: deeds.woken(state, at=deed.at, terms=self._terms))

    async def pin(self, ids: Sequence[str], pinned: bool = True, *, reason: str = "", actor: Actor = "owner") -> Action:
        """What is pinned never expires; taking the pin off begins another term."""
        deed = self._deed("pinned" if pinned else "unpinned", actor, reason)
        return await self._each(ids, deed, lambda state: deeds.pinned(state, pinned, at=deed.at, terms=self._terms))

    async def tag(
        self,
        ids: Sequence[str],
        *,
        add: Sequence[str] = (),
        remove: Sequence[str] = (),
        reason: str = "",
        actor: Actor = "owner",
    ) -> Action:
        """Put tags on memories and take others off.

        Raises:
            InvalidMemoryError: a tag is empty, too long, or both put on and taken off.
        """
        new, old = _tags("add", add), _tags("remove", remove)
        if set(new) & set(old):
            raise InvalidMemoryError(f"tags: {min(set(new) & set(old))} is to be put on and taken off at once.")
        deed = self._deed("tagged", actor, reason)
        return await self._each(ids, deed, lambda state: deeds.tagged(state, new, set(old)))

    async def supersede(self, ids: Sequence[str], *, by: str, reason: str = "", actor: Actor = "owner") -> Action:
        """A newer memory says otherwise: these stay, and recall hides them unless asked for.

        They count as true in the world until the moment at which the newer one happened. What has a successor already
        keeps it.

        Raises:
            InvalidMemoryError: a memory would come to be replaced by itself.
        """
        deed = self._deed("superseded", actor, reason)

        def work(store: Database, writer: Any) -> list[str]:
            states = life.states(writer, list(ids))
            (newer,) = life.states(writer, [by])
            deeds.check_living([*states, newer])
            _check_chain(writer, newer, {state.id for state in states})
            return life.apply(
                store,
                writer,
                deeds.changes(
                    states,
                    lambda state: deeds.superseded(
                        state, by, at=deed.at, valid_to=max(state.occurred_at, newer.occurred_at)
                    ),
                ),
                deed,
            )

        return self._done(deed, await self._memory.write(work))

    async def undo(self, action: str, *, reason: str = "", actor: Actor = "owner") -> Action:
        """Take an action back; that is an action of its own, and may be taken back as well.

        Raises:
            NotFoundError: there is no such action.
            InvalidMemoryError: it cannot be taken back any more; the message says why.
        """
        deed = self._deed("undone", actor, reason)

        def work(store: Database, writer: Any) -> list[str]:
            life_log.undo(store, writer, action, deed, terms=self._terms)
            return list(dict.fromkeys(row.memory for row in life_log.rows_of(writer, deed.action)))

        return self._done(deed, await self._memory.write(work), undoes=action)

    async def actions(self, *, limit: int = 50, memory: str | None = None) -> list[Action]:
        """The last actions, the newest first; with `memory` those that touched it."""
        return await self._read(lambda reader: life_log.actions(reader, limit=limit, memory=memory))

    async def history(self, memory_id: str) -> list[HistoryEntry]:
        """What a memory went through, the newest first.

        Raises:
            NotFoundError: there is no such memory.
        """

        def read(reader: Any) -> list[HistoryEntry]:
            life.states(reader, [memory_id])
            return life_log.history(reader, memory_id)

        return await self._read(read)

    async def versions(self, memory_id: str) -> list[values.Memory]:
        """What a memory said before it was edited, the newest first.

        Raises:
            NotFoundError: there is no such memory.
        """

        def read(reader: Any) -> list[values.Memory]:
            life.states(reader, [memory_id])
            numbers = versions.of(reader, memory_id)
            found = recall_queries.memories_of(reader, numbers)
            return [found[number] for number in numbers]

        return await self._read(read)

    async def get(self, memory_id: str) -> values.Memory:
        """One memory as it stands."""
        return (await self._read(lambda reader: memories.by_ids(reader, [memory_id])))[0]


def _check_layer(layer: str | None) -> None:
    if layer is not None and layer not in values.LAYERS:
        raise InvalidMemoryError(f"to: {layer!r} is none of {', '.join(values.LAYERS)}.")


def _check_chain(reader: Any, newer: life.State, doomed: set[str]) -> None:
    """Refuse a ring of memories that replace each other: recall would hide all of them."""
    seen: set[str] = set()
    at: str | None = newer.id
    while at is not None and at not in seen:
        if at in doomed:
            raise InvalidMemoryError(f"Memory {at} cannot be replaced by itself. Nothing was changed.")
        seen.add(at)
        following = life.present_states(reader, [at]).get(at)
        at = None if following is None else following.superseded_by


def _tags(name: str, tags: Sequence[str]) -> list[str]:
    if isinstance(tags, str) or not all(isinstance(tag, str) for tag in tags):
        raise InvalidMemoryError(f"{name}: tags must be a list of texts.")
    cleaned = [" ".join(clean(tag).split()) for tag in tags]
    for tag in cleaned:
        if not is_visible(tag) or len(tag) > LONGEST_TAG:
            raise InvalidMemoryError(f"{name}: a tag must have 1 to {LONGEST_TAG} characters. Nothing was changed.")
    return cleaned
