"""Stop asking a device that keeps failing, and try it again after a while.

    closed ──failures in a row──> open ──time──> half-open ──success──> closed
                                   ^                 └──failure──> open

Source: Nygard, "Release It!", 2nd edition, 2018, chapter 5, "Circuit Breaker". What is added: a call that was let
through in an earlier state cannot decide about the present one. A device that hung for 30 seconds while the breaker
opened, closed and opened again reports into the void.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

State = Literal["closed", "open", "half-open"]


@dataclass(frozen=True, slots=True)
class Permit:
    """A call that was let through; it is handed back with the outcome."""

    generation: int
    trial: bool


class CircuitBreaker:
    """Lets calls through, or not. Thread-safe; a decision takes microseconds and never waits for a call."""

    def __init__(
        self, *, failures: int = 3, seconds: float = 300.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Make a closed breaker.

        Args:
            failures: in a row, that open it.
            seconds: from opening to the trial.
            clock: seconds, never going back.

        Raises:
            ValueError: a number is not positive.
        """
        if failures < 1 or seconds <= 0:
            raise ValueError(f"failures ({failures}) and seconds ({seconds}) must be positive")
        self._limit = failures
        self._seconds = seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._state: State = "closed"
        self._generation = 0
        self._failures = 0
        self._opened = 0.0
        self._trial_runs = False

    @property
    def state(self) -> State:
        """Half-open as soon as a trial would be let through, or while one runs."""
        with self._lock:
            return self._now()

    @property
    def failures(self) -> int:
        """In a row, up to now."""
        with self._lock:
            return self._failures

    @property
    def seconds_until_trial(self) -> float:
        """0 unless it is open."""
        with self._lock:
            return self._opened + self._seconds - self._clock() if self._now() == "open" else 0.0

    def admit(self) -> Permit | None:
        """Ask to call the device; None tells not to. Of a half-open breaker only one call at a time gets through."""
        with self._lock:
            state = self._now()
            if state == "open" or (state == "half-open" and self._trial_runs):
                return None
            if state == "half-open":
                self._trial_runs = True
            return Permit(self._generation, state == "half-open")

    def succeeded(self, permit: Permit) -> bool:
        """The call gave a result. Returns whether that closed the breaker."""
        with self._lock:
            if permit.generation != self._generation:
                return False
            self._failures = 0
            if permit.trial:
                self._turn("closed")
            return permit.trial

    def failed(self, permit: Permit) -> bool:
        """The call gave none. Returns whether that opened the breaker."""
        with self._lock:
            if permit.generation != self._generation:
                return False
            self._failures += 1
            if permit.trial or self._failures >= self._limit:
                self._opened = self._clock()
                self._turn("open")
                return True
            return False

    def withdrawn(self, permit: Permit) -> None:
        """The call ended without a verdict, as one that was cancelled: the next may be the trial."""
        with self._lock:
            if permit.generation == self._generation and permit.trial:
                self._trial_runs = False

    def reset(self) -> None:
        """Close it, whatever was; calls still under way have no say."""
        with self._lock:
            self._failures = 0
            self._turn("closed")

    def _now(self) -> State:
        if self._state == "open" and self._clock() - self._opened >= self._seconds:
            self._turn("half-open")
        return self._state

    def _turn(self, state: State) -> None:
        self._state = state
        self._generation += 1
        self._trial_runs = False
