import numpy as np
import pytest
from numpy.typing import NDArray

from engine.errors import IndexDamagedError
from engine.memory.shortening import Shortening, from_bytes, learned


def correlated(count: int, dimensions: int, seed: int = 0) -> NDArray[np.float32]:
    """Unit vectors whose length lies mostly in few directions, none of them an axis."""
    order = np.random.default_rng(seed)
    turn = np.linalg.qr(np.random.default_rng(1).standard_normal((dimensions, dimensions)))[0]
    made = (order.standard_normal((count, dimensions)) * 0.7 ** np.arange(dimensions)) @ turn
    return (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float32)


def test_a_cut_keeps_the_first_numbers_at_length_one() -> None:
    short = Shortening(4, 2).apply(np.asarray([[3, 4, 12, 0], [0, 1, 0, 0]], np.float32) / np.float32(13))
    assert short.tolist() == [pytest.approx([0.6, 0.8]), [0.0, 1.0]]
    assert Shortening(4, 2).apply(np.asarray([0.0, 0.0, 1.0, 0.0], np.float32)).tolist() == [0.0, 0.0]


def test_learned_directions_are_those_of_a_singular_value_decomposition() -> None:
    vectors = correlated(400, 24)
    made = learned(vectors, 6)
    assert made.directions is not None
    assert made.directions @ made.directions.T == pytest.approx(np.eye(6), abs=1e-5)
    expected = np.linalg.svd(vectors.astype(np.float64), full_matrices=False)[2][:6]
    assert np.abs(made.directions @ expected.T) == pytest.approx(np.eye(6), abs=1e-4)  # up to their signs
    assert (made.kept, made.learned_from) == (6, 400)


def test_the_nearest_stay_among_the_nearest() -> None:
    vectors, queries = correlated(2000, 64), correlated(50, 64, seed=5)
    shortening = learned(vectors, 16)
    exact = np.argsort(-(queries @ vectors.T))[:, :10]
    proposed = np.argsort(-(shortening.apply(queries) @ shortening.apply(vectors).T))[:, :40]
    kept = np.mean([len(set(near) & set(among)) / 10 for near, among in zip(exact, proposed, strict=True)])
    blind = np.argsort(-(queries[:, :16] @ vectors[:, :16].T))[:, :40]
    cut = np.mean([len(set(near) & set(among)) / 10 for near, among in zip(exact, blind, strict=True)])
    assert kept > 0.98 > cut


def test_directions_come_back_as_they_were() -> None:
    made = learned(correlated(100, 12), 5)
    again = from_bytes(made.to_bytes(), dimensions=12, kept=5, learned_from=100)
    assert np.array_equal(again.directions, made.directions)  # type: ignore[arg-type]
    assert again.learned_from == 100
    assert from_bytes(Shortening(12, 5).to_bytes(), dimensions=12, kept=5, learned_from=0).directions is None


@pytest.mark.parametrize(
    "data", [b"\x00" * 400, learned(correlated(50, 8), 5).to_bytes(), learned(correlated(50, 12), 5).to_bytes()[:-9]]
)
def test_foreign_and_torn_directions_are_refused(data: bytes) -> None:
    with pytest.raises(IndexDamagedError):
        from_bytes(data, dimensions=12, kept=5, learned_from=50)


def test_directions_that_are_not_numbers_are_refused() -> None:
    made = learned(correlated(50, 12), 5)
    assert made.directions is not None
    made.directions[2, 3] = np.nan
    with pytest.raises(IndexDamagedError):
        from_bytes(made.to_bytes(), dimensions=12, kept=5, learned_from=50)
