"""The engine's side of the worker process.

Starts it when it is needed, asks it one thing at a time, and ends it when it is late, too large, or idle.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

from engine.executors import Executors
from engine.ingestion.worker_process import Reply, WorkerProcess, worker_command

_log = logging.getLogger(__name__)
_RECYCLE_SHARE = 0.5
"""A worker that keeps more than this share of its memory after a request is replaced."""
_RECYCLE_REQUESTS = 1000


class WorkerError(Exception):
    """A request that came to nothing; the text is the reason in plain words.

    Attributes:
        skipped: Nothing is wrong with the file, there is only nothing to read.
        fatal: The worker died of it, or had to be ended.
    """

    def __init__(self, reason: str, *, skipped: bool = False, fatal: bool = False) -> None:
        super().__init__(reason)
        self.skipped = skipped
        self.fatal = fatal


class Worker:
    """One worker process that is started again whenever it is needed and not there.

    Requests wait for each other. Everything that blocks runs in the `io` executor.
    """

    def __init__(
        self,
        executors: Executors,
        *,
        memory_mb: int,
        nice: bool = False,
        idle_seconds: float = 60.0,
        name: str = "worker",
    ) -> None:
        """Make a client; no process is started yet.

        Args:
            executors: Where blocking calls run.
            memory_mb: Megabytes that the process may use.
            nice: Run with lower priority.
            idle_seconds: After so long without a request the process is ended.
            name: For the log.
        """
        self._executors = executors
        self._memory = memory_mb << 20
        self._nice = nice
        self._idle_seconds = idle_seconds
        self._name = name
        self._lock = asyncio.Lock()
        self._process: WorkerProcess | None = None
        self._idle: asyncio.TimerHandle | None = None
        self._closing: set[asyncio.Task[None]] = set()
        self._closed = False

    @property
    def running(self) -> bool:
        """A process is there."""
        return self._process is not None

    @property
    def pid(self) -> int | None:
        """The process's id."""
        return None if self._process is None else self._process.pid

    async def ask(self, op: str, *, seconds: float, **fields: Any) -> Reply:
        """Send a request and wait for its answer.

        A worker that crashes or runs out of memory on a request after it has served others is started anew and asked
        once more, so that no file pays for another.

        Raises:
            WorkerError: the file cannot be read, or took too long, too much memory, or crashed the worker.
        """
        async with self._lock:
            self._stop_idling()
            request = {"op": op, "seconds": seconds, **fields}
            try:
                return await self._once(request, seconds)
            except _WornOutError:
                return await self._once(request, seconds)
            except asyncio.CancelledError:
                self._abandon()  # its answer would be taken for the next one's
                raise
            finally:
                if self._process is not None and not self._closed:
                    self._idle = asyncio.get_running_loop().call_later(self._idle_seconds, self._end_idle)

    async def close(self) -> None:
        """End the process, now; a request under way fails."""
        self._closed = True
        self._stop_idling()
        if self._process is not None:
            self._process.kill()
        async with self._lock:
            await self._drop()
        if self._closing:
            await asyncio.gather(*self._closing)

    def abort(self) -> None:
        """Kill the process in the middle of its request, which fails; the next request starts another one."""
        if self._process is not None:
            self._process.kill()

    async def _once(self, request: dict[str, Any], seconds: float) -> Reply:
        await self._refuse_closed()
        if self._process is None:
            self._process = await self._executors.run("io", WorkerProcess, self._command())
            await self._refuse_closed()
        process = self._process
        outcome = await self._executors.run("io", process.exchange, request, seconds, self._memory)
        if isinstance(outcome, Reply) and not outcome.head.get("memory"):
            if process.served >= _RECYCLE_REQUESTS or process.resident > _RECYCLE_SHARE * self._memory:
                await self._drop()
            if outcome.head.get("ok"):
                return outcome
            raise WorkerError(outcome.head["reason"], skipped=bool(outcome.head.get("skipped")))
        await self._drop()
        if isinstance(outcome, Reply) or outcome == "memory":
            reason = f"reading it takes more than the {self._memory >> 20} MB of memory allowed"
        elif outcome == "late":
            raise WorkerError(f"reading it took longer than {seconds:g} seconds", fatal=True)
        else:
            reason = "the reader crashed on this file"
        if process.served and not self._closed:
            _log.info("%s: asked again after %s", self._name, reason)
            raise _WornOutError(reason, fatal=True)
        raise WorkerError(reason, fatal=True)

    async def _refuse_closed(self) -> None:
        if self._closed:
            await self._drop()
            raise WorkerError("Magray is closing", fatal=True)

    def _command(self) -> list[str]:
        return [*worker_command(), "--memory-mb", str(self._memory >> 20), *(["--nice"] if self._nice else [])]

    async def _drop(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            await self._executors.run("io", process.close)

    def _stop_idling(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None

    def _end_idle(self) -> None:
        async def end() -> None:
            async with self._lock:
                if self._idle is None and not self._closed:
                    await self._drop()

        self._idle = None
        self._behind(end())

    def _abandon(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            self._behind(self._executors.run("io", process.close))

    def _behind(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work, name=f"magray-end-{self._name}")
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)


class _WornOutError(WorkerError):
    """The worker died, but it was not fresh: worth another try."""
