"""A layer for long vectors: a graph of short ones proposes, the full ones in a mapped file decide.

1,000,000 vectors of 1024 numbers would fill 4 GB as a plain graph holds them. Here the graph holds 256 numbers of each
(`shortening.py`), and the full vectors lie in a file of which only the pages just read are in memory
(`vector_file.py`). What is not in the graph yet is compared exactly, row by row of that file.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from engine.memory.file_tail import FileTail, file_name
from engine.memory.layer import LayerVectors
from engine.memory.shortening import SAMPLE, Shortening, learned
from engine.memory.tail import best
from engine.memory.vector_file import TOLERANCE, RowKind, VectorFile, new_checksum
from engine.memory.vector_index import VectorGraph
from engine.settings import IndexSettings

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.memory.layer import Found

MOST_NEIGHBOURS = 12
"""Neighbours of a node (M) at most, where vectors are shortened. Exact scores decide among many proposals, so a thinner
graph does: 24 finds .002 more of the ten nearest and takes 96 bytes more a vector."""

PROPOSALS = 100
"""Nodes that the graph proposes at least, and twice as many as are wanted."""

_LEARN_FROM = 4
"""Directions are learned from so many vectors for each number kept, at least: the graph is begun no sooner."""

_LEARN_AGAIN = 10
"""When there are so many times more vectors than the directions were learned from, the graph is built anew by better
ones, until they are learned from a full sample."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompactForm:
    """How a layer keeps its vectors.

    Attributes:
        dimensions: Numbers of a full vector.
        kept: Numbers of it in the graph.
        kind: How full vectors lie in the file.
        prefix: The model's vectors may be cut there (Matryoshka); else directions are learned.
    """

    dimensions: int
    kept: int
    kind: RowKind
    prefix: bool


class CompactVectors(LayerVectors):
    """As `LayerVectors`; what it holds in the file and the directions it learned are there to be saved."""

    def __init__(self, form: CompactForm, *, settings: IndexSettings, ef: int, folder: Path, name: str) -> None:
        """Nothing is written yet.

        Args:
            form: How vectors are kept.
            settings: Of the graph.
            ef: Width of its search.
            folder: Where files are made.
            name: How their names begin.
        """
        neighbours = settings.m if form.kept == form.dimensions else min(settings.m, MOST_NEIGHBOURS)
        self.form = form
        self._name = name
        self._tail: FileTail
        self._next_file: VectorFile | None = None
        self._next_shortening: Shortening | None = None
        self.shortening: Shortening | None = None
        """How the graph's vectors were made; None where there is no graph."""
        super().__init__(
            form.dimensions,
            settings=settings.model_copy(update={"m": neighbours}),
            ef=ef,
            folder=folder,
            tail=FileTail(self._new_file(folder)),
        )

    @property
    def file(self) -> VectorFile:
        """The full vectors."""
        return self._tail.file

    @property
    def files(self) -> tuple[str, ...]:
        """Names of the files in use."""
        return tuple(file.path.name for file in (self.file, self._next_file) if file is not None)

    @property
    def merged_rows(self) -> int:
        """Rows of the file that the graph was made of, from the first one on."""
        return self._tail.first_row

    @property
    def checksum(self) -> str:
        """Of those rows."""
        return self._tail.digest.hexdigest()

    @property
    def tolerance(self) -> float:
        """By how much a number may differ from what was appended."""
        return TOLERANCE[self.form.kind]

    def take(
        self, graph: VectorGraph, file: VectorFile, digest: hashlib.blake2b, shortening: Shortening, *, merged: int
    ) -> None:
        """Start from a saved graph and the rows it was made of."""
        file.alive[:] = np.isin(file.labels, graph.labels())
        with self._lock.write():
            self._reset()
            self._tail.begin(file, digest=digest, first_row=file.count)
            self.graph, self.shortening = graph, shortening
            self.added = self.merged = merged

    def remove(self, labels: list[int]) -> None:
        """Take vectors out; labels that are not here are passed over."""
        super().remove(labels)
        with self._lock.write():
            for label in labels:
                self.file.remove(label)
                if self._next_file is not None:
                    self._next_file.remove(label)

    def scrub(self) -> None:
        """Write nothing over what was taken out; a graph in the making goes on with what is left.

        Until the next save, what is saved has another checksum than its manifest says: a kill in between costs
        building anew.

        Raises:
            OSError: the disk cannot be written.
        """
        with self._lock.write():
            for file in (self.file, self._next_file):
                if file is not None:
                    file.scrub()
            digest = new_checksum()
            self.file.hash_rows(digest, 0, self._tail.first_row)
            self._tail.begin(self.file, digest=digest, first_row=self._tail.first_row)

    def vectors(self, labels: NDArray[np.int64]) -> NDArray[np.float32]:
        """Full vectors of labels that are here, shape (n, dimensions).

        Raises:
            KeyError: a label is not here.
        """
        found, vectors = self.known(labels)
        if not found.all():
            raise KeyError(f"{int((~found).sum())} labels are not in {self.file.path.name}")
        return vectors

    def known(self, labels: NDArray[np.int64]) -> tuple[NDArray[np.bool_], NDArray[np.float32]]:
        """Which labels are here, shape (n,), and the full vectors of those, in their order."""
        with self._lock.read():
            rows = self.file.find(labels)
            found = rows >= 0
            return found, self.file.vectors(rows[found])

    def _reset(self) -> None:
        super()._reset()
        self.shortening = self._next_shortening = None
        if self._next_file is not None:
            self._next_file.discard()
            self._next_file = None

    def _graph_vectors(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        return vectors if self.shortening is None else self.shortening.apply(vectors)

    def _search(self, query: NDArray[np.float32], k: int) -> Found:
        if self.graph is None or not self.graph.live or self.shortening is None:
            return self._tail.search(query, k)
        if self.form.kept == self.form.dimensions:
            return super()._search(query, k)
        proposed, _ = self.graph.search(self.shortening.apply(query), self._width(k))
        rows = self.file.find(proposed)
        there = rows >= 0
        labels, scores = proposed[there], self.file.vectors(rows[there]) @ query
        if self._tail.live:
            newer = self._tail.search(query, k)
            labels, scores = np.concatenate([labels, newer[0]]), np.concatenate([scores, newer[1]])
        return best(labels, scores, k)

    def _width(self, k: int) -> int:
        if self.form.kept == self.form.dimensions:
            return k
        return max(2 * k, min(PROPOSALS, self._ef // 2))

    def _graph_due(self) -> bool:
        least = 0 if self.form.prefix else _LEARN_FROM * self.form.kept
        return self._tail.live >= max(1, self._settings.exact_below, least)

    def _build_due(self, graph: VectorGraph) -> bool:
        if super()._build_due(graph):
            return True
        known = self.shortening.learned_from if self.shortening is not None else 0
        return 0 < known < SAMPLE and graph.live >= _LEARN_AGAIN * known

    def _new_graph(self, count: int) -> VectorGraph:
        if self.graph is None:
            self.shortening = self._learn()
        return VectorGraph(
            self.form.kept,
            m=self._settings.m,
            ef_construction=self._settings.ef_construction,
            ef=self._ef,
            capacity=count + self.spare(count),
        )

    def spare(self, count: int) -> int:
        """Locks and levels of unused nodes take memory, too, so a large graph has little room to spare."""
        return super().spare(count // 8)

    def _learn(self) -> Shortening:
        form = self.form
        if form.prefix or form.kept >= form.dimensions:
            return Shortening(form.dimensions, form.kept)
        rows = np.flatnonzero(self.file.alive)
        some = rows[np.linspace(0, len(rows) - 1, min(len(rows), SAMPLE)).astype(np.intp)]
        return learned(self.file.vectors(some), form.kept)

    def _start_building(self, graph: VectorGraph) -> bool:
        labels = graph.labels()
        if len(labels) < self._settings.exact_below:
            with self._lock.write():
                self._tail.put_before(labels, self.file.vectors(self.file.find(labels)))
                self.graph, self.merged, self.shortening = None, 0, None
            return False
        self._next_shortening = self._learn()
        self._next, self._next_labels = self._new_graph(len(labels)), labels
        self._next_file = self._new_file(self._folder)
        return True

    def _build_slice(self, building: VectorGraph, threads: int) -> bool:
        shortening, file = self._next_shortening, self._next_file
        if shortening is None or file is None:
            raise RuntimeError("a graph is being built that nobody began")
        count = self._settings.merge_slice
        if len(self._next_labels):
            rows = self.file.find(self._next_labels[:count])
            rows = rows[rows >= 0]  # without what was removed meanwhile
            file.append_rows(self.file.raw(rows))  # first of all: a full disk leaves the rest as it was
            building.add(self.file.labels[rows], shortening.apply(self.file.vectors(rows)), threads=threads)
            self._next_labels = self._next_labels[count:]
            return True
        old, merged = self.file, file.count
        digest = new_checksum()
        file.hash_rows(digest, 0, merged)
        with self._lock.write():
            waiting = np.flatnonzero(old.alive[self._tail.first_row :]) + self._tail.first_row
            try:
                for start in range(0, len(waiting), count):
                    file.append_rows(old.raw(waiting[start : start + count]))
            except OSError:
                file.cut_to(merged)
                raise
            self._tail.begin(file, digest=digest, first_row=merged)
            self.graph, self.shortening = building, shortening
            self._next = self._next_file = self._next_shortening = None
        old.close()  # the file stays until the next save: what was saved last names it
        return self._tail.live >= self._settings.merge_tail

    def _new_file(self, folder: Path) -> VectorFile:
        return VectorFile(folder / file_name(self._name), self.form.dimensions, self.form.kind)
