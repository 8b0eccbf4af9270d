import errno
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.memory import compact_files, compact_layer as module
from engine.memory.compact_layer import CompactForm, CompactVectors
from engine.memory.vector_file import TOLERANCE, RowKind, VectorFile
from engine.settings import IndexSettings

DIMENSIONS, KEPT = 96, 24


def rows(count: int, seed: int = 0) -> NDArray[np.float32]:
    """Unit vectors with a spectrum that falls, as embeddings have."""
    turn = np.linalg.qr(np.random.default_rng(1).standard_normal((DIMENSIONS, DIMENSIONS)))[0]
    made = np.random.default_rng(seed).standard_normal((count, DIMENSIONS)) * (1 + np.arange(DIMENSIONS)) ** -0.7
    made = made @ turn
    return (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture
def opened() -> Iterator[list[CompactVectors]]:
    layers: list[CompactVectors] = []
    yield layers
    for layer in layers:
        layer.clear()


def made(
    opened: list[CompactVectors], folder: Path, *, kind: RowKind = "fp16", prefix: bool = False, **settings: Any
) -> CompactVectors:
    options = {"exact_below": 100, "merge_tail": 32, "merge_slice": 64, **settings}
    form = CompactForm(dimensions=DIMENSIONS, kept=KEPT, kind=kind, prefix=prefix)
    opened.append(CompactVectors(form, settings=IndexSettings(**options), ef=200, folder=folder, name="assets"))
    return opened[-1]


def fill(layer: CompactVectors, vectors: NDArray[np.float32], first: int = 1) -> None:
    layer.append(np.arange(first, first + len(vectors)), vectors, upto=first + len(vectors) - 1)
    while layer.work(threads=2):
        pass


@pytest.mark.parametrize("kind", ["fp32", "fp16", "int8"])
def test_the_ten_nearest_are_found_and_scored_by_full_vectors(
    opened: list[CompactVectors], tmp_path: Path, kind: RowKind
) -> None:
    layer, vectors, queries = made(opened, tmp_path, kind=kind), rows(3000), rows(40, seed=3)
    fill(layer, vectors)
    assert layer.graph is not None
    assert (layer.graph.dimensions, layer.in_graph, layer.in_tail) == (KEPT, 3000, 0)
    found = 0
    for query in queries:
        cosines = vectors @ query
        (labels, scores), upto = layer.search(query, 10)
        assert upto == 3000
        assert scores == pytest.approx(cosines[labels - 1], abs=4 * TOLERANCE[kind])
        found += len(set(labels.tolist()) & set((np.argsort(-cosines)[:10] + 1).tolist()))
    assert found >= 0.97 * 400


def test_a_model_that_may_be_cut_needs_no_learning(opened: list[CompactVectors], tmp_path: Path) -> None:
    layer = made(opened, tmp_path, prefix=True)
    fill(layer, rows(100))
    assert layer.in_graph == 100
    assert layer.shortening is not None
    assert layer.shortening.directions is None


def test_the_graph_begins_when_there_is_enough_to_learn_from(opened: list[CompactVectors], tmp_path: Path) -> None:
    layer = made(opened, tmp_path, exact_below=10)
    fill(layer, rows(4 * KEPT - 1))
    assert layer.graph is None
    fill(layer, rows(1, seed=2), first=4 * KEPT)
    assert layer.in_graph == 4 * KEPT


def test_better_directions_are_learned_when_there_is_more_to_learn_from(
    opened: list[CompactVectors], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SAMPLE", 1500)
    layer, vectors = made(opened, tmp_path), rows(4000)
    learned_from = []
    for start in range(0, 4000, 100):
        fill(layer, vectors[start : start + 100], first=start + 1)
        assert layer.shortening is not None
        learned_from.append(layer.shortening.learned_from)
    assert list(dict.fromkeys(learned_from)) == [100, 1100]
    assert (layer.in_graph, layer.in_tail) == (4000, 0)
    assert np.abs(layer.vectors(np.arange(1, 4001)) - vectors).max() <= TOLERANCE["fp16"]
    monkeypatch.setattr(module, "_LEARN_AGAIN", 3)
    while layer.work(threads=2):
        pass
    assert layer.shortening.learned_from == 1500  # a full sample, with which it ends
    assert not layer.work(threads=2)


def test_the_file_loses_what_was_deleted_when_the_graph_is_built_anew(
    opened: list[CompactVectors], tmp_path: Path
) -> None:
    layer, vectors = made(opened, tmp_path, rebuild_deleted=0.2), rows(400)
    fill(layer, vectors)
    before = layer.file.path
    layer.append(np.arange(401, 421), rows(20, seed=7), upto=420)  # waits in the tail
    layer.remove([*range(1, 101), 405])
    assert layer.work(threads=2)
    layer.remove([110, 390])
    while layer.work(threads=2):
        pass
    assert layer.file.path != before
    living = [label for label in range(101, 421) if label not in (110, 390, 405)]
    assert layer.labels().tolist() == living
    assert layer.file.count <= 320
    assert layer.merged_rows + layer.in_tail == layer.file.count
    found, given = layer.known(np.asarray([100, 101, 405, 420]))
    assert found.tolist() == [False, True, False, True]
    assert np.abs(given[0] - vectors[100]).max() <= TOLERANCE["fp16"]
    with pytest.raises(KeyError):
        layer.vectors(np.asarray([101, 405]))


def test_a_full_disk_while_building_anew_loses_nothing(
    opened: list[CompactVectors], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    layer, vectors = made(opened, tmp_path, rebuild_deleted=0.2), rows(400)
    fill(layer, vectors)
    layer.append(np.arange(401, 421), rows(20, seed=7), upto=420)
    layer.remove(list(range(1, 101)))
    whole, failures = VectorFile.append_rows, 0

    def failing(self: VectorFile, taken: NDArray[np.void]) -> None:
        nonlocal failures
        failures += 1
        if failures % 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        whole(self, taken)

    monkeypatch.setattr(VectorFile, "append_rows", failing)
    for _ in range(40):
        try:
            if not layer.work(threads=2):
                break
        except OSError:
            (labels, _), _ = layer.search(vectors[150], 1)
            assert labels.tolist() == [151]
    assert failures > 6
    assert layer.labels().tolist() == list(range(101, 421))
    assert len(layer.graph.deleted if layer.graph else ()) == 0
    assert np.abs(layer.vectors(np.arange(101, 401)) - vectors[100:]).max() <= TOLERANCE["fp16"]


def test_scrubbing_leaves_nothing_of_the_deleted(opened: list[CompactVectors], tmp_path: Path) -> None:
    layer, vectors = made(opened, tmp_path), rows(300)
    fill(layer, vectors)
    gone = layer.file.raw(layer.file.find(np.asarray([7]))).tobytes()[8:]
    layer.remove([7])
    assert gone in layer.file.path.read_bytes()
    layer.scrub()
    assert gone not in layer.file.path.read_bytes()
    stem, path, digest = "assets-1", layer.file.path, layer.checksum
    parts = compact_files.save(layer, tmp_path, stem)
    assert parts["vectors"] == {"file": path.name, "checksum": digest, "rows": 300}
    again, _ = VectorFile.open(path, DIMENSIONS, "fp16", count=300, checksum=digest)
    again.close()


@pytest.mark.parametrize(
    ("settings", "dimensions", "matryoshka", "wanted"),
    [
        ({}, 384, (), None),
        ({}, 512, (), None),
        ({}, 1024, (), (256, "fp16", False)),
        ({}, 1024, (1024, 512, 256, 128), (256, "fp16", True)),
        ({}, 1024, (1024, 512), (256, "fp16", False)),
        ({"graph_dimensions": 192}, 1024, (1024, 128), (192, "fp16", True)),
        ({"graph_dimensions": 128}, 384, (), (128, "fp16", False)),
        ({"vectors": "fp32"}, 1024, (), None),
        ({"vectors": "fp32", "graph_dimensions": 300}, 1024, (), (300, "fp32", False)),
        ({"vectors": "int8"}, 384, (), (256, "int8", False)),
        ({"vectors": "int8"}, 128, (), (128, "int8", True)),
        ({"vectors": "int8", "graph_dimensions": 2000}, 1024, (), (1024, "int8", True)),
    ],
)
def test_which_layers_are_compact(
    settings: dict[str, Any], dimensions: int, matryoshka: tuple[int, ...], wanted: tuple[int, str, bool] | None
) -> None:
    form = compact_files.form_of(IndexSettings(**settings), dimensions, matryoshka)
    assert (form and (form.kept, form.kind, form.prefix)) == wanted
