"""The watched folders: each with how it stands, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMessageBox, QScrollArea, QStackedLayout, QVBoxLayout, QWidget

from desktop.bridge import Bridge
from desktop.documents.folder_words import documents_words
from desktop.documents.watched_folder_card import WatchedFolderCard
from desktop.icons import Icons
from desktop.messages import Messages
from desktop.operations import Operation, Operations
from desktop.theme import Theme, restyle
from desktop.widgets.card import Panel
from desktop.widgets.empty_state import EmptyState
from desktop.words import short_path
from engine import WatchedFolder

if TYPE_CHECKING:
    from engine import Engine

REFRESH_MILLISECONDS = 300
_WIDTH = 760
"""Design pixels; a line of words is not read well beyond it."""


class WatchedFoldersView(QWidget):
    """A column of cards.

    Attributes:
        add_wanted: The owner wants to choose a folder.
        counted: So many folders are watched.
    """

    add_wanted = Signal()
    counted = Signal(int)

    def __init__(
        self,
        *,
        theme: Theme,
        icons: Icons,
        operations: Operations,
        messages: Messages,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icons = icons
        self._operations = operations
        self._messages = messages
        self._engine: Engine | None = None
        self.cards: dict[str, WatchedFolderCard] = {}
        self.setAccessibleName(self.tr("Watched folders"))
        self._empty = EmptyState(theme, icons, self)
        self._empty.show_state(
            "folder",
            self.tr("No folder is watched"),
            self.tr(
                "A watched folder is kept in step: new and changed files are read by themselves, on this computer. "
                "You can pause it at any time."
            ),
            {"add": self.tr("Watch a folder")},
        )
        self._empty.triggered.connect(lambda _name: self.add_wanted.emit())
        self._area = QScrollArea(self)
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QScrollArea.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setWidget(self._make_column())
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self._area)
        self._stack.addWidget(self._empty)
        self._stack.setCurrentWidget(self._empty)
        self._refresh = QTimer(self)
        self._refresh.setSingleShot(True)
        self._refresh.setInterval(REFRESH_MILLISECONDS)
        self._refresh.timeout.connect(self.reload)

    def _make_column(self) -> QWidget:
        px = self._theme.px
        ground = Panel(surface="surface")
        inner = QWidget(ground)
        inner.setMaximumWidth(px(_WIDTH) + 2 * px(16))
        across = QHBoxLayout(ground)
        across.setContentsMargins(0, 0, 0, 0)
        across.addWidget(inner, 1000)
        across.addStretch(1)
        note = QLabel(
            self.tr(
                "New and changed files in these folders are read by themselves. A file that is deleted leaves its "
                "document here, marked as missing."
            ),
            inner,
        )
        note.setWordWrap(True)
        restyle(note, role="muted")
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(px(16), px(12), px(16), px(16))
        self._column.setSpacing(px(12))
        self._column.addWidget(note)
        self._column.addStretch(1)
        return ground

    # ------------------------------------------------------------------ the engine

    def attach(self, engine: Engine, bridge: Bridge) -> None:
        """Show this engine's folders from now on."""
        self._engine = engine
        bridge.watched_folders_changed.connect(self._changed)
        bridge.documents_changed.connect(lambda _id: self._changed())
        self.reload()

    def _changed(self) -> None:
        if not self._refresh.isActive():
            self._refresh.start()

    def reload(self) -> None:
        """Fetch the folders anew."""
        engine = self._engine
        if engine is not None:
            self._operations.start(
                Operation(
                    name="watched folders",
                    run=engine.watched_folders,
                    success=self.show_folders,
                    owner=self,
                    replaces="folders:list",
                )
            )

    def show_folders(self, folders: list[WatchedFolder]) -> None:
        """Show these folders, in their order."""
        for gone in set(self.cards) - {folder.id for folder in folders}:
            card = self.cards.pop(gone)
            self._column.removeWidget(card)
            card.hide()
            card.deleteLater()
        for place, folder in enumerate(folders, 1):
            if folder.id in self.cards:
                self.cards[folder.id].show_folder(folder)
            else:
                self.cards[folder.id] = card = self._make_card(folder)
                self._column.insertWidget(place, card)
        self._stack.setCurrentWidget(self._area if folders else self._empty)
        self.counted.emit(len(folders))

    def _make_card(self, folder: WatchedFolder) -> WatchedFolderCard:
        card = WatchedFolderCard(folder, theme=self._theme, icons=self._icons, parent=self._column.parentWidget())
        card.pause_wanted.connect(lambda pause: self._pause(card.folder, pause))
        card.remove_wanted.connect(lambda: self.ask_to_remove(card.folder))
        card.patterns_wanted.connect(lambda patterns: self._set_patterns(card, patterns))
        card.show()
        return card

    # ------------------------------------------------------------------ what can be done

    def _pause(self, folder: WatchedFolder, pause: bool) -> None:
        engine = self._engine
        if engine is not None:
            call = engine.pause_folder if pause else engine.resume_folder
            self._do("pause a folder" if pause else "go on with a folder", lambda: call(folder.id))

    def _set_patterns(self, card: WatchedFolderCard, patterns: list[str]) -> None:
        engine, folder = self._engine, card.folder
        if engine is None:
            return

        def done(_folder: WatchedFolder) -> None:
            card.close_editor()
            self.reload()

        self._do("ignore patterns", lambda: engine.set_folder_ignore(folder.id, patterns), done)

    def ask_to_remove(self, folder: WatchedFolder) -> QMessageBox:
        """Ask what becomes of the folder's documents."""
        box = QMessageBox(self)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setIcon(QMessageBox.Icon.NoIcon)
        box.setWindowTitle(self.tr("Watch a folder no more"))
        box.setText(self.tr("Stop watching {0}?").format(short_path(folder.path)))
        box.setInformativeText(
            self.tr("{0} of it are in memory. Forgetting them cannot be taken back; the files are not touched.").format(
                documents_words(folder.documents)
            )
        )
        keep = box.addButton(self.tr("Keep documents"), QMessageBox.ButtonRole.AcceptRole)
        forget = box.addButton(self.tr("Forget documents"), QMessageBox.ButtonRole.DestructiveRole)
        stay = box.addButton(self.tr("Cancel"), QMessageBox.ButtonRole.RejectRole)
        forget.setVisible(folder.documents > 0)
        box.setDefaultButton(keep)
        box.setEscapeButton(stay)
        keep.clicked.connect(partial(self._remove, folder, False))
        forget.clicked.connect(partial(self._remove, folder, True))
        box.open()
        return box

    def _remove(self, folder: WatchedFolder, forget: bool, _checked: bool = False) -> None:
        engine = self._engine
        if engine is None:
            return

        def done(_count: int) -> None:
            said = self.tr("No longer watched: {0}") if not forget else self.tr("No longer watched, forgotten: {0}")
            self._messages.info(said.format(short_path(folder.path)))
            self.reload()

        self._do("stop watching a folder", lambda: engine.unwatch_folder(folder.id, forget=forget), done)

    def _do(
        self, name: str, run: Callable[[], Coroutine[Any, Any, Any]], done: Callable[[Any], None] | None = None
    ) -> None:
        self._operations.start(
            Operation(name=name, run=run, success=done or (lambda _result: self.reload()), owner=self)
        )
