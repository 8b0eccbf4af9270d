"""Messages that keep coming from other programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.background_values import StreamStatus
from engine.calls.base import Calls

if TYPE_CHECKING:
    from engine.memory.streams.session import StreamSession


class StreamingCalls(Calls):
    """Messages that keep coming from other programs."""

    def stream(self, session: str, **defaults: Any) -> StreamSession:
        """Open a live stream; an async context manager that closes it.

        ```python
        async with engine.stream("build log") as stream:
            await stream.add("tests passed")     # kept when this returns
        ```

        Args:
            session: The stream's name, and the session of its memories.
            defaults: Fields of `NewMemory` for all of its messages.

        Raises:
            EngineClosedError: Magray is closed.
            StreamError: one of that name is open, or too many are.
            InvalidMemoryError: the name is empty, or a default is no field of a memory.
        """
        self._check()
        return self._parts.streams.open(session, defaults)

    async def streams(self) -> list[StreamStatus]:
        """How it stands with every open stream."""
        self._check()
        return self._parts.streams.statuses()
