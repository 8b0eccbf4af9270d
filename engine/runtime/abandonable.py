"""Threads that may be left behind: a call into a driver that never comes back cannot be stopped, only abandoned."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class HungError(Exception):
    """A call did not come back in time; its thread was abandoned and its result will be thrown away."""


class _Job(Generic[T]):
    __slots__ = ("done", "error", "function", "result")

    def __init__(self, function: Callable[[], T]) -> None:
        self.function = function
        self.done = threading.Event()
        self.result: list[T] = []
        self.error: BaseException | None = None


class AbandonableThreads:
    """Up to `size` daemon threads that run calls with a time limit. Thread-safe.

    Callers beyond that number wait for their turn; waiting counts into their time limit. A thread whose call ran past
    its limit is left to itself and replaced when it is next needed: it ends when the call does, if ever, and as a
    daemon it does not hold up the end of the process.
    """

    def __init__(self, name: str, *, size: int = 1) -> None:
        self._name = name
        self._room = threading.BoundedSemaphore(size)
        self._lock = threading.Lock()
        self._idle: list[queue.SimpleQueue[_Job[object] | None]] = []
        self._abandoned = 0
        self._closed = False

    @property
    def abandoned(self) -> int:
        """Threads that were left behind."""
        with self._lock:
            return self._abandoned

    def call(self, function: Callable[[], T], *, seconds: float) -> T:
        """Run a function in one of the threads and give what it gives.

        Raises:
            HungError: it, or all that ran before it, did not come back in time.
        """
        if not self._room.acquire(timeout=seconds):
            raise HungError(f"no turn came within {seconds:g} s")
        try:
            inbox = self._take()
            job: _Job[T] = _Job(function)
            inbox.put(job)  # type: ignore[arg-type]
            if not job.done.wait(seconds):
                with self._lock:
                    self._abandoned += 1
                inbox.put(None)  # should it ever come back, it ends
                raise HungError(f"nothing came back within {seconds:g} s")
            self._give(inbox)
        finally:
            self._room.release()
        if job.error is not None:
            raise job.error
        return job.result[0]

    def close(self) -> None:
        """End the idle threads. Safe to call twice; threads that are busy end with their call."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for inbox in idle:
            inbox.put(None)

    def _take(self) -> queue.SimpleQueue[_Job[object] | None]:
        with self._lock:
            if self._idle:
                return self._idle.pop()
        inbox: queue.SimpleQueue[_Job[object] | None] = queue.SimpleQueue()
        threading.Thread(target=_work, args=(inbox,), name=self._name, daemon=True).start()
        return inbox

    def _give(self, inbox: queue.SimpleQueue[_Job[object] | None]) -> None:
        with self._lock:
            if not self._closed:
                self._idle.append(inbox)
                return
        inbox.put(None)


def _work(inbox: queue.SimpleQueue[_Job[object] | None]) -> None:
    while (job := inbox.get()) is not None:
        try:
            job.result.append(job.function())
        except BaseException as error:
            job.error = error
        finally:
            job.done.set()
        del job  # nothing of it is kept while this thread waits
