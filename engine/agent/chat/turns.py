"""One turn of a conversation, step by step: recall, context, the model, the check, and what is kept of it."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import logging
import time
from collections.abc import AsyncGenerator, Sequence

from engine import values
from engine.agent import asking
from engine.agent.asking import Asker, question_of
from engine.agent.chat.afterwards import Afterwards
from engine.agent.chat.failing import failure
from engine.agent.chat.gathering import Gathering, Models
from engine.agent.chat.speaking import Question, Speaking, Spoken
from engine.chat_values import (
    Answered,
    Asked,
    ChatStep,
    ContextView,
    Recalled,
    Recalling,
    Remembered,
    Said,
)
from engine.errors import ChatModelError, InvalidMemoryError, MagrayError, SettingsError, StreamBrokenError
from engine.llm.base import ChatModel
from engine.memory.conversations import Conversations
from engine.memory.store.messages import NewMessage
from engine.memory.store.turns import History
from engine.settings import Settings

_log = logging.getLogger(__name__)
_SILENT = {
    "end": "The model ended without a word. Your question is kept; try again, or choose another model.",
    "filtered": "The provider's filter held the answer back. Your question is kept; ask it in other words.",
}


class Chat:
    """Answers, in conversations and without."""

    def __init__(
        self,
        *,
        asker: Asker,
        conversations: Conversations,
        gathering: Gathering,
        models: Models,
        speaking: Speaking,
        afterwards: Afterwards,
        settings: Settings,
    ) -> None:
        self._asker = asker
        self._conversations = conversations
        self._gathering = gathering
        self._models = models
        self._afterwards = afterwards
        self._speaking = speaking
        self.settings = settings

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
            question = Question(text=said, history=history, hits=finding, asked=asked, model=model, remember=remember)
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
        spoken = Spoken()
        try:
            asked = Question(text=said, history=History(), hits=finding)
            hits = await finding
            model = self._model(asked)
            if isinstance(model, MagrayError) or model is None:
                return await self._quoted(said, hits, "" if model is None else str(model), began)
            try:
                async with contextlib.aclosing(self._speaking.say(asked, hits, model, spoken)) as steps:
                    async for _ in steps:
                        pass  # the parts are collected in `spoken`
            except ChatModelError as error:
                return await self._quoted(said, hits, str(error), began)
            answer = await self._speaking.answer(asked, spoken, began)
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
        question = Question(
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

    def _model(self, question: Question) -> ChatModel | MagrayError | None:
        """The model that answers, why it cannot, or None where quotes are wanted."""
        chosen = question.model or self.settings.llm.model
        if question.model == values.QUOTES or not (chosen or self._models.available()):
            return None
        try:
            return self._models.answering("answer", question.model, conversation=question.conversation_id)
        except (ChatModelError, SettingsError) as error:
            return error

    async def _answer(self, question: Question) -> AsyncGenerator[ChatStep, None]:
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
            spoken = Spoken()
            try:
                async with contextlib.aclosing(self._speaking.say(question, hits, model, spoken)) as steps:
                    async for step in steps:
                        yield step
                message = await self._keep(question, spoken, began)
                if message is None:
                    raise StreamBrokenError(_SILENT["filtered" if spoken.stop == "filtered" else "end"])
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
        self, question: Question, message: values.Message | None, remembering: asyncio.Task[list[str]] | None
    ) -> AsyncGenerator[ChatStep, None]:
        if message is None:
            return
        made = await asyncio.shield(remembering) if remembering is not None else []
        if question.asked is not None and question.remember:
            await self._afterwards.answered(question.asked, message)
        yield Answered(message)
        if made:
            yield Remembered(len(made), tuple(made))

    async def _keep(self, question: Question, spoken: Spoken, began: float) -> values.Message | None:
        """Store what the model said, once, whatever becomes of who waits for it; None where it said nothing."""
        if spoken.keeping is None:
            spoken.keeping = asyncio.ensure_future(self._write_down(question, spoken, began))
        return await asyncio.shield(spoken.keeping)

    async def _write_down(self, question: Question, spoken: Spoken, began: float) -> values.Message | None:
        if not any(part.strip() for part in spoken.text):
            return None
        new = await self._speaking.message(question, spoken, began)
        if new.answer is not None:
            self._afterwards.note_cited(new.answer)
        return await self._store(question, new, spoken.context.view if spoken.context else None)

    async def _store(self, question: Question, new: NewMessage, view: ContextView | None) -> values.Message | None:
        if question.asked is None:
            return None
        if question.goes_on is not None and new.model != values.QUOTES:
            return await self._conversations.rewrite(question.goes_on.id, new, view=view)
        placed = dataclasses.replace(new, parent=question.asked.id)
        return await self._conversations.write(question.asked.conversation_id, placed, view=view)

    async def _quoted(self, question: str, hits: Sequence[values.Hit], reason: str, began: float) -> values.Answer:
        answer = await self._asker.quoted(question, hits[: asking.RECALLED])
        return dataclasses.replace(answer, seconds=time.perf_counter() - began, note=reason)


def _quotes_message(answer: values.Answer) -> NewMessage:
    return NewMessage(role="assistant", text=answer.text, answer=answer, stop="end", model=answer.made_by)


async def _ended(task: asyncio.Task[list[values.Hit]]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
