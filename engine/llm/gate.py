"""What stands before each vendor: a circuit breaker, and limits on how much is asked of it at once and a minute."""

from __future__ import annotations

import asyncio
import collections
import contextlib
import time
from collections.abc import AsyncIterator, Callable

from engine.runtime.circuit_breaker import CircuitBreaker, Permit

BREAKER_FAILURES = 3
"""Answers in a row that failed by the vendor's fault, before it is left alone."""
BREAKER_SECONDS = 30.0


class Gate:
    """One vendor's. Of one event loop."""

    def __init__(self, *, parallel: int = 4, per_minute: int = 0, clock: Callable[[], float] = time.monotonic) -> None:
        """Open it.

        Args:
            parallel: requests at the same time.
            per_minute: requests begun in any minute; 0 sets no limit.
            clock: seconds, never going back.
        """
        self.breaker = CircuitBreaker(failures=BREAKER_FAILURES, seconds=BREAKER_SECONDS, clock=clock)
        self.used = 0.0
        """When the last request began, by the clock."""
        self._clock = clock
        self._slots = asyncio.Semaphore(parallel)
        self._running = 0
        self._per_minute = per_minute
        self._begun: collections.deque[float] = collections.deque()
        self._closed_until = 0.0

    @property
    def running(self) -> int:
        """Requests under way or waiting for their turn."""
        return self._running

    @property
    def wait_seconds(self) -> float:
        """How long the vendor asked to be left alone, from now."""
        return max(0.0, self._closed_until - self._clock())

    def hold(self, seconds: float) -> None:
        """The vendor asks to wait: nothing is sent to it before."""
        self._closed_until = max(self._closed_until, self._clock() + seconds)

    def admit(self) -> Permit | None:
        """Ask the breaker; None tells to leave the vendor alone."""
        return self.breaker.admit()

    @contextlib.asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait until a request may be sent, and count it while the block runs."""
        self._running += 1
        try:
            async with self._slots:
                while (seconds := self._seconds_to_wait()) > 0:  # noqa: ASYNC110 - it is time that is waited for
                    await asyncio.sleep(seconds)
                self.used = self._clock()
                if self._per_minute:
                    self._begun.append(self.used)
                yield
        finally:
            self._running -= 1

    def _seconds_to_wait(self) -> float:
        now = self._clock()
        while self._begun and self._begun[0] <= now - 60:
            self._begun.popleft()
        full = self._per_minute and len(self._begun) >= self._per_minute
        return max(self._closed_until - now, self._begun[0] + 60 - now if full else 0.0)
