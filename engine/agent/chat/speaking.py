"""Lets a model speak: the context it gets, its words as they come, and the check of what it said."""

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
from engine.agent.chat import citing, context, whole
from engine.agent.chat.context import Context, Material
from engine.agent.chat.documents import Text
from engine.agent.chat.gathering import Gathering, Given, Models
from engine.agent.chat.sources import Source
from engine.chat_values import ChatStep, Said, Sees, Switched, Thinking
from engine.errors import NotFoundError
from engine.executors import Executors
from engine.llm import messages as llm
from engine.llm.base import ChatModel
from engine.memory.store.messages import NewMessage
from engine.memory.store.turns import History
from engine.settings import Settings

_log = logging.getLogger(__name__)
_UNUSED = 12
"""Hits that were found and not cited which an answer keeps."""
_WHOLE_SHARE = 0.7
"""Share of a model's room that documents read whole may take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
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
        """Where it was asked; None for nowhere."""
        return None if self.asked is None else self.asked.conversation_id


@dataclass(slots=True)
class Spoken:
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


class Speaking:
    """One part of a turn: from what was found to what is stored."""

    def __init__(
        self,
        *,
        gathering: Gathering,
        models: Models,
        executors: Executors,
        settings: Settings,
        now: Callable[[], datetime],
    ) -> None:
        self.settings = settings
        self._gathering = gathering
        self._models = models
        self._executors = executors
        self._now = now

    async def say(
        self, question: Question, hits: Sequence[values.Hit], model: ChatModel, spoken: Spoken
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
                model, reader, question.text, texts, room=int(room.left * _WHOLE_SHARE), executors=self._executors
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
        texts = []
        for wanted in (await self._gathering.named(question))[: whole.MOST_DOCUMENTS]:
            with contextlib.suppress(NotFoundError):  # forgotten this very moment
                texts.append(await self._gathering.text_of(wanted))
        return texts

    async def message(self, question: Question, spoken: Spoken, began: float) -> NewMessage:
        """What was said, checked, as a message to store."""
        answer = await self.answer(question, spoken, began)
        before = question.goes_on
        return NewMessage(
            role="assistant",
            text=answer.text,
            answer=answer,
            stop=spoken.stop,
            model=spoken.model,
            usage=_sum(before.usage if before else None, spoken.usage),
            thinking="".join(spoken.thinking),
        )

    async def answer(self, question: Question, spoken: Spoken, began: float) -> values.Answer:
        """What was said, held against what the model was given."""
        sources: tuple[Source, ...] = spoken.context.sources if spoken.context else ()
        text = (question.goes_on.text if question.goes_on is not None else "") + "".join(spoken.text)
        said = [question.text, *(turn.text for turn in question.history.turns[-20:])]
        checked = await self._executors.run("query", partial(citing.check, text, sources, said=said))
        if checked.removed:
            _log.info("%s cited sources that there are not: %s", spoken.model, checked.removed)
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


def _told(hits: Sequence[values.Hit], citations: Sequence[values.Citation]) -> tuple[values.Hit, ...]:
    """The hits that an answer keeps: those it cites, and the best of the others; the view holds them all."""
    cited = {citation.memory_id for citation in citations}
    unused = [hit.memory.id for hit in hits if hit.memory.id not in cited][:_UNUSED]
    return tuple(hit for hit in hits if hit.memory.id in cited or hit.memory.id in unused)


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
