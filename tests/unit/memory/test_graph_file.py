"""The vectors of deleted nodes stand in no saved graph, and the graph serves as before."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.memory.graph_file import cover_deleted
from engine.memory.vector_index import VectorGraph

DIMENSIONS = 32


def unit(count: int, seed: int) -> np.ndarray:
    made = np.random.default_rng(seed).standard_normal((count, DIMENSIONS)).astype(np.float32)
    return made / np.linalg.norm(made, axis=1, keepdims=True)


def graph_of(vectors: np.ndarray) -> VectorGraph:
    graph = VectorGraph(DIMENSIONS, m=16, ef_construction=200, ef=100, capacity=len(vectors))
    graph.add(np.arange(len(vectors)), vectors)
    return graph


def loaded(path: Path, deleted: list[int]) -> VectorGraph:
    return VectorGraph.load(path, dimensions=DIMENSIONS, m=16, ef_construction=200, ef=100, deleted=deleted)


def test_deleted_vectors_are_in_no_byte_and_the_others_are_found_as_well(tmp_path: Path) -> None:
    vectors, queries = unit(1500, 1), unit(60, 2)
    graph = graph_of(vectors)
    deleted = np.random.default_rng(3).permutation(1500)[:400].tolist()
    for label in deleted:
        graph.delete(label)
    graph.save(tmp_path / "graph.hnsw")
    data = (tmp_path / "graph.hnsw").read_bytes()
    assert not [label for label in deleted if vectors[label].tobytes() in data]
    living = np.setdiff1d(np.arange(1500), deleted)
    assert all(vectors[label].tobytes() in data for label in living[::50])
    again = loaded(tmp_path / "graph.hnsw", deleted)
    assert again.labels().tolist() == living.tolist()
    for which in (graph, again):
        right = 0
        for query in queries:
            nearest = living[np.argsort(-(vectors[living] @ query))[:10]]
            right += len(set(nearest.tolist()) & set(which.search(query, 10)[0].tolist()))
        assert right / (10 * len(queries)) > 0.97


def test_a_graph_of_deleted_nodes_alone(tmp_path: Path) -> None:
    vectors = unit(20, 1)
    graph = graph_of(vectors)
    for label in range(20):
        graph.delete(label)
    graph.save(tmp_path / "graph.hnsw")
    data = (tmp_path / "graph.hnsw").read_bytes()
    assert not [row for row in vectors if row.tobytes() in data]
    assert loaded(tmp_path / "graph.hnsw", list(range(20))).live == 0


def test_an_empty_graph_and_one_without_deletions_stay_as_they_are(tmp_path: Path) -> None:
    for name, count in (("empty", 0), ("whole", 30)):
        path = tmp_path / f"{name}.hnsw"
        graph_of(unit(count, 1)).save(path)
        before = path.read_bytes()
        assert cover_deleted(path) == 0
        assert path.read_bytes() == before


@pytest.mark.parametrize("data", [b"", b"short", bytes(96), b"\x01" * 4096])
def test_a_file_of_another_kind_is_refused_or_left(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "other.hnsw"
    path.write_bytes(data)
    if data == bytes(96):  # a graph of no nodes
        assert cover_deleted(path) == 0
    else:
        with pytest.raises(ValueError, match="graph"):
            cover_deleted(path)
    assert path.read_bytes() == data
