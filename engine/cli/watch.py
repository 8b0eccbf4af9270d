"""`magray watch`: folders that are kept in step."""

from __future__ import annotations

import asyncio
import os
import sys
from argparse import Namespace
from typing import TYPE_CHECKING

from engine.cli import show
from engine.errors import NotFoundError
from engine.events import Event, IngestFilesChanged, WatchedFoldersChanged
from engine.values import FileState
from engine.watch_values import WatchedFolder

if TYPE_CHECKING:
    from engine.engine import Engine

_SHORT = 8
"""Letters of an id that the list shows; they are enough to name it."""
_STATES = {
    "watching": "in step",
    "polling": "looked through now and then",
    "looking": "being looked through",
    "paused": "paused",
    "away": "not there now",
}


async def run(engine: Engine, options: Namespace) -> int:
    """Do what was asked; without an action the folders are listed.

    Raises:
        MagrayError: it cannot be done; the message says why.
    """
    match options.action:
        case "add":
            folder = await engine.watch_folder(options.path, ignore=options.ignore)
            _tell(folder, options)
            if not options.json:
                print("It is kept in step while Magray runs: its window, or `magray watch run`.", file=sys.stderr)
        case "pause":
            _tell(await engine.pause_folder((await _find(engine, options.folder)).id), options)
        case "resume":
            _tell(await engine.resume_folder((await _find(engine, options.folder)).id), options)
        case "ignore":
            found = await _find(engine, options.folder)
            _tell(await engine.set_folder_ignore(found.id, options.patterns), options)
        case "remove":
            found = await _find(engine, options.folder)
            count = await engine.unwatch_folder(found.id, forget=options.forget)
            if options.json:
                show.print_json({"removed": found.id, "forgotten": count})
            elif options.forget:
                print(f"No longer watched: {found.path}. Documents forgotten: {count}.")
            else:
                print(f"No longer watched: {found.path}. Its documents stay in memory.")
        case "run":
            return await _stay(engine, options)
        case _:
            folders = await engine.watched_folders()
            if options.json:
                show.print_json({"folders": folders})
            elif not folders:
                print("No folder is watched. Add one: magray watch add FOLDER")
            for folder in [] if options.json else folders:
                _print(folder)
    return 0


async def _find(engine: Engine, named: str) -> WatchedFolder:
    """A folder by its id or its path."""
    path = os.path.normcase(os.path.realpath(os.path.expanduser(named)))  # noqa: PTH111 - as it is compared
    for folder in await engine.watched_folders():
        if (
            folder.id == named
            or (len(named) >= _SHORT and folder.id.startswith(named))
            or os.path.normcase(folder.path) == path
        ):
            return folder
    raise NotFoundError(f"{named} is no watched folder. `magray watch list` names them.")


async def _stay(engine: Engine, options: Namespace) -> int:
    """Keep all folders in step until the owner stops it; say what is read."""
    changed = asyncio.Event()

    def hear(event: Event) -> None:
        if isinstance(event, IngestFilesChanged):
            for file in event.files:
                if file.state.final:
                    reason = f" ({file.reason})" if file.reason and file.state is not FileState.CANCELLED else ""
                    if options.json:
                        show.print_json(file)
                    else:
                        print(f"{file.state}: {file.path}{reason}", flush=True)
        elif isinstance(event, WatchedFoldersChanged):
            changed.set()

    unsubscribe = engine.events.subscribe(hear)
    told: dict[str, str | None] = {}
    try:
        if not await engine.watched_folders():
            raise NotFoundError("No folder is watched. Add one: magray watch add FOLDER")
        print("Watching. Ctrl+C ends.", file=sys.stderr)
        while True:
            for folder in await engine.watched_folders():
                if told.get(folder.id) != folder.problem:
                    told[folder.id] = folder.problem
                    print(f"{folder.path}: {folder.problem or 'in step again'}", file=sys.stderr)
            await changed.wait()
            changed.clear()
    finally:
        unsubscribe()


def _tell(folder: WatchedFolder, options: Namespace) -> None:
    if options.json:
        show.print_json(folder)
    else:
        _print(folder)


def _print(folder: WatchedFolder) -> None:
    waiting = f", {folder.waiting:,} waiting" if folder.waiting else ""
    print(f"{folder.id[:8]}  {folder.path}")
    print(f"          {_STATES[folder.state]}; {folder.files:,} files, {folder.documents:,} documents{waiting}")
    if folder.ignore:
        print(f"          ignores {', '.join(folder.ignore)}")
    if folder.problem is not None:
        print(f"          {folder.problem}")
