"""S3-FIFO, a bounded map that keeps what is used again and lets what is used once pass through.

Source: Yang, Zhang, Qiu, Yue and Rashmi, "FIFO queues are all you need for cache eviction", SOSP 2023, algorithm 1.
Three queues, oldest first:

- small, a tenth of the room, takes every newcomer;
- main, the rest, takes what was used more than once while in small, and what comes back soon after it was evicted;
- ghost, keys only, as many as main has room, remembers what left small.

A hit only counts up (to 3), so nothing moves on a read. Eviction from main gives one more round for each count.
A long stream of new texts, such as the ingestion of a folder, therefore washes through small and leaves main alone.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

_MOST = 3  # a count has two bits
_SMALL_SHARE = 0.1


class _Entry(Generic[V]):
    __slots__ = ("count", "until", "value")

    def __init__(self, value: V, until: float) -> None:
        self.value = value
        self.until = until
        self.count = 0


class S3Fifo(Generic[K, V]):
    """A bounded map with S3-FIFO eviction and a time to live. Thread-safe; every call is O(1) amortised."""

    def __init__(
        self, capacity: int, *, seconds: float = float("inf"), clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Make an empty map.

        Args:
            capacity: entries at most; 0 keeps nothing.
            seconds: an entry lives so long after it was put, however often it is read.
            clock: seconds, never going back.

        Raises:
            ValueError: the capacity is negative.
        """
        if capacity < 0:
            raise ValueError(f"capacity is {capacity}, it cannot be negative")
        self._set_room(capacity)
        self._seconds = seconds
        self._clock = clock
        self._small: OrderedDict[K, _Entry[V]] = OrderedDict()
        self._main: OrderedDict[K, _Entry[V]] = OrderedDict()
        self._ghost: OrderedDict[K, None] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def capacity(self) -> int:
        """Entries at most."""
        return self._capacity

    def resize(self, capacity: int) -> None:
        """Hold so many entries at most from now on; what is too much goes by the same rule as always.

        Raises:
            ValueError: the capacity is negative.
        """
        if capacity < 0:
            raise ValueError(f"capacity is {capacity}, it cannot be negative")
        with self._lock:
            self._set_room(capacity)
            while len(self._small) + len(self._main) > capacity:
                self._evict()
            while len(self._ghost) > self._ghost_room:
                self._ghost.popitem(last=False)

    def _set_room(self, capacity: int) -> None:
        self._capacity = capacity
        self._small_room = max(1, round(capacity * _SMALL_SHARE)) if capacity else 0
        self._ghost_room = max(1, capacity - self._small_room) if capacity else 0

    def __len__(self) -> int:
        with self._lock:
            return len(self._small) + len(self._main)

    def __contains__(self, key: K) -> bool:
        """Whether a read would find it; counts as no use."""
        with self._lock:
            entry = self._small.get(key) or self._main.get(key)
            return entry is not None and entry.until > self._clock()

    def get(self, key: K) -> V | None:
        """The value of a key, or None where there is none or its time is over."""
        with self._lock:
            queue = self._small if key in self._small else self._main
            entry = queue.get(key)
            if entry is None:
                return None
            if entry.until <= self._clock():
                del queue[key]
                return None
            if entry.count < _MOST:
                entry.count += 1
            return entry.value

    def put(self, key: K, value: V) -> None:
        """Keep a value; one that is there already is replaced where it stands and lives anew."""
        with self._lock:
            if not self._capacity:
                return
            until = self._clock() + self._seconds
            entry = self._small.get(key) or self._main.get(key)
            if entry is not None:
                entry.value = value
                entry.until = until
                return
            while len(self._small) + len(self._main) >= self._capacity:
                self._evict()
            if key in self._ghost:
                del self._ghost[key]
                self._main[key] = _Entry(value, until)
            else:
                self._small[key] = _Entry(value, until)

    def discard(self, key: K) -> bool:
        """Forget a key wholly, its trace in ghost too. Tells whether a value was there."""
        with self._lock:
            self._ghost.pop(key, None)
            return self._small.pop(key, None) is not None or self._main.pop(key, None) is not None

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._small.clear()
            self._main.clear()
            self._ghost.clear()

    def _evict(self) -> None:
        """Take out one entry, or move entries about until one can be."""
        if self._small and (len(self._small) >= self._small_room or not self._main):
            self._evict_small()
        else:
            self._evict_main()

    def _evict_small(self) -> None:
        key, entry = self._small.popitem(last=False)
        if entry.count > 1 and entry.until > self._clock():
            entry.count = 0
            self._main[key] = entry
        else:
            self._ghost[key] = None
            while len(self._ghost) > self._ghost_room:
                self._ghost.popitem(last=False)

    def _evict_main(self) -> None:
        now = self._clock()
        while self._main:
            key, entry = self._main.popitem(last=False)
            if entry.count and entry.until > now:
                entry.count -= 1
                self._main[key] = entry
            else:
                return
