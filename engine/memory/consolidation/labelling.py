"""Names and short texts for clusters that have none, or that have grown by a quarter since they were named."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.memory.consolidation.naming import Namer
from engine.memory.consolidation.parts import Breathe, Room
from engine.memory.store import cluster_queries as rows, traces

GROWN = 0.25
TEXTS = 40
"""Memories nearest to the centre by which a cluster is named."""

_LONGEST = 600
_FOR_MODEL = 12


class Labelling:
    """Names clusters."""

    def __init__(self, room: Room) -> None:
        self._room = room

    async def run(self, breathe: Breathe, *, only_unnamed: bool = False) -> int:
        """Name what needs a name.

        Args:
            breathe: Awaited between two clusters.
            only_unnamed: Pass over those that have merely grown.

        Returns:
            How many clusters were named.
        """
        room = self._room
        found = await room.read(rows.clusters)
        grown = {} if only_unnamed else await room.read(rows.newer_share)
        due = [row.number for row in found if not row.name or grown.get(row.number, 0.0) > GROWN]
        if not due:
            return 0
        erased = await room.read(traces.last_erased)
        namer = Namer(room.language)
        texts: dict[int, list[str]] = {}
        for row in found:
            some = await room.executors.run("io", self._count, namer, row.number)
            if row.number in due:
                texts[row.number] = some
            await breathe()
        done = 0
        for number in due:
            name, summary = await self._words(namer, number, texts[number])
            done += await self._write(number, name, summary, erased)
            await breathe()
        return done

    def _count(self, namer: Namer, number: int) -> list[str]:
        with self._room.store.read() as reader:
            members = rows.members(reader, number, limit=TEXTS)
            by_number = rows.texts(reader, members, longest=_LONGEST)
        texts = [by_number[member] for member in members if member in by_number]
        namer.add(number, texts)
        return texts

    async def _words(self, namer: Namer, number: int, texts: Sequence[str]) -> tuple[str, str]:
        if self._room.writer is not None:
            written = await self._room.writer.name(texts[:_FOR_MODEL])
            if written is not None:
                return written

        def work() -> tuple[str, str]:
            return namer.name(number), namer.summary(number, texts)

        return await self._room.executors.run("io", work)

    async def _write(self, number: int, name: str, summary: str, erased: int) -> bool:
        at = self._room.store.now_us()

        def write(_: Any, writer: Any) -> bool:
            if traces.last_erased(writer) != erased:
                return False  # the words may be those of a memory that was erased meanwhile
            rows.set_name(writer, number, name=name, summary=summary, at=at)
            return True

        return await self._room.memory.write(write)
