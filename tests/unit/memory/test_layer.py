import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.memory import layer as layers
from engine.memory.compact_layer import CompactForm, CompactVectors
from engine.memory.layer import LayerVectors
from engine.settings import IndexSettings

DIMENSIONS = 16


def rows(count: int, seed: int = 0) -> NDArray[np.float32]:
    made = np.random.default_rng(seed).standard_normal((count, DIMENSIONS)).astype(np.float32)
    return made / np.linalg.norm(made, axis=1, keepdims=True)


Make = Callable[..., LayerVectors]


def plain(folder: Path, **settings: Any) -> LayerVectors:
    options = {"exact_below": 100, "merge_tail": 32, "merge_slice": 64, **settings}
    return LayerVectors(DIMENSIONS, settings=IndexSettings(**options), ef=100, folder=folder)


def compact(folder: Path, **settings: Any) -> CompactVectors:
    options = {"exact_below": 100, "merge_tail": 32, "merge_slice": 64, **settings}
    form = CompactForm(dimensions=DIMENSIONS, kept=12, kind="fp32", prefix=False)
    return CompactVectors(form, settings=IndexSettings(**options), ef=100, folder=folder, name="assets")


@pytest.fixture(params=[plain, compact])
def made(request: pytest.FixtureRequest) -> Iterator[Make]:
    opened: list[LayerVectors] = []

    def make(*arguments: Any, **settings: Any) -> LayerVectors:
        opened.append(request.param(*arguments, **settings))
        return opened[-1]

    yield make
    for layer in opened:
        layer.clear()


def fill(layer: LayerVectors, vectors: NDArray[np.float32], first: int = 1) -> None:
    layer.append(np.arange(first, first + len(vectors)), vectors, upto=first + len(vectors) - 1)


def work(layer: LayerVectors) -> int:
    slices = 0
    while layer.work(threads=2):
        slices += 1
    return slices


def test_few_vectors_stay_out_of_a_graph(made: Make, tmp_path: Path) -> None:
    layer = made(tmp_path)
    fill(layer, rows(99))
    assert not layer.work()
    assert (layer.in_graph, layer.in_tail) == (0, 99)


def test_the_tail_is_merged_in_slices_and_given_back(made: Make, tmp_path: Path) -> None:
    layer = made(tmp_path)
    vectors = rows(500)
    fill(layer, vectors)
    assert work(layer) >= 500 // 64
    assert (layer.in_graph, layer.in_tail, layer.merged) == (500, 0, 500)
    for at in (0, 250, 499):
        (labels, scores), _ = layer.search(vectors[at], 1)
        assert labels.tolist() == [at + 1]
        assert scores[0] == pytest.approx(1.0, abs=1e-5)


def test_a_short_tail_waits(made: Make, tmp_path: Path) -> None:
    layer = made(tmp_path)
    fill(layer, rows(200))
    work(layer)
    fill(layer, rows(31, seed=1), first=201)
    assert not layer.work()
    assert layer.in_tail == 31
    (labels, _), upto = layer.search(rows(31, seed=1)[30], 1)
    assert (labels.tolist(), upto) == ([231], 231)


def test_graph_and_tail_answer_as_one(made: Make, tmp_path: Path) -> None:
    layer, vectors = made(tmp_path), rows(300)
    fill(layer, vectors[:280])
    work(layer)
    fill(layer, vectors[280:], first=281)
    query = rows(1, seed=5)[0]
    (labels, scores), _ = layer.search(query, 20)
    assert scores.tolist() == sorted(scores.tolist(), reverse=True)
    exact = np.argsort(-(vectors @ query))[:20] + 1
    assert len(set(labels.tolist()) & set(exact.tolist())) >= 19


def test_many_neighbours_widen_the_search_for_once(made: Make, tmp_path: Path) -> None:
    layer = made(tmp_path)
    fill(layer, rows(400))
    work(layer)
    (labels, _), _ = layer.search(rows(1, seed=5)[0], 300)
    assert len(set(labels.tolist())) == 300


def test_a_full_graph_grows(made: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layers, "SPARE_NODES", 10)
    layer, vectors = made(tmp_path), rows(900)
    for start in range(0, 900, 150):
        fill(layer, vectors[start : start + 150], first=start + 1)
        work(layer)
    assert layer.in_graph == 900
    (labels, _), _ = layer.search(vectors[0], 1)
    assert labels.tolist() == [1]
    assert [path for path in tmp_path.iterdir() if path.suffix != ".vectors"] == []


def test_too_many_deleted_nodes_build_the_graph_anew(made: Make, tmp_path: Path) -> None:
    layer, vectors = made(tmp_path, rebuild_deleted=0.2), rows(400)
    fill(layer, vectors)
    work(layer)
    layer.remove(list(range(1, 101)))
    assert layer.work(threads=1)
    assert layer.work(threads=1)
    layer.remove([150, 300])  # the one is in the new graph already, the other is not
    work(layer)
    assert layer.graph is not None
    assert (len(layer.graph.deleted), layer.graph.count) == (1, 299)
    assert layer.labels().tolist() == [label for label in range(101, 401) if label not in (150, 300)]
    (labels, _), _ = layer.search(vectors[149], 1)
    assert labels.tolist() != [150]


def test_a_graph_that_became_small_is_given_up(made: Make, tmp_path: Path) -> None:
    layer, vectors = made(tmp_path), rows(150)
    fill(layer, vectors)
    work(layer)
    fill(layer, rows(5, seed=2), first=151)
    layer.remove(list(range(1, 101)))
    work(layer)
    assert layer.graph is None
    assert layer.labels().tolist() == list(range(101, 156))
    layer.remove([120])
    assert 120 not in layer.labels()
    assert np.array_equal(layer.vectors(np.asarray([101, 150])), vectors[[100, 149]])


def test_slices_shrink_while_somebody_searches(made: Make, tmp_path: Path) -> None:
    layer = made(tmp_path, merge_slice=4096)
    fill(layer, rows(300))
    layer.search(rows(1)[0], 1)
    layer.work(threads=1)
    assert 0 < layer.in_graph < 300


@pytest.mark.timeout(60)
def test_searching_while_adding_merging_and_deleting_is_never_wrong(made: Make, tmp_path: Path) -> None:
    layer, vectors = made(tmp_path, rebuild_deleted=0.1), rows(3000)
    fill(layer, vectors[:200])
    stop = threading.Event()
    wrong: list[str] = []

    def search(seed: int) -> None:
        order = np.random.default_rng(seed)
        while not stop.is_set():
            at = int(order.integers(0, 100))  # these are never removed
            (labels, scores), _ = layer.search(vectors[at], 10)
            if labels[0] != at + 1 or scores[0] < 0.999:
                wrong.append(f"{at + 1}: {labels.tolist()}")
            if len(set(labels.tolist())) != len(labels):
                wrong.append(f"twice: {labels.tolist()}")

    threads = [threading.Thread(target=search, args=(seed,)) for seed in range(3)]
    for thread in threads:
        thread.start()
    for start in range(200, 3000, 200):
        fill(layer, vectors[start : start + 200], first=start + 1)
        layer.remove(list(range(start - 90, start)))
        for _ in range(6):
            layer.work(threads=2)
    work(layer)
    stop.set()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert layer.in_graph + layer.in_tail == 3000 - 14 * 90
