"""Values of consolidation: clusters of related memories, and what a run came to. Nothing heavy is imported here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterInfo:
    """Memories about one thing.

    Attributes:
        number: Its number; a cluster keeps it while its members mostly stay.
        name: A few words; empty until it is named.
        summary: A sentence or two from its memories.
        size: How many memories it has.
        made_at: When it was named last, or made.
    """

    number: int
    name: str
    summary: str
    size: int
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsolidationReport:
    """What one run came to.

    Attributes:
        merged: Memories that were hidden behind one that says the same.
        superseded: Memories that a newer one says otherwise than.
        episodes: Episodes made, or grown.
        grouped: Memories that came into a cluster, left one, or changed it.
        named: Clusters that got a name.
        clusters: Clusters there are now.
        seconds: How long it took.
        off: Consolidation is switched off; nothing was done.
    """

    merged: int = 0
    superseded: int = 0
    episodes: int = 0
    grouped: int = 0
    named: int = 0
    clusters: int = 0
    seconds: float = 0.0
    off: bool = False

    @property
    def changed(self) -> bool:
        """Whether anything was done."""
        return bool(self.merged or self.superseded or self.episodes or self.grouped or self.named)
