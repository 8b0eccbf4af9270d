"""Promotion as jobs of the scheduler."""

from __future__ import annotations

from datetime import timedelta

from engine.memory.promotion.promotion import Promotion
from engine.scheduler import Job, Turn

EVERY = timedelta(seconds=30)
FIRST_AFTER = timedelta(seconds=15)
"""Before the first run of the expiry: what went while Magray was closed is judged first."""
LOOK = timedelta(hours=1)


def promotion_job(promotion: Promotion) -> Job:
    """Lets rise what matters; a look that finds nothing due costs a few indexed queries."""

    async def run(turn: Turn) -> str:
        return await promotion.run(turn.breathe)

    return Job(name="promotion", title="Let memories rise that matter", run=run, every=EVERY, first_after=FIRST_AFTER)


def refit_job(promotion: Promotion) -> Job:
    """Learns from what was used, when there is enough."""

    async def run(turn: Turn) -> str:
        del turn
        return await promotion.refit()

    return Job(name="refit", title="Learn what matters to you", run=run, every=LOOK, priority="low")
