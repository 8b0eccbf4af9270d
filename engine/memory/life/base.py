"""What every part of the life cycle stands on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from engine.embedding.embedder import Embedder
from engine.errors import InvalidMemoryError
from engine.events import EventBus, MemoriesChanged
from engine.executors import Executors
from engine.life_settings import LifeSettings
from engine.life_values import Action, Actor
from engine.memory.life import deeds, terms
from engine.memory.life.clock_watch import ClockWatch
from engine.memory.memory import LayeredMemory, clean
from engine.memory.store import life
from engine.memory.store.database import Database
from engine.memory.store.life import Change, Deed, Fields, State
from engine.memory.store.memories import from_us
from engine.settings import Settings

T = TypeVar("T")

LONGEST_REASON = 1000
"""Characters of a reason that are kept."""


class LifeBase:
    """The parts, and how a deed is done: in one transaction, logged, told."""

    def __init__(
        self,
        *,
        memory: LayeredMemory,
        store: Database,
        embedder: Embedder,
        executors: Executors,
        events: EventBus,
        settings: Settings,
        watch: ClockWatch,
    ) -> None:
        """Nothing is read here.

        Args:
            memory: Through which everything is written.
            store: The open database.
            embedder: Of the vectors in use.
            executors: Where work runs.
            events: Where changes are told.
            settings: How long layers remember, and what becomes of the archive.
            watch: Says what time it is, as far as that can be believed.
        """
        self._memory = memory
        self._store = store
        self._embedder = embedder
        self._executors = executors
        self._events = events
        self._settings: LifeSettings = settings.life
        self._terms = terms.terms_of(settings.layers)
        self._watch = watch

    def follow(self, settings: Settings) -> None:
        """Take over what changed."""
        self._settings = settings.life

    def _deed(self, event: str, actor: Actor, reason: str) -> Deed:
        return Deed(event=event, at=self._store.now_us(), actor=actor, reason=clean(reason)[:LONGEST_REASON])

    async def _each(
        self, ids: Sequence[str], deed: Deed, fields_of: Callable[[State], Fields], *, check: bool = True
    ) -> Action:
        """Change each of these memories by itself, and tell."""
        _check_ids(ids)

        def work(store: Database, writer: Any) -> list[str]:
            states = life.states(writer, ids)
            if check:
                deeds.check_living(states)
            return life.apply(store, writer, deeds.changes(states, fields_of), deed)

        return self._done(deed, await self._memory.write(work))

    async def _read(self, query: Callable[[Any], T]) -> T:
        def read() -> T:
            with self._store.read() as reader:
                return query(reader)

        return await self._executors.run("query", read)

    def _done(self, deed: Deed, touched: Sequence[str], *, undoes: str | None = None) -> Action:
        """The action as its caller gets it; windows are told where something changed."""
        if touched:
            self._events.publish(MemoriesChanged(changed=len(touched)))
        return Action(
            id=deed.action if touched else "",
            at=from_us(deed.at),
            event=deed.event,
            actor=deed.actor,
            reason=deed.reason,
            memories=tuple(touched),
            can_undo=bool(touched),
            undoes=undoes,
        )


def change(state: State, fields: Fields, **more: Any) -> Change:
    """One change, shorter."""
    return Change(state=state, fields=fields, **more)


def _check_ids(ids: Sequence[str]) -> None:
    if isinstance(ids, str) or not all(isinstance(one, str) for one in ids):
        raise InvalidMemoryError("ids: they must be a list of the ids of memories.")
