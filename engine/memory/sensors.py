"""What the computer says of itself: memory, processor, battery; inside a container, what the container allows."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil

from engine.executors import usable_cores

_UNLIMITED = 1 << 60
"""cgroup v1 writes a number near 2^63 where there is no limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One look.

    Attributes:
        memory_total: Bytes that there are.
        memory_used: Bytes of them that programs use; what the system would give back at once is not counted.
        own_memory: Bytes in use by this process.
        others_percent: Share of the usable processor that other programs took since the last look, 0 to 100.
        battery_percent: Charge, None where there is no battery.
        on_battery: Whether it runs on battery.
    """

    memory_total: int
    memory_used: int
    own_memory: int
    others_percent: float = 0.0
    battery_percent: float | None = None
    on_battery: bool = False


class Sensors:
    """Reads them. A reading takes about a millisecond; not for the event loop."""

    def __init__(self, *, cgroups: Path = Path("/sys/fs/cgroup"), clock: Callable[[], float] = time.monotonic) -> None:
        """Nothing is read yet.

        Args:
            cgroups: Where Linux shows the limits of containers.
            clock: Seconds, never going back.
        """
        self._cgroups = cgroups
        self._clock = clock
        self._process = psutil.Process()
        self._last: tuple[float, float, float] | None = None

    def read(self) -> Reading:
        """Look now."""
        total, used = self._memory()
        charge, on_battery = _battery()
        return Reading(
            memory_total=total,
            memory_used=used,
            own_memory=int(self._process.memory_info().rss),
            others_percent=self._others(),
            battery_percent=charge,
            on_battery=on_battery,
        )

    def _memory(self) -> tuple[int, int]:
        """Total and used, of the computer or of the container, whichever is nearer to its end."""
        machine = psutil.virtual_memory()
        total, used = int(machine.total), int(machine.total - machine.available)
        container = container_memory(self._cgroups)
        if container is not None and container[0] < total and container[1] / container[0] >= used / total:
            return container
        return total, used

    def _others(self) -> float:
        """Percent of the processor used by others since the last look; 0 at the first."""
        times = psutil.cpu_times()
        idle = times.idle + getattr(times, "iowait", 0.0)
        busy = sum(times) - idle - getattr(times, "guest", 0.0) - getattr(times, "guest_nice", 0.0)
        own = self._process.cpu_times()
        now = (self._clock(), busy, own.user + own.system)
        last, self._last = self._last, now
        if last is None or now[0] <= last[0]:
            return 0.0
        others = (now[1] - last[1]) - (now[2] - last[2])
        return max(0.0, min(100.0, 100 * others / ((now[0] - last[0]) * (os.cpu_count() or usable_cores()))))


def container_memory(cgroups: Path) -> tuple[int, int] | None:
    """Bytes that a container may use, and uses; None where there is no container or no limit.

    Version 2 of cgroups, then version 1. Files that were read and may be dropped again are not counted as used.
    """
    for limit_file, used_file, inactive in (
        (cgroups / "memory.max", cgroups / "memory.current", "inactive_file"),
        (
            cgroups / "memory" / "memory.limit_in_bytes",
            cgroups / "memory" / "memory.usage_in_bytes",
            "total_inactive_file",
        ),
    ):
        with contextlib.suppress(OSError, ValueError):  # not there, `max`, or nothing that we know
            limit, used = int(limit_file.read_text()), int(used_file.read_text())
            if not 0 < limit < _UNLIMITED:
                continue
            stat = (used_file.parent / "memory.stat").read_text()
            spare = sum(int(line.split()[1]) for line in stat.splitlines() if line.startswith(f"{inactive} "))
            return limit, max(0, used - spare)
    return None


def _battery() -> tuple[float | None, bool]:
    """Charge in percent, and whether it is in use."""
    ask = getattr(psutil, "sensors_battery", None)  # not on every system
    if ask is None:
        return None, False
    with contextlib.suppress(OSError, ValueError, RuntimeError, NotImplementedError):
        found = ask()
        if found is not None:
            return float(found.percent), found.power_plugged is False
    return None, False
