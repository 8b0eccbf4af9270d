"""The header of an open document: where one is, zoom, finding, and the rest in a menu."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeySequence, QResizeEvent
from PySide6.QtWidgets import QWidget

from desktop.documents.page_field import PageField
from desktop.documents.view_header import ViewHeader
from desktop.icons import Icons
from desktop.theme import Theme
from desktop.widgets.buttons import IconButton

_NARROW = 560
"""Design pixels. Below this the name needs the room: zoom and turning pages stay on keys and in the menu."""


class DocumentHeader(ViewHeader):
    """Back, name, page field, zoom, find, more.

    Attributes:
        find_wanted: Words are to be looked for.
        more_wanted: The menu is to be shown below `more`.
    """

    find_wanted = Signal()
    more_wanted = Signal()

    def __init__(self, *, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(theme=theme, icons=icons, parent=parent)
        self._zooms = False
        self.field = PageField(theme=theme, icons=icons, parent=self)
        self.smaller = IconButton(icons, "zoom-out", self.tr("Smaller"), self, keys=QKeySequence.StandardKey.ZoomOut)
        self.larger = IconButton(icons, "zoom-in", self.tr("Larger"), self, keys=QKeySequence.StandardKey.ZoomIn)
        find = IconButton(icons, "search", self.tr("Find"), self, keys=QKeySequence.StandardKey.Find)
        self.more = IconButton(icons, "more", self.tr("More"), self)
        find.clicked.connect(self.find_wanted)
        self.more.clicked.connect(self.more_wanted)
        for widget in (self.field, self.smaller, self.larger, find, self.more):
            self.add(widget)

    def show_zoom(self, shown: bool) -> None:
        """Zoom is for drawn pages only."""
        self._zooms = shown
        self._make_room()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The name comes first."""
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        wide = self.width() >= self._theme.px(_NARROW)
        self.smaller.setVisible(self._zooms and wide)
        self.larger.setVisible(self._zooms and wide)
        self.field.show_steps(wide)
