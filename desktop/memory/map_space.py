"""Where the map is looked at: its own units to pixels of the view and back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

NEAREST, FARTHEST = 200.0, 0.5
"""How much nearer than the whole map one may come, and how far away one may go."""
_OUTLIERS = 0.2
"""Per cent of the memories on each side that need not be seen at once: a few may lie far out."""


@dataclass(slots=True)
class MapSpace:
    """A view of `width` x `height` pixels around a middle; `scale` is pixels for a unit of the map."""

    width: float = 1.0
    height: float = 1.0
    middle_x: float = 0.0
    middle_y: float = 0.0
    scale: float = 100.0
    whole: float = 100.0
    """The scale at which the whole map is seen."""

    def bounds(self, x: Floats, y: Floats, edge: float) -> tuple[float, float, float]:
        """The middle and the scale at which all of some memories are seen, with an edge of so many pixels."""
        if not len(x):
            return 0.0, 0.0, min(self.width, self.height) / 3
        percents = (_OUTLIERS, 100 - _OUTLIERS) if len(x) > 2000 else (0, 100)
        left, right = np.percentile(x, percents)
        top, bottom = np.percentile(y, percents)
        across, along = max(right - left, 0.05), max(bottom - top, 0.05)
        scale = min(max(self.width - 2 * edge, 40) / across, max(self.height - 2 * edge, 40) / along)
        return float(left + right) / 2, float(top + bottom) / 2, float(scale)

    def fit(self, x: Floats, y: Floats, edge: float) -> None:
        """See the whole map."""
        self.middle_x, self.middle_y, self.scale = self.bounds(x, y, edge)
        self.whole = self.scale

    def show(self, x: Floats, y: Floats, edge: float) -> None:
        """See some memories of it."""
        self.middle_x, self.middle_y, scale = self.bounds(x, y, edge)
        self.scale = self._allowed(min(scale, self.whole * 12))

    def _allowed(self, scale: float) -> float:
        return min(max(scale, self.whole * FARTHEST), self.whole * NEAREST)

    @property
    def zoom(self) -> float:
        """1 where the whole map is seen."""
        return self.scale / self.whole

    def zoom_at(self, place: QPointF, factor: float) -> None:
        """Come nearer; what is under `place` stays under it."""
        x, y = self.to_map(place)
        self.scale = self._allowed(self.scale * factor)
        self.middle_x = x - (place.x() - self.width / 2) / self.scale
        self.middle_y = y - (place.y() - self.height / 2) / self.scale

    def pan(self, x: float, y: float) -> None:
        """Move what is seen by so many pixels."""
        self.middle_x -= x / self.scale
        self.middle_y -= y / self.scale

    def to_map(self, place: QPointF) -> tuple[float, float]:
        """Units of the map under a pixel."""
        return (
            self.middle_x + (place.x() - self.width / 2) / self.scale,
            self.middle_y + (place.y() - self.height / 2) / self.scale,
        )

    def to_view(self, x: float, y: float) -> QPointF:
        """The pixel at which a place of the map is seen."""
        return QPointF(
            (x - self.middle_x) * self.scale + self.width / 2, (y - self.middle_y) * self.scale + self.height / 2
        )

    def all_to_view(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Pixels of many places, shape (n,) each."""
        scale = np.float32(self.scale)
        return (
            (x - np.float32(self.middle_x)) * scale + np.float32(self.width / 2),
            (y - np.float32(self.middle_y)) * scale + np.float32(self.height / 2),
        )

    @property
    def rect(self) -> QRectF:
        """The view."""
        return QRectF(0, 0, self.width, self.height)


def inside(x: Floats, y: Floats, corners: list[QPointF]) -> NDArray[np.bool_]:
    """Which places lie inside a polygon (even-odd rule: a ray to the right crosses its sides an odd number of times).

    Args:
        x: Shape (n,).
        y: Shape (n,).
        corners: Of the polygon, in the same units; it is closed by itself.
    """
    found = np.zeros(len(x), np.bool_)
    if len(corners) < 3:
        return found
    left, right = min(corner.x() for corner in corners), max(corner.x() for corner in corners)
    top, bottom = min(corner.y() for corner in corners), max(corner.y() for corner in corners)
    near = np.flatnonzero((x >= left) & (x <= right) & (y >= top) & (y <= bottom))
    across, along = x[near].astype(np.float64), y[near].astype(np.float64)
    odd = np.zeros(len(near), np.bool_)
    for one, other in zip(corners, [*corners[1:], corners[0]], strict=True):
        if one.y() == other.y():
            continue
        between = (one.y() > along) != (other.y() > along)
        crossing = one.x() + (along - one.y()) / (other.y() - one.y()) * (other.x() - one.x())
        odd ^= between & (across < crossing)
    found[near] = odd
    return found
