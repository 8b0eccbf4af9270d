"""`magray memory backup|backups|restore|export|import|verify`."""

from __future__ import annotations

import asyncio
import getpass
import sys
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from engine.cli import show
from engine.cli.progress import spinner
from engine.errors import BackupError, MagrayError, PassphraseError, StoreBusyError
from engine.settings import Settings

if TYPE_CHECKING:
    from engine.backup_values import BackupInfo, ImportReport
    from engine.engine import Engine


class NoPassphraseError(MagrayError):
    """A passphrase is needed, and nobody is there to type it."""


_TOLD = 20
"""Problems of an import that are told one by one."""


async def back_up(engine: Engine, options: Namespace) -> int:
    """Make a backup, or keep the passphrase of those that are made by themselves."""
    passphrase = None
    if options.keep_passphrase or options.encrypt or options.passphrase_file:
        passphrase = await asyncio.to_thread(_new_passphrase, options.passphrase_file)
    if options.keep_passphrase:
        await engine.keep_backup_passphrase(passphrase)
        print("The passphrase lies in the system's key store. `magray config set backup.encrypted true` uses it.")
        return 0
    with spinner("Making a backup"):
        made = await engine.back_up(options.file, passphrase)
    if options.json:
        show.print_json(made)
    else:
        print(f"{_line(made)}\nIt was read back and is whole.")
    return 0


async def backups(engine: Engine, options: Namespace) -> int:
    """List backups, check one, or delete some."""
    if options.delete:
        count = await engine.delete_backups([Path(path).expanduser().absolute() for path in options.delete])
        print(f"{show.plural(count, 'backup')} deleted.")
        return 0
    if options.check:
        return await _check(engine, options)
    found = await engine.backups()
    if options.json:
        show.print_json({"backups": found})
        return 0
    for one in found:
        print(_line(one))
    if not found:
        print("There is no backup. `magray memory backup` makes one.")
    if any(one.holds_erased for one in found):
        print("\n`magray memory backups --delete FILE` deletes those that hold what was erased.")
    return 0


async def _check(engine: Engine, options: Namespace) -> int:
    path = Path(options.check).expanduser().absolute()
    passphrase = await asyncio.to_thread(_passphrase_of, path, options.passphrase_file)
    with spinner("Reading the backup"):
        checked = await engine.check_backup(path, passphrase)
    if options.json:
        show.print_json(checked)
    else:
        print(f"{_line(checked)}\nIt was read to its end and is whole.")
    return 0


async def restore(options: Namespace, settings: Settings) -> int:
    """Put a backup in the place of the database. Nothing needs to open for it: the database may be damaged."""
    from engine.engine import Engine
    from engine.events import Notice
    from engine.executors import Executors
    from engine.memory.backup import restoring
    from engine.memory.backup.stoppable import run_stoppable

    path = Path(options.file).expanduser().absolute()
    passphrase = await asyncio.to_thread(_passphrase_of, path, options.passphrase_file)
    paths = settings.paths
    try:
        paths.create()
    except OSError as error:
        raise BackupError(f"{error.filename or paths.data} cannot be written ({error.strerror}).") from error
    executors = Executors()
    try:
        with spinner("Checking the backup"):
            contents = await run_stoppable(
                executors, lambda breathe: restoring.prepare(paths.database, path, passphrase, breathe=breathe)
            )
    finally:
        executors.close()
    notices: list[str] = []
    try:
        with spinner("Restoring"):
            engine = await Engine.open(settings)
    except StoreBusyError:
        print("The backup is whole and ready. It takes the database's place when Magray, which is open, starts next.")
        return 0
    engine.events.subscribe(lambda event: notices.append(event.text) if isinstance(event, Notice) else None)()
    waiting = (await engine.backup_plan()).waits_for_restart
    await engine.close()
    failed = waiting or any("was not restored" in notice for notice in notices)
    if options.json:
        show.print_json({"restored": not failed, "memories": contents.memories, "notices": notices})
    else:
        for notice in notices:
            print(notice, file=sys.stderr if failed else sys.stdout)
        if not failed:
            documents = show.plural(contents.documents, "document")
            conversations = show.plural(contents.conversations, "conversation")
            print(f"{show.plural(contents.memories, 'memory', 'memories')}, {documents}, {conversations}.")
    return 1 if failed else 0


async def export(engine: Engine, options: Namespace) -> int:
    """Write memories to a file, or to standard output."""
    ids = options.id or None
    if options.file == "-":
        async for line in engine.memory_lines(ids=ids, vectors=options.vectors):
            sys.stdout.write(line)
        return 0
    with spinner("Writing memories"):
        count = await engine.export_memories(options.file, ids=ids, vectors=options.vectors)
    if options.json:
        show.print_json({"file": options.file, "memories": count})
    else:
        print(f"{show.plural(count, 'memory', 'memories')} written to {options.file}.")
    return 0


async def import_(engine: Engine, options: Namespace) -> int:
    """Read memories from a file; lines that are none are told."""
    with spinner("Reading memories"):
        report = await engine.import_memories(options.file)
    if options.json:
        show.print_json(report)
    else:
        _print_import(report)
    return 1 if report.failed and not (report.added or report.present) else 0


async def verify(engine: Engine, options: Namespace) -> int:
    """Hold the database against the indexes, and mend them where that is wanted."""
    with spinner("Holding the database against the indexes"):
        report = await engine.verify(mend=options.mend)
    if options.json:
        show.print_json(report)
    else:
        show.print_verify(report)
    return 1 if report.problems else 0


def _print_import(report: ImportReport) -> None:
    for problem in report.problems[:_TOLD]:
        print(f"line {problem.line}: {problem.reason}", file=sys.stderr)
    if report.failed > _TOLD:
        print(f"… and {report.failed - _TOLD:,} more lines; --json tells of {len(report.problems):,}", file=sys.stderr)
    there = f", {report.present:,} {'was' if report.present == 1 else 'were'} there already" if report.present else ""
    failed = f", {show.plural(report.failed, 'line')} not imported" if report.failed else ""
    print(f"{show.plural(report.added, 'memory', 'memories')} imported{there}{failed}.")


def _line(one: BackupInfo) -> str:
    made = one.created.astimezone().strftime("%Y-%m-%d %H:%M") if one.created else "                "
    held = "" if one.memories is None else f", {show.plural(one.memories, 'memory', 'memories')}"
    marks = [
        "encrypted" if one.encrypted else "",
        "whole" if one.verified_at else "not checked here",
        "HOLDS WHAT WAS ERASED" if one.holds_erased else "",
        one.problem or "",
    ]
    told = ", ".join(mark for mark in marks if mark)
    return f"{made}  {one.size / 1e6:8.1f} MB{held}, {told}\n                  {one.path}"


def _passphrase_of(path: Path, file: str | None) -> str | None:
    """The passphrase of a backup, where it needs one."""
    from engine.memory.backup import file_format
    from engine.memory.backup.shelf import PLAIN

    if path.suffix == PLAIN or not file_format.read_head(path).header.encrypted:
        return None
    return _from_file(file) if file else _asked(f"Passphrase of {path.name} (it is not shown): ")


def _new_passphrase(file: str | None) -> str:
    if file:
        return _from_file(file)
    first = _asked("Passphrase (it is not shown): ")
    if _asked("The same again: ") != first:
        raise PassphraseError("The two are not the same. Nothing was written.")
    return first


def _from_file(file: str) -> str:
    try:
        text = Path(file).expanduser().read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise BackupError(f"{file} cannot be read ({error}). Nothing was changed.") from error
    return text.splitlines()[0] if text else ""


def _asked(prompt: str) -> str:
    if not sys.stdin.isatty():
        raise NoPassphraseError("A passphrase is needed. Name a file that holds it by --passphrase-file.")
    return getpass.getpass(prompt)
