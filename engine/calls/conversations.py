"""Conversations and their messages."""

from __future__ import annotations

from engine import values
from engine.calls.base import Calls


class ConversationCalls(Calls):
    """Conversations and their messages."""

    async def create_conversation(self, title: str = "") -> values.Conversation:
        """Begin a conversation; without a title the first question names it."""
        self._check()
        return await self._parts.conversations.create(title)

    async def conversation(self, conversation_id: str) -> values.Conversation:
        """One conversation.

        Raises:
            NotFoundError: there is none.
        """
        self._check()
        return await self._parts.conversations.get(conversation_id)

    async def conversations(self, query: str | None = None, *, limit: int = 200) -> list[values.Conversation]:
        """The last changed first; with a query those whose title or messages match it."""
        self._check()
        return await self._parts.conversations.listing(query=query, limit=limit)

    async def rename_conversation(self, conversation_id: str, title: str) -> None:
        """Give a conversation another title."""
        self._check()
        await self._parts.conversations.rename(conversation_id, title)

    async def delete_conversation(self, conversation_id: str) -> None:
        """Hide a conversation; `undelete_conversation` brings it back."""
        self._check()
        await self._parts.conversations.delete(conversation_id)

    async def undelete_conversation(self, conversation_id: str) -> None:
        """Bring a hidden conversation back."""
        self._check()
        await self._parts.conversations.undelete(conversation_id)

    async def messages(
        self, conversation_id: str, *, limit: int = 200, before: str | None = None
    ) -> list[values.Message]:
        """The last messages of a conversation, oldest first; with `before` those that stand before that message."""
        self._check()
        return await self._parts.conversations.messages(conversation_id, limit=limit, before=before)
