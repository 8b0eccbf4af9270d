"""Deletes the memories of documents whose files stayed away, as an action that can be undone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.events import EventBus, MemoriesChanged
from engine.memory.life import deeds
from engine.memory.life.life_cycle import LifeCycle
from engine.memory.memory import LayeredMemory
from engine.memory.store import life as life_store
from engine.memory.store.database import Database
from engine.memory.store.life import Deed


class MissingShelf:
    """The life of memories, as watched folders need it."""

    def __init__(self, *, memory: LayeredMemory, life: LifeCycle, store: Database, events: EventBus) -> None:
        self._memory = memory
        self._life = life
        self._store = store
        self._events = events

    async def put_aside(self, ids: Sequence[str], reason: str) -> str:
        """Delete memories; the answer is the action's id, empty where there was nothing to do."""
        deed = Deed(event="deleted", at=self._store.now_us(), actor="magray", reason=reason)

        def work(store: Database, writer: Any) -> list[str]:
            states = list(life_store.present_states(writer, ids).values())
            changes = deeds.changes(states, lambda state: deeds.deleted(state, at=deed.at))
            return life_store.apply(store, writer, changes, deed)

        touched = await self._memory.write(work)
        if touched:
            self._events.publish(MemoriesChanged(removed=len(touched)))
        return deed.action if touched else ""

    async def bring_back(self, action: str) -> None:
        """Undo that.

        Raises:
            NotFoundError: there is no such action any more.
            InvalidMemoryError: it cannot be taken back any more.
        """
        await self._life.undo(action, reason="The file is back.", actor="magray")
