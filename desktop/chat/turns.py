"""What happens in the open conversation: questions, answers, their sources, and what is done with a turn."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QGuiApplication

from desktop.chat.chat_pane import ChatPane
from desktop.chat.entries import Entry
from desktop.chat.source_items import SourceItem
from desktop.chat.sources_panel import SourcesPanel
from desktop.messages import Messages
from desktop.operations import Operation, Operations
from desktop.window_state import WindowState
from engine import Answer

if TYPE_CHECKING:
    from engine import Engine

_TITLE_LENGTH = 60


class Turns(QObject):
    """Asks, and shows what comes back.

    Args:
        current: Tells the id of the open conversation; None for one that has not begun.
        titles: Titles of conversations by id, kept by the caller.

    Attributes:
        begun: A first question made a `Conversation`; and whether the owner still looks at it.
        source_activated: A `SourceItem` is to be opened at its passage.
    """

    begun = Signal(object, bool)
    source_activated = Signal(object)

    def __init__(
        self,
        *,
        pane: ChatPane,
        sources: SourcesPanel,
        operations: Operations,
        messages: Messages,
        state: WindowState,
        current: Callable[[], str | None],
        titles: Mapping[str, str],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._pane = pane
        self._sources = sources
        self._operations = operations
        self._messages = messages
        self._state = state
        self._current = current
        self._titles = titles
        self._engine: Engine | None = None
        self._ready: list[Callable[[], None]] = []
        self._asking = asyncio.Lock()
        pane.composer.recall_wanted.connect(self._recall_question)
        pane.transcript.citation_activated.connect(self._open_citation)
        pane.transcript.action_wanted.connect(self._act)

    def attach(self, engine: Engine) -> bool:
        """The engine is open.

        Returns:
            Whether questions waited for it; they are asked now.
        """
        self._engine = engine
        waiting, self._ready = self._ready, []
        for run in waiting:
            run()
        return bool(waiting)

    def ask(self, question: str) -> None:
        """Ask in the open conversation. Before the engine is open, the question waits for it."""
        question = question.strip()
        if not question:
            return
        self._pane.show_chat()
        self._pane.show_turns(empty=False)
        self._state.set_draft(self._current(), "")
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
        place = _Place(self._current())

        async def work() -> Answer:
            async with self._asking:
                if place.id is None and self._current() is not None and self._holds(pending):
                    place.id = self._current()  # a question before this one has begun the conversation meanwhile
                if place.id is None:
                    conversation = await engine.create_conversation(_title(question))
                    place.id = conversation.id
                    self.begun.emit(conversation, self._holds(pending))
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
            # Screen readers say the answer while the cursor stays where the next question is written.
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self._pane.transcript, answer.text))

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

    def _recall_question(self) -> None:
        last = next((entry for entry in reversed(self._pane.transcript.entries) if entry.question), None)
        if last is not None:
            self._pane.composer.set_text(last.text)
            self._state.set_draft(self._current(), last.text)

    # Sources and actions

    def _show_sources(self, entry: Entry) -> None:
        if entry.answer is not None:
            self._sources.show_answer(entry.answer, titles=self._titles)

    def show_last_sources(self) -> None:
        """Show the sources of the last answer in view."""
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
    return shortened(" ".join(question.split()).rstrip("?!.。？ ") or question.strip())


def shortened(text: str) -> str:
    """A text as a title: cut at a word."""
    if len(text) <= _TITLE_LENGTH:
        return text
    return text[:_TITLE_LENGTH].rsplit(" ", 1)[0].rstrip(",;:") + "…"
