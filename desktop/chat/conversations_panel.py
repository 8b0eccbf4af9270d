"""The left panel: new conversation, search, the list, and at the bottom what Magray knows and how it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListView,
    QMenu,
    QPushButton,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from desktop.chat.conversation_delegate import ConversationDelegate
from desktop.chat.side_rows import SideRow, StatusRow
from desktop.icons import Icons
from desktop.models.conversations_model import ConversationsModel
from desktop.theme import Theme, restyle
from desktop.widgets.buttons import IconButton
from desktop.widgets.clear_action import add_clear_action

if TYPE_CHECKING:
    from engine import Conversation

_SEARCH_MS = 180
"""After the last key, so that one word is one search."""


class _List(QListView):
    """The list's keys: Delete deletes, Enter opens."""

    delete_wanted = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Delete) or event.key() == Qt.Key.Key_Backspace:
            self.delete_wanted.emit()
            return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.state() != self.State.EditingState:
            self.activated.emit(self.currentIndex())
            return
        super().keyPressEvent(event)


class ConversationsPanel(QFrame):
    """Shows conversations and tells what the owner wants with them. It does nothing to them itself."""

    new_wanted = Signal()
    opened = Signal(str)
    rename_wanted = Signal(str, str)
    delete_wanted = Signal(str)
    deed_wanted = Signal(str, str)
    search_changed = Signal(str)
    filter_changed = Signal()
    documents_wanted = Signal()
    memory_wanted = Signal()
    status_wanted = Signal()
    settings_wanted = Signal()

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icons = icons
        self._current: str | None = None
        restyle(self, surface="window", edge="right")
        px = theme.px
        layout = QVBoxLayout(self)
        layout.setContentsMargins(px(12), px(12), px(12), px(12))
        layout.setSpacing(px(8))
        layout.addLayout(self._make_header())
        layout.addLayout(self._make_search_row())
        layout.addLayout(self._make_list(), 1)
        self.documents = SideRow(theme, self.tr("Documents"), self)
        self.documents.setAccessibleDescription(self.tr("Shows the files that Magray has read"))
        self.documents.clicked.connect(self.documents_wanted)
        self.memory = SideRow(theme, self.tr("Memory"), self)
        self.memory.setAccessibleDescription(self.tr("Shows everything that Magray remembers"))
        self.memory.clicked.connect(self.memory_wanted)
        self.settings = SideRow(theme, self.tr("Settings"), self)
        self.settings.setToolTip(self.tr("Settings ({0})").format(QKeySequence("Ctrl+,").toString()))
        self.settings.clicked.connect(self.settings_wanted)
        self.status = StatusRow(theme, self)
        self.status.clicked.connect(self.status_wanted)
        foot = QVBoxLayout()
        foot.setSpacing(0)
        for row in (self.memory, self.documents, self.settings, self.status):
            foot.addWidget(row)
        layout.addLayout(foot)

    def _make_header(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(self._theme.px(6), 0, 0, 0)
        name = QLabel("Magray", self)
        restyle(name, role="strong_chat")
        new = QPushButton(self.tr("New"), self)
        new.setIcon(self._icons.icon("plus"))
        new.setIconSize(self._icons.box() * 0.8)
        new.setAccessibleName(self.tr("New conversation"))
        new.setToolTip(self.tr("New conversation ({0})").format(QKeySequence("Ctrl+N").toString()))
        new.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        new.clicked.connect(self.new_wanted)
        self.new_button = new
        row.addWidget(name, 1)
        row.addWidget(new)
        return row

    def _make_search_row(self) -> QHBoxLayout:
        self.filter: tuple[bool, str | None] = (False, None)
        """Whether the archive is listed, and the tag that is asked for."""
        self._tags: list[str] = []
        row = QHBoxLayout()
        row.setSpacing(self._theme.px(2))
        row.addWidget(self._make_search(), 1)
        words = self.tr("Which conversations are listed")
        self.filter_button = IconButton(self._icons, "list", words, self, role="muted")
        self.filter_button.clicked.connect(self._show_filters)
        row.addWidget(self.filter_button)
        return row

    def filters(self) -> QMenu:
        """What can be listed; it deletes itself."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        rows: list[tuple[str, tuple[bool, str | None]]] = [
            (self.tr("All conversations"), (False, None)),
            (self.tr("Archive"), (True, None)),
            *((tag, (False, tag)) for tag in self._tags),
        ]
        for place, (words, wanted) in enumerate(rows):
            if place == 2:
                menu.addSeparator()
            action = QAction(words.replace("&", "&&"), menu)
            action.setCheckable(True)
            action.setChecked(wanted == self.filter)
            action.triggered.connect(lambda _checked=False, wanted=wanted: self.set_filter(*wanted))
            menu.addAction(action)
        return menu

    def _show_filters(self) -> None:
        menu = self.filters()
        menu.popup(self.filter_button.mapToGlobal(self.filter_button.rect().bottomLeft()))

    def set_filter(self, archived: bool, tag: str | None) -> None:
        """List the archive, or what has a tag, or everything that is not archived."""
        self.filter = (archived, tag)
        chosen = tag or (self.tr("Archive") if archived else "")
        words = self.tr("Listed: {0}").format(chosen) if chosen else self.tr("Which conversations are listed")
        icon = "archive" if archived else "tag" if tag else "list"
        self.filter_button.show_action(icon, words, role="accent" if chosen else "muted")
        self.filter_changed.emit()

    def _make_search(self) -> QLineEdit:
        self.search = QLineEdit(self)
        self.search.setPlaceholderText(self.tr("Search conversations"))
        self.search.setAccessibleName(self.tr("Search conversations"))
        self.search.setAccessibleDescription(self.tr("Finds words in titles and in everything that was said"))
        add_clear_action(self.search, self._icons)
        self._search_timer = QTimer(self)
        self._search_timer.setSingleShot(True)
        self._search_timer.setInterval(_SEARCH_MS)
        self._search_timer.timeout.connect(self._emit_search)
        self.search.textChanged.connect(lambda: self._search_timer.start())
        self.search.returnPressed.connect(self._open_first)
        return self.search

    def _make_list(self) -> QStackedLayout:
        self.model = ConversationsModel(self)
        self.model.renamed.connect(self.rename_wanted)
        self.list = _List(self)
        restyle(self.list, look="window")
        self.list.setModel(self.model)
        self.list.setItemDelegate(ConversationDelegate(self._theme, self.list))
        self.list.setAccessibleName(self.tr("Conversations"))
        self.list.setEditTriggers(
            QAbstractItemView.EditTrigger.EditKeyPressed | QAbstractItemView.EditTrigger.DoubleClicked
        )
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.setMouseTracking(True)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(self._show_menu)
        self.list.clicked.connect(self._open_index)
        self.list.activated.connect(self._open_index)
        self.list.delete_wanted.connect(self._delete_current)
        self._nothing = QLabel(self)
        self._nothing.setWordWrap(True)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeading)
        self._nothing.setContentsMargins(self._theme.px(10), self._theme.px(8), self._theme.px(10), 0)
        restyle(self._nothing, role="muted")
        self._stack = QStackedLayout()
        self._stack.addWidget(self.list)
        self._stack.addWidget(self._nothing)
        return self._stack

    # What is shown

    def show_conversations(self, conversations: list[Conversation], *, tags: Sequence[str] = ()) -> None:
        """Show the list that search text and filter asked for.

        Args:
            conversations: In their order.
            tags: Every tag in use.
        """
        self._tags = list(tags)
        searching = bool(self.search.text().strip())
        self.model.show_conversations(conversations, now=datetime.now().astimezone(), searching=searching)
        self._mark_current()
        if conversations:
            self._stack.setCurrentWidget(self.list)
            return
        self._nothing.setText(
            self.tr("No conversation holds these words.")
            if searching
            else self.tr("Nothing is listed under this.")
            if self.filter != (False, None)
            else self.tr("Your conversations will be listed here.")
        )
        self._stack.setCurrentWidget(self._nothing)

    def set_current(self, conversation_id: str | None) -> None:
        """Mark the conversation that is open."""
        self._current = conversation_id
        self._mark_current()

    def _mark_current(self) -> None:
        index = self.model.index_of(self._current)
        selection = self.list.selectionModel()
        if index.isValid():
            selection.setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        else:
            selection.clear()

    # What the owner wants

    def start_search(self) -> None:
        """Put the cursor into the search field."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def rename_current(self) -> None:
        """Edit the title of the row that the keyboard is on, else of the conversation that is open."""
        index = self.list.currentIndex() if self.list.hasFocus() else self.model.index_of(self._current)
        if index.isValid():
            self.list.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self.list.scrollTo(index)
            self.list.edit(index)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape ends a search, Down goes from it into the list."""
        if self.search.hasFocus():
            if event.key() == Qt.Key.Key_Escape and self.search.text():
                self.search.clear()
                return
            if event.key() == Qt.Key.Key_Down:
                self.list.setFocus(Qt.FocusReason.TabFocusReason)
                if not self.list.currentIndex().isValid():
                    self.list.setCurrentIndex(self.model.first())
                return
        super().keyPressEvent(event)

    def _emit_search(self) -> None:
        self.search_changed.emit(self.search.text().strip())

    def _open_first(self) -> None:
        self._search_timer.stop()
        self._emit_search()
        self._open_index(self.model.first())

    def _open_index(self, index: QModelIndex) -> None:
        conversation = self.model.conversation(index)
        if conversation is not None:
            self.opened.emit(conversation.id)

    def _delete_current(self) -> None:
        conversation = self.model.conversation(self.list.currentIndex())
        if conversation is not None:
            self.delete_wanted.emit(conversation.id)

    def _show_menu(self, place: QPoint) -> None:
        index = self.list.indexAt(place)
        conversation = self.model.conversation(index)
        if conversation is None:
            return
        self.menu_of(conversation, index).popup(self.list.viewport().mapToGlobal(place))

    def menu_of(self, conversation: Conversation, index: QModelIndex) -> QMenu:
        """What can be done with a conversation; it deletes itself."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        rename = QAction(self._icons.icon("edit"), self.tr("Rename"), menu)
        rename.triggered.connect(lambda: self.list.edit(index))
        menu.addAction(rename)
        deeds = (
            ("unpin", "bookmark", self.tr("Unpin")) if conversation.pinned else ("pin", "bookmark", self.tr("Pin")),
            ("unarchive", "archive", self.tr("Take out of the archive"))
            if conversation.archived
            else ("archive", "archive", self.tr("Archive")),
            ("tags", "tag", self.tr("Tags…")),
            ("export-md", "download", self.tr("Export as Markdown…")),
        )
        for name, icon, words in deeds:
            action = QAction(self._icons.icon(icon), words, menu)
            action.triggered.connect(lambda _checked=False, name=name: self.deed_wanted.emit(name, conversation.id))
            menu.addAction(action)
        menu.addSeparator()
        delete = QAction(self._icons.icon("trash"), self.tr("Delete"), menu)
        delete.triggered.connect(lambda: self.delete_wanted.emit(conversation.id))
        menu.addAction(delete)
        return menu
