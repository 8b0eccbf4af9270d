"""`magray models reembed`: what a change of the embedder left to do, now and to its end."""

from __future__ import annotations

import asyncio
import sys
from argparse import Namespace
from typing import TYPE_CHECKING

from engine.cli import show
from engine.cli.progress import MemoriesBar
from engine.events import Event, ReembeddingChanged
from engine.model_values import ReembeddingStatus

if TYPE_CHECKING:
    from engine.engine import Engine


async def run(engine: Engine, options: Namespace) -> int:
    """Go on to the end, or pause, resume or cancel.

    Raises:
        MagrayError: it cannot be cancelled.
    """
    if options.cancel:
        return await _cancel(engine, options)
    if options.pause:
        await engine.pause_reembedding()
    status = await engine.reembedding()
    if status is not None and not options.pause and (status.paused or options.resume):
        await engine.resume_reembedding()
        if not options.resume:
            print("It was paused; it goes on now.", file=sys.stderr)
        status = await engine.reembedding()
    if status is not None and not (options.pause or options.resume):
        status = await _wait(engine)
    return await _tell(engine, status, options)


async def _wait(engine: Engine) -> ReembeddingStatus | None:
    """Until it is through, or has stopped."""
    changed = asyncio.Event()

    def hear(event: Event) -> None:
        if isinstance(event, ReembeddingChanged):
            changed.set()

    unsubscribe = engine.events.subscribe(hear)
    try:
        with MemoriesBar() as bar:
            while (status := await engine.reembedding()) is not None and not status.failure:
                bar.update(status)
                await changed.wait()
                changed.clear()
            return status
    finally:
        unsubscribe()


async def _cancel(engine: Engine, options: Namespace) -> int:
    cancelled = await engine.cancel_reembedding()
    name = engine.settings.embedding.model
    if options.json:
        show.print_json({"cancelled": cancelled, "model": name, "reembedding": None})
    elif cancelled:
        print(f"{name} stays the embedder. Nothing was lost.")
    else:
        print(f"There is nothing to cancel: all memories are embedded by {name}.")
    return 0


async def _tell(engine: Engine, status: ReembeddingStatus | None, options: Namespace) -> int:
    name = engine.settings.embedding.model
    if options.json:
        show.print_json({"model": name, "reembedding": status})
    elif status is None:
        print(f"All memories are embedded by {name}.")
    else:
        print(f"{status.done:,} of {status.total:,} memories are embedded by {status.to_model}.")
        if status.failure:
            print(f"It stopped: {status.failure} Nothing is lost; the next start tries again.", file=sys.stderr)
        elif status.paused:
            print("It is paused, also over the next starts. `magray models reembed` goes on.")
        else:
            print("It goes on whenever Magray runs.")
    return 1 if status is not None and status.failure else 0
