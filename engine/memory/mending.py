"""Holding the database against itself and against its indexes, and mending what does not agree.

Everything that is mended is derived, or points nowhere: no memory is changed or removed. Pages of the database that are
damaged cannot be mended here; for that there are backups.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from engine.embedding.in_use import EmbedderInUse
from engine.executors import Executors
from engine.memory.indexes import Indexes
from engine.memory.new_vectors import NewVectors
from engine.memory.store import erasing, soundness
from engine.memory.store.database import Database
from engine.values import VerifyReport

_EMBEDDED_AT_ONCE = 32


@dataclass(slots=True)
class _Found:
    """What is wrong in the database, in words, and what mending needs to know of it."""

    problems: list[str] = field(default_factory=list)
    damaged: bool = False
    behind: int = 0
    messages: bool = True
    unusable: Sequence[int] = ()
    missing: int = 0


class Mender:
    """Verifies and mends. Belongs to the engine's loop."""

    def __init__(
        self,
        *,
        store: Database,
        indexes: Indexes,
        embedder: EmbedderInUse,
        executors: Executors,
        changing: Callable[[], bool],
    ) -> None:
        """Nothing is read yet.

        Args:
            store: The open database.
            indexes: Held against it.
            embedder: Whose vectors there should be.
            executors: `io` looks, `store` mends, `inference` embeds.
            changing: Whether vectors are on their way to another embedder; then missing ones are no fault.
        """
        self._store = store
        self._indexes = indexes
        self._embedder = embedder
        self._executors = executors
        self._changing = changing

    async def verify(self, *, mend: bool = False) -> VerifyReport:
        """Compare; with `mend` put right what can be, and compare again.

        Returns:
            What is wrong now, and what was mended.
        """
        began = time.perf_counter()
        found = await self._look()
        indexed, wrong = await self._executors.run("io", self._indexes.verify)
        mended: list[str] = []
        if mend and (found.problems or wrong):
            mended = await self._mend(found)
            mended += await self._executors.run("io", self._indexes.mend)
            found = await self._look()
            indexed, wrong = await self._executors.run("io", self._indexes.verify)
        return VerifyReport(
            memories=await self._executors.run("query", self._count),
            indexed=indexed,
            problems=(*found.problems, *wrong),
            seconds=time.perf_counter() - began,
            mended=tuple(mended),
        )

    async def _look(self) -> _Found:
        found = _Found(problems=await self._executors.run("io", self._store.quick_check))
        found.damaged = any("point to rows" not in problem for problem in found.problems)
        if not found.damaged:
            await self._executors.run("io", self._look_closer, found)
            found.messages = await self._executors.run("store", soundness.messages_agree, self._store)
            if not found.messages:
                found.problems.append("The index of messages does not hold what they say.")
        else:
            found.problems.append("Pages of the database are damaged. Restore the youngest backup.")
        return found

    def _look_closer(self, found: _Found) -> None:
        changing, model = self._changing(), self._embedder.model_id
        with self._store.read() as reader:
            found.behind = soundness.counter_behind(reader)
            if not changing:
                found.unusable = soundness.unusable_vectors(reader, model, self._embedder.dimensions)
                found.missing = soundness.without_vector(reader, model)
        if found.behind:
            found.problems.append(f"The counter of changes stands {found.behind} behind them.")
        if found.unusable:
            found.problems.append(f"{len(found.unusable)} vectors are damaged; words alone find those memories.")
        if found.missing:
            found.problems.append(f"{found.missing} memories have no vector; words alone find them.")

    async def _mend(self, found: _Found) -> list[str]:
        if found.damaged:
            return []
        mended = await self._executors.run("store", self._write, found)
        if found.unusable or found.missing:
            count = await self._embed()
            mended.append(f"{count} vectors were computed anew.")
        return mended

    def _write(self, found: _Found) -> list[str]:
        mended = []
        with self._store.write() as writer:
            dropped = soundness.drop_dangling(writer)
            if dropped:
                mended.append(f"{dropped} rows that pointed to nothing were removed or let go.")
            if found.behind:
                soundness.set_counter(self._store, writer)
                mended.append("The counter of changes was put right.")
            if not found.messages:
                erasing.purge_message_index(writer)
                mended.append("The index of messages was built anew.")
            soundness.drop_vectors(writer, found.unusable)
        return mended

    async def _embed(self) -> int:
        """Compute the vectors that are missing."""
        work = NewVectors(
            store=self._store,
            indexes=self._indexes,
            in_use=self._embedder,
            still=contextlib.nullcontext,
            ending=lambda: False,
        )
        work.begin(None)
        count = last = 0
        while texts := await self._executors.run("query", work.next_texts, last, _EMBEDDED_AT_ONCE):
            computed = await self._executors.run("inference", work.embed, list(texts.values()))
            await self._executors.run("store", work.write, texts, computed)
            last = max(texts)
            count += len(texts)
        return count

    def _count(self) -> int:
        from engine.memory.store import memories

        with self._store.read() as reader:
            return sum(memories.counts(reader).values())
