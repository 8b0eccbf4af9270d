"""The middle of the window: header, messages, transcript or welcome, and the composer."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QStackedWidget, QVBoxLayout, QWidget

from desktop.chat.chat_find import ChatFindBar
from desktop.chat.chat_header import ChatHeader
from desktop.chat.column import ColumnLayout
from desktop.chat.composer import Composer
from desktop.chat.transcript import Transcript
from desktop.chat.welcome import Welcome
from desktop.icons import Icons
from desktop.messages import Messages
from desktop.notification_bar import NotificationBar
from desktop.theme import Theme, restyle


class ChatPane(QFrame):
    """Holds the parts of the chat; `ChatController` moves them.

    A view such as an open document takes the place of the chat with `show_page` and gives it back with `show_chat`.
    """

    def __init__(self, theme: Theme, icons: Icons, messages: Messages, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        restyle(self, surface="surface")
        self.header = ChatHeader(theme, icons, self)
        self.bar = NotificationBar(theme, icons, messages, self)
        self.welcome = Welcome(theme, icons, self)
        self.transcript = Transcript(theme, icons, self)
        self.composer = Composer(theme, icons, self)
        self.find_bar = ChatFindBar(theme=theme, icons=icons, parent=self)
        self._turns = QStackedWidget(self)
        self._turns.addWidget(self.welcome)
        self._turns.addWidget(self.transcript)

        bar_place = QWidget(self)
        ColumnLayout(theme, bar_place, top=12).addWidget(self.bar)
        foot = QWidget(self)
        ColumnLayout(theme, foot, top=4, bottom=16).addWidget(self.composer)

        self._chat = QWidget(self)
        chat = QVBoxLayout(self._chat)
        chat.setContentsMargins(0, 0, 0, 0)
        chat.setSpacing(0)
        chat.addWidget(self.header)
        chat.addWidget(self.find_bar)
        chat.addWidget(bar_place)
        chat.addWidget(self._turns, 1)
        chat.addWidget(foot)
        self._pages = QStackedWidget(self)
        self._pages.addWidget(self._chat)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._pages, 1)
        self.transcript.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def show_turns(self, *, empty: bool) -> None:
        """Show the transcript, or the welcome while there is nothing to show."""
        self._turns.setCurrentWidget(self.welcome if empty else self.transcript)

    def add_page(self, page: QWidget) -> None:
        """Make room for a view that can take the place of the chat."""
        self._pages.addWidget(page)

    def show_page(self, page: QWidget) -> None:
        """Put a view in the place of the chat."""
        if self._pages.indexOf(page) < 0:
            self._pages.addWidget(page)
        self._pages.setCurrentWidget(page)

    def show_chat(self) -> None:
        """Give the place back to the chat."""
        self._pages.setCurrentWidget(self._chat)

    @property
    def page(self) -> QWidget | None:
        """The view in the place of the chat; None while the chat is there."""
        current = self._pages.currentWidget()
        return None if current is self._chat else current
