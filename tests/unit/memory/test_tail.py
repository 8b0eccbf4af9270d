import numpy as np
import pytest
from hypothesis import given, strategies as st
from numpy.typing import NDArray

from engine.memory import tail as tails
from engine.memory.tail import BLOCK, VectorTail, best, from_blobs, unit_rows


def rows(count: int, dimensions: int = 8, seed: int = 0) -> NDArray[np.float32]:
    made = np.random.default_rng(seed).standard_normal((count, dimensions)).astype(np.float32)
    return made / np.linalg.norm(made, axis=1, keepdims=True)


def filled(count: int, first_label: int = 1) -> tuple[VectorTail, NDArray[np.float32]]:
    tail, vectors = VectorTail(8), rows(count)
    tail.append(np.arange(first_label, first_label + count), vectors)
    return tail, vectors


def test_search_is_exact_over_many_blocks() -> None:
    tail, vectors = filled(BLOCK * 2 + 10)
    query = rows(1, seed=9)[0]
    labels, scores = tail.search(query, 5)
    order = np.argsort(-(vectors @ query))[:5]
    assert labels.tolist() == (order + 1).tolist()
    assert scores == pytest.approx((vectors @ query)[order])


def test_removed_rows_are_not_found() -> None:
    tail, vectors = filled(50)
    assert tail.remove(7)
    assert not tail.remove(7)
    assert not tail.remove(99)
    labels, _ = tail.search(vectors[6], 50)
    assert 7 not in labels
    assert len(labels) == tail.live == 49


def test_dropping_gives_blocks_back() -> None:
    tail, vectors = filled(BLOCK + 20)
    labels, taken, last = tail.first(BLOCK + 5)
    assert labels.tolist() == list(range(1, BLOCK + 6))
    assert np.array_equal(taken, vectors[: BLOCK + 5])
    tail.drop_to(last)
    assert tail.live == 15
    assert tail.labels().tolist() == list(range(BLOCK + 6, BLOCK + 21))
    assert not tail.remove(3)


def test_dead_rows_at_the_head_are_passed_over() -> None:
    tail, _ = filled(10)
    for label in (1, 2, 3):
        tail.remove(label)
    labels, _, last = tail.first(2)
    assert labels.tolist() == [4, 5]
    assert last == 5
    tail.drop_to(last)
    assert tail.labels().tolist() == [6, 7, 8, 9, 10]


def test_nothing_asked_for_is_nothing() -> None:
    tail, _ = filled(3)
    labels, vectors, last = tail.first(0)
    assert (len(labels), vectors.shape, last) == (0, (0, 8), -1)
    assert VectorTail(8).search(rows(1)[0], 3)[0].tolist() == []


def test_vectors_by_label() -> None:
    tail, vectors = filled(20)
    assert np.array_equal(tail.vectors(np.asarray([3, 9])), vectors[[2, 8]])
    with pytest.raises(KeyError):
        tail.vectors(np.asarray([3, 400]))


def test_rows_put_before_come_first() -> None:
    tail, _ = filled(3, first_label=10)
    tail.put_before(np.asarray([2, 5]), rows(2, seed=4))
    assert tail.labels().tolist() == [2, 5, 10, 11, 12]
    assert tail.live == 5


@given(
    st.lists(st.floats(-1, 1, width=32), min_size=1, max_size=40),
    st.integers(1, 50),
)
def test_best_is_a_sorted_head(scores: list[float], k: int) -> None:
    labels, kept = best(np.arange(len(scores)), np.asarray(scores, np.float32), k)
    wanted = sorted(scores, reverse=True)[:k]
    assert kept.tolist() == pytest.approx(wanted)
    assert len(set(labels.tolist())) == len(labels)


def test_unit_rows_tell_nan_infinite_and_zero_apart() -> None:
    made = rows(5)
    made[1, 0], made[2, 0], made[3] = np.nan, np.inf, 0.0
    assert unit_rows(made).tolist() == [True, False, False, False, True]


def test_blobs_are_read_as_they_were_written() -> None:
    made = rows(3)
    assert np.array_equal(from_blobs([row.astype("<f4").tobytes() for row in made], 8), made)
    assert from_blobs([], 8).shape == (0, 8)
    assert tails.BLOCK == BLOCK
