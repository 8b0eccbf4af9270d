"""The only door to hnswlib: one graph of unit vectors, kept away from what hnswlib 0.8 does wrong.

- `ef` is not saved and falls to 10: it is set after each load, and never below twice the number asked for.
- More neighbours than living nodes raise: the number is clamped, and what the graph cannot answer is answered exactly.
- Labels are used once only, deleted nodes are remembered by us and counted.
- Room is checked before a batch; a full graph grows by writing it out and loading it with more room, and the caller
swaps.
- Saving is neither atomic nor checked there: `manifest.py` does that.

Not thread-safe: searches may run together, everything else must be alone (see `layer.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hnswlib
import numpy as np

from engine.memory.graph_file import cover_deleted
from engine.memory.tail import best

if TYPE_CHECKING:
    from numpy.typing import NDArray

SPACE = "ip"
"""Inner product; on unit vectors it is the cosine. hnswlib's distance is 1 - product."""

PARALLEL_FROM = 100
"""Vectors from which a batch is added by several threads."""

_SCAN = 4096
"""Vectors copied out of the graph at a time where it is read exactly."""


class VectorGraph:
    """One HNSW graph (Malkov and Yashunin, https://arxiv.org/abs/1603.09320)."""

    def __init__(self, dimensions: int, *, m: int, ef_construction: int, ef: int, capacity: int) -> None:
        self.dimensions = dimensions
        self.m = m
        self.ef_construction = ef_construction
        self.ef = ef
        self.deleted: set[int] = set()
        self._index = self._new()
        self._index.init_index(max_elements=max(1, capacity), M=m, ef_construction=ef_construction, random_seed=100)
        self._index.set_ef(ef)
        self._index.set_num_threads(1)

    @classmethod
    def load(
        cls,
        path: Path,
        *,
        dimensions: int,
        m: int,
        ef_construction: int,
        ef: int,
        deleted: Sequence[int] = (),
        room: int = 0,
    ) -> VectorGraph:
        """Read a saved graph, with room for `room` more nodes.

        Raises:
            RuntimeError: hnswlib cannot read the file.
        """
        graph = cls.__new__(cls)
        graph.dimensions, graph.m, graph.ef_construction, graph.ef = dimensions, m, ef_construction, ef
        graph.deleted = set(deleted)
        graph._index = graph._new()
        graph._index.load_index(str(path), max_elements=0)
        if room:
            count = graph.count
            graph._index = graph._new()
            graph._index.load_index(str(path), max_elements=count + room)
        graph._index.set_ef(ef)
        graph._index.set_num_threads(1)
        return graph

    def _new(self) -> Any:
        return hnswlib.Index(space=SPACE, dim=self.dimensions)

    @property
    def count(self) -> int:
        """Nodes, deleted ones included."""
        return int(self._index.get_current_count())

    @property
    def live(self) -> int:
        """Nodes that a search may return."""
        return self.count - len(self.deleted)

    @property
    def room(self) -> int:
        """Nodes that still fit in."""
        return int(self._index.get_max_elements()) - self.count

    def add(self, labels: NDArray[np.int64], vectors: NDArray[np.float32], *, threads: int = 1) -> None:
        """Add nodes. Shapes (n,) and (n, dimensions); the vectors are checked by the caller.

        Raises:
            ValueError: there is no room; nothing was added.
        """
        if len(labels) > self.room:
            raise ValueError(f"{len(labels)} nodes do not fit: room for {self.room}")
        if len(labels):
            parallel = threads if len(labels) >= PARALLEL_FROM else 1
            self._index.add_items(vectors, labels.astype(np.uint64), num_threads=parallel)

    def delete(self, label: int) -> bool:
        """Hide a node. Its room is given back when the graph is built anew.

        Returns:
            Whether the graph has such a node.
        """
        if label not in self.deleted:
            try:
                self._index.mark_deleted(label)
            except RuntimeError:  # "Label not found": hnswlib has no other way to ask
                return False
            self.deleted.add(label)
        return True

    def search(self, query: NDArray[np.float32], k: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The `k` nodes nearest to a unit vector of shape (dimensions,), best first, with their cosines.

        `ef` must be at least twice `k`; the caller sees to it by `set_ef`, alone.
        """
        k = min(k, self.live)
        if k <= 0:
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        try:
            labels, distances = self._index.knn_query(query, k=k, num_threads=1)
        except RuntimeError:  # fewer than k living nodes within reach
            return self.search_exactly(query, k)
        return labels[0].astype(np.int64), 1.0 - distances[0]

    def set_ef(self, ef: int) -> None:
        """Width of the search from now on."""
        self._index.set_ef(ef)

    def search_exactly(self, query: NDArray[np.float32], k: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """As `search`, by looking at every living node."""
        labels = self.labels()
        scores = [self.vectors(labels[at : at + _SCAN]) @ query for at in range(0, len(labels), _SCAN)]
        if not scores:
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        return best(labels, np.concatenate(scores), k)

    def labels(self) -> NDArray[np.int64]:
        """Labels of the living nodes, rising."""
        labels = np.sort(np.asarray(self._index.get_ids_list(), np.int64))
        if not self.deleted:
            return labels
        return labels[~np.isin(labels, np.fromiter(self.deleted, np.int64, len(self.deleted)))]

    def vectors(self, labels: NDArray[np.int64]) -> NDArray[np.float32]:
        """Vectors of living nodes, shape (n, dimensions)."""
        if not len(labels):
            return np.zeros((0, self.dimensions), np.float32)
        return np.asarray(self._index.get_items(labels.astype(np.uint64), return_type="numpy"), np.float32)

    def save(self, path: Path) -> None:
        """Write the graph to a file of its own, without the vectors of deleted nodes; neither atomic nor flushed.

        Raises:
            RuntimeError: the file cannot be written whole.
            OSError: the deleted nodes' vectors cannot be covered.
        """
        self._index.save_index(str(path))
        if self.deleted:
            cover_deleted(path)
