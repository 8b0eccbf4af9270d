"""When a new model is trained, how it is judged, and when it takes over.

One owner's events are few, so a challenger has to prove itself: it learns from the older 80 % of the outcomes, stands
in the shadow of the champion on the newest 20 %, which neither has learned from, and takes over only where it is better
beyond chance: its weighted log loss is lower in 95 of 100 resamples of the same memories (a paired bootstrap, Efron and
Tibshirani 1993), and it does not order them worse (AUC).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np

from engine.memory.promotion.features import FEATURES
from engine.memory.promotion.models.base import FloatArray, Model, PromotionModelError, area_under_curve, log_loss
from engine.memory.promotion.models.files import FITTERS
from engine.memory.promotion.reference import Reference
from engine.memory.store.promotion_queries import Example

OLDER = 0.8
"""Share of the outcomes, by time, that a challenger learns from."""
RESAMPLES = 500
SURE = 0.95
AUC_SLACK = 0.005
LEAST = 60
"""Outcomes that a refit needs at all."""
MOST = 10_000
"""Newest outcomes that are learned from."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a refit may take place.

    Attributes:
        rest: The least time between two.
        outcomes: New outcomes needed since the last.
    """

    rest: timedelta
    outcomes: int

    def refuses(self, *, now: int, last_at: int | None, new_outcomes: int) -> str | None:
        """Why not now, in words; None where it may.

        Args:
            now: Microseconds since 1970 UTC.
            last_at: When the last refit was tried; a moment in the future, left by a clock set back, is none.
            new_outcomes: Since then.
        """
        if new_outcomes < self.outcomes:
            return f"{self.outcomes - new_outcomes:,} more outcomes are needed before it learns anew."
        if last_at is not None and 0 <= now - last_at < self.rest / timedelta(microseconds=1):
            return f"It learned less than {self.rest / timedelta(hours=1):g} hours ago."
        return None


@dataclass(frozen=True, slots=True)
class Contest:
    """What came of one refit.

    Attributes:
        model: The challenger.
        won: It takes over.
        metrics: How both did on the newest outcomes, and on how many.
        reference: How the features were spread that the challenger learned from.
        words: The result in words.
    """

    model: Model
    won: bool
    metrics: Mapping[str, float]
    reference: Reference
    words: str


@dataclass(frozen=True, slots=True)
class Table:
    """Examples as arrays, oldest first."""

    rows: FloatArray
    outcome: FloatArray
    weight: FloatArray
    count: int = field(default=0)


def table_of(examples: Sequence[Example]) -> Table:
    """Examples with their outcomes as arrays.

    Raises:
        PromotionModelError: they were judged by other features.
    """
    if any(len(one.features) != len(FEATURES) for one in examples):
        raise PromotionModelError("Some examples were made of other features.")
    ordered = sorted(examples, key=lambda one: one.at)
    return Table(
        np.array([one.features for one in ordered], dtype=np.float64).reshape(len(ordered), len(FEATURES)),
        np.array([float(one.outcome or 0) for one in ordered]),
        np.array([one.weight for one in ordered]),
        len(ordered),
    )


def contest(examples: Sequence[Example], champion: Model, *, seed: int = 11) -> Contest:
    """Train a challenger of the kind that does best within the older outcomes, and hold it against the champion.

    Raises:
        PromotionModelError: too few outcomes, one class only, or numbers that are none; the champion stays.
    """
    table = table_of(examples)
    if table.count < LEAST:
        raise PromotionModelError(f"{table.count} outcomes are too few to learn from; {LEAST} are needed.")
    older = int(table.count * OLDER)
    kind = _best_kind(table, older)
    model = FITTERS[kind](table.rows[:older], table.outcome[:older], table.weight[:older])
    rows, outcome, weight = table.rows[older:], table.outcome[older:], table.weight[older:]
    if outcome.min() == outcome.max():
        raise PromotionModelError("The newest outcomes are all of one kind; nothing can be compared on them yet.")
    mine, theirs = model.logits(rows), champion.logits(rows)
    metrics = {
        "log_loss": log_loss(mine, outcome, weight),
        "auc": area_under_curve(mine, outcome, weight),
        "champion_log_loss": log_loss(theirs, outcome, weight),
        "champion_auc": area_under_curve(theirs, outcome, weight),
        "sure": better_share(mine, theirs, outcome, weight, seed=seed),
        "examples": float(older),
        "judged_on": float(table.count - older),
    }
    won = metrics["sure"] >= SURE and metrics["auc"] >= metrics["champion_auc"] - AUC_SLACK
    reference = Reference.of(table.rows[:older], model.logits(table.rows[:older]))
    return Contest(model, won, {name: round(value, 6) for name, value in metrics.items()}, reference, _told(won))


def better_share(mine: FloatArray, theirs: FloatArray, outcome: FloatArray, weight: FloatArray, *, seed: int) -> float:
    """In what share of resamples of the same memories the first logits have the lower log loss."""
    gain = weight * (_losses(theirs, outcome) - _losses(mine, outcome))
    random = np.random.default_rng(seed)
    chosen = random.integers(0, len(gain), (RESAMPLES, len(gain)))
    return float((gain[chosen].sum(axis=1) > 0).mean())


def _losses(logits: FloatArray, outcome: FloatArray) -> FloatArray:
    result: FloatArray = np.logaddexp(0.0, logits) - outcome * logits
    return result


def _best_kind(table: Table, older: int) -> str:
    """The kind with the lowest log loss on the last fifth of the older outcomes; the simplest in doubt."""
    inner = int(older * OLDER)
    found: dict[str, float] = {}
    late = table.outcome[inner:older]
    if late.min() == late.max():
        return "logistic"
    for kind, fit in FITTERS.items():
        try:
            model = fit(table.rows[:inner], table.outcome[:inner], table.weight[:inner])
        except (
            PromotionModelError
        ):  # one class within this part: the whole older part decides whether it can be learned
            return "logistic"
        found[kind] = log_loss(model.logits(table.rows[inner:older]), late, table.weight[inner:older])
    return min(found, key=lambda kind: found[kind])


def _told(won: bool) -> str:
    if won:
        return "It learned from what you used, and judges better than before."
    return "It learned from what you used, but the model before judges as well or better, so that one stays."
