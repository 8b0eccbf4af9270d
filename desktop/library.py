"""The views of documents, and the way between them: documents, files being read, one document, and back to the chat."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QWidget

from desktop.bridge import Bridge
from desktop.documents.adding import Adding
from desktop.documents.document_view import DocumentView
from desktop.documents.documents_page import DocumentsPage
from desktop.documents.drop_target import DropTarget
from desktop.documents.ingestion_panel import IngestionPanel
from desktop.documents.ingestion_strip import IngestionStrip
from desktop.icons import Icons
from desktop.main_window import MainWindow
from desktop.messages import Messages
from desktop.operations import Operation, Operations
from desktop.theme import Theme
from engine import DocumentSource, FileState, IngestProgress

if TYPE_CHECKING:
    from engine import Engine


class Library(QObject):
    """Builds the views once, puts them in the place of the chat, and leads back to where the owner came from."""

    def __init__(
        self, *, window: MainWindow, theme: Theme, icons: Icons, messages: Messages, operations: Operations
    ) -> None:
        super().__init__(window)
        self._window = window
        self._operations = operations
        self._engine: Engine | None = None
        self._way_back: list[QWidget] = []
        self._stops: list[QWidget] = []
        self.quiet = False
        """What is read now is not the owner's wish: the strip says nothing of it."""
        self.adding = Adding(operations=operations, messages=messages, window=window)
        self.strip = IngestionStrip(theme=theme, icons=icons, parent=window)
        self.files = IngestionPanel(theme=theme, icons=icons, operations=operations, messages=messages, parent=window)
        self.documents = DocumentsPage(
            theme=theme, icons=icons, operations=operations, messages=messages, parent=window
        )
        self.document = DocumentView(theme=theme, icons=icons, operations=operations, messages=messages, parent=window)
        for page in (self.files, self.documents, self.document):
            window.chat.add_page(page)
        window.add_strip(self.strip)
        self.target = DropTarget(theme=theme, icons=icons, operations=operations, window=window)
        self._connect()

    def _connect(self) -> None:
        for page in (self.files, self.documents):
            page.closed.connect(self.back)
            page.open_document.connect(self.show_document)
            page.add_files.connect(self.adding.choose_files)
            page.add_folder.connect(self.adding.choose_folder)
        self.documents.watch_folder.connect(self.adding.choose_watched_folder)
        self.adding.show_folders.connect(self.show_folders)
        self.document.closed.connect(self.back)
        self.adding.open_document.connect(self.show_document)
        self.target.dropped_paths.connect(self.add_paths)
        self.target.dropped_text.connect(self.adding.add_text)
        self.strip.details_requested.connect(self.show_files)
        self.strip.trouble_requested.connect(self._show_trouble)
        self.strip.pause_requested.connect(self.files.set_paused)

    def attach(self, engine: Engine, bridge: Bridge) -> None:
        """Give every view the engine."""
        self._engine = engine
        self.adding.attach(engine)
        for view in (self.files, self.documents, self.document):
            view.attach(engine, bridge)
        bridge.ingest_progress.connect(self._show_progress)
        self._operations.start(
            Operation(name="progress of the reading", run=engine.ingest_progress, success=self._show_progress)
        )

    def _show_progress(self, progress: IngestProgress) -> None:
        if not self.quiet:
            self.strip.show_progress(progress)

    def add_paths(self, paths: Sequence[str]) -> None:
        """Read files and folders that the owner gave."""
        self.quiet = False
        self.adding.add_paths(paths)

    # The way

    def _show(self, page: QWidget) -> None:
        current = self._window.chat.page
        if page is current:
            return
        if page in self._way_back:
            del self._way_back[self._way_back.index(page) :]
        elif current is not None and current in self._pages():
            self._way_back.append(current)
        else:
            self._way_back.clear()
        self._window.chat.show_page(page)
        page.setFocus(Qt.FocusReason.OtherFocusReason)

    def _pages(self) -> Sequence[QWidget]:
        return (self.files, self.documents, self.document, *self._stops)

    def add_stop(self, page: QWidget) -> None:
        """Lead back to this page, too, where a document was opened from it."""
        self._stops.append(page)

    def show_page(self, page: QWidget) -> None:
        """Put a page in the place of the chat, and remember where the owner came from."""
        self._show(page)

    def back(self) -> None:
        """Where the owner came from; at the end of the way the chat."""
        if self._way_back:
            page = self._way_back.pop()
            self._window.chat.show_page(page)
            page.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self._window.chat.show_chat()
        self._window.chat.composer.focus()

    def show_documents(self) -> None:
        """All documents."""
        self.documents.show_view("documents")
        self._show(self.documents)

    def show_folders(self) -> None:
        """The watched folders."""
        self.documents.show_view("folders")
        self._show(self.documents)

    def show_files(self) -> None:
        """The list of files being read, whole."""
        self.files.show_state(None)
        self._show(self.files)

    def _show_trouble(self, failed: bool) -> None:
        self.files.show_state(FileState.FAILED if failed else FileState.SKIPPED)
        self._show(self.files)

    def show_document(self, document_id: str) -> None:
        """One document from its beginning."""
        self.document.show_document(document_id)
        self._show(self.document)

    def show_source(self, source: DocumentSource, quote: str) -> None:
        """A document at a passage, the passage marked."""
        self.document.show_source(source, quote)
        self._show(self.document)
