"""What can be done with memories, one or ten thousand: each is one step, told, and can be taken back."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QFileDialog, QWidget

from desktop.memory.deed_words import done_words, undone_words
from desktop.memory.erase_dialog import EraseDialog
from desktop.memory.memory_words import memories_words
from desktop.memory.merge_dialog import MergeDialog
from desktop.memory.note_dialog import NoteDialog
from desktop.memory.split_dialog import SplitDialog
from desktop.memory.tags_dialog import TagsDialog
from desktop.messages import Messages
from desktop.operations import Operation, Operations
from desktop.theme import Theme
from engine import Action, Layer, MagrayError, Memory

if TYPE_CHECKING:
    from engine import Engine

_UNDO_LOOKED_AT = 30
"""Actions that are looked through for the last one of the owner's that can be taken back."""
_MERGED_MOST = 50
"""More memories than this are not read and merged by anybody at once."""


class MemoryDeeds(QObject):
    """Asks where something has to be asked, does it, tells it, and offers to take it back.

    Attributes:
        done: Something was changed; the ids it concerns (`list[str]`).
        edited: An edit was kept; the memory.
        edit_failed: An edit was not kept; the words.
        added: A note was added; the memory.
    """

    done = Signal(object)
    edited = Signal(object)
    edit_failed = Signal(str)
    added = Signal(object)

    def __init__(self, *, window: QWidget, theme: Theme, operations: Operations, messages: Messages) -> None:
        super().__init__(window)
        self._window = window
        self._theme = theme
        self._operations = operations
        self._messages = messages
        self._engine: Engine | None = None
        self.dialog: QDialog | None = None
        """What was asked last."""

    def attach(self, engine: Engine) -> None:
        """Change this engine's memories from now on."""
        self._engine = engine

    def do(self, name: str, ids: Sequence[str]) -> None:
        """Do one of the deeds that the menu names.

        `promote`, `demote`, `keep`, `archive`, `wake`, `pin`, `unpin`, `delete`, `restore`, `copy` are done at once;
        `tags`, `merge`, `split`, `erase`, `export` and `note` ask first; `undo` takes the last deed back.

        Raises:
            ValueError: there is no such deed.
        """
        engine, wanted = self._engine, list(ids)
        if engine is None:
            return
        if name == "undo":
            self.undo_last()
        elif name == "note":
            self.ask_note()
        elif wanted:
            self._do(engine, name, wanted)

    def _do(self, engine: Engine, name: str, ids: list[str]) -> None:
        plain: dict[str, Callable[[], Coroutine[Any, Any, Action]]] = {
            "promote": lambda: engine.promote_memories(ids),
            "demote": lambda: engine.demote_memories(ids),
            "keep": lambda: engine.keep_memories(ids),
            "archive": lambda: engine.archive_memories(ids),
            "wake": lambda: engine.wake_memories(ids),
            "pin": lambda: engine.pin_memories(ids, True),
            "unpin": lambda: engine.pin_memories(ids, False),
        }
        if name in plain:
            self._act(plain[name], ids)
            return
        match name:
            case "delete":
                self._delete(engine, ids)
            case "restore":
                self._restore(engine, ids)
            case "tags":
                self._read(ids, self._ask_tags)
            case "merge":
                self._ask_merge(ids)
            case "split":
                self._read(ids[:1], self._ask_split)
            case "erase":
                self._read(ids[:1], lambda found: self._ask_erase(ids, found[0]))
            case "export":
                self._ask_export(ids)
            case "copy":
                self._read(ids, self._copy)
            case _:
                raise ValueError(name)

    # Deeds of one step

    def move(self, ids: Sequence[str], layer: Layer) -> None:
        """Into a layer, up or down, as each needs it."""
        engine, wanted = self._engine, list(ids)
        if engine is None or not wanted:
            return

        async def run() -> list[Action]:
            up = await engine.promote_memories(wanted, to=layer)
            return [up, await engine.demote_memories(wanted, to=layer)]

        self._start(run, lambda actions: self._tell(actions, wanted))

    def edit(self, memory_id: str, text: str) -> None:
        """Keep an edited text; what stood there before stays as an older version."""
        engine = self._engine
        if engine is None:
            return

        def failed(error: Exception) -> None:
            self.edit_failed.emit(Operations.describe(error, name="edit a memory"))

        def kept(memory: Memory) -> None:
            self.edited.emit(memory)
            self.done.emit([memory.id])
            self._messages.info(
                self.tr("Saved. The text before is kept as an older version."),
                action=self.tr("Undo"),
                run=self.undo_last,
                key="memory deed",
            )

        self._operations.start(
            Operation(
                name="edit a memory", run=lambda: engine.edit_memory(memory_id, text=text), success=kept,
                failure=failed, progress=self.tr("Saving"), owner=self,
            )
        )  # fmt: skip

    def undo_last(self) -> None:
        """Take back what the owner did last, as far as that can still be."""
        engine = self._engine
        if engine is None:
            return

        async def run() -> Action | None:
            for action in await engine.actions(limit=_UNDO_LOOKED_AT):
                if action.actor == "owner" and action.can_undo and action.undone_at is None and action.undoes is None:
                    await engine.undo_action(action.id)
                    return action
            return None

        def tell(action: Action | None) -> None:
            if action is None:
                self._messages.info(self.tr("There is nothing to take back."), key="memory deed")
                return
            self._messages.info(undone_words(action), key="memory deed")
            self.done.emit(list(action.memories))

        self._start(run, tell)

    def _act(self, run: Callable[[], Coroutine[Any, Any, Action]], ids: Sequence[str]) -> None:
        async def one() -> list[Action]:
            return [await run()]

        self._start(one, lambda actions: self._tell(actions, ids))

    def _tell(self, actions: Sequence[Action], ids: Sequence[str]) -> None:
        """Say what was done, and offer to take it back."""
        real = [action for action in actions if action.id]
        if not real:
            self._messages.info(self.tr("Nothing had to be changed."), key="memory deed")
            return
        self._messages.info(done_words(real), action=self.tr("Undo"), run=lambda: self._undo(real), key="memory deed")
        self.done.emit(list(ids))

    def _undo(self, actions: Sequence[Action]) -> None:
        engine = self._engine
        if engine is None:
            return

        async def run() -> None:
            for action in reversed(actions):
                await engine.undo_action(action.id)

        def tell(_nothing: None) -> None:
            self._messages.info(undone_words(actions[0]), key="memory deed")
            self.done.emit([one for action in actions for one in action.memories])

        self._start(run, tell)

    def _delete(self, engine: Engine, ids: list[str]) -> None:
        def tell(count: int) -> None:
            words = self.tr("Deleted: {0}").format(memories_words(count))
            self._messages.info(
                words, action=self.tr("Undo"), run=lambda: self._restore(engine, ids), key="memory deed"
            )
            self.done.emit(ids)

        self._start(lambda: engine.delete_memories(ids), tell)

    def _restore(self, engine: Engine, ids: list[str]) -> None:
        def tell(count: int) -> None:
            self._messages.info(self.tr("Brought back: {0}").format(memories_words(count)), key="memory deed")
            self.done.emit(ids)

        self._start(lambda: engine.undelete_memories(ids), tell)

    def _copy(self, found: list[Memory]) -> None:
        QGuiApplication.clipboard().setText("\n\n".join(memory.text for memory in found))
        self._messages.info(self.tr("Copied: {0}").format(memories_words(len(found))), key="memory deed")

    # What is asked first

    def ask_note(self) -> NoteDialog:
        """Ask for a note's words; it goes to Assets."""
        dialog = NoteDialog(theme=self._theme, parent=self._window)
        self._open(dialog, self._add_note)
        return dialog

    def _add_note(self, text: str, title: str, tags: tuple[str, ...]) -> None:
        engine = self._engine
        if engine is None:
            return

        def tell(memory: Memory) -> None:
            self._messages.info(
                self.tr("Remembered for ever"),
                action=self.tr("Undo"),
                run=lambda: self._delete(engine, [memory.id]),
                key="memory deed",
            )
            self.added.emit(memory)

        self._start(lambda: engine.remember(text, layer="assets", kind="note", title=title or None, tags=tags), tell)

    def _ask_tags(self, found: list[Memory]) -> None:
        dialog = TagsDialog(theme=self._theme, memories=found, parent=self._window)
        ids = [memory.id for memory in found]
        self._open(dialog, lambda add, remove: self._tag(ids, add, remove))

    def _tag(self, ids: list[str], add: tuple[str, ...], remove: tuple[str, ...]) -> None:
        engine = self._engine
        if engine is not None and (add or remove):
            self._act(lambda: engine.tag_memories(ids, add=add, remove=remove), ids)

    def _ask_merge(self, ids: list[str]) -> None:
        if len(ids) < 2:
            self._messages.info(self.tr("Choose two memories or more: merging makes one of them."), key="memory deed")
        elif len(ids) > _MERGED_MOST:
            words = self.tr("These are too many to become one. Choose %Ln at most.", "", _MERGED_MOST)
            self._messages.info(words, key="memory deed")
        else:
            self._read(
                ids,
                lambda found: self._open(
                    MergeDialog(theme=self._theme, memories=found, parent=self._window), self._merge
                ),
            )

    def _merge(self, ids: list[str], text: str | None) -> None:
        engine = self._engine
        if engine is not None:
            self._act(lambda: engine.merge_memories(ids, text=text), ids)

    def _ask_split(self, found: list[Memory]) -> None:
        self._open(SplitDialog(theme=self._theme, memory=found[0], parent=self._window), self._split)

    def _split(self, memory_id: str, parts: list[str]) -> None:
        engine = self._engine
        if engine is not None:
            self._act(lambda: engine.split_memory(memory_id, parts), [memory_id])

    def _ask_erase(self, ids: list[str], first: Memory) -> None:
        dialog = EraseDialog(theme=self._theme, first=first, count=len(ids), parent=self._window)
        self._open(dialog, lambda: self._erase(ids))

    def _erase(self, ids: list[str]) -> None:
        engine = self._engine
        if engine is None:
            return

        def tell(count: int) -> None:
            self._messages.info(self.tr("Erased for good: {0}").format(memories_words(count)), key="memory deed")
            self.done.emit(ids)

        self._start(lambda: engine.delete_memories(ids, erase=True), tell)

    def _ask_export(self, ids: list[str]) -> None:
        dialog = QFileDialog(self._window, self.tr("Export {0}").format(memories_words(len(ids))))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("jsonl")
        dialog.setNameFilters([self.tr("JSON Lines (*.jsonl)"), self.tr("All files (*)")])
        dialog.selectFile("memories.jsonl")
        dialog.fileSelected.connect(lambda path: self.export(ids, Path(path)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        self.dialog = dialog

    def export(self, ids: Sequence[str], path: Path) -> None:
        """Write memories into a file, one a line."""
        engine, wanted = self._engine, list(ids)
        if engine is None:
            return

        def tell(_result: object) -> None:
            words = self.tr("{0} written to {1}").format(memories_words(len(wanted)), path)
            self._messages.info(words, key="memory deed")

        self._start(lambda: engine.export_memories(path, ids=wanted), tell, progress=self.tr("Writing the file"))

    # Inside

    def _read(self, ids: Sequence[str], use: Callable[[list[Memory]], None]) -> None:
        """Fetch whole memories, and do something with those that are still there."""
        engine = self._engine
        if engine is None:
            return

        async def run() -> list[Memory]:
            return await engine.memories_by_number(await engine.numbers_of_memories(ids))

        self._start(run, lambda found: use(found) if found else None)

    def _open(self, dialog: Any, accepted: Callable[..., None]) -> None:
        dialog.chosen.connect(accepted)
        dialog.finished.connect(dialog.deleteLater)
        self.dialog = dialog
        dialog.open()

    def _start(self, run: Any, success: Callable[[Any], None], *, progress: str = "") -> None:
        def failed(error: Exception) -> None:
            words = Operations.describe(error, name="change memories")
            if isinstance(error, OSError) and not isinstance(error, MagrayError):
                words = self.tr("The file could not be written: {0}. Choose another place.").format(error.strerror)
            self._messages.error(words, key="memory deed")

        self._operations.start(
            Operation(
                name="change memories", run=run, success=success, failure=failed,
                progress=progress or self.tr("Changing memories"), owner=self,
            )
        )  # fmt: skip
