"""Maps and days made by hand, and an engine that gives them, for views that are looked at without a store."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np

from engine import DayActivity, MapCluster, MapUpdate, MemoryFilter, MemoryRow

NAMES = ("Garden", "Lease", "Trip to Norway")
CENTRES = ((-1.0, -0.6), (1.0, -0.6), (0.0, 0.9))


def make_update(count: int, *, named: bool = True, stage: Any = "done", share: float = 1.0, seed: int = 5) -> MapUpdate:
    """Memories in three groups; every tenth belongs to no cluster."""
    chance = np.random.default_rng(seed)
    group = np.arange(count) % 3
    places = np.asarray(CENTRES)[group] + 0.15 * chance.standard_normal((count, 2))
    clusters = np.where(np.arange(count) % 10 == 9, -1, group).astype(np.int32)
    if not named:
        clusters[:] = -1
    sizes = [int((clusters == one).sum()) for one in range(3)]
    clusters_named = [MapCluster(number=one, name=NAMES[one], size=sizes[one]) for one in range(3) if sizes[one]]
    return MapUpdate(
        numbers=np.arange(1, count + 1),
        x=places[:, 0].astype(np.float32),
        y=places[:, 1].astype(np.float32),
        layers=(np.arange(count) % 3).astype(np.uint8),
        clusters=clusters,
        names=tuple(sorted(clusters_named, key=lambda one: -one.size)),
        stage=stage,
        share=share,
    )


def make_row(number: int) -> MemoryRow:
    """What a table shows of the memory with this number."""
    moment = datetime(2026, 3, 14, 12, tzinfo=UTC)
    return MemoryRow(
        number=number,
        id=f"m{number}",
        text=f"Memory number {number}",
        cut=False,
        layer="assets",
        kind="note",
        title=None,
        source=None,
        conversation="",
        occurred_at=moment,
        created_at=moment,
        access_count=2,
        accessed_at=moment,
        expires_at=None,
        pinned=False,
        tags=(),
        superseded=False,
        archived=False,
        deleted=False,
    )


class MapEngine:
    """Gives what it was made with, and keeps what it was asked."""

    def __init__(self, *updates: MapUpdate, days: Sequence[DayActivity] = (), error: Exception | None = None) -> None:
        self.updates = list(updates)
        self.days = list(days)
        self.error = error
        self.asked: list[MemoryFilter] = []
        self.days_asked: list[MemoryFilter] = []

    async def memory_map(self, wanted: MemoryFilter) -> AsyncIterator[MapUpdate]:
        self.asked.append(wanted)
        if self.error is not None:
            raise self.error
        for update in self.updates:
            yield update

    async def memory_activity(self, wanted: MemoryFilter) -> list[DayActivity]:
        self.days_asked.append(wanted)
        if self.error is not None:
            raise self.error
        return self.days

    async def memory_rows(self, numbers: Sequence[int]) -> dict[int, MemoryRow]:
        return {number: make_row(number) for number in numbers}

    async def memory_ids(self, numbers: Sequence[int]) -> list[str]:
        return [f"m{number}" for number in numbers]

    async def numbers_of_memories(self, ids: Sequence[str]) -> list[int]:
        return [int(one[1:]) for one in ids]
