"""What is done with whole conversations: pin, archive, tags, memory on or off, export, import."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QInputDialog, QLineEdit

from desktop.chat.chat_pane import ChatPane
from desktop.chat.entries import Entry
from desktop.chat.turns import Turns
from desktop.messages import Messages
from desktop.operations import Operation, Operations
from desktop.theme import Theme
from engine import Conversation, ConversationsImport

if TYPE_CHECKING:
    from engine import Engine

_ALL = 1_000_000
ExportForm = Literal["md", "json", "pdf"]


class ConversationDeeds(QObject):
    """Does them, for the open conversation or for one of the list.

    Args:
        current: Tells the open conversation; None for one that has not begun.
        changed: Called with a conversation that has other flags.
        open_conversation: Shows one by its id.
    """

    def __init__(
        self,
        *,
        pane: ChatPane,
        theme: Theme,
        turns: Turns,
        operations: Operations,
        messages: Messages,
        current: Callable[[], str | None],
        changed: Callable[[Conversation], None],
        open_conversation: Callable[[str], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._pane = pane
        self._theme = theme
        self._turns = turns
        self._operations = operations
        self._messages = messages
        self._current = current
        self._changed = changed
        self._open = open_conversation
        self._engine: Engine | None = None

    def attach(self, engine: Engine) -> None:
        """The engine is open."""
        self._engine = engine

    def act(self, name: str, conversation_id: str | None = None) -> None:
        """Do `pin`, `unpin`, `archive`, `unarchive`, `tags`, `remember`, `forget`, `export-…` or `import`."""
        target = conversation_id or self._current()
        match name:
            case "import":
                self._choose_import()
            case "remember" | "forget" if target is None:
                self._turns.remember = name == "remember"
                self._pane.header.set_conversation(None, remembers=self._turns.remember)
            case _ if target is None:
                return
            case "pin" | "unpin":
                self.change(target, pinned=name == "pin")
            case "archive" | "unarchive":
                self.change(target, archived=name == "archive")
            case "remember" | "forget":
                self.change(target, remembers=name == "remember")
            case "tags":
                self._ask_for_tags(target)
            case "export-md" | "export-json" | "export-pdf":
                self.export(target, name.removeprefix("export-"))  # type: ignore[arg-type]
            case _:
                raise ValueError(name)

    def change(
        self,
        conversation_id: str,
        *,
        pinned: bool | None = None,
        archived: bool | None = None,
        tags: tuple[str, ...] | None = None,
        remembers: bool | None = None,
    ) -> None:
        """Change its flags; an archived one can be taken back at once."""
        engine = self._engine
        if engine is None:
            return

        def done(conversation: Conversation) -> None:
            self._changed(conversation)
            if archived:
                self._messages.info(
                    self.tr("Moved into the archive"),
                    action=self.tr("Undo"),
                    run=lambda: self.change(conversation_id, archived=False),
                    key="archived",
                )

        self._operations.start(
            Operation(
                name="change a conversation",
                run=lambda: engine.set_conversation(
                    conversation_id, pinned=pinned, archived=archived, tags=tags, remembers=remembers
                ),
                success=done,
            )
        )

    def move(self, conversation_ids: list[str], folder: str) -> None:
        """Put conversations into a folder; '' takes them out. The last place can be taken back."""
        engine = self._engine
        if engine is None or not conversation_ids:
            return

        async def work() -> dict[str, str]:
            before = {one: (await engine.conversation(one)).folder for one in conversation_ids}
            await engine.set_conversation_folder(conversation_ids, folder)
            return before

        def done(before: dict[str, str]) -> None:
            moved = [one for one, old in before.items() if old != folder]
            if not moved:
                return
            text = self.tr("Moved to {0}").format(folder) if folder else self.tr("Taken out of the folder")
            self._messages.info(text, action=self.tr("Undo"), run=lambda: self._put_back(before), key="moved")

        self._operations.start(Operation(name="move conversations", run=work, success=done))

    def _put_back(self, before: dict[str, str]) -> None:
        engine = self._engine
        if engine is None:
            return

        async def work() -> None:
            for folder in dict.fromkeys(before.values()):
                await engine.set_conversation_folder([one for one, old in before.items() if old == folder], folder)

        self._operations.start(Operation(name="move conversations back", run=work))

    def rename_folder(self, folder: str, name: str) -> None:
        """Give a folder another name; '' takes it away, its conversations stay."""
        engine = self._engine
        if engine is not None:
            self._operations.start(
                Operation(name="rename a folder", run=lambda: engine.rename_conversation_folder(folder, name))
            )

    def _ask_for_tags(self, conversation_id: str) -> None:
        engine = self._engine
        if engine is None:
            return

        def ask(conversation: Conversation) -> None:
            dialog = QInputDialog(self._pane.window())
            dialog.setWindowTitle(self.tr("Tags"))
            dialog.setLabelText(self.tr("Tags of this conversation, with commas between them"))
            dialog.setTextEchoMode(QLineEdit.EchoMode.Normal)
            dialog.setTextValue(", ".join(conversation.tags))
            dialog.setOkButtonText(self.tr("Keep"))
            dialog.setCancelButtonText(self.tr("Cancel"))
            dialog.textValueSelected.connect(lambda text: self.change(conversation_id, tags=tags_of(text)))
            dialog.finished.connect(dialog.deleteLater)
            dialog.open()

        self._operations.start(
            Operation(name="tags", run=lambda: engine.conversation(conversation_id), success=ask, owner=self._pane)
        )

    # Export and import

    def export(self, conversation_id: str, form: ExportForm) -> None:
        """Ask for a file and write the conversation into it."""
        engine = self._engine
        if engine is None:
            return

        def ask(conversation: Conversation) -> None:
            name = "".join(c if c.isalnum() or c in " -_." else "_" for c in conversation.title).strip() or "chat"
            dialog = QFileDialog(self._pane.window(), self.tr("Export the conversation"))
            dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
            dialog.setDefaultSuffix(form)
            dialog.selectFile(f"{name[:80]}.{form}")
            dialog.fileSelected.connect(lambda path: self.write(conversation, form, Path(path)))
            dialog.finished.connect(dialog.deleteLater)
            dialog.open()

        self._operations.start(
            Operation(name="export", run=lambda: engine.conversation(conversation_id), success=ask, owner=self._pane)
        )

    def write(self, conversation: Conversation, form: ExportForm, path: Path) -> None:
        """Write a conversation into a file."""
        engine = self._engine
        if engine is None:
            return

        async def work() -> None:
            if form == "pdf":
                from desktop.chat.pdf_export import PdfExport

                found = await engine.messages(conversation.id, limit=_ALL)
                export = PdfExport(self._theme, self._pane.transcript.formulas)
                await export.write(path, conversation.title, [Entry.of_message(message) for message in found])
                return
            text = await engine.export_conversation(conversation.id, form)
            path.write_text(text, encoding="utf-8")

        def failed(error: Exception) -> None:
            if isinstance(error, OSError):
                words = self.tr("{0} could not be written: {1}. The conversation is unchanged; choose another place.")
                self._messages.error(words.format(path.name, error.strerror or str(error)))
            else:
                self._messages.error(Operations.describe(error, name="export"))

        self._operations.start(
            Operation(
                name="export a conversation",
                run=work,
                success=lambda _nothing: self._messages.info(self.tr("Written to {0}").format(path)),
                failure=failed,
                progress=self.tr("Writing {0}…").format(path.name),
            )
        )

    def _choose_import(self) -> None:
        dialog = QFileDialog(self._pane.window(), self.tr("Import conversations"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters([self.tr("Exports (*.json *.zip *.md)"), self.tr("All files (*)")])
        dialog.fileSelected.connect(self.bring_in)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def bring_in(self, path: str) -> None:
        """Import an export of ChatGPT, of Claude, of Magray, or Markdown."""
        engine = self._engine
        if engine is None:
            return

        def done(found: ConversationsImport) -> None:
            count = len(found.conversations)
            parts = [self.tr("%Ln conversations came in", "", count)] if count != 1 else []
            if count == 1:
                parts = [self.tr("1 conversation came in")]
            if found.known:
                parts.append(self.tr("%Ln were here already", "", found.known))
            words = ", ".join(parts) + "."
            if found.problems:
                self._messages.warning(f"{words} {' '.join(found.problems[:3])}")
            else:
                self._messages.info(words)
            if count:
                self._open(found.conversations[0])

        self._operations.start(
            Operation(
                name="import conversations",
                run=lambda: engine.import_conversations(path),
                success=done,
                progress=self.tr("Importing conversations…"),
            )
        )


def tags_of(text: str) -> tuple[str, ...]:
    """Tags as they were typed, each once."""
    return tuple(dict.fromkeys(tag for part in text.split(",") if (tag := " ".join(part.split()))))
