"""How long the event loop was held: a timer that should fire often, and the longest time that it did not."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer

TICK_MILLISECONDS = 4


def _waited() -> float:
    """Seconds that this thread has been ready to run and had no processor; 0 where the system does not tell."""
    try:
        return int(Path("/proc/thread-self/schedstat").read_text(encoding="ascii").split()[1]) / 1e9
    except OSError:
        return 0.0


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

    A machine that is busy with other programs holds the loop too. So the same is told three times: `report` is what an
    owner would have felt, `given` leaves out the time that this thread waited for a processor (Linux tells it), and
    `own` counts only the processor time that this thread used in one go.
    """

    def __init__(self, *, worth_keeping: float = 0.01) -> None:
        super().__init__()
        self._worth_keeping = worth_keeping
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(TICK_MILLISECONDS)
        self._timer.timeout.connect(self._tick)
        self._begun = self._last = self._last_cpu = self._last_wait = 0.0
        self.report = StallReport()
        self.given = StallReport()
        self.own = StallReport()

    def start(self) -> None:
        """Begin."""
        self._begun = self._last = time.perf_counter()
        self._last_cpu, self._last_wait = time.thread_time(), _waited()
        self.report, self.given, self.own = StallReport(), StallReport(), StallReport()
        self._timer.start()

    def stop(self) -> StallReport:
        """End, and tell."""
        self._tick()
        self._timer.stop()
        return self.report

    def _tick(self) -> None:
        now, cpu, wait = time.perf_counter(), time.thread_time(), _waited()
        held = now - self._last - TICK_MILLISECONDS / 1000
        self._note(self.report, now, held)
        self._note(self.given, now, held - (wait - self._last_wait))
        self._note(self.own, now, cpu - self._last_cpu)
        self._last, self._last_cpu, self._last_wait = now, cpu, wait

    def _note(self, report: StallReport, now: float, held: float) -> None:
        report.ticks += 1
        report.seconds = now - self._begun
        report.longest = max(report.longest, held)
        if held > self._worth_keeping:
            report.stalls.append(Stall(self._last - self._begun, held))
