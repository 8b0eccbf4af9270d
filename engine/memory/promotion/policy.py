"""What becomes of a memory that was judged: it rises, or its time runs out; a small share is decided by chance.

A model learns from what it let rise only, since what has cooled is hardly found any more. If it alone decided, it would
never see what it was wrong to let go. So a share of the decisions (`explore`) is made by a coin, and each is noted with
how likely it was (its propensity). A memory that stayed weighs 1 / propensity (Horvitz and Thompson 1952), at most
`MOST_WEIGHT`: few that stayed by chance speak for the many that went.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.memory.promotion.models.base import FloatArray

COIN = 0.5
MOST_WEIGHT = 20.0
EARLY_SHARE = 1 / 3
"""Of the share that may rise, the part whose probability lets a used memory rise before its time is up."""
ENOUGH_TO_CUT = 200
"""So many judgements of one model say better than its training set where the cut must lie."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided about one memory.

    Attributes:
        rises: It stays findable.
        wanted: The model wants it to.
        explored: Chance decided.
        propensity: How likely that decision was, chance included.
        weight: What it weighs if something is learned from it.
    """

    rises: bool
    wanted: bool
    explored: bool
    propensity: float
    weight: float


def decide(probabilities: FloatArray, cut: float, *, explore: float, random: np.random.Generator) -> list[Decision]:
    """Decide about memories whose time is nearly up.

    Args:
        probabilities: What the model says of each.
        cut: From this on it rises.
        explore: Share that chance decides, 0 to 1.
        random: Where chance comes from.
    """
    by_chance = random.random(len(probabilities)) < explore
    coins = random.random(len(probabilities)) < COIN
    found = []
    for probability, chance, coin in zip(probabilities.tolist(), by_chance.tolist(), coins.tolist(), strict=True):
        wanted = probability >= cut
        rises = coin if chance else wanted
        to_rise = explore * COIN + (1 - explore) * wanted
        propensity = to_rise if rises else 1 - to_rise
        found.append(Decision(rises, wanted, chance, propensity, min(1 / propensity, MOST_WEIGHT)))
    return found


def cut_for(share: float, *, learned: float, seen: FloatArray) -> float:
    """The probability from which memories rise, so that about a share of them does.

    Args:
        share: Of the judged memories, above 0 and below 1.
        learned: The cut in the examples that the model learned from.
        seen: What it has said since; takes over from `ENOUGH_TO_CUT` on, gradually.
    """
    if not len(seen):
        return learned
    own = float(np.quantile(seen, 1 - share))
    trust = min(1.0, len(seen) / ENOUGH_TO_CUT)
    return trust * own + (1 - trust) * learned
