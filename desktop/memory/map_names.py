"""Names of clusters written into the map: the largest first, each where it covers no other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPainterPath, QPen

from desktop.memory.map_space import MapSpace
from desktop.theme import Theme

_WIDEST = 180
_SMALL = 72
"""A group that reaches less far above its middle has its name above it, so that the name hides nothing."""
_MOST = 40
"""Names tried at a time; a view has no room for more."""


@dataclass(frozen=True, slots=True)
class MapName:
    """A name in the middle of what it names; `top` is where that begins."""

    text: str
    x: float
    y: float
    top: float


class MapNames:
    """Lays names out and paints them."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self._names: Sequence[MapName] = ()
        self._paths: dict[str, tuple[QPainterPath, QRectF]] = {}
        theme.changed.connect(self._paths.clear)

    def set_names(self, names: Sequence[MapName]) -> None:
        """Write these, the most important first; those without a text are passed over."""
        self._names = [name for name in names if name.text]
        if len(self._paths) > 4 * _MOST:
            self._paths.clear()

    def placed(self, space: MapSpace) -> list[tuple[MapName, QRectF]]:
        """Names that are seen, and where each stands; none covers another."""
        gap = self._theme.px(4)
        taken: list[QRectF] = []
        found: list[tuple[MapName, QRectF]] = []
        for name in self._names:
            if len(found) >= _MOST:
                break
            place = space.to_view(name.x, name.y)
            if not space.rect.contains(place):
                continue
            _, box = self._path(name.text)
            stands = box.translated(place - box.center())
            if (name.y - name.top) * space.scale < self._theme.px(_SMALL):
                stands.moveBottom(space.to_view(name.x, name.top).y() - self._theme.px(6))
            stands.moveLeft(min(max(stands.left(), gap), space.width - gap - stands.width()))
            stands.moveTop(min(max(stands.top(), gap), space.height - gap - stands.height()))
            around = stands.adjusted(-gap, -gap, gap, gap)
            if not any(around.intersects(other) for other in taken):
                taken.append(around)
                found.append((name, stands))
        return found

    def paint(self, painter: QPainter, space: MapSpace) -> None:
        """Write them, each with a rim of the surface's colour, so that it is read over whatever lies there."""
        if not self._names:
            return
        theme = self._theme
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rim = QPen(theme.color("surface", alpha=0.9), theme.px(4))
        rim.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        for name, stands in self.placed(space):
            path, box = self._path(name.text)
            moved = path.translated(QPointF(stands.left() - box.left(), stands.top() - box.top()))
            painter.strokePath(moved, rim)
            painter.fillPath(moved, theme.color("text"))
        painter.restore()

    def _path(self, text: str) -> tuple[QPainterPath, QRectF]:
        if text not in self._paths:
            font = self._theme.font("secondary", strong=True)
            size = QFontMetricsF(font)
            shown = size.elidedText(text, Qt.TextElideMode.ElideRight, self._theme.px(_WIDEST))
            path = QPainterPath()
            path.addText(QPointF(0, size.ascent()), font, shown)
            self._paths[text] = path, QRectF(0, 0, size.horizontalAdvance(shown), size.height())
        return self._paths[text]
