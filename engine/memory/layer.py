"""The vectors of one layer in memory: a graph, an exact tail before it, and the merging of the one into the other.

New vectors come into the tail and are found at once. They are merged into the graph in slices, so that no search
waits for more than a slice. Below `exact_below` vectors there is no graph at all. A graph with too many deleted nodes
is built anew beside the old one, slice by slice, and swapped in.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from engine.executors import usable_cores
from engine.memory.locks import ReadWriteLock
from engine.memory.tail import VectorTail, best
from engine.memory.vector_index import VectorGraph
from engine.settings import IndexSettings

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.memory.file_tail import FileTail

    Found = tuple[NDArray[np.int64], NDArray[np.float32]]

SPARE_NODES = 8192
"""Room for so many more nodes at least when a graph is made or grown; pages not written to cost no memory."""

_BUSY_SECONDS = 0.015
"""What a slice takes at most, about, where searches were made lately."""

_QUIET_SECONDS = 1.0
"""Without a search for so long, slices take their full size."""

_SMALLEST_SLICE = 8


class LayerVectors:
    """One thread changes it (`append`, `remove`, `work`, `take_graph`, `clear`); any may search."""

    def __init__(
        self, dimensions: int, *, settings: IndexSettings, ef: int, folder: Path, tail: FileTail | None = None
    ) -> None:
        """Nothing is held yet.

        Args:
            dimensions: Numbers of a vector.
            settings: Of the graph and of merging.
            ef: Width of the graph's search.
            folder: Where a graph lies for the moment in which it grows.
            tail: Holds what is not in the graph yet; by default in memory.
        """
        self._dimensions = dimensions
        self._settings = settings
        self._ef = ef
        self._folder = folder
        self._lock = ReadWriteLock()
        self._searched = 0.0
        self._slice = _SMALLEST_SLICE
        self._tail: VectorTail | FileTail = VectorTail(dimensions) if tail is None else tail
        self._reset()

    def _reset(self) -> None:
        self._tail.clear()
        self.graph: VectorGraph | None = None
        self._next: VectorGraph | None = None  # being built to take the graph's place
        self._next_labels: NDArray[np.int64] = np.zeros(0, np.int64)
        self._merging = False
        self.added = 0
        """Every living label up to here is in the graph or in the tail."""
        self.merged = 0
        """Every living label up to here is in the graph."""

    @property
    def neighbours(self) -> int:
        """Of a node in the graph (M)."""
        return self._settings.m

    @property
    def tolerance(self) -> float:
        """By how much a number of a vector may differ from what was appended."""
        return 1e-4

    @property
    def in_graph(self) -> int:
        """Vectors in the graph that a search may return."""
        return self.graph.live if self.graph else 0

    @property
    def in_tail(self) -> int:
        """Vectors in the tail."""
        return self._tail.live

    def search(self, query: NDArray[np.float32], k: int) -> tuple[Found, int]:
        """The `k` vectors nearest to a unit vector of shape (dimensions,).

        Returns:
            Labels of shape (n,) and their cosines, best first; and the label up to which everything was looked at.
        """
        self._searched = time.monotonic()
        width = 2 * self._width(k)
        if self.graph is None or width <= self._ef:
            with self._lock.read():
                return self._search(query, k), self.added
        with self._lock.write():  # `ef` belongs to the graph, not to a search
            self._set_ef(width)
            found = self._search(query, k), self.added
            self._set_ef(self._ef)
        return found

    def append(self, labels: NDArray[np.int64], vectors: NDArray[np.float32], *, upto: int) -> None:
        """Add new vectors, shapes (n,) and (n, dimensions); with them everything up to label `upto` is here."""
        with self._lock.write():
            self._tail.append(labels, vectors)
            self.added = max(self.added, upto)

    def remove(self, labels: list[int]) -> None:
        """Take vectors out; labels that are not here are passed over."""
        with self._lock.write():
            for label in labels:
                if label > self.merged:
                    self._tail.remove(label)
                elif self.graph is not None and self.graph.delete(label):
                    if self._next is not None:
                        self._next.delete(label)
                else:
                    self._tail.remove(label)  # a graph that was given up left it there

    def take_graph(self, graph: VectorGraph, *, merged: int) -> None:
        """Start from a saved graph that holds every living label up to `merged`."""
        with self._lock.write():
            self._reset()
            self.graph = graph
            self.added = self.merged = merged

    def clear(self) -> None:
        """Forget everything."""
        with self._lock.write():
            self._reset()

    def labels(self) -> NDArray[np.int64]:
        """Labels of everything a search may return, rising."""
        with self._lock.read():
            graph = self.graph.labels() if self.graph else np.zeros(0, np.int64)
            return np.sort(np.concatenate([graph, self._tail.labels()]))

    def vectors(self, labels: NDArray[np.int64]) -> NDArray[np.float32]:
        """Vectors of labels that are here, shape (n, dimensions)."""
        with self._lock.read():
            held = self.graph.labels() if self.graph else np.zeros(0, np.int64)
            found = np.empty((len(labels), self._dimensions), np.float32)
            in_graph = np.isin(labels, held)
            if self.graph is not None:
                found[in_graph] = self.graph.vectors(labels[in_graph])
            found[~in_graph] = self._tail.vectors(labels[~in_graph])
            return found

    def work(self, *, threads: int | None = None) -> bool:
        """Merge a slice of the tail, or build a slice of the graph that takes the old one's place.

        Returns:
            Whether there is more to do.

        Raises:
            OSError: a full graph could not grow; the vectors stay in the tail and are found there.
        """
        cores = usable_cores() if threads is None else threads
        if self._next is not None:
            return self._build_slice(self._next, cores)
        if self.graph is None:
            if not self._graph_due():
                return False
            graph = self._new_graph(self._tail.live)
            with self._lock.write():
                self.graph = graph
            self._merging = True
        elif self._build_due(self.graph):
            return self._start_building(self.graph)
        if self._tail.live >= self._settings.merge_tail:
            self._merging = True
        return self._merging and self._merge_slice(self.graph, cores)

    # What `CompactVectors` does in its own way.

    def _width(self, k: int) -> int:
        """Nodes that the graph is asked for where `k` are wanted."""
        return k

    def _graph_vectors(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Vectors as the graph takes them."""
        return vectors

    def _graph_due(self) -> bool:
        return self._tail.live >= max(1, self._settings.exact_below)

    def _build_due(self, graph: VectorGraph) -> bool:
        return len(graph.deleted) > self._settings.rebuild_deleted * graph.count

    def spare(self, count: int) -> int:
        """Room for more nodes in a graph of so many."""
        return max(count, SPARE_NODES)

    def _search(self, query: NDArray[np.float32], k: int) -> Found:
        if self.graph is None or not self.graph.live:
            return self._tail.search(query, k)
        found = self.graph.search(query, k)
        if not self._tail.live:
            return found
        newer = self._tail.search(query, k)
        return best(np.concatenate([found[0], newer[0]]), np.concatenate([found[1], newer[1]]), k)

    def _set_ef(self, ef: int) -> None:
        if self.graph is not None:
            self.graph.set_ef(ef)

    def _new_graph(self, count: int) -> VectorGraph:
        return VectorGraph(
            self._dimensions,
            m=self._settings.m,
            ef_construction=self._settings.ef_construction,
            ef=self._ef,
            capacity=count + self.spare(count),
        )

    def _merge_slice(self, graph: VectorGraph, threads: int) -> bool:
        labels, vectors, last = self._tail.first(self._slice_size())
        if last < 0:
            self._merging = False
            return False
        if graph.room < len(labels):
            graph = self._grow(graph, len(labels))
        began = time.perf_counter()
        short = self._graph_vectors(vectors)
        with self._lock.write():
            graph.add(labels, short, threads=threads)
            self._tail.drop_to(last)
            self.merged = last
        self._measure(len(labels), time.perf_counter() - began)
        self._merging = self._tail.live > 0
        return self._merging

    def _grow(self, graph: VectorGraph, needed: int) -> VectorGraph:
        """More room, by writing the graph out and loading it with more; searches use the old one until the swap."""
        path = self._folder / f"grow-{id(self):x}.hnsw"
        try:
            graph.save(path)
            grown = VectorGraph.load(
                path,
                dimensions=graph.dimensions,
                m=graph.m,
                ef_construction=graph.ef_construction,
                ef=self._ef,
                deleted=sorted(graph.deleted),
                room=max(needed, self.spare(graph.count)),
            )
        except RuntimeError as error:
            raise OSError(f"the vector index cannot grow ({error})") from error
        finally:
            path.unlink(missing_ok=True)
        with self._lock.write():
            self.graph = grown
        return grown

    def _start_building(self, graph: VectorGraph) -> bool:
        labels = graph.labels()
        if len(labels) < self._settings.exact_below:
            vectors = graph.vectors(labels)
            with self._lock.write():
                self._tail.put_before(labels, vectors)
                self.graph, self.merged = None, 0
            return False
        self._next, self._next_labels = self._new_graph(len(labels)), labels
        return True

    def _build_slice(self, building: VectorGraph, threads: int) -> bool:
        graph = self.graph
        count = self._settings.merge_slice
        labels, self._next_labels = self._next_labels[:count], self._next_labels[count:]
        if graph is not None and len(labels):
            labels = np.asarray([label for label in labels.tolist() if label not in graph.deleted], np.int64)
            building.add(labels, graph.vectors(labels), threads=threads)
            return True
        with self._lock.write():
            self.graph, self._next = building, None
        return self._tail.live >= self._settings.merge_tail

    def _slice_size(self) -> int:
        """Full slices while nobody searches; else as many as `_BUSY_SECONDS` takes."""
        if time.monotonic() - self._searched > _QUIET_SECONDS:
            return self._settings.merge_slice
        return min(self._slice, self._settings.merge_slice)

    def _measure(self, count: int, seconds: float) -> None:
        if count:
            fitting = int(_BUSY_SECONDS * count / max(seconds, 1e-6))
            self._slice = max(_SMALLEST_SLICE, (self._slice + fitting) // 2)
