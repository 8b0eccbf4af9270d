"""The life of memories: change them, move them between layers, archive them, and take that back."""

from __future__ import annotations

from collections.abc import Sequence
from types import EllipsisType

from engine import values
from engine.calls.base import Calls
from engine.life_values import Action, HistoryEntry


class LifeCalls(Calls):
    """The life of memories.

    Each call is one transaction: all of it or nothing. Unknown ids raise `NotFoundError`, deleted memories and earlier
    versions `InvalidMemoryError`. An action without an id says that there was nothing to do.
    """

    async def edit_memory(
        self,
        memory_id: str,
        *,
        text: str | None = None,
        title: str | EllipsisType | None = ...,
        kind: values.Kind | None = None,
        tags: Sequence[str] | None = None,
        importance: float | None = None,
    ) -> values.Memory:
        """Change what a memory says; another text or title is embedded anew, and what it said before is kept.

        Args:
            memory_id: Which; its id, its neighbours, its source and its layer stay.
            text: The new text; None leaves it.
            title: The new title; None takes it off, and left out it stays.
            kind: What it is.
            tags: All of its tags.
            importance: From 0 to 1.

        Raises:
            NotFoundError: there is none.
            InvalidMemoryError: a field cannot be used, or it was deleted.
        """
        self._check()
        return await self._parts.life.edit(
            memory_id, text=text, title=title, kind=kind, tags=tags, importance=importance
        )

    async def promote_memories(self, ids: Sequence[str], *, to: values.Layer | None = None, reason: str = "") -> Action:
        """One layer up, or up to `to`; there a memory's life begins anew. What is archived wakes."""
        self._check()
        return await self._parts.life.promote(ids, to=to, reason=reason)

    async def demote_memories(self, ids: Sequence[str], *, to: values.Layer | None = None, reason: str = "") -> Action:
        """One layer down, or down to `to`; there a memory's life begins anew."""
        self._check()
        return await self._parts.life.demote(ids, to=to, reason=reason)

    async def keep_memories(self, ids: Sequence[str], *, reason: str = "") -> Action:
        """Let memories live another whole term in their layer, from now on."""
        self._check()
        return await self._parts.life.keep(ids, reason=reason)

    async def archive_memories(self, ids: Sequence[str], *, reason: str = "") -> Action:
        """Let memories cool: out of the hot indexes; `recall(..., archived=True)` still finds them."""
        self._check()
        return await self._parts.life.archive(ids, reason=reason)

    async def wake_memories(self, ids: Sequence[str]) -> Action:
        """Out of the archive, with another whole term in their layer."""
        self._check()
        return await self._parts.life.wake(ids)

    async def pin_memories(self, ids: Sequence[str], pinned: bool = True) -> Action:
        """What is pinned never expires; taking the pin off begins another term."""
        self._check()
        return await self._parts.life.pin(ids, pinned)

    async def tag_memories(self, ids: Sequence[str], *, add: Sequence[str] = (), remove: Sequence[str] = ()) -> Action:
        """Put tags on memories and take others off.

        Raises:
            InvalidMemoryError: a tag is empty, too long, or both put on and taken off.
        """
        self._check()
        return await self._parts.life.tag(ids, add=add, remove=remove)

    async def merge_memories(self, ids: Sequence[str], *, text: str | None = None) -> Action:
        """Make one of several memories that say the same: the others stay, hidden behind it.

        Args:
            ids: Two or more.
            text: What the one says; None keeps the best of them as it is.

        Raises:
            InvalidMemoryError: fewer than two, or one is hidden behind another memory already.
        """
        self._check()
        return await self._parts.life.merge(ids, text=text)

    async def split_memory(self, memory_id: str, parts: Sequence[str]) -> Action:
        """Make several memories of one; the whole stays, hidden behind them.

        Raises:
            InvalidMemoryError: fewer than two parts, or an empty one.
        """
        self._check()
        return await self._parts.life.split(memory_id, parts)

    async def supersede_memories(self, ids: Sequence[str], *, by: str) -> Action:
        """A newer memory says otherwise: these stay, and recall hides them unless asked for.

        Raises:
            InvalidMemoryError: a memory would come to be replaced by itself.
        """
        self._check()
        return await self._parts.life.supersede(ids, by=by)

    async def undo_action(self, action_id: str) -> Action:
        """Take an action back; that is an action of its own, and may be taken back as well.

        Raises:
            NotFoundError: there is no such action.
            InvalidMemoryError: it cannot be taken back any more; the message says why.
        """
        self._check()
        return await self._parts.life.undo(action_id)

    async def actions(self, limit: int = 50, memory: str | None = None) -> list[Action]:
        """The last actions, the newest first; with `memory` those that touched it."""
        self._check()
        return await self._parts.life.actions(limit=limit, memory=memory)

    async def memory_history(self, memory_id: str) -> list[HistoryEntry]:
        """What a memory went through, the newest first.

        Raises:
            NotFoundError: there is no such memory.
        """
        self._check()
        return await self._parts.life.history(memory_id)

    async def memory_versions(self, memory_id: str) -> list[values.Memory]:
        """What a memory said before it was edited, the newest first.

        Raises:
            NotFoundError: there is no such memory.
        """
        self._check()
        return await self._parts.life.versions(memory_id)
