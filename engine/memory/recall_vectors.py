"""The vectors that a recall compares exactly: out of the layers' files where they are there, else of the database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.memory.indexes import Indexes
from engine.memory.ranking import Scores
from engine.memory.store import recall_queries
from engine.memory.store.recall_queries import Candidate
from engine.memory.tail import best, from_blobs

if TYPE_CHECKING:
    import peewee
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class VectorTable:
    """Vectors by label.

    Attributes:
        labels: Shape (n,), rising.
        rows: Shape (n, dimensions).
    """

    labels: NDArray[np.int64]
    rows: NDArray[np.float32]

    def take(self, labels: NDArray[np.int64]) -> NDArray[np.float32]:
        """Vectors of labels, shape (n, dimensions); zeros where there is none."""
        if not len(self.labels):
            return np.zeros((len(labels), self.rows.shape[1]), np.float32)
        at = np.minimum(np.searchsorted(self.labels, labels), len(self.labels) - 1)
        taken = self.rows[at]
        taken[self.labels[at] != labels] = 0.0
        return taken

    def nearest(self, query: NDArray[np.float32], k: int) -> list[int]:
        """Labels of the `k` vectors nearest to a unit vector, best first."""
        return [int(label) for label in best(self.labels, self.rows @ query, k)[0]]


def read_vectors(
    reader: peewee.SqliteDatabase, indexes: Indexes, labels: Iterable[int], *, model: str, dimensions: int
) -> VectorTable:
    """Vectors of living memories, by label. What has none of this model, or a damaged one, is left out."""
    left = np.unique(np.fromiter(labels, np.int64))
    parts: list[tuple[NDArray[np.int64], NDArray[np.float32]]] = []
    for layer in indexes.layers.values():
        known = layer.known(left) if len(left) else None
        if known is not None:
            found, rows = known
            parts.append((left[found], rows))
            left = left[~found]
    if len(left):
        blobs = recall_queries.vectors_of_labels(reader, model, left.tolist())
        whole = {label: data for label, data in blobs.items() if len(data) == 4 * dimensions}
        parts.append((np.fromiter(whole, np.int64, len(whole)), from_blobs(list(whole.values()), dimensions)))
    return _joined(parts, dimensions)


def both(one: VectorTable, other: VectorTable) -> VectorTable:
    """What two tables hold together; what is in both is taken once."""
    return _joined([(one.labels, one.rows), (other.labels, other.rows)], one.rows.shape[1])


def no_vectors(dimensions: int) -> VectorTable:
    """An empty table."""
    return VectorTable(np.zeros(0, np.int64), np.zeros((0, dimensions), np.float32))


def vector_signals(found: Sequence[Candidate], vectors: VectorTable, query: NDArray[np.float32]) -> Scores:
    """Cosines with the record and with its window, exactly. Records without a vector get 0."""
    count = len(found)
    own = vectors.take(np.fromiter((one.label for one in found), np.int64, count))
    previous = vectors.take(np.fromiter((one.previous or -1 for one in found), np.int64, count))
    following = vectors.take(np.fromiter((one.next or -1 for one in found), np.int64, count))
    dense = own @ query
    previous += following
    previous *= 0.5
    previous += own
    length = np.maximum(np.sqrt(np.einsum("ij,ij->i", previous, previous)), 1e-9)
    return {
        "dense": dense.astype(np.float64),
        "dense_window": (previous @ query / length).astype(np.float64),
    }


def _joined(parts: Sequence[tuple[NDArray[np.int64], NDArray[np.float32]]], dimensions: int) -> VectorTable:
    parts = [part for part in parts if len(part[0])]
    if not parts:
        return no_vectors(dimensions)
    labels, first = np.unique(np.concatenate([part[0] for part in parts]), return_index=True)
    return VectorTable(labels, np.concatenate([part[1] for part in parts])[first])
