"""One turn of a conversation, step by step: recall, context, the model, the check, and what is kept of it."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import logging
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Literal

from engine import values
from engine.agent import asking
from engine.agent.asking import Asker, question_of
from engine.agent.chat import citing, context, whole
from engine.agent.chat.afterwards import Afterwards
from engine.agent.chat.context import Context, Material
from engine.agent.chat.documents import Text
from engine.agent.chat.failing import failure
from engine.agent.chat.gathering import Gathering, Given, Models, local_now
from engine.agent.chat.sources import Source
from engine.chat_values import (
    Answered,
    Asked,
    ChatStep,
    ContextView,
    Recalled,
    Recalling,
    Remembered,
    Said,
    Sees,
    Switched,
    Thinking,
)
from engine.errors import ChatModelError, InvalidMemoryError, MagrayError, NotFoundError, SettingsError
from engine.executors import Executors
from engine.llm import messages as llm
from engine.llm.base import ChatModel
from engine.memory.conversations import Conversations
from engine.memory.store.messages import NewMessage
from engine.memory.store.turns import History
from engine.settings import Settings

_log = logging.getLogger(__name__)
_UNUSED = 12
"""Hits that were found and not cited which an answer keeps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    """What is to be answered, and where the answer goes: None for nowhere."""

    text: str
    history: History
    hits: asyncio.Task[list[values.Hit]]
    asked: values.Message | None = None
    model: str | None = None
    remember: bool = True
    goes_on: values.Message | None = None

    @property
    def conversation_id(self) -> str | None:
        return None if self.asked is None else self.asked.conversation_id


@dataclass(slots=True)
class _Spoken:
    """What a model has said so far; tokens are only ever added to lists."""

    text: list[str] = field(default_factory=list)
    thinking: list[str] = field(default_factory=list)
    context: Context | None = None
    stop: values.MessageStop = "end"
    model: str = ""
    usage: values.MessageUsage | None = None
    reading: Literal["", "whole", "parts"] = ""
    basis: str = ""
    note: str = ""
    keeping: asyncio.Task[values.Message | None] | None = None


class Chat:
    """Answers, in conversations and without."""

    def __init__(
        self,
        *,
        asker: Asker,
        conversations: Conversations,
        gathering: Gathering,
        models: Models,
        afterwards: Afterwards,
        executors: Executors,
        settings: Settings,
        now: Callable[[], datetime] = local_now,
    ) -> None:
        self._asker = asker
        self._conversations = conversations
        self._gathering = gathering
        self._models = models
        self._afterwards = afterwards
        self._executors = executors
        self.settings = settings
        self._now = now

    async def turn(
        self,
        conversation_id: str,
        text: str,
        *,
        attachments: Sequence[str] = (),
        model: str | None = None,
        remember: bool = True,
        parent: str | None = None,
    ) -> AsyncGenerator[ChatStep, None]:
        """Store what the owner says, then answer it; `parent` is the message that it follows, the last one by default.

        Raises:
            InvalidMemoryError: there is nothing in it to answer.
            NotFoundError: there is no such conversation or attachment.
        """
        said = question_of(text)
        above = parent or None
        history = History() if parent == "" else await self._history(conversation_id, behind=above)
        finding = asyncio.ensure_future(self._gathering.hits(said, history))  # while the question is being stored
        try:
            asked = await self._conversations.write(
                conversation_id,
                NewMessage(role="user", text=said, parent=parent, attachment_ids=tuple(attachments)),
                sent=True,
            )
            yield Asked(asked)
            question = _Question(text=said, history=history, hits=finding, asked=asked, model=model, remember=remember)
            async with contextlib.aclosing(self._answer(question)) as steps:
                async for step in steps:
                    yield step
        finally:
            await _ended(finding)

    async def regenerate(self, message_id: str, *, model: str | None = None) -> AsyncGenerator[ChatStep, None]:
        """Answer again; the answers stand side by side as versions.

        Raises:
            NotFoundError: there is no such message.
            InvalidMemoryError: it answers nothing.
        """
        async with contextlib.aclosing(self._again(message_id, model=model, goes_on=False)) as steps:
            async for step in steps:
                yield step

    async def go_on(self, message_id: str, *, model: str | None = None) -> AsyncGenerator[ChatStep, None]:
        """Write on at an answer that was cut off; the text is added to the same message.

        Raises:
            NotFoundError: there is no such message.
            InvalidMemoryError: it answers nothing, or no language model is set up.
        """
        if model is None and not self._models.available():
            raise InvalidMemoryError("Only a language model can go on with an answer, and none is set up.")
        async with contextlib.aclosing(self._again(message_id, model=model, goes_on=True)) as steps:
            async for step in steps:
                yield step

    async def edit(
        self, message_id: str, text: str, *, attachments: Sequence[str] | None = None, model: str | None = None
    ) -> AsyncGenerator[ChatStep, None]:
        """Say something else in the place of a message of the owner's: a new branch; the old one stays.

        Raises:
            NotFoundError: there is no such message.
            InvalidMemoryError: it is not the owner's, or there is nothing to answer.
        """
        old = await self._conversations.message(message_id)
        if old.role != "user":
            raise InvalidMemoryError("Only what you said can be edited; an answer can be written again.")
        given = [one.id for one in old.attachments] if attachments is None else attachments
        steps = self.turn(old.conversation_id, text, attachments=given, model=model, parent=old.parent or "")
        async with contextlib.aclosing(steps):
            async for step in steps:
                yield step

    async def ask(self, question: str) -> values.Answer:
        """Answer a question outside of any conversation; by quotes where no model can.

        Raises:
            InvalidMemoryError: there is nothing in it to answer.
        """
        began = time.perf_counter()
        said = question_of(question)
        finding = asyncio.ensure_future(self._gathering.hits(said, History()))
        spoken = _Spoken()
        try:
            asked = _Question(text=said, history=History(), hits=finding)
            hits = await finding
            model = self._model(asked)
            if isinstance(model, MagrayError) or model is None:
                return await self._quoted(said, hits, "" if model is None else str(model), began)
            try:
                async with contextlib.aclosing(self._say(asked, hits, model, spoken)) as steps:
                    async for _ in steps:
                        pass  # the parts are collected in `spoken`
            except ChatModelError as error:
                return await self._quoted(said, hits, str(error), began)
            answer = await self._checked(asked, spoken, began)
            return answer if answer.text else await self._quoted(said, hits, "The model said nothing.", began)
        finally:
            await _ended(finding)

    async def _again(self, message_id: str, *, model: str | None, goes_on: bool) -> AsyncGenerator[ChatStep, None]:
        old = await self._conversations.message(message_id)
        if old.role != "assistant" or old.parent is None:
            raise InvalidMemoryError("Only an answer can be written again or gone on with.")
        asked = await self._conversations.message(old.parent)
        while asked.role != "user":  # imported talks may hold answers in a row
            if asked.parent is None:
                raise InvalidMemoryError("Nothing was asked before this answer.")
            asked = await self._conversations.message(asked.parent)
        await self._conversations.show(message_id)
        history = await self._gathering.history(old.conversation_id, before=asked.id)
        finding = asyncio.ensure_future(self._gathering.hits(asked.text, history))
        question = _Question(
            text=asked.text,
            history=history,
            hits=finding,
            asked=asked,
            model=model,
            remember=False,
            goes_on=old if goes_on else None,
        )
        try:
            async with contextlib.aclosing(self._answer(question)) as steps:
                async for step in steps:
                    yield step
        finally:
            await _ended(finding)

    async def _history(self, conversation_id: str, *, behind: str | None) -> History:
        """What was said up to and with a message, or all of it."""
        if behind is None:
            return await self._gathering.history(conversation_id)
        await self._conversations.show(behind)
        history = await self._gathering.history(conversation_id)
        ids = [turn.id for turn in history.turns]
        if behind not in ids:  # so far back that it is not among the last ones
            return await self._gathering.history(conversation_id, before=behind)
        return dataclasses.replace(history, turns=history.turns[: ids.index(behind) + 1])

    def _model(self, question: _Question) -> ChatModel | MagrayError | None:
        """The model that answers, why it cannot, or None where quotes are wanted."""
        chosen = question.model or self.settings.llm.model
        if question.model == values.QUOTES or not (chosen or self._models.available()):
            return None
        try:
            return self._models.answering("answer", question.model, conversation=question.conversation_id)
        except (ChatModelError, SettingsError) as error:
            return error

    async def _answer(self, question: _Question) -> AsyncGenerator[ChatStep, None]:
        began = time.perf_counter()
        yield Recalling()
        try:
            hits = await question.hits
        except MagrayError as error:  # the embedder is gone: no answer could stand on anything
            yield failure(error, message=None)
            return
        yield Recalled(tuple(hits))
        remembering = self._afterwards.remember(question.asked) if question.asked and question.remember else None
        model = self._model(question)
        reason = ""
        if isinstance(model, MagrayError):
            reason = str(model)
            yield failure(model, message=None)
        elif model is not None:
            spoken = _Spoken()
            try:
                async with contextlib.aclosing(self._say(question, hits, model, spoken)) as steps:
                    async for step in steps:
                        yield step
                message = await self._keep(question, spoken, began)
            except (asyncio.CancelledError, GeneratorExit):
                # The owner stopped it: what was said is kept, whatever becomes of this task.
                if spoken.keeping is None:
                    spoken.stop = "stopped"
                try:
                    await self._keep(question, spoken, began)
                except MagrayError:
                    _log.exception("what was said before the stop could not be kept")
                raise
            except ChatModelError as error:
                _log.info("%s did not answer: %s", model.info.id, error)
                spoken.stop = "error"
                reason = str(error)
                yield failure(error, message=await self._keep(question, spoken, began))
                if question.goes_on is not None:
                    return
            else:
                async for step in self._done(question, message, remembering):
                    yield step
                return
        answer = await self._quoted(question.text, hits, reason, began)
        yield Said(answer.text)
        message = await self._store(question, _quotes_message(answer), None)
        async for step in self._done(question, message, remembering):
            yield step

    async def _done(
        self, question: _Question, message: values.Message | None, remembering: asyncio.Task[list[str]] | None
    ) -> AsyncGenerator[ChatStep, None]:
        if message is None:
            return
        made = await remembering if remembering is not None else []
        if question.asked is not None and question.remember:
            await self._afterwards.answered(question.asked, message)
        yield Answered(message)
        if made:
            yield Remembered(len(made), tuple(made))

    async def _say(
        self, question: _Question, hits: Sequence[values.Hit], model: ChatModel, spoken: _Spoken
    ) -> AsyncGenerator[ChatStep, None]:
        """Build the context and let the model speak; everything it says is in `spoken` too."""
        spoken.model = model.info.id
        attachments = question.asked.attachments if question.asked is not None else ()
        given = await self._gathering.given(attachments, question.history, sees=model.info.vision)
        material = Material(
            question=question.text,
            asked=question.asked.id if question.asked is not None else None,
            now=self._now(),
            hits=hits,
            history=question.history,
            memories=given.memories,
            texts=given.texts,
            pictures=given.pictures,
            notes=given.notes,
            unfinished=citing.without_markers(question.goes_on.text) if question.goes_on is not None else "",
        )
        texts = await self._whole_texts(question.text, given)
        if texts:
            room = context.room_of(model, self.settings)
            reader = self._models.answering("summarise", question.model, conversation=question.conversation_id)
            reading = whole.read(
                model, reader, question.text, texts, room=int(room.left * 0.7), executors=self._executors
            )
            async with contextlib.aclosing(reading) as steps:
                async for step in steps:
                    if not isinstance(step, whole.Read):
                        yield step
                        continue
                    spoken.reading, spoken.basis = step.reading, step.basis
                    left_out = [f"{step.left_out} parts were read and did not fit at the end"] if step.left_out else []
                    material = dataclasses.replace(
                        material, read=step.sources, reading=step.reading, notes=[*given.notes, step.basis, *left_out]
                    )
        built = await self._executors.run("query", context.build, material, model, self.settings)
        spoken.context = built
        yield Sees(built.view)
        async with contextlib.aclosing(model.stream(built.request)) as events:
            async for event in events:
                match event:
                    case llm.TextDelta(text):
                        spoken.text.append(text)
                        yield Said(text)
                    case llm.ReasoningDelta(text):
                        if text:
                            spoken.thinking.append(text)
                            yield Thinking(text)
                    case llm.Switched(name, reason):
                        spoken.model, spoken.note = name, reason
                        yield Switched(name, reason)
                    case llm.StreamEnd():
                        spoken.stop, spoken.model = event.stop, event.model or spoken.model
                        spoken.usage = values.MessageUsage(**dataclasses.asdict(event.usage))
                    case llm.ToolCall():
                        _log.info("a tool was called where none was offered: %s", event.name)

    async def _whole_texts(self, question: str, given: Given) -> list[Text]:
        """The documents that a question is about as wholes; empty where passages will do."""
        if not whole.asks_for_whole(question):
            return []
        if given.texts:
            return list(given.texts)
        documents = whole.named(question, await self._gathering.every_document())[: whole.MOST_DOCUMENTS]
        texts = []
        for document in documents:
            with contextlib.suppress(NotFoundError):  # forgotten this very moment
                texts.append(await self._gathering.text_of(document.id))
        return texts

    async def _keep(self, question: _Question, spoken: _Spoken, began: float) -> values.Message | None:
        """Store what the model said, once, whatever becomes of who waits for it; None where it said nothing."""
        if spoken.keeping is None:
            spoken.keeping = asyncio.ensure_future(self._write_down(question, spoken, began))
        return await asyncio.shield(spoken.keeping)

    async def _write_down(self, question: _Question, spoken: _Spoken, began: float) -> values.Message | None:
        if not any(part.strip() for part in spoken.text):
            return None
        answer = await self._checked(question, spoken, began)
        before = question.goes_on
        new = NewMessage(
            role="assistant",
            text=answer.text,
            answer=answer,
            stop=spoken.stop,
            model=spoken.model,
            usage=_sum(before.usage if before else None, spoken.usage),
            thinking="".join(spoken.thinking),
        )
        return await self._store(question, new, spoken.context.view if spoken.context else None)

    async def _store(self, question: _Question, new: NewMessage, view: ContextView | None) -> values.Message | None:
        if question.asked is None:
            return None
        if question.goes_on is not None and new.model != values.QUOTES:
            return await self._conversations.rewrite(question.goes_on.id, new, view=view)
        placed = dataclasses.replace(new, parent=question.asked.id)
        return await self._conversations.write(question.asked.conversation_id, placed, view=view)

    async def _checked(self, question: _Question, spoken: _Spoken, began: float) -> values.Answer:
        sources: tuple[Source, ...] = spoken.context.sources if spoken.context else ()
        text = (question.goes_on.text if question.goes_on is not None else "") + "".join(spoken.text)
        said = [question.text, *(turn.text for turn in question.history.turns[-20:])]
        checked = await self._executors.run("query", partial(citing.check, text, sources, said=said))
        if checked.removed:
            _log.info("%s cited sources that there are not: %s", spoken.model, checked.removed)
        self._afterwards.note_cited([one.memory_id for one in checked.citations if one.memory_id])
        return values.Answer(
            text=checked.text,
            made_by=spoken.model,
            abstained=not checked.citations and asking.says_nothing_found(checked.text),
            citations=checked.citations,
            hits=_told(spoken.context.hits if spoken.context else (), checked.citations),
            question=question.text,
            seconds=time.perf_counter() - began,
            unsourced=checked.unsourced,
            reading=spoken.reading,
            basis=spoken.basis,
            note=spoken.note,
        )

    async def _quoted(self, question: str, hits: Sequence[values.Hit], reason: str, began: float) -> values.Answer:
        answer = await self._asker.quoted(question, hits[: asking.RECALLED])
        return dataclasses.replace(answer, seconds=time.perf_counter() - began, note=reason)


def _told(hits: Sequence[values.Hit], citations: Sequence[values.Citation]) -> tuple[values.Hit, ...]:
    """The hits that an answer keeps: those it cites, and the best of the others; the view holds them all."""
    cited = {citation.memory_id for citation in citations}
    unused = [hit.memory.id for hit in hits if hit.memory.id not in cited][:_UNUSED]
    return tuple(hit for hit in hits if hit.memory.id in cited or hit.memory.id in unused)


def _quotes_message(answer: values.Answer) -> NewMessage:
    return NewMessage(role="assistant", text=answer.text, answer=answer, stop="end", model=answer.made_by)


def _sum(one: values.MessageUsage | None, other: values.MessageUsage | None) -> values.MessageUsage | None:
    if one is None or other is None:
        return other or one
    cost = None if one.cost is None or other.cost is None else one.cost + other.cost
    return values.MessageUsage(
        input_tokens=one.input_tokens + other.input_tokens,
        cached_tokens=one.cached_tokens + other.cached_tokens,
        output_tokens=one.output_tokens + other.output_tokens,
        reasoning_tokens=one.reasoning_tokens + other.reasoning_tokens,
        cost=cost,
    )


async def _ended(task: asyncio.Task[list[values.Hit]]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
