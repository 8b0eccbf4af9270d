"""Vectors that are not in a graph yet, where the full ones lie in a file: its last rows, searched exactly."""

from __future__ import annotations

import hashlib
import uuid
from typing import TYPE_CHECKING

import numpy as np

from engine.memory.tail import best
from engine.memory.vector_file import VectorFile, new_checksum

if TYPE_CHECKING:
    from numpy.typing import NDArray


class FileTail:
    """The rows of a file that are not in a graph yet, as `VectorTail` gives them. Not thread-safe."""

    def __init__(self, file: VectorFile) -> None:
        self.begin(file, digest=new_checksum(), first_row=0)

    def begin(self, file: VectorFile, *, digest: hashlib.blake2b, first_row: int) -> None:
        """Use a file whose rows before `first_row` are in the graph; `digest` is theirs."""
        self.file = file
        self.digest = digest
        self.first_row = first_row

    @property
    def live(self) -> int:
        """Rows that count."""
        return int(np.count_nonzero(self.file.alive[self.first_row :]))

    def append(self, labels: NDArray[np.int64], vectors: NDArray[np.float32]) -> None:
        """Add rows.

        Raises:
            OSError: the disk is full or cannot be written; nothing was added.
        """
        self.file.append(labels, vectors)

    def remove(self, label: int) -> bool:
        """Take one row out."""
        return self.file.remove(label)

    def search(self, query: NDArray[np.float32], k: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The `k` rows nearest to a unit vector, best first, with their cosines."""
        return best(*self.file.scores(self.first_row, query), k)

    def first(self, count: int) -> tuple[NDArray[np.int64], NDArray[np.float32], int]:
        """The oldest rows, and the last label passed over, or -1 where there is none."""
        rows = np.flatnonzero(self.file.alive[self.first_row :])[:count] + self.first_row
        if not len(rows):
            passed = self.file.count > self.first_row
            return self.file.labels[rows], self.file.vectors(rows), int(self.file.labels[-1]) if passed else -1
        return self.file.labels[rows], self.file.vectors(rows), int(self.file.labels[rows[-1]])

    def drop_to(self, label: int) -> None:
        """Every row up to and including this label is in the graph now."""
        last = int(np.searchsorted(self.file.labels, label, side="right"))
        self.file.hash_rows(self.digest, self.first_row, last)
        self.first_row = max(self.first_row, last)

    def labels(self) -> NDArray[np.int64]:
        """Labels of the rows that count, rising."""
        return self.file.labels[self.first_row :][self.file.alive[self.first_row :]]

    def vectors(self, labels: NDArray[np.int64]) -> NDArray[np.float32]:
        """Vectors of rows that count, shape (n, dimensions).

        Raises:
            KeyError: a label is not here.
        """
        rows = self.file.find(labels)
        if (rows < self.first_row).any():
            raise KeyError(f"{int((rows < self.first_row).sum())} labels are not in the tail")
        return self.file.vectors(rows)

    def put_before(self, labels: NDArray[np.int64], vectors: NDArray[np.float32]) -> None:
        """Take rows back that were in the graph: they stand in the file still."""
        self.begin(self.file, digest=new_checksum(), first_row=0)

    def clear(self) -> None:
        """Forget everything. The file stays, for it may be part of what was saved last, and a new one is begun."""
        old = self.file
        name = old.path.name.rpartition("-")[0]
        self.begin(
            VectorFile(old.path.with_name(file_name(name)), old.dimensions, old.kind),
            digest=new_checksum(),
            first_row=0,
        )
        old.close()


def file_name(layer: str) -> str:
    """A name that no file had before."""
    return f"{layer}-{uuid.uuid4().hex[:12]}.vectors"
