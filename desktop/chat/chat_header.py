"""The line over the chat: what this conversation is called, how answers are made, and the switches of the panels."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QWidget

from desktop.icons import Icons
from desktop.theme import Theme, restyle
from desktop.widgets.buttons import IconButton
from desktop.widgets.elided_label import ElidedLabel

_NARROW = 480


class ChatHeader(QFrame):
    """Title and the few controls of the conversation.

    Attributes:
        left_toggled: The left panel is to be shown or hidden.
        right_toggled: The right panel is to be shown or hidden.
        rename_wanted: The conversation is to be renamed.
        delete_wanted: The conversation is to be deleted.
    """

    left_toggled = Signal()
    right_toggled = Signal()
    rename_wanted = Signal()
    delete_wanted = Signal()

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icons = icons
        px = theme.px
        restyle(self, surface="surface", edge="bottom")
        self.setMinimumHeight(px(46))
        self.left = IconButton(icons, "panel-left", self.tr("Conversations"), self, keys="Ctrl+B", role="muted")
        self.right = IconButton(icons, "panel-right", self.tr("Sources"), self, keys="Ctrl+J", role="muted")
        self.more = IconButton(icons, "more", self.tr("More about this conversation"), self, role="muted")
        for button in (self.left, self.right, self.more):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.title = ElidedLabel("", self, role="strong_chat")
        self.mode = QLabel(self.tr("Quoting from memory"), self)
        restyle(self.mode, role="muted_body")
        self.mode.setToolTip(
            self.tr("No language model is set up: answers are sentences from your files, word for word.")
        )
        row = QHBoxLayout(self)
        row.setContentsMargins(px(12), px(4), px(12), px(4))
        row.setSpacing(px(8))
        row.addWidget(self.left)
        row.addWidget(self.title, 1)
        row.addWidget(self.mode)
        row.addWidget(self.more)
        row.addWidget(self.right)
        self.left.clicked.connect(self.left_toggled)
        self.right.clicked.connect(self.right_toggled)
        self.more.clicked.connect(self._show_menu)
        self.set_title("")

    def set_title(self, title: str) -> None:
        """Name the conversation; empty for one that has not begun."""
        self.title.setText(title or self.tr("New conversation"))
        self.more.setVisible(bool(title))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a narrow window the title needs the room more."""
        super().resizeEvent(event)
        self.mode.setVisible(event.size().width() >= self._theme.px(_NARROW))

    def _show_menu(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        rename = QAction(self._icons.icon("edit"), self.tr("Rename"), menu)
        rename.triggered.connect(self.rename_wanted)
        delete = QAction(self._icons.icon("trash"), self.tr("Delete"), menu)
        delete.triggered.connect(self.delete_wanted)
        menu.addActions([rename, delete])
        menu.popup(self.more.mapToGlobal(self.more.rect().bottomLeft()))
