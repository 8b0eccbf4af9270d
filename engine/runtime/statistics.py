"""What a device did since the start: calls, failures, fallbacks, and how long runs took."""

from __future__ import annotations

import threading
from collections import deque

from engine.device_values import DeviceFigures

_KEPT = 1024  # runs that the percentiles look back on


class DeviceStatistics:
    """Counts of one device. Thread-safe; recording takes microseconds."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seconds: deque[float] = deque(maxlen=_KEPT)
        self._calls = 0
        self._failures = 0
        self._fallbacks = 0
        self._out_of_memory = 0
        self._last_error: str | None = None

    def ran(self, seconds: float) -> None:
        """A batch was computed."""
        with self._lock:
            self._calls += 1
            self._seconds.append(seconds)

    def failed(self, why: str) -> None:
        """A batch was not."""
        with self._lock:
            self._calls += 1
            self._failures += 1
            self._last_error = why

    def fell_back(self) -> None:
        """The CPU computed a batch that was meant for this device."""
        with self._lock:
            self._fallbacks += 1

    def ran_out_of_memory(self, why: str) -> None:
        """A batch was halved."""
        with self._lock:
            self._out_of_memory += 1
            self._last_error = why

    def figures(self) -> DeviceFigures:
        """All of it, at one moment; percentiles over the last 1024 runs, by the nearest rank."""
        with self._lock:
            ordered = sorted(self._seconds)
            return DeviceFigures(
                calls=self._calls,
                failures=self._failures,
                fallbacks=self._fallbacks,
                out_of_memory=self._out_of_memory,
                p50_ms=_percentile(ordered, 50),
                p95_ms=_percentile(ordered, 95),
                p99_ms=_percentile(ordered, 99),
                last_error=self._last_error,
            )


def _percentile(ordered: list[float], percent: int) -> float | None:
    """Milliseconds that `percent` of the runs did not exceed; None where nothing ran."""
    if not ordered:
        return None
    rank = -(-len(ordered) * percent // 100)  # rounded up
    return round(ordered[rank - 1] * 1000, 3)
