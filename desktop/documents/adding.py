"""Everything that brings something into memory: files and folders chosen, dropped or pasted, and text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QUrl, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from desktop.messages import Messages
from desktop.operations import Operation, Operations
from engine import Document

if TYPE_CHECKING:
    from engine import Engine


class Adding(QObject):
    """Hands over to the engine. What is given before the engine is open waits for it.

    Args:
        operations: Starts the work.
        messages: Takes what there is to say.
        window: Owner of the dialogs.

    Attributes:
        open_document: The id of a document that the owner wants to see.
    """

    open_document = Signal(str)

    def __init__(self, *, operations: Operations, messages: Messages, window: QWidget) -> None:
        super().__init__(window)
        self._operations = operations
        self._messages = messages
        self._window = window
        self._engine: Engine | None = None
        self._waiting_paths: list[str] = []
        self._waiting_texts: list[str] = []

    def attach(self, engine: Engine) -> None:
        """Work with this engine from now on."""
        self._engine = engine
        paths, self._waiting_paths = self._waiting_paths, []
        texts, self._waiting_texts = self._waiting_texts, []
        if paths:
            self.add_paths(paths)
        for text in texts:
            self.add_text(text)

    def choose_files(self) -> None:
        """Ask for files."""
        self._choose(self.tr("Add files to memory"), QFileDialog.FileMode.ExistingFiles)

    def choose_folder(self) -> None:
        """Ask for a folder."""
        self._choose(self.tr("Add a folder to memory"), QFileDialog.FileMode.Directory)

    def add_paths(self, paths: Sequence[str]) -> None:
        """Read files and folders; the strip at the bottom tells how far it is."""
        engine, given = self._engine, list(paths)
        if not given:
            return
        if engine is None:
            self._waiting_paths.extend(given)
            return
        self._operations.start(
            Operation(
                name="add files", run=lambda: engine.enqueue(given), progress=self.tr("Looking at what was added")
            )
        )

    def add_text(self, text: str) -> None:
        """Make a document of a text."""
        engine = self._engine
        if not text.strip():
            return
        if engine is None:
            self._waiting_texts.append(text)
            return

        def tell(document: Document) -> None:
            self._messages.info(
                self.tr("Remembered “{0}”").format(document.title),
                action=self.tr("Open"),
                run=lambda: self.open_document.emit(document.id),
            )

        self._operations.start(
            Operation(
                name="add a text",
                run=lambda: engine.ingest_text(text),
                success=tell,
                progress=self.tr("Remembering the text"),
                owner=self,
            )
        )

    def _choose(self, title: str, mode: QFileDialog.FileMode) -> None:
        dialog = QFileDialog(self._window, title)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(mode)
        dialog.setLabelText(QFileDialog.DialogLabel.Accept, self.tr("Add"))
        dialog.urlsSelected.connect(self._chosen)
        dialog.open()

    def _chosen(self, urls: list[QUrl]) -> None:
        self.add_paths([url.toLocalFile() for url in urls if url.isLocalFile()])
