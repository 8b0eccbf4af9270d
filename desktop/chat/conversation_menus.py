"""The menus of the left panel's list: of a conversation, of several, and of a folder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QInputDialog, QMenu, QWidget

from desktop.icons import Icons
from engine import Conversation

LONGEST_FOLDER = 100
"""Characters of a folder's name that the engine takes."""


class ListMenus(QObject):
    """Builds them; what is chosen is told by the functions given.

    Args:
        deed: Called with a name of `ConversationDeeds.act` and a conversation's id.
        delete: Called with a conversation's id.
        move: Called with ids of conversations and a folder's name; '' for none.
        rename_folder: Called with a folder's name and its new one; '' takes it away.
    """

    def __init__(
        self,
        owner: QWidget,
        icons: Icons,
        *,
        deed: Callable[[str, str], None],
        delete: Callable[[str], None],
        move: Callable[[list[str], str], None],
        rename_folder: Callable[[str, str], None],
    ) -> None:
        super().__init__(owner)
        self._owner = owner
        self._icons = icons
        self._deed = deed
        self._delete = delete
        self._move = move
        self._rename_folder = rename_folder

    def of_conversation(self, conversation: Conversation, folders: Sequence[str], edit: Callable[[], None]) -> QMenu:
        """What can be done with a conversation; it deletes itself. `edit` begins to edit the title in place."""
        menu = self._menu()
        self._add(menu, "edit", self.tr("Rename"), edit)
        pin = ("unpin", self.tr("Unpin")) if conversation.pinned else ("pin", self.tr("Pin"))
        archive = (
            ("unarchive", self.tr("Take out of the archive"))
            if conversation.archived
            else ("archive", self.tr("Archive"))
        )
        self._add(menu, "bookmark", pin[1], partial(self._deed, pin[0], conversation.id))
        menu.addMenu(self._folders_menu(menu, [conversation], folders))
        self._add(menu, "archive", archive[1], partial(self._deed, archive[0], conversation.id))
        self._add(menu, "tag", self.tr("Tags…"), partial(self._deed, "tags", conversation.id))
        export = partial(self._deed, "export-md", conversation.id)
        self._add(menu, "download", self.tr("Export as Markdown…"), export)
        menu.addSeparator()
        self._add(menu, "trash", self.tr("Delete"), partial(self._delete, conversation.id))
        return menu

    def of_several(self, conversations: Sequence[Conversation], folders: Sequence[str]) -> QMenu:
        """What can be done with several conversations at once; it deletes itself."""
        menu = self._menu()
        menu.addMenu(self._folders_menu(menu, conversations, folders))

        def archive() -> None:
            for one in conversations:
                self._deed("archive", one.id)

        self._add(menu, "archive", self.tr("Archive"), archive)
        return menu

    def of_folder(self, name: str, edit: Callable[[], None]) -> QMenu:
        """What can be done with a folder; it deletes itself."""
        menu = self._menu()
        self._add(menu, "edit", self.tr("Rename"), edit)
        words = self.tr("Remove the folder, keep its conversations")
        self._add(menu, "trash", words, partial(self._rename_folder, name, ""))
        return menu

    def ask_for_folder(self, ids: list[str]) -> QInputDialog:
        """Ask what a new folder is called."""
        dialog = QInputDialog(self._owner.window())
        dialog.setWindowTitle(self.tr("New folder"))
        dialog.setLabelText(self.tr("What is the folder called?"))
        dialog.setOkButtonText(self.tr("Move into it"))
        dialog.setCancelButtonText(self.tr("Cancel"))

        def take(text: str) -> None:
            name = " ".join(text.split())[:LONGEST_FOLDER]
            if name:
                self._move(ids, name)

        dialog.textValueSelected.connect(take)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        return dialog

    def _folders_menu(self, parent: QMenu, conversations: Sequence[Conversation], folders: Sequence[str]) -> QMenu:
        menu = QMenu(self.tr("Move to folder"), parent)
        menu.setIcon(self._icons.icon("folder"))
        ids = [one.id for one in conversations]
        lying = {one.folder for one in conversations}
        for name, words in (("", self.tr("No folder")), *((one, one.replace("&", "&&")) for one in folders)):
            action = QAction(words, menu)
            action.setCheckable(True)
            action.setChecked(lying == {name})
            action.triggered.connect(lambda _checked=False, name=name: self._move(ids, name))
            menu.addAction(action)
        menu.addSeparator()
        new = QAction(self._icons.icon("plus"), self.tr("New folder…"), menu)
        new.triggered.connect(lambda: self.ask_for_folder(ids))
        menu.addAction(new)
        return menu

    def _menu(self) -> QMenu:
        menu = QMenu(self._owner)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return menu

    def _add(self, menu: QMenu, icon: str, words: str, act: Callable[[], None]) -> None:
        action = QAction(self._icons.icon(icon), words, menu)
        action.triggered.connect(lambda _checked=False: act())
        menu.addAction(action)
