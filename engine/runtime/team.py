"""Several cards that share the batches of one model: each batch goes where it is expected to be done first."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Mapping

from engine.runtime.accelerator import Accelerator


class Team:
    """Accelerators with one model on each, the best first. Thread-safe; never empty."""

    def __init__(self, members: tuple[Accelerator, ...], *, rates: Mapping[str, float]) -> None:
        """Nobody is busy yet.

        Args:
            members: started, the first one with the most free memory.
            rates: texts a second by device; a member without one counts as the best.
        """
        best = max(rates.get(one.device.name, 0.0) for one in members) or 1.0
        self._speed = {one: rates.get(one.device.name, best) or best for one in members}
        self.members = tuple(sorted(members, key=lambda one: -self._speed[one]))
        self._busy = dict.fromkeys(members, 0)
        self._lock = threading.Lock()

    @property
    def leader(self) -> Accelerator:
        """The fastest."""
        return self.members[0]

    @property
    def usable(self) -> tuple[Accelerator, ...]:
        """Those that a batch may go to now."""
        return tuple(one for one in self.members if one.ready and one.record.breaker.state != "open")

    @property
    def streams(self) -> int:
        """Batches that are worth running at the same time, on all of them together."""
        return sum(one.streams for one in self.members if one.ready)

    @contextlib.contextmanager
    def turn(self) -> Iterator[Accelerator]:
        """The one that would be done first with another batch; the leader where none can be used."""
        with self._lock:
            candidates = self.usable or (self.leader,)
            one = min(candidates, key=lambda member: (self._busy[member] + 1) / self._speed[member])
            self._busy[one] += 1
        try:
            yield one
        finally:
            with self._lock:
                self._busy[one] -= 1

    def release_buffers(self) -> None:
        """Let go of the calling thread's arrays."""
        for one in self.members:
            one.release_buffers()

    def close(self) -> None:
        """Let go of the model everywhere. Safe to call twice."""
        for one in self.members:
            one.close()
