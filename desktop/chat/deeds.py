"""What is done with single messages: copied, remembered, pinned, deleted, quoted, their versions, what a model saw."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QMenu

from desktop.chat.chat_pane import ChatPane
from desktop.chat.entries import Entry
from desktop.chat.source_items import SourceItem
from desktop.chat.sources_panel import SourcesPanel
from desktop.chat.turn_words import remembered_words
from desktop.chat.turns import Turns, title_of
from desktop.messages import Messages
from desktop.operations import Operation, Operations
from engine import ContextView, Message

if TYPE_CHECKING:
    from engine import Engine

_IN_SETTINGS = ("KeyMissingError", "KeyRefusedError", "ModelGoneError", "OfflineError")
"""What goes wrong in ways that the settings mend."""
_FOLLOWING = 500
"""Messages fetched behind another version."""


class Deeds(QObject):
    """Does what the actions of a message say.

    Attributes:
        source_activated: A `SourceItem` is to be opened at its passage.
        view_wanted: A `ContextView` is to be shown.
        edit_wanted: A question is to be edited; its `Entry`.
        jump_wanted: A message is to be shown; its conversation and its id.
        settings_wanted: Language models are to be set up.
    """

    source_activated = Signal(object)
    view_wanted = Signal(object)
    edit_wanted = Signal(object)
    jump_wanted = Signal(str, str)
    settings_wanted = Signal()

    def __init__(
        self,
        *,
        pane: ChatPane,
        sources: SourcesPanel,
        turns: Turns,
        operations: Operations,
        messages: Messages,
        current: Callable[[], str | None],
        reload: Callable[[], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._pane = pane
        self._sources = sources
        self._turns = turns
        self._operations = operations
        self._messages = messages
        self._current = current
        self._reload = reload
        self._engine: Engine | None = None
        self._remembered: dict[str, tuple[str, ...]] = {}
        pane.composer.recall_wanted.connect(self._recall_question)
        pane.transcript.citation_activated.connect(self._open_citation)
        pane.transcript.action_wanted.connect(self._act)
        pane.transcript.quote_wanted.connect(self._quote)
        turns.remembered.connect(self.tell_remembered)
        turns.mend_wanted.connect(self.mend)

    def attach(self, engine: Engine) -> None:
        """The engine is open."""
        self._engine = engine

    def _recall_question(self) -> None:
        last = next((entry for entry in reversed(self._pane.transcript.entries) if entry.question), None)
        if last is not None:
            self._pane.composer.put_text(last.text)

    def _open_citation(self, entry_id: str, number: int) -> None:
        entry = self._pane.transcript.entry(entry_id)
        if entry is None:
            return
        self._turns.show_sources(entry)
        item = self._sources.mark(number)
        if isinstance(item, SourceItem) and item.source is not None:
            self.source_activated.emit(item)

    def _act(self, name: str, entry_id: str) -> None:
        entry = self._pane.transcript.entry(entry_id)
        if entry is None:
            return
        match name:
            case "copy":
                QGuiApplication.clipboard().setText(entry.text)
            case "sources":
                self._turns.show_sources(entry)
                self._sources.why.setChecked(True)
            case "remember":
                self._remember(entry)
            case "again":
                self._pane.composer.put_text(entry.text)
                self._pane.composer.focus()
            case "edit":
                self.edit_wanted.emit(entry)
            case "retry":
                self._turns.retry(entry)
            case "regenerate":
                self._turns.answer_anew(entry)
            case "continue":
                self._turns.go_on(entry)
            case "quote":
                self._quote(entry.text)
            case "think":
                self._turns.unfold(entry)
            case "saw":
                self._show_view(entry)
            case "previous" | "next":
                self._choose_version(entry, 1 if name == "next" else -1)
            case "pin" | "unpin":
                self._pin(entry, pinned=name == "pin")
            case "delete":
                self._delete(entry)
            case "undo_remembered":
                self._undo_remembered(entry)
            case _:
                raise ValueError(name)

    def _quote(self, text: str) -> None:
        """Put a text into the composer as a quotation."""
        quoted = "\n".join(f"> {line}" for line in text.strip().splitlines())
        before = self._pane.composer.text().rstrip()
        self._pane.composer.put_text(f"{before}\n\n{quoted}\n\n" if before else f"{quoted}\n\n")
        self._pane.composer.focus()

    # Memory

    def _remember(self, entry: Entry) -> None:
        engine, answer = self._engine, entry.answer
        if engine is None or answer is None:
            return
        text = "\n".join(citation.quote for citation in answer.citations) or entry.text
        self._operations.start(
            Operation(
                name="remember an answer",
                run=lambda: engine.remember(text, layer="assets", kind="note", title=title_of(answer.question) or None),
                success=lambda memory: self._messages.info(
                    self.tr("Remembered for ever"),
                    action=self.tr("Undo"),
                    run=lambda: self._forget(memory.id),
                ),
            )
        )

    def _forget(self, memory_id: str) -> None:
        engine = self._engine
        if engine is not None:
            self._operations.start(Operation(name="forget a memory", run=lambda: engine.delete_memories([memory_id])))

    def tell_remembered(self, entry_id: str, ids: tuple[str, ...]) -> None:
        """A turn left memories: say so, and offer to take them back."""
        if not ids:
            return
        entry = self._pane.transcript.entry(entry_id) if entry_id else self._last_answer()
        if entry is not None:
            known = (*self._remembered.get(entry.id, ()), *ids)
            self._remembered[entry.id] = known
            self._pane.transcript.replace_entry(entry.id, replace(entry, remembered=len(known)))
        else:
            self._messages.info(
                remembered_words(len(ids)), action=self.tr("Undo"), run=lambda: self._take_back(None, ids)
            )

    def _last_answer(self) -> Entry | None:
        return next((e for e in reversed(self._pane.transcript.entries) if not e.question and e.stored), None)

    def _undo_remembered(self, entry: Entry) -> None:
        self._take_back(entry.id, self._remembered.pop(entry.id, ()))

    def _take_back(self, entry_id: str | None, ids: tuple[str, ...]) -> None:
        engine = self._engine
        if engine is None or not ids:
            return

        def done(_count: int) -> None:
            entry = self._pane.transcript.entry(entry_id) if entry_id is not None else None
            if entry is not None:
                self._pane.transcript.replace_entry(entry.id, replace(entry, remembered=0))
            self._messages.info(self.tr("Taken back. Nothing of it is remembered."))

        self._operations.start(
            Operation(name="undo what was remembered", run=lambda: engine.undo_remembered(ids), success=done)
        )

    # Versions

    def _choose_version(self, entry: Entry, step: int) -> None:
        engine, message = self._engine, entry.message
        if engine is None or message is None or not 1 <= message.version + step <= message.versions:
            return
        conversation, wanted = message.conversation_id, message.version + step

        async def choose() -> tuple[Message, list[Message]]:
            chosen = await engine.select_version(message.id, wanted)
            return chosen, await engine.messages(conversation, after=chosen.id, limit=_FOLLOWING)

        def show(found: tuple[Message, list[Message]]) -> None:
            chosen, following = found
            transcript = self._pane.transcript
            index = transcript.place_of(entry.id)
            if index is None:
                return
            transcript.replace_from(index, [Entry.of_message(one) for one in (chosen, *following)])
            transcript.jump_to(chosen.id)
            self._turns.show_last_sources()

        self._operations.start(
            Operation(name="choose a version", run=choose, success=show, owner=self._pane, replaces="version")
        )

    # Pins, deletion

    def _pin(self, entry: Entry, *, pinned: bool) -> None:
        engine, message = self._engine, entry.message
        if engine is None or message is None:
            return

        def done(_nothing: None) -> None:
            shown = self._pane.transcript.entry(entry.id)
            if shown is not None and shown.message is not None:
                kept = replace(shown, message=replace(shown.message, pinned=pinned))
                self._pane.transcript.replace_entry(entry.id, kept)

        self._operations.start(
            Operation(name="pin a message", run=lambda: engine.pin_message(entry.id, pinned=pinned), success=done)
        )

    def show_pinned(self) -> None:
        """Offer the pinned messages of the open conversation; choosing one goes to it."""
        engine, conversation = self._engine, self._current()
        if engine is None or conversation is None:
            return

        def show(found: list[Message]) -> None:
            if not found:
                self._messages.info(self.tr("No message is pinned here. “Pin” stands in the menu of each one."))
                return
            menu = QMenu(self._pane)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            for message in found:
                action = QAction(title_of(message.text).replace("&", "&&"), menu)
                action.triggered.connect(
                    lambda _checked=False, message=message: self.jump_wanted.emit(conversation, message.id)
                )
                menu.addAction(action)
            more = self._pane.header.more
            menu.popup(more.mapToGlobal(more.rect().bottomLeft()))

        self._operations.start(
            Operation(
                name="pinned messages",
                run=lambda: engine.pinned_messages(conversation),
                success=show,
                owner=self._pane,
            )
        )

    def _go_beyond_budget(self, engine: Engine) -> None:
        self._operations.start(
            Operation(
                name="go beyond the budget",
                run=engine.allow_over_budget,
                success=lambda _nothing: self._messages.info(self.tr("Now “Try again” asks the model.")),
            )
        )

    def mend(self, kind: str) -> None:
        """A model failed: offer what its owner can do about it."""
        engine = self._engine
        if kind == "BudgetReachedError" and engine is not None:
            self._messages.info(
                self.tr("The budget of this month is used up."),
                action=self.tr("Go on beyond it this month"),
                run=lambda: self._go_beyond_budget(engine),
                key="mend",
            )
        elif kind in _IN_SETTINGS:
            self._messages.info(
                self.tr("Keys, servers and models stand in the settings."),
                action=self.tr("Open the settings"),
                run=self.settings_wanted.emit,
                key="mend",
            )

    def _delete(self, entry: Entry) -> None:
        engine = self._engine
        if engine is None or not entry.stored:
            return

        def back(_nothing: None) -> None:
            self._reload()

        def undo() -> None:
            self._operations.start(
                Operation(name="bring a message back", run=lambda: engine.undelete_message(entry.id), success=back)
            )

        def done(_nothing: None) -> None:
            self._pane.transcript.remove_entry(entry.id)
            self._reload()  # another version may stand in its place
            self._messages.info(
                self.tr("The message was deleted"), action=self.tr("Undo"), run=undo, key="deleted message"
            )

        self._operations.start(
            Operation(name="delete a message", run=lambda: engine.delete_message(entry.id), success=done)
        )

    # What the model saw

    def _show_view(self, entry: Entry) -> None:
        engine = self._engine
        if engine is None:
            return

        def show(view: ContextView | None) -> None:
            if view is None:
                self._messages.info(self.tr("What the model saw was not kept for this answer."))
            else:
                self.view_wanted.emit(view)

        self._operations.start(
            Operation(name="context view", run=lambda: engine.context_view(entry.id), success=show, owner=self._pane)
        )
