"""Policy, uses and their weights, the reference, the schedule and the contest."""

from datetime import timedelta

import numpy as np
import pytest

from engine.memory.promotion import refit
from engine.memory.promotion.models.base import PromotionModelError
from engine.memory.promotion.models.files import FITTERS
from engine.memory.promotion.models.logistic import fit_logistic
from engine.memory.promotion.policy import MOST_WEIGHT, cut_for, decide
from engine.memory.promotion.reference import Reference
from engine.memory.promotion.uses import MOST, inverse_of_being_seen, moments, outcome
from engine.memory.promotion.words import missing, reason, used
from engine.memory.store.promotion_queries import Use
from tests.helpers.rising_house import learnable

MINUTE = 60_000_000
HOUR = 60 * MINUTE


def use(event: str, at: int, rank: int | None = None) -> Use:
    return Use("m", at, event, rank)


def test_without_exploration_the_model_decides() -> None:
    decisions = decide(np.array([0.1, 0.5, 0.9]), 0.5, explore=0.0, random=np.random.default_rng(0))
    assert [one.rises for one in decisions] == [False, True, True]
    assert all(one.propensity == 1.0 and one.weight == 1.0 and not one.explored for one in decisions)


def test_the_propensity_is_how_often_it_really_happens() -> None:
    explore, count = 0.2, 20_000
    decisions = decide(np.full(count, 0.1), 0.5, explore=explore, random=np.random.default_rng(1))
    risen = [one for one in decisions if one.rises]
    assert {round(one.propensity, 9) for one in risen} == {0.1}
    assert len(risen) / count == pytest.approx(0.1, abs=0.01)
    assert all(one.explored and not one.wanted for one in risen)
    gone = [one for one in decisions if not one.rises]
    assert {round(one.propensity, 9) for one in gone} == {0.9}


def test_weighting_by_the_inverse_gives_back_the_whole() -> None:
    """Horvitz and Thompson: what stayed, weighted, stands for all, used and unused, wanted or not."""
    random = np.random.default_rng(2)
    probabilities = random.random(40_000)
    worth = random.random(40_000) < probabilities
    decisions = decide(probabilities, 0.7, explore=0.2, random=random)
    kept = np.array([one.rises for one in decisions])
    weight = np.array([one.weight for one in decisions])
    assert worth[kept].mean() > 0.7  # what the model sees looks far better than what there is
    assert np.average(worth[kept], weights=weight[kept]) == pytest.approx(worth.mean(), abs=0.02)
    assert weight[kept].sum() == pytest.approx(40_000, rel=0.05)


def test_no_weight_grows_beyond_its_limit() -> None:
    decisions = decide(np.zeros(5_000), 0.5, explore=0.02, random=np.random.default_rng(3))
    assert max(one.weight for one in decisions if one.rises) == MOST_WEIGHT


def test_the_cut_lets_a_share_rise_and_follows_what_is_seen() -> None:
    seen = np.linspace(0, 1, 1001)
    assert cut_for(0.3, learned=0.2, seen=np.zeros(0)) == 0.2
    assert cut_for(0.3, learned=0.2, seen=seen) == pytest.approx(0.7)
    assert cut_for(0.3, learned=0.2, seen=seen[::10]) == pytest.approx(0.2 * 99 / 200 + 0.7 * 101 / 200)


def test_a_recall_is_no_use_and_a_quote_is() -> None:
    recalled = [use("recalled", HOUR, rank) for rank in (1, 2, 9)]
    assert outcome(recalled, after=0, until=9 * HOUR) == (0, 1.0)
    assert outcome([*recalled, use("quoted", HOUR, 4)], after=0, until=9 * HOUR) == (1, 2.0)
    assert outcome([use("pinned", HOUR)], after=0, until=9 * HOUR) == (1, 1.0)


def test_only_what_lies_within_the_horizon_counts() -> None:
    quoted = [use("quoted", 5 * HOUR, 1)]
    assert outcome(quoted, after=5 * HOUR, until=9 * HOUR)[0] == 0
    assert outcome(quoted, after=0, until=5 * HOUR)[0] == 1
    assert outcome(quoted, after=0, until=5 * HOUR - 1)[0] == 0


def test_a_use_from_far_down_the_list_weighs_more() -> None:
    assert [inverse_of_being_seen(rank) for rank in (None, 1, 4, 1000)] == [1.0, 1.0, 2.0, MOST]
    both = [use("quoted", HOUR, 1), use("quoted", 2 * HOUR, 4)]
    assert outcome(both, after=0, until=9 * HOUR) == (1, 1.0)


def test_what_happens_together_is_one_use() -> None:
    happened = [
        use("recalled", 0, 1),
        use("quoted", 10_000_000, 1),
        use("recalled", 2 * HOUR, 8),  # nobody looked so far down
        use("opened", 3 * HOUR),
    ]
    assert moments(happened) == [0, 3 * HOUR]
    assert moments(reversed(happened)) == [0, 3 * HOUR]


def test_the_stability_index_by_hand() -> None:
    rows = np.linspace(0, 1, 1000)[:, None]
    reference = Reference.of(rows, np.linspace(-3, 3, 1000))
    assert reference.drift(rows) == pytest.approx([0.0], abs=1e-6)
    # everything in the upper half now: five bins hold .2 instead of .1, five hold nothing (taken as .0001)
    upper = np.linspace(0.5005, 1, 1000)[:, None]
    expected = 5 * (0.2 - 0.1) * np.log(2) + 5 * (0.0001 - 0.1) * np.log(0.0001 / 0.1)
    assert reference.drift(upper) == pytest.approx([expected], rel=0.02)
    assert reference.usual == pytest.approx([0.5], abs=0.01)
    assert reference.cut(0.3) == pytest.approx(1 / (1 + np.exp(-1.2)), abs=0.01)
    again = Reference.from_json(reference.to_json(), width=1)
    assert again.drift(upper) == pytest.approx(reference.drift(upper), abs=1e-4)


@pytest.mark.parametrize("wrong", [{}, {"edges": "x"}, {"edges": [[1]], "shares": [[1]], "probabilities": [1]}])
def test_a_foreign_reference_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(PromotionModelError, match="reference"):
        Reference.from_json(wrong, width=1)


def test_a_reference_with_numbers_that_are_none_is_refused() -> None:
    stored = Reference.of(np.random.default_rng(0).random((50, 2)), np.zeros(50)).to_json()
    stored["edges"][0][0] = float("nan")
    with pytest.raises(PromotionModelError, match="none"):
        Reference.from_json(stored, width=2)


def test_when_a_refit_may_take_place() -> None:
    schedule = refit.Schedule(timedelta(hours=24), 500)
    assert "1 more" in str(schedule.refuses(now=0, last_at=None, new_outcomes=499))
    assert schedule.refuses(now=0, last_at=None, new_outcomes=500) is None
    assert "24 hours" in str(schedule.refuses(now=23 * HOUR, last_at=0, new_outcomes=900))
    assert schedule.refuses(now=24 * HOUR, last_at=0, new_outcomes=500) is None
    # a clock that was set back by a year does not stop learning for a year
    assert schedule.refuses(now=HOUR, last_at=8760 * HOUR, new_outcomes=500) is None


def champion() -> object:
    random = np.random.default_rng(9)
    rows = random.normal(size=(500, 12))
    return fit_logistic(rows, (random.random(500) < 0.3).astype(float))


def test_a_challenger_that_sees_more_takes_over() -> None:
    result = refit.contest(learnable(600, start=0), champion())  # type: ignore[arg-type]
    assert result.won
    assert result.metrics["sure"] >= refit.SURE
    assert result.metrics["log_loss"] < result.metrics["champion_log_loss"]
    assert result.metrics["examples"] == 480
    assert result.metrics["judged_on"] == 120
    assert "better" in result.words


def test_a_challenger_of_chance_does_not() -> None:
    examples = learnable(600, start=0, signal=3.0)
    good = fit_logistic(
        np.array([one.features for one in examples]), np.array([float(one.outcome or 0) for one in examples])
    )
    result = refit.contest(examples, good)
    assert not result.won
    assert "stays" in result.words
    noise = refit.contest(learnable(600, start=0, signal=0.0), champion())  # type: ignore[arg-type]
    assert noise.metrics["auc"] < 0.65


def test_the_newest_are_kept_apart_whatever_the_order() -> None:
    """What the newest fifth says the other way round must not be learned from."""
    old = learnable(480, start=0)
    new = learnable(120, start=10**12, signal=-3.0, seed=8)
    result = refit.contest([*new, *old], champion())  # type: ignore[arg-type]
    assert not result.won
    assert result.metrics["auc"] < 0.4


def test_weights_count_in_the_contest() -> None:
    mine, theirs = np.array([5.0, -5.0]), np.array([-5.0, 5.0])
    truth = np.array([1.0, 1.0])
    assert refit.better_share(mine, theirs, truth, np.array([9.0, 1.0]), seed=1) > 0.6
    assert refit.better_share(mine, theirs, truth, np.array([1.0, 9.0]), seed=1) < 0.4


@pytest.mark.parametrize(
    ("examples", "word"),
    [
        ([], "too few"),
        (learnable(59, start=0), "too few"),
    ],
)
def test_too_few_outcomes_are_refused(examples: list[object], word: str) -> None:
    with pytest.raises(PromotionModelError, match=word):
        refit.contest(examples, champion())  # type: ignore[arg-type]


def test_one_class_nan_and_other_features_are_refused() -> None:
    import dataclasses

    plain = learnable(100, start=0)
    unused = [dataclasses.replace(one, outcome=0) for one in plain]
    with pytest.raises(PromotionModelError, match="one kind"):
        refit.contest(unused, champion())  # type: ignore[arg-type]
    broken = [dataclasses.replace(one, features=(float("nan"), *one.features[1:])) for one in plain]
    with pytest.raises(PromotionModelError, match="NaN"):
        refit.contest(broken, champion())  # type: ignore[arg-type]
    other = [dataclasses.replace(one, features=one.features[:11]) for one in plain]
    with pytest.raises(PromotionModelError, match="other features"):
        refit.contest(other, champion())  # type: ignore[arg-type]
    late = [dataclasses.replace(one, outcome=0 if number >= 80 else one.outcome) for number, one in enumerate(plain)]
    with pytest.raises(PromotionModelError, match="newest outcomes"):
        refit.contest(late, champion())  # type: ignore[arg-type]


def test_every_kind_can_win_a_contest() -> None:
    assert set(FITTERS) == {"logistic", "trees", "network"}
    random = np.random.default_rng(4)
    examples = learnable(900, start=0)
    import dataclasses

    curved = [
        dataclasses.replace(one, outcome=int(one.features[2] * one.features[4] + 0.1 * random.normal() > 0))
        for one in examples
    ]
    assert refit.contest(curved, champion()).model.kind != "logistic"  # type: ignore[arg-type]


def test_words_are_true_to_the_features() -> None:
    values, usual, shares = np.zeros(12), np.full(12, -1.0), np.zeros(12)
    shares[3], shares[10], shares[11] = 0.9, 0.5, -0.4
    assert reason(values, shares, usual) == "used often, names people, numbers or days"
    assert missing(values, shares, usual) == []  # it says something new, whatever the model makes of it
    assert missing(values, shares, np.ones(12)) == ["Much the same is remembered already."]
    assert reason(values, shares, np.ones(12)) == "likely to be needed again"


@pytest.mark.parametrize(
    ("uses", "text"),
    [
        ([], "Never used so far"),
        ([use("recalled", 0, 1)], "Recalled once"),
        ([use("recalled", day * 24 * HOUR, 1) for day in (0, 1, 2, 5)], "Recalled 4 times in 6 days"),
        ([use("recalled", 0, 1), use("quoted", 5, 1)], "Recalled once, quoted once"),
        (
            [use("opened", 5 * 24 * HOUR), use("pinned", 6 * 24 * HOUR - HOUR)],
            "Opened once, cared for once in 24 hours",
        ),
        ([use("quoted", 6 * 24 * HOUR - HOUR, 1), use("quoted", 6 * 24 * HOUR - 1, 1)], "Quoted twice in an hour"),
    ],
)
def test_how_it_was_used_in_words(uses: list[Use], text: str) -> None:
    assert used(uses, 6 * 24 * HOUR) == text
