"""Vectors of another embedder for all memories, in the background.

Vectors of two models are never compared: an index holds those of one embedder only. While the old embedder can still be
used, everything goes on with it, the new vectors are gathered beside the old ones, and the start after the last of
them is there puts them in their place in one transaction; until then going back costs nothing. Where the old one is
gone, memories are found by their words and get their new vectors one batch after the other. Each batch is one
transaction, so that a stop at any moment loses nothing and the next start goes on from there.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.embedding.embedder import Embedder
from engine.errors import MagrayError
from engine.events import EventBus, MemoriesChanged, Notice, StatusChanged
from engine.executors import Executors
from engine.memory.context import embedding_text
from engine.memory.indexes import Indexes
from engine.memory.store import recall_queries, vectors
from engine.memory.store.database import Database
from engine.values import ComponentStatus

if TYPE_CHECKING:
    from numpy.typing import NDArray

_log = logging.getLogger(__name__)
_BATCH = 32
_TELL_SECONDS = 1.0


def settle_vectors(store: Database, model: str) -> str:
    """Decide at a start which model's vectors count. Runs on the `store` thread, before any index is opened.

    Args:
        store: The open database.
        model: Of the embedder that the settings name.

    Returns:
        The model whose embedder is to be used until the new vectors are gathered, or empty where `model` is used now.
    """
    with store.write() as writer:
        known = vectors.known_model(writer)
        if known == model:
            vectors.drop_gathered(writer)  # the owner went back
            return ""
        if not vectors.any_vector(writer):
            vectors.note_model(writer, model)
            return ""
        return "" if vectors.take_gathered(writer, model) else known


def give_up_old(store: Database) -> None:
    """The old embedder is gone, so the new one is used at once. Runs on the `store` thread."""
    with store.write() as writer:
        vectors.drop_gathered(writer)
        vectors.note_model(writer, "")


class Reembedding:
    """Owned by the engine: `start`, then `close`. Methods belong to the engine's loop."""

    def __init__(
        self,
        *,
        store: Database,
        indexes: Indexes,
        embedder: Embedder,
        executors: Executors,
        events: EventBus,
        beside: bool = False,
    ) -> None:
        """Nothing is read yet.

        Args:
            store: The open database.
            indexes: Follow what is replaced.
            embedder: Makes the new vectors.
            executors: `query`, `inference` and `store` are used.
            events: Hear how it goes.
            beside: Gather the new vectors for the next start; else put each in its place at once.
        """
        self._beside = beside
        self._store = store
        self._indexes = indexes
        self._embedder = embedder
        self._executors = executors
        self._events = events
        self._task: asyncio.Task[None] | None = None
        self._going = asyncio.Event()
        self._going.set()
        self._total = self._done = 0
        self._failure: str | None = None

    def start(self) -> None:
        """Look for memories of another embedder and begin; nothing is waited for."""
        self._task = asyncio.ensure_future(self._run())

    def pause(self) -> None:
        """Finish the batch at hand, then wait. It goes on by `resume`, or with the next start."""
        self._going.clear()
        self._events.publish(StatusChanged(component="reembedding"))

    def resume(self) -> None:
        """Go on; after a failure, try again."""
        self._going.set()
        if self._failure is not None and (self._task is None or self._task.done()):
            self._failure = None
            self.start()
        self._events.publish(StatusChanged(component="reembedding"))

    async def wait(self) -> None:
        """Until it is through, or has failed."""
        if self._task is not None:
            await asyncio.wait([self._task])

    async def close(self) -> None:
        """Stop after the batch at hand. What is done stays done."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    def component(self) -> ComponentStatus | None:
        """How far it is; None where there was nothing to do or all is done."""
        if self._done >= self._total and self._failure is None:
            return None
        figures: dict[str, float | int | str] = {"done": self._done, "total": self._total}
        told = f"{self._done:,} of {self._total:,} memories are embedded by the new model"
        if self._failure is not None:
            return ComponentStatus(
                name="reembedding",
                state="degraded",
                summary=f"{told}; then it stopped: {self._failure}",
                mend="Nothing is lost. The next start tries again.",
                figures=figures,
            )
        meanwhile = (
            "; until all are, the old one is used" if self._beside else "; the others are found by words meanwhile"
        )
        how = meanwhile if self._going.is_set() else "; it is paused"
        return ComponentStatus(name="reembedding", state="ok", summary=told + how, figures=figures)

    async def _run(self) -> None:
        try:
            await self._embed_all()
        except MagrayError as error:
            self._failure = str(error)
            _log.warning("the re-embedding stopped: %s", error)
            self._events.publish(Notice(level="warning", text=f"Embedding the memories anew stopped. {error}"))
            self._events.publish(StatusChanged(component="reembedding"))

    async def _embed_all(self) -> None:
        model = self._embedder.model_id
        if not self._beside and await self._executors.run("query", self._known) == model:
            return
        if self._beside:
            await self._executors.run("store", self._note, vectors.begin_gathering, model)
        left = await self._executors.run("query", self._count, model)
        self._total = self._done + left
        if not left:
            await self._finish(model)
            return
        self._events.publish(
            Notice(
                level="info",
                text=f"{left:,} {'memory was' if left == 1 else 'memories were'} embedded by another model."
                f" {self._how}",
            )
        )
        last, told = 0, time.monotonic()
        while True:
            await self._going.wait()
            numbers = await self._executors.run("query", self._next, model, last)
            if not numbers:
                break
            last = numbers[-1]
            self._done += await self._embed(numbers)
            if time.monotonic() - told >= _TELL_SECONDS:
                told = time.monotonic()
                self._events.publish(StatusChanged(component="reembedding"))
        self._total = self._done  # some may have been erased meanwhile
        await self._finish(model)
        if not self._beside:
            self._events.publish(MemoriesChanged(changed=self._done))
        self._events.publish(StatusChanged(component="reembedding"))
        then = " It is used from the next start on." if self._beside else ""
        self._events.publish(Notice(level="info", text=f"All memories are embedded by the new model.{then}"))

    @property
    def _how(self) -> str:
        if self._beside:
            return "That model is used until all are embedded anew in the background."
        return "They are found by words at once, and by meaning as they are embedded anew in the background."

    async def _finish(self, model: str) -> None:
        note = vectors.note_gathered if self._beside else vectors.note_model
        await self._executors.run("store", self._note, note, model)

    async def _embed(self, numbers: Sequence[int]) -> int:
        texts = await self._executors.run("query", self._texts, numbers)
        if not texts:
            return 0
        computed = await self._executors.run("inference", self._embedder.embed_passages, list(texts.values()))
        return await self._executors.run("store", self._write, list(texts), computed)

    # The rest runs in threads.

    def _known(self) -> str:
        with self._store.read() as reader:
            return vectors.known_model(reader)

    def _note(self, change: Callable[[Any, str], None], model: str) -> None:
        with self._store.write() as writer:
            change(writer, model)

    def _count(self, model: str) -> int:
        with self._store.read() as reader:
            return vectors.count_missing(reader) if self._beside else vectors.count_foreign(reader, model)

    def _next(self, model: str, after: int) -> list[int]:
        with self._store.read() as reader:
            if self._beside:
                return vectors.next_missing(reader, after=after, limit=_BATCH)
            return vectors.next_foreign(reader, model, after=after, limit=_BATCH)

    def _texts(self, numbers: Sequence[int]) -> dict[int, str]:
        """What is embedded for each memory that is still there, by number."""
        with self._store.read() as reader:
            found = recall_queries.memories_of(reader, numbers)
        return {number: embedding_text(memory) for number, memory in found.items()}

    def _write(self, numbers: Sequence[int], computed: NDArray[np.float32]) -> int:
        rows = [
            (number, vector.astype("<f4", copy=False).tobytes())
            for number, vector in zip(numbers, computed, strict=True)
        ]
        model, dimensions = self._embedder.model_id, self._embedder.dimensions
        with self._store.write() as writer:
            if self._beside:
                return vectors.gather(writer, rows, model=model, dimensions=dimensions)
            count = vectors.replace(self._store, writer, rows, model=model, dimensions=dimensions)
            sequence = self._store.last_sequence(writer)
        self._indexes.changed(sequence)
        return count
