"""Table, map, timeline: which view is shown, and how each is made when it is first looked at."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.theme import Theme
from desktop.widgets.chip_bar import ChipBar


class ViewSwitch(ChipBar):
    """Chips of which one holds."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("How memories are shown"))
        self.set_chips({"table": self.tr("Table"), "map": self.tr("Map"), "timeline": self.tr("Timeline")})


def make_view(name: str, **parts: Any) -> QWidget:
    """The `map` or the `timeline`.

    Raises:
        ValueError: there is no such view.
    """
    match name:
        case "map":
            from desktop.memory.map_view import MapView

            return MapView(**parts)
        case "timeline":
            from desktop.memory.timeline_view import TimelineView

            return TimelineView(**parts)
        case _:
            raise ValueError(name)
