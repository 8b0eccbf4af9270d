"""Reads and writes on the threads that the database wants."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from engine.executors import Executors
from engine.memory.store.database import Database

T = TypeVar("T")


class Threads:
    """One database and the executors that work for it."""

    def __init__(self, store: Database, executors: Executors) -> None:
        self._store = store
        self._executors = executors

    async def read(self, query: Callable[[Any], T]) -> T:
        """Run a query on the `query` thread, with one view of what was committed."""

        def run() -> T:
            with self._store.read() as reader:
                return query(reader)

        return await self._executors.run("query", run)

    async def write(self, change: Callable[[Any], object]) -> None:
        """Run a change on the `store` thread, in one transaction.

        Raises:
            StoreError: the database does not take it; nothing was changed.
        """

        def run() -> None:
            with self._store.write() as writer:
                change(writer)

        await self._executors.run("store", run)

    async def compute(self, work: Callable[[], T]) -> T:
        """Run what only computes."""
        return await self._executors.run("query", work)

    async def load(self, work: Callable[[], T]) -> T:
        """Run what reads files."""
        return await self._executors.run("io", work)
