"""Buttons of one look: quiet icons that have names, and links."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QPushButton, QToolButton, QWidget

from desktop.icons import Icons
from desktop.theme import restyle
from desktop.tokens import ColorRole


class IconButton(QToolButton):
    """A button with an icon alone. Its words are its accessible name and, with the keys, its tool tip.

    The icon follows the theme by itself.
    """

    def __init__(
        self,
        icons: Icons,
        icon: str,
        words: str,
        parent: QWidget | None = None,
        *,
        keys: str | QKeySequence.StandardKey | None = None,
        role: ColorRole = "text",
    ) -> None:
        super().__init__(parent)
        self._icons = icons
        self._keys = QKeySequence(keys) if keys is not None else QKeySequence()
        restyle(self, kind="icon")
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        self.setIconSize(icons.box())
        # Tab reaches it, as it reaches a push button; a tool button is skipped by default.
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.show_action(icon, words, role=role)

    def show_action(self, icon: str, words: str, *, role: ColorRole = "text") -> None:
        """Stand for another action: pause becomes go on."""
        self.setIcon(self._icons.icon(icon, role))
        self.setAccessibleName(words)
        keys = self._keys.toString(QKeySequence.SequenceFormat.NativeText)
        self.setToolTip(f"{words} ({keys})" if keys else words)


class QuietButton(QPushButton):
    """A button of words without a frame, for bars and strips."""

    def __init__(self, words: str, parent: QWidget | None = None) -> None:
        super().__init__(words, parent)
        restyle(self, kind="quiet")
        self.setAutoDefault(False)


class LinkButton(QPushButton):
    """A button that reads as a link."""

    def __init__(self, words: str, parent: QWidget | None = None) -> None:
        super().__init__(words, parent)
        restyle(self, kind="link")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAutoDefault(False)
