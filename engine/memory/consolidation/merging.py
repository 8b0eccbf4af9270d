"""Repeats become one memory that counts them: the newest or fullest stays, the others are hidden behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.memory.consolidation.duplicates import FEWEST_WORDS, MERGED_KINDS, NEAR, Said, repeats
from engine.memory.consolidation.parts import Breathe, Room, go_through
from engine.memory.store import consolidation_queries as queries
from engine.memory.store.consolidation_queries import Told
from engine.values import LAYERS

REASON = "They say the same."
_MOST = 50
_RANKS = {str(layer): rank for rank, layer in enumerate(LAYERS)}


@dataclass(frozen=True, slots=True)
class Merge:
    """What is to become one: ids."""

    keep: str
    others: tuple[str, ...]


class Merging:
    """Finds and merges what repeats."""

    def __init__(self, room: Room) -> None:
        self._room = room

    async def run(self, breathe: Breathe) -> int:
        """Merge what is new and repeats.

        Returns:
            How many memories were hidden behind another one.
        """
        self._hidden = 0
        await go_through(self._room, "repeats", MERGED_KINDS, self._look, self._do, breathe)
        return self._hidden

    def _look(self, slice_: Sequence[Told]) -> list[Merge]:
        room = self._room
        fresh = [one for one in slice_ if one.open and _may_repeat(one)]
        with room.store.read() as reader:
            equal = [queries.same_text(reader, one, limit=_MOST) for one in fresh]
        close = room.close_to(fresh, near=NEAR)
        found: list[Merge] = []
        gone: set[str] = set()
        for one, same, near in zip(fresh, equal, close, strict=True):
            beside = {other.id: other for other in (*same, *near) if other.open and other.id not in gone}
            if one.id in gone or not beside:
                continue
            merge = self._merge(one, list(beside.values()))
            if merge is not None:
                found.append(merge)
                gone.update(merge.others)
        return found

    def _merge(self, one: Told, beside: Sequence[Told]) -> Merge | None:
        said = _said(one)
        pairs = [(other, _said(other)) for other in beside]
        alike = [(other, words) for other, words in pairs if repeats(said, words) or repeats(words, said)]
        if not alike:
            return None
        with self._room.store.read() as reader:
            alone = queries.taken_back(reader, [one.id, *(other.id for other, _ in alike)])
        if one.id in alone:
            return None
        group = [(one, said), *((other, words) for other, words in alike if other.id not in alone)]
        for keep, words in sorted(group, key=lambda pair: _worth(pair[0]), reverse=True):
            others = [other for other, told in group if other is not keep and _yields(other, keep, told, words)]
            if others and (keep is one or one in others):
                return Merge(keep.id, tuple(other.id for other in others))
        return None

    async def _do(self, merge: Merge) -> bool:
        ids = [merge.keep, *merge.others]
        action = await self._room.life.merge(ids, keep=merge.keep, reason=REASON, actor="magray")
        self._hidden += len(merge.others) if action.id else 0
        return bool(action.id)


def _may_repeat(one: Told) -> bool:
    return one.kind != "message" or len(one.text.split()) >= FEWEST_WORDS


def _said(one: Told) -> Said:
    return Said.of(one.text, kind=one.kind, speaker=one.speaker, occurred_at=one.occurred_at, title=one.title)


def _worth(one: Told) -> tuple[int, int, int, int]:
    """What stays: what is pinned, stands highest, was said last."""
    return one.pinned, _RANKS[one.layer], one.occurred_us, one.number


def _yields(other: Told, keep: Told, told: Said, words: Said) -> bool:
    """Whether one may be hidden behind `keep`: that says all of it, and does not cool before it."""
    return _RANKS[keep.layer] >= _RANKS[other.layer] and keep.pinned >= other.pinned and repeats(words, told)
