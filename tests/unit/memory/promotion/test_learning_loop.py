"""Decided, used or not, learned from, decided again: what exploration and its weights are there for."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import pytest

from engine.memory.promotion import refit
from engine.memory.promotion.models.base import FloatArray, Model, area_under_curve, sigmoid
from engine.memory.promotion.models.logistic import Logistic
from engine.memory.promotion.models.trees import fit_trees
from engine.memory.promotion.policy import decide
from engine.memory.store.promotion_queries import Example

NEW = 3_000
"""Memories of one round."""
MATTERS, BELIEVED = 10, 6
"""The feature that this owner goes by, and the one that the model believed in at first."""


def believer() -> Logistic:
    """A model that goes by one feature alone."""
    weights = np.zeros(12)
    weights[BELIEVED] = 1.5
    return Logistic(-1.5, weights, np.zeros(12), np.ones(12))


def wanted(rows: FloatArray) -> FloatArray:
    """How likely this owner is to use a memory."""
    return sigmoid(2.0 * rows[:, MATTERS] + 0.5 * rows[:, BELIEVED] - 1.0)


def round_of(
    champion: Model,
    number: int,
    explore: float,
    random: np.random.Generator,
    wants: Callable[[FloatArray], FloatArray] = wanted,
) -> list[Example]:
    """Judge new memories; what rose has an outcome, what went has none."""
    rows = random.normal(size=(NEW, 12))
    probabilities = sigmoid(champion.logits(rows))
    decisions = decide(probabilities, float(np.quantile(probabilities, 0.7)), explore=explore, random=random)
    used = random.random(NEW) < wants(rows)
    return [
        Example(
            memory=f"{number}-{at}",
            at=number * NEW + at,
            due_at=number * NEW + at + 1,
            features=tuple(rows[at].tolist()),
            probability=float(probabilities[at]),
            model=number,
            layer="interact",
            decision="rise",
            explored=decision.explored,
            propensity=decision.propensity,
            outcome=int(used[at]),
            weight=decision.weight,
        )
        for at, decision in enumerate(decisions)
        if decision.rises
    ]


def test_it_comes_to_know_its_owner() -> None:
    random = np.random.default_rng(1)
    held = random.normal(size=(5_000, 12))
    truth = (random.random(5_000) < wanted(held)).astype(np.float64)
    champion: Model = believer()
    quality = [area_under_curve(champion.logits(held), truth)]
    examples: list[Example] = []
    for number in range(3):
        examples += round_of(champion, number, 0.1, random)
        result = refit.contest(examples, champion)
        if result.won:
            champion = result.model
        quality.append(area_under_curve(champion.logits(held), truth))
    assert quality[0] < 0.65
    assert quality[-1] > area_under_curve(wanted(held), truth) - 0.05
    assert all(later > earlier - 0.01 for earlier, later in itertools.pairwise(quality))


def both_ends(rows: FloatArray) -> FloatArray:
    """An owner who uses what the model believes in, and as much what it thinks least of."""
    return sigmoid(2.0 * (rows[:, BELIEVED] ** 2 - 1.0))


def test_only_chance_shows_what_was_wrongly_let_go() -> None:
    random = np.random.default_rng(2)
    rows = random.normal(size=(20_000, 12))
    low = rows[rows[:, BELIEVED] < -1.5]
    share = float(both_ends(low).mean())

    def told(explore: float) -> float:
        examples = [
            one for number in range(3) for one in round_of(believer(), number, explore, random, wants=both_ends)
        ]
        table = refit.table_of(examples)
        return float(sigmoid(fit_trees(table.rows, table.outcome, table.weight).logits(low)).mean())

    assert share > 0.9
    assert told(0.0) < 0.6
    assert told(0.2) > 0.8


def test_chance_costs_little() -> None:
    """Of the memories that rise, those that chance chose against the model are a small share."""
    random = np.random.default_rng(3)
    examples = round_of(believer(), 0, 0.05, random)
    against = sum(one.propensity < 0.5 for one in examples)
    assert against / len(examples) < 0.1
    assert len(examples) / NEW == pytest.approx(0.31, abs=0.03)
