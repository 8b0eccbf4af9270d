"""A running worker process: started, asked, watched, ended. Everything here blocks."""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import subprocess
import sys
import threading
import time
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import psutil

from engine.ingestion.frames import FrameError, read_frame, write_frame
from engine.ingestion.worker import FLAG

_log = logging.getLogger(__name__)
_POLL_SECONDS = 0.1
_OUT_OF_MEMORY = b"memory allocation of"  # what Rust says before it aborts


@dataclass(frozen=True, slots=True)
class Reply:
    """A worker's answer."""

    head: dict[str, Any]
    body: bytes


def worker_command() -> list[str]:
    """How to start a worker: the packaged application starts itself, otherwise Python runs the module."""
    if getattr(sys, "frozen", False):
        return [sys.executable, FLAG]
    return [sys.executable, "-m", "engine.ingestion.worker"]


class WorkerProcess:
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
