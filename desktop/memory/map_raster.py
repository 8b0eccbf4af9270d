"""Draws many memories into one picture: numpy writes the pixels, for a painter needs half a second for 50,000 circles.

Every memory is a stamp, the mark of its layer in the colour of its group. Stamps are written pixel by pixel of the
stamp, for all memories at once, from the faintest pixels to the full ones, so that an edge never covers what is full.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Pixels = NDArray[np.uint32]

RING, HALF, DISC = 0, 1, 2
"""Marks, in the order of `LAYERS`."""
_LEVELS = 4
"""Shades of a stamp's pixels; more cannot be told apart."""
_PLAIN_BELOW = 2.6
"""Pixels of a radius below which no mark can be told from another: a dot for all."""


@functools.lru_cache(maxsize=64)
def stamp(mark: int, radius: float) -> tuple[tuple[tuple[int, int], ...], ...]:
    """For each shade, faintest first, the pixels of a mark around its middle, as (x, y)."""
    side = 2 * int(np.ceil(radius + 1)) + 1
    image = QImage(side, side, QImage.Format.Format_Alpha8)
    image.fill(0)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    middle = side / 2
    around = QRectF(middle - radius, middle - radius, 2 * radius, 2 * radius)
    full = QColor(0, 0, 0)
    if mark == DISC or radius < _PLAIN_BELOW:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(full)
        painter.drawEllipse(around)
    else:
        pen = max(1.0, radius * 0.3)
        painter.setPen(QPen(full, pen))
        inner = around.adjusted(pen / 2, pen / 2, -pen / 2, -pen / 2)
        painter.drawEllipse(inner)
        if mark == HALF:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(full)
            painter.drawPie(inner, 90 * 16, 180 * 16)
    painter.end()
    alpha = np.frombuffer(image.constBits(), np.uint8).reshape(side, image.bytesPerLine())[:, :side]
    shades = np.ceil(alpha.astype(np.float32) / 255 * _LEVELS - 0.35).clip(0, _LEVELS).astype(int)
    return tuple(
        tuple((int(x - side // 2), int(y - side // 2)) for y, x in np.argwhere(shades == shade))
        for shade in range(1, _LEVELS + 1)
    )


class Raster:
    """A transparent picture that stamps are written into.

    Args:
        width, height: Of the picture, in its own pixels.
        radius: Of a stamp, in these pixels.
    """

    def __init__(self, width: int, height: int, *, radius: float) -> None:
        self._radius = round(radius * 4) / 4
        self._reach = int(np.ceil(self._radius)) + 1
        self._edge = 2 * self._reach + 1  # a stamp just outside of the picture still lies within the pixels
        self._width, self._height = width, height
        self._wide = width + 2 * self._edge
        self._pixels: Pixels = np.zeros(self._wide * (height + 2 * self._edge), np.uint32)

    def write(
        self,
        x: NDArray[np.float32],
        y: NDArray[np.float32],
        marks: NDArray[np.uint8],
        colors: NDArray[np.uint8],
        palette: Sequence[QColor],
    ) -> int:
        """Write memories over what is there.

        Args:
            x: Pixels, shape (n,); what lies outside of the picture is passed over.
            y: The same.
            marks: `RING`, `HALF` or `DISC` of each.
            colors: Places in the palette.
            palette: At most 256 colours; they may be see-through.

        Returns:
            How many were inside.
        """
        reach = self._reach
        inside = (x >= -reach) & (y >= -reach) & (x < self._width + reach) & (y < self._height + reach)
        if not inside.all():
            x, y, marks, colors = x[inside], y[inside], marks[inside], colors[inside]
        shades = _shades(palette)
        at = (np.floor(y).astype(np.int32) + self._edge) * self._wide + np.floor(x).astype(np.int32) + self._edge
        if self._radius < _PLAIN_BELOW:
            groups = [(DISC, at, colors)]
        else:
            # Rings last: what is full would hide them, and they hide little.
            groups = [(mark, at[marks == mark], colors[marks == mark]) for mark in (DISC, HALF, RING)]
        for shade in range(_LEVELS):
            for mark, places, inks in groups:
                offsets = stamp(mark, self._radius)[shade]
                if not len(places) or not offsets:
                    continue
                ink = shades[shade][inks]
                for across, along in offsets:
                    self._pixels[places + (along * self._wide + across)] = ink
        return len(at)

    def image(self) -> QImage:
        """The picture; it keeps its pixels."""
        rows = self._pixels.reshape(-1, self._wide)[self._edge : -self._edge, self._edge : -self._edge]
        held = np.ascontiguousarray(rows)
        form = QImage.Format.Format_ARGB32_Premultiplied
        return QImage(held.data, self._width, self._height, 4 * self._width, form).copy()


def _shades(palette: Sequence[QColor]) -> Pixels:
    """Premultiplied ARGB of every colour in every shade, shape (shades, colours)."""
    parts = np.asarray([[one.alphaF(), one.redF(), one.greenF(), one.blueF()] for one in palette], np.float64)
    table = np.empty((_LEVELS, len(palette)), np.uint32)
    for shade in range(_LEVELS):
        alpha = parts[:, 0] * (shade + 1) / _LEVELS
        channels = [np.round(255 * alpha)] + [np.round(255 * alpha * parts[:, one]) for one in (1, 2, 3)]
        a, r, g, b = (one.astype(np.uint32) for one in channels)
        table[shade] = (a << 24) | (r << 16) | (g << 8) | b
    return table
