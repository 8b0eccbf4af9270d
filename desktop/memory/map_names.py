"""Names of clusters written into the map: the largest first, each where it covers no other."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPainterPath, QPen, QPixmap

from desktop.memory.map_space import MapSpace
from desktop.theme import Theme

_WIDEST = 180
_RIM = 4
_NEW_A_FRAME = 1
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
        self._pictures: dict[tuple[str, float], QPixmap] = {}
        theme.changed.connect(self._forget)

    def set_names(self, names: Sequence[MapName]) -> None:
        """Write these, the most important first; those without a text are passed over."""
        self._names = [name for name in names if name.text]
        if len(self._pictures) > 8 * _MOST:
            self._forget()

    def _forget(self) -> None:
        self._paths.clear()
        self._pictures.clear()

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

    def paint(self, painter: QPainter, space: MapSpace) -> bool:
        """Write them, each with a rim of the surface's colour, so that it is read over whatever lies there.

        Returns:
            Whether names are left for the next frame: a few are drawn new in each, so that none takes long.
        """
        scale = painter.device().devicePixelRatioF()
        new = 0
        for name, stands in self.placed(space):
            if (name.text, scale) not in self._pictures:
                new += 1
                if new > _NEW_A_FRAME:
                    continue
            picture = self._picture(name.text, scale)
            edge = self._edge()
            # At whole pixels, so that letters stay sharp.
            painter.drawPixmap(QPointF(round(stands.left()) - edge, round(stands.top()) - edge), picture)
        return new > _NEW_A_FRAME

    def _edge(self) -> int:
        return self._theme.px(_RIM)

    def _path(self, text: str) -> tuple[QPainterPath, QRectF]:
        if text not in self._paths:
            font = self._theme.font("secondary", strong=True)
            size = QFontMetricsF(font)
            shown = size.elidedText(text, Qt.TextElideMode.ElideRight, self._theme.px(_WIDEST))
            path = QPainterPath()
            path.addText(QPointF(0, size.ascent()), font, shown)
            self._paths[text] = path, QRectF(0, 0, size.horizontalAdvance(shown), size.height())
        return self._paths[text]

    def _picture(self, text: str, scale: float) -> QPixmap:
        """A name drawn once: the rim costs more than a frame has time for."""
        key = (text, scale)
        if key not in self._pictures:
            path, box = self._path(text)
            edge = self._edge()
            picture = QPixmap(math.ceil((box.width() + 2 * edge) * scale), math.ceil((box.height() + 2 * edge) * scale))
            picture.setDevicePixelRatio(scale)
            picture.fill(Qt.GlobalColor.transparent)
            painter = QPainter(picture)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.translate(edge, edge)
            rim = QPen(self._theme.color("surface", alpha=0.9), self._theme.px(_RIM))
            rim.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
            painter.strokePath(path, rim)
            painter.fillPath(path, self._theme.color("text"))
            painter.end()
            self._pictures[key] = picture
        return self._pictures[key]
