"""The list of conversations, in groups by the day of their last change; flat while one searches."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QAbstractListModel,
    QCoreApplication,
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


@dataclass(frozen=True, slots=True)
class _Row:
    heading: str = ""
    conversation: Conversation | None = None


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
    """Rows are headings, which cannot be chosen, and conversations, whose titles can be edited."""

    renamed = Signal(str, str)
    """A conversation's id and the title that the owner typed."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[_Row] = []
        self._searching = False

    def show_conversations(self, conversations: list[Conversation], *, now: datetime, searching: bool = False) -> None:
        """Replace the list; `conversations` come pinned ones first, then last changed first."""
        rows: list[_Row] = []
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
        return [row.conversation.id if row.conversation else row.heading for row in rows]

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
        if role == Roles.SNIPPET and self._searching:
            return conversation.snippet
        return None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        """Headings are only looked at."""
        if self.conversation(index) is None:
            return Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag
        return flags.ItemIsEnabled | flags.ItemIsSelectable | flags.ItemIsEditable | flags.ItemNeverHasChildren

    def setData(self, index: _Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Take a title that was typed. The list itself changes when the engine says so."""
        conversation = self.conversation(index)
        title = " ".join(str(value).split())
        if role != Qt.ItemDataRole.EditRole or conversation is None or not title:
            return False
        if title != conversation.title:
            self.renamed.emit(conversation.id, title)
        return True
