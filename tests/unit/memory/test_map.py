"""The map: something soon, neighbours together, the same memories at the same place, nothing left of what is erased."""

from __future__ import annotations

import asyncio
import contextlib
import struct
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine import Engine, EngineClosedError, MapUpdate, MemoryFilter, NewMemory, Settings
from engine.memory import map as drawing, map_layout, map_neighbours
from engine.memory.map_layout import Layout, Plane

GROUPS = 6


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[Engine]:
    async with Engine.open(Settings(data_dir=tmp_path / "data")) as opened:
        yield opened


def grouped(count: int, *, seed: int = 3, dimensions: int = 384) -> np.ndarray[Any, Any]:
    """Unit vectors in six groups that lie apart, the first of each group first."""
    chance = np.random.default_rng(seed)
    centres = np.random.default_rng(77).standard_normal((GROUPS, dimensions))
    rows = centres[np.arange(count) % GROUPS] + 0.6 * chance.standard_normal((count, dimensions))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


async def remember(engine: Engine, vectors: np.ndarray[Any, Any], *, word: str = "note", layer: Any = "assets") -> None:
    await engine.remember_many(
        [NewMemory(text=f"{word} {place}", layer=layer, vector=row.tolist()) for place, row in enumerate(vectors)]
    )


async def drawn(engine: Engine, wanted: MemoryFilter | None = None) -> list[MapUpdate]:
    return [update async for update in engine.memory_map(wanted or MemoryFilter())]


def spots(update: MapUpdate) -> dict[int, tuple[float, float]]:
    return dict(zip(update.numbers.tolist(), zip(update.x.tolist(), update.y.tolist(), strict=True), strict=True))


# ------------------------------------------------------------------ the parts


def test_the_plane_is_that_of_the_greatest_variance() -> None:
    chance = np.random.default_rng(0)
    rows = chance.standard_normal((400, 40)) * np.concatenate([[9.0, 5.0], np.full(38, 0.3)])
    plane = Plane.of(rows.astype(np.float32))
    assert np.abs(plane.axes[:2]) == pytest.approx(np.eye(2), abs=0.1)
    assert (plane.axes[[0, 1], [0, 1]] > 0).all()  # never mirrored
    assert plane.project(rows.astype(np.float32)).std(axis=0) == pytest.approx([9, 5], rel=0.15)


def test_the_plane_of_equal_vectors_is_a_point() -> None:
    rows = np.ones((5, 8), np.float32)
    assert np.allclose(Plane.of(rows).project(rows), 0, atol=1e-5)


def test_the_grid_gives_the_repulsion_that_all_pairs_give() -> None:
    places = (np.random.default_rng(1).standard_normal((700, 2)) * 9).astype(np.float32)
    apart = places[:, None] - places[None]
    near = 1 / (1 + (apart**2).sum(axis=2))
    exact = (near[..., None] ** 2 * apart).sum(axis=1) / (near.sum() - len(places))
    found = map_layout._Field().repulsion(places)
    cosine = (found * exact).sum() / np.linalg.norm(found) / np.linalg.norm(exact)
    assert cosine > 0.99
    assert np.linalg.norm(found) == pytest.approx(np.linalg.norm(exact), rel=0.1)


def test_a_span_too_wide_for_the_finest_grid_is_taken_by_a_coarser_one() -> None:
    places = np.linspace(-900, 900, 400, dtype=np.float32)[:, None] * np.ones((1, 2), np.float32)
    assert np.isfinite(map_layout._Field().repulsion(places)).all()


@pytest.mark.parametrize("exact_below", [10_000, 10])
def test_neighbours_are_those_that_comparing_everything_gives(monkeypatch: Any, exact_below: int) -> None:
    monkeypatch.setattr(map_neighbours, "EXACT_BELOW", exact_below)
    rows = grouped(900)
    scores = rows @ rows.T
    np.fill_diagonal(scores, -2)
    right = np.argsort(-scores, axis=1)[:, :8]
    work = map_neighbours.nearest(rows.astype(np.float16), 8)
    found = drained(work)
    assert found.shape == (900, 8)
    assert not (found == np.arange(900)[:, None]).any()
    shared = np.mean([len(set(a) & set(b)) / 8 for a, b in zip(found.tolist(), right.tolist(), strict=True)])
    assert shared > 0.9
    assert (drained(map_neighbours.nearest(rows.astype(np.float16), 8)) == found).all()


def test_neighbours_among_others_are_exact() -> None:
    rows = grouped(500)
    new, among = np.arange(400, 500), np.arange(400)
    found = drained(map_neighbours.nearest_of(rows.astype(np.float16), new, among, 5))
    right = np.argsort(-(rows[new] @ rows[among].T), axis=1)[:, :5]
    assert (found == right).mean() > 0.98  # float16 may exchange two that are as near


def drained(work: Any) -> Any:
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value


def test_a_layout_keeps_neighbours_better_than_the_plane() -> None:
    rows = grouped(600)
    start = Plane.of(rows).project(rows)
    neighbours = drained(map_neighbours.nearest(rows.astype(np.float16), 15))
    layout = Layout(start, neighbours)
    while not layout.done:
        layout.step()
    assert kept(rows, layout.places) > kept(rows, start) + 0.1


def kept(rows: np.ndarray[Any, Any], places: np.ndarray[Any, Any], k: int = 10) -> float:
    """The share of the nearest neighbours that are neighbours on the map, too."""
    scores = rows @ rows.T
    np.fill_diagonal(scores, -2)
    apart = ((places[:, None] - places[None]) ** 2).sum(axis=2)
    np.fill_diagonal(apart, np.inf)
    one, other = np.argsort(-scores, axis=1)[:, :k], np.argsort(apart, axis=1)[:, :k]
    return float(np.mean([len(set(a) & set(b)) / k for a, b in zip(one.tolist(), other.tolist(), strict=True)]))


def test_equal_vectors_do_not_break_a_layout() -> None:
    neighbours = np.asarray([[(row + 1) % 12, (row + 2) % 12] for row in range(12)], np.int32)
    layout = Layout(np.zeros((12, 2), np.float32), neighbours)
    while not layout.done:
        layout.step()
    assert np.isfinite(layout.places).all()
    assert layout.places.std() > 0


# ------------------------------------------------------------------ the map


async def test_nothing_is_a_map_of_nothing(engine: Engine) -> None:
    (only,) = await drawn(engine)
    assert only.stage == "done"
    assert len(only.numbers) == len(only.x) == 0


@pytest.mark.parametrize("count", [1, 2, 9, 25])
async def test_a_few_memories_have_places(engine: Engine, count: int) -> None:
    await remember(engine, grouped(count))
    last = (await drawn(engine))[-1]
    assert len(last.numbers) == count
    assert np.isfinite(last.x).all()
    assert np.isfinite(last.y).all()


async def test_groups_lie_together_and_stay_where_they_are(engine: Engine, monkeypatch: Any) -> None:
    monkeypatch.setattr(drawing, "TELL_SECONDS", 0.0)
    await remember(engine, grouped(240))
    updates = await drawn(engine)
    assert [updates[0].stage, updates[-1].stage] == ["placing", "done"]
    assert "refining" in {update.stage for update in updates}
    shares = [update.share for update in updates]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    first = updates[-1]
    assert (np.diff(first.numbers) > 0).all()
    group = np.arange(240) % GROUPS
    places = np.stack([first.x, first.y], axis=1)
    apart = ((places[:, None] - places[None]) ** 2).sum(axis=2) + np.eye(240) * 1e9
    assert (group[apart.argmin(axis=1)] == group).mean() > 0.95
    assert float(np.sqrt((places**2).sum(axis=1).mean())) == pytest.approx(1, abs=0.2)

    (again,) = await drawn(engine)  # nothing is new, so nothing is computed
    assert spots(again) == spots(first)


async def test_what_is_new_comes_to_its_neighbours_and_moves_nobody(engine: Engine) -> None:
    await remember(engine, grouped(120))
    before = spots((await drawn(engine))[-1])
    await remember(engine, grouped(12, seed=9), word="new")
    after = (await drawn(engine))[-1]
    now = spots(after)
    assert {number: now[number] for number in before} == before
    numbers = sorted(before)
    centres = [np.mean([before[number] for number in numbers[one::GROUPS]], axis=0) for one in range(GROUPS)]
    for place, number in enumerate(sorted(now.keys() - before.keys())):
        distances = [float(np.hypot(*(np.asarray(now[number]) - centre))) for centre in centres]
        assert int(np.argmin(distances)) == place % GROUPS


async def test_much_that_is_new_lays_all_out_again_turned_as_before(engine: Engine) -> None:
    await remember(engine, grouped(120))
    before = spots((await drawn(engine))[-1])
    await remember(engine, grouped(90, seed=9), word="new")
    now = spots((await drawn(engine))[-1])
    assert len(now) == 210
    old = np.asarray([before[number] for number in sorted(before)])
    new = np.asarray([now[number] for number in sorted(before)])
    assert np.corrcoef(old[:, 0], new[:, 0])[0, 1] > 0.8
    assert np.corrcoef(old[:, 1], new[:, 1])[0, 1] > 0.8


async def test_a_filter_shows_fewer_at_the_same_places(engine: Engine) -> None:
    await remember(engine, grouped(60))
    await remember(engine, grouped(20, seed=8), word="season", layer="insights")
    everything = spots((await drawn(engine))[-1])
    (some,) = await drawn(engine, MemoryFilter(layers=("insights",)))
    assert len(some.numbers) == 20
    assert set(some.layers.tolist()) == {1}
    assert spots(some) == {number: everything[number] for number in spots(some)}


async def test_more_than_the_layout_holds_are_put_between_it(engine: Engine, monkeypatch: Any) -> None:
    monkeypatch.setattr(drawing, "MOST_LAID_OUT", 100)
    monkeypatch.setattr(drawing, "SLICE", 64)
    await remember(engine, grouped(180))
    last = (await drawn(engine))[-1]
    assert len(last.numbers) == 180
    places = np.stack([last.x, last.y], axis=1)
    apart = ((places[:, None] - places[None]) ** 2).sum(axis=2) + np.eye(180) * 1e9
    group = np.arange(180) % GROUPS
    assert (group[apart.argmin(axis=1)] == group).mean() > 0.9


async def test_who_stops_listening_stops_the_work_and_leaves_no_places(engine: Engine, monkeypatch: Any) -> None:
    monkeypatch.setattr(drawing, "TELL_SECONDS", 0.0)
    await remember(engine, grouped(200))
    async with contextlib.aclosing(engine.memory_map(MemoryFilter())) as updates:
        async for update in updates:
            assert update.stage == "placing"
            break
    assert rows(engine, "SELECT COUNT(*) FROM place") == [(0,)]


async def test_closing_the_engine_ends_the_work(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(drawing, "TELL_SECONDS", 0.0)
    engine = await Engine.open(Settings(data_dir=tmp_path / "data"))
    await remember(engine, grouped(200))
    updates = engine.memory_map(MemoryFilter())
    assert (await anext(updates)).stage == "placing"
    reading = asyncio.ensure_future(anext(updates))
    await asyncio.sleep(0)
    await engine.close()
    with pytest.raises(EngineClosedError):
        while True:
            await reading
            reading = asyncio.ensure_future(anext(updates))


async def test_erasing_takes_the_places_along(engine: Engine) -> None:
    await remember(engine, grouped(40))
    await drawn(engine)
    assert rows(engine, "SELECT COUNT(*) FROM place") == [(40,)]
    some = await engine.memory_ids((await engine.memory_numbers(MemoryFilter()))[:7].tolist())
    await engine.delete_memories(some, erase=True)
    assert rows(engine, "SELECT COUNT(*) FROM place") == [(33,)]
    assert rows(engine, "SELECT COUNT(*) FROM place WHERE memory NOT IN (SELECT number FROM memory)") == [(0,)]


async def test_what_is_erased_leaves_no_place_in_any_file(tmp_path: Path) -> None:
    async with Engine.open(Settings(data_dir=tmp_path / "data")) as engine:
        await remember(engine, grouped(40))
        await drawn(engine)
        places = rows(engine, "SELECT x, y FROM place WHERE memory <= 3")
        kept = rows(engine, "SELECT x, y FROM place WHERE memory = 9")
        numbers = sorted((await engine.memory_numbers(MemoryFilter())).tolist())[:3]
        await engine.delete_memories(await engine.memory_ids(numbers), erase=True)
    written = b"".join(path.read_bytes() for path in (tmp_path / "data").rglob("*") if path.is_file())
    assert all(struct.pack(">d", part) in written for place in kept for part in place)
    assert len(places) == 3
    assert not [part for place in places for part in place if struct.pack(">d", part) in written]


async def test_another_text_loses_its_place(engine: Engine) -> None:
    await remember(engine, grouped(40))
    await drawn(engine)
    (first,) = await engine.memory_ids([1])
    await engine.edit_memory(first, text="Something else altogether.")
    assert rows(engine, "SELECT COUNT(*) FROM place WHERE memory = 1") == [(0,)]
    assert 1 in spots((await drawn(engine))[-1])


async def test_a_memory_without_a_vector_is_told(engine: Engine) -> None:
    await remember(engine, grouped(30))
    with engine._parts.store.write() as writer:
        writer.execute_sql("UPDATE vector SET model = 'another' WHERE memory IN (SELECT memory FROM vector LIMIT 4)")
    last = (await drawn(engine))[-1]
    assert last.unplaced == 4
    assert len(last.numbers) == 26


async def test_places_of_another_model_are_where_the_next_layout_begins(engine: Engine) -> None:
    await remember(engine, grouped(90))
    before = spots((await drawn(engine))[-1])
    with engine._parts.store.write() as writer:
        writer.execute_sql("UPDATE meta SET value = 'another' WHERE key = 'places_model'")
    updates = await drawn(engine)
    assert len(updates) > 1  # laid out again
    now = spots(updates[-1])
    old, new = (np.asarray([one[number] for number in sorted(before)]) for one in (before, now))
    assert np.corrcoef(old.ravel(), new.ravel())[0, 1] > 0.8


async def test_clusters_are_named_the_largest_first(engine: Engine) -> None:
    await remember(engine, grouped(30))
    numbers = sorted((await engine.memory_numbers(MemoryFilter())).tolist())
    with engine._parts.store.write() as writer:
        for cluster, name in ((1, "Garden"), (2, "Lease")):
            writer.execute_sql(
                "INSERT INTO cluster (number, name, summary, model, centre, size, made_at) "
                "VALUES (?, ?, '', '', '', 0, 0)",
                (cluster, name),
            )
        for place, number in enumerate(numbers[:20]):
            writer.execute_sql(
                "INSERT INTO cluster_member (memory, cluster, nearness) VALUES (?, ?, 1)", (number, 1 + (place > 4))
            )
    last = (await drawn(engine))[-1]
    assert [(one.number, one.name, one.size) for one in last.names] == [(2, "Lease", 15), (1, "Garden", 5)]
    assert last.clusters.tolist() == [1] * 5 + [2] * 15 + [-1] * 10


def rows(engine: Engine, sql: str) -> list[Any]:
    with engine._parts.store.read() as reader:
        return list(reader.execute_sql(sql).fetchall())
