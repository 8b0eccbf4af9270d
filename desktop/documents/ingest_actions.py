"""What can be done with the files of the ingestion list: one, many, or all."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from desktop.documents.on_disk import FilesOnDisk
from desktop.messages import Messages
from desktop.operations import Operation, Operations
from engine import FileState, IngestFile

if TYPE_CHECKING:
    from engine import Engine


def can_retry(file: IngestFile) -> bool:
    """It ended, and not well."""
    return file.state.final and file.state is not FileState.DONE


class IngestActions(QObject):
    """Does it, through the engine.

    Attributes:
        changed: The list is to be fetched anew.
        open_document: The id of a document to open.
        add_files, add_folder: More is to be added.
    """

    changed = Signal()
    open_document = Signal(str)
    add_files = Signal()
    add_folder = Signal()

    def __init__(self, *, operations: Operations, messages: Messages, parent: QWidget) -> None:
        super().__init__(parent)
        self._widget = parent
        self._operations = operations
        self._engine: Engine | None = None
        self._on_disk = FilesOnDisk(operations=operations, messages=messages)

    def attach(self, engine: Engine) -> None:
        """Work with this engine from now on."""
        self._engine = engine

    def do(self, action: str, files: Sequence[IngestFile]) -> None:
        """Do one of `open`, `reveal`, `retry`, `cancel` with files; those that it does not concern are left alone."""
        engine = self._engine
        if engine is None or not files:
            return
        match action:
            case "open":
                self._open(files)
            case "reveal":
                self._on_disk.reveal(files[0].path)
            case "retry":
                again = [file.id for file in files if can_retry(file)]
                if again:
                    self._start("try files again", lambda: engine.retry_ingestion(file_ids=again))
            case "cancel":
                stopped = [file.id for file in files if not file.state.final]
                if stopped:
                    self._start("stop files", lambda: engine.cancel_ingestion(file_ids=stopped))

    def retry_failed(self) -> None:
        """Try everything again that failed."""
        engine = self._engine
        if engine is not None:
            self._start("try failed files again", lambda: engine.retry_ingestion(file_ids=None))

    def set_paused(self, paused: bool) -> None:
        """Pause the reading, or go on with it."""
        engine = self._engine
        if engine is not None:
            run = engine.pause_ingestion if paused else engine.resume_ingestion
            self._start("pause the reading" if paused else "go on reading", run)

    def menu(self, files: Sequence[IngestFile]) -> QMenu:
        """The menu for files; it deletes itself when it is closed."""
        menu = QMenu(self._widget)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for action, words, keys, enabled in (
            ("open", self.tr("Open"), "Return", len(files) == 1),
            ("reveal", self.tr("Show in folder"), "", len(files) == 1),
            ("retry", self.tr("Try again"), "F5", any(map(can_retry, files))),
            ("cancel", self.tr("Stop"), "Del", any(not file.state.final for file in files)),
        ):
            item = menu.addAction(words, partial(self.do, action, files))
            item.setShortcut(QKeySequence(keys))
            item.setEnabled(enabled)
        return menu

    def menu_for_all(self, *, active: bool, finished: int) -> QMenu:
        """The menu for the whole list.

        Args:
            active: Something is queued or read.
            finished: How many files are in a final state.
        """
        menu = QMenu(self._widget)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self.tr("Add files…"), self.add_files.emit)
        menu.addAction(self.tr("Add a folder…"), self.add_folder.emit)
        menu.addSeparator()
        menu.addAction(self.tr("Stop all that wait"), self._stop_all).setEnabled(active)
        menu.addAction(self.tr("Clear finished from this list"), self._clear).setEnabled(finished > 0)
        return menu

    def _open(self, files: Sequence[IngestFile]) -> None:
        document = next((file.document_id for file in files if file.document_id), None)
        if document is not None:
            self.open_document.emit(document)
        else:
            self._on_disk.open(files[0].path)

    def _stop_all(self) -> None:
        engine = self._engine
        if engine is not None:
            self._start("stop the reading", lambda: engine.cancel_ingestion(file_ids=None))

    def _clear(self) -> None:
        engine = self._engine
        if engine is not None:
            self._start("clear the list", engine.clear_ingestion_list)

    def _start(self, name: str, run: Callable[[], Coroutine[Any, Any, Any]]) -> None:
        self._operations.start(Operation(name=name, run=run, success=lambda _: self.changed.emit(), owner=self))
