"""The first words of memories beside their points, where so few are seen that there is room for words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from desktop.theme import Theme

if TYPE_CHECKING:
    from desktop.memory.map_picture import MapPoints
    from desktop.memory.map_space import MapSpace

MOST = 60
"""Memories seen at once up to which words are written."""
_WIDEST = 170


class MapCaptions:
    """Writes words to the right of points, or to the left, where they cover nothing."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self._texts: Mapping[int, str] = {}

    def set_texts(self, texts: Mapping[int, str]) -> None:
        """Words by the numbers of memories."""
        self._texts = texts

    def placed(
        self, space: MapSpace, points: MapPoints, radius: float, taken: Sequence[QRectF]
    ) -> list[tuple[str, QRectF]]:
        """Words that have room, and where each stands.

        Args:
            space: What is looked at.
            points: All of them.
            radius: Of a point, in pixels.
            taken: What must not be covered beside points: names.
        """
        if not self._texts:
            return []
        gap = self._theme.px(4)
        size = QFontMetricsF(self._theme.font("secondary"))
        rows = points.rows_of(np.fromiter(sorted(self._texts), np.int64, len(self._texts)))
        seen = [
            (int(points.numbers[row]), place)
            for row in rows.tolist()
            if space.rect.contains(place := space.to_view(float(points.x[row]), float(points.y[row])))
        ]
        reach = radius + 1
        held = [*taken, *(QRectF(at.x() - reach, at.y() - reach, 2 * reach, 2 * reach) for _, at in seen)]
        found: list[tuple[str, QRectF]] = []
        for number, at in seen:
            words = size.elidedText(self._texts[number], Qt.TextElideMode.ElideRight, self._theme.px(_WIDEST))
            box = QRectF(0, 0, size.horizontalAdvance(words), size.height())
            for left in (at.x() + reach + gap, at.x() - reach - gap - box.width()):
                box.moveTo(QPointF(left, at.y() - box.height() / 2))
                if space.rect.contains(box) and not any(box.intersects(other) for other in held):
                    found.append((words, QRectF(box)))
                    held.append(box.adjusted(-gap, 0, gap, 0))
                    break
        return found

    def paint(
        self, painter: QPainter, space: MapSpace, points: MapPoints, radius: float, taken: Sequence[QRectF]
    ) -> None:
        """Write them, quietly."""
        painter.setFont(self._theme.font("secondary"))
        painter.setPen(self._theme.color("muted"))
        for words, box in self.placed(space, points, radius, taken):
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextDontClip, words)
