"""The quiet ingestion list: every file's state, how far it is, why one was left out, and what can be done about it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QItemSelectionModel, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QListView, QProgressBar, QPushButton, QStackedLayout, QVBoxLayout, QWidget

from desktop.bridge import Bridge
from desktop.documents.ingest_actions import IngestActions
from desktop.documents.ingest_delegate import IngestDelegate
from desktop.documents.ingest_details import IngestDetails
from desktop.documents.view_header import ViewHeader
from desktop.icons import Icons
from desktop.messages import Messages
from desktop.models.ingest_files_model import IngestFilesModel
from desktop.models.paged_model import PAGE_LENGTH
from desktop.operations import Operation, Operations
from desktop.theme import Theme
from desktop.widgets.buttons import IconButton
from desktop.widgets.card import Panel
from desktop.widgets.chip_bar import ChipBar
from desktop.widgets.elided_label import ElidedLabel
from desktop.widgets.empty_state import EmptyState
from desktop.words import file_name, number, progress_words, state_look, time_left_words, trouble_words
from engine import FileState, IngestFile, IngestProgress

if TYPE_CHECKING:
    from engine import Engine

RECOUNT_MILLISECONDS = 500
"""While files move on, the list is counted and its shown page fetched anew this often, never more."""

_ALL = "all"


class IngestionPanel(Panel):
    """The list of files with its filter, its progress and its actions.

    Attributes:
        closed: The owner goes back.
        open_document: The id of a document to open.
        add_files, add_folder: The first step of the empty list.
    """

    closed = Signal()
    open_document = Signal(str)
    add_files = Signal()
    add_folder = Signal()

    def __init__(
        self,
        *,
        theme: Theme,
        icons: Icons,
        operations: Operations,
        messages: Messages,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent, surface="surface")
        self._theme = theme
        self._operations = operations
        self._engine: Engine | None = None
        self._progress: IngestProgress | None = None
        self._counts: dict[FileState, int] = {}
        self._stale = True
        self._actions = IngestActions(operations=operations, messages=messages, parent=self)
        self._actions.changed.connect(self._changed)
        self._actions.open_document.connect(self.open_document)
        self._actions.add_files.connect(self.add_files)
        self._actions.add_folder.connect(self.add_folder)
        self.setAccessibleName(self.tr("Files being read"))

        self._header = ViewHeader(theme=theme, icons=icons, title=self.tr("Files"), parent=self)
        self._header.back.connect(self.closed)
        self._pause = QPushButton(self.tr("Pause"), self)
        self._pause.clicked.connect(self._toggle_pause)
        self._retry_all = QPushButton(self.tr("Try failed again"), self)
        self._retry_all.clicked.connect(self._actions.retry_failed)
        self._more = IconButton(icons, "more", self.tr("More"), self)
        self._more.clicked.connect(self._show_more)
        for widget in (self._retry_all, self._pause, self._more):
            self._header.add(widget)

        self._working = QWidget(self)
        self._line = ElidedLabel("", self._working, role="muted_body")
        self._bar = QProgressBar(self._working)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(self.tr("Files read"))
        working = QVBoxLayout(self._working)
        working.setContentsMargins(0, 0, 0, 0)
        working.setSpacing(theme.px(8))
        working.addWidget(self._line)
        working.addWidget(self._bar)
        self._chips = ChipBar(theme, self)
        self._chips.setAccessibleName(self.tr("Which files are shown"))
        self._chips.chosen.connect(self._choose)
        top = Panel(self, surface="surface", edge="bottom")
        top_layout = QVBoxLayout(top)
        top_layout.setContentsMargins(theme.px(16), theme.px(12), theme.px(16), theme.px(12))
        top_layout.setSpacing(theme.px(12))
        top_layout.addWidget(self._working)
        top_layout.addWidget(self._chips)
        self._top = top

        self.model = IngestFilesModel(self)
        self.model.page_wanted.connect(self._fetch_page)
        self.list = QListView(self)
        self.list.setModel(self.model)
        self.list.setUniformItemSizes(True)
        self.list.setItemDelegate(IngestDelegate(theme=theme, icons=icons, parent=self))
        self.list.setSelectionMode(QListView.SelectionMode.ExtendedSelection)
        self.list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setMouseTracking(True)
        self.list.setAccessibleName(self.tr("Files"))
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(self._show_menu)
        self.list.doubleClicked.connect(lambda _index: self._do("open"))
        self.list.selectionModel().selectionChanged.connect(self._selection_changed)
        self.model.dataChanged.connect(self._selection_changed)
        self._empty = EmptyState(theme, icons, self)
        self._empty.triggered.connect(self._empty_action)
        body = QWidget(self)
        self._stack = QStackedLayout(body)
        self._stack.addWidget(self.list)
        self._stack.addWidget(self._empty)
        self._details = IngestDetails(theme=theme, icons=icons, parent=self)
        self._details.triggered.connect(self._do)

        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._header)
        layout.addWidget(top)
        layout.addWidget(body, 1)
        layout.addWidget(self._details)

        self._recount = QTimer(self)
        self._recount.setSingleShot(True)
        self._recount.setInterval(RECOUNT_MILLISECONDS)
        self._recount.timeout.connect(self.reload)
        QShortcut(
            QKeySequence.StandardKey.Refresh,
            self,
            lambda: self._do("retry"),
            context=Qt.ShortcutContext.WidgetWithChildrenShortcut,
        )
        self._show_counts()

    # ------------------------------------------------------------------ the engine

    def attach(self, engine: Engine, bridge: Bridge) -> None:
        """Show this engine's list from now on."""
        self._engine = engine
        self._actions.attach(engine)
        bridge.ingest_files.connect(self._files_changed)
        bridge.ingest_progress.connect(self.show_progress)
        self._run("read the progress", engine.ingest_progress, self.show_progress)
        self.reload()

    def showEvent(self, event: QShowEvent) -> None:
        """What happened while the list was hidden is fetched now."""
        super().showEvent(event)
        self.reload()

    def reload(self) -> None:
        """Count the files and fetch what is shown anew; a hidden list does so when it is shown."""
        engine = self._engine
        if not self.isVisible():
            return
        if engine is not None:
            self._run("count files", engine.ingest_counts, self._take_counts, replaces="ingestion:counts")

    def show_state(self, state: FileState | None) -> None:
        """Show the files of one state, or all."""
        self._chips.set_current(_ALL if state is None else state.value)
        self._choose(_ALL if state is None else state.value)

    def show_progress(self, progress: IngestProgress) -> None:
        """Follow the engine's progress."""
        self._progress = progress
        parts = [progress_words(progress), time_left_words(progress.seconds_left), trouble_words(progress)]
        if progress.paused:
            parts[1] = ""
        elif progress.current:
            parts.append(file_name(progress.current))
        self._line.setText(" · ".join(part for part in parts if part))
        self._bar.setRange(0, max(1, progress.total))
        self._bar.setValue(progress.finished)
        self._working.setVisible(progress.active)
        self._pause.setVisible(progress.active)
        self._pause.setText(self.tr("Go on") if progress.paused else self.tr("Pause"))

    def _run(
        self,
        name: str,
        run: Callable[[], Coroutine[Any, Any, Any]],
        success: Callable[[Any], None] | None = None,
        *,
        replaces: str | None = None,
        failure: Callable[[Exception], None] | None = None,
    ) -> None:
        self._operations.start(
            Operation(name=name, run=run, success=success, failure=failure, owner=self, replaces=replaces)
        )

    def _files_changed(self, files: tuple[IngestFile, ...]) -> None:
        whole = self.model.take_changes(files)
        # The figures of the filters move with every file, the list itself only when files come or go.
        self._stale = self._stale or not whole
        if self.isVisible() and not self._recount.isActive():
            self._recount.start()

    def _take_counts(self, counts: dict[FileState, int]) -> None:
        self._counts = counts
        self.model.set_count(self._count_of(self.model.state))
        if self._stale:
            self.model.invalidate()
        self._stale = False
        self._show_counts()

    def _count_of(self, state: FileState | None) -> int:
        return sum(self._counts.values()) if state is None else self._counts.get(state, 0)

    def _fetch_page(self, page: int) -> None:
        engine, state = self._engine, self.model.state
        if engine is None:
            return

        def put(files: list[IngestFile]) -> None:
            if state is self.model.state:
                self.model.put_page(page, files)

        self._run(
            f"fetch files, page {page}",
            lambda: engine.ingest_files(state=state, limit=PAGE_LENGTH, offset=page * PAGE_LENGTH),
            put,
        )

    # ------------------------------------------------------------------ what is shown

    def _show_counts(self) -> None:
        chips = {_ALL: self.tr("All {0}").format(number(self._count_of(None)))}
        for state in FileState:
            if self._counts.get(state, 0) or state is self.model.state:
                chips[state.value] = f"{state_look(state).word} {number(self._counts.get(state, 0))}"
        self._chips.set_chips(chips)
        total = self._count_of(None)
        self._chips.setVisible(total > 0)
        self._top.setVisible(total > 0)
        self._more.setVisible(total > 0)
        self._retry_all.setVisible(self._counts.get(FileState.FAILED, 0) > 0)
        self._working.setVisible(self._progress is not None and self._progress.active)
        self._pause.setVisible(self._progress is not None and self._progress.active)
        if self.model.rowCount():
            self._stack.setCurrentWidget(self.list)
            self.setFocusProxy(self.list)
            return
        # Keys, Escape among them, need somewhere to go where there is no list.
        self.setFocusProxy(self._header.back_button)
        if total:
            self._empty.show_state("check", self.tr("No file is in this state now"), "", {_ALL: self.tr("Show all")})
        else:
            self._empty.show_state(
                "drop",
                self.tr("Nothing has been read yet"),
                self.tr(
                    "Drop files or folders anywhere on this window. They are read on this computer, "
                    "and here you see how far each of them is."
                ),
                {"files": self.tr("Add files"), "folder": self.tr("Add a folder")},
            )
        self._stack.setCurrentWidget(self._empty)

    def _choose(self, key: str) -> None:
        state = None if key == _ALL else FileState(key)
        self.model.show_state(state, self._count_of(state))
        self._show_counts()
        self._selection_changed()

    def _empty_action(self, name: str) -> None:
        if name == _ALL:
            self.show_state(None)
        elif name == "files":
            self.add_files.emit()
        else:
            self.add_folder.emit()

    def _selection_changed(self) -> None:
        self._details.show_files(self.selected())

    # ------------------------------------------------------------------ what can be done

    def selected(self) -> list[IngestFile]:
        """The files selected, in the order of the list, as far as they were fetched."""
        rows = sorted(index.row() for index in self.list.selectionModel().selectedRows())
        files = (self.model.peek(row) for row in rows)
        return [file for file in files if file is not None]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens, Delete stops, Escape goes back."""
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter if self.list.hasFocus():
                self._do("open")
            case Qt.Key.Key_Delete if self.list.hasFocus():
                self._do("cancel")
            case Qt.Key.Key_Escape:
                self.closed.emit()
            case _:
                super().keyPressEvent(event)

    def set_paused(self, paused: bool) -> None:
        """Pause the reading, or go on with it."""
        self._actions.set_paused(paused)

    def _changed(self) -> None:
        self._stale = True
        self.reload()

    def _toggle_pause(self) -> None:
        if self._progress is not None:
            self.set_paused(not self._progress.paused)

    def _do(self, action: str) -> None:
        self._actions.do(action, self.selected())

    def _show_menu(self, position: QPoint) -> None:
        index = self.list.indexAt(position)
        selection = self.list.selectionModel()
        if index.isValid() and not selection.isSelected(index):
            selection.setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        files = self.selected()
        if files:
            self._actions.menu(files).popup(self.list.viewport().mapToGlobal(position))

    def _show_more(self) -> None:
        menu = self._actions.menu_for_all(
            active=self._progress is not None and self._progress.active,
            finished=sum(count for state, count in self._counts.items() if state.final),
        )
        corner = self._more.mapToGlobal(self._more.rect().bottomRight())
        menu.popup(corner - QPoint(menu.sizeHint().width(), 0))
