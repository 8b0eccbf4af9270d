"""What time it is: one source for the whole engine, so that a test can let a year pass in a second."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Gives the moment it is: aware, in UTC. The owner may set the computer's clock, so it can jump either way."""


def utc_now() -> datetime:
    """The computer's clock."""
    return datetime.now(UTC)


def microseconds(clock: Clock) -> int:
    """What a clock says, in whole microseconds since 1970 UTC."""
    moment = clock().astimezone(UTC)
    return int(moment.replace(microsecond=0).timestamp()) * 1_000_000 + moment.microsecond


def awake_or_asleep() -> float:
    """Seconds of a clock that only goes forward, and goes on while the computer sleeps, wherever the system has one.

    Python's own stands still meanwhile on Linux and macOS; on Windows it does not.
    """
    name = {"linux": "CLOCK_BOOTTIME", "darwin": "CLOCK_MONOTONIC"}.get(sys.platform, "")
    which: int | None = getattr(time, name, None)
    return time.monotonic() if which is None else time.clock_gettime(which)


def monotonic_of(clock: Clock) -> Callable[[], float]:
    """The clock that only goes forward, in seconds, beside one that can be set.

    For the computer's clock it is `awake_or_asleep`; a clock of another make may bring its own (`monotonic`), and one
    that does not is taken never to be set.
    """
    if clock is utc_now:
        return awake_or_asleep
    own: Callable[[], float] | None = getattr(clock, "monotonic", None)
    return own if own is not None else lambda: clock().timestamp()
