"""Conversations as coroutines: every call hops to the thread that may do it and tells the rest of the app."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from engine import values
from engine.events import ConversationsChanged, EventBus
from engine.executors import Executors
from engine.memory.store import conversations
from engine.memory.store.database import Database

P = ParamSpec("P")
T = TypeVar("T")

LONGEST_TITLE = 500
"""Characters of a conversation's title that are kept."""


def storable(text: str) -> str:
    """Text that every encoding can hold: lone surrogates become U+FFFD."""
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")


def one_line(title: str) -> str:
    """A title as one line that can be kept."""
    return " ".join(storable(title).replace("\x00", " ").split())[:LONGEST_TITLE]


class Conversations:
    """The conversations of one engine."""

    def __init__(self, *, store: Database, executors: Executors, events: EventBus) -> None:
        self._store = store
        self._executors = executors
        self._events = events

    async def create(self, title: str = "") -> values.Conversation:
        """Begin a conversation; without a title the first question names it."""
        made = await self._write(conversations.create, one_line(title))
        self._events.publish(ConversationsChanged(conversation_id=made.id))
        return made

    async def get(self, conversation_id: str) -> values.Conversation:
        """One conversation.

        Raises:
            NotFoundError: there is none.
        """
        return await self._read(conversations.get, conversation_id)

    async def listing(self, *, query: str | None = None, limit: int = 200) -> list[values.Conversation]:
        """The last changed first; with a query those whose title or messages match it."""
        return await self._read(conversations.listing, query=query, limit=limit)

    async def count(self) -> int:
        """How many there are."""
        return await self._read(conversations.count)

    async def rename(self, conversation_id: str, title: str) -> None:
        """Give another title.

        Raises:
            NotFoundError: there is no such conversation.
        """
        await self._write(conversations.rename, conversation_id, one_line(title))
        self._events.publish(ConversationsChanged(conversation_id=conversation_id))

    async def delete(self, conversation_id: str) -> None:
        """Hide a conversation; `undelete` brings it back.

        Raises:
            NotFoundError: there is no such conversation.
        """
        await self._write(conversations.set_deleted, conversation_id, deleted=True)
        self._events.publish(ConversationsChanged(conversation_id=conversation_id))

    async def undelete(self, conversation_id: str) -> None:
        """Bring a hidden conversation back.

        Raises:
            NotFoundError: there is no such conversation.
        """
        await self._write(conversations.set_deleted, conversation_id, deleted=False)
        self._events.publish(ConversationsChanged(conversation_id=conversation_id))

    async def messages(
        self, conversation_id: str, *, limit: int = 200, before: str | None = None
    ) -> list[values.Message]:
        """The last messages, oldest first; with `before` those that stand before that message."""
        return await self._read(conversations.messages, conversation_id, limit=limit, before=before)

    async def add(
        self, conversation_id: str, role: values.Role, text: str, *, answer: values.Answer | None = None
    ) -> values.Message:
        """Write one message.

        Raises:
            NotFoundError: there is no such conversation.
        """
        message = await self._write(conversations.add_message, conversation_id, role, storable(text), answer=answer)
        self._events.publish(ConversationsChanged(conversation_id=conversation_id))
        return message

    async def _read(self, function: Callable[..., T], *arguments: Any, **named: Any) -> T:
        def work() -> T:
            with self._store.read() as reader:
                return function(reader, *arguments, **named)

        return await self._executors.run("query", work)

    async def _write(self, function: Callable[..., T], *arguments: Any, **named: Any) -> T:
        def work() -> T:
            with self._store.write() as writer:
                return function(writer, *arguments, **named)

        return await self._executors.run("store", work)
