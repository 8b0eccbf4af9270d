"""Everything that brings something into memory: files and folders chosen, dropped or pasted, and text."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QUrl, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from desktop.messages import Messages
from desktop.operations import Operation, Operations
from desktop.words import file_name, short_path
from engine import Document, WatchedFolder

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
        show_folders: The owner wants to see the watched folders.
    """

    open_document = Signal(str)
    show_folders = Signal()

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

        async def add() -> list[str]:
            await engine.enqueue(given)
            return await self._not_watched(engine, given)

        self._operations.start(
            Operation(
                name="add files",
                run=add,
                success=self._offer_to_watch,
                progress=self.tr("Looking at what was added"),
                owner=self,
            )
        )

    def choose_watched_folder(self) -> None:
        """Ask for a folder to keep in step."""
        self._choose(self.tr("Watch a folder"), QFileDialog.FileMode.Directory, take=self.watch)

    def watch(self, paths: Sequence[str]) -> None:
        """Keep folders in step from now on."""
        engine, folders = self._engine, list(paths)
        if engine is None or not folders:
            return

        async def run() -> list[WatchedFolder]:
            return [await engine.watch_folder(folder) for folder in folders]

        def tell(watched: list[WatchedFolder]) -> None:
            names = ", ".join(short_path(folder.path) for folder in watched)
            self._messages.info(
                self.tr("Kept in step from now on: {0}").format(names),
                action=self.tr("Watched folders"),
                run=self.show_folders.emit,
            )

        self._operations.start(
            Operation(
                name="watch folders", run=run, success=tell, progress=self.tr("Looking at the folder"), owner=self
            )
        )

    async def _not_watched(self, engine: Engine, given: Sequence[str]) -> list[str]:
        """Folders among what was given that are not kept in step already."""
        folders = await asyncio.to_thread(lambda: [path for path in given if Path(path).is_dir()])
        if not folders:
            return []
        watched = [Path(one.path) for one in await engine.watched_folders()]
        return [folder for folder in folders if not any(Path(folder).absolute().is_relative_to(one) for one in watched)]

    def _offer_to_watch(self, folders: list[str]) -> None:
        """Say quietly that folders are read once, and that they can be kept in step."""
        if not folders:
            return
        if len(folders) == 1:
            text = self.tr("{0} is read once. It can be kept in step: changes are then read by themselves.").format(
                file_name(folders[0])
            )
        else:
            text = self.tr("The folders are read once. They can be kept in step: changes are then read by themselves.")
        self._messages.info(text, action=self.tr("Keep in step"), run=lambda: self.watch(folders), key="watch:offer")

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

    def _choose(
        self, title: str, mode: QFileDialog.FileMode, *, take: Callable[[Sequence[str]], None] | None = None
    ) -> None:
        dialog = QFileDialog(self._window, title)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(mode)
        dialog.setLabelText(QFileDialog.DialogLabel.Accept, self.tr("Add"))
        give = take or self.add_paths
        dialog.urlsSelected.connect(lambda urls: give(_local(urls)))
        dialog.open()


def _local(urls: Sequence[QUrl]) -> list[str]:
    return [url.toLocalFile() for url in urls if url.isLocalFile()]
