"""How long the event loop was held: a timer that should fire often, and the longest time that it did not."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from PySide6.QtCore import QObject, Qt, QTimer

TICK_MILLISECONDS = 4


@dataclass(frozen=True, slots=True)
class Stall:
    """The loop was held for `seconds` beyond a tick, from `at` seconds after the start of the meter."""

    at: float
    seconds: float


@dataclass(slots=True)
class StallReport:
    """What a meter saw."""

    ticks: int = 0
    seconds: float = 0.0
    longest: float = 0.0
    stalls: list[Stall] = field(default_factory=list)

    def above(self, seconds: float) -> list[Stall]:
        """Stalls longer than this."""
        return [stall for stall in self.stalls if stall.seconds > seconds]


class StallMeter(QObject):
    """Measures between `start` and `stop`. The loop that runs the meter is the one that is measured.

    A machine that gives the process no time shows as a stall too. `cpu` tells them apart: a stall in which this thread
    used no processor time was not of its making.
    """

    def __init__(self, *, worth_keeping: float = 0.01) -> None:
        super().__init__()
        self._worth_keeping = worth_keeping
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(TICK_MILLISECONDS)
        self._timer.timeout.connect(self._tick)
        self._begun = self._last = self._last_cpu = 0.0
        self.report = StallReport()
        self.own = StallReport()
        """The same, counting only the processor time of this thread: what the program itself did in one go."""

    def start(self) -> None:
        """Begin."""
        self._begun = self._last = time.perf_counter()
        self._last_cpu = time.thread_time()
        self.report, self.own = StallReport(), StallReport()
        self._timer.start()

    def stop(self) -> StallReport:
        """End, and tell."""
        self._tick()
        self._timer.stop()
        return self.report

    def _tick(self) -> None:
        now, cpu = time.perf_counter(), time.thread_time()
        tick = TICK_MILLISECONDS / 1000
        self._note(self.report, now, now - self._last - tick)
        self._note(self.own, now, cpu - self._last_cpu)
        self._last, self._last_cpu = now, cpu

    def _note(self, report: StallReport, now: float, held: float) -> None:
        report.ticks += 1
        report.seconds = now - self._begun
        report.longest = max(report.longest, held)
        if held > self._worth_keeping:
            report.stalls.append(Stall(self._last - self._begun, held))
