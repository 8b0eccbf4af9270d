"""One way to do something: an operation declares what runs, what follows success and failure, and what is shown.

A slot makes an `Operation` and hands it to `Operations.start`; it never awaits. After the await the operation's owner
may be gone, and then nothing more is called.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import shiboken6
from PySide6.QtCore import QCoreApplication, QObject, Signal

from desktop.aio import Tasks
from desktop.messages import Messages
from engine import EngineClosedError, MagrayError

T = TypeVar("T")

SHOW_AFTER_SECONDS = 0.5

_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Operation(Generic[T]):
    """One action of the interface.

    Attributes:
        name: For logs and task lists.
        run: Makes the coroutine that does it.
        success: Called with the result.
        failure: Called with the error instead of the message bar.
        progress: Words shown while it takes longer than half a second; empty shows nothing.
        owner: Its result concerns this object only; when it is gone, neither `success` nor `failure` is called.
        replaces: An operation with the same key that still runs is cancelled first (a search while one types).
    """

    name: str
    run: Callable[[], Coroutine[Any, Any, T]]
    success: Callable[[T], None] | None = None
    failure: Callable[[Exception], None] | None = None
    progress: str = ""
    owner: QObject | None = None
    replaces: str | None = None


class Operations(QObject):
    """Starts operations and tells which of them is taking long."""

    progress_changed = Signal(str)
    """Words of the longest-running operation that wants to be shown, or an empty text."""

    def __init__(self, *, tasks: Tasks, messages: Messages, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._messages = messages
        self._latest: dict[str, asyncio.Task[None]] = {}
        self._shown: dict[int, str] = {}

    def start(self, operation: Operation[T]) -> asyncio.Task[None]:
        """Run it as a task of its own; the task ends without an error in every case."""
        if operation.replaces is not None:
            older = self._latest.get(operation.replaces)
            if older is not None:
                older.cancel()
        task = self._tasks.start(self._run(operation), name=operation.name)
        if operation.replaces is not None:
            self._latest[operation.replaces] = task
        return task

    async def _run(self, operation: Operation[T]) -> None:
        handle = None
        if operation.progress:
            loop = asyncio.get_running_loop()
            handle = loop.call_later(SHOW_AFTER_SECONDS, self._show, id(operation), operation.progress)
        try:
            result = await operation.run()
        except Exception as error:
            if not self._gone(operation):
                self._failed(operation, error)
        else:
            if operation.success is not None and not self._gone(operation):
                operation.success(result)
        finally:
            if handle is not None:
                handle.cancel()
                self._hide(id(operation))

    @staticmethod
    def _gone(operation: Operation[Any]) -> bool:
        return operation.owner is not None and not shiboken6.isValid(operation.owner)

    def _failed(self, operation: Operation[Any], error: Exception) -> None:
        if isinstance(error, EngineClosedError):
            _log.info("%s was left out, the engine is closed", operation.name)
            return
        if operation.failure is not None:
            operation.failure(error)
            return
        self._messages.error(self.describe(error, name=operation.name))

    @staticmethod
    def describe(error: BaseException, *, name: str) -> str:
        """Words for an error: the engine's own speak for themselves, anything else is logged with its traceback."""
        if isinstance(error, MagrayError):
            _log.warning("%s failed: %s", name, error)
            return str(error)
        _log.error("%s failed", name, exc_info=error)
        return QCoreApplication.translate(
            "Operations", "That did not work ({0}). What was stored before is kept. The log holds the details."
        ).format(str(error) or type(error).__name__)

    def _show(self, key: int, text: str) -> None:
        self._shown[key] = text
        self._tell()

    def _hide(self, key: int) -> None:
        if self._shown.pop(key, None) is not None:
            self._tell()

    def _tell(self) -> None:
        self.progress_changed.emit(next(iter(self._shown.values()), ""))
