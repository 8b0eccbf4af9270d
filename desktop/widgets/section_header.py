"""The heading over a part of a view, with room for one small action at its end."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.theme import Theme
from desktop.widgets.elided_label import ElidedLabel


class SectionHeader(QWidget):
    """A strong line; what is added to it stands at the trailing edge."""

    def __init__(self, theme: Theme, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._label = ElidedLabel(text, self, role="strong")
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(theme.px(8))
        self._row.addWidget(self._label, 1)

    def set_text(self, text: str) -> None:
        """Change the heading."""
        self._label.setText(text)

    def add(self, widget: QWidget) -> None:
        """Put a widget at the trailing edge."""
        self._row.addWidget(widget)
