"""Moves the chat: which conversation is open, what is asked, what comes back."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QGuiApplication

from desktop.bridge import Bridge
from desktop.chat.chat_pane import ChatPane
from desktop.chat.conversations_panel import ConversationsPanel
from desktop.chat.entries import Entry
from desktop.chat.source_items import SourceItem
from desktop.chat.sources_panel import SourcesPanel
from desktop.messages import Messages
from desktop.operations import Operation, Operations
from desktop.window_state import WindowState
from engine import Answer, Conversation, Message, NotFoundError

if TYPE_CHECKING:
    from engine import Engine

PAGE = 100
"""Messages fetched at once."""
_REFRESH_MS = 80
_TITLE_LENGTH = 60


class ChatController(QObject):
    """Between the engine and the parts of the chat.

    Attributes:
        source_activated: A `SourceItem` is to be opened at its passage.
    """

    source_activated = Signal(object)

    def __init__(
        self,
        *,
        pane: ChatPane,
        conversations: ConversationsPanel,
        sources: SourcesPanel,
        operations: Operations,
        messages: Messages,
        state: WindowState,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._pane = pane
        self._list = conversations
        self._sources = sources
        self._operations = operations
        self._messages = messages
        self._state = state
        self._engine: Engine | None = None
        self._ready: list[Callable[[], None]] = []
        self._current: str | None = None
        self._titles: dict[str, str] = {}
        self._asking = asyncio.Lock()
        self._all_loaded = True
        self._loading_older = False
        self._refresh = QTimer(self)
        self._refresh.setSingleShot(True)
        self._refresh.setInterval(_REFRESH_MS)
        self._refresh.timeout.connect(self.refresh_list)
        self._connect()
        pane.composer.set_text(state.draft(None))

    def _connect(self) -> None:
        pane, panel = self._pane, self._list
        pane.composer.submitted.connect(self.ask)
        pane.composer.draft_changed.connect(lambda text: self._state.set_draft(self._current, text))
        pane.composer.recall_wanted.connect(self._recall_question)
        pane.welcome.question_chosen.connect(self.ask)
        pane.header.rename_wanted.connect(panel.rename_current)
        pane.header.delete_wanted.connect(self._delete_current)
        pane.transcript.citation_activated.connect(self._open_citation)
        pane.transcript.older_wanted.connect(self._load_older)
        pane.transcript.action_wanted.connect(self._act)
        panel.new_wanted.connect(self.new_conversation)
        panel.opened.connect(self.open_conversation)
        panel.rename_wanted.connect(self._rename)
        panel.delete_wanted.connect(self.delete)
        panel.search_changed.connect(lambda _text: self.refresh_list())
        self._sources.source_activated.connect(self.source_activated)

    # The engine

    def attach(self, engine: Engine, bridge: Bridge) -> None:
        """The engine is open: show what it holds and do what waited for it."""
        self._engine = engine
        bridge.conversations_changed.connect(self._conversation_changed)
        self.refresh_list()
        waiting, self._ready = self._ready, []
        if not waiting and self._current is None and self._state.conversation is not None:
            self.open_conversation(self._state.conversation)
        for run in waiting:
            run()

    def _conversation_changed(self, _conversation_id: str) -> None:
        if not self._refresh.isActive():
            self._refresh.start()

    def refresh_list(self) -> None:
        """Fetch the list of conversations that the search text asks for."""
        engine = self._engine
        if engine is None:
            return
        query = self._list.search.text().strip() or None
        self._operations.start(
            Operation(
                name="list conversations",
                run=lambda: engine.conversations(query),
                success=self._show_list,
                owner=self._list,
                replaces="list conversations",
            )
        )

    def _show_list(self, conversations: list[Conversation]) -> None:
        self._titles.update({item.id: item.title for item in conversations})
        self._list.show_conversations(conversations)
        if self._current is not None and self._current in self._titles:
            self._pane.header.set_title(self._titles[self._current])

    # Which conversation

    @property
    def current(self) -> str | None:
        """The id of the conversation that is open; None for one that has not begun."""
        return self._current

    def new_conversation(self) -> None:
        """Begin anew. A conversation is stored with its first question, so that none stays empty."""
        self._switch(None)
        self._pane.show_chat()
        self._pane.composer.focus()

    def _switch(self, conversation_id: str | None) -> None:
        self._current = conversation_id
        self._state.conversation = conversation_id
        self._all_loaded = True
        self._list.set_current(conversation_id)
        self._pane.header.set_title(self._titles.get(conversation_id, "") if conversation_id else "")
        self._pane.transcript.set_entries([])
        self._pane.show_turns(empty=conversation_id is None)
        self._pane.composer.set_text(self._state.draft(conversation_id))
        self._sources.clear()

    def open_conversation(self, conversation_id: str) -> None:
        """Show a stored conversation."""
        self._pane.show_chat()
        if conversation_id == self._current:
            return
        engine = self._engine
        if engine is None:
            return
        self._switch(conversation_id)

        def show(found: list[Message]) -> None:
            if self._current != conversation_id:
                return
            self._all_loaded = len(found) < PAGE
            self._pane.transcript.set_entries([Entry.of_message(message) for message in found])
            self._pane.show_turns(empty=not found)
            self._show_last_sources()

        self._operations.start(
            Operation(
                name="open a conversation",
                run=lambda: engine.messages(conversation_id, limit=PAGE),
                success=show,
                failure=self._not_opened,
                owner=self._pane,
                replaces="open a conversation",
            )
        )

    def _not_opened(self, error: Exception) -> None:
        self._switch(None)
        if not isinstance(error, NotFoundError):
            self._messages.error(self._operations.describe(error, name="open a conversation"))

    def _load_older(self) -> None:
        engine, current = self._engine, self._current
        entries = self._pane.transcript.entries
        if engine is None or current is None or self._all_loaded or self._loading_older or not entries:
            return
        self._loading_older = True
        before = entries[0].id

        def put(found: list[Message]) -> None:
            self._loading_older = False
            if self._current == current:
                self._all_loaded = len(found) < PAGE
                self._pane.transcript.prepend_entries([Entry.of_message(message) for message in found])

        def failed(error: Exception) -> None:
            self._loading_older = False
            self._messages.error(self._operations.describe(error, name="load older messages"))

        self._operations.start(
            Operation(
                name="load older messages",
                run=lambda: engine.messages(current, limit=PAGE, before=before),
                success=put,
                failure=failed,
                owner=self._pane,
            )
        )

    def _rename(self, conversation_id: str, title: str) -> None:
        engine = self._engine
        if engine is not None:
            self._operations.start(
                Operation(name="rename", run=lambda: engine.rename_conversation(conversation_id, title))
            )

    def _delete_current(self) -> None:
        if self._current is not None:
            self.delete(self._current)

    def delete(self, conversation_id: str) -> None:
        """Delete a conversation; a message offers to bring it back."""
        engine = self._engine
        if engine is None:
            return
        title = self._titles.get(conversation_id, "") or self.tr("New conversation")
        was_open = conversation_id == self._current

        def undo() -> None:
            def back(_nothing: None) -> None:
                if was_open and self._current is None:
                    self.open_conversation(conversation_id)

            self._operations.start(
                Operation(
                    name="bring a conversation back",
                    run=lambda: engine.undelete_conversation(conversation_id),
                    success=back,
                )
            )

        def deleted(_nothing: None) -> None:
            if self._current == conversation_id:
                self._switch(None)
            self._messages.info(
                self.tr("Deleted “{0}”").format(_shortened(title)), action=self.tr("Undo"), run=undo, key="deleted"
            )

        self._operations.start(
            Operation(
                name="delete a conversation",
                run=lambda: engine.delete_conversation(conversation_id),
                success=deleted,
            )
        )

    # Asking

    def ask(self, question: str) -> None:
        """Ask in the open conversation. Before the engine is open, the question waits for it."""
        question = question.strip()
        if not question:
            return
        self._pane.show_chat()
        self._pane.show_turns(empty=False)
        self._state.set_draft(self._current, "")
        asked = Entry(id=f"asked-{uuid.uuid4()}", question=True, text=question, created_at=datetime.now(UTC))
        self._pane.transcript.append_entry(asked)
        self._look_up(question)
        self._pane.composer.focus()

    def _look_up(self, question: str) -> None:
        pending = Entry(
            id=f"pending-{uuid.uuid4()}", question=False, text=self.tr("Looking through your files…"), state="pending"
        )
        self._pane.transcript.append_entry(pending)
        self._sources.clear(reading=True)
        self._when_ready(lambda engine: self._start_asking(engine, question, pending))

    def _when_ready(self, run: Callable[[Engine], None]) -> None:
        if self._engine is not None:
            run(self._engine)
        else:
            self._ready.append(lambda: self._when_ready(run))

    def _start_asking(self, engine: Engine, question: str, pending: Entry) -> None:
        place = _Place(self._current)

        async def work() -> Answer:
            async with self._asking:
                if place.id is None and self._current is not None and self._holds(pending):
                    place.id = self._current  # a question before this one has begun the conversation meanwhile
                if place.id is None:
                    conversation = await engine.create_conversation(_title(question))
                    place.id = conversation.id
                    self._begun(conversation, pending)
                return await engine.ask(question, conversation_id=place.id)

        def answered(answer: Answer) -> None:
            if not self._holds(pending):
                return
            entry = Entry(
                id=answer.message_id or pending.id,
                question=False,
                text=answer.text,
                answer=answer if answer.question else replace(answer, question=question),
                created_at=datetime.now(UTC),
            )
            self._pane.transcript.replace_entry(pending.id, entry)
            self._show_sources(entry)

        def failed(error: Exception) -> None:
            words = self._operations.describe(error, name="ask")
            if self._holds(pending):
                self._pane.transcript.replace_entry(
                    pending.id, Entry(id=f"failed-{pending.id}", question=False, text=words, state="failed")
                )
                self._sources.clear()
            else:
                self._messages.error(words)

        self._operations.start(Operation(name="ask", run=work, success=answered, failure=failed, owner=self._pane))

    def _holds(self, entry: Entry) -> bool:
        """The transcript still shows this entry: the owner has not gone to another conversation."""
        return self._pane.transcript.entry(entry.id) is not None

    def _begun(self, conversation: Conversation, pending: Entry) -> None:
        self._titles[conversation.id] = conversation.title
        if not self._holds(pending):
            return
        self._current = conversation.id
        self._state.conversation = conversation.id
        self._list.set_current(conversation.id)
        self._pane.header.set_title(conversation.title)

    def _recall_question(self) -> None:
        last = next((entry for entry in reversed(self._pane.transcript.entries) if entry.question), None)
        if last is not None:
            self._pane.composer.set_text(last.text)
            self._state.set_draft(self._current, last.text)

    # Sources and actions

    def _show_sources(self, entry: Entry) -> None:
        if entry.answer is not None:
            self._sources.show_answer(entry.answer, titles=self._titles)

    def _show_last_sources(self) -> None:
        last = next((e for e in reversed(self._pane.transcript.entries) if e.answer is not None), None)
        if last is not None:
            self._show_sources(last)

    def _open_citation(self, entry_id: str, number: int) -> None:
        entry = self._pane.transcript.entry(entry_id)
        if entry is None:
            return
        self._show_sources(entry)
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
                self._show_sources(entry)
                self._sources.why.setChecked(True)
            case "remember":
                self._remember(entry)
            case "again":
                self._pane.composer.set_text(entry.text)
                self._pane.composer.focus()
            case "retry":
                self._retry(entry)
            case _:
                raise ValueError(name)

    def _retry(self, entry: Entry) -> None:
        entries = list(self._pane.transcript.entries)
        before = [item for item in entries[: entries.index(entry)] if item.question]
        if before:
            self._pane.transcript.set_entries([item for item in entries if item.id != entry.id])
            self._look_up(before[-1].text)

    def _remember(self, entry: Entry) -> None:
        engine, answer = self._engine, entry.answer
        if engine is None or answer is None:
            return
        text = "\n".join(citation.quote for citation in answer.citations) or entry.text
        self._operations.start(
            Operation(
                name="remember an answer",
                run=lambda: engine.remember(text, layer="assets", kind="note", title=_title(answer.question) or None),
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


class _Place:
    """The conversation that a question goes to; it may only come to be while the question waits."""

    def __init__(self, conversation_id: str | None) -> None:
        self.id = conversation_id


def _title(question: str) -> str:
    return _shortened(" ".join(question.split()).rstrip("?!.。？ ") or question.strip())


def _shortened(text: str) -> str:
    if len(text) <= _TITLE_LENGTH:
        return text
    return text[:_TITLE_LENGTH].rsplit(" ", 1)[0].rstrip(",;:") + "…"
