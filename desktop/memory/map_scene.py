"""The canvas with its legend: turns what the engine laid out into points, colours and names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.memory.map_canvas import MapCanvas
from desktop.memory.map_colors import cluster_colors, layer_colors
from desktop.memory.map_legend import LegendEntry, MapLegend
from desktop.memory.map_names import MapName
from desktop.memory.map_picture import MapPoints
from desktop.memory.map_raster import DISC
from desktop.theme import Theme
from desktop.widgets.layer_mark import layer_name
from engine import LAYERS, MapUpdate

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_COLORS = 200
"""Clusters with a colour of their own; smaller ones look like what is in none."""
_IN_LEGEND = 6
_REST = 0.5
_ASKED = 300
"""Memories that say where the middle of a cluster is."""
_ABOVE = 0.04
"""So few of a cluster lie above the place where it is taken to begin."""


class MapScene(QWidget):
    """Canvas and legend."""

    def __init__(self, *, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._update: MapUpdate | None = None
        self._by_layer = True
        self.canvas = MapCanvas(theme=theme, parent=self)
        self.legend = MapLegend(theme, self)
        self.legend.group_wanted.connect(self._show_group)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.canvas, 1)
        column.addWidget(self.legend)
        theme.changed.connect(self._show)

    def show_update(self, update: MapUpdate, *, by_layer: bool) -> None:
        """Show where memories lie now."""
        self._update, self._by_layer = update, by_layer
        self._show()

    def set_by_layer(self, on: bool) -> None:
        """Colour by layers, or by clusters."""
        self._by_layer = on
        self._show()

    def clear(self) -> None:
        """Show nothing."""
        self._update = None
        self.canvas.show_points(MapPoints.none())
        self.canvas.set_groups([], walked=0)
        self.legend.show_entries([])

    def _show_group(self, group: int) -> None:
        self.canvas.show_group(group)
        self.canvas.setFocus()

    def _show(self) -> None:
        update = self._update
        if update is None:
            return
        layers = [np.flatnonzero(update.layers == code) for code in range(len(LAYERS))]
        present = [rows for rows in layers if len(rows)]
        clusters, ranks = _clusters(update)
        if self._by_layer:
            palette, groups, colors = layer_colors(self._theme), present, update.layers
        else:
            rest = self._theme.color("muted", alpha=_REST)
            palette, colors = [rest, *cluster_colors(self._theme, len(clusters))], ranks
            groups = [*clusters, *present]
        self.canvas.set_palette(palette)
        points = MapPoints(update.numbers, update.x, update.y, update.layers, colors)
        names = self._names(update, clusters)
        self.canvas.show_points(points, names=names)
        self.canvas.set_groups(groups, walked=len(present) if self._by_layer else len(clusters))
        self.legend.show_entries(self._entries(update, layers, clusters))

    @staticmethod
    def _names(update: MapUpdate, clusters: list[NDArray[np.int64]]) -> list[MapName]:
        found = []
        for cluster, rows in zip(update.names, clusters, strict=False):
            some = rows[:: max(1, len(rows) // _ASKED)]  # a name need not stand to the pixel
            across, along = np.sort(update.x[some]), np.sort(update.y[some])
            half, top = len(some) // 2, int(_ABOVE * len(some))
            found.append(MapName(cluster.name, float(across[half]), float(along[half]), float(along[top])))
        return found

    def _entries(
        self, update: MapUpdate, layers: list[NDArray[np.int64]], clusters: list[NDArray[np.int64]]
    ) -> list[LegendEntry]:
        tones = layer_colors(self._theme) if self._by_layer else [self._theme.color("muted")] * len(LAYERS)
        entries: list[LegendEntry] = []
        first = 0 if self._by_layer else len(clusters)
        for code, rows in enumerate(layers):
            if len(rows):
                group = first + len(entries)
                entries.append(LegendEntry(code, tones[code], layer_name(LAYERS[code]), len(rows), group))
        if not self._by_layer:
            for place, color in enumerate(cluster_colors(self._theme, len(clusters))[:_IN_LEGEND]):
                name = update.names[place].name or self.tr("Without a name")
                entries.append(LegendEntry(DISC, color, name, len(clusters[place]), place))
        return entries


def _clusters(update: MapUpdate) -> tuple[list[NDArray[np.int64]], NDArray[np.uint8]]:
    """Rows of each cluster, the largest first, and each row's place in a palette, 0 for no cluster."""
    named = update.names[:MOST_COLORS]
    order = np.argsort(update.clusters, kind="stable")
    ordered = update.clusters[order]
    ranks = np.zeros(len(update.numbers), np.uint8)
    found = []
    for place, cluster in enumerate(named):
        left, right = np.searchsorted(ordered, [cluster.number, cluster.number + 1])
        rows = order[left:right]
        ranks[rows] = place + 1
        found.append(rows)
    return found, ranks
