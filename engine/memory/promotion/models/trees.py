"""Gradient-boosted trees over histograms with second-order gains, as in Chen and Guestrin's XGBoost (2016).

Features are cut into at most 32 bins at their quantiles; a tree grows level by level to a depth; the gain of a cut is
G_L^2 / (H_L + l) + G_R^2 / (H_R + l) - G^2 / (H + l), a leaf's value -rate G / (H + l).

Contributions go by path (Saabas 2014): at each cut the change of the node's expected value belongs to the feature cut
upon. They sum to the logit exactly.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.memory.promotion.models.base import Arrays, FloatArray, PromotionModelError, checked, sigmoid, taken

_BINS = 32
_AT_ONCE = 200
"""Rows walked together: their nodes stay in the processor's cache."""
IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Trees:
    """logit = base + sum over trees. Complete binary trees: node k has the children 2k + 1 and 2k + 2.

    Attributes:
        base: The logit of an average memory, with every root's value in it.
        feature: Which feature each inner node cuts upon; -1: none, go left. Shape (trees, 2^depth - 1).
        cut: Values up to this go left. Shape (trees, 2^depth - 1).
        value: Expected value at every node, leaves included. Shape (trees, 2^(depth + 1) - 1).
        width: How many features it takes.
    """

    base: float
    feature: IntArray
    cut: FloatArray
    value: FloatArray
    width: int
    kind: str = "trees"

    def logits(self, rows: FloatArray) -> FloatArray:
        """ln(p / (1 - p)) of each row."""
        result = np.empty(len(rows))
        for start in range(0, len(rows), _AT_ONCE):
            part = slice(start, start + _AT_ONCE)
            *_, leaf = self._paths(rows[part])
            result[part] = self.base + self._values(leaf).sum(axis=1)
        return result

    def contributions(self, rows: FloatArray) -> tuple[float, FloatArray]:
        """By path; the roots' values belong to the base."""
        result = np.zeros((len(rows), self.width))
        for start in range(0, len(rows), _AT_ONCE):
            part = rows[start : start + _AT_ONCE]
            here = np.arange(len(part))[:, None]
            sums = np.zeros(len(part) * self.width)
            for node, below in itertools.pairwise(self._paths(part)):
                chosen = np.take(self.feature, node + self._first_inner)
                change = np.where(chosen >= 0, self._values(below) - self._values(node), 0.0)
                place = here * self.width + np.maximum(chosen, 0)
                sums += np.bincount(place.ravel(), change.ravel(), minlength=len(sums))
            result[start : start + _AT_ONCE] = sums.reshape(len(part), self.width)
        return self.base + float(self.value[:, 0].sum()), result

    def _paths(self, rows: FloatArray) -> list[IntArray]:
        """The nodes that rows stand in, level by level, roots first; each (rows, trees)."""
        node = np.zeros((len(rows), len(self.feature)), dtype=np.int64)
        found = [node]
        here = np.arange(len(rows))[:, None] * rows.shape[1]
        flat = np.ascontiguousarray(rows).ravel()
        while 2 ** len(found) - 1 <= self.feature.shape[1]:
            at = node + self._first_inner
            chosen = np.take(self.feature, at)
            right = (chosen >= 0) & (np.take(flat, here + np.maximum(chosen, 0)) > np.take(self.cut, at))
            node = 2 * node + 1 + right
            found.append(node)
        return found

    def _values(self, node: IntArray) -> FloatArray:
        result: FloatArray = np.take(self.value, node + np.arange(len(self.value)) * self.value.shape[1])
        return result

    @property
    def _first_inner(self) -> IntArray:
        """Where each tree's inner nodes begin in the flat arrays."""
        result: IntArray = np.arange(len(self.feature)) * self.feature.shape[1]
        return result

    def arrays(self) -> Arrays:
        """Its parameters by name."""
        return {"base": np.array([self.base]), "feature": self.feature, "cut": self.cut, "value": self.value}


def fit_trees(
    rows: FloatArray,
    outcome: FloatArray,
    weight: FloatArray | None = None,
    *,
    trees: int = 80,
    depth: int = 3,
    rate: float = 0.08,
    penalty: float = 5.0,
    least: float = 20.0,
) -> Trees:
    """Boost trees on the logistic loss.

    Args:
        rows: Features. Shape (n, width).
        outcome: 1 for used, 0 for not, or a share between. Shape (n,).
        weight: Of each example, scaled to a mean of 1. Shape (n,).
        trees: How many.
        depth: Cuts from the root to a leaf.
        rate: Share of each tree's step that is taken.
        penalty: l above.
        least: Weight that a leaf must hold.

    Raises:
        PromotionModelError: nothing can be learned from these examples.
    """
    rows, outcome, weight = checked(rows, outcome, weight)
    count, width = rows.shape
    edges = [np.unique(np.quantile(column, np.linspace(0, 1, _BINS + 1)[1:-1])) for column in rows.T]
    binned = np.column_stack([np.searchsorted(edge, column) for edge, column in zip(edges, rows.T, strict=True)])
    share = float(np.clip(np.average(outcome, weights=weight), 1e-6, 1 - 1e-6))
    base = float(np.log(share / (1 - share)))
    logits = np.full(count, base)
    inner, nodes = 2**depth - 1, 2 ** (depth + 1) - 1
    feature = np.full((trees, inner), -1, dtype=np.int64)
    cut = np.zeros((trees, inner))
    value = np.zeros((trees, nodes))
    for tree in range(trees):
        p = sigmoid(logits)
        slope, curve = weight * (p - outcome), weight * p * (1 - p)
        node = np.zeros(count, dtype=np.int64)
        for level in range(depth):
            for at in range(2**level - 1, 2 ** (level + 1) - 1):
                here = np.flatnonzero(node == at)
                if level == 0:
                    value[tree, 0] = _leaf(slope, curve, penalty, rate)
                best = _best_cut(binned[here], slope[here], curve[here], weight[here], penalty, least)
                goes_right = np.zeros(len(here), dtype=bool)
                if best is not None and len(edges[best[0]]):
                    chosen, place = best
                    feature[tree, at], cut[tree, at] = chosen, edges[chosen][place]
                    goes_right = binned[here, chosen] > place
                for side, below in ((~goes_right, 2 * at + 1), (goes_right, 2 * at + 2)):
                    part = here[side]
                    own = _leaf(slope[part], curve[part], penalty, rate) if feature[tree, at] >= 0 else value[tree, at]
                    value[tree, below] = own
                node[here] = 2 * at + 1 + goes_right
        logits += value[tree, node]
    return Trees(base, feature, cut, value, width)


def read_trees(arrays: Mapping[str, NDArray[np.generic]], width: int) -> Trees:
    """The model of a file's arrays.

    Raises:
        PromotionModelError: they are not what such a model holds.
    """
    feature = taken(arrays, "feature", None, None).astype(np.int64)
    count, inner = feature.shape
    depth = (inner + 1).bit_length() - 1
    if inner != 2**depth - 1 or not 1 <= depth <= 8 or feature.min(initial=0) < -1 or feature.max(initial=0) >= width:
        raise PromotionModelError("The model file's trees are of another form.")
    return Trees(
        float(taken(arrays, "base", 1)[0]),
        feature,
        taken(arrays, "cut", count, inner),
        taken(arrays, "value", count, 2 * inner + 1),
        width,
    )


def _leaf(slope: FloatArray, curve: FloatArray, penalty: float, rate: float) -> float:
    return float(-rate * slope.sum() / (curve.sum() + penalty))


def _best_cut(
    binned: IntArray, slope: FloatArray, curve: FloatArray, weight: FloatArray, penalty: float, least: float
) -> tuple[int, int] | None:
    """(feature, bin) of the cut with the highest gain, or None where none gains: bins up to it go left."""
    if weight.sum() < 2 * least:
        return None
    width = binned.shape[1]
    flat = (binned + np.arange(width) * _BINS).ravel()
    size = width * _BINS

    def left(of: FloatArray) -> FloatArray:
        sums = np.bincount(flat, np.repeat(of, width), minlength=size).reshape(width, _BINS)
        result: FloatArray = np.cumsum(sums, axis=1)
        return result

    slopes, curves, weights = left(slope), left(curve), left(weight)
    all_slope, all_curve, all_weight = slope.sum(), curve.sum(), weight.sum()
    gain = (
        slopes**2 / (curves + penalty)
        + (all_slope - slopes) ** 2 / (all_curve - curves + penalty)
        - all_slope**2 / (all_curve + penalty)
    )
    gain[(weights < least) | (all_weight - weights < least)] = 0.0
    best = int(gain.argmax())
    if gain.flat[best] <= 1e-9:
        return None
    return best // _BINS, best % _BINS
