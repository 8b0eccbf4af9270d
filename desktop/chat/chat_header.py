"""The line over the chat: what this conversation is called, who answers, and the switches of the panels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QWidget

from desktop.chat.model_button import ModelButton
from desktop.icons import Icons
from desktop.theme import Theme, restyle
from desktop.widgets.buttons import IconButton
from desktop.widgets.elided_label import ElidedLabel
from desktop.words import shown_text

if TYPE_CHECKING:
    from engine import Conversation

_NARROW = 480


class ChatHeader(QFrame):
    """Title and the few controls of the conversation.

    Attributes:
        left_toggled: The left panel is to be shown or hidden.
        right_toggled: The right panel is to be shown or hidden.
        rename_wanted: The conversation is to be renamed.
        delete_wanted: The conversation is to be deleted.
        deed_wanted: Something else is to be done with it; see `conversation_deeds`.
    """

    left_toggled = Signal()
    right_toggled = Signal()
    rename_wanted = Signal()
    delete_wanted = Signal()
    deed_wanted = Signal(str)

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icons = icons
        self._conversation: Conversation | None = None
        self._remembers = True
        px = theme.px
        restyle(self, surface="surface", edge="bottom")
        self.setMinimumHeight(px(46))
        self.left = IconButton(icons, "panel-left", self.tr("Conversations"), self, keys="Ctrl+B", role="muted")
        self.right = IconButton(icons, "panel-right", self.tr("Sources"), self, keys="Ctrl+J", role="muted")
        self.more = IconButton(icons, "more", self.tr("More about this conversation"), self, role="muted")
        for button in (self.left, self.right, self.more):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.title = ElidedLabel("", self, role="strong_chat")
        self.memory_off = QLabel(self.tr("Not remembered"), self)
        restyle(self.memory_off, role="warning")
        self.memory_off.setToolTip(self.tr("Nothing that is said in this chat becomes memory."))
        self.memory_off.hide()
        self.mode = ModelButton(theme, self)
        row = QHBoxLayout(self)
        row.setContentsMargins(px(12), px(4), px(12), px(4))
        row.setSpacing(px(8))
        row.addWidget(self.left)
        row.addWidget(self.title, 1)
        row.addWidget(self.memory_off)
        row.addWidget(self.mode)
        row.addWidget(self.more)
        row.addWidget(self.right)
        self.left.clicked.connect(self.left_toggled)
        self.right.clicked.connect(self.right_toggled)
        self.more.clicked.connect(self._show_menu)
        self.set_title("")

    def set_title(self, title: str) -> None:
        """Name the conversation; empty for one that has not begun."""
        self.title.setText(shown_text(title) or self.tr("New conversation"))

    def set_conversation(self, conversation: Conversation | None, *, remembers: bool = True) -> None:
        """Know the conversation's flags.

        Args:
            conversation: None for one that has not begun.
            remembers: Whether one that has not begun is to become memory.
        """
        self._conversation = conversation
        self._remembers = conversation.remembers if conversation is not None else remembers
        self.memory_off.setVisible(not self._remembers)
        if conversation is not None:
            self.set_title(conversation.title)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a narrow window the title needs the room more."""
        super().resizeEvent(event)
        self.mode.setVisible(event.size().width() >= self._theme.px(_NARROW))

    def menu(self) -> QMenu:
        """What can be done with the conversation; it deletes itself."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        begun = self._conversation
        if begun is not None:
            rename = QAction(self._icons.icon("edit"), self.tr("Rename"), menu)
            rename.triggered.connect(self.rename_wanted)
            menu.addAction(rename)
            self._add(menu, "bookmark", "unpin" if begun.pinned else "pin")
            self._add(menu, "archive", "unarchive" if begun.archived else "archive")
            self._add(menu, "tag", "tags")
        remember = QAction(self.tr("Remember what is said here"), menu)
        remember.setCheckable(True)
        remember.setChecked(self._remembers)
        remember.triggered.connect(lambda on: self.deed_wanted.emit("remember" if on else "forget"))
        menu.addAction(remember)
        if begun is not None:
            menu.addSeparator()
            for name in ("find", "pinned", "export-md", "export-json", "export-pdf"):
                self._add(menu, {"find": "search", "pinned": "bookmark"}.get(name, "download"), name)
        self._add(menu, "folder", "import")
        if begun is not None:
            menu.addSeparator()
            delete = QAction(self._icons.icon("trash"), self.tr("Delete"), menu)
            delete.triggered.connect(self.delete_wanted)
            menu.addAction(delete)
        return menu

    def _add(self, menu: QMenu, icon: str, name: str) -> None:
        action = QAction(self._icons.icon(icon), self._words(name), menu)
        action.triggered.connect(lambda: self.deed_wanted.emit(name))
        menu.addAction(action)

    def _words(self, name: str) -> str:
        return {
            "pin": self.tr("Pin"),
            "unpin": self.tr("Unpin"),
            "archive": self.tr("Archive"),
            "unarchive": self.tr("Take out of the archive"),
            "tags": self.tr("Tags…"),
            "find": self.tr("Find in this conversation"),
            "pinned": self.tr("Pinned messages…"),
            "export-md": self.tr("Export as Markdown…"),
            "export-json": self.tr("Export as JSON…"),
            "export-pdf": self.tr("Export as PDF…"),
            "import": self.tr("Import conversations…"),
        }[name]

    def _show_menu(self) -> None:
        self.menu().popup(self.more.mapToGlobal(self.more.rect().bottomLeft()))
