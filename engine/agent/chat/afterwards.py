"""What happens behind a turn: it is remembered, the conversation gets its title, older turns their summary."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from engine import values
from engine.agent.asking import ANSWER, QUESTION, only_asks
from engine.agent.chat import summaries
from engine.agent.chat.citing import without_markers
from engine.agent.chat.gathering import Models
from engine.agent.chat.prompts import prompt
from engine.agent.chat.sources import as_data
from engine.agent.chat.whole import complete
from engine.errors import MagrayError
from engine.llm.messages import ChatMessage, ChatRequest
from engine.memory.conversations import Conversations
from engine.memory.memory import LayeredMemory
from engine.memory.store import chat_notes, conversations as stored, turns
from engine.memory.store.chat_notes import StoredSummary
from engine.settings import Settings

_log = logging.getLogger(__name__)
_SPEAKER = "Magray"
_FULL = 0.7
"""Share of the room for the conversation from which on its older half is summarised, before it is needed."""
_TITLE_TOKENS = 400
"""More than a title takes: some models think first, and that counts."""
_LONGEST_TITLE = 80
_READ = 600


class Afterwards:
    """Does in the background what no answer waits for. All of it may fail without harm to the conversation."""

    def __init__(
        self,
        *,
        memory: LayeredMemory,
        conversations: Conversations,
        models: Models,
        settings: Settings,
        asked_for: Callable[[values.Message], Awaitable[list[str]]],
        spoke: Callable[[str], None],
    ) -> None:
        """Make it.

        Args:
            memory: Where turns are remembered.
            conversations: Where they are stored.
            models: Who writes titles and summaries.
            settings: The options.
            asked_for: Draws from a message at once what its owner asks to be remembered.
            spoke: Is told of every turn, for what happens once a conversation pauses.
        """
        self._memory = memory
        self._conversations = conversations
        self._models = models
        self.settings = settings
        self._asked_for = asked_for
        self._spoke = spoke
        self._tasks: set[asyncio.Task[Any]] = set()

    def remember(self, asked: values.Message) -> asyncio.Task[list[str]]:
        """Remember what the owner said; after the recall, so that a question never finds itself.

        Returns:
            A task that gives the ids of what the owner asked to be remembered.
        """
        return self._start(self._remember_asked(asked), f"remember {asked.id}")

    async def answered(self, asked: values.Message, message: values.Message) -> None:
        """Remember what a model said, and see to title and summary in the background."""
        if message.model in (None, values.QUOTES):
            return
        self._start(self._remember_answer(message), f"remember {message.id}")
        self._start(self._behind(asked, message), f"behind {message.id}")

    def note_cited(self, answer: values.Answer) -> None:
        """Memories were cited: they count as used."""
        cited = [one.memory_id for one in answer.citations if one.memory_id]
        places = {hit.memory.id: rank for rank, hit in enumerate(answer.hits, start=1)}
        self._memory.note_usage("quoted", cited, ranks=[places.get(one, 1) for one in cited])

    async def settled(self) -> None:
        """Wait until nothing is left to do."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def close(self) -> None:
        """Give up what a model is still busy with; what was said is remembered to its end."""
        for task in self._tasks:
            if not task.get_name().startswith("remember "):
                task.cancel()
        await self.settled()

    def _start(self, work: Coroutine[Any, Any, list[str]], name: str) -> asyncio.Task[list[str]]:
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _remember_asked(self, asked: values.Message) -> list[str]:
        try:
            conversation = await self._conversations.get(asked.conversation_id)
            if not conversation.remembers:
                return []
            tags = (QUESTION,) if only_asks(asked.text) else ()
            await self._memory.remember_many([_turn(asked, asked.text, tags=tags, speaker=None)])
            self._spoke(asked.conversation_id)
            return await self._asked_for(asked) if self.settings.chat.extract else []
        except MagrayError as error:
            _log.warning("what was said could not be remembered; it is kept in the conversation: %s", error)
            return []

    async def _remember_answer(self, message: values.Message) -> list[str]:
        said = without_markers(message.text).strip()
        if not said or (message.answer is not None and message.answer.abstained):
            return []
        try:
            if (await self._conversations.get(message.conversation_id)).remembers:
                await self._memory.remember_many([_turn(message, said, tags=(ANSWER,), speaker=_SPEAKER)])
        except MagrayError as error:
            _log.warning("an answer could not be remembered; it is kept in the conversation: %s", error)
        return []

    async def _behind(self, asked: values.Message, message: values.Message) -> list[str]:
        try:
            await self._title(asked, message)
            await self._summarise(message.conversation_id)
        except MagrayError as error:
            _log.warning("title and summary of a conversation were given up: %s", error)
        return []

    async def _title(self, asked: values.Message, message: values.Message) -> None:
        if not self.settings.chat.titles or asked.parent is not None:
            return
        if await self._conversations.read(stored.titled, asked.conversation_id) != "question":
            return
        model = self._models.answering("title", conversation=asked.conversation_id)
        told = f"Owner: {asked.text[:_READ]}\nAssistant: {without_markers(message.text)[:_READ]}"
        request = ChatRequest(
            messages=(ChatMessage.of("user", f"<conversation>\n{as_data(told)}\n</conversation>"),),
            system=prompt("title"),
            max_output_tokens=_TITLE_TOKENS,
            purpose="title",
        )
        title = _title_of(await complete(model, request))
        if title:
            await self._conversations.name(asked.conversation_id, title)

    async def _summarise(self, conversation_id: str) -> None:
        """Summarise the older half of what goes word for word, before it no longer fits."""
        model = self._models.answering("summarise", conversation=conversation_id)
        history = await self._conversations.read(turns.history, conversation_id, before=None, limit=400)
        begun = history.summary.upto if history.summary is not None else 0
        fresh = [turn for turn in history.turns if turn.number > begun]
        sizes = [model.count_tokens(turn.text) for turn in fresh]
        if sum(sizes) <= _FULL * self.settings.chat.history_tokens:
            return
        half, number = sum(sizes) / 2, 0
        while number < len(fresh) - 2 and half > 0:
            half -= sizes[number]
            number += 1
        if not number:
            return
        before = history.summary.text if history.summary is not None else ""
        text = await complete(model, summaries.request(fresh[:number], before=before))
        new = StoredSummary(fresh[number - 1].number, text, model.info.id)
        await self._conversations.change_store(chat_notes.add_summary, conversation_id, new)


def _turn(message: values.Message, text: str, *, tags: tuple[str, ...], speaker: str | None) -> values.NewMemory:
    return values.NewMemory(
        text=text,
        layer="interact",
        kind="message",
        session=message.conversation_id,
        tags=tags,
        speaker=speaker,
        occurred_at=message.created_at,
        source=values.ConversationSource(message.conversation_id, message.id),
    )


def _title_of(text: str) -> str:
    """The first line that a model wrote, without quotation marks; empty where it is no title."""
    line = text.strip().split("\n", 1)[0].strip(" \"'“”«»*#.`")
    return "" if len(line) > _LONGEST_TITLE else line
