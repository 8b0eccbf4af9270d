"""Clusters of related memories, kept from run to run: what is new joins, and now and then all is looked at anew.

Memories whose language the embedder knows are grouped by their vectors, others by their words (`word_vectors.py`).
Between two looks at everything a run costs O(new x clusters). When a fifth has changed since the last one, or the model
did, all vectors are streamed past the centres again; the old centres come first, so that clusters keep their numbers.
Memory is bounded: centres, one block, and two numbers for each memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.memory.analysis import guess_language
from engine.memory.consolidation.clustering import BLOCK, SAMPLE, Groups, enough, middle, moved, tightness
from engine.memory.consolidation.parts import Breathe, Room
from engine.memory.consolidation.word_vectors import DIMENSIONS, WordVectors
from engine.memory.store import cluster_queries as rows, consolidation_queries as queries, recall_queries, traces
from engine.memory.store.cluster_queries import WORDS, Point
from engine.memory.tail import from_blobs

if TYPE_CHECKING:
    from numpy.typing import NDArray

PART = "clusters"
ANEW_SHARE = 0.2
ANEW_LEAST = 30
"""Everything is looked at anew when so many memories changed: this share, and no fewer than this."""

KEPT = 20_000
"""So many vectors are kept from pass to pass (31 MB of 384 numbers); more are read again."""

PASSES = 2
"""Times that the centres are moved; on four collections a third changed nothing."""

_LONGEST = 2000
_WRITTEN = 4000

Family = str
Block = dict[Family, tuple["NDArray[np.int64]", "NDArray[np.float32]"]]
"""Numbers and vectors of some memories, by what made the vectors: an embedder's id, or `WORDS`."""


class Grouping:
    """Keeps the clusters."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._words = WordVectors(room.language)
        self._blocks: dict[int, Block] = {}
        self._foreign: dict[int, bool] = {}  # whether the embedder does not know a memory's language, for one run

    async def run(self, breathe: Breathe) -> int:
        """Bring the clusters up to date.

        Returns:
            How many memories came into a cluster, left one, or changed it.
        """
        room = self._room
        known = await room.read(queries.state, PART)
        living = await room.read(rows.living)
        upto = await room.read(room.store.last_sequence)
        fresh = await room.read(queries.count_changed, after=int(known.get("sequence", 0)), upto=upto)
        if not enough(len(living)):
            await self._finish({}, clear=True)
            return 0
        anew = (
            known.get("model") != room.embedder.model_id
            or fresh > max(ANEW_LEAST, ANEW_SHARE * int(known.get("fitted", 0)))
            or not known.get("near")
        )
        if not anew:
            self._foreign.clear()
            done = await self._join(known, upto, breathe) if fresh else 0
            await self._finish(known | {"sequence": upto})
            return done
        try:
            return await self._anew(sorted(living), upto, breathe)
        finally:
            self._blocks.clear()
            self._foreign.clear()

    async def _anew(self, living: list[int], upto: int, breathe: Breathe) -> int:
        room = self._room
        model = room.embedder.model_id
        erased = await room.read(traces.last_erased)
        near = await room.executors.run("io", self._near, living)
        groups = await room.executors.run("io", self._known, near)
        for _ in range(PASSES):
            for start in range(0, len(living), BLOCK):
                await room.executors.run("io", self._learn, groups, living, start)
                await breathe()
            for one in groups.values():
                one.settle()
        placed: list[tuple[int, Family, int, float]] = []
        for start in range(0, len(living), BLOCK):
            placed += await room.executors.run("io", self._assign, groups, living, start)
            await breathe()
        if await room.read(traces.last_erased) != erased:
            return 0  # a centre may hold what was erased meanwhile; the next run begins anew
        state = {"model": model, "near": near, "fitted": len(living), "sequence": upto}
        return await self._write(groups, living, placed, erased, state, breathe)

    def _near(self, living: Sequence[int]) -> dict[Family, float]:
        """What counts as near in each family, from a sample. Families with few memories are not grouped."""
        chosen = np.random.default_rng(len(living)).permutation(len(living))[: 2 * SAMPLE]
        block = self._read([living[place] for place in chosen.tolist()])
        return {family: tightness(vectors[:SAMPLE]) for family, (_, vectors) in block.items() if enough(len(vectors))}

    def _known(self, near: dict[Family, float]) -> dict[Family, Groups]:
        """The clusters there are, with centres in today's space: of another model only the members are of use."""
        model = self._room.embedder.model_id
        centres: dict[Family, list[tuple[int, NDArray[np.float32]]]] = {family: [] for family in near}
        with self._room.store.read() as reader:
            for row in rows.clusters(reader):
                if row.model in (model, WORDS):
                    centre = np.frombuffer(row.centre, "<f4")
                    family = row.model
                else:
                    numbers = rows.members(reader, row.number, limit=SAMPLE)
                    blobs = recall_queries.vectors_of(reader, model, numbers)
                    if not blobs:
                        continue
                    family = model
                    centre = middle(from_blobs(list(blobs.values()), self._room.embedder.dimensions))
                if family in centres:
                    centres[family].append((row.number, centre))
        sizes = {family: DIMENSIONS if family == WORDS else self._room.embedder.dimensions for family in near}
        return {family: Groups.of(near[family], sizes[family], centres[family]) for family in near}

    def _learn(self, groups: dict[Family, Groups], living: Sequence[int], start: int) -> None:
        for family, (_, vectors) in self._block(living, start).items():
            if family in groups:
                groups[family].learn(vectors)

    def _assign(
        self, groups: dict[Family, Groups], living: Sequence[int], start: int
    ) -> list[tuple[int, Family, int, float]]:
        placed = []
        for family, (numbers, vectors) in self._block(living, start).items():
            if family in groups:
                places, cosines = groups[family].assign(vectors)
                placed += [
                    (number, family, place, cosine)
                    for number, place, cosine in zip(numbers.tolist(), places.tolist(), cosines.tolist(), strict=True)
                    if place >= 0
                ]
        return placed

    async def _write(
        self,
        groups: dict[Family, Groups],
        living: Sequence[int],
        placed: Sequence[tuple[int, Family, int, float]],
        erased: int,
        state: dict[str, Any],
        breathe: Breathe,
    ) -> int:
        sizes: dict[tuple[Family, int], int] = {}
        for _, family, place, _ in placed:
            sizes[family, place] = sizes.get((family, place), 0) + 1
        kept = {key for key, size in sizes.items() if size >= rows.SMALLEST}
        at = self._room.store.now_us()

        def centres(_: Any, writer: Any) -> dict[tuple[Family, int], int] | None:
            if traces.last_erased(writer) != erased:
                return None
            names: dict[tuple[Family, int], int] = {}
            for family, place in sorted(kept):
                centre = groups[family].centres[place].astype("<f4").tobytes()
                number = groups[family].numbers[place]
                if number is None or not rows.set_centre(writer, number, model=family, centre=centre):
                    number = rows.add(writer, model=family, centre=centre, at=at)
                names[family, place] = number
            return names

        names = await self._room.memory.write(centres)
        if names is None:
            return 0
        where = {number: (names[family, place], cosine) for number, family, place, cosine in placed
                 if (family, place) in names}  # fmt: skip
        changed = 0
        for start in range(0, len(living), _WRITTEN):
            changed += await self._put(living[start : start + _WRITTEN], where)
            await breathe()
        await self._finish(state)
        return changed

    async def _put(self, numbers: Sequence[int], where: dict[int, tuple[int, float]]) -> int:
        old = await self._room.read(rows.membership, numbers)
        places = [(number, *where.get(number, (None, 0.0))) for number in numbers]
        await self._room.memory.write(lambda _, writer: rows.put(writer, places))
        return sum(cluster != old.get(number) for number, cluster, _ in places)

    async def _join(self, known: dict[str, Any], upto: int, breathe: Breathe) -> int:
        """Put what changed since the last run where it belongs, and move those centres a little."""
        at, done = int(known["sequence"]), 0
        near: dict[Family, float] = known["near"]
        while at < upto:
            points = await self._room.read(rows.points, self._room.embedder.model_id, after=at, limit=BLOCK)
            if points:
                done += await self._join_block(points, near)
            at = points[-1].sequence if len(points) == BLOCK else upto
            await breathe()
        return done

    async def _join_block(self, points: Sequence[Point], near: dict[Family, float]) -> int:
        room = self._room
        erased = await room.read(traces.last_erased)

        def work() -> tuple[list[tuple[int, int | None, float]], list[tuple[int, str, bytes]]]:
            groups = self._known(near)
            places: list[tuple[int, int | None, float]] = [(point.number, None, 0.0) for point in points]
            row_of = {point.number: row for row, point in enumerate(points)}
            centres: list[tuple[int, str, bytes]] = []
            with room.store.read() as reader:
                sizes = {row.number: row.size for row in rows.clusters(reader)}
                before = rows.membership(reader, list(row_of))
            for family, (numbers, vectors) in self._vectors(points).items():
                if family not in groups:
                    continue
                found, cosines = groups[family].assign(vectors)
                for place in np.unique(found[found >= 0]).tolist():
                    cluster = groups[family].numbers[place]
                    if cluster is None:
                        continue
                    inside = np.flatnonzero(found == place)
                    for index in inside.tolist():
                        number = int(numbers[index])
                        places[row_of[number]] = (number, cluster, float(cosines[index]))
                    new = [index for index in inside.tolist() if before.get(int(numbers[index])) != cluster]
                    if new:
                        centre = moved(groups[family].centres[place], sizes.get(cluster, 1), vectors[new])
                        centres.append((cluster, family, centre.astype("<f4").tobytes()))
            return [one for one in places if one[1] != before.get(one[0])], centres

        places, centres = await room.executors.run("io", work)

        def write(_: Any, writer: Any) -> bool:
            if traces.last_erased(writer) != erased:
                return False
            rows.put(writer, places)
            for cluster, family, centre in centres:
                rows.set_centre(writer, cluster, model=family, centre=centre)
            return True

        return len(places) if await room.memory.write(write) else 0

    async def _finish(self, state: dict[str, Any], *, clear: bool = False) -> None:
        def write(_: Any, writer: Any) -> None:
            if clear:
                rows.clear(writer)
            rows.tidy(writer)
            queries.note_state(writer, PART, state)

        await self._room.memory.write(write)

    def _block(self, living: Sequence[int], start: int) -> Block:
        if start in self._blocks:
            return self._blocks[start]
        block = self._read(living[start : start + BLOCK])
        if len(living) <= KEPT:
            self._blocks[start] = block
        return block

    def _read(self, numbers: Sequence[int]) -> Block:
        with self._room.store.read() as reader:
            points = rows.points(reader, self._room.embedder.model_id, numbers=numbers)
        return self._vectors(points)

    def _vectors(self, points: Sequence[Point]) -> Block:
        """Vectors of memories: the embedder's where it knows the language, else of their words."""
        languages = self._room.embedder.languages
        every = "*" in languages
        dense: list[Point] = []
        others: list[int] = []
        for point in points:
            if not every and point.number not in self._foreign:
                self._foreign[point.number] = guess_language(point.head) not in languages
            if not every and self._foreign[point.number]:
                others.append(point.number)
            elif point.vector is not None:
                dense.append(point)
        block: Block = {}
        if dense:
            blobs = [point.vector for point in dense if point.vector is not None]
            vectors = from_blobs(blobs, self._room.embedder.dimensions)
            block[self._room.embedder.model_id] = (np.asarray([point.number for point in dense], np.int64), vectors)
        if others:
            with self._room.store.read() as reader:
                texts = rows.texts(reader, others, longest=_LONGEST)
            made = self._words.of([texts.get(number, "") for number in others])
            told = np.flatnonzero(made.any(axis=1))
            block[WORDS] = (np.asarray(others, np.int64)[told], made[told])
        return block
