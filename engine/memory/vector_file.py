"""Vectors of full length in a file that is mapped into memory: what a graph of shortened vectors is scored by.

The file is derived and can be made again from the database. Rows are only ever added behind the others, each with its
label, and read by their place; which of them count is known in memory alone. Pages that were read are given back to the
system after a while, so that a file far larger than the memory costs no more than `RESIDENT_BYTES`.
"""

from __future__ import annotations

import contextlib
import hashlib
import mmap
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from engine.errors import IndexDamagedError

if TYPE_CHECKING:
    from numpy.typing import NDArray

RowKind = Literal["fp32", "fp16", "int8"]

RESIDENT_BYTES = 16 << 20
"""Bytes of the file that stay in the process's memory at most, about; what is read again comes from the system's
cache of files."""

_FAULT = 2 << 20
"""Bytes that reading one row may bring in: Linux maps whole large folios of its cache, up to so much."""

_BLOCK = 2048
_INT8_STEPS = 127

TOLERANCE: dict[RowKind, float] = {"fp32": 1e-6, "fp16": 1e-3, "int8": 5e-3}
"""By how much a number of a unit vector may differ from what was stored."""


def row_type(dimensions: int, kind: RowKind) -> np.dtype[np.void]:
    """How a row lies in the file, little-endian; int8 rows carry the step by which their numbers are multiplied."""
    numbers = {"fp32": "<f4", "fp16": "<f2", "int8": "i1"}[kind]
    fields: list[Any] = [("label", "<i8"), ("numbers", numbers, (dimensions,))]
    return np.dtype([*fields, ("step", "<f4")] if kind == "int8" else fields)


class VectorFile:
    """Rows of (label, vector), labels rising. Not thread-safe: its owner holds a read-write lock."""

    def __init__(self, path: Path, dimensions: int, kind: RowKind) -> None:
        """Begin an empty one; the file appears with the first row."""
        self.path = path
        self.kind = kind
        self.dimensions = dimensions
        self._type = row_type(dimensions, kind)
        self._file: Any = None
        self._rows: NDArray[np.void] = np.zeros(0, self._type)
        self._map: mmap.mmap | None = None
        self._touched = 0
        self._labels: NDArray[np.int64] = np.zeros(0, np.int64)
        self._alive: NDArray[np.bool_] = np.zeros(0, np.bool_)
        self.count = 0
        """Rows, dead ones included."""

    @classmethod
    def open(
        cls, path: Path, dimensions: int, kind: RowKind, *, count: int, checksum: str
    ) -> tuple[VectorFile, hashlib.blake2b]:
        """Take up the first `count` rows of a file; what stands behind them is cut off.

        Returns:
            The file, every row alive, and the state of its checksum.

        Raises:
            IndexDamagedError: it is missing, shorter, or not what was saved.
        """
        opened = cls(path, dimensions, kind)
        size = count * opened._type.itemsize
        digest = new_checksum()
        labels = []
        try:
            opened._file = path.open("r+b", buffering=0)
            with path.open("rb") as file:
                for start in range(0, count, _BLOCK):
                    wanted = min(_BLOCK, count - start) * opened._type.itemsize
                    data = file.read(wanted)
                    if len(data) < wanted:
                        raise IndexDamagedError(f"{path.name} is shorter than what was saved")
                    digest.update(data)
                    labels.append(np.frombuffer(data, opened._type)["label"].astype(np.int64))
            if digest.hexdigest() != checksum:
                raise IndexDamagedError(f"{path.name} is not what was saved")
            opened._file.truncate(size)
        except OSError as error:
            opened.close()
            raise IndexDamagedError(f"{path.name} cannot be read ({error.strerror})") from error
        except IndexDamagedError:
            opened.close()
            raise
        opened._note(np.concatenate(labels) if labels else np.zeros(0, np.int64))
        opened._remap()
        return opened, digest

    @property
    def labels(self) -> NDArray[np.int64]:
        """Labels of all rows, rising; not a copy."""
        return self._labels[: self.count]

    @property
    def alive(self) -> NDArray[np.bool_]:
        """Which rows count; not a copy."""
        return self._alive[: self.count]

    def append(self, labels: NDArray[np.int64], vectors: NDArray[np.float32]) -> None:
        """Add rows. Shapes (n,) and (n, dimensions); labels rise and are above those already here.

        Raises:
            OSError: the disk is full or cannot be written; nothing was added.
        """
        self.append_rows(self._encoded(labels, vectors))

    def append_rows(self, rows: NDArray[np.void]) -> None:
        """Add rows as they lie in another file of the same type.

        Raises:
            OSError: as for `append`.
        """
        if not len(rows):
            return
        if self._file is None:
            self._file = self.path.open("w+b", buffering=0)
        start = self.count * self._type.itemsize
        data = memoryview(rows.tobytes())
        try:
            self._file.seek(start)
            while data:
                data = data[self._file.write(data) :]
        except OSError:
            with contextlib.suppress(OSError):
                self._file.truncate(start)
            raise
        self._note(rows["label"].astype(np.int64))
        self._remap()

    def cut_to(self, count: int) -> None:
        """Take back the rows behind the first `count`; the next ones are written over them."""
        self.count = count
        self._remap()

    def remove(self, label: int) -> bool:
        """Let a row count no more.

        Returns:
            Whether it did.
        """
        row = int(np.searchsorted(self.labels, label))
        if row == self.count or self._labels[row] != label or not self._alive[row]:
            return False
        self._alive[row] = False
        return True

    def find(self, labels: NDArray[np.int64]) -> NDArray[np.intp]:
        """Places of labels, -1 where a label has no row that counts. Shape (n,)."""
        if not self.count:
            return np.full(len(labels), -1, np.intp)
        rows = np.minimum(np.searchsorted(self.labels, labels), self.count - 1)
        found: NDArray[np.intp] = np.where((self._labels[rows] == labels) & self._alive[rows], rows, -1)
        return found

    def vectors(self, rows: NDArray[np.intp]) -> NDArray[np.float32]:
        """Vectors of rows, shape (n, dimensions)."""
        return self._decoded(self.raw(rows))

    def raw(self, rows: NDArray[np.intp]) -> NDArray[np.void]:
        """Rows as they lie in the file, copied."""
        if self._rows.nbytes <= RESIDENT_BYTES:
            return self._rows[rows]
        taken = np.empty(len(rows), self._type)
        some = max(1, RESIDENT_BYTES // _FAULT)
        for start in range(0, len(rows), some):
            taken[start : start + some] = self._rows[rows[start : start + some]]
            self._touch(some * _FAULT)
        return taken

    def scores(self, first: int, query: NDArray[np.float32]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Labels and inner products of every row that counts, from row `first` on. Shapes (n,)."""
        found = []
        for start in range(first, self.count, _BLOCK):
            block = self._rows[start : min(start + _BLOCK, self.count)]
            found.append(self._decoded(block) @ query)
            self._touch(block.nbytes)
        alive = self.alive[first:]
        scores = np.concatenate(found) if found else np.zeros(0, np.float32)
        return self.labels[first:][alive], scores[alive]

    def hash_rows(self, digest: hashlib.blake2b, first: int, last: int) -> None:
        """Take rows `first` to `last` (not included) into a checksum."""
        for start in range(first, last, _BLOCK):
            data = self._rows[start : min(start + _BLOCK, last)].tobytes()
            digest.update(data)
            self._touch(len(data))

    def scrub(self) -> int:
        """Write nothing over the vectors of rows that do not count; their labels stay, for rows are found by them.

        Returns:
            How many there are.

        Raises:
            OSError: the disk cannot be written.
        """
        dead = np.flatnonzero(~self.alive)
        nothing = bytes(self._type.itemsize - self._type["label"].itemsize)
        for row in dead.tolist():
            self._file.seek(row * self._type.itemsize + self._type["label"].itemsize)
            self._file.write(nothing)
        self._remap()
        return len(dead)

    def flush(self) -> None:
        """Make what was written survive a power cut."""
        if self._file is not None:
            os.fsync(self._file.fileno())

    def close(self) -> None:
        """Let go of the file, which stays where it is."""
        self._rows = np.zeros(0, self._type)
        self._map = None
        self.count = 0
        if self._file is not None:
            self._file.close()
            self._file = None

    def discard(self) -> None:
        """Let go of the file and remove it."""
        self.close()
        with contextlib.suppress(OSError):  # a virus scanner may hold it; the next save removes what nobody names
            self.path.unlink(missing_ok=True)

    def _encoded(self, labels: NDArray[np.int64], vectors: NDArray[np.float32]) -> NDArray[np.void]:
        rows = np.empty(len(labels), self._type)
        rows["label"] = labels
        if self.kind == "int8":
            steps = np.maximum(np.abs(vectors).max(axis=1, initial=0.0), 1e-12) / _INT8_STEPS
            rows["numbers"] = np.rint(vectors / steps[:, None])
            rows["step"] = steps
        else:
            rows["numbers"] = vectors
        return rows

    def _decoded(self, rows: NDArray[np.void]) -> NDArray[np.float32]:
        vectors: NDArray[np.float32] = rows["numbers"].astype(np.float32)
        if self.kind == "int8":
            vectors *= rows["step"][:, None]
        return vectors

    def _note(self, labels: NDArray[np.int64]) -> None:
        """Rows were added behind the others, all alive."""
        end = self.count + len(labels)
        if end > len(self._labels):
            room = max(end, self.count + self.count // 4, _BLOCK)
            self._labels, self._alive = np.resize(self._labels, room), np.resize(self._alive, room)
        self._labels[self.count : end] = labels
        self._alive[self.count : end] = True
        self.count = end

    def _remap(self) -> None:
        """Map the file as long as it is now. What was mapped before goes with the last array that looks at it."""
        self._rows, self._map = np.zeros(0, self._type), None
        if self.count and self._file is not None:
            self._map = mmap.mmap(self._file.fileno(), self.count * self._type.itemsize, access=mmap.ACCESS_READ)
            if hasattr(mmap, "MADV_RANDOM"):
                self._map.madvise(mmap.MADV_RANDOM)
            self._rows = np.frombuffer(self._map, self._type)
        self._touched = 0

    def _touch(self, count: int) -> None:
        """Count bytes that were read, and give the pages back when they are many."""
        self._touched += count
        if self._touched >= RESIDENT_BYTES:
            self._touched = 0
            if self._map is not None and hasattr(mmap, "MADV_DONTNEED"):
                self._map.madvise(mmap.MADV_DONTNEED)


def new_checksum() -> hashlib.blake2b:
    """BLAKE2b over rows as they lie in the file, 160 bits, as for the other files of an index."""
    return hashlib.blake2b(digest_size=20)
