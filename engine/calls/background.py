"""What goes on behind the owner's back, and what the owner may do about it."""

from __future__ import annotations

from engine.background_values import BackgroundStatus, ResourcesStatus
from engine.calls.base import Calls


class BackgroundCalls(Calls):
    """What goes on behind the owner's back, and what the owner may do about it."""

    async def background(self) -> list[BackgroundStatus]:
        """All background work: what is done every so often, and what runs by itself at the moment."""
        self._check()
        return self._parts.scheduler.jobs()

    async def pause_background(self, name: str | None = None) -> None:
        """Let one piece of background work rest, or all of it; also over the next starts.

        What runs comes to a stop at its next checkpoint, and goes on from there with `resume_background`.

        Raises:
            NotFoundError: there is none of that name, or it cannot be paused.
        """
        self._check()
        await self._parts.scheduler.pause(name)

    async def resume_background(self, name: str | None = None) -> None:
        """Let one piece of background work go on, or all of it.

        Raises:
            NotFoundError: there is none of that name, or it cannot be paused.
        """
        self._check()
        await self._parts.scheduler.resume(name)

    async def run_background(self, name: str) -> BackgroundStatus:
        """Do one piece of background work now, whatever the computer has to do, and wait until it is done.

        To stop waiting does not stop it.

        Returns:
            How it stands with it then: `failed` and `result` say what it came to.

        Raises:
            NotFoundError: there is none of that name that can be asked for.
            EngineClosedError: Magray was closed meanwhile; what was done is kept.
        """
        self._check()
        return await self._parts.scheduler.run_now(name)

    async def resources(self) -> ResourcesStatus:
        """What the computer has left, what Magray makes of it, and what its indexes take; looked at now."""
        self._check()
        return await self._parts.resources.look()
