"""Promotion: which memories rise by themselves, why, and what decides it."""

from __future__ import annotations

from collections.abc import Sequence

from engine.calls.base import Calls
from engine.life_values import PromotionStatus, PromotionView


class PromotionCalls(Calls):
    """Promotion: which memories rise by themselves, why, and what decides it."""

    async def promotion(self) -> PromotionStatus:
        """The model that decides, its versions, what it learned from, and whether the memories have changed since."""
        self._check()
        return await self._parts.promotion.status()

    async def explain_promotion(self, memory_id: str) -> PromotionView:
        """Why a memory would rise, or what it lacks: its twelve features and what each adds.

        Raises:
            NotFoundError: there is none.
        """
        self._check()
        return await self._parts.promotion.explain(memory_id)

    async def note_opened(self, memory_ids: Sequence[str]) -> None:
        """The owner opened these memories, or what they come from, to read them: they count as used."""
        self._check()
        self._parts.memory.note_usage("opened", list(memory_ids))

    async def refit_promotion(self) -> str:
        """Learn anew from what was used, if enough has become known and the last time is long enough ago.

        Returns:
            What came of it, in words.
        """
        self._check()
        return await self._parts.promotion.refit()

    async def rollback_promotion(self, version: int) -> PromotionStatus:
        """Let an earlier version of the model decide again; 0 is the one that came with Magray.

        Raises:
            NotFoundError: there is none, or it cannot be used.
        """
        self._check()
        await self._parts.promotion.rollback(version)
        return await self._parts.promotion.status()
