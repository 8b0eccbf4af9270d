"""One turn of a conversation, step by step."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from engine.agent.asking import Asker, question_of
from engine.chat_values import Answered, Asked, ChatStep, Recalled, Recalling, Said
from engine.memory.conversations import Conversations


class Chat:
    """Answers in conversations."""

    def __init__(self, *, asker: Asker, conversations: Conversations) -> None:
        self._asker = asker
        self._conversations = conversations

    async def turn(self, conversation_id: str, text: str, *, remember: bool = True) -> AsyncGenerator[ChatStep, None]:
        """Store what the owner says, then answer it.

        Raises:
            InvalidMemoryError: there is nothing in it to answer.
            NotFoundError: there is no such conversation.
        """
        said = question_of(text)
        asked = await self._conversations.add(conversation_id, "user", said)
        yield Asked(asked)
        yield Recalling()
        hits = await self._asker.found(said)
        yield Recalled(tuple(hits))
        answer = await self._asker.quoted(said, hits)
        yield Said(answer.text)
        message = await self._conversations.add(conversation_id, "assistant", answer.text, answer=answer)
        if remember:
            await self._asker.remember(asked)
        yield Answered(message)
