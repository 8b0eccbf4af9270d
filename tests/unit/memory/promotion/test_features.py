import dataclasses
import math

import numpy as np
import pytest

from engine.memory.promotion.conversation import (
    Said,
    centres_of,
    nearest_earlier,
    read_conversation,
    turn_inputs,
    unit_rows,
)
from engine.memory.promotion.features import FEATURES, GROUPS, FeatureInputs, features


def made(**changed: object) -> FeatureInputs:
    """Two memories: one used three times, one never."""
    given = FeatureInputs(
        age_hours=np.array([24.0, 0.0]),
        life_hours=np.array([24.0, np.inf]),
        use_memory=np.array([0, 0, 0]),
        use_hours_ago=np.array([12.0, 4.0, 20.0]),
        session_mean=np.array([0.25, np.nan]),
        importance=np.array([1.5, -99.0]),
        idf_mass=np.array([12.0, 0.0]),
        words=np.array([30.0, 0.0]),
        mean_words=10.0,
        names=np.array([2.0, 0.0]),
        numbers=np.array([1.0, 0.0]),
        quotations=np.array([1.0, 0.0]),
        days=np.array([1.0, 0.0]),
        vectors=np.array([[0.6, 0.8], [0.0, 0.0]], dtype=np.float32),
        centres=np.array([[1.0, 0.0], [0.0, 1.0]], dtype=np.float32),
        context=np.array([1.0, 0.0], dtype=np.float32),
        nearest=np.array([0.7, 0.0]),
    )
    return dataclasses.replace(given, **changed)  # type: ignore[arg-type]


def value(rows: np.ndarray, name: str, memory: int = 0) -> float:
    return float(rows[memory, FEATURES.index(name)])


def test_there_are_twelve_in_three_groups() -> None:
    assert len(FEATURES) == len(set(FEATURES)) == 12
    assert sorted(column for group in GROUPS.values() for column in group) == list(range(12))


def test_every_feature_by_hand() -> None:
    rows = features(made())
    assert value(rows, "age") == pytest.approx(math.log(25))
    assert value(rows, "access_recency") == pytest.approx(2 ** (-4 / 12))
    assert value(rows, "access_pattern") == pytest.approx(1.0)  # gaps of 8 and 8 hours: evenly spaced
    assert value(rows, "use_count") == pytest.approx(math.log(4))
    assert value(rows, "use_frequency") == pytest.approx(math.log(1 + 3 / 2))
    assert value(rows, "session_importance") == 0.25
    assert value(rows, "importance") == 1.5
    assert value(rows, "keyword_density") == pytest.approx(math.log(1 + 12 / (0.5 + 0.5 * 3)))
    assert value(rows, "topic_relevance") == pytest.approx(0.8)
    assert value(rows, "context_similarity") == pytest.approx(0.6)
    assert value(rows, "entity_mass") == pytest.approx(math.log(1 + 2 + 1.5 + 2 + 0.5))
    assert value(rows, "novelty") == pytest.approx(0.3)


def test_a_memory_of_which_nothing_is_known() -> None:
    rows = features(made())
    assert np.isfinite(rows).all()
    expected = {"session_importance": 0.5, "importance": -6.0, "novelty": 1.0}
    for name in FEATURES:
        assert value(rows, name, 1) == pytest.approx(expected.get(name, 0.0)), name


def test_a_burst_is_told_from_spaced_use() -> None:
    """Gaps 1, 1, 22: mean 8, deviation 9.9, r = 1.2374; B for n = 3 gaps (Kim and Jo 2016)."""
    burst = made(use_memory=np.zeros(4, dtype=np.int64), use_hours_ago=np.array([24.0, 2.0, 1.0, 0.0]))
    r = np.std([1, 1, 22]) / 8
    b = (math.sqrt(4) * r - math.sqrt(2)) / ((math.sqrt(4) - 2) * r + math.sqrt(2))
    assert value(features(burst), "access_pattern") == pytest.approx(-b)
    assert b > 0.5
    two = made(use_memory=np.array([0, 0]), use_hours_ago=np.array([1.0, 5.0]))
    assert value(features(two), "access_pattern") == 0.0
    at_once = made(use_memory=np.array([0, 0, 0]), use_hours_ago=np.array([5.0, 5.0, 5.0]))
    assert value(features(at_once), "access_pattern") == 0.0


def test_the_order_of_uses_and_of_memories_does_not_matter() -> None:
    memory, ago = np.array([0, 1, 0, 1, 0]), np.array([12.0, 3.0, 4.0, 9.0, 20.0])
    one = features(made(use_memory=memory, use_hours_ago=ago))
    other = features(made(use_memory=memory[::-1].copy(), use_hours_ago=ago[::-1].copy()))
    assert np.array_equal(one, other)
    assert value(one, "use_count") == pytest.approx(math.log(4))


def test_a_clock_that_was_set_back_makes_no_negative_ages() -> None:
    rows = features(made(age_hours=np.array([-8760.0, 1.0]), use_hours_ago=np.array([-3.0, -2.0, 5.0])))
    assert np.isfinite(rows).all()
    assert value(rows, "age") == 0.0
    assert value(rows, "access_recency") == 1.0


def test_without_clusters_and_with_a_context_for_each() -> None:
    context = np.array([[0.6, 0.8], [1.0, 0.0]], dtype=np.float32)
    rows = features(made(centres=np.zeros((0, 2), dtype=np.float32), context=context))
    assert value(rows, "topic_relevance") == 0.0
    assert value(rows, "context_similarity") == pytest.approx(1.0)


def test_many_memories_are_as_one_by_one() -> None:
    turns = [
        Said(text=f"On day {n} I met Clara in Oslo number {n % 7}.", speaker="Bo", session=str(n // 10))
        for n in range(40)
    ]
    reading = read_conversation(turns)
    vectors = unit_rows(np.random.default_rng(1).normal(size=(40, 8)).astype(np.float32))
    inputs = turn_inputs(
        reading, vectors, np.zeros(40), use_memory=np.array([3, 3, 3, 9]), use_hours_ago=np.arange(4.0)
    )
    rows = features(inputs)
    assert rows.shape == (40, 12)
    assert value(rows, "use_count", 3) == pytest.approx(math.log(4))
    # session importance: the others of the sitting are worth .5 each, but the one that was used is worth 1
    assert value(rows, "session_importance", 3) == pytest.approx(0.5 + 0.5 / 9)
    assert value(rows, "session_importance", 4) == pytest.approx(0.5 + 1.0 / 9)
    assert value(rows, "session_importance", 20) == pytest.approx(0.5)


def test_the_nearest_earlier_memory() -> None:
    vectors = np.array([[1, 0], [0, 1], [0.6, 0.8], [-1, 0]], dtype=np.float32)
    for at_once in (1, 2, 512):
        assert nearest_earlier(vectors, at_once=at_once) == pytest.approx([0.0, 0.0, 0.8, 0.0])
    assert nearest_earlier(np.zeros((0, 3), dtype=np.float32)).shape == (0,)


def test_centres_stand_where_vectors_gather() -> None:
    random = np.random.default_rng(0)
    heaps = np.eye(4, dtype=np.float32)[np.repeat(np.arange(4), 32)]
    vectors = unit_rows(heaps + 0.05 * random.normal(size=heaps.shape).astype(np.float32))
    centres = centres_of(vectors)
    assert centres.shape == (4, 4)
    assert (centres @ np.eye(4, dtype=np.float32)).max(axis=0).min() > 0.99
    assert np.array_equal(centres, centres_of(vectors))
    assert centres_of(vectors[:1]).shape == (1, 4)
    assert centres_of(vectors[:0]).shape == (0, 4)
