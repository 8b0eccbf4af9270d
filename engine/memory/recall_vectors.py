"""The vectors that a recall compares exactly: out of the layers' files where they are there, else of the database."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.memory.indexes import Indexes
from engine.memory.ranking import Scores
from engine.memory.store import recall_queries
from engine.memory.store.recall_queries import Candidate, Key
from engine.memory.tail import best, from_blobs

if TYPE_CHECKING:
    import peewee
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class VectorTable:
    """Vectors by number or by label of their memories.

    Attributes:
        by: Which of the two.
        keys: Shape (n,), rising.
        rows: Shape (n, dimensions).
    """

    by: Key
    keys: NDArray[np.int64]
    rows: NDArray[np.float32]

    def take(self, keys: NDArray[np.int64]) -> NDArray[np.float32]:
        """Vectors by key, shape (n, dimensions); zeros where there is none."""
        if not len(self.keys):
            return np.zeros((len(keys), self.rows.shape[1]), np.float32)
        at = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        taken = self.rows[at]
        taken[self.keys[at] != keys] = 0.0
        return taken

    def and_of(self, other: VectorTable) -> VectorTable:
        """What two tables with the same keys hold together; what is in both is taken once."""
        return _joined(self.by, [(self.keys, self.rows), (other.keys, other.rows)], self.rows.shape[1])

    def signals(self, found: Sequence[Candidate], query: NDArray[np.float32]) -> Scores:
        """Cosines with the record and with its window, exactly. Records without a vector get 0."""
        count = len(found)
        own = self.take(np.fromiter((getattr(one, self.by) for one in found), np.int64, count))
        previous = self.take(np.fromiter((one.previous or -1 for one in found), np.int64, count))
        following = self.take(np.fromiter((one.next or -1 for one in found), np.int64, count))
        dense = own @ query
        previous += following
        previous *= 0.5
        previous += own
        length = np.maximum(np.sqrt(np.einsum("ij,ij->i", previous, previous)), 1e-9)
        return {
            "dense": dense.astype(np.float64),
            "dense_window": (previous @ query / length).astype(np.float64),
        }


class RecallVectors:
    """Reads vectors for one recall, in which neither the embedder nor the indexes change."""

    def __init__(self, indexes: Indexes, *, model: str, dimensions: int) -> None:
        self._layers = [layer for layer in indexes.layers.values() if layer.keeps_vectors]
        self._model = model
        self._dimensions = dimensions
        self.by: Key = "label" if self._layers else "number"
        """What memories and neighbours must be named by."""

    def none(self) -> VectorTable:
        """An empty table."""
        return _joined(self.by, [], self._dimensions)

    def of(self, reader: peewee.SqliteDatabase, found: Sequence[Candidate]) -> VectorTable:
        """Vectors of candidates and of their neighbours."""
        needed = {getattr(one, self.by) for one in found}
        needed.update(one.previous for one in found if one.previous is not None)
        needed.update(one.next for one in found if one.next is not None)
        return self.read(reader, needed)

    def nearest(
        self, reader: peewee.SqliteDatabase, subset: Sequence[tuple[int, int]], query: NDArray[np.float32], k: int
    ) -> list[int]:
        """Labels of those among (number, label) that are nearest to a unit vector, `k` at most, best first."""
        labels = {key: label for number, label in subset for key in (label if self.by == "label" else number,)}
        table = self.read(reader, labels)
        keys, _ = best(table.keys, table.rows @ query, k)
        return [labels[int(key)] for key in keys]

    def read(self, reader: peewee.SqliteDatabase, keys: Collection[int]) -> VectorTable:
        """Vectors of living memories. What has none of this model, or a damaged one, is left out."""
        left = np.unique(np.fromiter(keys, np.int64, len(keys)))
        parts: list[tuple[NDArray[np.int64], NDArray[np.float32]]] = []
        for layer in self._layers:
            found, rows = layer.known(left)
            parts.append((left[found], rows))
            left = left[~found]
        if len(left):
            query = recall_queries.vectors_of_labels if self.by == "label" else recall_queries.vectors_of
            blobs = query(reader, self._model, left.tolist())
            whole = {key: data for key, data in blobs.items() if len(data) == 4 * self._dimensions}
            parts.append((np.fromiter(whole, np.int64, len(whole)), from_blobs(list(whole.values()), self._dimensions)))
        return _joined(self.by, parts, self._dimensions)


def _joined(by: Key, parts: Sequence[tuple[NDArray[np.int64], NDArray[np.float32]]], dimensions: int) -> VectorTable:
    parts = [part for part in parts if len(part[0])]
    if not parts:
        return VectorTable(by, np.zeros(0, np.int64), np.zeros((0, dimensions), np.float32))
    keys, first = np.unique(np.concatenate([part[0] for part in parts]), return_index=True)
    return VectorTable(by, keys, np.concatenate([part[1] for part in parts])[first])
