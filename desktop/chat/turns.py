"""What happens in the open conversation: questions, and answers that are written while one watches."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent

from desktop.chat.chat_pane import ChatPane
from desktop.chat.entries import Entry
from desktop.chat.live_answer import LiveAnswer
from desktop.chat.sources_panel import SourcesPanel
from desktop.messages import Messages
from desktop.operations import Operation, Operations
from desktop.window_state import WindowState
from engine import Answered, Asked, ChatStep, Failed, Message, Remembered

if TYPE_CHECKING:
    from engine import Engine

_TITLE_LENGTH = 60
Steps = Callable[["Engine", str], AsyncGenerator[ChatStep, None]]
"""Begins a turn in a conversation."""


@dataclass
class Run:
    """One turn that goes on.

    Attributes:
        answer: What is known of the answer.
        place: The conversation; it may only come to be while the question waits.
        draft_of: The conversation whose draft the question was.
        asked: The owner's turn as it is shown, where it is not stored yet.
        instead_of: The answer that it is another version of; it stands there again where nothing comes.
        task: Cancelled to stop.
    """

    answer: LiveAnswer
    place: str | None
    draft_of: str | None
    asked: Entry | None = None
    instead_of: Entry | None = None
    task: asyncio.Task[None] | None = None
    stopped: bool = False
    error: Entry | None = None
    ids: list[str] = field(default_factory=list)


class Turns(QObject):
    """Asks, and shows what comes back.

    Args:
        current: Tells the id of the open conversation; None for one that has not begun.
        titles: Titles of conversations by id, kept by the caller.

    Attributes:
        begun: A first question made a `Conversation`; and whether the owner still looks at it.
        settled: A turn of the conversation with this id has ended.
        remembered: An answer's id and the memories that its turn left.
        busy_changed: An answer of the open conversation is on its way, or no longer.
        mend_wanted: A model failed in a way that its owner can mend; the name of the error's class.
    """

    begun = Signal(object, bool)
    settled = Signal(str)
    remembered = Signal(str, object)
    busy_changed = Signal(bool)
    mend_wanted = Signal(str)

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
        self._runs: list[Run] = []
        self._unstored: dict[str, Steps] = {}
        """How questions began that are not stored yet, for another try."""
        self.model: str | None = None
        """The chat model chosen for the next questions; None takes the one in the settings."""
        self.remember = True
        """Whether a conversation that is yet to begin is to become memory."""
        pane.composer.stop_wanted.connect(self.stop)

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

    # Asking

    def ask(self, question: str, steps: Steps | None = None) -> None:
        """Ask in the open conversation. Before the engine is open, the question waits for it.

        Args:
            question: What the owner wrote.
            steps: Begins the turn where it is more than the question alone.
        """
        question = question.strip()
        if not question:
            return
        self._pane.show_chat()
        self._pane.show_turns(empty=False)
        asked = Entry(id=f"asked-{uuid.uuid4()}", question=True, text=question, created_at=datetime.now(UTC))
        self._pane.transcript.append_entry(asked)
        model = self.model
        self._begin(steps or (lambda engine, place: engine.chat(place, question, model=model)), asked=asked)
        self._pane.composer.focus()

    def answer_anew(self, entry: Entry, *, model: str | None = None) -> None:
        """Write another version of an answer."""
        index = self._pane.transcript.place_of(entry.id)
        if index is None:
            return
        self._pane.transcript.replace_from(index, [])
        chosen = model or self.model
        self._begin(lambda engine, _place: engine.regenerate(entry.id, model=chosen), instead_of=entry)

    def go_on(self, entry: Entry) -> None:
        """Write on at an answer that was cut off."""
        if entry.message is not None:
            model = self.model
            self._begin(lambda engine, _place: engine.continue_message(entry.id, model=model), written=entry.message)

    def ask_otherwise(self, entry: Entry, question: str) -> None:
        """Put another question in the place of one: a new branch."""
        question = question.strip()
        index = self._pane.transcript.place_of(entry.id)
        if not question or index is None:
            return
        asked = Entry(id=f"asked-{uuid.uuid4()}", question=True, text=question, created_at=datetime.now(UTC))
        self._pane.transcript.replace_from(index, [asked])
        model = self.model
        self._begin(lambda engine, _place: engine.edit_and_resend(entry.id, question, model=model), asked=asked)

    def retry(self, entry: Entry) -> None:
        """Try again what failed: the answer that stands there, else the question before it."""
        transcript = self._pane.transcript
        index = transcript.place_of(entry.id)
        if index is None:
            return
        entries = list(transcript.entries)
        stored = next((e for e in entries[index + 1 :] if not e.question and e.stored), None)
        if stored is not None:
            transcript.replace_from(index, [])
            chosen = self.model
            self._begin(lambda engine, _place: engine.regenerate(stored.id, model=chosen))
            return
        before = [(place, item) for place, item in enumerate(entries[:index]) if item.question]
        if not before:
            return
        place, asked = before[-1]
        if asked.stored:
            transcript.replace_from(place + 1, [])
            text, chosen = asked.text, self.model
            self._begin(lambda engine, _place: engine.edit_and_resend(asked.id, text, model=chosen), asked=asked)
        else:
            transcript.replace_from(place, [])
            self.ask(asked.text, self._unstored.pop(asked.id, None))

    def _begin(
        self,
        steps: Steps,
        *,
        asked: Entry | None = None,
        written: Message | None = None,
        instead_of: Entry | None = None,
    ) -> None:
        answer = LiveAnswer(self._show, begun=written, parent=self)
        run = Run(answer, self._current(), self._current(), asked, instead_of)
        if asked is not None:
            self._unstored[asked.id] = steps
        self._runs.append(run)
        if written is None:
            self._pane.transcript.append_entry(answer.entry)
        else:
            self._pane.transcript.replace_entry(written.id, answer.entry)
        self._sources.clear(reading=True)
        self._when_ready(lambda engine: self._start(engine, run, steps))
        self._tell_busy()

    def _when_ready(self, run: Callable[[Engine], None]) -> None:
        if self._engine is not None:
            run(self._engine)
        else:
            self._ready.append(lambda: self._when_ready(run))

    def _start(self, engine: Engine, run: Run, steps: Steps) -> None:
        async def work() -> None:
            async with self._asking:
                await self._settle_place(engine, run)
                assert run.place is not None
                async with aclosing(steps(engine, run.place)) as turn:
                    async for step in turn:
                        self._take(run, step)

        def failed(error: Exception) -> None:
            self._fail(run, self._operations.describe(error, name="chat"), retry=True)

        run.task = self._operations.start(
            Operation(name="chat", run=work, success=lambda _nothing: None, failure=failed, owner=self._pane)
        )
        run.task.add_done_callback(lambda _task: self._ended(run))

    async def _settle_place(self, engine: Engine, run: Run) -> None:
        """A conversation is stored with its first question, so that none stays empty."""
        if run.place is None and self._current() is not None and self._holds(run):
            run.place = self._current()  # a question before this one has begun the conversation meanwhile
        if run.place is None:
            title = title_of(run.asked.text if run.asked is not None else "")
            conversation = await engine.create_conversation(title, provisional=True)
            if not self.remember:
                conversation = await engine.set_conversation(conversation.id, remembers=False)
            run.place = conversation.id
            if run.asked is not None and self._state.draft(None).strip() == run.asked.text:
                # Until it is stored the question is a draft of the conversation that it begins.
                self._state.set_draft(None, "")
                self._state.set_draft(conversation.id, run.asked.text)
                run.draft_of = conversation.id
            self.begun.emit(conversation, self._holds(run))

    # Steps

    def _take(self, run: Run, step: ChatStep) -> None:
        match step:
            case Asked():
                self._stored(run, step.message)
            case Remembered():
                run.ids.extend(step.ids)
                self.remembered.emit(run.answer.entry.id, step.ids)
            case Failed():
                run.answer.take(step)
                self._tell_failure(run, step)
            case Answered():
                run.answer.take(step)
                if self._holds(run):
                    entry = run.answer.entry
                    self.show_sources(entry)
                    # Screen readers say the answer while the cursor stays where the next question is written.
                    QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self._pane.transcript, entry.text))
            case _:
                run.answer.take(step)

    def _stored(self, run: Run, message: Message) -> None:
        """Nothing that happens from here on loses what the owner wrote."""
        if run.asked is not None and self._state.draft(run.draft_of).strip() == run.asked.text:
            self._state.set_draft(run.draft_of, "")
        if run.asked is not None:
            self._unstored.pop(run.asked.id, None)
        if run.asked is not None and self._pane.transcript.entry(run.asked.id) is not None:
            self._pane.transcript.replace_entry(run.asked.id, Entry.of_message(message))
        run.asked = None

    def _tell_failure(self, run: Run, step: Failed) -> None:
        """What went wrong stands over what follows."""
        words = step.error
        # Trying again makes sense where the owner has mended something, too: a key, the budget, the network.
        run.error = Entry(id=f"failed-{uuid.uuid4()}", question=False, text=words, state="failed")
        self.mend_wanted.emit(step.kind)
        transcript = self._pane.transcript
        index = transcript.place_of(run.answer.entry.id)
        if index is None:
            self._messages.error(words)
            return
        before = [Entry.of_message(step.message)] if step.message is not None else []
        transcript.replace_from(index, [*before, run.error])

    def _fail(self, run: Run, words: str, *, retry: bool) -> None:
        run.answer.end()
        if self._holds(run) and run.instead_of is not None:
            self._pane.transcript.replace_entry(run.answer.entry.id, run.instead_of)
            self._messages.error(words)
        elif self._holds(run):
            failed = Entry(id=f"failed-{run.answer.id}", question=False, text=words, state="failed", retry=retry)
            self._pane.transcript.replace_entry(run.answer.entry.id, failed)
            self._sources.clear()
        else:
            self._messages.error(words)

    def _show(self, before: str, entry: Entry) -> None:
        if self._pane.transcript.entry(before) is not None:
            self._pane.transcript.replace_entry(before, entry)
            return
        run = next((one for one in self._runs if one.answer.entry is entry), None)
        shown = run is not None and run.error is not None and self._pane.transcript.entry(run.error.id) is not None
        if shown:
            self._pane.transcript.append_entry(entry)

    def _holds(self, run: Run) -> bool:
        """The transcript still shows this answer: the owner has not gone to another conversation."""
        return self._pane.transcript.entry(run.answer.entry.id) is not None

    # Ending

    @property
    def busy(self) -> bool:
        """An answer of the open conversation is on its way."""
        return any(run.place == self._current() or self._holds(run) for run in self._runs)

    def stop(self) -> None:
        """Stop what is being written in the open conversation; what was said is kept."""
        for run in self._runs:
            if (run.place == self._current() or self._holds(run)) and run.task is not None:
                run.stopped = True
                run.task.cancel()

    def _ended(self, run: Run) -> None:
        if run in self._runs:
            self._runs.remove(run)
        if not run.answer.done:
            run.answer.end()
            if run.stopped:
                self._reload_end(run)
        if run.place is not None:
            self.settled.emit(run.place)
        self._tell_busy()
        run.answer.deleteLater()

    def _tell_busy(self) -> None:
        self.busy_changed.emit(self.busy)

    def _reload_end(self, run: Run) -> None:
        """What a stopped answer has become stands in the store."""
        engine, place, shown = self._engine, run.place, run.answer.entry.id
        if engine is None or place is None or place != self._current():
            return

        def put(found: list[Message]) -> None:
            transcript = self._pane.transcript
            index = transcript.place_of(shown)
            if index is None or place != self._current():
                return
            known = {entry.id for entry in transcript.entries[:index]}
            first = index if run.asked is None else max(0, index - 1)
            new = [Entry.of_message(message) for message in found if message.id not in known]
            if run.asked is not None and not any(entry.question for entry in new):
                new.insert(0, run.asked)  # it was stopped before it was stored
            transcript.replace_from(first, new)

        self._operations.start(
            Operation(
                name="load a stopped answer",
                run=lambda: engine.messages(place, limit=2),
                success=put,
                owner=self._pane,
            )
        )

    def rejoin(self, conversation_id: str) -> None:
        """A conversation is shown again while an answer in it is still being written."""
        for run in self._runs:
            if run.place != conversation_id:
                continue
            transcript = self._pane.transcript
            if run.asked is not None and transcript.entry(run.asked.id) is None:
                transcript.append_entry(run.asked)
            if transcript.entry(run.answer.entry.id) is None:
                transcript.append_entry(run.answer.entry)
        self._tell_busy()

    # Sources

    def show_sources(self, entry: Entry) -> None:
        """Show where an answer comes from."""
        if entry.answer is not None:
            self._sources.show_answer(entry.answer, titles=self._titles)

    def show_last_sources(self) -> None:
        """Show the sources of the last answer in view."""
        last = next((e for e in reversed(self._pane.transcript.entries) if e.answer is not None), None)
        if last is not None:
            self.show_sources(last)

    def unfold(self, entry: Entry) -> None:
        """Show what a model thought, or fold it again."""
        self._pane.transcript.replace_entry(entry.id, replace(entry, unfolded=not entry.unfolded))


def title_of(question: str) -> str:
    """A question as the title of its conversation."""
    return shortened(" ".join(question.split()).rstrip("?!.。？ ") or question.strip())


def shortened(text: str) -> str:
    """A text as a title: cut at a word."""
    if len(text) <= _TITLE_LENGTH:
        return text
    return text[:_TITLE_LENGTH].rsplit(" ", 1)[0].rstrip(",;:") + "…"
