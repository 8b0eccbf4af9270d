"""Named thread pools, so that every piece of CPU work has one place where it runs and is waited for.

`store` has one thread: there is one writer, and its order is the order of the commits. `query` serves recall: one hop
there and back. `inference` runs ONNX sessions. `io` reads files and does whatever else blocks.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Literal, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

ExecutorName = Literal["store", "query", "inference", "io"]


class Executors:
    """The pools of one engine. Threads start when they are first needed and end with `close`."""

    def __init__(self, *, query_threads: int = 2, io_threads: int = 4) -> None:
        self._pools: dict[ExecutorName, ThreadPoolExecutor] = {
            "store": ThreadPoolExecutor(1, thread_name_prefix="magray-store"),
            "query": ThreadPoolExecutor(query_threads, thread_name_prefix="magray-query"),
            "inference": ThreadPoolExecutor(1, thread_name_prefix="magray-inference"),
            "io": ThreadPoolExecutor(io_threads, thread_name_prefix="magray-io"),
        }

    def pool(self, name: ExecutorName) -> ThreadPoolExecutor:
        """The pool itself, for callers that are not coroutines."""
        return self._pools[name]

    async def run(self, name: ExecutorName, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a blocking function in the named pool and await its result.

        A cancelled await leaves the function running to its end: what it commits stays committed.
        """
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pools[name], lambda: function(*args, **kwargs))

    def close(self) -> None:
        """Wait for what runs, drop what has not started, end the threads. Safe to call twice."""
        for pool in self._pools.values():
            pool.shutdown(wait=True, cancel_futures=True)


def usable_cores() -> int:
    """Cores that this process may use (affinity and cgroup CPU sets respected), at least 1."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return max(1, os.cpu_count() or 1)
