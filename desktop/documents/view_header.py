"""The bar on top of a page that takes the place of the chat: the way back, a title, and what can be done."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.icons import Icons
from desktop.theme import Theme
from desktop.widgets.buttons import IconButton
from desktop.widgets.card import Panel
from desktop.widgets.elided_label import ElidedLabel

_HEIGHT = 46
"""Design pixels; the same as the chat's header, so that nothing jumps when a view takes its place."""


class ViewHeader(Panel):
    """Back, title, note, and widgets at the trailing edge.

    Attributes:
        back: The owner wants to go back.
    """

    back = Signal()

    def __init__(self, *, theme: Theme, icons: Icons, title: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent, surface="surface", edge="bottom")
        self._theme = theme
        back = IconButton(icons, "chevron-left", self.tr("Back"), self, keys="Esc")
        back.clicked.connect(self.back)
        self._title = ElidedLabel(title, self, mode=Qt.TextElideMode.ElideMiddle, role="strong_chat")
        self._note = ElidedLabel("", self, role="muted")
        self._row = QHBoxLayout(self)
        self.setMinimumHeight(theme.px(_HEIGHT))
        self._row.setContentsMargins(theme.px(8), theme.px(4), theme.px(12), theme.px(4))
        self._row.setSpacing(theme.px(4))
        self._row.addWidget(back)
        self._row.addWidget(self._title)
        self._row.addSpacing(theme.px(4))
        self._row.addWidget(self._note)
        self._row.addStretch(1)
        self.back_button = back

    def set_title(self, title: str, *, tool_tip: str = "") -> None:
        """Name what is shown."""
        self._title.setText(title)
        self._title.setToolTip(tool_tip)

    def set_note(self, note: str) -> None:
        """A few quiet words beside the title."""
        self._note.setText(note)

    def add(self, widget: QWidget) -> None:
        """Put a widget at the trailing edge."""
        self._row.addWidget(widget)

    def add_space(self) -> None:
        """Set the next widget a little apart."""
        self._row.addSpacing(self._theme.px(8))
