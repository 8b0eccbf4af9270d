"""The state of everything, and its upkeep."""

from __future__ import annotations

from engine import __version__, health, values
from engine.calls.base import Calls
from engine.memory.mending import Mender
from engine.memory.store import traces


class UpkeepCalls(Calls):
    """The state of everything, and its upkeep."""

    async def status(self) -> values.EngineStatus:
        """Every component in plain words."""
        self._check()
        data = self.settings.paths.data
        memories, files = await self._parts.memory.counts(), await self._parts.pipeline.counts()
        documents, progress = await self._parts.pipeline.document_count(), await self._parts.pipeline.progress()
        return health.overview(
            (
                health.memory_component(memories, self._index_figures()),
                self._parts.embedder.component(),
                *health.reembedding_component(self._parts.reembedding.status()),
                *health.background_component(self._parts.scheduler.jobs()),
                *self._reranker_components(),
                health.documents_component(files, documents, paused=progress.paused),
                self._parts.llm.component(),
                await self._parts.executors.run("io", health.storage_component, data, await self._copies()),
            ),
            memories=memories,
            documents=documents,
            conversations=await self._parts.conversations.count(),
            data_dir=data,
            version=__version__,
        )

    def _reranker_components(self) -> tuple[values.ComponentStatus, ...]:
        """None where none is installed: then there is nothing to tell."""
        in_use = self._parts.in_use
        if in_use.reranker is not None:
            return (in_use.reranker.component(),)
        return health.reranker_component(in_use.reranker_problem)

    async def _copies(self) -> list[str]:
        """Names of copies of the database that hold something erased and are still there."""

        def read() -> list[str]:
            with self._parts.store.read() as reader:
                noted = traces.copies_noted(reader)
            return [name for name in noted if (self.settings.paths.backups / name).exists()]

        return await self._parts.executors.run("io", read)

    async def verify(self, mend: bool = False) -> values.VerifyReport:
        """Hold the database against itself and against every index.

        Args:
            mend: Put right what can be: indexes that do not agree are built anew, rows that point nowhere go, missing
                vectors are computed. No memory is changed.
        """
        self._check()
        parts = self._parts
        mender = Mender(
            store=parts.store,
            indexes=parts.indexes,
            embedder=parts.embedder,
            executors=parts.executors,
            changing=lambda: parts.reembedding.status() is not None,
        )
        return await mender.verify(mend=mend)

    async def rebuild(self) -> values.VerifyReport:
        """Throw the indexes away, build them from the database, and verify."""
        self._check()
        await self._parts.executors.run("io", self._parts.indexes.rebuild)
        return await self.verify()

    def _index_figures(self) -> dict[str, int | float | str]:
        statuses = self._parts.indexes.status()
        return {
            # Layers below this size are searched exactly, so nothing in them waits for anything.
            "waiting": sum(one.tail for one in statuses if one.count > self.settings.index.exact_below),
            "rebuilding": sum(one.state == "building" for one in statuses),
            "failed": sum(one.state == "failed" for one in statuses),
            "index_bytes": sum(one.bytes for one in statuses),
        }
