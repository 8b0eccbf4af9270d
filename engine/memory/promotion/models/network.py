"""A network of three layers (two hidden ones of tanh, one logit), trained by Adam with weight decay.

Adam: Kingma and Ba 2015; decay apart from the gradient: Loshchilov and Hutter 2019. Weights begin as in Glorot and
Bengio 2010. Contributions go by integrated gradients (Sundararajan et al. 2017) from the average memory; what the
steps of the integral miss is shared out by size, so that they sum to the logit.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.memory.promotion.models.base import (
    Arrays,
    FloatArray,
    PromotionModelError,
    checked,
    scale_of,
    sigmoid,
    taken,
)

_PATH = 32


@dataclass(frozen=True, slots=True)
class Network:
    """logit = w3 · tanh(w2 tanh(w1 z + b1) + b2) + b3, z the standardised features.

    Attributes:
        layers: (weights, biases) of the three layers; weights (in, out).
        mean: What is taken from each feature. Shape (width,).
        spread: What it is divided by. Shape (width,).
    """

    layers: tuple[tuple[FloatArray, FloatArray], ...]
    mean: FloatArray
    spread: FloatArray
    kind: str = "network"

    @property
    def width(self) -> int:
        """How many features it takes."""
        return len(self.mean)

    def logits(self, rows: FloatArray) -> FloatArray:
        """ln(p / (1 - p)) of each row."""
        return _forward(self.layers, (rows - self.mean) / self.spread)[-1][:, 0]

    def contributions(self, rows: FloatArray) -> tuple[float, FloatArray]:
        """Integrated gradients along the straight line from the average memory, in the middle of 32 steps."""
        ends = (rows - self.mean) / self.spread
        base = float(_forward(self.layers, np.zeros((1, self.width)))[-1][0, 0])
        slopes = np.zeros_like(ends)
        for step in range(_PATH):
            _, into = gradients(self.layers, ends * ((step + 0.5) / _PATH), np.ones(len(ends)))
            slopes += into / _PATH
        shares = ends * slopes
        missing = self.logits(rows) - base - shares.sum(axis=1)
        size = np.abs(shares)
        total = size.sum(axis=1, keepdims=True)
        parts = np.where(total > 0, size / np.where(total > 0, total, 1.0), 1.0 / self.width)
        return base, shares + missing[:, None] * parts

    def arrays(self) -> Arrays:
        """Its parameters by name."""
        found: Arrays = {"mean": self.mean, "spread": self.spread}
        for number, (weights, biases) in enumerate(self.layers, start=1):
            found[f"weights{number}"], found[f"biases{number}"] = weights, biases
        return found


def fit_network(
    rows: FloatArray,
    outcome: FloatArray,
    weight: FloatArray | None = None,
    *,
    hidden: tuple[int, int] = (16, 8),
    epochs: int = 60,
    rate: float = 5e-3,
    decay: float = 1e-2,
    batch: int = 128,
    seed: int = 7,
) -> Network:
    """Minimise the weighted log loss over mini-batches; the step falls to 0 along a cosine.

    Args:
        rows: Features. Shape (n, width).
        outcome: 1 for used, 0 for not, or a share between. Shape (n,).
        weight: Of each example, scaled to a mean of 1. Shape (n,).
        hidden: Units of the two hidden layers.
        epochs: Passes over the examples.
        rate: Adam's step at the beginning.
        decay: Of the weights, per step times rate.
        batch: Examples of one step.
        seed: Of the first weights and of the order, so that the same examples make the same network.

    Raises:
        PromotionModelError: nothing can be learned from these examples.
    """
    rows, outcome, weight = checked(rows, outcome, weight)
    mean, spread = scale_of(rows, weight)
    z = (rows - mean) / spread
    random = np.random.default_rng(seed)
    sizes = (rows.shape[1], *hidden, 1)
    parameters = []
    for into, out in itertools.pairwise(sizes):
        limit = np.sqrt(6.0 / (into + out))
        parameters += [random.uniform(-limit, limit, (into, out)), np.zeros(out)]
    first, second = [np.zeros_like(one) for one in parameters], [np.zeros_like(one) for one in parameters]
    steps = epochs * max(1, -(-len(z) // batch))
    step = 0
    for _ in range(epochs):
        order = random.permutation(len(z))
        for start in range(0, len(z), batch):
            chosen = order[start : start + batch]
            layers = _paired(parameters)
            p = sigmoid(_forward(layers, z[chosen])[-1][:, 0])
            slopes, _ = gradients(layers, z[chosen], weight[chosen] * (p - outcome[chosen]) / len(chosen))
            step += 1
            now = rate * 0.5 * (1 + np.cos(np.pi * step / steps))
            for at, slope in enumerate(slopes):
                first[at] = 0.9 * first[at] + 0.1 * slope
                second[at] = 0.999 * second[at] + 0.001 * slope**2
                change = first[at] / (1 - 0.9**step) / (np.sqrt(second[at] / (1 - 0.999**step)) + 1e-8)
                shrink = decay if at % 2 == 0 else 0.0
                parameters[at] = parameters[at] - now * (change + shrink * parameters[at])
    return Network(_paired(parameters), mean, spread)


def gradients(
    layers: tuple[tuple[FloatArray, FloatArray], ...], z: FloatArray, slope: FloatArray
) -> tuple[list[FloatArray], FloatArray]:
    """Derivatives of sum(slope * logit): by each parameter (summed over rows), and by each input (n, width)."""
    outputs = _forward(layers, z)
    back = slope[:, None]
    found: list[FloatArray] = []
    for number in range(len(layers) - 1, -1, -1):
        below = outputs[number]
        found[:0] = [below.T @ back, back.sum(axis=0)]
        back = back @ layers[number][0].T
        if number:
            back = back * (1 - below**2)
    return found, back


def read_network(arrays: Mapping[str, NDArray[np.generic]], width: int) -> Network:
    """The model of a file's arrays.

    Raises:
        PromotionModelError: they are not what such a model holds.
    """
    layers = []
    into = width
    for number in (1, 2, 3):
        weights = taken(arrays, f"weights{number}", into, None)
        into = weights.shape[1]
        layers.append((weights, taken(arrays, f"biases{number}", into)))
    if into != 1:
        raise PromotionModelError("The model file's last layer has more than one output.")
    spread = np.maximum(taken(arrays, "spread", width), 1e-9)
    return Network(tuple(layers), taken(arrays, "mean", width), spread)


def _forward(layers: tuple[tuple[FloatArray, FloatArray], ...], z: FloatArray) -> list[FloatArray]:
    """Inputs, both hidden layers' outputs, logits."""
    outputs = [z]
    for number, (weights, biases) in enumerate(layers):
        raw = outputs[-1] @ weights + biases
        outputs.append(np.tanh(raw) if number < len(layers) - 1 else raw)
    return outputs


def _paired(parameters: list[FloatArray]) -> tuple[tuple[FloatArray, FloatArray], ...]:
    return tuple((parameters[at], parameters[at + 1]) for at in range(0, len(parameters), 2))
