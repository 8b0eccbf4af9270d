from __future__ import annotations

import numpy as np
from hypothesis import given, strategies as st
from hypothesis.extra import numpy as hnp

from engine.embedding.pooling import mean_pool, normalize


def test_mean_over_tokens_that_the_mask_keeps() -> None:
    hidden = np.array([[[1, 2], [3, 4], [100, 100]], [[5, 6], [7, 7], [9, 9]]], dtype=np.float32)
    mask = np.array([[1, 1, 0], [1, 0, 0]])
    assert mean_pool(hidden, mask).tolist() == [[2, 3], [5, 6]]


def test_a_text_without_tokens_becomes_zeros() -> None:
    hidden = np.full((1, 2, 3), 7, dtype=np.float32)
    assert mean_pool(hidden, np.zeros((1, 2), dtype=np.int64)).tolist() == [[0, 0, 0]]


def test_the_result_may_be_written_where_the_caller_wants() -> None:
    hidden = np.ones((2, 2, 3), dtype=np.float32)
    out = np.zeros((2, 3), dtype=np.float32)
    assert mean_pool(hidden, np.ones((2, 2), dtype=np.int64), out=out) is out
    assert out.tolist() == [[1, 1, 1], [1, 1, 1]]


def test_it_equals_the_plain_formula() -> None:
    random = np.random.default_rng(7)
    hidden = random.normal(size=(9, 17, 32)).astype(np.float32)
    mask = (np.arange(17)[None, :] < random.integers(1, 18, size=9)[:, None]).astype(np.int64)
    plain = np.stack([hidden[row][mask[row] == 1].mean(axis=0) for row in range(9)])
    np.testing.assert_allclose(mean_pool(hidden, mask), plain, atol=1e-6)


def test_rows_without_direction_become_a_unit_vector() -> None:
    vectors = np.array([[0, 0], [np.nan, 1], [np.inf, 1], [3, 4]], dtype=np.float32)
    np.testing.assert_allclose(normalize(vectors), [[1, 0], [1, 0], [1, 0], [0.6, 0.8]], atol=1e-7)


@given(hnp.arrays(np.float32, (3, 8), elements=st.floats(width=32, allow_nan=True, allow_infinity=True)))
def test_lengths_are_one_whatever_came_in(vectors: np.ndarray) -> None:
    with np.errstate(over="ignore", invalid="ignore"):
        unit = normalize(vectors.copy())
    assert np.isfinite(unit).all()
    np.testing.assert_allclose(np.linalg.norm(unit.astype(np.float64), axis=1), 1, atol=1e-4)
