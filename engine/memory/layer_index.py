"""A layer's vectors as a derived index: read from the database, saved to the disk, held against the truth."""

from __future__ import annotations

import contextlib
import logging
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from engine.errors import IndexDamagedError
from engine.memory import compact_files, manifest as manifests
from engine.memory.compact_layer import CompactVectors
from engine.memory.index_memory import graph_bytes, tail_bytes
from engine.memory.layer import LayerVectors
from engine.memory.manifest import Manifest
from engine.memory.store import recall_queries
from engine.memory.store.database import Database
from engine.memory.sync import IndexStatus
from engine.memory.tail import best, from_blobs, unit_rows
from engine.memory.vector_index import SPACE, VectorGraph
from engine.settings import IndexSettings

if TYPE_CHECKING:
    from numpy.typing import NDArray

_log = logging.getLogger(__name__)

READ_ROWS = 2048
"""Vectors read from the database at a time."""

_SAMPLE = 200
"""Vectors compared number by number when the index is verified."""


class LayerIndex:
    """Follows the database by the protocol of `sync.py`."""

    def __init__(
        self,
        layer: str,
        database: Database,
        folder: Path,
        *,
        settings: IndexSettings,
        model: str,
        dimensions: int,
        ef: int,
        matryoshka: Sequence[int] = (),
    ) -> None:
        """Nothing is read yet.

        Args:
            layer: Whose vectors these are.
            database: The open truth.
            folder: Where the index is saved.
            settings: Of the graph, and how vectors are kept.
            model: The embedder whose vectors are indexed.
            dimensions: Numbers in a vector.
            ef: Width of the graph's search.
            matryoshka: Lengths to which that embedder's vectors may be cut, longest first.
        """
        self._layer = layer
        self._database = database
        self._folder = folder
        self._settings = settings
        self._model = model
        self._dimensions = dimensions
        self._ef = ef
        form = compact_files.form_of(settings, dimensions, matryoshka)
        self._compact = (
            None if form is None else CompactVectors(form, settings=settings, ef=ef, folder=folder, name=layer)
        )
        self._vectors = self._compact or LayerVectors(dimensions, settings=settings, ef=ef, folder=folder)
        self._sequence = 0
        self._state: Literal["loading", "building", "ok", "failed"] = "loading"
        self._bytes = 0
        self._saved_parts: tuple[str, ...] = ()
        self.changes = 0
        """Vectors added or removed since the last save."""

    @property
    def name(self) -> str:
        """The layer."""
        return self._layer

    @property
    def last_sequence(self) -> int:
        """Every change up to this one is held."""
        return self._sequence

    @property
    def count(self) -> int:
        """Vectors that a search may return."""
        return self._vectors.in_graph + self._vectors.in_tail

    def search(
        self, query: NDArray[np.float32], k: int, *, upto: int = 0
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The `k` memories nearest to a unit vector of shape (dimensions,).

        Vectors up to change `upto` that the index does not hold yet are read from the database and compared exactly, so
        that recall is whole while the index is being loaded or built.

        Returns:
            Labels of shape (n,) and their cosines, best first, n at most k.
        """
        found, added = self._vectors.search(query, k)
        if added >= upto:
            return found
        newer = self._scan(query, k, added)
        labels, first = np.unique(np.concatenate([found[0], newer[0]]), return_index=True)
        return best(labels, np.concatenate([found[1], newer[1]])[first], k)

    @property
    def keeps_vectors(self) -> bool:
        """Whether full vectors lie in a file; out of a graph they are read slower than out of the database."""
        return self._compact is not None

    def known(self, labels: NDArray[np.int64]) -> tuple[NDArray[np.bool_], NDArray[np.float32]]:
        """Which labels have full vectors in a file here, shape (n,), and those vectors, in their order."""
        if self._compact is None:
            return np.zeros(len(labels), np.bool_), np.zeros((0, self._dimensions), np.float32)
        return self._compact.known(labels)

    def open(self) -> None:
        """Load what was saved, after it was checked byte by byte against its manifest.

        Raises:
            IndexDamagedError: it is torn, foreign or too old; the index is empty.
        """
        found = manifests.read(self._manifest_path)
        if found is None or not found.file:
            return
        path = self._folder / Path(found.file).name
        reason = self._unusable(found, path)
        if reason is not None:
            raise IndexDamagedError(reason)
        try:
            graph = VectorGraph.load(
                path,
                dimensions=self._compact.form.kept if self._compact else self._dimensions,
                m=self._vectors.neighbours,
                ef_construction=self._settings.ef_construction,
                ef=self._ef,
                deleted=found.deleted,
                room=self._vectors.spare(found.count // 2),
            )
        except RuntimeError as error:
            raise IndexDamagedError(f"{path.name} cannot be read ({error})") from error
        if graph.count != found.count:
            raise IndexDamagedError(f"{path.name} holds {graph.count} nodes instead of {found.count}")
        if self._compact is not None:
            compact_files.load(self._compact, graph, self._folder, found)
        else:
            self._vectors.take_graph(graph, merged=found.merged)
        self._sequence = found.sequence
        self._saved_parts = tuple(part["file"] for part in found.parts.values())
        self._bytes = self._size(found)

    def catch_up(self) -> bool:
        """Take the next new vectors into the tail and drop what was removed."""
        with self._database.read() as reader:
            rows = recall_queries.vectors_after(reader, self._layer, self._model, self._vectors.added, READ_ROWS)
            full = len(rows) == READ_ROWS
            bound = rows[-1][0] if full else self._database.last_sequence(reader)
            removed = recall_queries.removals(reader, self._sequence, bound, self._layer)
        labels, vectors = self._readable(rows)
        self._vectors.append(labels, vectors, upto=bound)
        if removed:
            self._vectors.remove([removal.label for removal in removed if removal.label is not None])
        self._sequence = max(self._sequence, bound)
        self.changes += len(labels) + len(removed)
        self._state = "building" if full else "ok"
        return not full

    def work(self) -> bool:
        """Merge a slice of the tail, or a slice of a new graph."""
        return self._vectors.work()

    def scrub(self) -> None:
        """Write over what was taken out, where that still stands in a file of full vectors; then it must be saved.

        Raises:
            OSError: the disk cannot be written.
        """
        if self._compact is not None:
            self._compact.scrub()

    def save(self) -> int:
        """Write the graph and its manifest. The tail is read from the database when the index is opened."""
        with self._database.read() as reader:
            identity = recall_queries.database_identity(reader)
        graph = self._vectors.graph
        manifest = self._manifest(identity)
        if graph is not None:
            # A name of its own: what the manifest still names must not be written over.
            stem = f"{self._layer}-{self._sequence}-{self._vectors.merged}-{graph.count}-{secrets.token_hex(3)}"
            path = self._folder / f"{stem}.hnsw"
            manifest = self._manifest(
                identity,
                sequence=self._sequence,
                merged=self._vectors.merged,
                count=graph.count,
                deleted=sorted(graph.deleted),
                file=path.name,
                checksum=manifests.write_data(path, graph.save),
                parts=compact_files.save(self._compact, self._folder, stem) if self._compact else {},
            )
        manifests.commit(self._manifest_path, manifest)
        manifests.remove_others(self._folder, f"{self._layer}-*.hnsw", manifest.file)
        self._remove_parts(manifest)
        self._bytes = self._size(manifest)
        self.changes = 0
        return self._sequence

    def verify(self) -> list[str]:
        """Compare labels with the database, and a sample of vectors number by number."""
        while not self.catch_up():
            continue
        with self._database.read() as reader:
            last = self._database.last_sequence(reader)
            wanted = np.asarray(recall_queries.labels_of(reader, self._layer, self._model), np.int64)
            held = self._vectors.labels()
            sample = np.intersect1d(wanted[:: max(1, len(wanted) // _SAMPLE)], held)
            found = recall_queries.vectors_of_labels(reader, self._model, sample.tolist())
        truth = {label: data for label, data in found.items() if len(data) == 4 * self._dimensions}
        missing = np.setdiff1d(wanted[wanted <= self._vectors.added], held)
        extra = np.setdiff1d(held[held <= last], wanted)
        problems = []
        if len(missing):
            problems.append(f"{len(missing)} memories of {self._layer} are not in its vector index.")
        if len(extra):
            problems.append(f"{len(extra)} entries of {self._layer}'s vector index belong to no memory.")
        labels = np.asarray(sorted(truth), np.int64)
        if len(labels):
            right = from_blobs([truth[label] for label in labels.tolist()], self._dimensions)
            differing = int((np.abs(right - self._vectors.vectors(labels)).max(axis=1) > self._vectors.tolerance).sum())
            if differing:
                problems.append(f"{differing} of {len(labels)} vectors compared in {self._layer} are wrong.")
        return problems

    def labels(self) -> NDArray[np.int64]:
        """Labels of everything a search may return, rising."""
        return self._vectors.labels()

    def reset(self) -> None:
        """Forget everything; `catch_up` reads it again."""
        self._state = "building"
        self._sequence = 0
        self._vectors.clear()

    def status(self) -> IndexStatus:
        """Figures."""
        merged, tail = self._vectors.in_graph, self._vectors.in_tail
        graph = self._vectors.graph
        if self._state == "ok":
            how = f", {tail:,} of them in the exact tail" if graph else ", searched exactly"
            summary = f"{merged + tail:,} memories{how if merged + tail else ''}."
        else:
            summary = f"Being read, {merged + tail:,} memories so far; recall looks into the database meanwhile."
        return IndexStatus(
            name=self._layer,
            state=self._state,
            summary=summary,
            count=merged + tail,
            merged=merged,
            tail=tail,
            deleted=len(graph.deleted) if graph else 0,
            last_sequence=self._sequence,
            bytes=self._bytes,
            memory=self._memory(graph, tail),
        )

    def _memory(self, graph: VectorGraph | None, tail: int) -> int:
        """Bytes of graph and tail; the tail of a compact layer lies in a mapped file."""
        held = 0 if self._compact is not None else tail_bytes(tail, dimensions=self._dimensions)
        if graph is None:
            return held
        return held + graph_bytes(graph.count, room=graph.room, dimensions=graph.dimensions, neighbours=graph.m)

    def close(self) -> None:
        """Give the memory back, and remove what was not saved."""
        used = self._compact.file.path if self._compact is not None else None
        self._vectors.clear()
        if used is not None and used.name not in self._saved_parts:
            with contextlib.suppress(OSError):  # the next save removes it
                used.unlink(missing_ok=True)

    @property
    def _manifest_path(self) -> Path:
        return self._folder / f"{self._layer}.json"

    def _size(self, manifest: Manifest) -> int:
        """Bytes of the files that a manifest names."""
        names = [manifest.file, *(part["file"] for part in manifest.parts.values())]
        return sum((self._folder / Path(name).name).stat().st_size for name in names if name)

    def _remove_parts(self, manifest: Manifest) -> None:
        """Remove files of compact layers that neither the manifest names nor this one uses."""
        self._saved_parts = tuple(part["file"] for part in manifest.parts.values())
        used = () if self._compact is None else self._compact.files
        for ending in compact_files.PATTERNS:
            manifests.remove_others(self._folder, f"{self._layer}-*.{ending}", *self._saved_parts, *used)

    def _manifest(self, database: str, **saved: object) -> Manifest:
        parameters = {
            "m": self._vectors.neighbours,
            "ef_construction": self._settings.ef_construction,
            "space": SPACE,
            **compact_files.parameters_of(self._compact.form if self._compact else None),
        }
        return Manifest(
            database=database,
            model=self._model,
            dimensions=self._dimensions,
            parameters=parameters,
            **saved,  # type: ignore[arg-type]
        )

    def _unusable(self, found: Manifest, path: Path) -> str | None:
        with self._database.read() as reader:
            wanted = self._manifest(recall_queries.database_identity(reader))
            floor = recall_queries.removal_floor(reader)
            last = self._database.last_sequence(reader)
        reason = found.mismatch(wanted)
        if reason is not None:
            return reason
        if found.sequence < floor:
            return f"it stands at change {found.sequence}, and removals up to {floor} are no longer known"
        if max(found.sequence, found.merged) > last:
            return f"it stands at change {max(found.sequence, found.merged)}, and the database at {last}"
        if not path.is_file():
            return f"{path.name} is missing"
        if manifests.checksum(path) != found.checksum:
            return f"{path.name} is not what was saved"
        return None

    def _readable(
        self, rows: list[tuple[int, bytes | None, int | None]]
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Labels and vectors of the rows whose vectors can be used; a damaged one is told in the log.

        A record without a vector of this model is to be embedded yet, and gets a new label then.
        """
        size = 4 * self._dimensions
        whole = [(label, data) for label, data, _ in rows if data is not None and len(data) == size]
        labels = np.asarray([label for label, _ in whole], np.int64)
        vectors = from_blobs([data for _, data in whole], self._dimensions)
        usable = unit_rows(vectors)
        bad = sum(data is not None for _, data, _ in rows) - int(usable.sum())
        if bad:
            _log.warning("%d memories of %s have no vector that can be used; words alone find them", bad, self._layer)
            labels, vectors = labels[usable], vectors[usable]
        return labels, vectors

    def _scan(self, query: NDArray[np.float32], k: int, after: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        labels, scores = np.zeros(0, np.int64), np.zeros(0, np.float32)
        with self._database.read() as reader:
            while True:
                rows = recall_queries.vectors_after(reader, self._layer, self._model, after, READ_ROWS)
                more, vectors = self._readable(rows)
                labels, scores = best(np.concatenate([labels, more]), np.concatenate([scores, vectors @ query]), k)
                if len(rows) < READ_ROWS:
                    return labels, scores
                after = rows[-1][0]
