"""Logistic regression with an L2 penalty, fitted by Newton's method (iteratively reweighted least squares)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.memory.promotion.models.base import Arrays, FloatArray, checked, scale_of, sigmoid, taken

_STEPS = 50
_ENOUGH = 1e-9
_SMALLEST = 1e-6


@dataclass(frozen=True, slots=True)
class Logistic:
    """logit = base + (x - mean) / spread · weights.

    Attributes:
        base: The logit of an average memory.
        weights: One for each standardised feature. Shape (width,).
        mean: What is taken from each feature. Shape (width,).
        spread: What it is divided by. Shape (width,).
    """

    base: float
    weights: FloatArray
    mean: FloatArray
    spread: FloatArray
    kind: str = "logistic"

    @property
    def width(self) -> int:
        """How many features it takes."""
        return len(self.weights)

    def logits(self, rows: FloatArray) -> FloatArray:
        """ln(p / (1 - p)) of each row."""
        result: FloatArray = self.base + ((rows - self.mean) / self.spread) @ self.weights
        return result

    def contributions(self, rows: FloatArray) -> tuple[float, FloatArray]:
        """Exact: each standardised feature times its weight, against the average memory."""
        return self.base, ((rows - self.mean) / self.spread) * self.weights

    def arrays(self) -> Arrays:
        """Its parameters by name."""
        return {"base": np.array([self.base]), "weights": self.weights, "mean": self.mean, "spread": self.spread}


def fit_logistic(
    rows: FloatArray, outcome: FloatArray, weight: FloatArray | None = None, *, penalty: float = 1.0
) -> Logistic:
    """Minimise sum w (ln(1 + e^z) - y z) + penalty / 2 |weights|^2 over standardised features; the base is free.

    Args:
        rows: Features. Shape (n, width).
        outcome: 1 for used, 0 for not, or a share between. Shape (n,).
        weight: Of each example, scaled to a mean of 1. Shape (n,).
        penalty: scikit-learn's 1 / C.

    Raises:
        PromotionModelError: nothing can be learned from these examples.
    """
    rows, outcome, weight = checked(rows, outcome, weight)
    mean, spread = scale_of(rows, weight)
    design = np.column_stack([np.ones(len(rows)), (rows - mean) / spread])
    ridge = np.full(design.shape[1], penalty)
    ridge[0] = 1e-9  # the base is free, but a solution must exist
    share = float(np.clip(np.average(outcome, weights=weight), 1e-6, 1 - 1e-6))
    found = np.zeros(design.shape[1])
    found[0] = np.log(share / (1 - share))
    loss = _loss(design, outcome, weight, ridge, found)
    for _ in range(_STEPS):
        p = sigmoid(design @ found)
        gradient = design.T @ (weight * (p - outcome)) + ridge * found
        curvature = (design * (weight * p * (1 - p))[:, None]).T @ design + np.diag(ridge)
        step = np.linalg.solve(curvature, gradient)
        size, tried, new = 1.0, found - step, _loss(design, outcome, weight, ridge, found - step)
        while new > loss and size > _SMALLEST:  # a full Newton step may overshoot where p is near 0 or 1
            size /= 2
            tried = found - size * step
            new = _loss(design, outcome, weight, ridge, tried)
        if new > loss:
            break
        done = loss - new < _ENOUGH * (1 + abs(loss))
        found, loss = tried, new
        if done:
            break
    return Logistic(float(found[0]), found[1:], mean, spread)


def read_logistic(arrays: Mapping[str, NDArray[np.generic]], width: int) -> Logistic:
    """The model of a file's arrays.

    Raises:
        PromotionModelError: they are not what such a model holds.
    """
    return Logistic(
        float(taken(arrays, "base", 1)[0]),
        taken(arrays, "weights", width),
        taken(arrays, "mean", width),
        np.maximum(taken(arrays, "spread", width), 1e-9),
    )


def _loss(design: FloatArray, outcome: FloatArray, weight: FloatArray, ridge: FloatArray, weights: FloatArray) -> float:
    logits = design @ weights
    losses = weight * (np.logaddexp(0.0, logits) - outcome * logits)
    return float(losses.sum() + 0.5 * (ridge * weights**2).sum())
