"""What newer statements say otherwise is superseded: it stays, with its reason, and recall no longer gives it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.memory.consolidation.contradictions import STATED_KINDS, Contradictions
from engine.memory.consolidation.parts import Breathe, Room, go_through
from engine.memory.consolidation.statements import Statement
from engine.memory.store import consolidation_queries as queries
from engine.memory.store.consolidation_queries import Told

NEAR = 0.35
"""Cosine from which on a neighbour is read: two statements that contradict each other may share few words ("My parents
live in Leeds", "My parents moved to Brighton"). What they say decides."""

_BY_WORDS = 8
_KEPT = 5000


@dataclass(frozen=True, slots=True)
class Replaced:
    """The older memory, what takes its place, why, and since when it holds, in microseconds since 1970."""

    older: str
    newer: str
    reason: str
    since: int


class Superseding:
    """Finds and supersedes what no longer holds."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._rules = Contradictions(room.language)
        self._known: dict[str, list[Statement]] = {}

    async def run(self, breathe: Breathe) -> int:
        """Supersede what memories that are new contradict, and what contradicts them.

        Returns:
            How many memories were superseded.
        """
        return await go_through(self._room, "statements", STATED_KINDS, self._look, self._do, breathe)

    def _look(self, slice_: Sequence[Told]) -> list[Replaced]:
        fresh = [one for one in slice_ if one.open and any(map(self._rules.tells, self._read(one.text)))]
        found: list[Replaced] = []
        beside = self._room.close_to(fresh, near=NEAR, words=_BY_WORDS, kinds=STATED_KINDS)
        for one, close in zip(fresh, beside, strict=True):
            found += [pair for pair in (self._pair(one, other) for other in close) if pair is not None]
        if not found:
            return []
        with self._room.store.read() as reader:
            alone = queries.taken_back(reader, {pair.older for pair in found})
        found.sort(key=lambda pair: -pair.since)  # the first that said otherwise comes last, and stays
        by_older = {pair.older: pair for pair in found if pair.older not in alone}
        return list(by_older.values())

    def _pair(self, one: Told, other: Told) -> Replaced | None:
        if not other.open or other.kind not in STATED_KINDS or other.speaker != one.speaker:
            return None
        if (one.title or "").casefold() != (other.title or "").casefold():
            return None  # a title says of what a text speaks: "Office" and "Home" have door codes of their own
        older, newer = sorted((one, other), key=lambda told: (told.occurred_us, told.number))
        if older.pinned or older.occurred_us == newer.occurred_us:
            return None  # what the owner holds fast; what one text said in one breath
        said = self._read(newer.text)
        before = self._rules.single(older.text) if said else None
        reason = None if before is None else self._rules.reason(said, before)
        return None if reason is None else Replaced(older.id, newer.id, reason, newer.occurred_us)

    def _read(self, text: str) -> list[Statement]:
        """What a text states; the same memories are neighbours of many."""
        if text not in self._known:
            if len(self._known) > _KEPT:
                self._known.clear()
            self._known[text] = self._rules.read(text)
        return self._known[text]

    async def _do(self, pair: Replaced) -> bool:
        action = await self._room.life.supersede([pair.older], by=pair.newer, reason=pair.reason, actor="magray")
        return bool(action.id)
