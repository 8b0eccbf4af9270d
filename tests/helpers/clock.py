"""Time that moves only when a test says so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class FakeClock:
    """A wall clock and a monotonic clock that advance together.

    Hand `clock.now`, `clock.time` or `clock.monotonic` to whatever takes a clock; calling the clock itself gives `now`.
    """

    def __init__(self, start: datetime | None = None) -> None:
        self._now = start or datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
        self._monotonic = 1000.0

    def __call__(self) -> datetime:
        """The moment it is, aware and in UTC."""
        return self._now

    def now(self) -> datetime:
        """The moment it is, aware and in UTC."""
        return self._now

    def time(self) -> float:
        """Seconds since the epoch."""
        return self._now.timestamp()

    def monotonic(self) -> float:
        """Seconds of a clock that never goes back."""
        return self._monotonic

    def jump(self, step: timedelta) -> None:
        """Somebody sets the wall clock, forward or back; the monotonic clock does not notice."""
        self._now += step

    def advance(self, seconds: float = 0.0, *, minutes: float = 0.0, hours: float = 0.0, days: float = 0.0) -> None:
        """Let time pass; never backwards."""
        step = timedelta(seconds=seconds, minutes=minutes, hours=hours, days=days)
        if step < timedelta(0):
            raise ValueError("time does not run backwards")
        self._now += step
        self._monotonic += step.total_seconds()
