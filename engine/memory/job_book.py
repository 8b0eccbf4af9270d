"""Keeps what is known of background jobs in the database."""

from __future__ import annotations

from engine.executors import Executors
from engine.memory.store import jobs
from engine.memory.store.database import Database
from engine.scheduler import JobRecord


class StoredJobs:
    """The scheduler's `JobBook`, on the threads that the database wants."""

    def __init__(self, store: Database, executors: Executors) -> None:
        self._store = store
        self._executors = executors

    async def load(self) -> list[JobRecord]:
        """All records."""

        def read() -> list[JobRecord]:
            with self._store.read() as reader:
                return jobs.load(reader)

        return await self._executors.run("query", read)

    async def save(self, record: JobRecord) -> None:
        """Write one.

        Raises:
            StoreError: the database does not take it.
        """

        def write() -> None:
            with self._store.write() as writer:
                jobs.save(writer, record)

        await self._executors.run("store", write)
