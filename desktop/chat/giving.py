"""What goes with a question: mentions by an at sign, files for this chat only, pictures."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from desktop.chat.attachment_chips import GivenThing
from desktop.chat.completion import Suggestion
from desktop.chat.composer import Composer
from desktop.icons import Icons
from desktop.messages import Messages
from desktop.models.documents_model import document_name
from desktop.operations import Operation, Operations
from desktop.words import folder_name, short_path
from engine import Attachment, ChatStep, Document, Reading

if TYPE_CHECKING:
    from engine import Engine

_DOCUMENTS, _FOLDERS, _MEMORIES = 6, 3, 4
_TITLE = 60


class Giving(QObject):
    """Fills the chips of the composer.

    Attributes:
        into_memory: Files are to be read into memory instead.
    """

    into_memory = Signal(list)

    def __init__(
        self,
        *,
        composer: Composer,
        icons: Icons,
        operations: Operations,
        messages: Messages,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._composer = composer
        self._icons = icons
        self._operations = operations
        self._messages = messages
        self._engine: Engine | None = None
        composer.attach_wanted.connect(self._show_menu)
        composer.paths_pasted.connect(self.add_paths)

    def attach(self, engine: Engine) -> None:
        """The engine is open."""
        self._engine = engine

    # Files

    def add_paths(self, paths: Sequence[str]) -> None:
        """Attach files for this chat only; folders go into memory."""
        folders = [path for path in paths if Path(path).is_dir()]
        files = [path for path in paths if path not in folders]
        for path in files:
            self._composer.chips.add(GivenThing("file", PurePath(path).name, path))
        if folders:
            self.into_memory.emit(folders)
        if files:
            self._messages.info(
                self.tr("Attached for this chat only."),
                action=self.tr("Read into memory instead"),
                run=lambda: self._move_into_memory(files),
                key="attached",
            )
        self._composer.focus()

    def _move_into_memory(self, files: list[str]) -> None:
        kept = [thing for thing in self._composer.chips.take() if thing.value not in files]
        for thing in kept:
            self._composer.chips.add(thing)
        self.into_memory.emit(files)

    def _show_menu(self, button: QWidget) -> None:
        menu = self.menu(button)
        menu.popup(button.mapToGlobal(QPoint(0, -menu.sizeHint().height())))

    def menu(self, parent: QWidget) -> QMenu:
        """Where files can go; it deletes itself."""
        menu = QMenu(parent)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        chat = QAction(self._icons.icon("attach"), self.tr("Files for this chat only…"), menu)
        chat.triggered.connect(self.choose)
        memory = QAction(self._icons.icon("memory"), self.tr("Files into memory…"), menu)
        memory.triggered.connect(lambda: self._choose(self.into_memory.emit))
        menu.addActions([chat, memory])
        return menu

    def choose(self) -> None:
        """Ask for files for this chat only."""
        self._choose(self.add_paths)

    def _choose(self, use: Callable[[list[str]], None]) -> None:
        dialog = QFileDialog(self._composer.window(), self.tr("Choose files"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.filesSelected.connect(lambda paths: use(list(paths)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    # Mentions

    def suggest(self, letters: str) -> None:
        """Look for documents, folders and memories that fit what stands behind the at sign."""
        engine = self._engine
        if engine is None:
            return
        words = letters.strip()

        async def find() -> list[Suggestion]:
            documents = await engine.documents(query=words or None, limit=40)
            found = self._documents(documents[:_DOCUMENTS]) + self._folders(documents, words)
            if len(words) > 2:
                hits = await engine.recall(words, limit=_MEMORIES, kind="note")
                for hit in hits:
                    text = " ".join((hit.memory.title or hit.memory.text).split())
                    title = text if len(text) <= _TITLE else text[:_TITLE] + "…"
                    thing = GivenThing("memory", title, hit.memory.id)
                    found.append(Suggestion(title, self.tr("memory"), thing))
            return found

        self._operations.start(
            Operation(
                name="mention",
                run=find,
                success=lambda found: self._composer.show_suggestions("@", letters, found),
                owner=self._composer,
                replaces="mention",
            )
        )

    @staticmethod
    def _documents(documents: Sequence[Document]) -> list[Suggestion]:
        return [
            Suggestion(
                document_name(document),
                folder_name(document.path),
                GivenThing("document", document_name(document), document.id),
            )
            for document in documents
        ]

    def _folders(self, documents: Sequence[Document], words: str) -> list[Suggestion]:
        folders: dict[str, int] = {}
        for document in documents:
            if folder_name(document.path):
                folder = str(PurePath(document.path).parent)
                folders[folder] = folders.get(folder, 0) + 1
        best = sorted(folders, key=lambda one: (words.casefold() not in PurePath(one).name.casefold(), -folders[one]))
        return [
            Suggestion(
                PurePath(folder).name,
                self.tr("folder, {0}").format(short_path(folder)),
                GivenThing("folder", PurePath(folder).name, folder),
            )
            for folder in best[:_FOLDERS]
            if folders[folder] > 1 or words.casefold() in PurePath(folder).name.casefold()
        ]

    # Sending

    async def _give(self, engine: Engine, place: str, thing: GivenThing) -> list[Attachment]:
        match thing.kind:
            case "file":
                return [await engine.attach(place, thing.value)]
            case "picture":
                return [await engine.attach(place, thing.data, name=f"{thing.name}.png")]
            case "document":
                return [await engine.attach_document(place, thing.value)]
            case "memory":
                return [await engine.attach_memory(place, thing.value)]
            case "folder":
                return await engine.attach_folder(place, thing.value)

    def steps(
        self, engine: Engine, place: str, question: str, things: Sequence[GivenThing], model: str | None
    ) -> AsyncGenerator[ChatStep, None]:
        """A turn whose attachments are read first; what cannot be used is told, and the turn goes on without it."""

        async def turn() -> AsyncGenerator[ChatStep, None]:
            ids: list[str] = []
            for done, thing in enumerate(things):
                yield Reading(done, len(things), thing.name)
                for given in await self._give(engine, place, thing):
                    ids.append(given.id)
                    if given.problem:
                        self._messages.warning(f"{given.name}: {given.problem}")
            async with aclosing(engine.chat(place, question, attachments=ids, model=model)) as steps:
                async for step in steps:
                    yield step

        return turn()
