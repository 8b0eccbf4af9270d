"""Deletes the memories of documents whose files stayed away, as an action that can be undone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.memory.life.life_cycle import LifeCycle


class MissingShelf:
    """The life of memories, as watched folders need it."""

    def __init__(self, life: LifeCycle) -> None:
        self._life = life

    async def put_aside(self, ids: Sequence[str], reason: str) -> str:
        """Delete memories; the answer is the action's id, empty where there was nothing to do."""
        return (await self._life.delete(ids, reason=reason, actor="magray")).id

    async def bring_back(self, action: str) -> None:
        """Undo that.

        Raises:
            NotFoundError: there is no such action any more.
            InvalidMemoryError: it cannot be taken back any more.
        """
        await self._life.undo(action, reason="The file is back.", actor="magray")
