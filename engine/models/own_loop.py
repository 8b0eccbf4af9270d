"""Running a coroutine in a thread with an event loop of its own.

Downloads write to disks and hash gigabytes. Beside the desktop's loop, which draws, they would be felt; and that loop's
sockets are Qt's. In a loop of their own they may block, and are cancelled at once all the same.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def run_in_own_loop(make: Callable[[], Coroutine[Any, Any, T]], *, name: str) -> T:
    """Run what `make` gives, elsewhere, and await its result. Cancelling the await cancels it and waits for its end.

    Args:
        make: makes the coroutine; called in the new thread.
        name: of the thread.
    """
    caller = asyncio.get_running_loop()
    ended: asyncio.Future[T] = caller.create_future()
    started = threading.Event()
    inside: list[tuple[asyncio.AbstractEventLoop, asyncio.Task[Any]]] = []

    async def main() -> T:
        task = asyncio.current_task()
        assert task is not None
        inside.append((asyncio.get_running_loop(), task))
        started.set()
        return await make()

    def work() -> None:
        result: T | None = None
        failure: BaseException | None = None
        try:
            result = asyncio.run(main())
        except BaseException as error:  # carried over to whoever awaits
            failure = error
        finally:
            started.set()

        def settle() -> None:
            if ended.done():
                return
            if failure is None:
                ended.set_result(result)  # type: ignore[arg-type] # T may be None itself
            elif isinstance(failure, asyncio.CancelledError):
                ended.cancel()
            else:
                ended.set_exception(failure)

        with contextlib.suppress(RuntimeError):  # the caller's loop was closed: nobody waits any more
            caller.call_soon_threadsafe(settle)

    thread = threading.Thread(target=work, name=name, daemon=True)
    thread.start()
    try:
        return await asyncio.shield(ended)
    except asyncio.CancelledError:
        started.wait()
        for loop, task in inside:
            if not loop.is_closed():
                loop.call_soon_threadsafe(task.cancel)
        await asyncio.wait([ended])
        if not ended.cancelled():
            ended.exception()  # it was cancelled all the same; a failure on the way out is nobody's news
        raise
    finally:
        thread.join()
