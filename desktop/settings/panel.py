"""What every panel of the settings stands on."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLayout, QVBoxLayout, QWidget

from desktop.bridge import Bridge
from desktop.icons import Icons
from desktop.operations import Operation, Operations
from desktop.theme import Theme, restyle

if TYPE_CHECKING:
    from engine import Engine

T = TypeVar("T")


class SettingsPanel(QWidget):
    """A column of its own that talks to the engine by operations; `refresh` brings it up to date."""

    def __init__(
        self,
        *,
        theme: Theme,
        icons: Icons,
        engine: Engine,
        bridge: Bridge,
        operations: Operations,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.theme = theme
        self.icons = icons
        self.engine = engine
        self.bridge = bridge
        self._operations = operations
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, theme.px(24))
        self.column.setSpacing(theme.px(12))

    def refresh(self) -> None:
        """Ask the engine and show what it says."""
        raise NotImplementedError

    def start(
        self,
        name: str,
        run: Callable[[], Coroutine[Any, Any, T]],
        success: Callable[[T], None] | None = None,
        *,
        failure: Callable[[Exception], None] | None = None,
        replaces: str | None = None,
    ) -> None:
        """Start an operation whose result concerns this panel only."""
        self._operations.start(
            Operation(name=name, run=run, success=success, failure=failure, owner=self, replaces=replaces)
        )

    def label(self, words: str = "", *, role: str = "body") -> QLabel:
        """A label that wraps and whose text can be selected."""
        label = QLabel(words, self)
        label.setWordWrap(True)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        restyle(label, role=role)
        return label


def clear(layout: QLayout) -> None:
    """Take everything out of a layout and let go of it."""
    while (item := layout.takeAt(0)) is not None:
        widget, inner = item.widget(), item.layout()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
        elif inner is not None:
            clear(inner)
