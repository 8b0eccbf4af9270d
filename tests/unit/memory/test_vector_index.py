from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.memory.vector_index import VectorGraph

DIMENSIONS = 16


def rows(count: int, seed: int = 0) -> NDArray[np.float32]:
    made = np.random.default_rng(seed).standard_normal((count, DIMENSIONS)).astype(np.float32)
    return made / np.linalg.norm(made, axis=1, keepdims=True)


def graph(count: int, capacity: int | None = None) -> tuple[VectorGraph, NDArray[np.float32]]:
    made = VectorGraph(DIMENSIONS, m=16, ef_construction=100, ef=100, capacity=capacity or count)
    vectors = rows(count)
    made.add(np.arange(count) + 1, vectors)
    return made, vectors


def test_the_nearest_are_found_with_their_cosines() -> None:
    made, vectors = graph(500)
    query = rows(1, seed=3)[0]
    labels, scores = made.search(query, 10)
    order = np.argsort(-(vectors @ query))[:10]
    assert len(set(labels.tolist()) & set((order + 1).tolist())) >= 9
    assert scores[0] == pytest.approx((vectors @ query).max(), abs=1e-5)


def test_a_graph_is_the_same_after_loading(tmp_path: Path) -> None:
    made, vectors = graph(300)
    made.delete(5)
    made.save(tmp_path / "graph")
    loaded = VectorGraph.load(
        tmp_path / "graph", dimensions=DIMENSIONS, m=16, ef_construction=100, ef=100, deleted=[5], room=50
    )
    assert (loaded.count, loaded.live, loaded.room) == (300, 299, 50)
    for query in rows(20, seed=8):
        assert loaded.search(query, 10)[0].tolist() == made.search(query, 10)[0].tolist()
    loaded.add(np.asarray([1000]), rows(1, seed=77))
    assert loaded.search(rows(1, seed=77)[0], 1)[0].tolist() == [1000]
    assert np.allclose(loaded.vectors(np.asarray([2, 3])), vectors[[1, 2]])


def test_more_neighbours_than_there_are_is_all_of_them() -> None:
    made, _ = graph(12)
    assert sorted(made.search(rows(1, seed=1)[0], 500)[0].tolist()) == list(range(1, 13))


def test_what_the_graph_cannot_reach_is_answered_exactly() -> None:
    """With nearly all nodes deleted hnswlib finds too few and raises."""
    made, vectors = graph(400)
    for label in range(1, 391):
        assert made.delete(label)
    labels, scores = made.search(rows(1, seed=2)[0], 10)
    assert sorted(labels.tolist()) == list(range(391, 401))
    assert scores.tolist() == sorted(scores.tolist(), reverse=True)
    assert made.labels().tolist() == list(range(391, 401))
    assert np.allclose(made.vectors(made.labels()), vectors[390:])


def test_deleting_twice_or_the_unknown() -> None:
    made, _ = graph(10)
    assert made.delete(3)
    assert made.delete(3)
    assert not made.delete(12345)
    assert made.live == 9


def test_a_batch_without_room_changes_nothing() -> None:
    made, _ = graph(8, capacity=10)
    with pytest.raises(ValueError, match="do not fit"):
        made.add(np.arange(100, 105), rows(5, seed=5))
    assert made.count == 8


def test_several_threads_build_the_same_set() -> None:
    made = VectorGraph(DIMENSIONS, m=16, ef_construction=100, ef=100, capacity=1000)
    made.add(np.arange(1000), rows(1000), threads=4)
    assert made.labels().tolist() == list(range(1000))


def test_an_empty_graph_finds_nothing() -> None:
    made = VectorGraph(DIMENSIONS, m=16, ef_construction=100, ef=100, capacity=10)
    assert made.search(rows(1)[0], 3)[0].tolist() == []
    assert made.search_exactly(rows(1)[0], 3)[0].tolist() == []
    assert made.vectors(np.zeros(0, np.int64)).shape == (0, DIMENSIONS)
