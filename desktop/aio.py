"""The one door to qasync: one loop that is Qt's and asyncio's, tasks that nobody can lose, and an orderly end.

What qasync 0.28 needs to be kept from: a task that nobody holds is collected in mid-flight, so `Tasks` holds every
one; a nested `exec()` inside a coroutine starves other tasks, so dialogs are opened and awaited (`dialog_result`);
closing by spinning `processEvents` reenters everything, so `run` ends when its coroutine does.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import qasync
import shiboken6
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QDialog

T = TypeVar("T")
ErrorRoute = Callable[[str, BaseException], None]

_log = logging.getLogger(__name__)


class Tasks:
    """Holds every running task by a strong reference and routes what goes wrong in them.

    Args:
        on_error: Called with the task's name and the error of a task that failed and has no handler of its own.
    """

    def __init__(self, *, on_error: ErrorRoute) -> None:
        self._on_error = on_error
        self._running: set[asyncio.Task[Any]] = set()

    def start(self, coroutine: Coroutine[Any, Any, T], *, name: str) -> asyncio.Task[T]:
        """Run a coroutine as a named task of the running loop."""
        task = asyncio.get_running_loop().create_task(coroutine, name=name)
        self._running.add(task)
        task.add_done_callback(self._finished)
        return task

    def _finished(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if task.cancelled():
            return
        error = task.exception()
        if error is not None:
            self._on_error(task.get_name(), error)

    @property
    def names(self) -> list[str]:
        """Names of the tasks that run now."""
        return sorted(task.get_name() for task in self._running)

    async def cancel(self) -> None:
        """Cancel what still runs and wait until each task has ended."""
        current = asyncio.current_task()
        waiting = [task for task in self._running if task is not current]
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


def run(app: QApplication, main: Callable[[], Coroutine[Any, Any, int]], *, on_error: ErrorRoute) -> int:
    """Run the application until the coroutine `main` returns, then put the loop away.

    Args:
        app: Must not quit by itself when its last window closes; the end is `main`'s return.
        main: Made and awaited once; its result is the exit status.
        on_error: Called for what asyncio itself reports, such as a callback that raised.
    """
    app.setQuitOnLastWindowClosed(False)
    loop = qasync.QEventLoop(app)
    # qasync's own default would start ten Qt threads for the first blocking call.
    loop.set_default_executor(ThreadPoolExecutor(2, thread_name_prefix="magray-desktop"))

    def route(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        message = str(context.get("message") or "asyncio")
        if error is None:
            _log.warning("asyncio: %s", message)
        else:
            on_error(message, error)

    loop.set_exception_handler(route)
    asyncio.set_event_loop(loop)
    try:
        return int(loop.run_until_complete(main()))
    finally:
        loop.run_until_complete(_end(loop))
        asyncio.set_event_loop(None)
        loop.close()
        # The object of the loop's timers dies here, where it was made: with a timer still to fire, and collected by
        # chance in another thread, it would end the process.
        timer = getattr(loop, "_timer", None)
        if isinstance(timer, QObject) and shiboken6.isValid(timer):
            setattr(loop, "_timer", _Ended())  # noqa: B010 - no name that qasync promises
            shiboken6.delete(timer)


class _Ended:
    """In place of the timers: a thread that was done at the very end still has its word in Qt's queue."""

    def add_callback(self, handle: asyncio.Handle, _delay: float = 0) -> asyncio.Handle:
        """Nothing is called any more."""
        return handle


async def _end(loop: asyncio.AbstractEventLoop) -> None:
    current = asyncio.current_task()
    left = [task for task in asyncio.all_tasks(loop) if task is not current]
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
    await loop.shutdown_asyncgens()


async def dialog_result(dialog: QDialog) -> int:
    """Open a dialog and wait for its result without a nested event loop.

    Returns:
        `QDialog.DialogCode` as a number; a dialog destroyed meanwhile counts as rejected.
    """
    future: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def finish(code: int) -> None:
        if not future.done():
            future.set_result(code)

    dialog.finished.connect(finish)
    dialog.destroyed.connect(lambda: finish(0))
    dialog.open()
    return await future
