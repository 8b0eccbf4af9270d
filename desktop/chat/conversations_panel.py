"""The left panel: new conversation, search, the list, and at the bottom what Magray knows and how it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from desktop.chat.conversation_delegate import ConversationDelegate
from desktop.chat.conversation_list import ConversationList
from desktop.chat.conversation_menus import ListMenus
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


class ConversationsPanel(QFrame):
    """Shows conversations and tells what the owner wants with them. It does nothing to them itself."""

    new_wanted = Signal()
    opened = Signal(str)
    rename_wanted = Signal(str, str)
    delete_wanted = Signal(str)
    deed_wanted = Signal(str, str)
    search_changed = Signal(str)
    filter_changed = Signal()
    folder_wanted = Signal(list, str)
    """Ids of conversations, and the folder that they are to lie in; '' for none."""
    folder_rename_wanted = Signal(str, str)
    """A folder's name and its new one; '' takes it away."""
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
        self._folders: list[str] = []
        self.open_folders: set[str] = set()
        """Folders whose conversations are shown."""
        self._toggled: str | None = None
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
        self.model.folder_renamed.connect(self._rename_folder)
        self.model.dropped.connect(self.folder_wanted)
        self.list = ConversationList(self.model, self)
        restyle(self.list, look="window")
        self.list.setItemDelegate(ConversationDelegate(self._theme, self.list))
        self.list.customContextMenuRequested.connect(self._show_menu)
        self.list.opened.connect(self.opened)
        self.list.toggled.connect(self.toggle_folder)
        self.list.delete_wanted.connect(self._delete_selected)
        self._menus = ListMenus(
            self,
            self._icons,
            deed=self.deed_wanted.emit,
            delete=self.delete_wanted.emit,
            move=self.folder_wanted.emit,
            rename_folder=self._rename_folder,
        )
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

    @property
    def grouped(self) -> bool:
        """Whether folders are shown: neither a search nor a filter makes the list a plain one."""
        return self.filter == (False, None) and not self.search.text().strip()

    def show_conversations(
        self,
        conversations: list[Conversation],
        *,
        tags: Sequence[str] = (),
        folders: Sequence[tuple[str, int]] = (),
        inside: Mapping[str, Sequence[Conversation]] | None = None,
    ) -> None:
        """Show the list that search text and filter asked for.

        Args:
            conversations: In their order; where folders are shown, those that lie in none.
            tags: Every tag in use.
            folders: Every folder in use with how many conversations it lists.
            inside: What lies in the folders that are open.
        """
        self._tags = list(tags)
        self._folders = [name for name, _ in folders]
        searching = bool(self.search.text().strip())
        shown = folders if self.grouped else ()
        self.model.show_conversations(
            conversations, now=datetime.now().astimezone(), searching=searching, folders=shown, inside=inside
        )
        self._mark_current()
        if conversations or shown:
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
        toggled, self._toggled = self._toggled, None
        if toggled is not None:  # the keyboard stays on the folder
            self.list.setCurrentIndex(self.model.index_of_folder(toggled))
            return
        if len(self.list.selectionModel().selectedIndexes()) > 1:
            return
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
        conversation = self.model.conversation(self.model.first())
        if conversation is not None:
            self.opened.emit(conversation.id)

    def _delete_selected(self) -> None:
        for conversation in self.list.all_selected():
            self.delete_wanted.emit(conversation.id)

    def toggle_folder(self, name: str) -> None:
        """Open or close a folder."""
        self.open_folders ^= {name}
        self._toggled = name
        self.filter_changed.emit()

    def _rename_folder(self, name: str, new: str) -> None:
        if name in self.open_folders and new:
            self.open_folders.add(new)  # it stays open under its new name
        self.folder_rename_wanted.emit(name, new)

    def _show_menu(self, place: QPoint) -> None:
        index = self.list.indexAt(place)
        menu = self.menu_at(index)
        if menu is not None:
            menu.popup(self.list.viewport().mapToGlobal(place))

    def menu_at(self, index: QModelIndex) -> QMenu | None:
        """What can be done with the row, or with all that are selected where it is one of several."""
        folder = self.model.folder(index)
        if folder is not None:
            return self._menus.of_folder(folder.name, lambda: self.list.edit(index))
        conversation = self.model.conversation(index)
        if conversation is None:
            return None
        selected = self.list.all_selected()
        if len(selected) > 1 and conversation.id in {one.id for one in selected}:
            return self._menus.of_several(selected, self._folders)
        return self._menus.of_conversation(conversation, self._folders, lambda: self.list.edit(index))
