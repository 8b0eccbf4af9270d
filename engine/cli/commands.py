"""What each command does."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from argparse import Namespace
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import TYPE_CHECKING

from engine.cli import consolidation, life, promotion, show
from engine.cli.progress import IngestBar, spinner
from engine.events import Event, Notice
from engine.settings import Settings

if TYPE_CHECKING:
    from engine.engine import Engine

TERMINATED = 143

_CARRYING = {
    "backup": "back_up",
    "backups": "backups",
    "restore": "restore",
    "export": "export",
    "import": "import_",
    "verify": "verify",
}
"""Actions on memories that stand in `backup.py`, by the names of their functions."""


def run(options: Namespace) -> int:
    """Run the command that was parsed; return its exit status.

    Raises:
        MagrayError: it failed; the message is for the owner.
        KeyboardInterrupt: it was stopped; the engine has been closed in order.
    """
    if options.command == "config":
        from engine.cli.config import run as run_config

        return run_config(options)
    if options.command == "bench":
        from engine.cli.bench import run as run_benches

        return asyncio.run(run_benches(options))
    if options.command == "models":
        if options.action == "reembed":
            from engine.cli.reembed import run as reembed

            return asyncio.run(_with_engine(options, reembed))
        return asyncio.run(_with_models(options))
    if options.command == "llm":
        return asyncio.run(_with_llm(options))
    if options.command == "health":
        from engine.cli.background import health

        return asyncio.run(health(options))
    if options.command == "background":
        from engine.cli.background import run as look_after

        return asyncio.run(_with_engine(options, look_after))
    if options.command == "watch":
        from engine.cli.watch import run as watch

        return asyncio.run(_with_engine(options, watch))
    if options.command == "usage":
        from engine.cli.llm import usage

        return asyncio.run(_with_engine(options, usage))
    if options.command == "gpu":
        from engine.cli.gpu import run as run_gpu

        return run_gpu(options, Settings(data_dir=options.data_dir) if options.data_dir else Settings())
    if options.command == "memory" and options.action in _CARRYING:
        from engine.cli import backup

        if options.action == "restore":
            return asyncio.run(_restore(options))
        return asyncio.run(_with_engine(options, getattr(backup, _CARRYING[options.action])))
    if options.command == "memory" and options.action in life.COMMANDS:
        return asyncio.run(_with_engine(options, life.COMMANDS[options.action]))
    if options.command == "memory" and options.action in consolidation.COMMANDS:
        return asyncio.run(_with_engine(options, consolidation.COMMANDS[options.action]))
    if options.command == "memory" and options.action in promotion.COMMANDS:
        return asyncio.run(_with_engine(options, promotion.COMMANDS[options.action]))
    name = options.command if options.command != "memory" else f"memory {options.action}"
    return asyncio.run(_with_engine(options, _COMMANDS[name]))


async def _with_models(options: Namespace) -> int:
    from engine.cli.models import run as run_models

    settings = Settings(data_dir=options.data_dir) if options.data_dir else Settings()
    with _stoppable() as stopped:
        try:
            return await run_models(options, settings)
        except asyncio.CancelledError:
            if not stopped:
                raise
            print("Stopped. What arrived is kept.", file=sys.stderr)
            return TERMINATED


async def _with_llm(options: Namespace) -> int:
    from engine.cli.llm import run as run_llm

    return await run_llm(options, Settings(data_dir=options.data_dir) if options.data_dir else Settings())


async def _restore(options: Namespace) -> int:
    from engine.cli.backup import restore

    settings = Settings(data_dir=options.data_dir) if options.data_dir else Settings()
    with _stoppable() as stopped:
        try:
            return await restore(options, settings)
        except asyncio.CancelledError:
            if not stopped:
                raise
            print("Stopped. Nothing was restored, unless it said so.", file=sys.stderr)
            return TERMINATED


async def _with_engine(options: Namespace, command: Callable[[Engine, Namespace], Awaitable[int]]) -> int:
    settings = Settings(data_dir=options.data_dir) if options.data_dir else Settings()
    with _stoppable() as stopped:
        try:
            async with _opened(settings) as engine:
                return await command(engine, options)
        except asyncio.CancelledError:
            if not stopped:
                raise
            print("Stopped. What was acknowledged is kept.", file=sys.stderr)
            return TERMINATED


@contextlib.contextmanager
def _stoppable() -> Iterator[list[bool]]:
    """Let the system's request to end close the engine in order, as Ctrl+C does."""
    stopped: list[bool] = []
    task = asyncio.current_task()
    loop = asyncio.get_running_loop()

    def stop() -> None:
        stopped.append(True)
        if task is not None:
            task.cancel()

    try:
        loop.add_signal_handler(signal.SIGTERM, stop)
    except NotImplementedError:  # Windows ends a process without asking it
        yield stopped
        return
    try:
        yield stopped
    finally:
        loop.remove_signal_handler(signal.SIGTERM)


@contextlib.asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[Engine]:
    with spinner("Opening the memory"):
        from engine.engine import Engine

        engine = await Engine.open(settings)
    engine.events.subscribe(_print_notice)()  # what the opening had to say
    try:
        yield engine
    finally:
        await engine.close()


def _print_notice(event: Event) -> None:
    if isinstance(event, Notice):
        print(f"magray: {event.text}", file=sys.stderr)


def _commands(notice: Notice) -> list[str]:
    """What to type for what a notice offers."""
    kind, _, model = (notice.action or "").partition(":")
    fetch = [f"    magray models download {model}"] if kind == "get_model" else []
    use = [f"    magray models use {model}"] if kind in ("get_model", "use_model") else []
    return [*fetch, *use]


async def _ingest(engine: Engine, options: Namespace) -> int:
    if (await engine.ingest_progress()).paused:
        await engine.resume_ingestion()
        print("Reading was paused; it goes on now.", file=sys.stderr)
    notices: list[Notice] = []
    unsubscribe = engine.events.subscribe(lambda event: notices.append(event) if isinstance(event, Notice) else None)
    try:
        with IngestBar() as bar:
            report = await engine.ingest(options.paths, on_progress=bar.update)
    finally:
        unsubscribe()
    if options.json:
        show.print_json(show.ingest_json(report))
    else:
        show.print_report(report)
    for notice in notices:
        print(notice.text, *_commands(notice), sep="\n", file=sys.stderr)
    return 0


async def _search(engine: Engine, options: Namespace) -> int:
    with spinner("Searching"):
        hits = await engine.recall(
            options.query,
            limit=options.limit,
            layer=options.layer,
            kind=options.kind,
            explain=options.explain,
            archived=options.archived,
            superseded=options.superseded,
            as_of=options.as_of,
            valid_at=options.valid_at,
        )
    if options.json:
        show.print_json({"hits": hits})
    else:
        show.print_hits(hits, explain=options.explain)
    return 0


async def _ask(engine: Engine, options: Namespace) -> int:
    with spinner("Looking for an answer"):
        answer = await engine.ask(options.question)
    if options.json:
        show.print_json(answer)
    else:
        show.print_answer(answer)
    return 0


async def _chat(engine: Engine, options: Namespace) -> int:
    from engine.cli.chat import run as run_chat

    return await run_chat(engine, options)


async def _status(engine: Engine, options: Namespace) -> int:
    status = await engine.status()
    if options.json:
        show.print_json(status)
    else:
        show.print_status(status)
    return 0


async def _memory_list(engine: Engine, options: Namespace) -> int:
    memories = await engine.memories(
        layer=options.layer,
        kind=options.kind,
        deleted=options.deleted,
        archived=options.archived,
        superseded=True if options.superseded else None,
        limit=options.limit,
        offset=options.offset,
    )
    if options.json:
        show.print_json({"memories": memories})
    else:
        show.print_memories(memories)
    return 0


async def _memory_show(engine: Engine, options: Namespace) -> int:
    memory = await engine.memory(options.id)
    view = await engine.explain_promotion(options.id) if options.explain else None
    if options.json:
        show.print_json(memory if view is None else {"memory": memory, "promotion": view})
        return 0
    show.print_memory(memory)
    if view is not None:
        print()
        promotion.print_view(view)
    return 0


async def _memory_add(engine: Engine, options: Namespace) -> int:
    text = sys.stdin.read() if options.text == "-" else options.text
    memory = await engine.remember(
        text, layer=options.layer, kind=options.kind, title=options.title, tags=tuple(options.tag)
    )
    if options.json:
        show.print_json(memory)
    else:
        show.print_memory(memory)
    return 0


async def _memory_delete(engine: Engine, options: Namespace) -> int:
    unsubscribe = engine.events.subscribe(_print_notice)
    try:
        count = await engine.delete_memories(options.ids, erase=options.erase)
    finally:
        unsubscribe()
    undo = "" if options.erase else f" `magray memory undelete {' '.join(options.ids)}` brings back what was deleted."
    return _counted(options, count, "erased" if options.erase else "deleted", undo)


async def _memory_undelete(engine: Engine, options: Namespace) -> int:
    return _counted(options, await engine.undelete_memories(options.ids), "undeleted", "")


def _counted(options: Namespace, count: int, word: str, then: str) -> int:
    """Say how many of the ids named something. None at all is a failure."""
    asked = len(set(options.ids))
    if options.json:
        show.print_json({word: count})
    elif count:
        print(f"{show.plural(count, 'memory', 'memories')} {word}.{then}")
    if count < asked:
        missing = "That id names" if asked == 1 else f"{asked - count} of the {asked} ids name"
        print(f"magray: {missing} nothing that can be {word}.", file=sys.stderr)
    return 0 if count else 1


async def _memory_rebuild(engine: Engine, options: Namespace) -> int:
    with spinner("Building the indexes anew"):
        report = await engine.rebuild()
    if options.json:
        show.print_json(report)
    else:
        show.print_verify(report)
    return 1 if report.problems else 0


_COMMANDS: dict[str, Callable[[Engine, Namespace], Awaitable[int]]] = {
    "ingest": _ingest,
    "search": _search,
    "ask": _ask,
    "chat": _chat,
    "status": _status,
    "memory list": _memory_list,
    "memory show": _memory_show,
    "memory add": _memory_add,
    "memory delete": _memory_delete,
    "memory undelete": _memory_undelete,
    "memory rebuild": _memory_rebuild,
}
