"""Runs slash commands; what they find stands in the transcript as a note that is not stored."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from desktop.chat.chat_pane import ChatPane
from desktop.chat.commands import Command, escaped, matching, split_command, unknown_words
from desktop.chat.entries import Entry
from desktop.chat.memory_commands import MemoryCommands
from desktop.chat.model_button import QUOTES_ONLY, price_words
from desktop.chat.prompts import Prompts
from desktop.chat.turn_words import money
from desktop.messages import Messages
from desktop.operations import Operation, Operations
from desktop.words import number

if TYPE_CHECKING:
    from engine import Engine


class Slash(QObject):
    """Knows the commands.

    Attributes:
        deed_wanted: Something is to be done with the open conversation: a name of `ConversationDeeds.act`, or `new`,
            `rename`, `delete`, `find`, `stop`, `again`.
        page_wanted: `documents`, `memory`, `settings` or `status` is to be shown.
        memory_wanted: Memories are to be shown that these words find.
        model_wanted: This model is to answer; empty for the one in the settings.
        paths_wanted: Files and folders are to be read into memory.
        files_wanted: Files are to be chosen for this chat.
    """

    deed_wanted = Signal(str, str)
    page_wanted = Signal(str)
    memory_wanted = Signal(str)
    model_wanted = Signal(str)
    paths_wanted = Signal(list)
    files_wanted = Signal()

    def __init__(
        self,
        *,
        pane: ChatPane,
        operations: Operations,
        messages: Messages,
        prompts: Prompts,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._pane = pane
        self._operations = operations
        self._messages = messages
        self._prompts = prompts
        self._engine: Engine | None = None
        self._memories = MemoryCommands(
            tell=self._tell, put_back=pane.composer.put_text, messages=messages, parent=self
        )
        self._memories.page_wanted.connect(self.page_wanted)
        self._memories.memory_wanted.connect(self.memory_wanted)
        self.commands = self._make()

    def attach(self, engine: Engine) -> None:
        """The engine is open."""
        self._engine = engine

    def _make(self) -> tuple[Command, ...]:
        def deed(name: str) -> Callable[[str], None]:
            return lambda argument: self.deed_wanted.emit(name, argument)

        text, words, name = self.tr("text"), self.tr("words"), self.tr("name")
        return (
            Command("help", self.tr("What can be done here"), self._help),
            Command("remember", self.tr("Remember this for ever"), self._remember, text, needed=True),
            Command("memory", self.tr("What is remembered; on or off for this chat"), self._memory, "on | off"),
            *self._memories.commands(),
            Command("status", self.tr("How everything is"), self._status),
            Command("model", self.tr("Who answers"), self._model, name),
            Command("usage", self.tr("What language models used this month"), self._usage),
            Command("models", self.tr("Models that search: embedders and rerankers"), self._models),
            Command("offline", self.tr("Nothing leaves this computer, or may again"), self._offline, "on | off"),
            Command("pause", self.tr("Pause reading files"), self._pause),
            Command("resume", self.tr("Go on reading files"), self._resume),
            Command("devices", self.tr("What computes: processors and graphics cards"), self._devices),
            Command("attach", self.tr("Add files for this chat only"), lambda _argument: self.files_wanted.emit()),
            Command("ingest", self.tr("Read a file or folder into memory"), self._ingest, self.tr("path"), needed=True),
            Command("documents", self.tr("Documents that were read"), lambda _: self.page_wanted.emit("documents")),
            Command("settings", self.tr("Settings"), lambda _: self.page_wanted.emit("settings")),
            Command("find", self.tr("Find in this conversation"), deed("find"), words),
            Command("new", self.tr("Begin a new conversation"), deed("new")),
            Command("again", self.tr("Answer the last question anew"), deed("again")),
            Command("stop", self.tr("Stop the answer"), deed("stop")),
            Command("rename", self.tr("Give this conversation another title"), deed("rename"), self.tr("title")),
            Command("tags", self.tr("Tags of this conversation"), deed("tags")),
            Command("pin", self.tr("Keep this conversation on top"), deed("pin")),
            Command("unpin", self.tr("No longer keep it on top"), deed("unpin")),
            Command("archive", self.tr("Move this conversation into the archive"), deed("archive")),
            Command("export", self.tr("Write this conversation into a file"), self._export, "md | json | pdf"),
            Command("import", self.tr("Bring in conversations of another program"), deed("import")),
            Command("delete", self.tr("Delete this conversation"), deed("delete")),
            Command("prompt", self.tr("Keep a prompt of your own"), self._prompt, self.tr("name text"), needed=True),
            Command("forget-prompt", self.tr("Forget a prompt of your own"), self._forget_prompt, name, needed=True),
        )  # fmt: skip

    # Typing

    def suggest(self, letters: str) -> None:
        """Show what fits what stands behind the slash."""
        found = matching(self.commands, self._prompts.listing(), letters)
        self._pane.composer.show_suggestions("/", letters, found)

    def take(self, text: str) -> bool:
        """Run what was sent, if it is a command.

        Returns:
            Whether it was one; an unknown one is put back into the field.
        """
        found = split_command(text)
        if found is None:
            return False
        name, argument = found
        command = next((one for one in self.commands if one.name == name), None)
        if command is None:
            prompt = next((body for known, body in self._prompts.listing() if known.casefold() == name), None)
            if prompt is not None:
                self._pane.composer.put_text(f"{prompt}\n{argument}".strip())
                self._pane.composer.focus()
                return True
            self._pane.composer.put_text(text)
            self._messages.info(unknown_words(name), key="command")
            return True
        if command.needed and not argument:
            self._pane.composer.put_text(f"/{name} ")
            self._messages.info(self.tr("Write behind “/{0}”: {1}").format(name, command.argument), key="command")
            return True
        command.run(argument)
        return True

    # Notes

    def note(self, asked: str, text: str) -> None:
        """Put a command and what it found into the transcript."""
        self._pane.show_chat()
        self._pane.show_turns(empty=False)
        now = datetime.now(UTC)
        transcript = self._pane.transcript
        transcript.append_entry(Entry(id=f"command-{uuid.uuid4()}", question=True, text=asked, created_at=now))
        transcript.append_entry(Entry(id=f"note-{uuid.uuid4()}", question=False, text=text, created_at=now))

    def _tell(self, asked: str, find: Callable[[Engine], Coroutine[Any, Any, str]]) -> None:
        engine = self._engine
        if engine is None:
            self._messages.info(self.tr("Magray is still starting. Try again in a moment."), key="command")
            return
        name = asked.partition(" ")[0]
        self._operations.start(
            Operation(
                name=f"command {name}",
                run=lambda: find(engine),
                success=lambda text: self.note(asked, text),
                owner=self._pane,
                progress=self.tr("Working on {0}…").format(name),
            )
        )

    def _help(self, _argument: str) -> None:
        rows = [f"- `/{one.name}{f' {one.argument}' if one.argument else ''}` {one.words}" for one in self.commands]
        own = [f"- `/{name}` {' '.join(text.split())[:80]}" for name, text in self._prompts.listing()]
        parts = ["\n".join(rows)]
        if own:
            parts.append(f"**{self.tr('Your own prompts')}**\n\n" + "\n".join(own))
        parts.append(self.tr("An at sign names a document, a folder or a memory."))
        self.note("/help", "\n\n".join(parts))

    # Memory

    def _remember(self, argument: str) -> None:
        engine = self._engine
        if engine is None:
            self._pane.composer.put_text(f"/remember {argument}")
            return

        def forget(memory_id: str) -> None:
            self._operations.start(Operation(name="forget", run=lambda: engine.delete_memories([memory_id])))

        self._operations.start(
            Operation(
                name="remember",
                run=lambda: engine.remember(argument, layer="assets", kind="note"),
                success=lambda memory: self._messages.info(
                    self.tr("Remembered for ever"), action=self.tr("Undo"), run=lambda: forget(memory.id)
                ),
            )
        )

    def _memory(self, argument: str) -> None:
        if argument.casefold() in ("on", "off"):
            self.deed_wanted.emit("remember" if argument.casefold() == "on" else "forget", "")
            return

        async def find(engine: Engine) -> str:
            status = await engine.status()
            memories = status.memories
            rows = [
                (self.tr("Interact, a day"), memories.get("interact", 0)),
                (self.tr("Insights, 90 days"), memories.get("insights", 0)),
                (self.tr("Assets, for ever"), memories.get("assets", 0)),
            ]
            table = "\n".join(f"| {name} | {number(count)} |" for name, count in rows)
            return f"| {self.tr('Memory')} | |\n|:--|--:|\n{table}"

        self._tell("/memory", find)

    def _ingest(self, argument: str) -> None:
        path = Path(argument.strip("\"'")).expanduser()
        if path.exists():
            self.paths_wanted.emit([str(path)])
        else:
            self._pane.composer.put_text(f"/ingest {argument}")
            self._messages.warning(self.tr("There is no file or folder {0}.").format(path), key="command")

    # The engine

    def _status(self, _argument: str) -> None:
        async def find(engine: Engine) -> str:
            status = await engine.status()
            rows = [
                f"| {escaped(one.name)} | {one.state} | {escaped(one.summary)} {escaped(one.mend or '')} |"
                for one in status.components
            ]
            return f"{escaped(status.summary)}\n\n|  |  |  |\n|:--|:--|:--|\n" + "\n".join(rows)

        self._tell("/status", find)

    def _devices(self, _argument: str) -> None:
        async def find(engine: Engine) -> str:
            devices = await engine.devices()
            rows = [f"- {escaped(one.model)}: {escaped(one.device)}. {escaped(one.why)}" for one in devices.models]
            return "\n".join([escaped(devices.summary), "", *rows])

        self._tell("/devices", find)

    def _models(self, _argument: str) -> None:
        async def find(engine: Engine) -> str:
            rows = [
                f"| {escaped(one.id)} | {escaped(one.name)} | {escaped(one.state)} |" for one in await engine.models()
            ]
            return "|  |  |  |\n|:--|:--|:--|\n" + "\n".join(rows)

        self._tell("/models", find)

    def _offline(self, argument: str) -> None:
        wanted = argument.casefold()

        async def find(engine: Engine) -> str:
            if wanted in ("on", "off"):
                await engine.change_option("offline", wanted == "on")
            on = engine.settings.offline
            return (
                self.tr("Offline: nothing leaves this computer.")
                if on
                else self.tr("Not offline: what you set up may use the network.")
            )

        self._tell(f"/offline {wanted}".strip(), find)

    def _pause(self, _argument: str) -> None:
        async def find(engine: Engine) -> str:
            await engine.pause_ingestion()
            return self.tr("Reading files is paused. “/resume” goes on.")

        self._tell("/pause", find)

    def _resume(self, _argument: str) -> None:
        async def find(engine: Engine) -> str:
            await engine.resume_ingestion()
            return self.tr("Reading files goes on.")

        self._tell("/resume", find)

    def _usage(self, _argument: str) -> None:
        async def find(engine: Engine) -> str:
            report = await engine.usage()
            if not report.by_model:
                return self.tr("No language model was asked this month.")
            rows = [
                f"| {escaped(one.key)} | {number(one.input_tokens)} | {number(one.output_tokens)} | "
                f"{money(one.cost) or '–'} |"
                for one in report.by_model
            ]
            head = f"| {self.tr('Model')} | {self.tr('Read')} | {self.tr('Written')} | {self.tr('Cost')} |"
            return f"{head}\n|:--|--:|--:|--:|\n" + "\n".join(rows)

        self._tell("/usage", find)

    def _model(self, argument: str) -> None:
        wanted = argument.casefold()

        async def find(engine: Engine) -> str:
            models = await engine.chat_models()
            if wanted in (QUOTES_ONLY, "quote"):
                self.model_wanted.emit(QUOTES_ONLY)
                return self.tr("Answers are quoted from memory now; no language model is asked.")
            if wanted:
                found = next((one for one in models if wanted in (one.id.casefold(), one.title.casefold())), None)
                found = found or next((one for one in models if wanted in one.id.casefold()), None)
                if found is None:
                    return self.tr("There is no model “{0}”.").format(escaped(argument))
                self.model_wanted.emit(found.id)
                return self.tr("{0} answers from now on: {1}.").format(escaped(found.title), price_words(found))
            rows = [f"- `{one.id}` {price_words(one)}" for one in models]
            return "\n".join([*rows, f"- `{QUOTES_ONLY}` {self.tr('free, on this computer')}"])

        self._tell(f"/model {argument}".strip(), find)

    def _export(self, argument: str) -> None:
        form = argument.casefold() or "md"
        if form in ("md", "json", "pdf"):
            self.deed_wanted.emit(f"export-{form}", "")
        else:
            self._pane.composer.put_text("/export ")
            self._messages.info(self.tr("Write behind “/{0}”: {1}").format("export", "md | json | pdf"), key="command")

    # Prompts

    def _prompt(self, argument: str) -> None:
        name, _, text = argument.partition(" ")
        if not text.strip():
            self._pane.composer.put_text(f"/prompt {name} ")
            return
        try:
            kept = self._prompts.save(name, text)
        except (OSError, ValueError) as error:
            self._pane.composer.put_text(f"/prompt {argument}")
            self._messages.error(self.tr("The prompt could not be kept: {0}").format(error))
            return
        self._messages.info(self.tr("Kept. “/{0}” writes it into the field.").format(kept))

    def _forget_prompt(self, argument: str) -> None:
        gone = self._prompts.remove(argument)
        words = self.tr("The prompt is forgotten.") if gone else self.tr("There is no prompt of that name.")
        self._messages.info(words)
