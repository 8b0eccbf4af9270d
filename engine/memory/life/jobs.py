"""The expiry run as a job of the scheduler."""

from __future__ import annotations

from datetime import timedelta

from engine.memory.life.life_cycle import LifeCycle
from engine.scheduler import Job, Turn

EVERY = timedelta(minutes=5)
"""What has expired is hidden from recall at once; the run only moves it, so minutes do not matter."""


def expiry_job(life: LifeCycle) -> Job:
    """Lets cool what has outlived its layer."""

    async def run(turn: Turn) -> str:
        done = await life.sweep(breathe=turn.breathe)
        count = len(done.memories)
        return f"{count:,} {'memory' if count == 1 else 'memories'} archived." if count else ""

    return Job(name="expiry", title="Archive what has outlived its layer", run=run, every=EVERY)
