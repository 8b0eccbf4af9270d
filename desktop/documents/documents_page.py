"""The documents that were read: find one, open it, add more, forget one."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QMessageBox,
    QPushButton,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from desktop.bridge import Bridge
from desktop.documents.document_deeds import DocumentDeeds
from desktop.documents.document_facts import DocumentFacts
from desktop.documents.documents_table import DocumentsTable
from desktop.documents.on_disk import FilesOnDisk
from desktop.documents.view_header import ViewHeader
from desktop.documents.watched_folders_view import WatchedFoldersView
from desktop.icons import Icons
from desktop.messages import Messages
from desktop.models.documents_model import DocumentsModel, is_file
from desktop.models.paged_model import PAGE_LENGTH
from desktop.operations import Operation, Operations
from desktop.theme import Theme
from desktop.widgets.card import Panel
from desktop.widgets.chip_bar import ChipBar
from desktop.widgets.clear_action import add_clear_action
from desktop.widgets.empty_state import EmptyState
from desktop.words import number
from engine import Document

if TYPE_CHECKING:
    from engine import Engine

REFRESH_MILLISECONDS = 500
"""While documents come in, the list is fetched anew this often, never more."""
SEARCH_MILLISECONDS = 150
"""A pause in typing after which the search begins."""
_SEARCH_WIDTH = 420
_NARROW = 560
"""Design pixels; the choice of views and the search stand side by side in wider pages."""


class DocumentsPage(Panel):
    """A table of all documents.

    Attributes:
        closed: The owner goes back.
        open_document: The id of a document to open.
        add_files, add_folder: More is to be added.
        watch_folder: A folder is to be chosen that is kept in step from then on.
    """

    closed = Signal()
    open_document = Signal(str)
    add_files = Signal()
    add_folder = Signal()
    watch_folder = Signal()

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
        self._messages = messages
        self._engine: Engine | None = None
        self._query = ""
        self._told = False
        """The engine has said once what there is: before that nothing is empty."""
        self._on_disk = FilesOnDisk(operations=operations, messages=messages)
        self.setAccessibleName(self.tr("Documents"))

        self._header = ViewHeader(theme=theme, icons=icons, title=self.tr("Documents"), parent=self)
        self._header.back.connect(self._leave)
        self._add_folder = QPushButton(self.tr("Add a folder"), self)
        self._add_folder.clicked.connect(self.add_folder)
        self._add_files = QPushButton(self.tr("Add files"), self)
        self._add_files.clicked.connect(self.add_files)
        self._watch = QPushButton(self.tr("Watch a folder"), self)
        self._watch.clicked.connect(self.watch_folder)
        self._watch.hide()
        self._header.add(self._add_folder)
        self._header.add_space()
        self._header.add(self._add_files)
        self._header.add(self._watch)

        self.views = ChipBar(theme, self)  # made before the search, so that Tab goes from left to right
        self.views.setAccessibleName(self.tr("What is shown"))
        self.views.chosen.connect(self.show_view)
        self._count_folders(0)
        self.search = QLineEdit(self)
        self.search.setPlaceholderText(self.tr("Search by name or folder"))
        self.search.setAccessibleName(self.tr("Search documents"))
        add_clear_action(self.search, icons)
        self.search.installEventFilter(self)
        top = Panel(self, surface="surface", edge="bottom")
        top_layout = QHBoxLayout(top)
        top_layout.setContentsMargins(theme.px(16), theme.px(12), theme.px(16), theme.px(12))
        top_layout.setSpacing(theme.px(12))
        top_layout.addWidget(self.views, 3)
        top_layout.addWidget(self.search, 2)
        self._top, self._top_layout = top, top_layout

        self.model = DocumentsModel(self)
        self.model.page_wanted.connect(self._fetch_page)
        self.table = DocumentsTable(self.model, theme=theme, parent=self)
        self.table.opened.connect(self._open)
        self.table.menu_wanted.connect(self._show_menu)
        self.setFocusProxy(self.search)
        self._empty = EmptyState(theme, icons, self)
        self._empty.triggered.connect(self._empty_action)
        body = QWidget(self)
        self._stack = QStackedLayout(body)
        self._stack.addWidget(self.table)
        self._stack.addWidget(self._empty)
        self.folders = WatchedFoldersView(
            theme=theme, icons=icons, operations=operations, messages=messages, parent=self
        )
        self.folders.add_wanted.connect(self.watch_folder)
        self.folders.counted.connect(self._count_folders)
        self._stack.addWidget(self.folders)
        QWidget.setTabOrder(self.search, self.table)
        self.facts = DocumentFacts(theme=theme, icons=icons, operations=operations, parent=self)
        self.deeds = DocumentDeeds(operations=operations, messages=messages, owner=self)
        self.deeds.forgotten.connect(self._forgotten)
        self.table.selectionModel().selectionChanged.connect(lambda *_: self._show_facts())
        self.model.dataChanged.connect(lambda *_: self._show_facts())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._header)
        layout.addWidget(top)
        layout.addWidget(body, 1)
        layout.addWidget(self.facts)

        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(SEARCH_MILLISECONDS)
        self._typing.timeout.connect(self._search)
        self.search.textChanged.connect(lambda _text: self._typing.start())
        self._refresh = QTimer(self)
        self._refresh.setSingleShot(True)
        self._refresh.setInterval(REFRESH_MILLISECONDS)
        self._refresh.timeout.connect(self.reload)

    # ------------------------------------------------------------------ the engine

    def attach(self, engine: Engine, bridge: Bridge) -> None:
        """Show this engine's documents from now on."""
        self._engine = engine
        bridge.documents_changed.connect(self._documents_changed)
        self.deeds.attach(engine)
        self.facts.attach(engine)
        self.folders.attach(engine, bridge)
        self.reload()

    def showEvent(self, event: QShowEvent) -> None:
        """What was searched at the last visit gives way to what is typed now."""
        super().showEvent(event)
        self.search.selectAll()

    def start_search(self) -> None:
        """Put the cursor into the search field, though nothing may be there to search yet."""
        if self.views.current() == "documents":
            self._top.show()
            self.search.show()
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def reload(self) -> None:
        """Fetch what is shown anew."""
        if self._engine is None:
            return
        if self.model.rowCount() == 0:
            self.model.set_count(1)
            self._fetch_page(0)
        else:
            self.model.invalidate()

    def _documents_changed(self, _document_id: object = None) -> None:
        if not self._refresh.isActive():
            self._refresh.start()

    def _fetch_page(self, page: int) -> None:
        engine, query = self._engine, self._query
        if engine is None:
            return

        def put(documents: list[Document]) -> None:
            if query != self._query:
                return
            first = page * PAGE_LENGTH
            known = self.model.rowCount()
            if len(documents) < PAGE_LENGTH:
                self.model.set_count(first + len(documents))
            elif known <= first + PAGE_LENGTH:
                # How many there are is not known before the end is reached: one row more asks for the next page.
                self.model.set_count(first + PAGE_LENGTH + 1)
            self.model.put_page(page, documents)
            self._told = True
            self._show_state()

        def failed(error: Exception) -> None:
            self.model.page_failed(page)
            self._messages.error(Operations.describe(error, name="fetch documents"))

        self._operations.start(
            Operation(
                name=f"fetch documents, page {page}",
                run=lambda: engine.documents(query=query or None, limit=PAGE_LENGTH, offset=page * PAGE_LENGTH),
                success=put,
                failure=failed,
                owner=self,
            )
        )

    def _search(self) -> None:
        query = self.search.text().strip()
        if query != self._query:
            self._query = query
            self.model.clear()
            self.reload()

    # ------------------------------------------------------------------ what is shown

    def show_view(self, name: str) -> None:
        """Show the documents or the watched folders: `documents`, `folders`."""
        self.views.set_current(name)
        folders = name == "folders"
        for button in (self._add_folder, self._add_files):
            button.setVisible(not folders)
        self._watch.setVisible(folders)
        self.search.setVisible(not folders)
        self._show_state()
        self._show_facts()

    def _count_folders(self, count: int) -> None:
        folders = self.tr("Watched folders")
        self.views.set_chips(
            {"documents": self.tr("Documents"), "folders": f"{folders} · {number(count)}" if count else folders}
        )

    def _show_facts(self) -> None:
        chosen = self.table.all_selected() if self.views.current() == "documents" else []
        self.facts.show_document(chosen[0] if len(chosen) == 1 else None)

    def _show_state(self) -> None:
        if self.views.current() == "folders":
            self._top.show()
            self._stack.setCurrentWidget(self.folders)
            self.setFocusProxy(self._header.back_button)
            return
        some = bool(self.model.rowCount()) or not self._told
        self.search.setVisible(some or bool(self._query) or self.search.hasFocus())
        if some:
            self._stack.setCurrentWidget(self.table)
            self._top.show()
            if self.focusProxy() is not self.table:
                self.setFocusProxy(self.search)
            return
        if self._query:
            self._empty.show_state(
                "search",
                self.tr("No document has this name"),
                self.tr("Only names and folders are searched here. Ask in the chat to search what the documents say."),
                {"clear": self.tr("Show all")},
            )
        else:
            self._empty.show_state(
                "documents",
                self.tr("No documents yet"),
                self.tr(
                    "Drop files or folders anywhere on this window. They are read on this computer, "
                    "and then you can ask about them."
                ),
                {"files": self.tr("Add files"), "folder": self.tr("Add a folder")},
            )
        # Keys, Escape among them, need somewhere to go where there is nothing to search.
        self.setFocusProxy(self.search if self._query else self._header.back_button)
        self._stack.setCurrentWidget(self._empty)

    def _empty_action(self, name: str) -> None:
        match name:
            case "clear":
                self.search.clear()
                self.search.setFocus()
            case "files":
                self.add_files.emit()
            case _:
                self.add_folder.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The columns share the width; in a narrow page the search has a line of its own."""
        super().resizeEvent(event)
        self.table.share_width(self.width())
        narrow = self.width() < self._theme.px(_NARROW)
        direction = QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
        self._top_layout.setDirection(direction)
        self.search.setMaximumWidth(self.width() if narrow else self._theme.px(_SEARCH_WIDTH))

    # ------------------------------------------------------------------ what can be done

    def event(self, event: QEvent) -> bool:
        """Keys of this view win over the window's while the focus is inside."""
        overriding = event.type() == QEvent.Type.ShortcutOverride
        if overriding and isinstance(event, QKeyEvent) and event.matches(QKeySequence.StandardKey.Find):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape goes back, Delete forgets, F5 reads again, Ctrl+F searches."""
        if event.key() == Qt.Key.Key_Escape:
            self._leave()
        elif event.matches(QKeySequence.StandardKey.Find):
            self.show_view("documents")
            self.search.setFocus()
            self.search.selectAll()
        elif event.key() == Qt.Key.Key_F5 and self.table.hasFocus():
            self.deeds.read_again(self.table.all_selected())
        elif event.key() == Qt.Key.Key_Delete and self.table.hasFocus():
            self._forget()
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Down leads from the search to the table, Escape empties the search first."""
        if watched is self.search and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() == Qt.Key.Key_Down and self.model.rowCount():
                self.table.enter()
                return True
            if event.key() == Qt.Key.Key_Escape and self.search.text():
                self.search.clear()
                return True
        return super().eventFilter(watched, event)

    def _leave(self) -> None:
        self.closed.emit()
        if self.model.rowCount():
            self.setFocusProxy(self.search)  # the next visit begins with the search

    def _open(self) -> None:
        document = self.table.selected()
        if document is not None:
            self.setFocusProxy(self.table)  # coming back, one goes on where one was
            self.open_document.emit(document.id)

    def _forget(self) -> None:
        documents = self.table.all_selected()
        if documents:
            self.deeds.ask_to_forget(documents)

    def ask_to_forget(self, document: Document) -> QMessageBox:
        """Ask before a document is forgotten: that cannot be taken back."""
        return self.deeds.ask_to_forget([document])

    def _forgotten(self, ids: list[str]) -> None:
        for one in ids:
            self.model.remove(one)
        self._show_state()

    def _show_menu(self, position: QPoint) -> None:
        documents = self.table.all_selected()
        if not documents:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        files = [document for document in documents if is_file(document)]
        if len(documents) == 1:
            menu.addAction(self.tr("Open"), self._open).setShortcut(QKeySequence("Return"))
            if files:
                menu.addAction(self.tr("Open in its program"), partial(self._on_disk.open, files[0].path))
                menu.addAction(self.tr("Show in folder"), partial(self._on_disk.reveal, files[0].path))
            menu.addSeparator()
        if files:
            menu.addAction(self.tr("Read again"), partial(self.deeds.read_again, files)).setShortcut(QKeySequence("F5"))
        words = self.tr("Forget…") if len(documents) == 1 else self.tr("Forget {0}…").format(number(len(documents)))
        menu.addAction(words, self._forget).setShortcut(QKeySequence("Del"))
        menu.popup(position)
