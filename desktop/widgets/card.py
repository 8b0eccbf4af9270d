"""A frame that groups what belongs together."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from desktop.theme import Theme, restyle

CardKind = Literal["plain", "active", "notice"]
Edge = Literal["top", "bottom", "left", "right"]
Surface = Literal["window", "surface", "sunken", "quote"]


class Card(QFrame):
    """A rounded frame with a column inside (`body`). Ground and border come from the style sheet by its kind."""

    def __init__(self, theme: Theme, parent: QWidget | None = None, *, kind: CardKind = "plain") -> None:
        super().__init__(parent)
        restyle(self, card=kind)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.body = QVBoxLayout(self)
        edge = theme.px(12)
        self.body.setContentsMargins(edge, edge, edge, edge)
        self.body.setSpacing(theme.px(4))

    def set_kind(self, kind: CardKind) -> None:
        """Take another look: the active card has an accent border."""
        restyle(self, card=kind)


class Panel(QFrame):
    """A plain ground with a hairline at one edge at most: bars, strips and side panels."""

    def __init__(self, parent: QWidget | None = None, *, surface: Surface = "window", edge: Edge | None = None) -> None:
        super().__init__(parent)
        restyle(self, surface=surface, **({"edge": edge} if edge else {}))
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
