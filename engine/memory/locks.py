"""A read-write lock: many searches at once, or one change."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator


class ReadWriteLock:
    """Shared for readers, exclusive for writers, and fair to both.

    A waiting writer goes before readers that come later, and readers that waited during a write go before the next
    writer: so no search waits for more than one write, and no write for more than the searches under way.
    """

    def __init__(self) -> None:
        self._condition = threading.Condition(threading.Lock())
        self._readers = 0
        self._writing = False
        self._writers_waiting = 0
        self._readers_waiting = 0
        self._readers_due = 0
        self._writes = 0

    @contextlib.contextmanager
    def read(self) -> Iterator[None]:
        """Hold the lock together with other readers."""
        with self._condition:
            if self._writing or self._writers_waiting:
                seen = self._writes
                self._readers_waiting += 1
                while self._writing or (self._writers_waiting and self._writes == seen):
                    self._condition.wait()
                self._readers_waiting -= 1
                if self._readers_due:
                    self._readers_due -= 1
                    if not self._readers_due:
                        self._condition.notify_all()
            self._readers += 1
        try:
            yield
        finally:
            with self._condition:
                self._readers -= 1
                if not self._readers:
                    self._condition.notify_all()

    @contextlib.contextmanager
    def write(self) -> Iterator[None]:
        """Hold the lock alone."""
        with self._condition:
            self._writers_waiting += 1
            while self._writing or self._readers or self._readers_due:
                self._condition.wait()
            self._writers_waiting -= 1
            self._writing = True
        try:
            yield
        finally:
            with self._condition:
                self._writing = False
                self._writes += 1
                self._readers_due = self._readers_waiting
                self._condition.notify_all()
