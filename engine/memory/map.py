"""The map of memories: where each lies among those it is like.

What was laid out before is shown at once, wherever it was. What is new since is put between its nearest neighbours.
Only where too much is new is the whole laid out again, and then turned so that it lies as it did before. So the same
memories come to the same place, whatever else a filter lets through.

All work is done in slices on the `io` pool: recall has its own threads, and whoever stops listening stops the work at
the next slice.
"""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import AsyncGenerator, Callable, Generator
from typing import TYPE_CHECKING, TypeVar, cast

import numpy as np

from engine.executors import Executors
from engine.map_values import MapCluster, MapStage, MapUpdate
from engine.memory import map_layout, map_neighbours
from engine.memory.map_layout import Layout, Plane
from engine.memory.store import map_queries
from engine.memory.store.database import Database
from engine.memory.tail import from_blobs, unit_rows
from engine.values import LAYERS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.int64]
    Spots = NDArray[np.float32]

T = TypeVar("T")

MOST_LAID_OUT = 50_000
"""Memories that the layout itself holds at once; more are put between their neighbours, a slice at a time."""
SLICE = 2048
"""Vectors read at a time."""
SAMPLE = 2048
"""Vectors that the first plane is found from."""
TELL_SECONDS = 0.25
"""While it is being laid out, an update comes about so often."""

_SLICE_SECONDS = 0.03
_FEW = 24
"""Fewer memories than that have no neighbourhoods worth a layout: the plane is all."""
_NEW_SHARE = 0.25
"""From this share of new memories on, everything is laid out again; below, they are put among the others."""
_KNOWN_SHARE = 0.4
"""From this share of known places on, a new layout begins with them."""
_NEAR = 5
"""A new memory is put in the middle of so many neighbours."""
_ASIDE = 0.006
"""And so far aside of it at most, so that it does not hide another one."""
_SAVED_AT_ONCE = 4000


@dataclasses.dataclass(slots=True, eq=False)
class _Known:
    """What is known before a vector was read: rows are rising numbers, shape (n,)."""

    numbers: Numbers
    layers: NDArray[np.uint8]
    clusters: NDArray[np.int32]
    names: dict[int, str]
    spots: Spots
    placed: NDArray[np.bool_]
    settled: NDArray[np.bool_]


class MemoryMap:
    """Draws maps of one open database."""

    def __init__(self, store: Database, executors: Executors) -> None:
        self._store = store
        self._executors = executors

    async def updates(self, numbers: Numbers, *, model: str, dimensions: int) -> AsyncGenerator[MapUpdate, None]:
        """Where memories lie, better and better; the last update has the stage `done`.

        Args:
            numbers: Of the memories, in any order.
            model: The embedder whose vectors count.
            dimensions: Numbers of such a vector.
        """
        known = await self._do(lambda: self._read_known(np.unique(numbers), model))
        drawing = _Drawing(known)
        if drawing.all_known:
            yield drawing.update("done", 1.0)
            return
        if known.placed.any():
            yield drawing.update("placing", 0.0)
        work = drawing.work(lambda some: self._read_vectors(some, model, dimensions))
        told = time.monotonic() if known.placed.any() else -math.inf  # what can be shown first is shown at once
        while True:
            step = await self._do(lambda: next(work, None))
            if step is None:
                break
            stage, share = step
            if time.monotonic() - told >= TELL_SECONDS and drawing.any:
                told = time.monotonic()
                yield drawing.update(stage, share)
        await self._keep(drawing, model)
        yield drawing.update("done", 1.0)

    async def _do(self, work: Callable[[], T]) -> T:
        return await self._executors.run("io", work)

    async def _keep(self, drawing: _Drawing, model: str) -> None:
        rows = await self._do(drawing.to_keep)
        for start in range(0, len(rows), _SAVED_AT_ONCE):
            some = rows[start : start + _SAVED_AT_ONCE]

            def write(some: list[tuple[int, float, float, bool]] = some) -> None:
                with self._store.write() as writer:
                    map_queries.keep_places(writer, some, model=model)

            await self._executors.run("store", write)

    def _read_known(self, numbers: Numbers, model: str) -> _Known:
        with self._store.read() as reader:
            named, layer_names = map_queries.layers_of(reader)
            members, cluster_of, names = map_queries.clusters(reader)
            placed, spots, settled = map_queries.places(reader, model)
        order = np.argsort(named)
        codes: dict[str, int] = {layer: code for code, layer in enumerate(LAYERS)}
        layers = np.fromiter((codes[name] for name in layer_names), np.uint8, len(layer_names))
        at, there = _find(named[order], numbers)
        numbers, at = numbers[there], at[there]
        in_cluster, has_cluster = _find(members[np.argsort(members)], numbers)
        clusters = np.full(len(numbers), -1, np.int32)
        clusters[has_cluster] = cluster_of[np.argsort(members)][in_cluster[has_cluster]]
        at_place, has_place = _find(placed, numbers)
        found = np.zeros((len(numbers), 2), np.float32)
        found[has_place] = spots[at_place[has_place]]
        kept = np.zeros(len(numbers), np.bool_)
        kept[has_place] = settled[at_place[has_place]]
        return _Known(numbers, layers[order][at], clusters, names, found, has_place, kept)

    def _read_vectors(self, numbers: Numbers, model: str, dimensions: int) -> tuple[Numbers, NDArray[np.float32]]:
        """Those of the numbers that have a vector that can be used, and these."""
        with self._store.read() as reader:
            rows = map_queries.vectors(reader, model, numbers.tolist())
        rows = [row for row in rows if len(row[1]) == 4 * dimensions]
        found = from_blobs([data for _, data in rows], dimensions)
        usable = unit_rows(found)
        return np.fromiter((number for number, _ in rows), np.int64, len(rows))[usable], found[usable]


def _find(sorted_keys: NDArray[np.int64], wanted: Numbers) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Where each wanted number stands among sorted ones, and whether it is there."""
    if not len(sorted_keys):
        return np.zeros(len(wanted), np.intp), np.zeros(len(wanted), np.bool_)
    at = np.minimum(np.searchsorted(sorted_keys, wanted), len(sorted_keys) - 1)
    return at, sorted_keys[at] == wanted


Read = Callable[["Numbers"], "tuple[Numbers, NDArray[np.float32]]"]
Steps = Generator[tuple[MapStage, float], None, None]


class _Drawing:
    """One map while it is made. Rows are the filter's memories."""

    def __init__(self, known: _Known) -> None:
        self._known = known
        self._spots = known.spots.copy()
        self._shown = known.placed.copy()
        self._changed = np.zeros(len(known.numbers), np.bool_)
        self._settled = known.settled.copy()
        self._unplaced = 0

    @property
    def any(self) -> bool:
        """Whether anything can be shown."""
        return bool(self._shown.any())

    @property
    def all_known(self) -> bool:
        """Whether nothing is new, and nearly everything was laid out together."""
        known = self._known
        fresh = int((~known.settled).sum())
        return bool(known.placed.all()) and fresh <= max(_NEW_SHARE * len(known.numbers), _FEW - 1)

    def update(self, stage: MapStage, share: float) -> MapUpdate:
        """What can be shown now."""
        known, shown = self._known, self._shown
        clusters = known.clusters[shown]
        which, sizes = np.unique(clusters[clusters >= 0], return_counts=True)
        names = [
            MapCluster(number=number, name=known.names.get(number, ""), size=size)
            for number, size in zip(which.tolist(), sizes.tolist(), strict=True)
        ]
        return MapUpdate(
            numbers=known.numbers[shown],
            x=self._spots[shown, 0],
            y=self._spots[shown, 1],
            layers=known.layers[shown],
            clusters=clusters,
            names=tuple(sorted(names, key=lambda one: (-one.size, one.number))),
            stage=stage,
            share=share,
            unplaced=self._unplaced,
        )

    def to_keep(self) -> list[tuple[int, float, float, bool]]:
        """Number, x, y and whether settled, of what has a new place."""
        rows = np.flatnonzero(self._changed & self._shown)
        numbers, spots, settled = self._known.numbers[rows], self._spots[rows], self._settled[rows]
        return list(zip(numbers.tolist(), spots[:, 0].tolist(), spots[:, 1].tolist(), settled.tolist(), strict=True))

    def work(self, read: Read) -> Steps:
        """Everything there is to do, in slices; says after each what is being done and how far it is."""
        known = self._known
        count = len(known.numbers)
        new = int((~known.placed).sum())
        fresh = int((~known.settled).sum())
        again = fresh > _NEW_SHARE * count or count - new < _FEW
        begun = again and count - new >= _KNOWN_SHARE * count and count - new >= _FEW
        held = np.arange(count)
        if count > MOST_LAID_OUT:  # the known ones first, so that it is the same ones again
            mixed = np.random.default_rng(0).permutation(count)
            held = np.sort(mixed[np.argsort(~known.placed[mixed], kind="stable")][:MOST_LAID_OUT])
        rows, usable = yield from self._gather(read, held, planned=again and not begun)
        if not len(rows):
            return
        among = np.flatnonzero(self._known.placed[usable])
        if again:
            yield from self._lay_out(rows, usable, among if begun else None)
        elif len(among) < len(usable):
            yield from self._between(rows, usable, among)
        if count > MOST_LAID_OUT:
            yield from self._others(read, rows, usable, np.setdiff1d(np.arange(count), held))

    # ------------------------------------------------------------------ the steps

    def _gather(
        self, read: Read, held: NDArray[np.int64], *, planned: bool
    ) -> Generator[tuple[MapStage, float], None, tuple[NDArray[np.float16], NDArray[np.int64]]]:
        """Read the vectors as float16; with `planned` put each on the plane as soon as it is there.

        Returns:
            The vectors that can be used, and their rows.
        """
        numbers = self._known.numbers
        plane: Plane | None = None
        scale = np.float32(1.0)
        if planned:
            some = held if len(held) <= SAMPLE else held[np.random.default_rng(1).permutation(len(held))[:SAMPLE]]
            _, sample = read(numbers[np.sort(some)])
            if len(sample):
                plane = Plane.of(sample)
                scale = _scale_of(plane.project(sample))
            yield "placing", 0.02
        parts: list[NDArray[np.float16]] = []
        usable: list[NDArray[np.int64]] = []
        for start in range(0, len(held), SLICE):
            some = held[start : start + SLICE]
            there, vectors = read(numbers[some])
            rows = np.searchsorted(numbers, there)
            if plane is not None and len(there):
                self._spots[rows] = plane.project(vectors) * scale
                self._shown[rows] = True
            parts.append(vectors.astype(np.float16))
            usable.append(rows)
            self._unplaced += len(some) - len(there)
            yield "placing", 0.15 * min(1.0, (start + SLICE) / len(held))
        return np.concatenate(parts), np.concatenate(usable)

    def _lay_out(self, rows: NDArray[np.float16], usable: NDArray[np.int64], known: NDArray[np.int64] | None) -> Steps:
        """Lay everything out; `known`: rows that begin where they lay, the others between them."""
        count = len(rows)
        if known is not None and len(known) < len(rows):
            yield from self._between(rows, usable, known)
        self._settled[usable] = self._changed[usable] = True
        if count < _FEW:
            return
        wanted = min(map_layout.NEIGHBOURS, (count - 1) // 3)
        neighbours = yield from _said(map_neighbours.nearest(rows, wanted), "refining", 0.2)
        before = self._known.spots[usable], self._known.placed[usable]
        layout = Layout(self._spots[usable], neighbours, settled=known is not None)
        while not layout.done:
            layout.work(_SLICE_SECONDS)
            self._spots[usable] = _turned(layout.places * _scale_of(layout.places), *before)
            yield "refining", 0.25 + 0.75 * layout.round / layout.rounds

    def _between(self, rows: NDArray[np.float16], usable: NDArray[np.int64], known: NDArray[np.int64]) -> Steps:
        """Put what has no place yet in the middle of its nearest neighbours that have one."""
        new = np.setdiff1d(np.arange(len(rows)), known)
        near = map_neighbours.nearest_of(rows, new, known, min(_NEAR, len(known)))
        found = yield from _said(near, "placing", 0.2)
        self._put(usable[new], self._spots[usable[found]])

    def _others(
        self, read: Read, rows: NDArray[np.float16], usable: NDArray[np.int64], others: NDArray[np.int64]
    ) -> Steps:
        """Put what the layout did not hold between the neighbours that it did, a slice at a time."""
        others = others[~self._known.placed[others]]
        for start in range(0, len(others), SLICE):
            there, vectors = read(self._known.numbers[others[start : start + SLICE]])
            self._unplaced += len(others[start : start + SLICE]) - len(there)
            if not len(there):
                continue
            both = np.concatenate([rows, vectors.astype(np.float16)])
            new, among = np.arange(len(rows), len(both)), np.arange(len(rows))
            near = map_neighbours.nearest_of(both, new, among, min(_NEAR, len(among)))
            found = yield from _said(near, "refining", 0.95)
            self._put(np.searchsorted(self._known.numbers, there), self._spots[usable[found]])

    def _put(self, rows: NDArray[np.int64], around: Spots) -> None:
        """Place rows in the middle of others' places, shape (m, k, 2); a little aside, always the same for a number."""
        turn = self._known.numbers[rows].astype(np.float64) * 2.399963  # the golden angle: no two the same
        aside = np.stack([np.cos(turn), np.sin(turn)], axis=1) * _ASIDE * ((rows % 7 + 1) / 7)[:, None]
        self._spots[rows] = np.median(around, axis=1) + aside.astype(np.float32)
        self._shown[rows] = self._changed[rows] = True
        self._settled[rows] = False


def _said(work: Generator[None, None, T], stage: MapStage, share: float) -> Generator[tuple[MapStage, float], None, T]:
    """Steps of a part of the work, with what is said of each."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            return cast("T", end.value)
        yield stage, share


def _scale_of(places: Spots) -> np.float32:
    """What makes places about 1 from their middle, in the root mean square."""
    spread = float(np.sqrt(((places - places.mean(axis=0)) ** 2).sum(axis=1).mean()))
    return np.float32(1.0 / spread if spread > 0 else 1.0)


def _turned(places: Spots, before: Spots, known: NDArray[np.bool_]) -> Spots:
    """Places turned, or mirrored, to lie as those that were known did (orthogonal Procrustes; Schönemann, 1966)."""
    if int(known.sum()) < _FEW:
        return places
    then, now = before[known] - before[known].mean(axis=0), places[known] - places[known].mean(axis=0)
    left, _, right = np.linalg.svd(now.T @ then)
    return np.asarray(places @ (left @ right), np.float32)
