"""Long vectors kept compact, beside the plain index of the same vectors: memory, what is found, and how fast.

Both are built from the same vectors (`long_vectors.py` says how they are made), saved, and opened by a process of their
own, whose memory is measured before and after; they answer the same questions in turns.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.bench import BenchContext, Figure
from engine.bench.long_vectors import DIMENSIONS, Lift, nearest, real_vectors
from engine.memory import compact_files
from engine.memory.compact_layer import MOST_NEIGHBOURS, CompactForm, CompactVectors
from engine.memory.layer import LayerVectors
from engine.memory.manifest import Manifest
from engine.memory.vector_file import RESIDENT_BYTES, RowKind, VectorFile, new_checksum
from engine.settings import IndexSettings

if TYPE_CHECKING:
    from numpy.typing import NDArray

COUNT, QUICK_COUNT = 100_000, 4_000
QUERIES = 300
LARGE = 1_000_000

RECALL_LIMIT = 0.97
RESIDENT_LIMIT = 1_300.0
"""MB (of 1,000,000 bytes) at a million vectors."""

_K = 10
_ROUND = 20
_KINDS: tuple[RowKind, ...] = ("fp16", "int8")


async def run(context: BenchContext) -> Sequence[Figure]:
    """Build both, measure both."""
    return await asyncio.to_thread(_run, context)


def _run(context: BenchContext) -> list[Figure]:
    count = QUICK_COUNT if context.quick else COUNT
    real, asked = real_vectors(context)
    lift = Lift(real.shape[1])
    vectors = lift.passages(real, count)
    chosen = np.random.default_rng(5).permutation(len(asked))[:QUERIES]
    queries = lift.lift(asked[chosen])
    np.save(context.work / "queries.npy", queries)
    exact = nearest(vectors, queries, _K)
    settings = IndexSettings()
    seconds = _build(context, vectors, settings)
    opened = {name: _Opened(context.work / name) for name in ("plain", *_KINDS)}
    try:
        context.say("asking in turns")
        for start in range(0, len(queries), _ROUND):
            for process in opened.values():
                process.ask(start, min(start + _ROUND, len(queries)))
        told = {name: process.end() for name, process in opened.items()}
    finally:
        for process in opened.values():
            process.stop()
    return _figures(told, opened, exact, count=count, settings=settings, seconds=seconds)


def _build(context: BenchContext, vectors: NDArray[np.float32], settings: IndexSettings) -> dict[str, float]:
    """Build and save every index; seconds by name."""
    labels, seconds = np.arange(1, len(vectors) + 1), {}
    ef = _ef()
    folder = context.work / "plain"
    folder.mkdir()
    context.say(f"building the plain index of {len(vectors):,} x {DIMENSIONS}")
    plain = LayerVectors(DIMENSIONS, settings=settings, ef=ef, folder=folder)
    seconds["plain"] = _fill(plain, labels, vectors)
    _save(plain, folder, {})
    plain.clear()
    form = CompactForm(dimensions=DIMENSIONS, kept=compact_files.KEPT, kind=_KINDS[0], prefix=False)
    folder = context.work / _KINDS[0]
    folder.mkdir()
    context.say("building the compact index")
    compact = CompactVectors(form, settings=settings, ef=ef, folder=folder, name="assets")
    seconds[_KINDS[0]] = _fill(compact, labels, vectors)
    parts = compact_files.save(compact, folder, "assets")
    _save(compact, folder, parts)
    for kind in _KINDS[1:]:  # the same graph before other rows
        folder = context.work / kind
        folder.mkdir()
        file = VectorFile(folder / "assets-0.vectors", DIMENSIONS, kind)
        file.append(labels, vectors)
        digest = new_checksum()
        file.hash_rows(digest, 0, file.count)
        rows = {"file": file.path.name, "checksum": digest.hexdigest(), "rows": file.count}
        file.close()
        (folder / parts["directions"]["file"]).hardlink_to(context.work / _KINDS[0] / parts["directions"]["file"])
        _save(compact, folder, {**parts, "vectors": rows})
    compact.clear()
    return seconds


def _fill(layer: LayerVectors, labels: NDArray[np.int64], vectors: NDArray[np.float32]) -> float:
    began = time.perf_counter()
    layer.append(labels, vectors, upto=len(labels))
    while layer.work():
        continue
    return time.perf_counter() - began


def _save(layer: LayerVectors, folder: Path, parts: compact_files.Parts) -> None:
    graph = layer.graph
    if graph is None:
        raise RuntimeError("there are too few vectors for a graph")
    graph.save(folder / "assets.hnsw")
    manifest = Manifest(database="", merged=layer.merged, count=graph.count, file="assets.hnsw", parts=parts)
    kind = folder.name if parts else ""
    (folder / "assets.json").write_text(json.dumps({"kind": kind, "ef": _ef(), "manifest": asdict(manifest)}))


def _ef() -> int:
    from engine.settings import RecallSettings

    return RecallSettings().ef_assets


class _Opened:
    """An index in a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.labels: list[list[int]] = []
        self.seconds: list[float] = []
        self._process = subprocess.Popen(
            [sys.executable, "-m", "engine.bench.compact_process", str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, start: int, end: int) -> None:
        """Questions `start` to `end`, not included."""
        told = self._tell({"start": start, "end": end})
        self.labels += told["labels"]
        self.seconds += told["seconds"]

    def end(self) -> dict[str, Any]:
        """Its last words: bytes of memory."""
        return self._tell({"memory": True})

    def stop(self) -> None:
        """End the process, whatever it does."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def _tell(self, message: dict[str, Any]) -> dict[str, Any]:
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("the process has no pipes")
        self._process.stdin.write(json.dumps(message) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError("the process that holds an index ended; its error stands above")
        told: dict[str, Any] = json.loads(answer)
        return told


def bytes_of(count: int, *, kept: int, neighbours: int, room: int) -> float:
    """Bytes that a compact layer keeps in memory, by the layout of hnswlib 0.8 and of `VectorFile`.

    For each node its block of level 0 (vector, twice as many links as M with their count, label), its place in the map
    of labels (a node of 32 bytes and its share of the buckets), its links above level 0 (one node in M has any); for
    each node there is room for a lock of 40 bytes, a level and a pointer; for each row its label and whether it counts.
    Then what is there once: pages of the file, directions, 65,536 locks by label, marks of visited nodes.

    Args:
        count: Vectors.
        kept: Numbers of each in the graph.
        neighbours: M of the graph.
        room: Nodes that fit in, `count` among them; what is not used of their blocks is never touched.
    """
    block = 4 * kept + 4 * (2 * neighbours) + 4 + 8
    lookup = 32 + 8 * 1.5
    above = (4 * neighbours + 4 + 16) / (neighbours - 1)
    per_room = 40 + 4 + 8 + 2
    rows = 1.25 * (8 + 1)
    once = RESIDENT_BYTES + 4 * kept * DIMENSIONS + 65_536 * 40
    return count * (block + lookup + above + rows) + room * per_room + once


def _figures(
    told: dict[str, dict[str, Any]],
    opened: dict[str, _Opened],
    exact: NDArray[np.int64],
    *,
    count: int,
    settings: IndexSettings,
    seconds: dict[str, float],
) -> list[Figure]:
    found = {
        name: float(
            np.mean([len(set(near) & set(truth)) / _K for near, truth in zip(one.labels, exact + 1, strict=True)])
        )
        for name, one in opened.items()
    }
    medians = {name: float(np.median(one.seconds)) * 1000 for name, one in opened.items()}
    grown = {name: (one["after"] - one["before"]) / 1e6 for name, one in told.items()}
    neighbours = min(settings.m, MOST_NEIGHBOURS)
    kept = compact_files.KEPT
    here = bytes_of(count, kept=kept, neighbours=neighbours, room=told["fp16"]["room"]) / 1e6
    large = bytes_of(LARGE, kept=kept, neighbours=neighbours, room=LARGE + LARGE // 8) / 1e6
    beyond = max(1.0, grown["fp16"] / here)
    size = f"{count:,} x {DIMENSIONS}"
    figures = [
        Figure(
            name=f"recall@10 of exact fp32, {kind}, {size}",
            value=found[kind],
            reference=found["plain"],
            reference_name="the plain index",
            limit=RECALL_LIMIT,
            note=f"{QUERIES} questions; {kept} of {DIMENSIONS} numbers in the graph, M {neighbours}",
        )
        for kind in _KINDS
    ]
    figures += [
        Figure(
            name=f"ten nearest, median, {kind}",
            value=medians[kind],
            unit="ms",
            reference=medians["plain"],
            reference_name="the plain index",
            note="in turns, one thread each",
        )
        for kind in _KINDS
    ]
    figures += [
        Figure(
            name=f"resident memory, {kind}, {size}",
            value=grown[kind],
            unit="MB",
            reference=grown["plain"],
            reference_name="the plain index",
            note=f"grown by opening it and {QUERIES} questions; the file has {told[kind]['file'] / 1e6:,.0f} MB",
        )
        for kind in _KINDS
    ]
    return [
        *figures,
        Figure(
            name=f"resident memory by the formula, {size}",
            value=here,
            unit="MB",
            reference=grown["fp16"],
            reference_name="measured",
        ),
        Figure(
            name=f"resident memory by the formula, {LARGE:,} x {DIMENSIONS}",
            value=large * beyond,
            unit="MB",
            limit=None if count < COUNT else RESIDENT_LIMIT,
            sense="at most",
            note=f"{large:,.0f} MB, times {beyond:.3f}, by which what was measured was more",
        ),
        Figure(
            name="built",
            value=count / seconds["fp16"],
            unit="1/s",
            reference=count / seconds["plain"],
            reference_name="the plain index",
        ),
    ]
