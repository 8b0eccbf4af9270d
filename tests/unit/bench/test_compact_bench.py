import numpy as np
import pytest

from engine.bench.compact import RESIDENT_LIMIT, bytes_of
from engine.bench.long_vectors import DIMENSIONS, Lift, nearest
from engine.memory.compact_files import KEPT
from engine.memory.compact_layer import MOST_NEIGHBOURS


def real(count: int, seed: int = 0) -> np.ndarray:
    made = np.random.default_rng(seed).standard_normal((count, 32)).astype(np.float32)
    return made / np.linalg.norm(made, axis=1, keepdims=True)


def test_long_vectors_are_unit_full_and_the_same_each_time() -> None:
    made = Lift(32).passages(real(40), 1500)
    assert made.shape == (1500, DIMENSIONS)
    assert np.linalg.norm(made, axis=1) == pytest.approx(np.ones(1500), abs=1e-4)
    assert np.linalg.matrix_rank(made) == DIMENSIONS
    assert np.array_equal(made, Lift(32).passages(real(40), 1500))
    assert np.abs(made).mean(axis=0).max() < 3 * np.abs(made).mean()  # no number matters more than another


def test_who_was_near_stays_near() -> None:
    vectors, lift = real(300), Lift(32)
    long = lift.passages(vectors, 300)
    near = np.argsort(-(vectors[:1] @ vectors.T), axis=1)[0]
    cosines = long @ long[0]
    assert cosines[near[1:20]].mean() > cosines[near[-100:]].mean() + 0.1


def test_the_nearest_are_those_of_a_full_sort() -> None:
    vectors, queries = real(500), real(7, seed=2)
    assert nearest(vectors, queries, 10).tolist() == np.argsort(-(queries @ vectors.T), axis=1)[:, :10].tolist()


def test_a_million_long_vectors_fit() -> None:
    size = bytes_of(1_000_000, kept=KEPT, neighbours=MOST_NEIGHBOURS, room=1_125_000)
    assert 1.1e9 < size < RESIDENT_LIMIT * 1e6
    plain = 1_000_000 * 4 * DIMENSIONS
    assert size < plain / 3
