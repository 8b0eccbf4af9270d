"""Whether the computer's clock can be believed.

A clock that is set forward by a year would let every memory expire at once, and one that is set back would let what was
written before live a year longer. So time is held against a second clock that only ever goes forward, and against the
last moment that was believed in the run before.

- In step within `TOLERANCE`: the clock is believed. Time zones and summer time do not matter, all is UTC.
- Ahead by up to `ASLEEP`: a computer that slept may look just so, for some second clocks stand still meanwhile. It is
  believed, and what expires waits for a second look `SECOND_LOOK` later.
- Ahead by more, or back: nothing expires until the clock has stood there for `SETTLED`, or until the next start, where
  a second look confirms it. Meanwhile `now` goes on from the last moment that was believed.
- A clock that comes back to where it should be is believed at once.

Tolerances are a matter of judgement: network time moves a clock by seconds, a night asleep by hours, a holiday by
weeks.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from engine.clock import Clock

TOLERANCE = timedelta(minutes=10)
ASLEEP = timedelta(days=7)
LONG_OFF = timedelta(days=30)
"""After a pause between two runs that was longer, the first look is not enough either."""
SECOND_LOOK = timedelta(minutes=4)
SETTLED = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a look at the clock came to.

    Attributes:
        state: `steady`: it can be believed. `held`: it jumped, wait. `accepted`: it jumped, and has stood there for
            long enough. `returned`: it had jumped and is back.
        now: The moment to believe: aware, in UTC.
        jump: By how much it is off; negative where it was set back.
        first: Whether this jump was seen for the first time.
    """

    state: Literal["steady", "held", "accepted", "returned"]
    now: datetime
    jump: timedelta = timedelta(0)
    first: bool = False


class ClockWatch:
    """Watches one clock. Thread-safe as far as `now` goes; `look` belongs to one caller."""

    def __init__(self, clock: Clock, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._monotonic = monotonic
        self._believed: tuple[datetime, float] | None = None
        self._jumped_at: tuple[float, timedelta] | None = None
        self._started = monotonic()
        self._at_start = True

    def begin(self, last: datetime | None) -> None:
        """Take up the last moment that the run before believed; None where there was none."""
        self._at_start = True
        self._started = self._monotonic()
        self._believed = None if last is None else (last, self._started)

    def now(self) -> datetime:
        """The moment to believe: the clock's, or, while it is far off, the one that should have come."""
        moment = self._clock()
        believed = self._believed
        if believed is None or self._at_start:
            return moment
        expected = believed[0] + timedelta(seconds=self._monotonic() - believed[1])
        return moment if -TOLERANCE <= moment - expected <= ASLEEP else expected

    def look(self) -> Look:
        """Hold the clock against what should be."""
        moment, monotonic = self._clock(), self._monotonic()
        if self._believed is None:
            return self._believe(moment, monotonic, Look(state="steady", now=moment))
        expected = self._believed[0] + timedelta(seconds=monotonic - self._believed[1])
        jump = moment - expected
        ahead = LONG_OFF if self._at_start else TOLERANCE
        if -TOLERANCE <= jump <= ahead:
            state: Literal["steady", "returned"] = "steady" if self._jumped_at is None else "returned"
            return self._believe(moment, monotonic, Look(state=state, now=moment, jump=self._last_jump()))
        known = self._jumped_at
        if known is None or abs(known[1] - jump) > TOLERANCE:
            self._jumped_at = (monotonic, jump)
            return Look(state="held", now=self.now(), jump=jump, first=True)
        waited = timedelta(seconds=monotonic - known[0])
        short = self._at_start or timedelta(0) < jump <= ASLEEP
        if waited >= (SECOND_LOOK if short else SETTLED):
            return self._believe(moment, monotonic, Look(state="accepted", now=moment, jump=jump))
        return Look(state="held", now=self.now(), jump=jump)

    def _believe(self, moment: datetime, monotonic: float, look: Look) -> Look:
        self._believed = (moment, monotonic)
        self._jumped_at = None
        self._at_start = False
        return look

    def _last_jump(self) -> timedelta:
        return timedelta(0) if self._jumped_at is None else self._jumped_at[1]
