"""Starts the desktop as a process and listens to what it traces; shared by the benches of start and of memory."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from engine.bench import BenchUnavailableError
from engine.engine import Engine
from engine.settings import Settings
from engine.values import NewMemory

MEMORIES = 10_000
BARE_WINDOW = """
import sys
from PySide6.QtWidgets import QApplication, QLabel, QMainWindow
class Window(QMainWindow):
    def paintEvent(self, event):
        super().paintEvent(event)
        print('{"event": "painted"}', flush=True, file=sys.stderr)
app = QApplication([])
window = Window()
window.setCentralWidget(QLabel("Magray"))
window.resize(1240, 780)
window.show()
app.exec()
"""
"""The least that a PySide6 application can be: what the desktop's start and memory are held against."""


@dataclass(slots=True)
class Window:
    """A running process with a window."""

    process: asyncio.subprocess.Process
    began: float

    async def until(self, event: str, *, seconds: float = 60) -> float:
        """Seconds from the start of the process to an event of its trace.

        Raises:
            BenchUnavailableError: the process ended, or the event did not come in time.
        """
        assert self.process.stderr is not None
        seen: list[str] = []
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while line := await self.process.stderr.readline():
                    now = time.perf_counter() - self.began
                    seen.append(line.decode(errors="replace").strip())
                    with suppress(json.JSONDecodeError):
                        traced = json.loads(line)
                        if isinstance(traced, dict) and traced.get("event") == event:
                            return now
        waited = time.perf_counter() - self.began
        words = " | ".join(seen[-3:]) or "no output"
        raise BenchUnavailableError(
            f"the window was not {event} after {waited:.0f} s (exit {self.process.returncode}): {words}"
        )

    def megabytes(self) -> float:
        """Memory of the process and its children, pages that several share counted once (PSS; RSS where unknown)."""
        total = 0
        root = psutil.Process(self.process.pid)
        for process in (root, *root.children(recursive=True)):
            with suppress(psutil.NoSuchProcess):
                full = process.memory_full_info()
                total += getattr(full, "pss", full.rss)
        return total / 1e6

    def cpu_seconds(self) -> float:
        """Processor time spent so far."""
        times = psutil.Process(self.process.pid).cpu_times()
        return float(times.user + times.system)

    async def close(self) -> int:
        """Ask it to end, and end it where it does not; its exit status."""
        if self.process.returncode is None:
            self.process.terminate()
        try:
            async with asyncio.timeout(30):
                assert self.process.stderr is not None
                await self.process.stderr.read()
                return await self.process.wait()
        except TimeoutError:
            self.process.kill()
            return await self.process.wait()


async def open_window(*, data_dir: Path | None) -> Window:
    """Start the desktop over a data folder, or the bare window where none is given.

    Raises:
        BenchUnavailableError: this is a bundle, which cannot start a Python.
    """
    if getattr(sys, "frozen", False):
        raise BenchUnavailableError("it needs a checkout with its Python")
    environment = {**os.environ, "MAGRAY_TRACE_START": "1", "PYTHONUNBUFFERED": "1"}
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        environment["QT_QPA_PLATFORM"] = "offscreen"
    rest = ["-c", BARE_WINDOW] if data_dir is None else ["-P", "-m", "desktop", "--data-dir", str(data_dir)]
    began = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *rest,
        env=environment,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    return Window(process, began)


async def fill(data_dir: Path, count: int) -> None:
    """Put so many memories with vectors of their own into a new data folder."""
    import numpy as np

    dice = np.random.default_rng(7)
    words = [f"word{number}" for number in range(5000)]
    async with Engine.open(Settings(data_dir=data_dir)) as engine:
        dimensions = 384
        for first in range(0, count, 1000):
            size = min(1000, count - first)
            vectors = dice.standard_normal((size, dimensions)).astype("float32")
            chosen = dice.integers(0, len(words), (size, 45))
            await engine.remember_many(
                [
                    NewMemory(
                        text=" ".join(words[word] for word in row), layer="assets", vector=[float(x) for x in vector]
                    )
                    for row, vector in zip(chosen, vectors, strict=True)
                ]
            )
        await engine.verify()
