"""The embedding cache: a vector is computed once for the same text and model.

Level 1 holds vectors in memory (S3-FIFO), level 2 in a file (SQLite), so that a text read again after a restart
costs no inference either.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.embedding.disk_cache import DiskCache
from engine.embedding.s3fifo import S3Fifo

if TYPE_CHECKING:
    from numpy.typing import NDArray

_HASH_BYTES = 20
ENTRY_OVERHEAD = 300
"""Bytes of an entry beside its vector: array, key, queue node."""
_SHARE = 0.005
_LEAST_MB, _MOST_MB = 8, 64
_PENDING = 64


def content_hash(text: str) -> bytes:
    """20 bytes that name exactly what is embedded, prefix included."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_HASH_BYTES).digest()


def memory_entries(megabytes: int, *, dimensions: int, machine_bytes: int) -> int:
    """Vectors that level 1 may hold.

    Args:
        megabytes: the setting; 0 takes half a percent of the machine's memory, between 8 and 64 MB.
        dimensions: length of a vector.
        machine_bytes: memory of the machine.
    """
    if megabytes:
        room = megabytes << 20
    else:
        room = min(max(int(machine_bytes * _SHARE), _LEAST_MB << 20), _MOST_MB << 20)
    return max(1, room // (dimensions * 4 + ENTRY_OVERHEAD))


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheFigures:
    """How the cache did since it was opened."""

    memory_hits: int
    disk_hits: int
    misses: int
    entries: int

    @property
    def hit_rate(self) -> float:
        """Share of lookups that needed no inference; 0 where there were none."""
        asked = self.memory_hits + self.disk_hits + self.misses
        return (self.memory_hits + self.disk_hits) / asked if asked else 0.0


class EmbeddingCache:
    """Both levels of one model. Thread-safe."""

    def __init__(self, *, memory: S3Fifo[bytes, NDArray[np.float32]], disk: DiskCache | None) -> None:
        self._memory = memory
        self._disk = disk
        self._lock = threading.Lock()
        self._pending: dict[bytes, NDArray[np.float32]] = {}
        self._memory_hits = 0
        self._disk_hits = 0
        self._misses = 0

    @property
    def room(self) -> int:
        """Vectors that level 1 may hold now."""
        return self._memory.capacity

    def resize(self, entries: int) -> None:
        """Hold so many vectors in memory from now on; the file stays as it is."""
        self._memory.resize(entries)

    @property
    def figures(self) -> CacheFigures:
        """Counted since it was opened."""
        with self._lock:
            return CacheFigures(
                memory_hits=self._memory_hits,
                disk_hits=self._disk_hits,
                misses=self._misses,
                entries=len(self._memory),
            )

    def get(self, hashes: Sequence[bytes]) -> dict[bytes, NDArray[np.float32]]:
        """Vectors that are known, by hash; what comes from the file goes up into memory."""
        found: dict[bytes, NDArray[np.float32]] = {}
        missing: list[bytes] = []
        for key in dict.fromkeys(hashes):
            vector = self._memory.get(key)
            if vector is None:
                missing.append(key)
            else:
                found[key] = vector
        below = self._disk.get(missing) if missing and self._disk is not None else {}
        for key, vector in below.items():
            self._memory.put(key, vector)
        with self._lock:
            self._memory_hits += len(found)
            self._disk_hits += len(below)
            self._misses += len(missing) - len(below)
        found.update(below)
        return found

    def put(self, vectors: dict[bytes, NDArray[np.float32]], *, at_once: bool = True) -> None:
        """Keep vectors in both levels.

        Args:
            vectors: by hash; each array must own its memory and is never changed again.
            at_once: write the file now; else with the next that are, so that a recall waits for no disk.
        """
        for key, vector in vectors.items():
            self._memory.put(key, vector)
        if self._disk is None:
            return
        with self._lock:
            self._pending.update(vectors)
            if not at_once and len(self._pending) < _PENDING:
                return
            due, self._pending = self._pending, {}
        self._disk.put(due)

    def erase(self, hashes: Iterable[bytes]) -> None:
        """Remove vectors from both levels for good."""
        doomed = list(dict.fromkeys(hashes))
        with self._lock:
            for key in doomed:
                self._pending.pop(key, None)
        for key in doomed:
            self._memory.discard(key)
        if self._disk is not None:
            self._disk.erase(doomed)

    def clear(self) -> None:
        """Remove every vector from both levels for good."""
        with self._lock:
            self._pending = {}
        self._memory.clear()
        if self._disk is not None:
            self._disk.clear()

    def prune(self) -> None:
        """Drop from the file what is too old."""
        if self._disk is not None:
            self._disk.prune()

    def close(self) -> None:
        """Write what waits and close the file. Safe to call twice."""
        with self._lock:
            due, self._pending = self._pending, {}
        if self._disk is not None:
            self._disk.put(due)
            self._disk.close()
        self._memory.clear()
