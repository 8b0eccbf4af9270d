"""Places in two dimensions: first the plane of greatest variance, then a layout that keeps neighbours together.

The plane comes from a randomised singular value decomposition of a sample (Halko, Martinsson and Tropp, "Finding
structure with randomness", 2011). The layout is t-SNE (van der Maaten and Hinton, 2008) in the form that is quick in
numpy: every row is drawn to its nearest others with equal force, which serves as well as tuned ones (Böhm, Berens and
Kobak, "Attraction-repulsion spectrum in neighbor embeddings", 2022), all rows repel each other by way of a grid and its
Fourier transform (Linderman and others, "Fast interpolation-based t-SNE", 2019), the plane is where it begins and n/12
is the pace (Kobak and Berens, "The art of using t-SNE for single-cell transcriptomics", 2019). `magray bench map` holds
it against the plane alone.
"""

from __future__ import annotations

import dataclasses
import math
import time
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Places = NDArray[np.float32]
    Wide = NDArray[np.complex64]

NEIGHBOURS = 15
EARLY = 12.0
"""Exaggeration of the attraction while groups come together."""
EARLY_ROUNDS = 120
LATE_ROUNDS = 280
_EARLY_MOMENTUM, _LATE_MOMENTUM = 0.5, 0.8
_LONGEST_STEP = 5.0
"""A row moves so far in a round at most, as in openTSNE."""

_LEAST_PACE = 4.0
"""A few dozen rows would fly apart at the usual least of 50: .92 of their neighbours stay true, .88 at 50."""
_CELL = 0.5
"""Side of a cell of the grid; the force changes over a distance of 1."""
_SIDES = (32, 48, 64, 96, 128, 192, 256, 384, 512)
"""Cells in a row of the grid; twice as many are a quick length for the transform."""

_OVERSAMPLED = 10
_POWERS = 3


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Plane:
    """Two directions and the middle of the vectors they were found in.

    Attributes:
        middle: Shape (dimensions,).
        axes: Shape (dimensions, 2), of unit length.
    """

    middle: NDArray[np.float32]
    axes: NDArray[np.float32]

    @classmethod
    def of(cls, sample: NDArray[np.float32], *, seed: int = 0) -> Plane:
        """The plane of greatest variance of a sample, shape (n, dimensions), n at least 1."""
        middle = sample.mean(axis=0)
        centred = sample - middle
        dimensions = sample.shape[1]
        wanted = min(2 + _OVERSAMPLED, dimensions, len(sample))
        basis = np.random.default_rng(seed).standard_normal((dimensions, wanted)).astype(np.float32)
        for _ in range(_POWERS):
            basis, _ = np.linalg.qr(centred.T @ (centred @ basis))
        _, _, turned = np.linalg.svd(centred @ basis, full_matrices=False)
        axes = np.zeros((dimensions, 2), np.float32)
        found = (basis @ turned.T)[:, :2]
        axes[:, : found.shape[1]] = found
        # A direction and its opposite are as good: the greatest number decides, so that the map is never mirrored.
        greatest = np.abs(axes).argmax(axis=0)
        axes *= np.where(axes[greatest, (0, 1)] < 0, np.float32(-1), np.float32(1))
        return cls(middle, axes)

    def project(self, rows: NDArray[np.float32]) -> Places:
        """Where rows of shape (n, dimensions) lie on it, shape (n, 2)."""
        return np.asarray((rows - self.middle) @ self.axes, np.float32)


class Layout:
    """A layout being made: call `step` as often as wanted; `places` may be looked at between."""

    def __init__(self, start: Places, neighbours: NDArray[np.int32], *, settled: bool = False) -> None:
        """Begin.

        Args:
            start: Where rows begin, shape (n, 2); n at least 2.
            neighbours: Their nearest others, shape (n, k).
            settled: The start is a layout made before: nothing is gathered first, and little moves.
        """
        self._neighbours = neighbours
        self._flat = neighbours.ravel().astype(np.int64)
        self._settled = settled
        spread = float(np.sqrt(((start - start.mean(axis=0)) ** 2).sum(axis=1).mean())) or 1.0
        wanted = natural_spread(len(start)) if settled else 1.0
        self.places: Places = ((start - start.mean(axis=0)) * (wanted / spread)).astype(np.float32)
        self._speed = np.zeros_like(self.places)
        self._gain = np.ones_like(self.places)
        self._field = _Field()
        self.round = 0
        self.rounds = LATE_ROUNDS // 2 if settled else EARLY_ROUNDS + LATE_ROUNDS

    @property
    def done(self) -> bool:
        """Whether all rounds were made."""
        return self.round >= self.rounds

    def work(self, seconds: float) -> None:
        """As many rounds as fit into some time, one at least."""
        end = time.perf_counter() + seconds
        for _ in range(self.round, self.rounds):
            self.step()
            if time.perf_counter() >= end:
                return

    def step(self) -> None:
        """One round: O(n k) for the attraction, O(n + g log g) for the repulsion on a grid of g cells."""
        early = not self._settled and self.round < EARLY_ROUNDS
        exaggeration = EARLY if early else 1.0
        force = self._attraction()
        force *= exaggeration
        force -= self._field.repulsion(self.places)
        force *= 4.0
        # Delta-bar-delta, as in the first t-SNE: where the direction holds, the pace rises.
        same = (force > 0) == (self._speed > 0)
        self._gain = np.where(same, self._gain * 0.8, self._gain + 0.2).clip(0.01, None).astype(np.float32)
        pace = max(len(self.places) / (EARLY if early else 4.0), _LEAST_PACE)
        momentum = _EARLY_MOMENTUM if early else _LATE_MOMENTUM
        self._speed = momentum * self._speed - pace * self._gain * force
        length = np.sqrt((self._speed**2).sum(axis=1, keepdims=True))
        self._speed *= np.minimum(1.0, _LONGEST_STEP / np.maximum(length, 1e-9))
        self.places = self.places + self._speed
        self.places -= self.places.mean(axis=0)
        self.round += 1

    def _attraction(self) -> Places:
        places, neighbours = self.places, self._neighbours
        count, width = neighbours.shape
        force = np.empty_like(places)
        x, y = np.ascontiguousarray(places[:, 0]), np.ascontiguousarray(places[:, 1])
        across = x[:, None] - x[neighbours]
        along = y[:, None] - y[neighbours]
        weight = 1.0 / (1.0 + across**2 + along**2)
        across *= weight
        along *= weight
        for column, pull in enumerate((across, along)):
            force[:, column] = pull.sum(axis=1)
            # Who is drawn to another draws it as much.
            force[:, column] -= np.bincount(self._flat, weights=pull.ravel(), minlength=count)
        force /= 2.0 * count * width
        return force


def natural_spread(count: int) -> float:
    """Root mean square distance from the middle that a finished layout of so many rows has, about."""
    return 3.7 * math.sqrt(math.sqrt(max(count, 2)))


class _Field:
    """How all rows push each other away: 1/(1 + d²)² times the distance, summed on a grid."""

    def __init__(self) -> None:
        self._side = 0
        self._cell = 0.0
        self._kernels: list[Wide] = []

    def repulsion(self, places: Places) -> Places:
        """The repelling half of t-SNE's gradient without its factor of 4, shape (n, 2)."""
        low = places.min(axis=0)
        side, cell = self._fit(float((places.max(axis=0) - low).max()))
        inside = (places - low) / cell + 1.0
        corner = np.floor(inside).astype(np.int64)
        part = (inside - corner).astype(np.float32)
        weights = np.empty((4, len(places)), np.float32)
        far_x, far_y = part[:, 0], part[:, 1]
        weights[0] = (1 - far_x) * (1 - far_y)
        weights[1] = far_x * (1 - far_y)
        weights[2] = (1 - far_x) * far_y
        weights[3] = far_x * far_y
        first = corner[:, 1] * side + corner[:, 0]
        cells = (first, first + 1, first + side, first + side + 1)
        mass = np.zeros(side * side)
        for at, weight in zip(cells, weights, strict=True):
            mass += np.bincount(at, weights=weight, minlength=side * side)
        spectrum = np.fft.rfft2(mass.reshape(side, side).astype(np.float32), s=(2 * side, 2 * side))
        felt = []
        for kernel in self._kernels:
            whole = np.fft.irfft2(spectrum * kernel, s=(2 * side, 2 * side))[:side, :side].ravel()
            felt.append(sum(whole[at] * weight for at, weight in zip(cells, weights, strict=True)))
        total = float(felt[0].sum()) - self._own(far_x, far_y, cell)
        return np.stack([felt[1], felt[2]], axis=1).astype(np.float32) / np.float32(max(total, 1e-9))

    @staticmethod
    def _own(far_x: NDArray[np.float32], far_y: NDArray[np.float32], cell: float) -> float:
        """What every row feels of itself through the grid, summed."""
        same_x, same_y = far_x**2 + (1 - far_x) ** 2, far_y**2 + (1 - far_y) ** 2
        near, beside, across = 1.0, 1 / (1 + cell**2), 1 / (1 + 2 * cell**2)
        own = same_x * same_y * near + ((1 - same_x) * same_y + same_x * (1 - same_y)) * beside
        return float((own + (1 - same_x) * (1 - same_y) * across).sum())

    def _fit(self, span: float) -> tuple[int, float]:
        """A grid that holds the rows: cells grow only where there would be too many."""
        side = next((one for one in _SIDES if (one - 4) * _CELL >= span), _SIDES[-1])
        cell = _CELL
        while (side - 4) * cell < span:
            cell *= 1.25
        if (side, cell) != (self._side, self._cell):
            self._side, self._cell = side, cell
            far = np.arange(2 * side)
            apart = np.where(far < side, far, far - 2 * side).astype(np.float32) * np.float32(cell)
            distance = 1.0 + apart[:, None] ** 2 + apart[None, :] ** 2
            kernels = (1.0 / distance, apart[None, :] / distance**2, apart[:, None] / distance**2)
            self._kernels = [np.fft.rfft2(kernel.astype(np.float32)).astype(np.complex64) for kernel in kernels]
        return side, cell
