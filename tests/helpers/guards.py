"""Fixtures that fail a test which leaves something behind: threads, processes, windows, timers, tasks, log warnings.

A test that means to do so says it with `@pytest.mark.leaves("threads")` or `@pytest.mark.expected_logs("regex")`.
Warnings of Qt itself are caught by pytest-qt (`qt_log_level_fail` in pyproject.toml).
"""

from __future__ import annotations

import asyncio
import gc
import logging
import re
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import psutil
import pytest

GRACE_SECONDS = 3.0
"""How long threads and processes may take to end after a test; closing is asked for, not awaited, in a few places."""

_HELPER_PROCESSES = ("multiprocessing.resource_tracker", "multiprocessing.forkserver")
_HELPER_THREADS = ("pytest_timeout", "pytest-timeout", "pydevd", "QueueFeederThread")


class LogWatch(logging.Handler):
    """Collects every record from WARNING on."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep it."""
        self.records.append(record)

    def unexpected(self, patterns: tuple[str, ...]) -> list[str]:
        """Lines that no pattern finds, each with its traceback's last line."""
        lines = []
        for record in self.records:
            line = f"{record.levelname} {record.name}: {record.getMessage()}"
            if record.exc_info and record.exc_info[1] is not None:
                line += f" ({type(record.exc_info[1]).__name__}: {record.exc_info[1]})"
            if not any(re.search(pattern, line) for pattern in patterns):
                lines.append(line)
        return lines


def _marked(request: pytest.FixtureRequest, name: str) -> tuple[str, ...]:
    return tuple(str(argument) for marker in request.node.iter_markers(name) for argument in marker.args)


def _wait_until_empty(find: Callable[[], list[str]]) -> list[str]:
    """What is still found after the grace period; returns as soon as nothing is."""
    end = time.monotonic() + GRACE_SECONDS
    while (found := find()) and time.monotonic() < end:
        time.sleep(0.01)
    return found


def _threads(before: set[threading.Thread]) -> list[str]:
    return [
        thread.name
        for thread in threading.enumerate()
        if thread not in before and thread.is_alive() and not thread.name.startswith(_HELPER_THREADS)
    ]


def _processes(before: set[int]) -> list[str]:
    found = []
    for child in psutil.Process().children(recursive=True):
        if child.pid in before:
            continue
        try:
            command = " ".join(child.cmdline())
            ended = child.status() == psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            continue
        if not ended and not any(helper in command for helper in _HELPER_PROCESSES):
            found.append(f"{child.pid} {command[:160]}")
    return found


def _qt() -> tuple[Any, Any, Any] | None:
    """(QtCore, QApplication class, shiboken6) where this process has a QApplication, else None."""
    core, widgets = sys.modules.get("PySide6.QtCore"), sys.modules.get("PySide6.QtWidgets")
    if core is None or widgets is None or widgets.QApplication.instance() is None:
        return None
    import shiboken6

    return core, widgets.QApplication, shiboken6


def _windows(before: set[int]) -> list[str]:
    qt = _qt()
    if qt is None:
        return []
    core, application, _ = qt
    core.QCoreApplication.sendPostedEvents(None, core.QEvent.Type.DeferredDelete)
    application.processEvents()
    return [
        f"{type(widget).__name__} {widget.objectName()!r}"
        for widget in application.topLevelWidgets()
        if id(widget) not in before
    ]


def _active_timers() -> dict[int, str]:
    qt = _qt()
    if qt is None:
        return {}
    core, _, shiboken = qt
    found = {}
    for item in gc.get_objects():
        if type(item) is core.QTimer and shiboken.isValid(item) and item.isActive():
            found[id(item)] = f"QTimer {item.objectName()!r} every {item.interval()} ms, parent {item.parent()}"
    return found


def pytest_collection_finish() -> None:
    """What stands before the first test stays to the end: no collection, and no look for timers, goes through it."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _no_leftovers(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    allowed = _marked(request, "leaves")
    uses_qt = bool({"qtbot", "qapp", "qtmodeltester"} & set(request.fixturenames))
    threads_before = set(threading.enumerate())
    processes_before = {child.pid for child in psutil.Process().children(recursive=True)}
    qt = _qt()
    windows_before = {id(widget) for widget in qt[1].topLevelWidgets()} if qt else set()
    timers_before = set(_active_timers()) if uses_qt else set()
    tasks: list[str] = []
    cancel_all = asyncio.runners._cancel_all_tasks  # type: ignore[attr-defined]

    def noted_cancel_all(loop: asyncio.AbstractEventLoop) -> None:
        # The one moment when a loop's leftovers are known: its runner is about to cancel them in silence.
        tasks.extend(repr(task) for task in asyncio.all_tasks(loop) if not task.done())
        cancel_all(loop)

    monkeypatch.setattr(asyncio.runners, "_cancel_all_tasks", noted_cancel_all)
    yield
    problems: list[str] = []

    def judge(what: str, found: list[str]) -> None:
        if found and what not in allowed:
            problems.append(f"{what} left behind: " + "; ".join(sorted(found)))

    judge("tasks", tasks)
    windows = _windows(windows_before)
    if windows:
        gc.collect()  # a window held only by a cycle is nobody's
        windows = _windows(windows_before)
    judge("windows", windows)
    if uses_qt:
        judge("timers", [text for key, text in _active_timers().items() if key not in timers_before])
    judge("threads", [] if "threads" in allowed else _wait_until_empty(lambda: _threads(threads_before)))
    judge("processes", [] if "processes" in allowed else _wait_until_empty(lambda: _processes(processes_before)))
    if problems:
        pytest.fail("\n".join(problems), pytrace=False)


@pytest.fixture(autouse=True)
def _no_unexpected_logs(request: pytest.FixtureRequest) -> Iterator[None]:
    watch = LogWatch()
    root = logging.getLogger()
    root.addHandler(watch)
    yield
    root.removeHandler(watch)
    if lines := watch.unexpected(_marked(request, "expected_logs")):
        pytest.fail("the log holds what this test did not expect:\n" + "\n".join(lines), pytrace=False)
