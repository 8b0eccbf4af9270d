import numpy as np
import pytest

from engine.bench.memory_map import judge


def test_a_map_that_shows_what_there_is_is_trusted_wholly() -> None:
    turns = np.sort(np.random.default_rng(0).uniform(0, 2 * np.pi, 300))
    flat = np.stack([np.cos(turns), np.sin(turns)], axis=1).astype(np.float32)
    assert judge(flat, flat, 10) == (pytest.approx(1.0), pytest.approx(1.0))


def test_a_map_at_random_keeps_as_many_neighbours_as_chance_does() -> None:
    chance = np.random.default_rng(0)
    vectors = chance.standard_normal((600, 16)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    trust, kept = judge(vectors, chance.standard_normal((600, 2)).astype(np.float32), 10)
    assert trust == pytest.approx(0.5, abs=0.05)
    assert kept == pytest.approx(10 / 599, abs=0.02)
