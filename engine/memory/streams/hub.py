"""All live streams together: who may send, and the one writer that keeps their messages.

While one transaction is written the next messages gather, of all streams together, so that a hundred streams cost no
more flushes of the disk than one.
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from engine import values
from engine.background_values import Receipt, StreamStatus
from engine.clock import Clock, utc_now
from engine.embedding.embedder import Embedder
from engine.errors import InvalidMemoryError, MagrayError, StreamError
from engine.events import EventBus, MemoriesChanged
from engine.executors import Executors
from engine.memory.memory import LayeredMemory
from engine.memory.streams.record import CHARACTERS_PER_TOKEN, Record, as_parts
from engine.memory.streams.session import StreamSession
from engine.memory.streams.writing import known_again, write_parts
from engine.scheduler import Job, Turn
from engine.settings import Settings

_log = logging.getLogger(__name__)

MOST_BYTES = 32 * 1024 * 1024
"""Of all texts that wait, of all streams together."""
_BATCH_RECORDS, _BATCH_BYTES = 1000, 4 * 1024 * 1024
"""One transaction takes no more: recall and everything else that writes has its turn between two."""
_GATHER_SECONDS = 0.004
"""Where several streams are open, a transaction waits so long for the others."""
_TELL_SECONDS = 0.25
"""New memories are told so often."""
_CLEAN_EVERY = timedelta(seconds=60)
_LONG_CHECK = 32 * 1024
"""Characters of a message that is held against the rules off the loop."""


class Streams:
    """Owned by the engine; everything but the writing itself belongs to the engine's loop."""

    def __init__(
        self,
        *,
        memory: LayeredMemory,
        embedder: Embedder,
        executors: Executors,
        events: EventBus,
        settings: Settings,
        vectors_due: Callable[[], None],
        clock: Clock = utc_now,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """No stream is open.

        Args:
            memory: Keeps the messages.
            embedder: Says how much of a text it reads.
            executors: `io` is used.
            events: Hear of new memories.
            settings: `streaming.*` is used.
            vectors_due: Called when memories wait for their vectors.
            clock: The wall clock.
            monotonic: Seconds, never going back.
        """
        self.now = clock
        self.monotonic = monotonic
        self.closing = False
        self._memory = memory
        self._embedder = embedder
        self._executors = executors
        self._events = events
        self._options = settings.streaming
        self._vectors_due = vectors_due
        self._sessions: dict[str, StreamSession] = {}
        self._queue: dict[Record, StreamSession] = {}
        self._bytes = 0
        self._room = asyncio.Condition()
        self._ready = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._added = self._without = 0
        self._last = -math.inf

    @property
    def buffer_records(self) -> int:
        """Messages that one stream may have waiting."""
        return self._options.buffer_records

    def quiet(self) -> float:
        """Seconds since the last message came."""
        return self.monotonic() - self._last

    def follow(self, settings: Settings) -> None:
        """Use other options from now on."""
        self._options = settings.streaming

    def open(self, name: Any, defaults: Mapping[str, Any]) -> StreamSession:
        """Open a stream.

        Raises:
            StreamError: one of that name is open, or too many are.
            InvalidMemoryError: the name is empty, or a default is no field of a memory.
        """
        if not isinstance(name, str) or not name.strip():
            raise InvalidMemoryError("session: a stream needs a name.")
        session = StreamSession(self, name, dict(defaults))
        self._enter(session)
        return session

    def statuses(self) -> list[StreamStatus]:
        """How it stands with every open stream, the oldest first."""
        return [session.status() for session in self._sessions.values()]

    def job(self) -> Job:
        """Lets go of quiet streams, for the scheduler."""

        async def clean(turn: Turn) -> str:
            self.clean()
            return ""

        return Job(name="streams", title="Let go of quiet streams", run=clean, every=_CLEAN_EVERY, priority="high")

    def clean(self) -> int:
        """Let go of streams that were quiet for `streaming.idle_seconds`; one that goes on is taken up again.

        Returns:
            How many.
        """
        now = self.monotonic()
        quiet = [
            session
            for session in self._sessions.values()
            if not session.waiting and now - session.active_since >= self._options.idle_seconds
        ]
        for session in quiet:
            self.forget(session)
        return len(quiet)

    async def close(self) -> None:
        """Keep everything that was given, and take nothing any more."""
        self.closing = True
        self.hurry()
        if self._task is not None:
            await self.until(lambda: not self._bytes)
            self._task.cancel()
            await asyncio.wait([self._task])
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        self._tell_added()
        self._sessions.clear()

    # A stream's side

    async def prepare(
        self, text: Any, fields: Mapping[str, Any], session: str
    ) -> tuple[tuple[values.NewMemory, ...], int]:
        """What a message becomes; see `as_parts`."""
        work = partial(
            as_parts,
            text,
            fields,
            session=session,
            most_bytes=self._options.message_kb * 1024,
            dimensions=self._embedder.dimensions,
            part=max(256, self._embedder.max_tokens * CHARACTERS_PER_TOKEN),
        )
        if isinstance(text, str) and len(text) > _LONG_CHECK:
            return await self._executors.run("io", work)
        return work()

    def admit(self, session: StreamSession) -> None:
        """A stream that sends is open, even if it was let go of meanwhile.

        Raises:
            StreamError: another one has its name, or too many are open.
        """
        if self._sessions.get(session.name) is not session:
            self._enter(session)

    def forget(self, session: StreamSession) -> None:
        """A stream has ended, or was let go of."""
        if self._sessions.get(session.name) is session:
            del self._sessions[session.name]

    def has_room(self, size: int) -> bool:
        """Whether so many bytes may wait, too."""
        return not self._bytes or self._bytes + size <= MOST_BYTES

    def enqueue(self, session: StreamSession, record: Record) -> None:
        """A message waits; it is written at once where somebody waits for it, else when its time comes."""
        self._last = record.since
        self._queue[record] = session
        self._bytes += record.size
        if record.asked or len(session.waiting) >= self._options.buffer_records:
            self.hurry()
        else:
            self._later("write", self._options.buffer_ms / 1000, self.hurry)
        if self._task is None:
            self._task = asyncio.create_task(self._write_on(), name="live streams")

    def withdraw(self, record: Record) -> bool:
        """Take a message back; tells whether it was not being written yet."""
        if self._queue.pop(record, None) is None:
            return False
        self._bytes -= record.size
        return True

    def hurry(self) -> None:
        """Write what waits now."""
        timer = self._timers.pop("write", None)
        if timer is not None:
            timer.cancel()
        if self._queue:
            self._ready.set()

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait for something that changes as messages are written."""
        if not true():
            async with self._room:
                await self._room.wait_for(true)

    async def tell_room(self) -> None:
        """Somebody who waits may go on now."""
        async with self._room:
            self._room.notify_all()

    # Writing

    async def _write_on(self) -> None:
        while True:
            await self._ready.wait()
            self._ready.clear()
            if len(self._sessions) > 1:
                await asyncio.sleep(_GATHER_SECONDS)
            batch = self._next_batch()
            if self._queue:  # more than one transaction takes
                self._ready.set()
            await self._write(batch)

    def _next_batch(self) -> list[tuple[StreamSession, Record]]:
        batch: list[tuple[StreamSession, Record]] = []
        size = 0
        for record, session in self._queue.items():
            if batch and (len(batch) >= _BATCH_RECORDS or size + record.size > _BATCH_BYTES):
                break
            batch.append((session, record))
            size += record.size
        for _, record in batch:
            del self._queue[record]
        return batch

    async def _write(self, batch: Sequence[tuple[StreamSession, Record]]) -> None:
        if not batch:
            return
        try:
            ids = await self._commit([record for _, record in batch])
        except InvalidMemoryError as error:
            if len(batch) > 1:  # one of them is at fault, and the others must not suffer for it
                for one in batch:
                    await self._write([one])
                return
            await self._refuse(*batch[0], error)
        except MagrayError as error:
            self._tell_all(batch, error)
        except Exception as error:  # whoever waits must hear of a fault of ours, too
            _log.exception("messages of live streams could not be kept")
            self._tell_all(batch, StreamError(f"The message could not be kept ({error}). Send it again."))
        else:
            for (session, record), known in zip(batch, ids, strict=True):
                session.written(record, self._receipt(session, record, known))
        self._bytes -= sum(record.size for _, record in batch)
        await self.tell_room()

    @staticmethod
    def _tell_all(batch: Sequence[tuple[StreamSession, Record]], error: MagrayError) -> None:
        for session, record in batch:
            session.written(record, error)

    async def _commit(self, records: Sequence[Record]) -> list[tuple[str, ...]]:
        parts = [record.parts for record in records]
        written = await self._memory.write(
            partial(
                write_parts, parts=parts, at=self.now(), embedder=self._embedder, expires_at=self._memory.expires_at
            )
        )
        self._added += sum(map(len, written.ids))
        self._later("tell", _TELL_SECONDS, self._tell_added)
        self._without += written.without_vectors
        if self._without >= self._options.buffer_records:
            self._ask_vectors()
        elif self._without:
            self._later("vectors", self._options.buffer_ms / 1000, self._ask_vectors)
        return written.ids

    async def _refuse(self, session: StreamSession, record: Record, error: InvalidMemoryError) -> None:
        """A message that came before, by its own id, is acknowledged again; anything else is told."""
        again = await self._memory.write(partial(known_again, parts=record.parts))
        outcome = error if again is None else self._receipt(session, record, again, repeated=True)
        session.written(record, outcome)

    def _receipt(
        self, session: StreamSession, record: Record, ids: tuple[str, ...], *, repeated: bool = False
    ) -> Receipt:
        number = session.next_number()
        return Receipt(session=session.name, number=number, ids=ids, received_at=record.at, repeated=repeated)

    def _enter(self, session: StreamSession) -> None:
        if self.closing:
            raise StreamError("Magray is closed; nothing was kept.")
        if session.name in self._sessions:
            raise StreamError(f"session: a stream named {session.name!r} is open already.")
        if len(self._sessions) >= self._options.sessions:
            self.clean()
        if len(self._sessions) >= self._options.sessions:
            raise StreamError(
                f"session: {self._options.sessions} streams are open, and no more are taken (streaming.sessions). "
                "Close one first."
            )
        self._sessions[session.name] = session

    def _later(self, name: str, seconds: float, call: Callable[[], None]) -> None:
        if name not in self._timers:
            self._timers[name] = asyncio.get_running_loop().call_later(seconds, self._ring, name, call)

    def _ring(self, name: str, call: Callable[[], None]) -> None:
        self._timers.pop(name, None)
        call()

    def _tell_added(self) -> None:
        added, self._added = self._added, 0
        if added:
            self._events.publish(MemoriesChanged(added=added))

    def _ask_vectors(self) -> None:
        timer = self._timers.pop("vectors", None)
        if timer is not None:
            timer.cancel()
        self._without = 0
        self._vectors_due()
