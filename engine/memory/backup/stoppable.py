"""Blocking work in a thread that ends soon after nobody waits for it any more."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from typing import TypeVar

from engine.executors import Executors

_log = logging.getLogger(__name__)

T = TypeVar("T")
Breathe = Callable[[], None]
"""Called by the work between its pieces; raises to end it."""


class GivenUpError(Exception):
    """Raised in a thread whose work nobody waits for any more."""


async def run_stoppable(
    executors: Executors, work: Callable[[Breathe], T], stops: set[threading.Event] | None = None
) -> T:
    """Run blocking work in the `io` pool. Cancelling ends it at its next breath, and waits for that.

    Args:
        executors: Its pool.
        work: Calls what it is given between its pieces.
        stops: Takes what ends the work when it is set, for as long as it runs.

    Raises:
        GivenUpError: it was ended by one of `stops`.
    """
    stop = threading.Event()
    if stops is not None:
        stops.add(stop)

    def breathe() -> None:
        if stop.is_set():
            raise GivenUpError

    future = asyncio.ensure_future(executors.run("io", work, breathe))
    try:
        return await asyncio.shield(future)
    except asyncio.CancelledError:
        stop.set()
        await asyncio.wait([future])
        if not future.cancelled() and (error := future.exception()) is not None:
            _log.info("work was given up (%s)", type(error).__name__)
        raise
    finally:
        if stops is not None:
            stops.discard(stop)
