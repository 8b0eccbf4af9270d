"""Tidying memories up: now, and what came of it."""

from __future__ import annotations

from engine import values
from engine.calls.base import Calls
from engine.consolidation_values import ClusterInfo, ConsolidationReport


class ConsolidationCalls(Calls):
    """Tidying memories up: now, and what came of it."""

    async def consolidate(self) -> ConsolidationReport:
        """Merge repeats, supersede what no longer holds, tell old sessions in short, and group what is related.

        It happens by itself when the computer is calm; this does it now. Nothing is lost: what is hidden stays, and
        each change is an action that `undo_action` takes back.

        Raises:
            StoreFullError: the disk is full; what was done before is kept.
        """
        self._check()
        return await self._parts.consolidator.run()

    async def clusters(self) -> list[ClusterInfo]:
        """Groups of related memories, the largest first."""
        self._check()
        return await self._parts.consolidator.clusters()

    async def cluster_memories(self, number: int, *, limit: int = 50, offset: int = 0) -> list[values.Memory]:
        """A group's memories, the most typical first; none where there is no such group."""
        self._check()
        return await self._parts.consolidator.cluster_memories(number, limit=limit, offset=offset)

    async def episode_turns(self, memory_id: str) -> list[values.Memory]:
        """The turns that an episode tells, archived ones, too, in their order; none where it is no episode."""
        self._check()
        return await self._parts.consolidator.episode_turns(memory_id)
