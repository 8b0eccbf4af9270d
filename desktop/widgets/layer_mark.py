"""The quiet mark of a layer: Interact a ring, Insights a half disc, Assets a full disc."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from desktop.icons import Icons
from desktop.theme import Theme
from engine import Layer


def layer_name(layer: Layer) -> str:
    """The layer's name as it is shown."""
    names: dict[Layer, str] = {
        "interact": QCoreApplication.translate("LayerMark", "Interact"),
        "insights": QCoreApplication.translate("LayerMark", "Insights"),
        "assets": QCoreApplication.translate("LayerMark", "Assets"),
    }
    return names[layer]


class LayerMark(QWidget):
    """The mark as a widget, named for screen readers and with the layer's name as its tool tip."""

    def __init__(self, theme: Theme, icons: Icons, layer: Layer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icons = icons
        self._layer: Layer = layer
        self.set_layer(layer)
        theme.changed.connect(self.update)

    def set_layer(self, layer: Layer) -> None:
        """Show the mark of another layer."""
        self._layer = layer
        name = layer_name(layer)
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.update()

    def sizeHint(self) -> QSize:
        """One icon box."""
        return self._icons.box()

    def minimumSizeHint(self) -> QSize:
        """Never smaller than drawn."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the mark in the muted colour, centred."""
        box = self._icons.box()
        mark = self._icons.pixmap(f"layer-{self._layer}", "muted", scale=self.devicePixelRatioF())
        painter = QPainter(self)
        painter.drawPixmap((self.width() - box.width()) // 2, (self.height() - box.height()) // 2, mark)
