"""The views of documents and files as one: built, wired to each other, and with a way back from each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from desktop.bridge import Bridge
from desktop.documents.adding import Adding
from desktop.documents.document_view import DocumentView
from desktop.documents.documents_page import DocumentsPage
from desktop.documents.drop_target import DropTarget
from desktop.documents.ingestion_panel import IngestionPanel
from desktop.documents.ingestion_strip import IngestionStrip
from desktop.icons import Icons
from desktop.messages import Messages
from desktop.operations import Operations
from desktop.theme import Theme
from engine import DocumentSource, FileState

if TYPE_CHECKING:
    from engine import Engine


class DocumentsWorkspace(QObject):
    """Owns document view, list of documents, list of files, strip and drop target of one window.

    The window puts `strip` at its foot and shows what `page_wanted` names in the place of the chat.

    Attributes:
        page_wanted: A view to show in the place of the chat (`QWidget`).
        chat_wanted: The chat is to be shown again.
    """

    page_wanted = Signal(object)
    chat_wanted = Signal()

    def __init__(
        self, *, theme: Theme, icons: Icons, operations: Operations, messages: Messages, window: QWidget
    ) -> None:
        super().__init__(window)
        self.view = DocumentView(theme=theme, icons=icons, operations=operations, messages=messages, parent=window)
        self.documents = DocumentsPage(
            theme=theme, icons=icons, operations=operations, messages=messages, parent=window
        )
        self.files = IngestionPanel(theme=theme, icons=icons, operations=operations, messages=messages, parent=window)
        self.strip = IngestionStrip(theme=theme, icons=icons, parent=window)
        self.drop_target = DropTarget(theme=theme, icons=icons, operations=operations, window=window)
        self.adding = Adding(operations=operations, messages=messages, window=window)
        self._way: list[QWidget] = []
        for page in self.pages:
            page.hide()
            page.closed.connect(self.back)
        for listing in (self.documents, self.files):
            listing.open_document.connect(self.show_document)
            listing.add_files.connect(self.adding.choose_files)
            listing.add_folder.connect(self.adding.choose_folder)
        self.adding.open_document.connect(self.show_document)
        self.drop_target.dropped_paths.connect(self.adding.add_paths)
        self.drop_target.dropped_text.connect(self.adding.add_text)
        self.strip.details_requested.connect(self.show_files)
        self.strip.trouble_requested.connect(self._show_trouble)
        self.strip.pause_requested.connect(self.files.set_paused)
        paste = QShortcut(QKeySequence(QKeySequence.StandardKey.Paste), window)
        paste.activated.connect(self._paste)

    @property
    def pages(self) -> tuple[DocumentView, DocumentsPage, IngestionPanel]:
        """Every view that can take the place of the chat."""
        return self.view, self.documents, self.files

    def attach(self, engine: Engine, bridge: Bridge) -> None:
        """Work with this engine from now on."""
        bridge.ingest_progress.connect(self.strip.show_progress)
        for page in self.pages:
            page.attach(engine, bridge)
        self.adding.attach(engine)

    def show_source(self, source: DocumentSource, quote: str) -> None:
        """Open a document at a passage."""
        self._go(self.view)
        self.view.show_source(source, quote)

    def show_document(self, document_id: str) -> None:
        """Open a document at its beginning."""
        self._go(self.view)
        self.view.show_document(document_id)

    def show_documents(self) -> None:
        """Show the list of documents."""
        self._way.clear()
        self._go(self.documents)
        self.documents.start()

    def show_files(self, state: FileState | None = None) -> None:
        """Show the list of files, all or those of one state."""
        self._go(self.files)
        self.files.show_state(state)
        self.files.start()

    def back(self) -> None:
        """Go back one view; before the first one is the chat."""
        if self._way:
            self._way.pop()
        if self._way:
            self.page_wanted.emit(self._way[-1])
            if isinstance(self._way[-1], DocumentsPage | IngestionPanel):
                self._way[-1].start()
        else:
            self.chat_wanted.emit()

    def leave(self) -> None:
        """The chat was shown by somebody else: there is no way back to any of these views."""
        self._way.clear()

    def _go(self, page: QWidget) -> None:
        if page in self._way:
            del self._way[self._way.index(page) :]
        self._way.append(page)
        self.page_wanted.emit(page)

    def _show_trouble(self, failed: bool) -> None:
        self.show_files(FileState.FAILED if failed else FileState.SKIPPED)
        self.strip.dismiss()

    def _paste(self) -> None:
        self.drop_target.take()
