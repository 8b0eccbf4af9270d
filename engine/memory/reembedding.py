"""Vectors of another embedder for all memories, in the background.

Vectors of two models are never compared: an index holds those of one embedder only. While the old embedder can still be
used, everything goes on with it and the new vectors are gathered beside the old ones; when the last is there, embedder,
vectors and indexes change places in one moment, and until then going back costs nothing. Where the old one is gone,
memories are found by their words and get their new vectors one batch after the other. Each batch is one transaction,
and so is the change of places: a stop at any moment loses nothing and the next start goes on from there.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from engine.errors import MagrayError
from engine.events import EventBus, MemoriesChanged, Notice, ReembeddingChanged, StatusChanged
from engine.executors import Executors
from engine.memory.indexes import Indexes
from engine.memory.new_vectors import NewVectors
from engine.memory.store.database import Database
from engine.model_values import ReembeddingStatus

if TYPE_CHECKING:
    from engine.embedding.cached_embedder import CachedEmbedder
    from engine.embedding.in_use import EmbedderInUse

_log = logging.getLogger(__name__)
_FIRST_BATCH, _LEAST_BATCH, _MOST_BATCH = 16, 4, 256
_BATCH_SECONDS = 0.5
"""What a batch takes, about: a question or a document waits for no more of it."""
_TELL_SECONDS = 1.0
_HELD_SECONDS = 5.0


class Reembedding:
    """Owned by the engine: `start`, then `close`. Methods belong to the engine's loop."""

    def __init__(
        self,
        *,
        store: Database,
        indexes: Indexes,
        embedder: EmbedderInUse,
        executors: Executors,
        events: EventBus,
        still: Callable[[], contextlib.AbstractContextManager[None]],
        held: Callable[[], str] = lambda: "",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Nothing is read yet.

        Args:
            store: The open database.
            indexes: Follow what is replaced.
            embedder: In use; another takes its place here.
            executors: `query`, `inference` and `store` are used.
            events: Hear how it goes.
            still: While the block lasts no recall runs, so that none sees half of the change.
            held: Why the computer has no room for it now, in words; empty where it has.
            clock: Seconds, never going back.
        """
        self._held = held
        self._ended = asyncio.Event()
        self._embedder = embedder
        self._executors = executors
        self._events = events
        self._clock = clock
        self._following: CachedEmbedder | None = None
        self._work = NewVectors(
            store=store, indexes=indexes, in_use=embedder, still=still, ending=lambda: self._ending, clock=clock
        )
        self._task: asyncio.Task[None] | None = None
        self._looked = asyncio.Event()
        self._going = asyncio.Event()
        self._going.set()
        self._ending = False
        self._known_pause = False
        self._left = self._total = 0
        self._told = 0.0
        self._waits = ""
        self._failure: str | None = None

    @property
    def waits(self) -> str:
        """Why it waits for a calmer computer; empty where it does not."""
        return self._waits

    @property
    def following(self) -> CachedEmbedder | None:
        """The embedder that takes the place of the one in use once all memories are embedded by it."""
        return self._following

    def start(self, following: CachedEmbedder | None = None) -> None:
        """Begin, or go on; nothing is waited for.

        Args:
            following: Gather its vectors beside those in use, then change to it. None puts a vector of the embedder in
                use in the place of every one of another model.
        """
        self._following = following
        self._embedder.prepare(following)
        self._work.begin(following)
        self._failure = None
        self._ending = False
        self._ended.clear()
        self._looked.clear()
        self._task = asyncio.ensure_future(self._run())

    async def pause(self) -> None:
        """Finish the batch at hand, then wait for `resume`, also over the next starts."""
        self._known_pause = True
        self._going.clear()
        await self._executors.run("store", self._work.note_paused, True)
        self._tell()

    async def resume(self) -> None:
        """Go on; after a failure, try again."""
        await self._unpause()
        if self._failure is not None and (self._task is None or self._task.done()):
            self.start(self._following)
        self._tell()

    async def stop(self) -> bool:
        """End after the batch at hand, or after a change that is under way.

        Returns:
            Whether an embedder waits still to take the place of the one in use.
        """
        paused = not self._going.is_set()
        self._ending = True
        self._ended.set()
        self._going.set()
        await self.wait()
        if paused:
            self._going.clear()
        return self._following is not None

    async def begin(self, following: CachedEmbedder) -> None:
        """Change to another embedder, whatever was going on; the owner's pause ends with what it was for."""
        if await self.stop():
            await self._forget()
        await self._unpause()
        self.start(following)

    async def drop(self) -> None:
        """Forget what was gathered, after `stop`; the embedder in use stays."""
        await self._forget()
        await self._unpause()
        self.start()  # sees to what was there before, and takes the dropped vectors away
        self._tell()

    async def _forget(self) -> None:
        following, self._following = self._following, None
        self._embedder.prepare(None)
        self._left = 0
        await self._executors.run("store", self._work.drop)
        if following is not None:
            await self._executors.run("inference", following.close)

    async def _unpause(self) -> None:
        self._known_pause = True
        self._going.set()
        await self._executors.run("store", self._work.note_paused, False)

    async def look(self) -> ReembeddingStatus | None:
        """How far it is, once that has been counted."""
        await self._looked.wait()
        return self.status()

    async def wait(self) -> None:
        """Until it is through, or has failed."""
        if self._task is not None:
            await asyncio.wait([self._task])

    async def close(self) -> None:
        """Stop after the batch at hand. What is done stays done."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    def status(self) -> ReembeddingStatus | None:
        """How far it is; None where there was nothing to do or all is done."""
        following, failure = self._following, self._failure or ""
        if following is None and not self._left and not failure:
            return None
        going = self._going.is_set() and not failure
        return ReembeddingStatus(
            from_model="" if following is None else self._embedder.ident,
            to_model=self._embedder.ident if following is None else following.ident,
            done=self._total - self._left,
            total=self._total,
            paused=not self._going.is_set(),
            seconds_left=self._left * each if going and (each := self._work.seconds_each) is not None else None,
            failure=failure,
            can_cancel=following is not None,
        )

    def _tell(self) -> None:
        self._told = self._clock()
        self._events.publish(ReembeddingChanged(status=self.status()))
        self._events.publish(StatusChanged(component="reembedding"))

    async def _run(self) -> None:
        try:
            if not self._known_pause and await self._executors.run("query", self._work.is_paused):
                self._going.clear()
            self._known_pause = True
            if self._following is not None:
                await self._gather(self._following)
            else:
                await self._replace_all()
            await self._clear_old()
        except MagrayError as error:
            self._failure = str(error)
            _log.warning("the re-embedding stopped: %s", error)
            self._events.publish(Notice(level="warning", text=f"Embedding the memories anew stopped. {error}"))
            self._tell()
        finally:
            self._looked.set()

    async def _gather(self, following: CachedEmbedder) -> None:
        """Vectors of the next model beside those in use, then the change."""
        await self._clear_old()
        await self._executors.run("store", self._work.make_room)
        await self._count()
        if self._left:
            self._notice_begin(f"{self._embedder.ident} is used until all are embedded anew in the background.")
        changed = False
        while not changed and not self._ending:
            if await self._pass_over():
                changed = await self._executors.run("store", self._work.change)
        if changed:
            await self._executors.run("inference", self._embedder.trim)
            count, self._following, self._left = self._total, None, 0
            self._tell()
            self._events.publish(StatusChanged(component="embedder"))
            self._events.publish(MemoriesChanged(changed=count))
            self._events.publish(
                Notice(level="info", text=f"All memories are embedded by {following.ident}, which is used from now on.")
            )

    async def _replace_all(self) -> None:
        """A vector of the embedder in use for each memory that has none."""
        if await self._executors.run("query", self._work.is_settled):
            return
        await self._count()
        todo = self._left
        if todo:
            self._notice_begin("They are found by words at once, and by meaning as they are embedded anew.")
        while await self._pass_over():
            await self._count()  # some may have been erased or remembered meanwhile
            if not self._left:
                break
        if self._ending:
            return
        await self._executors.run("store", self._work.note_settled)
        if todo:
            self._events.publish(MemoriesChanged(changed=todo))
            self._events.publish(Notice(level="info", text=f"All memories are embedded by {self._embedder.ident}."))
            self._tell()

    def _notice_begin(self, how: str) -> None:
        were = "memory was" if self._left == 1 else "memories were"
        self._events.publish(Notice(level="info", text=f"{self._left:,} {were} embedded by another model. {how}"))
        self._tell()

    async def _pass_over(self) -> bool:
        """Embed what is missing, from the first memory to the last; False where it was ended.

        A few may be left where others follow the old model still: they never end while things are remembered.
        """
        last, size = 0, _FIRST_BATCH
        while True:
            await self._going.wait()
            await self._wait_for_room()
            if self._ending:
                return False
            began = self._clock()
            texts = await self._executors.run("query", self._work.next_texts, last, size)
            if not texts or (len(texts) < size and len(texts) <= self._work.spare):
                return True
            computed = await self._executors.run("inference", self._work.embed, list(texts.values()))
            await self._executors.run("store", self._work.write, texts, computed)
            last = max(texts)
            fitting = int(len(texts) * _BATCH_SECONDS / max(self._clock() - began, 1e-6)) + 1
            size = max(_LEAST_BATCH, min(_MOST_BATCH, 2 * size, fitting))
            if self._clock() - self._told >= _TELL_SECONDS:
                await self._count()
                self._tell()

    async def _wait_for_room(self) -> None:
        """Until the computer has room for it, or it is to end."""
        while not self._ending and (reason := self._held()):
            self._waits = reason
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_HELD_SECONDS):
                    await self._ended.wait()
        self._waits = ""

    async def _count(self) -> None:
        self._left, self._total = await self._executors.run("query", self._work.count)
        self._looked.set()

    async def _clear_old(self) -> None:
        more = True
        while more and not self._ending:
            more = await self._executors.run("store", self._work.clear_old)
