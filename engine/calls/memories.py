"""Remembering, recalling and asking."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
from collections.abc import AsyncIterator, Collection, Sequence
from datetime import datetime
from typing import Any

from engine import values
from engine.calls.base import Calls
from engine.chat_values import Answered
from engine.errors import MagrayError
from engine.memory.store import memories


class MemoryCalls(Calls):
    """Remembering, recalling and asking."""

    async def remember(
        self, text: str, *, layer: values.Layer = "interact", kind: values.Kind = "note", **fields: Any
    ) -> values.Memory:
        """Remember one text; `fields` are the other fields of `NewMemory`.

        Raises:
            InvalidMemoryError: a field cannot be used.
        """
        (memory,) = await self.remember_many([values.NewMemory(text=text, layer=layer, kind=kind, **fields)])
        return memory

    async def remember_many(self, new: Sequence[values.NewMemory]) -> list[values.Memory]:
        """Remember texts in one transaction, embedded in batches.

        Raises:
            InvalidMemoryError: one of them cannot be remembered; none was.
        """
        self._check()
        return await self._parts.memory.remember_many(new)

    async def recall(
        self,
        query: str,
        *,
        limit: int | None = None,
        layer: values.Layer | None = None,
        kind: values.Kind | None = None,
        explain: bool = False,
        archived: bool = False,
        superseded: bool = False,
        as_of: datetime | None = None,
        valid_at: datetime | None = None,
    ) -> list[values.Hit]:
        """The memories that answer a query best, best first.

        Args:
            query: In any language.
            limit: How many at most; None takes the settings' number.
            layer: Only this layer.
            kind: Only this kind.
            explain: Give each hit's reason at length.
            archived: Search the archive, in which memories lie that have cooled, instead.
            superseded: Show what a newer memory replaced, too.
            as_of: Search what was known at this moment (aware), with the texts of then.
            valid_at: Search what was true in the world at this moment (aware).

        Raises:
            InvalidMemoryError: the query is empty, or a filter cannot be used.
        """
        self._check()
        return await self._parts.memory.recall(
            query,
            limit=limit,
            layer=layer,
            kind=kind,
            explain=explain,
            archived=archived,
            superseded=superseded,
            as_of=as_of,
            valid_at=valid_at,
        )

    async def ask(self, question: str, *, conversation_id: str | None = None) -> values.Answer:
        """Answer a question from the memory, with citations: by the chat model where one is set up, else by quotes.

        In a conversation question and answer are stored and remembered; `chat` gives the same step by step.

        Raises:
            InvalidMemoryError: the question is empty.
            NotFoundError: there is no such conversation.
        """
        self._check()
        if conversation_id is None:
            return await self._parts.chat.chat.ask(question)
        answered: values.Message | None = None
        async with contextlib.aclosing(self._parts.chat.chat.turn(conversation_id, question)) as steps:
            async for step in steps:
                if isinstance(step, Answered):
                    answered = step.message
        if answered is None or answered.answer is None:  # every turn that did not raise ends with an answer
            raise MagrayError("There is no answer. The question is kept; ask again.")
        return dataclasses.replace(answered.answer, message_id=answered.id)

    async def memory(self, memory_id: str) -> values.Memory:
        """One memory.

        Raises:
            NotFoundError: there is none.
        """
        self._check()
        return (await self._parts.memory.get([memory_id]))[0]

    async def memories(
        self,
        *,
        layer: values.Layer | None = None,
        kind: values.Kind | None = None,
        deleted: bool = False,
        archived: bool = False,
        superseded: bool | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> list[values.Memory]:
        """Memories, the newest first, without the archive and without earlier versions.

        Args:
            layer: Only this layer.
            kind: Only this kind.
            deleted: Those that can be brought back, instead.
            archived: Those that have cooled, instead.
            superseded: Only those that a newer one replaced, or only the others; None lists both.
            limit: How many at most.
            offset: How many to pass over.
        """
        self._check()
        return await self._parts.memory.page(
            layer=layer,
            kind=kind,
            deleted=deleted,
            archived=archived,
            superseded=superseded,
            limit=limit,
            offset=offset,
        )

    async def every_memory(self) -> AsyncIterator[values.Memory]:
        """All memories that are not deleted, oldest first, a batch at a time."""
        self._check()
        last: str | None = None
        while True:
            batch = await self._parts.executors.run("query", functools.partial(memories.after, self._parts.store, last))
            for memory in batch:
                yield memory
            if not batch:
                return
            last = batch[-1].id

    async def delete_memories(self, ids: Collection[str], *, erase: bool = False) -> int:
        """Hide memories, or erase them for good.

        Returns:
            How many were there.
        """
        self._check()
        return await self._parts.memory.delete(ids, erase=erase)

    async def undelete_memories(self, ids: Collection[str]) -> int:
        """Bring hidden memories back.

        Returns:
            How many were hidden.
        """
        self._check()
        return await self._parts.memory.undelete(ids)
