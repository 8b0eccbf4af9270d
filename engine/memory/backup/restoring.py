"""Restoring: a backup is unpacked and checked beside the database, and takes its place at the next start.

Three files of one folder tell how far it is, and each step is one rename, so that a stop at any moment leaves the old
state or the new one, whole:

- `magray.db.restore.part`: being unpacked and checked; worth nothing, removed at the next start.
- `magray.db.restore`: checked and flushed; it takes the database's place at the next start.
- `magray.db`: what is in use.

Before the change of places the state before is kept as a backup of its own; where it is damaged, its files are kept as
they are. Its write-ahead log goes first: SQLite would lay it over the restored database.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from engine.errors import (
    BackupDamagedError,
    BackupError,
    MagrayError,
    StoreFullError,
    StoreNewerError,
    StoreReadOnlyError,
)
from engine.memory import manifest
from engine.memory.backup import file_format, making
from engine.memory.backup.file_format import Contents
from engine.memory.backup.making import Made, Order
from engine.memory.backup.shelf import DAMAGED, PLAIN, Shelf
from engine.memory.records import SCHEMA_VERSION
from engine.memory.store import copies

_log = logging.getLogger(__name__)

_ROOM = 1_000_000
_LOGS = ("-wal", "-shm", "-journal")


@dataclass(frozen=True, slots=True, kw_only=True)
class Swapped:
    """What a start found to restore, and what became of it.

    Attributes:
        restored: Whether the restored state is in use now.
        kept: Where the state before is kept; None where there was nothing in it.
        problem: Why it was not restored, in words; empty where it was.
    """

    restored: bool
    kept: Path | None = None
    problem: str = ""


def waiting(database: Path) -> Path:
    """The file of a restore that waits for the next start."""
    return database.with_name(f"{database.name}.restore")


def prepare(database: Path, backup: Path, passphrase: str | None, *, breathe: Callable[[], None]) -> Contents:
    """Unpack a backup beside the database, check all of it, and have it take its place at the next start.

    Blocks; any thread, also while the database is in use: nothing of it is touched.

    Raises:
        PassphraseError: the passphrase is wrong, or missing.
        BackupDamagedError: the backup is damaged or is none.
        StoreNewerError: it was made by a newer Magray.
        StoreFullError: there is no room to unpack it.
        BackupError: it cannot be read.
    """
    part = database.with_name(f"{database.name}.restore.part")
    with _told(database.parent):
        try:
            part.unlink(missing_ok=True)
            contents = unpack(backup, passphrase, part, breathe=breathe)
            copies.make_another(part)
            with part.open("r+b") as file:
                os.fsync(file.fileno())
            part.replace(waiting(database))
            manifest.flush_folder(database.parent)
        finally:
            for left in (part, *(part.with_name(f"{part.name}{ending}") for ending in _LOGS)):
                left.unlink(missing_ok=True)
    return contents


def unpack(backup: Path, passphrase: str | None, target: Path, *, breathe: Callable[[], None]) -> Contents:
    """Take the database out of a backup and check it by all that is known of it.

    Raises:
        As `prepare`; `OSError` where the target cannot be written.
    """
    if backup.suffix == PLAIN:
        return _copied(backup, target, breathe)
    head = file_format.read_head(backup)
    _check_schema(backup, head.header.schema)
    key = file_format.key_of(backup, head, passphrase)
    said = file_format.read_contents(backup, head, key)
    _check_room(target.parent, said.size)
    with target.open("xb") as file:
        target.chmod(0o600)
        contents = file_format.unpack(backup, head, key, target=file, breathe=lambda _done: breathe())
    found = _look(backup, target)
    counted = (found.memories, found.documents, found.conversations, found.sequence)
    told = (contents.memories, contents.documents, contents.conversations, contents.sequence)
    if counted != told or found.schema != head.header.schema:
        raise BackupDamagedError(f"{backup.name} holds something else than it says. Nothing was changed.")
    return contents


def forget(database: Path) -> bool:
    """Give up a restore that waits; tells whether one did."""
    there = waiting(database).exists()
    waiting(database).unlink(missing_ok=True)
    return there


def swap(database: Path, *, shelf: Shelf, indexes: Path, now: datetime, kept: int) -> Swapped | None:
    """Let a restore that waits take place. Call it with the data folder's lock held and the database closed.

    Args:
        database: The database's file.
        shelf: The state before is kept there.
        indexes: The folder of derived indexes; those of the state before are removed.
        now: Goes into the name of what is kept.
        kept: How many states before a restore are kept.

    Returns:
        None where nothing waited.
    """
    ready = waiting(database)
    making.sweep(shelf.home)
    for left in database.parent.glob(f"{database.name}.restore.part*"):
        left.unlink(missing_ok=True)
    if not ready.exists():
        return None
    try:
        with _told(database.parent):
            before = _keep(database, shelf, now, kept) if database.exists() else None
            for ending in _LOGS:
                database.with_name(f"{database.name}{ending}").unlink(missing_ok=True)
            ready.replace(database)
            manifest.flush_folder(database.parent)
    except MagrayError as error:
        with contextlib.suppress(OSError):  # a disk that cannot be written; the next start tries again
            ready.unlink(missing_ok=True)
        _log.error("a backup was not restored: %s", error)
        return Swapped(restored=False, problem=f"The backup was not restored, all is as it was before. {error}")
    for path in indexes.iterdir() if indexes.is_dir() else ():
        # They are of another database, which the indexes see, too, and say then that they were damaged.
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
    return Swapped(restored=True, kept=before)


def _keep(database: Path, shelf: Shelf, now: datetime, kept: int) -> Path | None:
    """Keep the state before. Where it is, or None where nothing is in it."""
    try:
        secret = _close_log(database)
    except (sqlite3.DatabaseError, TypeError, ValueError) as error:
        if "full" in str(error):
            raise
        return _keep_files(database, shelf, now)
    if secret is None:
        return None
    order = Order(target=shelf.name("restore", now), reason="restore", created=now, secret=secret)
    try:
        made: Made = making.make(database, order, scratch=shelf.home, breathe=lambda: None)
    except StoreFullError:
        raise
    except BackupError:
        return _keep_files(database, shelf, now)
    shelf.note(made.path, made.contents, now)
    shelf.prune(reason="restore", origin=made.header.origin, kept=kept, keep=made.path)
    return made.path


def _close_log(database: Path) -> bytes | None:
    """Fold the write-ahead log in, and give the secret of marks; None where there is nothing worth keeping."""
    connection = sqlite3.connect(database, isolation_level=None)
    try:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            return None
        found = copies.facts(connection)
        row = connection.execute("SELECT value FROM meta WHERE key = 'backup_secret'").fetchone()
    finally:
        connection.close()
    if not (found.memories or found.documents or found.conversations):
        return None
    return bytes.fromhex(row[0]) if row else os.urandom(32)


def _keep_files(database: Path, shelf: Shelf, now: datetime) -> Path:
    """A damaged database as it is: something may still be had from it."""
    shelf.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    stem = f"magray-damaged-{now.astimezone():%Y-%m-%d-%H%M%S}"
    target = shelf.home / f"{stem}{DAMAGED}"
    for ending in ("", *_LOGS[:1]):
        source = database.with_name(f"{database.name}{ending}")
        if source.exists():
            shutil.copyfile(source, target.with_name(f"{target.name}{ending}"))
    return target


def _copied(backup: Path, target: Path, breathe: Callable[[], None]) -> Contents:
    """A plain copy, as they were made before version 3."""
    try:
        with copies.opened(backup) as opened:
            schema = copies.facts(opened).schema
    except (sqlite3.Error, TypeError, ValueError) as error:
        raise BackupDamagedError(
            f"{backup.name} is no backup, or is damaged ({error}). Nothing was changed."
        ) from error
    _check_schema(backup, schema)
    _check_room(target.parent, backup.stat().st_size)
    with backup.open("rb") as source, target.open("xb") as file:
        target.chmod(0o600)
        while piece := source.read(file_format.PIECE):
            file.write(piece)
            breathe()
    found = _look(backup, target)
    return Contents(
        size=target.stat().st_size,
        sha256="",
        memories=found.memories,
        documents=found.documents,
        conversations=found.conversations,
        sequence=found.sequence,
    )


def _look(backup: Path, target: Path) -> copies.Facts:
    try:
        with copies.opened(target) as opened:
            wrong = copies.problems(opened)
            if not wrong:
                return copies.facts(opened)
    except (sqlite3.Error, TypeError, ValueError) as error:
        wrong = [str(error)]
    raise BackupDamagedError(f"The database in {backup.name} is damaged ({wrong[0]}). Nothing was changed.")


def _check_schema(backup: Path, schema: int) -> None:
    if schema > SCHEMA_VERSION:
        raise StoreNewerError(
            f"{backup.name} was made by a newer Magray (its format is {schema}, this one knows {SCHEMA_VERSION}). "
            "Nothing was changed. Install the newer version to restore it."
        )


def _check_room(folder: Path, size: int) -> None:
    if shutil.disk_usage(folder).free < size + _ROOM:
        raise StoreFullError(
            f"{folder} has no room to unpack the backup ({size:,} bytes). Nothing was changed. Make room and try again."
        )


@contextlib.contextmanager
def _told(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StoreFullError(f"The disk that holds {folder} is full. Nothing was changed; make room.") from error
        if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
            raise StoreReadOnlyError(f"{folder} cannot be written ({error.strerror}). Nothing was changed.") from error
        raise BackupError(f"{error.filename or folder} cannot be used ({error.strerror}).") from error
    except sqlite3.Error as error:
        raise BackupError(f"The database in {folder} cannot be used ({error}). Nothing was changed.") from error
