"""`magray background`: what goes on behind the owner's back; `magray health`: one word for scripts."""

from __future__ import annotations

import sys
from argparse import Namespace
from typing import TYPE_CHECKING

from engine.background_values import BackgroundStatus, ResourcesStatus
from engine.cli import show
from engine.cli.progress import spinner
from engine.errors import MagrayError, StoreBusyError
from engine.settings import Settings

if TYPE_CHECKING:
    from engine.engine import Engine


async def run(engine: Engine, options: Namespace) -> int:
    """List, pause, resume or run background work, or say what the computer has left.

    Raises:
        NotFoundError: no work has that name.
    """
    match options.action:
        case "pause":
            await engine.pause_background(options.name)
        case "resume":
            await engine.resume_background(options.name)
        case "run":
            with spinner("Working"):
                status = await engine.run_background(options.name)
            if options.json:
                show.print_json(status)
            else:
                print(status.result or "Done.", file=sys.stderr if status.failed else sys.stdout)
            return 1 if status.failed else 0
        case "resources":
            resources = await engine.resources()
            if options.json:
                show.print_json(resources)
            else:
                _print_resources(resources)
            return 0
    listed = await engine.background()
    if options.json:
        show.print_json({"background": listed})
    else:
        for status in listed:
            _print(status)
    return 0


async def health(options: Namespace) -> int:
    """Print `ok`, `degraded`, `failed` or `busy` (another Magray is at work in the folder); 1 for `failed` alone."""
    from engine.engine import Engine

    parts: dict[str, str] = {}
    try:
        async with Engine.open(Settings(data_dir=options.data_dir) if options.data_dir else Settings()) as engine:
            status = await engine.status()
            word: str = status.state
            parts = {component.name: component.state for component in status.components}
    except StoreBusyError:
        word = "busy"
    except MagrayError as error:
        word = "failed"
        print(f"magray: {error}", file=sys.stderr)
    if options.json:
        show.print_json({"health": word, "components": parts})
    else:
        print(word)
    return 1 if word == "failed" else 0


def _print(status: BackgroundStatus) -> None:
    state = f"{status.state}, {status.done:.0%}" if status.done is not None else status.state
    print(f"{status.name:15} {state:14} {status.title}")
    details = [status.words]
    if status.ran_at is not None:
        details.append(f"last {show.local(status.ran_at)}")
    if status.next_at is not None:
        details.append(f"next {show.local(status.next_at)}")
    if status.result:
        details.append(f"{'failed: ' if status.failed else ''}{status.result}")
    told = "; ".join(detail for detail in details if detail)
    if told:
        print(show.wrapped(told, indent=31))


def _print_resources(status: ResourcesStatus) -> None:
    print(f"Memory       {status.memory_percent:.0f} % of {_mb(status.memory_total)} in use")
    print(f"Magray       {_mb(status.own_memory)} (to stay under {_mb(status.own_limit)})")
    if status.battery_percent is not None:
        print(f"Battery      {status.battery_percent:.0f} %{', in use' if status.on_battery else ''}")
    print(f"Processor    {status.others_percent:.0f} % used by other programs")
    print(f"Background   {status.load.reason or 'Nothing holds it back.'}")
    print(
        f"Caches       {status.cache_vectors:,} vectors ({_mb(status.cache_bytes)}), batches of "
        f"{status.batch_tokens:,} tokens: {status.share:.0%} of their usual size"
    )
    print("Indexes      in memory   on the disk")
    for one in status.indexes:
        print(
            f"  {one.name:10} {_mb(one.memory_bytes):>9}   {_mb(one.file_bytes):>11}   "
            f"{show.plural(one.memories, 'memory', 'memories')}"
        )


def _mb(count: int) -> str:
    return f"{count / 2**20:,.1f} MB" if count < 100 << 20 else f"{count / 2**20:,.0f} MB"
