"""Bars and spinners on standard error, for what takes longer than half a second and only where somebody looks."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from engine.model_values import ModelProgress, ReembeddingStatus
from engine.values import IngestProgress

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

PATIENCE = 0.5
"""Seconds before anything is shown."""


@contextmanager
def spinner(text: str) -> Iterator[None]:
    """Show that something is going on, once it has taken longer than `PATIENCE`."""
    if not sys.stderr.isatty():
        yield
        return
    ended = threading.Event()

    def show() -> None:
        if ended.wait(PATIENCE):
            return
        from rich.console import Console

        with Console(stderr=True).status(text):
            ended.wait()

    thread = threading.Thread(target=show, name="magray-spinner", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


class IngestBar:
    """A bar over the files of one ingestion. Its total grows while folders are walked."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._progress: Progress | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> IngestBar:
        return self

    def __exit__(self, *_: object) -> None:
        if self._progress is not None:
            self._progress.stop()

    def update(self, progress: IngestProgress) -> None:
        """Draw how far it is."""
        if not sys.stderr.isatty() or time.monotonic() - self._began < PATIENCE:
            return
        if self._progress is None or self._task is None:
            self._progress, self._task = self._begin(progress)
        current = Path(progress.current).name if progress.current else ""
        self._progress.update(self._task, completed=progress.finished, total=max(progress.total, 1), name=current[:40])

    @staticmethod
    def _begin(progress: IngestProgress) -> tuple[Progress, TaskID]:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (
            TextColumn("Reading"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[name]}", markup=False),
        )
        bar = Progress(*columns, console=Console(stderr=True), transient=True)
        task = bar.add_task("", total=max(progress.total, 1), name="")
        bar.start()
        return bar, task


class ModelBar:
    """A bar over the bytes of one download or import."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._bar: Progress | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> ModelBar:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def update(self, progress: ModelProgress) -> None:
        """Draw how far it is."""
        if not sys.stderr.isatty() or time.monotonic() - self._began < PATIENCE:
            return
        if self._bar is None or self._task is None:
            self._bar, self._task = self._begin()
        now = f"{progress.step} {progress.file}".strip()
        text = f"{now}: {progress.note}" if progress.note else now
        self._bar.update(self._task, completed=progress.done, total=progress.total, name=text[:60])

    @staticmethod
    def _begin() -> tuple[Progress, TaskID]:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            DownloadColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
            TransferSpeedColumn,
        )

        columns = (
            BarColumn(),
            DownloadColumn(),
            TransferSpeedColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[name]}", markup=False),
        )
        bar = Progress(*columns, console=Console(stderr=True), transient=True)
        task = bar.add_task("", total=None, name="")
        bar.start()
        return bar, task


class MemoriesBar:
    """A bar over the memories that are embedded anew."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._bar: Progress | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> MemoriesBar:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def update(self, status: ReembeddingStatus) -> None:
        """Draw how far it is."""
        if not sys.stderr.isatty() or time.monotonic() - self._began < PATIENCE:
            return
        if self._bar is None or self._task is None:
            self._bar, self._task = self._begin(status)
        self._bar.update(self._task, completed=status.done, total=max(status.total, 1))

    @staticmethod
    def _begin(status: ReembeddingStatus) -> tuple[Progress, TaskID]:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (TextColumn("Embedding"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        bar = Progress(*columns, console=Console(stderr=True), transient=True)
        task = bar.add_task("", total=max(status.total, 1))
        bar.start()
        return bar, task
