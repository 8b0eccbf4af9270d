"""How fast something goes and how long it will take."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Literal

from engine.model_values import ModelProgress

Step = Literal["asking", "receiving", "waiting", "copying", "checking", "installing", "done"]
_WINDOW = 5.0  # seconds that the speed is taken over
_PAUSE = 0.1  # seconds between two reports


class Meter:
    """Counts bytes and reports at most ten times a second, and at every change of step."""

    def __init__(self, ident: str, *, report: Callable[[ModelProgress], None], clock: Callable[[], float]) -> None:
        self._ident = ident
        self._report = report
        self._clock = clock
        self._step: Step = "asking"
        self._file = ""
        self._note = ""
        self._done = 0
        self._total: int | None = None
        self._marks: deque[tuple[float, int]] = deque()
        self._reported = float("-inf")

    def begin(self, *, total: int | None, done: int = 0) -> None:
        """Say how much there is, and how much of it is there already."""
        self._total, self._done = total, done
        self._marks.clear()

    def step(self, step: Step, *, file: str | None = None, note: str = "") -> None:
        """Something else is done now."""
        if (step, file or self._file, note) != (self._step, self._file, self._note):
            self._step, self._note = step, note
            self._file = self._file if file is None else file
            self._tell(now=self._clock())

    def add(self, count: int) -> None:
        """That many bytes more; less than none where some were thrown away."""
        self._done += count
        now = self._clock()
        if count < 0:
            self._marks.clear()
        self._marks.append((now, self._done))
        while now - self._marks[0][0] > _WINDOW and len(self._marks) > 2:
            self._marks.popleft()
        if now - self._reported >= _PAUSE:
            self._tell(now=now)

    def finish(self) -> None:
        """All is done."""
        self._step, self._file, self._note = "done", "", ""
        self._marks.clear()
        self._tell(now=self._clock())

    def _tell(self, *, now: float) -> None:
        self._reported = now
        speed = 0.0
        if len(self._marks) > 1 and (seconds := self._marks[-1][0] - self._marks[0][0]) > 0:
            speed = (self._marks[-1][1] - self._marks[0][1]) / seconds
        left = (self._total - self._done) / speed if speed > 0 and self._total is not None else None
        self._report(
            ModelProgress(
                ident=self._ident,
                step=self._step,
                file=self._file,
                done=self._done,
                total=self._total,
                bytes_per_second=speed,
                seconds_left=left,
                note=self._note,
            )
        )
