"""What every model of promotion can do, and what they share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Arrays = dict[str, NDArray[np.generic]]


class PromotionModelError(Exception):
    """A model cannot be trained on what it was given, or cannot be read; the message says why in plain words."""


class Model(Protocol):
    """Judges rows of features. Immutable once made, so any thread may use it."""

    @property
    def kind(self) -> str:
        """`logistic`, `trees` or `network`."""

    @property
    def width(self) -> int:
        """How many features it takes."""

    def logits(self, rows: FloatArray) -> FloatArray:
        """ln(p / (1 - p)) of each row. Rows (n, width), result (n,)."""

    def contributions(self, rows: FloatArray) -> tuple[float, FloatArray]:
        """The base, and what each feature adds to it: base + sums of rows = `logits`. Shape (n, width)."""

    def arrays(self) -> Arrays:
        """Its parameters by name, for the file."""


def sigmoid(logits: FloatArray) -> FloatArray:
    """1 / (1 + e^-x) without overflow."""
    half = np.tanh(0.5 * logits)
    result: FloatArray = 0.5 * (1.0 + half)
    return result


def log_loss(logits: FloatArray, outcome: FloatArray, weight: FloatArray | None = None) -> float:
    """Mean of -y ln p - (1 - y) ln(1 - p), weighted; outcomes may be shares between 0 and 1."""
    losses = np.logaddexp(0.0, logits) - outcome * logits
    return float(np.average(losses, weights=weight))


def area_under_curve(scores: FloatArray, outcome: FloatArray, weight: FloatArray | None = None) -> float:
    """Probability that a used memory is scored above an unused one, ties counted half, weighted. NaN for one class."""
    weight = np.ones(len(scores)) if weight is None else weight
    positive, negative = weight * (outcome > 0.5), weight * (outcome <= 0.5)
    if positive.sum() == 0 or negative.sum() == 0:
        return float("nan")
    _, place = np.unique(scores, return_inverse=True)
    above = np.bincount(place, positive)
    below = np.bincount(place, negative)
    under = np.cumsum(below) - below
    return float((above * (under + 0.5 * below)).sum() / (positive.sum() * negative.sum()))


def checked(
    rows: FloatArray, outcome: FloatArray, weight: FloatArray | None
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """A training set that can be learned from; weights of mean 1.

    Raises:
        PromotionModelError: nothing in it, numbers that are none, one class only, or shapes that differ.
    """
    rows = np.asarray(rows, dtype=np.float64)
    outcome = np.asarray(outcome, dtype=np.float64)
    weight = np.ones(len(outcome)) if weight is None else np.asarray(weight, dtype=np.float64)
    if rows.ndim != 2 or not len(rows) or outcome.shape != (len(rows),) or weight.shape != (len(rows),):
        raise PromotionModelError("There is nothing to learn from: no examples, or their parts differ in number.")
    if not (np.isfinite(rows).all() and np.isfinite(outcome).all() and np.isfinite(weight).all()):
        raise PromotionModelError("Some examples hold numbers that are none (NaN or infinite).")
    if (weight < 0).any() or weight.sum() <= 0:
        raise PromotionModelError("The examples have no weight.")
    counted = outcome[weight > 0]
    if counted.min() >= 0.5 or counted.max() < 0.5:
        kind = "used" if counted.min() >= 0.5 else "not used"
        raise PromotionModelError(f"All examples are of one kind ({kind}); nothing can be told apart yet.")
    return rows, outcome, weight * (len(weight) / weight.sum())


def scale_of(rows: FloatArray, weight: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Weighted mean and deviation of each column; a constant column gets 1, so that it stays 0 when standardised."""
    mean = np.average(rows, axis=0, weights=weight)
    spread = np.sqrt(np.average((rows - mean) ** 2, axis=0, weights=weight))
    return mean, np.where(spread > 1e-9, spread, 1.0)


def taken(arrays: Mapping[str, NDArray[np.generic]], name: str, *shape: int | None) -> FloatArray:
    """One finite array of a file, held against its shape; None takes any length.

    Raises:
        PromotionModelError: it is missing, of another shape, or holds numbers that are none.
    """
    if name not in arrays:
        raise PromotionModelError(f"The model file lacks {name}.")
    found = np.asarray(arrays[name])
    if found.dtype.kind not in "fiu" or found.ndim != len(shape):
        raise PromotionModelError(f"The model file's {name} is of another form.")
    if any(want is not None and have != want for have, want in zip(found.shape, shape, strict=True)):
        raise PromotionModelError(f"The model file's {name} has the shape {found.shape}.")
    numbers = found.astype(np.float64)
    if not np.isfinite(numbers).all():
        raise PromotionModelError(f"The model file's {name} holds numbers that are none.")
    return numbers
