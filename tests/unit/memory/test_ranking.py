import numpy as np
import pytest

from engine.memory import ranking
from engine.memory.query import Period, Query
from engine.memory.ranking import fuse, is_duplicate, priors, varied, words_of
from engine.memory.store.recall_queries import Candidate

DAY = 86_400_000_000

PLAIN = Candidate(
    number=1,
    label=1,
    layer="assets",
    kind="note",
    group_key=None,
    occurred_at=0,
    expires_at=None,
    superseded=False,
    pinned=False,
    importance=0.0,
    access_count=0,
    document=None,
    speaker=None,
    previous=None,
    next=None,
)


def asked(*, past: bool = False, period: Period | None = None, names: frozenset[str] = frozenset()) -> Query:
    return Query(text="?", phrases=(), names=names, period=period, past=past, language="en")


def signals(**values: list[float]) -> dict[str, np.ndarray]:
    return {name: np.asarray(scores, float) for name, scores in values.items()}


def none_alone(count: int) -> np.ndarray:
    return np.zeros(count, bool)


def test_the_best_in_every_signal_scores_one() -> None:
    scores = signals(bm25=[4, 2], bm25_window=[3, 3], bm25_group=[1, 0], dense=[0.5, 0.1], dense_window=[0.4, 0.2])
    fused = fuse(scores, alone=none_alone(2))
    assert fused[0] == pytest.approx(1.0)
    assert 0 < fused[1] < 1


def test_weights_are_those_documented() -> None:
    fused = fuse(signals(bm25=[1, 0], dense=[-0.1, 1]), alone=none_alone(2))
    assert fused.tolist() == pytest.approx([1 / 2.5, 1.5 / 2.5])


def test_signals_that_took_no_part_take_nothing_away() -> None:
    assert fuse(signals(bm25=[7, 3.5]), alone=none_alone(2)).tolist() == pytest.approx([1.0, 0.5])
    assert fuse({}, alone=none_alone(2)).tolist() == [0.0, 0.0]


def test_negative_cosines_count_as_none() -> None:
    assert fuse(signals(dense=[0.5, -0.5]), alone=none_alone(2)).tolist() == [1.0, 0.0]


def test_what_is_not_embedded_yet_is_weighed_by_its_words() -> None:
    scores = signals(bm25=[1, 0.5, 0], bm25_window=[1, 0, 0], dense=[0.0, 0.9, 0.6], dense_window=[0.0, 0.9, 0.6])
    fused = fuse(scores, alone=none_alone(3))
    assert fused[0] == pytest.approx(1.0)
    assert fused[1] == pytest.approx((0.5 + 1.5 + 1.0) / 4.5)
    assert fuse(signals(dense=[0.0, 0.5]), alone=none_alone(2)).tolist() == [0.0, 1.0]


def test_what_stands_alone_is_its_own_group() -> None:
    scores = signals(bm25=[2, 2], bm25_group=[5, 0])
    assert fuse(scores, alone=np.asarray([False, True])).tolist() == pytest.approx([1.0, 1.0])


def test_cosines_in_a_narrow_band_are_fused_by_rank() -> None:
    cosines = [0.80 + 0.001 * n for n in range(20)]
    words = [1.0] + [0.0] * 19
    fused = fuse(signals(bm25=words, dense=cosines), alone=none_alone(20))
    spread = fuse(signals(bm25=words, dense=[n / 20 for n in range(20)]), alone=none_alone(20))
    assert fused[19] > fused[1] > 0
    assert np.ptp(fused[1:]) < np.ptp(spread[1:])
    assert fused[19] - fused[1] > 1.5 / 2.5 * (cosines[19] - cosines[1]) / cosines[19]


def bonus(one: Candidate, query: Query, *, now: int, half_life: float | None) -> dict[str, float]:
    """What each prior gives one memory."""
    found = priors([one], query, now=now, half_lives={"assets": half_life})
    return {name: float(values[0]) for name, values in found.items()}


def test_priors_are_small_and_end_with_age() -> None:
    new = bonus(PLAIN, asked(), now=0, half_life=3600.0)
    old = bonus(PLAIN, asked(), now=DAY, half_life=3600.0)
    assert new["recency"] == pytest.approx(ranking.RECENCY)
    assert old["recency"] < 1e-6
    assert bonus(PLAIN, asked(), now=3_600_000_000, half_life=3600.0)["recency"] == pytest.approx(ranking.RECENCY / 2)
    assert bonus(PLAIN, asked(), now=0, half_life=None)["recency"] == 0.0
    loved = PLAIN._replace(pinned=True, access_count=1_000_000, importance=99.0)
    assert sum(bonus(loved, asked(), now=0, half_life=1.0).values()) <= 0.05 + 1e-9


def test_each_memory_gets_the_priors_of_its_layer() -> None:
    found = [PLAIN, PLAIN._replace(layer="interact"), PLAIN._replace(layer="insights", importance=0.5)]
    given = priors(found, asked(), now=10_000_000, half_lives={"assets": None, "interact": 10.0, "insights": 20.0})
    assert given["recency"].tolist() == pytest.approx([0.0, ranking.RECENCY / 2, ranking.RECENCY * 0.5**0.5])
    assert given["importance"].tolist() == pytest.approx([0.0, 0.0, ranking.IMPORTANCE / 2])


def test_the_past_has_no_age() -> None:
    used = PLAIN._replace(access_count=50, importance=1.0)
    assert bonus(used, asked(past=True), now=0, half_life=1.0) == {}


def test_a_named_time_is_preferred() -> None:
    period = Period(DAY, 2 * DAY)
    times = [DAY, 0, 2 * DAY]
    found = [PLAIN._replace(occurred_at=at) for at in times]
    given = priors(found, asked(past=True, period=period), now=9 * DAY, half_lives={"assets": None})
    assert given["period"].tolist() == [ranking.PERIOD, 0.0, 0.0]


def test_one_document_does_not_fill_the_list_against_near_equals() -> None:
    found = [PLAIN._replace(number=n, document=1) for n in range(5)]
    found.append(PLAIN._replace(number=9, document=2))
    order = varied(found, np.asarray([0.9, 0.89, 0.88, 0.87, 0.86, 0.86]))
    assert order == [0, 1, 2, 5, 3, 4]
    assert varied(found, np.asarray([0.9, 0.89, 0.88, 0.87, 0.86, 0.1])) == [0, 1, 2, 3, 4, 5]


def test_near_duplicates_are_known_and_short_texts_left_alone() -> None:
    one = words_of("The meeting was moved to Thursday at noon in the big room, as agreed")
    same = words_of("the meeting was moved to thursday at noon in the big room as agreed.")
    other = words_of("The meeting was moved to Friday at noon in the small room")
    assert is_duplicate(same, [one])
    assert not is_duplicate(other, [one])
    assert not is_duplicate(words_of("yes"), [words_of("yes")])


def test_who_is_asked_about_is_preferred_a_little() -> None:
    query = asked(names=frozenset({"ann"}), past=True)
    found = [PLAIN._replace(speaker="Ann Lee"), PLAIN, PLAIN._replace(speaker="Bob")]
    given = priors(found, query, now=0, half_lives={"assets": None})
    assert given["speaker"].tolist() == [ranking.SPEAKER, 0.0, 0.0]
    assert "speaker" not in priors(found[1:], query, now=0, half_lives={"assets": None})
