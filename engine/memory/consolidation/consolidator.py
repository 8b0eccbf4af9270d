"""One run of consolidation: repeats, contradictions, episodes, clusters, one after the other, in slices."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta

from engine.consolidation_values import ClusterInfo, ConsolidationReport
from engine.events import EventBus, MemoriesChanged
from engine.memory.consolidation.folding import Folding
from engine.memory.consolidation.grouping import Grouping
from engine.memory.consolidation.labelling import Labelling
from engine.memory.consolidation.merging import Merging
from engine.memory.consolidation.parts import Breathe, Room, no_pause
from engine.memory.consolidation.superseding import Superseding
from engine.memory.store import cluster_queries, episode_queries, recall_queries
from engine.memory.store.memories import from_us
from engine.scheduler import Job, Turn
from engine.settings import Settings
from engine.values import Memory

EVERY = timedelta(hours=1)
FIRST_AFTER = timedelta(minutes=5)


class Consolidator:
    """Runs consolidation, one run at a time."""

    def __init__(self, room: Room, settings: Settings, *, events: EventBus) -> None:
        self._room = room
        self._events = events
        self._settings = settings.consolidation
        self._running = asyncio.Lock()
        self._labelling = Labelling(room)
        self._steps: tuple[tuple[str, str, Callable[[Breathe], Awaitable[int]]], ...] = (
            ("merged", "Looking for repeats", Merging(room).run),
            ("superseded", "Looking for what no longer holds", Superseding(room).run),
            ("episodes", "Telling old sessions in short", Folding(room).run),
            ("grouped", "Grouping what is related", Grouping(room).run),
            ("named", "Naming groups", self._labelling.run),
        )

    def follow(self, settings: Settings) -> None:
        """Take settings that changed."""
        self._settings = settings.consolidation
        if self._room.writer is not None:
            self._room.writer.settings = settings

    async def run(
        self, *, breathe: Breathe = no_pause, report: Callable[[float | None, str], None] = lambda done, words: None
    ) -> ConsolidationReport:
        """Bring everything up to date. What each slice did is committed, so a run may be cut short anywhere.

        Args:
            breathe: Awaited between two slices.
            report: Takes how far it is, from 0 to 1, and what it is at.
        """
        if not self._settings.enabled:
            return ConsolidationReport(off=True)
        began = time.perf_counter()
        async with self._running:
            done: dict[str, int] = {}
            for place, (name, words, step) in enumerate(self._steps):
                report(place / len(self._steps), words)
                done[name] = await step(breathe)
            found = await self._room.read(cluster_queries.clusters)
        if done["grouped"] or done["named"]:
            self._events.publish(MemoriesChanged(changed=done["grouped"]))  # maps and lists show groups
        return ConsolidationReport(
            merged=done["merged"],
            superseded=done["superseded"],
            episodes=done["episodes"],
            grouped=done["grouped"],
            named=done["named"],
            clusters=len(found),
            seconds=time.perf_counter() - began,
        )

    def job(self) -> Job:
        """The same for the scheduler: hourly, when the computer is calm."""
        return Job(
            name="consolidation",
            title="Tidy up memories",
            run=self._turn,
            every=EVERY,
            priority="low",
            first_after=FIRST_AFTER,
        )

    async def _turn(self, turn: Turn) -> str:
        done = await self.run(breathe=turn.breathe, report=turn.report)
        if done.off:
            return "Switched off in the settings."
        parts = [
            _counted(done.merged, "repeat merged", "repeats merged"),
            _counted(done.superseded, "replaced by a newer one", "replaced by newer ones"),
            _counted(done.episodes, "session told in short", "sessions told in short"),
            _counted(done.named, "group named", "groups named"),
        ]
        words = ", ".join(part for part in parts if part)
        return f"{words}." if words else ""

    async def clusters(self) -> list[ClusterInfo]:
        """The clusters there are, the largest first. Those that lost their name to erasing get one first."""
        if not self._running.locked():
            async with self._running:
                await self._labelling.run(no_pause, only_unnamed=True)
        found = await self._room.read(cluster_queries.clusters)
        made = [
            ClusterInfo(
                number=row.number, name=row.name, summary=row.summary, size=row.size, made_at=from_us(row.made_at)
            )
            for row in found
        ]
        return sorted(made, key=lambda one: (-one.size, one.number))

    async def cluster_memories(self, number: int, *, limit: int, offset: int) -> list[Memory]:
        """A cluster's memories, the nearest to its centre first; none where there is no such cluster."""
        numbers = await self._room.read(cluster_queries.members, number, limit=limit, offset=offset)
        found = await self._room.read(recall_queries.memories_of, numbers)
        return [found[one] for one in numbers if one in found]

    async def episode_turns(self, memory_id: str) -> list[Memory]:
        """The turns that an episode tells, in their order; none where it is no episode."""
        numbers = await self._room.read(episode_queries.parts, memory_id)
        found = await self._room.read(recall_queries.memories_of, numbers)
        return [found[one] for one in numbers if one in found]


def _counted(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}" if count else ""
