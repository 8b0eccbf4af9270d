"""A thread with an event loop of its own, in which everything that talks to a vendor runs.

Importing an SDK takes up to 1.2 seconds, reading certificates and parsing a long line tens of milliseconds. Beside the
desktop's loop, which draws, they would be felt; and that loop's sockets are Qt's. What a stream gives is handed over
to whoever iterates, in its own loop, many events at a time where they come fast.
"""

from __future__ import annotations

import asyncio
import collections
import contextlib
import threading
from collections.abc import AsyncGenerator, Callable, Coroutine
from typing import Any, Generic, TypeVar

from engine.errors import EngineClosedError

T = TypeVar("T")


class NetworkThread:
    """Starts with the first call; `close` ends it. Thread-safe."""

    def __init__(self, name: str = "magray-network") -> None:
        self._name = name
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._closed = False
        self._on_end: list[Callable[[], None]] = []

    async def run(self, make: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Run a coroutine there and await its result; cancelling the await cancels it and waits for its end.

        Raises:
            EngineClosedError: the thread is closed.
        """
        ready, wake = _bell()
        job = self._submit(make, wake)
        try:
            while not job.has_ended():
                await ready.wait()
                ready.clear()
        finally:
            await _end(job, ready)
        return job.outcome()

    async def relay(self, make: Callable[[], AsyncGenerator[T, None]]) -> AsyncGenerator[T, None]:
        """Iterate a generator there and yield here what it gives. Closing this one closes that one, and waits for it.

        Raises:
            EngineClosedError: the thread is closed.
        """
        box: collections.deque[T] = collections.deque()
        ready, wake = _bell()

        async def pump() -> None:
            async with contextlib.aclosing(make()) as events:
                async for event in events:
                    box.append(event)
                    wake()

        job = self._submit(pump, wake)
        try:
            while True:
                # Whether it has ended is asked before the box is emptied: what came last must not be lost.
                ended = job.has_ended()
                while box:
                    yield box.popleft()
                if ended:
                    break
                await ready.wait()
                ready.clear()
        finally:
            await _end(job, ready)
        job.outcome()

    async def close(self) -> None:
        """Cancel what still runs and end the thread. Safe to call twice; calls afterwards raise."""
        with self._lock:
            self._closed = True
            loop, thread = self._loop, self._thread
            self._loop = self._thread = None
        if loop is None or thread is None:
            return
        ended, wake = _bell()
        self._on_end.append(wake)
        loop.call_soon_threadsafe(loop.stop)
        await ended.wait()
        thread.join()

    def _submit(self, make: Callable[[], Coroutine[Any, Any, T]], wake: Callable[[], None]) -> _Job[T]:
        with self._lock:
            if self._closed:
                raise EngineClosedError("Magray is closed; nothing was sent.")
            if self._loop is None:
                # Not Windows' own kind, whose connections the offline switch would not see.
                self._loop = asyncio.SelectorEventLoop()
                self._thread = threading.Thread(
                    target=_work, args=(self._loop, self._on_end), name=self._name, daemon=True
                )
                self._thread.start()
            job = _Job(make, self._loop, wake)
            self._loop.call_soon_threadsafe(job.start)
            return job


class _Job(Generic[T]):
    """One coroutine in the thread. What it came to is read after `has_ended`."""

    def __init__(
        self, make: Callable[[], Coroutine[Any, Any, T]], loop: asyncio.AbstractEventLoop, wake: Callable[[], None]
    ) -> None:
        self._ended = False
        self._make = make
        self._loop = loop
        self._wake = wake
        self._task: asyncio.Task[T] | None = None

    def start(self) -> None:
        """In the thread."""
        self._task = self._loop.create_task(self._make())
        self._task.add_done_callback(self._settle)

    def has_ended(self) -> bool:
        """Whether nothing of it runs any more."""
        return self._ended

    def cancel(self) -> None:
        """From anywhere."""
        with contextlib.suppress(RuntimeError):  # the thread has ended, and the coroutine with it
            self._loop.call_soon_threadsafe(self._cancel)

    def outcome(self) -> T:
        """The result, or what it raised."""
        task = self._task
        if task is None or task.cancelled():
            raise EngineClosedError("Magray is closing; what was under way is stopped.")
        return task.result()

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()

    def _settle(self, task: asyncio.Task[T]) -> None:
        if not task.cancelled():
            task.exception()  # read here, so that one that nobody waits for is not complained about
        self._ended = True
        self._wake()


def _bell() -> tuple[asyncio.Event, Callable[[], None]]:
    """An event of the running loop, and what sets it from another thread."""
    here = asyncio.get_running_loop()
    ready = asyncio.Event()

    def wake() -> None:
        with contextlib.suppress(RuntimeError):  # the loop that waits has ended
            here.call_soon_threadsafe(ready.set)

    return ready, wake


async def _end(job: _Job[Any], ready: asyncio.Event) -> None:
    """Stop a job that still runs and wait until it is gone, even while the waiting itself is cancelled again."""
    if job.has_ended():
        return
    job.cancel()
    cancelled: list[asyncio.CancelledError] = []
    while not job.has_ended():
        try:
            await ready.wait()
        except asyncio.CancelledError as error:
            cancelled.append(error)
        ready.clear()
    if cancelled:
        raise cancelled[0]


def _work(loop: asyncio.AbstractEventLoop, on_end: list[Callable[[], None]]) -> None:
    asyncio.set_event_loop(loop)
    try:
        loop.run_forever()
        loop.run_until_complete(asyncio.sleep(0))  # what was handed in at the last moment begins, so that it can end
        tasks = asyncio.all_tasks(loop)
        for task in tasks:
            task.cancel()
        loop.run_until_complete(_gone(tasks))
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.run_until_complete(loop.shutdown_default_executor())
    finally:
        asyncio.set_event_loop(None)
        loop.close()
        for wake in on_end:
            wake()


async def _gone(tasks: set[asyncio.Task[Any]]) -> None:
    await asyncio.gather(*tasks, return_exceptions=True)
