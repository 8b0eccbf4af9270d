"""The middle of the window: header, messages, transcript or welcome, and the composer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QStackedWidget, QVBoxLayout, QWidget

from desktop.chat.chat_header import ChatHeader
from desktop.chat.column import ColumnLayout
from desktop.chat.composer import Composer
from desktop.chat.welcome import Welcome
from desktop.icons import Icons
from desktop.messages import Messages
from desktop.notification_bar import NotificationBar
from desktop.theme import Theme, restyle

if TYPE_CHECKING:
    from desktop.chat.chat_find import ChatFindBar
    from desktop.chat.transcript import Transcript


class ChatPane(QFrame):
    """Holds the parts of the chat; `ChatController` moves them.

    A view such as an open document takes the place of the chat with `show_page` and gives it back with `show_chat`.

    Attributes:
        page_changed: Another view, or the chat, is in the middle of the window.
    """

    page_changed = Signal()

    def __init__(self, theme: Theme, icons: Icons, messages: Messages, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        restyle(self, surface="surface")
        self._theme = theme
        self._icons = icons
        self._transcript: Transcript | None = None
        self._find_bar: ChatFindBar | None = None
        self.header = ChatHeader(theme, icons, self)
        self.bar = NotificationBar(theme, icons, messages, self)
        self.welcome = Welcome(theme, icons, self)
        self.composer = Composer(theme, icons, self)
        self._turns = QStackedWidget(self)
        self._turns.addWidget(self.welcome)

        bar_place = self._bar_place = QWidget(self)
        ColumnLayout(theme, bar_place, top=12).addWidget(self.bar)
        self._page_bar_place = QWidget(self)
        ColumnLayout(theme, self._page_bar_place, top=4, bottom=12)
        foot = QWidget(self)
        ColumnLayout(theme, foot, top=4, bottom=16).addWidget(self.composer)

        self._chat = QWidget(self)
        self._column = chat = QVBoxLayout(self._chat)
        chat.setContentsMargins(0, 0, 0, 0)
        chat.setSpacing(0)
        chat.addWidget(self.header)
        chat.addWidget(bar_place)
        chat.addWidget(self._turns, 1)
        chat.addWidget(foot)
        self._pages = QStackedWidget(self)
        self._pages.addWidget(self._chat)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._pages, 1)
        layout.addWidget(self._page_bar_place)
        self._page_bar_place.hide()

    @property
    def transcript(self) -> Transcript:
        """What was said; made when it is first asked for, which is not before the first paint."""
        if self._transcript is None:
            from desktop.chat.transcript import Transcript

            self._transcript = Transcript(self._theme, self._icons, self)
            self._turns.addWidget(self._transcript)
            QWidget.setTabOrder(self.header.right, self._transcript)
        return self._transcript

    @property
    def find_bar(self) -> ChatFindBar:
        """The bar that finds words in the conversation; made like the transcript."""
        if self._find_bar is None:
            from desktop.chat.chat_find import ChatFindBar

            self._find_bar = ChatFindBar(theme=self._theme, icons=self._icons, parent=self)
            self._column.insertWidget(1, self._find_bar)
            before: QWidget = self.header.right
            for part in self._find_bar.parts_in_order:
                QWidget.setTabOrder(before, part)
                before = part
        return self._find_bar

    @property
    def has_turns(self) -> bool:
        """Something was said in the open conversation."""
        return self._transcript is not None and bool(self._transcript.entries)

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
        self._place_bar()

    def show_chat(self) -> None:
        """Give the place back to the chat."""
        self._pages.setCurrentWidget(self._chat)
        self._place_bar()

    def _place_bar(self) -> None:
        """Messages stand under the header of the chat, and at the foot of any other view."""
        place = self._bar_place if self.page is None else self._page_bar_place
        if self.bar.parentWidget() is not place:
            shown = not self.bar.isHidden()
            layout = place.layout()
            if layout is not None:
                layout.addWidget(self.bar)
            self.bar.setVisible(shown)
        self._page_bar_place.setVisible(self.page is not None)
        self.page_changed.emit()

    @property
    def page(self) -> QWidget | None:
        """The view in the place of the chat; None while the chat is there."""
        current = self._pages.currentWidget()
        return None if current is self._chat else current
