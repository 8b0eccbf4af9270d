"""What time it is: one source for the whole engine, so that a test can let a year pass in a second."""

from __future__ import annotations

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
