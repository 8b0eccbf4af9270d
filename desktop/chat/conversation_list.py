"""The list of the left panel: its keys, its folders that open and close, and what is dragged in it."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QApplication, QListView, QWidget

from desktop.models.conversations_model import ConversationsModel
from engine import Conversation

_MANY = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


class ConversationList(QListView):
    """Delete deletes, Enter opens; on a folder Enter, Left and Right open and close it.

    Attributes:
        delete_wanted: What is selected is to be deleted.
        opened: A conversation is to be opened, by its id.
        toggled: A folder is to be opened or closed, by its name.
    """

    delete_wanted = Signal()
    opened = Signal(str)
    toggled = Signal(str)

    def __init__(self, model: ConversationsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._conversations = model
        self.setModel(model)
        self.setAccessibleName(self.tr("Conversations"))
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed | QAbstractItemView.EditTrigger.DoubleClicked)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setMouseTracking(True)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragDrop)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setDropIndicatorShown(True)
        self.setDragDropOverwriteMode(True)  # on a row, never between two
        self.clicked.connect(self._click)
        self.activated.connect(self._open)

    def all_selected(self) -> list[Conversation]:
        """Every conversation that is selected, from the top."""
        rows = sorted(self.selectionModel().selectedIndexes(), key=lambda index: index.row())
        return [one for index in rows if (one := self._conversations.conversation(index)) is not None]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The list's keys."""
        editing = self.state() == self.State.EditingState
        if event.matches(QKeySequence.StandardKey.Delete) or event.key() == Qt.Key.Key_Backspace:
            self.delete_wanted.emit()
            return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not editing:
            self.activated.emit(self.currentIndex())
            return
        folder = self._conversations.folder(self.currentIndex())
        if folder is not None and not editing:
            opens, closes = Qt.Key.Key_Right, Qt.Key.Key_Left
            if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
                opens, closes = closes, opens
            if event.key() in (opens, closes):
                if folder.open != (event.key() == opens):
                    self.toggled.emit(folder.name)
                return
        super().keyPressEvent(event)

    def _click(self, index: QModelIndex) -> None:
        # With Ctrl or Shift more is selected, and nothing opened.
        if not QApplication.keyboardModifiers() & _MANY:
            self._open(index)

    def _open(self, index: QModelIndex) -> None:
        folder = self._conversations.folder(index)
        if folder is not None:
            self.toggled.emit(folder.name)
            return
        conversation = self._conversations.conversation(index)
        if conversation is not None:
            self.opened.emit(conversation.id)
