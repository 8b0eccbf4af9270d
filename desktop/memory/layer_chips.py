"""The three layers as chips with their marks and counts: they filter, and rows can be dropped on them."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QPushButton, QWidget

from desktop.icons import Icons
from desktop.memory.memory_table import MEMORIES_MIME
from desktop.theme import Theme, restyle
from desktop.widgets.layer_mark import layer_name
from desktop.words import number
from engine import Layer

_MARK = 14


class LayerChip(QPushButton):
    """One layer.

    Attributes:
        dropped: Memories were dropped on it.
    """

    dropped = Signal(str)

    def __init__(self, theme: Theme, icons: Icons, layer: Layer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layer: Layer = layer
        self._count = 0
        self.setCheckable(True)
        self.setAutoDefault(False)
        self.setAcceptDrops(True)
        restyle(self, kind="chip")
        self.setIcon(icons.icon(f"layer-{layer}", "muted"))
        self.setIconSize(icons.box() * (_MARK / 20))
        self.set_count(0)

    def set_count(self, count: int) -> None:
        """Show how many memories the filter means in this layer."""
        self._count = count
        name = layer_name(self._layer)
        self.setText(f"{name} {number(count)}")
        self.setAccessibleName(self.tr("Only {0}: {1}").format(name, number(count)))
        about: Mapping[Layer, str] = {
            "interact": self.tr("What was said lately. Without use it fades after hours."),
            "insights": self.tr("What proved useful. It stays for a season."),
            "assets": self.tr("Documents, notes and what lasts. It stays for ever."),
        }
        self.setToolTip(f"{about[self._layer]} {self.tr('Drop memories here to move them.')}")

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Memories may come in."""
        if event.mimeData().hasFormat(MEMORIES_MIME):
            event.setDropAction(Qt.DropAction.MoveAction)
            event.accept()
            restyle(self, target=True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """They went on."""
        restyle(self, target=False)
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        """They stay."""
        restyle(self, target=False)
        event.setDropAction(Qt.DropAction.MoveAction)
        event.accept()
        self.dropped.emit(self._layer)
