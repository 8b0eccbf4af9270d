"""The map of the memories, and what happened to them day by day."""

from __future__ import annotations

import contextlib
import dataclasses
from collections import defaultdict
from collections.abc import AsyncGenerator
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING

from engine.calls.explorer import ExplorerCalls, check_filter
from engine.explorer_values import MemoryFilter
from engine.map_values import DayActivity, MapUpdate
from engine.memory.store import explorer_queries, map_queries

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_SECONDS = map_queries.QUARTER // 1_000_000
_A_DAY = 86_400 // _SECONDS
_FIRST = date(1970, 1, 1)


class MapCalls(ExplorerCalls):
    """The map of the memories, and their days."""

    async def memory_map(self, wanted: MemoryFilter) -> AsyncGenerator[MapUpdate, None]:
        """Where the memories of a filter lie among each other, in updates that get better.

        Something stands within a second, the last update has the stage `done`. Close the iterator to stop the work.

        Raises:
            InvalidMemoryError: a field of the filter cannot be used.
            EngineClosedError: the engine was closed meanwhile.
        """
        from engine.memory.map import MemoryMap  # numpy is there by now

        numbers = await self.memory_numbers(wanted)
        parts = self._parts
        drawing = MemoryMap(parts.store, parts.executors).updates(
            numbers, model=parts.embedder.model_id, dimensions=parts.embedder.dimensions
        )
        async with contextlib.aclosing(drawing) as updates:
            try:
                async for update in updates:
                    yield update
                    self._check()
            except RuntimeError:  # the pools take nothing any more
                self._check()
                raise

    async def memory_activity(self, wanted: MemoryFilter, *, zone: tzinfo | None = None) -> list[DayActivity]:
        """What happened to the memories of a filter on each day on which anything did, the oldest day first.

        The filter's `since` and `until` are passed over: days are what they are chosen from.

        Args:
            wanted: Which memories count.
            zone: By whose days; this computer's by default.

        Raises:
            InvalidMemoryError: a field of the filter cannot be used.
        """
        self._check()
        check_filter(wanted)
        timeless = dataclasses.replace(wanted, since=None, until=None)
        numbers: list[int] | None = None
        if wanted.text.strip():
            numbers = (await self.memory_numbers(timeless)).tolist()
        now = self._clock()

        def read() -> list[DayActivity]:
            with self._parts.store.read() as reader:
                condition = explorer_queries.condition(reader, timeless, now=now)
                quarters = {
                    what: map_queries.happened(reader, what, condition=condition, numbers=numbers)
                    for what in ("added", "promoted", "recalled")
                }
            return by_day(quarters, zone)

        # Years of days take longer than a recall may wait for a thread.
        return await self._parts.executors.run("io", read)


def by_day(quarters: Mapping[str, Sequence[tuple[int, int]]], zone: tzinfo | None) -> list[DayActivity]:
    """Quarter hours since 1970 UTC, gathered into the days of a time zone, the oldest first."""
    days: dict[int, dict[str, int]] = defaultdict(lambda: {"added": 0, "promoted": 0, "recalled": 0})
    shifts: dict[int, int | None] = {}
    for what, counted in quarters.items():
        for quarter, count in counted:
            whole = quarter // _A_DAY
            if whole not in shifts:
                # Where clocks are not changed that day, one shift is right for all of it.
                first, last = _shift(whole * _A_DAY, zone), _shift((whole + 1) * _A_DAY, zone)
                shifts[whole] = first if first == last else None
            shift = shifts[whole]
            if shift is None:
                shift = _shift(quarter, zone)
            days[(quarter * _SECONDS + shift) // (_A_DAY * _SECONDS)][what] += count
    return [DayActivity(day=_FIRST + timedelta(days=day), **days[day]) for day in sorted(days)]


def _shift(quarter: int, zone: tzinfo | None) -> int:
    """Seconds by which a zone's clocks are before UTC at the beginning of a quarter hour."""
    shift = datetime.fromtimestamp(quarter * _SECONDS, UTC).astimezone(zone).utcoffset()
    return 0 if shift is None else int(shift.total_seconds())
