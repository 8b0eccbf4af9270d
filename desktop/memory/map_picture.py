"""What the map shows: points drawn once for each view, names over them, and what is pointed at."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen, QPolygonF, QResizeEvent
from PySide6.QtWidgets import QWidget

from desktop.memory.hover_card import HoverCard
from desktop.memory.map_captions import MapCaptions
from desktop.memory.map_names import MapName, MapNames
from desktop.memory.map_raster import Raster
from desktop.memory.map_space import MapSpace
from desktop.theme import Theme
from desktop.tokens import FOCUS_RING

if TYPE_CHECKING:
    from numpy.typing import NDArray

_EDGE = 40
_SMALLEST, _LARGEST = 1.5, 6.0
"""Design pixels of a point's radius."""
_SPREAD = 0.2
"""A point's radius as a share of the distance that points would have if they lay evenly."""
_FADED = 0.22
_RINGED = 12


@dataclass(frozen=True, slots=True, eq=False)
class MapPoints:
    """What is drawn; arrays of shape (n,).

    Attributes:
        numbers: Of the memories, rising.
        x, y: In units of the map.
        marks: Of layers.
        groups: Places in the palette.
    """

    numbers: NDArray[np.int64]
    x: NDArray[np.float32]
    y: NDArray[np.float32]
    marks: NDArray[np.uint8]
    groups: NDArray[np.uint8]

    @classmethod
    def none(cls) -> MapPoints:
        """An empty map."""
        whole, floats, small = np.zeros(0, np.int64), np.zeros(0, np.float32), np.zeros(0, np.uint8)
        return cls(whole, floats, floats, small, small)

    def rows_of(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        """Rows of those of the numbers that are here."""
        if not len(self.numbers) or not len(numbers):
            return np.zeros(0, np.int64)
        at = np.minimum(np.searchsorted(self.numbers, numbers), len(self.numbers) - 1)
        return np.asarray(at[self.numbers[at] == numbers], np.int64)


class MapPicture(QWidget):
    """Points, and where they are looked at from; `MapCanvas` adds the hands.

    Attributes:
        picked: Numbers of what was selected (`list[int]`).
        pointed: The number of what the pointer or the keys stand on, -1 for nothing.
        moved: The owner looks somewhere else.
    """

    picked = Signal(object)
    pointed = Signal(object)
    moved = Signal()

    def __init__(self, *, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.space = MapSpace()
        self._points = MapPoints.none()
        self._palette: list[QColor] = []
        self._names = MapNames(theme)
        self._captions = MapCaptions(theme)
        self._selected: NDArray[np.int64] = np.zeros(0, np.int64)
        self._image: QImage | None = None
        self._card: HoverCard | None = None
        self._pointed = -1
        self._by_keys = False
        self._ring = False
        self._own_view = False
        self._lasso: list[QPointF] | None = None
        self._groups: list[NDArray[np.int64]] = []
        self._walked = 0
        self._group = -1
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        theme.changed.connect(self._anew)

    # ------------------------------------------------------------------ what is shown

    @property
    def points(self) -> MapPoints:
        """What is drawn."""
        return self._points

    @property
    def pointed_at(self) -> int:
        """The number of what the pointer or the keys stand on, -1 for nothing."""
        return self._pointed

    def show_points(self, points: MapPoints, *, names: Sequence[MapName] = ()) -> None:
        """Show other points; the view stays where the owner has put it, else the whole map is seen."""
        self._points = points
        self._names.set_names(names)
        if not self._own_view:
            self.space.fit(points.x, points.y, self._theme.px(_EDGE))
        else:
            _, _, self.space.whole = self.space.bounds(points.x, points.y, self._theme.px(_EDGE))
        if self._by_keys:
            self._point_at_middle()
        self._anew()

    def set_palette(self, palette: Sequence[QColor]) -> None:
        """The colours that `MapPoints.groups` names."""
        self._palette = list(palette)
        self._anew()

    def set_groups(self, groups: Sequence[NDArray[np.int64]], *, walked: int) -> None:
        """Rows of each group; Tab walks through the first `walked` of them."""
        self._groups = list(groups)
        self._walked = walked
        self._group = min(self._group, walked)

    def set_selected(self, numbers: Sequence[int]) -> None:
        """Mark what is selected elsewhere, too."""
        self._selected = np.unique(np.asarray(numbers, np.int64))
        self._anew()

    def set_captions(self, texts: Mapping[int, str]) -> None:
        """The first words of memories, by number; written beside them where there is room."""
        self._captions.set_texts(texts)
        self.update()

    def seen(self) -> NDArray[np.int64]:
        """Numbers of the memories that are in view, rising."""
        x, y = self.space.all_to_view(self._points.x, self._points.y)
        return np.asarray(
            self._points.numbers[(x >= 0) & (y >= 0) & (x < self.space.width) & (y < self.space.height)], np.int64
        )

    def show_card(self, card: HoverCard | None) -> None:
        """Say what the memory that is pointed at holds."""
        self._card = card
        self.update()

    def fit(self) -> None:
        """See the whole map, also while it changes."""
        self._own_view = False
        self.space.fit(self._points.x, self._points.y, self._theme.px(_EDGE))
        self._looked()

    def zoom(self, factor: float, place: QPointF | None = None) -> None:
        """Come nearer or go farther."""
        self._own_view = True
        self.space.zoom_at(place if place is not None else QPointF(self.width() / 2, self.height() / 2), factor)
        self._looked()

    def pan(self, x: float, y: float) -> None:
        """Move what is seen by so many pixels."""
        self._own_view = True
        self.space.pan(x, y)
        self._looked()

    def show_group(self, group: int) -> None:
        """See one group as a whole."""
        rows = self._groups[group]
        self._group = min(group, self._walked)
        self._own_view = True
        self.space.show(self._points.x[rows], self._points.y[rows], self._theme.px(_EDGE))
        self._looked()

    def _looked(self) -> None:
        if self._by_keys:
            self._point_at_middle()
        else:
            self._point(-1)
        self.moved.emit()
        self._anew()

    def _anew(self) -> None:
        self._image = None
        self.update()

    # ------------------------------------------------------------------ drawing

    def radius(self) -> float:
        """Of a point, in device-independent pixels: few points are larger than many, and near ones than far ones."""
        count = max(len(self._points.numbers), 1)
        spread = math.sqrt(self.width() * self.height() / count)
        wanted = _SPREAD * spread * math.sqrt(max(self.space.zoom, 1.0))
        unit = self._theme.unit
        return min(max(wanted, _SMALLEST * unit), _LARGEST * unit)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The points out of a picture that is drawn once for each view, names and what is pointed at over it."""
        painter = QPainter(self)
        painter.fillRect(event.rect(), self._theme.color("surface"))
        if self._image is None:
            self._image = self._draw()
        painter.drawImage(0, 0, self._image)
        names = [box for _, box in self._names.placed(self.space)]
        self._captions.paint(painter, self.space, self._points, self.radius(), names)
        if self._names.paint(painter, self.space):
            self.update()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_chosen(painter)
        self._paint_pointed(painter)
        if self._lasso:
            painter.setPen(QPen(self._theme.color("accent"), 1.5 * self._theme.unit))
            painter.setBrush(self._theme.color("accent", alpha=0.12))
            painter.drawPolygon(QPolygonF(self._lasso))
        if self._ring:
            painter.setPen(QPen(self._theme.color("accent"), FOCUS_RING))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))

    def _draw(self) -> QImage:
        ratio = self.devicePixelRatioF()
        width, height = round(self.width() * ratio), round(self.height() * ratio)
        raster = Raster(max(width, 1), max(height, 1), radius=self.radius() * ratio)
        points = self._points
        x, y = self.space.all_to_view(points.x, points.y)
        x, y = x * np.float32(ratio), y * np.float32(ratio)
        chosen = points.rows_of(self._selected)
        if len(chosen) > 1:
            faded = [self._faded(color) for color in self._palette]
            raster.write(x, y, points.marks, points.groups, faded)
            raster.write(x[chosen], y[chosen], points.marks[chosen], points.groups[chosen], self._palette)
        elif len(points.numbers):
            raster.write(x, y, points.marks, points.groups, self._palette)
        image = raster.image()
        image.setDevicePixelRatio(ratio)
        return image

    @staticmethod
    def _faded(color: QColor) -> QColor:
        pale = QColor(color)
        pale.setAlphaF(color.alphaF() * _FADED)
        return pale

    def _paint_chosen(self, painter: QPainter) -> None:
        """Rings around a few that are selected; many stand out by the rest being faded."""
        rows = self._points.rows_of(self._selected)
        if not 0 < len(rows) <= _RINGED:
            return
        radius = self.radius() + self._theme.px(3)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(self._theme.color("accent"), 2 * self._theme.unit))
        for row in rows.tolist():
            place = self.space.to_view(float(self._points.x[row]), float(self._points.y[row]))
            painter.drawEllipse(place, radius, radius)

    def _paint_pointed(self, painter: QPainter) -> None:
        rows = self._points.rows_of(np.asarray([self._pointed]))
        if not len(rows):
            return
        place = self.space.to_view(float(self._points.x[rows[0]]), float(self._points.y[rows[0]]))
        radius = self.radius() + self._theme.px(6)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(self._theme.color("text"), 1.5 * self._theme.unit))
        painter.drawEllipse(place, radius, radius)
        if self._card is not None:
            self._card.paint(painter, self._theme, place, QRectF(self.rect()), apart=radius)

    def nearest(self, place: QPointF, reach: float | None = None) -> int:
        """The number of the memory nearest to a pixel, -1 where none is within reach."""
        points = self._points
        if not len(points.numbers):
            return -1
        x, y = self.space.all_to_view(points.x, points.y)
        distance = (x - np.float32(place.x())) ** 2 + (y - np.float32(place.y())) ** 2
        row = int(distance.argmin())
        if reach is not None and float(distance[row]) > reach**2:
            return -1
        return int(points.numbers[row])

    def _point(self, number: int) -> None:
        if number != self._pointed:
            self._pointed = number
            self._card = None
            self.pointed.emit(number)
            self._take_cursor()
            self.update()

    def _point_at_middle(self) -> None:
        self._point(self.nearest(QPointF(self.width() / 2, self.height() / 2)))

    def _take_cursor(self) -> None:
        """Nothing to show here; hands have cursors."""

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The middle stays in the middle; a map seen as a whole is fitted anew."""
        super().resizeEvent(event)
        self.space.width, self.space.height = float(self.width()), float(self.height())
        if not self._own_view:
            self.space.fit(self._points.x, self._points.y, self._theme.px(_EDGE))
        self.moved.emit()
        self._anew()
