"""How features were spread when a model was made, so that it shows when the owner's memories have become different.

Drift is the population stability index over ten bins at the deciles: sum (a - e) ln(a / e), a the share of a bin now
and e then, each at least .0001. As in credit scoring (Siddiqi 2006): below .1 stable, above .25 changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.memory.promotion.models.base import FloatArray, PromotionModelError, sigmoid

BINS = 10
STABLE, CHANGED = 0.1, 0.25
_LEAST = 1e-4
_KEPT_POINTS = 101


@dataclass(frozen=True, slots=True)
class Reference:
    """What the examples looked like that a model learned from.

    Attributes:
        edges: Deciles of each feature. Shape (width, 9).
        shares: Share of the examples in each bin. Shape (width, 10).
        probabilities: Percentiles of what the model said of them, rising. Shape (101,).
    """

    edges: FloatArray
    shares: FloatArray
    probabilities: FloatArray

    @classmethod
    def of(cls, rows: FloatArray, logits: FloatArray) -> Reference:
        """Of the examples that a model learned from, and its logits of them."""
        edges = np.quantile(rows, np.linspace(0, 1, BINS + 1)[1:-1], axis=0).T
        return cls(edges, _shares(rows, edges), np.quantile(sigmoid(logits), np.linspace(0, 1, _KEPT_POINTS)))

    @property
    def usual(self) -> FloatArray:
        """The median of each feature. Shape (width,)."""
        result: FloatArray = self.edges[:, (BINS - 1) // 2]
        return result

    def drift(self, rows: FloatArray) -> FloatArray:
        """The population stability index of each feature. Shape (width,)."""
        now, then = np.maximum(_shares(rows, self.edges), _LEAST), np.maximum(self.shares, _LEAST)
        result: FloatArray = ((now - then) * np.log(now / then)).sum(axis=1)
        return result

    def cut(self, share: float) -> float:
        """The probability that this share of the examples reached."""
        return float(np.interp(1.0 - share, np.linspace(0, 1, _KEPT_POINTS), self.probabilities))

    def to_json(self) -> dict[str, Any]:
        """As lists, short enough for a column."""
        return {
            "edges": [[round(one, 6) for one in row] for row in self.edges.tolist()],
            "shares": [[round(one, 6) for one in row] for row in self.shares.tolist()],
            "probabilities": [round(one, 6) for one in self.probabilities.tolist()],
        }

    @classmethod
    def from_json(cls, given: Mapping[str, Any], *, width: int) -> Reference:
        """What `to_json` wrote.

        Raises:
            PromotionModelError: something is missing, or of another shape.
        """
        try:
            edges, shares = np.array(given["edges"], dtype=float), np.array(given["shares"], dtype=float)
            probabilities = np.array(given["probabilities"], dtype=float)
        except (KeyError, TypeError, ValueError) as error:
            raise PromotionModelError("The reference of the model cannot be read.") from error
        fits = edges.shape == (width, BINS - 1) and shares.shape == (width, BINS)
        if not fits or probabilities.shape != (_KEPT_POINTS,):
            raise PromotionModelError("The reference of the model is of another shape.")
        if not all(np.isfinite(one).all() for one in (edges, shares, probabilities)):
            raise PromotionModelError("The reference of the model holds numbers that are none.")
        return cls(edges, shares, probabilities)


def _shares(rows: FloatArray, edges: FloatArray) -> FloatArray:
    found = np.zeros((len(edges), BINS))
    for column, own in enumerate(edges):
        places = np.searchsorted(own, rows[:, column], side="right")
        found[column] = np.bincount(places, minlength=BINS) / max(1, len(rows))
    return found
