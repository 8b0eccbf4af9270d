"""Keeps Magray from being a burden: smaller caches where memory is short, and no background work at a bad time.

The sensors are read every few seconds off the loop. What follows has hysteresis, so that nothing flutters around a
threshold: memory is short from `background.memory_warning` percent on (85, where systems begin to swap), critical from
halfway between that and full on, and well again five percent below. Then caches and batches have half, or a quarter, of
their usual size. The owner is told once, and again only after it was well for a while.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Protocol

from engine.background_values import IndexMemory, Load, MemoryPressure, ResourcesStatus
from engine.embedding.cache import ENTRY_OVERHEAD
from engine.events import Event, Notice, StatusChanged
from engine.executors import Executors
from engine.life_settings import BackgroundSettings
from engine.memory.sensors import Reading, Sensors
from engine.memory.sync import IndexStatus
from engine.settings import Settings

_log = logging.getLogger(__name__)

LOOK_SECONDS = 5.0
WELL_PERCENT = 5.0
"""Memory counts as well again so far below the warning."""
OWN_WELL_SHARE = 0.9
"""The process's own memory counts as well again below this share of its limit."""
QUIET_PERCENT = 15.0
"""The processor counts as free again so far below `background.busy_percent`."""
TELL_AGAIN_SECONDS = 3600.0
"""Being short of memory is told no more often."""
SHARES: dict[MemoryPressure, float] = {"none": 1.0, "short": 0.5, "critical": 0.25}
"""What caches and batches have of their usual size."""
_ORDER: tuple[MemoryPressure, ...] = ("none", "short", "critical")
_SMOOTHING = 0.5
_OWN_SHARE = 0.5

OWNER_SECONDS = 5.0
"""So long after a recall unimportant work waits: it would take the next one's time."""


class Adaptable(Protocol):
    """What can do with less memory: the embedder in use."""

    @property
    def sizes(self) -> tuple[int, int]:
        """Vectors that its cache may hold in memory now, and tokens of a batch now."""

    @property
    def dimensions(self) -> int:
        """Numbers of a vector."""

    def fit(self, share: float) -> None:
        """Use so much of the usual size from now on."""


class Sensing(Protocol):
    """Where readings come from."""

    def read(self) -> Reading:
        """Look now."""


class Resources:
    """Owned by the engine: `start`, then `close`. Methods belong to the engine's loop."""

    def __init__(
        self,
        settings: Settings,
        *,
        embedder: Adaptable,
        indexes: Callable[[], tuple[IndexStatus, ...]],
        executors: Executors,
        publish: Callable[[Event], None],
        release: Callable[[], object],
        asked_at: Callable[[], float] = lambda: float("-inf"),
        sensors: Sensing | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Nothing is read yet.

        Args:
            settings: `background.*` is used.
            embedder: Does with less where memory is short.
            indexes: Figures of every index.
            executors: `io` is used.
            publish: Tells the owner.
            release: Gives freed memory back to the system.
            asked_at: When something was recalled last, on the clock of `monotonic`.
            sensors: By default the computer's.
            monotonic: Seconds, never going back.
            sleep: Waits between two looks.
        """
        self._options: BackgroundSettings = settings.background
        self._embedder = embedder
        self._indexes = indexes
        self._executors = executors
        self._publish = publish
        self._release = release
        self._asked_at = asked_at
        self._sensors: Sensing = sensors if sensors is not None else Sensors()
        self._monotonic = monotonic
        self._sleep = sleep
        self._reading = Reading(memory_total=0, memory_used=0, own_memory=0)
        self._pressure: MemoryPressure = "none"
        self._share = 1.0
        self._others = 0.0
        self._busy = False
        self._told: float | None = None
        self._warned = False
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look."""
        self._task = asyncio.create_task(self._watch(), name="resources")

    async def close(self) -> None:
        """Look no more. Safe to call twice."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    def follow(self, settings: Settings) -> None:
        """Use other options from the next look on."""
        self._options = settings.background

    def load(self) -> Load:
        """How busy the computer is, for the scheduler; by the last look."""
        options, reading = self._options, self._reading
        if not options.considerate:
            return Load()
        if self._pressure == "critical":
            return Load(level="strained", reason="The computer's memory is nearly full.")
        charge = reading.battery_percent
        if reading.on_battery and charge is not None and charge < options.battery_low:
            return Load(level="strained", reason="The battery is low.")
        if self._pressure == "short":
            return Load(level="busy", reason="The computer's memory is short.")
        if reading.on_battery:
            return Load(level="busy", reason="The computer runs on battery.")
        if self._busy:
            return Load(level="busy", reason="Other programs keep the computer busy.")
        if self._monotonic() - self._asked_at() < OWNER_SECONDS:
            return Load(level="busy", reason="You are using Magray.")
        return Load()

    def status(self) -> ResourcesStatus:
        """By the last look."""
        reading = self._reading
        vectors, tokens = self._embedder.sizes
        return ResourcesStatus(
            memory_total=reading.memory_total,
            memory_used=reading.memory_used,
            own_memory=reading.own_memory,
            own_limit=self._own_limit(),
            pressure=self._pressure,
            battery_percent=reading.battery_percent,
            on_battery=reading.on_battery,
            others_percent=self._others,
            load=self.load(),
            share=self._share,
            cache_vectors=vectors,
            cache_bytes=vectors * (4 * self._embedder.dimensions + ENTRY_OVERHEAD),
            batch_tokens=tokens,
            indexes=tuple(
                IndexMemory(name=one.name, memories=one.count, memory_bytes=one.memory, file_bytes=one.bytes)
                for one in self._indexes()
            ),
        )

    async def look(self) -> ResourcesStatus:
        """Read the sensors now, and do what follows."""
        before = self.load()
        self._reading = await self._executors.run("io", self._sensors.read)
        self._others += _SMOOTHING * (self._reading.others_percent - self._others)
        threshold = self._options.busy_percent
        self._busy = self._others >= (threshold - QUIET_PERCENT if self._busy else threshold)
        self._pressure = self._next_pressure()
        await self._adapt()
        self._warn()
        if self.load() != before:
            self._publish(StatusChanged(component="resources"))
        return self.status()

    async def _watch(self) -> None:
        while True:
            try:
                await self.look()
            except Exception:  # a sensor that fails now may work the next time
                _log.exception("the computer's resources could not be read")
            await self._sleep(LOOK_SECONDS)

    def _own_limit(self) -> int:
        limit = self._options.memory_limit_mb << 20
        return limit or int(self._reading.memory_total * _OWN_SHARE)

    def _next_pressure(self) -> MemoryPressure:
        """Up at once, down only where it is well."""
        reading, warning = self._reading, self._options.memory_warning
        if not reading.memory_total:
            return "none"
        percent = 100 * reading.memory_used / reading.memory_total
        own = reading.own_memory / max(1, self._own_limit())
        critical = (100 + warning) / 2

        def at(percent: float, own: float) -> MemoryPressure:
            if percent >= critical:
                return "critical"
            return "short" if percent >= warning or own >= 1 else "none"

        rising, falling = at(percent, own), at(percent + WELL_PERCENT, own / OWN_WELL_SHARE)
        if _ORDER.index(rising) > _ORDER.index(self._pressure):
            return rising
        return min(self._pressure, falling, key=_ORDER.index)

    async def _adapt(self) -> None:
        share = SHARES[self._pressure]
        if share == self._share:
            return
        _log.info("memory is %s: caches and batches have %d %% of their size", self._pressure, 100 * share)
        shrinks, self._share = share < self._share, share
        await self._executors.run("io", self._embedder.fit, share)
        if shrinks:
            await self._executors.run("io", self._release)

    def _warn(self) -> None:
        """Tell the owner once; again only where it was well between, and not every few minutes."""
        if self._pressure == "none":
            self._warned = False
            return
        now = self._monotonic()
        recently = self._told is not None and now - self._told < TELL_AGAIN_SECONDS
        if self._warned or recently:
            return
        self._warned, self._told = True, now
        reading = self._reading
        percent = 100 * reading.memory_used / reading.memory_total
        if percent >= self._options.memory_warning:
            what = f"The computer's memory is {percent:.0f} % full."
        else:
            what = f"Magray uses {reading.own_memory >> 20:,} MB, more than it should."
        text = f"{what} Magray works with smaller caches until there is room; closing other programs helps."
        self._publish(Notice(level="warning", text=text))
