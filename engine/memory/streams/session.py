"""One live stream as its sender holds it."""

from __future__ import annotations

import asyncio
from collections import deque
from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from engine.background_values import Receipt, StreamStatus
from engine.errors import MagrayError, StreamError, StreamFullError
from engine.memory.streams.record import BUFFER_BYTES, Record, check_fields

if TYPE_CHECKING:
    from engine.memory.streams.hub import Streams

PATIENCE_SECONDS = 30.0
"""How long a message waits for room where its sender did not say."""


class StreamSession:
    """Takes messages one after the other; made by `Engine.stream`.

    ```python
    async with engine.stream("build log", layer="interact") as stream:
        receipt = await stream.add("tests passed")     # kept, and found by its words
    ```

    Messages of one stream are kept in the order in which they were given. All methods belong to the engine's loop, and
    several tasks may use one stream.
    """

    def __init__(self, hub: Streams, name: str, defaults: dict[str, Any]) -> None:
        """Use `Engine.stream`.

        Raises:
            InvalidMemoryError: a default is no field of a memory.
        """
        check_fields(defaults)
        self._hub = hub
        self._defaults = defaults
        self._closed = False
        self._order = asyncio.Lock()
        self.name = name
        self.waiting: deque[Record] = deque()
        self.waiting_bytes = 0
        self.kept = 0
        self.opened_at: datetime = hub.now()
        self.last_at: datetime = self.opened_at
        self.active_since: float = hub.monotonic()
        self.failures: list[MagrayError] = []
        self.problem = ""

    async def add(self, text: str, *, timeout: float = PATIENCE_SECONDS, **fields: Any) -> Receipt:
        """Keep a message.

        A caller that stops waiting (is cancelled) does not know whether it was kept: one that was not written yet is
        taken back. With an `external_id` it can be sent again: it is kept once.

        Args:
            text: The message.
            timeout: Seconds that it may wait for room in the stream's buffer.
            fields: Other fields of `NewMemory`, which win over the stream's defaults.

        Returns:
            The receipt: the message is in the database, also after the process is killed.

        Raises:
            InvalidMemoryError: a field cannot be used.
            StreamError: the stream is closed, or the message is too large.
            StreamFullError: there was no room in time.
            StoreFullError: the disk is full; the message was not kept.
        """
        record = await self._take(text, fields, timeout, asked=True)
        try:
            return await asyncio.shield(record.acknowledged)
        except asyncio.CancelledError:
            await self._take_back(record)
            raise

    async def put(self, text: str, *, timeout: float = PATIENCE_SECONDS, **fields: Any) -> None:
        """Hand a message over without waiting for it to be kept.

        It is written with the next message of any stream, once `streaming.buffer_records` of this stream wait, or after
        `streaming.buffer_ms`; `flush` says when. Until then it is lost if the process is killed.

        Args:
            text: The message.
            timeout: Seconds that it may wait for room in the stream's buffer.
            fields: Other fields of `NewMemory`, which win over the stream's defaults.

        Raises:
            InvalidMemoryError: a field cannot be used.
            StreamError: the stream is closed, or the message is too large.
            StreamFullError: there was no room in time.
            MagrayError: an earlier message of `put` could not be kept; told once.
        """
        self._tell_failure()
        await self._take(text, fields, timeout, asked=False)

    async def flush(self) -> int:
        """Wait until everything that was given is kept.

        Returns:
            How many messages of this stream were kept since it was opened.

        Raises:
            MagrayError: one of `put` could not be kept; the others were. Told once.
        """
        self._hub.hurry()
        await self._hub.until(lambda: not self.waiting)
        self._tell_failure()
        return self.kept

    async def close(self) -> None:
        """Keep what waits, and let go of the stream. Safe to call twice.

        Raises:
            MagrayError: a message of `put` could not be kept.
        """
        self._closed = True
        try:
            await self.flush()
        finally:
            self._hub.forget(self)

    async def cancel(self) -> int:
        """Let go of the stream without what is not written yet; what was acknowledged stays.

        Returns:
            How many messages were dropped. Who waits for one of them gets a `StreamError`.
        """
        self._closed = True
        dropped = [record for record in self.waiting if self._hub.withdraw(record)]
        for record in dropped:
            self._leave(record)
            if not record.acknowledged.done():
                record.acknowledged.set_exception(StreamError("The stream was cancelled; this message was not kept."))
                record.acknowledged.exception()  # told where somebody waits, and no loss where nobody does
        await self._hub.tell_room()
        await self._hub.until(lambda: not self.waiting)  # what is being written just now
        self._hub.forget(self)
        return len(dropped)

    def status(self) -> StreamStatus:
        """How it stands with it."""
        return StreamStatus(
            session=self.name,
            opened_at=self.opened_at,
            last_at=self.last_at,
            kept=self.kept,
            waiting=len(self.waiting),
            waiting_bytes=self.waiting_bytes,
            problem=self.problem,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    # The hub's side

    def written(self, record: Record, outcome: Receipt | MagrayError) -> None:
        """A message was kept, or was not."""
        self._leave(record)
        if isinstance(outcome, Receipt):
            self.problem = ""
            if not record.acknowledged.done():
                record.acknowledged.set_result(outcome)
        else:
            self.problem = str(outcome)
            if not record.asked:
                self.failures.append(outcome)
            if not record.acknowledged.done():
                record.acknowledged.set_exception(outcome)
                record.acknowledged.exception()

    def next_number(self) -> int:
        """Count a message that is kept."""
        self.kept += 1
        return self.kept

    # Inside

    async def _take(self, text: str, fields: dict[str, Any], timeout: float, *, asked: bool) -> Record:
        self._check_open()
        try:
            async with asyncio.timeout(timeout), self._order:
                parts, size = await self._hub.prepare(text, {**self._defaults, **fields}, self.name)
                if not self._fits(size):
                    self._hub.hurry()
                    await self._hub.until(lambda: self._closed or self._fits(size))
        except TimeoutError as error:
            raise StreamFullError(
                f"{self.name}: messages come faster than they can be kept, so this one was not taken within "
                f"{timeout:g} seconds. What was acknowledged is kept; send it again, and more slowly."
            ) from error
        self._check_open()
        self._hub.admit(self)
        record = Record(
            parts=parts,
            size=size,
            at=self._hub.now(),
            since=self._hub.monotonic(),
            asked=asked,
            acknowledged=asyncio.get_running_loop().create_future(),
        )
        self.waiting.append(record)
        self.waiting_bytes += size
        self.last_at, self.active_since = record.at, record.since
        self._hub.enqueue(self, record)
        return record

    def _fits(self, size: int) -> bool:
        if not self._hub.has_room(size):
            return False
        if not self.waiting:
            return True
        return len(self.waiting) < self._hub.buffer_records and self.waiting_bytes + size <= BUFFER_BYTES

    async def _take_back(self, record: Record) -> None:
        if not record.acknowledged.done() and self._hub.withdraw(record):
            self._leave(record)
            record.acknowledged.cancel()
            await self._hub.tell_room()

    def _leave(self, record: Record) -> None:
        self.waiting.remove(record)
        self.waiting_bytes -= record.size

    def _tell_failure(self) -> None:
        if self.failures:
            failures, self.failures = self.failures, []
            raise failures[0]

    def _check_open(self) -> None:
        if self._closed or self._hub.closing:
            raise StreamError(f"{self.name}: the stream is closed; the message was not kept. Open it again.")
