"""What can be done with one document of the list or with many: read them again, forget them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QMessageBox, QWidget

from desktop.messages import Messages
from desktop.models.documents_model import document_name, is_file
from desktop.operations import Operation, Operations
from desktop.words import number, passages_words
from engine import Document, MagrayError

if TYPE_CHECKING:
    from engine import Engine


class DocumentDeeds(QObject):
    """Asks before what cannot be taken back, does it, and says that it was done.

    Attributes:
        forgotten: Ids of documents that are no more (`list[str]`).
    """

    forgotten = Signal(list)

    def __init__(self, *, operations: Operations, messages: Messages, owner: QWidget) -> None:
        super().__init__(owner)
        self._operations = operations
        self._messages = messages
        self._owner = owner
        self._engine: Engine | None = None

    def attach(self, engine: Engine) -> None:
        """Work with this engine from now on."""
        self._engine = engine

    def ask_to_forget(self, documents: Sequence[Document]) -> QMessageBox:
        """Ask before documents are forgotten: that cannot be taken back."""
        chosen = list(documents)
        one = len(chosen) == 1
        box = QMessageBox(self._owner)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setIcon(QMessageBox.Icon.NoIcon)
        box.setWindowTitle(self.tr("Forget a document") if one else self.tr("Forget documents"))
        if one:
            box.setText(self.tr("Forget {0}?").format(document_name(chosen[0])))
            words = self.tr("Its text and {0} are erased from memory. The file itself is not touched.")
        else:
            box.setText(self.tr("Forget {0} documents?").format(number(len(chosen))))
            words = self.tr("Their texts and {0} are erased from memory. The files themselves are not touched.")
        box.setInformativeText(words.format(passages_words(sum(document.chunks for document in chosen))))
        forget = box.addButton(self.tr("Forget"), QMessageBox.ButtonRole.DestructiveRole)
        keep = box.addButton(self.tr("Keep"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(keep)
        box.setEscapeButton(keep)
        forget.clicked.connect(partial(self._forget, chosen))
        box.open()
        return box

    def _forget(self, documents: list[Document], _checked: bool = False) -> None:
        engine = self._engine
        if engine is None:
            return

        def tell(_count: int) -> None:
            self.forgotten.emit([document.id for document in documents])
            if len(documents) == 1:
                self._messages.info(self.tr("Forgotten: {0}").format(document_name(documents[0])))
            else:
                self._messages.info(self.tr("Forgotten: {0} documents").format(number(len(documents))))

        async def run() -> int:
            if len(documents) == 1:
                return await engine.forget_document(documents[0].id)
            return await engine.forget_documents([document.id for document in documents])

        self._operations.start(
            Operation(name="forget documents", run=run, success=tell, progress=self.tr("Forgetting"), owner=self._owner)
        )

    def read_again(self, documents: Sequence[Document]) -> None:
        """Read documents anew from their files, though nothing has changed there."""
        engine, chosen = self._engine, [document for document in documents if is_file(document)]
        if engine is None or not chosen:
            return

        async def run() -> list[MagrayError]:
            failures = []
            for document in chosen:
                try:
                    await engine.reread_document(document.id)
                except MagrayError as error:  # the others are read nevertheless
                    failures.append(error)
            return failures

        def tell(failures: list[MagrayError]) -> None:
            count = len(chosen) - len(failures)
            if count == 1:
                self._messages.info(self.tr("One document is read again."))
            elif count:
                self._messages.info(self.tr("{0} documents are read again.").format(number(count)))
            if len(failures) == 1:
                self._messages.warning(str(failures[0]))
            elif failures:
                self._messages.warning(
                    self.tr("{0} documents cannot be read again. {1}").format(number(len(failures)), failures[0])
                )

        self._operations.start(Operation(name="read documents again", run=run, success=tell, owner=self._owner))
