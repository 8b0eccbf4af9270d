"""From a question to an answer: always recall first, then say what was found."""

from __future__ import annotations

import dataclasses
import logging
import time
from collections.abc import Sequence

from engine import values
from engine.agent.quotes import compose
from engine.embedding.embedder import Embedder
from engine.embedding.in_use import held
from engine.errors import InvalidMemoryError
from engine.executors import Executors
from engine.memory.conversations import Conversations
from engine.memory.memory import LayeredMemory, clean, is_visible

_log = logging.getLogger(__name__)

RECALLED = 12
"""Hits that an answer is made from."""
QUESTION = "question"
"""Tag of remembered turns that only ask: they say nothing, so no answer is made from them."""
SPARE = 8
"""Hits recalled beyond that, in place of earlier questions about the same."""
_ASKING = (
    *("who ", "whom ", "whose ", "what ", "when ", "where ", "why ", "how ", "which "),
    *("кто ", "кого ", "кому ", "что ", "чей ", "когда ", "где ", "куда ", "откуда ", "почему ", "зачем "),
    *("как ", "какой ", "какая ", "какое ", "какие ", "сколько "),
)
"""How questions begin that somebody typed without a question mark."""


class Asker:
    """Answers questions from the memory, and keeps the conversation they belong to."""

    def __init__(
        self, *, memory: LayeredMemory, conversations: Conversations, embedder: Embedder, executors: Executors
    ) -> None:
        self._memory = memory
        self._conversations = conversations
        self._embedder = embedder
        self._executors = executors

    async def ask(self, question: str, *, conversation_id: str | None = None) -> values.Answer:
        """Answer one question.

        With a conversation, question and answer are stored in it and the question is remembered in Interact, after the
        recall, so that a question never finds itself.

        Raises:
            InvalidMemoryError: the question is empty.
            NotFoundError: there is no such conversation.
        """
        began = time.perf_counter()
        asked = question_of(question)
        stored = None
        if conversation_id is not None:
            stored = await self._conversations.add(conversation_id, "user", asked)
        answer = await self.quoted(asked, await self.found(asked))
        answer = dataclasses.replace(answer, seconds=time.perf_counter() - began)
        if conversation_id is None or stored is None:
            return answer
        message = await self._conversations.add(conversation_id, "assistant", answer.text, answer=answer)
        await self.remember(stored)
        return dataclasses.replace(answer, message_id=message.id)

    async def found(self, question: str) -> list[values.Hit]:
        """What the memory knows about it, best first, without what only asked the same."""
        found = await self._memory.recall(question, limit=RECALLED + SPARE)
        return [hit for hit in found if QUESTION not in hit.memory.tags][:RECALLED]

    async def quoted(self, question: str, hits: Sequence[values.Hit]) -> values.Answer:
        """The answer that quotes these hits, or says that none of them answers."""
        with held(self._embedder) as embedder:
            answer = await self._executors.run("query", compose, question, hits, embedder=embedder)
        self._memory.note_usage("quoted", [citation.memory_id for citation in answer.citations])
        return answer

    async def remember(self, asked: values.Message) -> None:
        """Remember in Interact what the owner said; after the recall, so that a question never finds itself."""
        await self._memory.remember_many(
            [
                values.NewMemory(
                    text=asked.text,
                    layer="interact",
                    kind="message",
                    session=asked.conversation_id,
                    tags=(QUESTION,) if only_asks(asked.text) else (),
                    occurred_at=asked.created_at,
                    source=values.ConversationSource(asked.conversation_id, asked.id),
                )
            ]
        )


def question_of(text: str) -> str:
    """What was typed, fit to be stored.

    Raises:
        InvalidMemoryError: there is nothing visible in it.
    """
    asked = clean(text).strip()
    if not is_visible(asked):
        raise InvalidMemoryError("question: there is nothing to answer.")
    return asked


def only_asks(text: str) -> bool:
    """Whether a turn is a question and nothing else: one sentence that ends as a question, or begins as one."""
    ends = text.rstrip("\"'»”)] ").endswith(("?", "？", "؟"))
    single = not any(mark in text.rstrip(".!…") for mark in (". ", "! ", "\n"))
    return single and (ends or text.casefold().startswith(_ASKING))
