"""The list of conversations: folders first, then groups by the day of their last change; flat while one searches."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QAbstractListModel,
    QCoreApplication,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from desktop.words import shown_text

if TYPE_CHECKING:
    from engine import Conversation

_Index = QModelIndex | QPersistentModelIndex
_BEFORE_MATCH = 16
"""Letters of a snippet shown before its first match."""
_MARKS = re.compile("[\x02\x03]")


class Roles(IntEnum):
    """Data beside Qt's own."""

    CONVERSATION = Qt.ItemDataRole.UserRole + 1
    HEADING = Qt.ItemDataRole.UserRole + 2
    SNIPPET = Qt.ItemDataRole.UserRole + 3
    FOLDER = Qt.ItemDataRole.UserRole + 4
    """A `FolderRow`."""
    INSIDE = Qt.ItemDataRole.UserRole + 5
    """Whether a conversation stands below its folder."""


MIME = "application/x-magray-conversations"
"""What is dragged: ids of conversations, one a line."""


@dataclass(frozen=True, slots=True)
class FolderRow:
    """A folder of the list: its name, how many conversations it lists, whether they are shown."""

    name: str
    count: int
    open: bool


@dataclass(frozen=True, slots=True)
class _Row:
    heading: str = ""
    conversation: Conversation | None = None
    folder: FolderRow | None = None
    inside: bool = False

    @property
    def key(self) -> str:
        """By what a row is known."""
        if self.conversation is not None:
            return self.conversation.id
        return f"folder:{self.folder.name}" if self.folder is not None else f"heading:{self.heading}"


def group_of(changed: datetime, now: datetime) -> str:
    """The heading under which a conversation stands, by local days."""
    days = (now.astimezone().date() - changed.astimezone().date()).days
    if days <= 0:
        return QCoreApplication.translate("ConversationsModel", "Today")
    if days == 1:
        return QCoreApplication.translate("ConversationsModel", "Yesterday")
    if days <= 7:
        return QCoreApplication.translate("ConversationsModel", "Last week")
    return QCoreApplication.translate("ConversationsModel", "Earlier")


def _pinned() -> str:
    return QCoreApplication.translate("ConversationsModel", "Pinned")


def pieces(snippet: str) -> list[tuple[str, bool]]:
    """A snippet of a search as pieces of text, each with whether it is a matched word."""
    found: list[tuple[str, bool]] = []
    for place, piece in enumerate(_MARKS.split(" ".join(snippet.split()))):
        if piece:
            found.append((piece, place % 2 == 1))
    return found


def near_match(snippet: str) -> list[tuple[str, bool]]:
    """The same, begun a few words before the first match: a narrow row shows what was found."""
    found = pieces(snippet)
    before, matched = found[0] if found else ("", False)
    if matched or len(found) == 1 or len(before) <= _BEFORE_MATCH:
        return found
    kept = before[-_BEFORE_MATCH:]
    return [("…" + kept[kept.find(" ") + 1 :], False), *found[1:]]


def plain(snippet: str) -> str:
    """A snippet without the marks of matched words."""
    return "".join(piece for piece, _ in pieces(snippet))


class ConversationsModel(QAbstractListModel):
    """Rows are headings, which cannot be chosen, folders and conversations, whose names can be edited."""

    renamed = Signal(str, str)
    """A conversation's id and the title that the owner typed."""
    folder_renamed = Signal(str, str)
    """A folder's name and the one that the owner typed."""
    dropped = Signal(list, str)
    """Ids of conversations that were dragged, and the folder that they were dropped on; '' for none."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[_Row] = []
        self._searching = False

    def show_conversations(
        self,
        conversations: list[Conversation],
        *,
        now: datetime,
        searching: bool = False,
        folders: Sequence[tuple[str, int]] = (),
        inside: Mapping[str, Sequence[Conversation]] | None = None,
    ) -> None:
        """Replace the list.

        Args:
            conversations: Those that stand in no folder, pinned ones first, then last changed first.
            now: What today is.
            searching: They were searched for: no headings.
            folders: Folders with their counts.
            inside: What lies in the folders that are open.
        """
        rows: list[_Row] = []
        if folders:
            rows.append(_Row(heading=QCoreApplication.translate("ConversationsModel", "Folders")))
        for name, count in folders:
            found = (inside or {}).get(name)
            rows.append(_Row(folder=FolderRow(name, count, found is not None)))
            rows += [_Row(conversation=one, inside=True) for one in found or ()]
        heading = ""
        for conversation in conversations:
            group = _pinned() if conversation.pinned else group_of(conversation.updated_at, now)
            if not searching and group != heading:
                heading = group
                rows.append(_Row(heading=group))
            rows.append(_Row(conversation=conversation))
        self._searching = searching
        if self._keys(rows) == self._keys(self._rows):
            changed = [place for place, row in enumerate(rows) if row != self._rows[place]]
            self._rows = rows
            if changed:
                self.dataChanged.emit(self.index(changed[0]), self.index(changed[-1]))
            return
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    @staticmethod
    def _keys(rows: list[_Row]) -> list[str]:
        return [row.key for row in rows]

    def index_of(self, conversation_id: str | None) -> QModelIndex:
        """Where a conversation stands; an invalid index where it does not."""
        for place, row in enumerate(self._rows):
            if row.conversation is not None and row.conversation.id == conversation_id:
                return self.index(place)
        return QModelIndex()

    def conversation(self, index: _Index) -> Conversation | None:
        """The conversation of a row; None for a heading."""
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        return self._rows[index.row()].conversation

    def folder(self, index: _Index) -> FolderRow | None:
        """The folder of a row; None for all others."""
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        return self._rows[index.row()].folder

    def index_of_folder(self, name: str) -> QModelIndex:
        """Where a folder stands; an invalid index where it does not."""
        for place, row in enumerate(self._rows):
            if row.folder is not None and row.folder.name == name:
                return self.index(place)
        return QModelIndex()

    def first(self) -> QModelIndex:
        """The first conversation's row."""
        for place, row in enumerate(self._rows):
            if row.conversation is not None:
                return self.index(place)
        return QModelIndex()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """Rows, headings included."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Titles, and what the delegate asks for."""
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        conversation = row.conversation
        if row.folder is not None:
            return _folder_data(row.folder, role)
        if conversation is None:
            if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole, Roles.HEADING):
                return row.heading
            return None
        title = shown_text(conversation.title) or QCoreApplication.translate("ConversationsModel", "New conversation")
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole, Qt.ItemDataRole.ToolTipRole):
            return title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{title}. {plain(conversation.snippet)}" if conversation.snippet else title
        if role == Roles.CONVERSATION:
            return conversation
        if role == Roles.INSIDE:
            return row.inside
        if role == Roles.SNIPPET and self._searching:
            return conversation.snippet
        return None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        """Headings are only looked at, but what is dropped there leaves its folder."""
        flags = Qt.ItemFlag
        if not index.isValid():
            return flags.ItemIsDropEnabled
        if self.folder(index) is not None:
            return (
                flags.ItemIsEnabled
                | flags.ItemIsSelectable
                | flags.ItemIsEditable
                | flags.ItemIsDropEnabled
                | flags.ItemNeverHasChildren
            )
        if self.conversation(index) is None:
            return flags.NoItemFlags
        return (
            flags.ItemIsEnabled
            | flags.ItemIsSelectable
            | flags.ItemIsEditable
            | flags.ItemIsDragEnabled
            | flags.ItemIsDropEnabled
            | flags.ItemNeverHasChildren
        )

    # Dragging

    def mimeTypes(self) -> list[str]:
        """Conversations, and nothing else."""
        return [MIME]

    def supportedDropActions(self) -> Qt.DropAction:
        """They move."""
        return Qt.DropAction.MoveAction

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """The ids of conversations."""
        data = QMimeData()
        found = [conversation.id for index in indexes if (conversation := self.conversation(index)) is not None]
        data.setData(MIME, "\n".join(found).encode())
        return data

    def canDropMimeData(self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: _Index) -> bool:
        """On a folder, on what lies in one, and elsewhere to take them out."""
        return data.hasFormat(MIME) and not self._searching

    def dropMimeData(self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: _Index) -> bool:
        """Tell where conversations were dropped. The list itself changes when the engine says so."""
        if not self.canDropMimeData(data, action, row, column, parent):
            return False
        ids = bytes(data.data(MIME).data()).decode().split()
        target = self._folder_at(parent.row() if parent.isValid() else row - 1)
        known = {one.conversation.id: one.conversation.folder for one in self._rows if one.conversation is not None}
        moved = [one for one in ids if known.get(one) != target]
        if moved:
            self.dropped.emit(moved, target)
        return True

    def _folder_at(self, place: int) -> str:
        """The folder that a row stands for: itself, or the one that it lies in."""
        if not 0 <= place < len(self._rows):
            return ""
        row = self._rows[place]
        if row.folder is not None:
            return row.folder.name
        return row.conversation.folder if row.inside and row.conversation is not None else ""

    def setData(self, index: _Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Take a title that was typed. The list itself changes when the engine says so."""
        folder = self.folder(index)
        if folder is not None and role == Qt.ItemDataRole.EditRole:
            name = " ".join(str(value).split())
            if name and name != folder.name:
                self.folder_renamed.emit(folder.name, name)
            return bool(name)
        conversation = self.conversation(index)
        title = " ".join(str(value).split())
        if role != Qt.ItemDataRole.EditRole or conversation is None or not title:
            return False
        if title != conversation.title:
            self.renamed.emit(conversation.id, title)
        return True


def _folder_data(folder: FolderRow, role: int) -> Any:
    if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole, Qt.ItemDataRole.ToolTipRole):
        return folder.name
    if role == Qt.ItemDataRole.AccessibleTextRole:
        state = (
            QCoreApplication.translate("ConversationsModel", "open")
            if folder.open
            else QCoreApplication.translate("ConversationsModel", "closed")
        )
        held = (
            QCoreApplication.translate("ConversationsModel", "1 conversation")
            if folder.count == 1
            else QCoreApplication.translate("ConversationsModel", "%Ln conversations", "", folder.count)
        )
        words = QCoreApplication.translate("ConversationsModel", "Folder {0}, {1}, {2}")
        return words.format(folder.name, held, state)
    return folder if role == Roles.FOLDER else None
