"""The engine's side of the worker process.

Starts it when it is needed, asks it one thing at a time, and ends it when it is late, too large, or idle.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import queue
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import psutil

from engine.executors import Executors
from engine.ingestion.frames import FrameError, read_frame, write_frame
from engine.ingestion.worker import FLAG

_log = logging.getLogger(__name__)
_POLL_SECONDS = 0.1
_RECYCLE_SHARE = 0.5
"""A worker that keeps more than this share of its memory after a request is replaced."""
_RECYCLE_REQUESTS = 1000
_OUT_OF_MEMORY = b"memory allocation of"  # what Rust says before it aborts


@dataclass(frozen=True, slots=True)
class Reply:
    """A worker's answer."""

    head: dict[str, Any]
    body: bytes


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


def worker_command() -> list[str]:
    """How to start a worker: the packaged application starts itself, otherwise Python runs the module."""
    if getattr(sys, "frozen", False):
        return [sys.executable, FLAG]
    return [sys.executable, "-m", "engine.ingestion.worker"]


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
        self._process: _Process | None = None
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
            self._process = await self._executors.run("io", _Process, self._command())
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


class _Process:
    """A running worker. Its methods block."""

    def __init__(self, command: list[str]) -> None:
        root = str(Path(__file__).resolve().parent.parent.parent)
        path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": path, "PYTHONUTF8": "1", "RUST_BACKTRACE": "0"},
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        self.pid = self._process.pid
        self.served = 0
        self.resident = 0
        self._answers: queue.Queue[Reply | None] = queue.Queue()
        self._last_words: deque[bytes] = deque(maxlen=64)
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        self._threads = [
            threading.Thread(
                target=self._listen, args=(self._process.stdout,), name="magray-worker-answers", daemon=True
            ),
            threading.Thread(
                target=self._overhear, args=(self._process.stderr,), name="magray-worker-words", daemon=True
            ),
        ]
        for thread in self._threads:
            thread.start()

    def exchange(self, request: dict[str, Any], seconds: float, memory: int) -> Reply | str:
        """Ask and wait.

        Returns:
            The answer, or `late`, `memory`, `crash` where the process is of no more use.
        """
        assert self._process.stdin is not None
        deadline = time.monotonic() + seconds
        try:
            write_frame(self._process.stdin.write, request)
            self._process.stdin.flush()
        except OSError:
            return self._cause()
        try:
            watched: psutil.Process | None = psutil.Process(self.pid)
        except psutil.Error:
            watched = None
        while True:
            try:
                answer = self._answers.get(timeout=_POLL_SECONDS)
            except queue.Empty:
                self.resident = _resident(watched)
                if self.resident > memory:
                    return "memory"
                if time.monotonic() > deadline:
                    return "late"
                continue
            if answer is None:
                return self._cause()
            self.served += 1
            self.resident = _resident(watched)
            return answer

    def kill(self) -> None:
        """End it with everything that it started."""
        with contextlib.suppress(psutil.Error):
            for child in psutil.Process(self.pid).children(recursive=True):
                with contextlib.suppress(psutil.Error):
                    child.kill()
        with contextlib.suppress(OSError):
            self._process.kill()

    def close(self) -> None:
        """End it and wait until nothing of it is left."""
        self.kill()
        self._process.wait()
        for thread in self._threads:
            thread.join()
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()

    def _listen(self, stream: IO[bytes]) -> None:
        try:
            while (frame := read_frame(stream.read)) is not None:
                self._answers.put(Reply(*frame))
        except (FrameError, OSError, ValueError) as error:
            _log.warning("the worker said something that is no answer (%s)", error)
        self._answers.put(None)

    def _overhear(self, stream: IO[bytes]) -> None:
        with contextlib.suppress(OSError, ValueError):
            for line in stream:
                self._last_words.append(line[:500])
                _log.debug("worker: %s", line.decode("utf-8", "replace").rstrip())

    def _cause(self) -> str:
        self._threads[1].join(1.0)
        return (
            "memory" if any(_OUT_OF_MEMORY in line or b"MemoryError" in line for line in self._last_words) else "crash"
        )


def _resident(process: psutil.Process | None) -> int:
    if process is None:
        return 0
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0
