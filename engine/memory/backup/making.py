"""Making one backup: copy, count, pack, seal, read it back, and only then give it its name."""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import secrets
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from engine import __version__
from engine.errors import BackupDamagedError, BackupError, MagrayError, StoreFullError, StoreReadOnlyError
from engine.memory import manifest
from engine.memory.backup import file_format, sealing
from engine.memory.backup.file_format import Contents, Header
from engine.memory.store import copies
from engine.memory.store.copies import Facts

_log = logging.getLogger(__name__)

_PARTS = ".part"
_ROOM = 1_000_000
"""Bytes that must be left beside a copy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be made.

    Attributes:
        target: The file; it appears whole or not at all.
        reason: Why; see `BackupReason`.
        created: When, aware and in UTC.
        secret: Ids are marked with it.
        passphrase: Seals it; None leaves it readable.
        replace: Whether another backup of this name may go for it.
    """

    target: Path
    reason: str
    created: datetime
    secret: bytes
    passphrase: str | None = None
    replace: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A backup that was made and read back.

    Attributes:
        path: Its file.
        size: Bytes of the file.
        header: What anyone may read of it.
        contents: What it holds.
        erased: The change of the last erasing that it knows; what was erased later is in it.
    """

    path: Path
    size: int
    header: Header
    contents: Contents
    erased: int


def make(
    database: Path,
    order: Order,
    *,
    scratch: Path,
    breathe: Callable[[], None],
) -> Made:
    """Make a backup of a database that is in use. Blocks; any thread.

    The copy lies beside the database while it is packed, never where the backup goes: that may be a stick or a folder
    that others see, and a sealed backup must leave nothing readable there.

    Args:
        database: The open database's file.
        order: What is to be made.
        scratch: A folder of ours beside the database, for the copy.
        breathe: Called often; raises to give up. Nothing half-written stays.

    Raises:
        PassphraseError: the passphrase is too short.
        StoreFullError: a disk is full; no backup was made.
        BackupError: the target cannot be written, or what was written is not what was meant.
    """
    target = order.target
    if order.passphrase is not None:
        sealing.check_new(order.passphrase)
    with _told(scratch):
        scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
    _check_target(order)
    copy = scratch / f"copy-{secrets.token_hex(6)}{_PARTS}"
    try:
        with _told(scratch):
            _check_room(scratch, database)
            copies.hot_copy(database, copy, breathe)
            held = _facts(copy)
        aside = target.with_name(f".{target.name}.{os.getpid()}{_PARTS}")
        try:
            with _told(target.parent):
                made = _write(copy, held, order, aside, breathe)
                aside.replace(target)
                with contextlib.suppress(OSError):  # not every file system flushes folders; the file itself is
                    manifest.flush_folder(target.parent)
        except BaseException:
            with contextlib.suppress(OSError):  # the folder went with its disk: so did the file
                aside.unlink(missing_ok=True)
            raise
    finally:
        for ending in ("", "-journal", "-wal", "-shm"):
            copy.with_name(f"{copy.name}{ending}").unlink(missing_ok=True)
    _log.info("a backup of %d memories was made (%s), %d bytes", made.contents.memories, order.reason, made.size)
    return made


def sweep(scratch: Path) -> None:
    """Remove what a kill left of a backup under way: it is a readable copy of everything."""
    for left in (*scratch.glob(f"copy-*{_PARTS}*"), *scratch.glob(f".*{_PARTS}")):
        with contextlib.suppress(OSError):  # the next start removes it
            left.unlink(missing_ok=True)


def _write(copy: Path, held: Facts, order: Order, aside: Path, breathe: Callable[[], None]) -> Made:
    key = salt = prefix = check = b""
    cost = sealing.Scrypt()
    if order.passphrase is not None:
        salt, prefix = sealing.new_salt(), secrets.token_bytes(sealing.PREFIX_BYTES)
        key, check = sealing.derive(order.passphrase, salt, cost)

    def header(marks: int) -> Header:
        return Header(
            created=order.created,
            app=__version__,
            schema=held.schema,
            reason=order.reason,
            origin=origin_of(order.secret),
            marks=marks,
            salt=salt,
            prefix=prefix,
            check=check,
            cost=cost,
        )

    contents = Contents(
        size=copy.stat().st_size,
        sha256=_sha256(copy, breathe),
        memories=held.memories,
        documents=held.documents,
        conversations=held.conversations,
        sequence=held.sequence,
    )
    with aside.open("xb") as file, copies.opened(copy) as opened:
        with contextlib.suppress(OSError):  # a stick knows no owners
            aside.chmod(0o600)
        file_format.write(
            file,
            header=header,
            contents=contents,
            marks=(file_format.mark(order.secret, one) for one in copies.ids(opened)),
            source=copy,
            key=key or None,
            breathe=lambda _done: breathe(),
        )
        file.flush()
        os.fsync(file.fileno())
    # The copy was checked by SQLite, and its bytes are those of `contents`: what reads back as the same is right.
    head = file_format.read_head(aside)
    found = file_format.unpack(aside, head, key or None, target=None, breathe=lambda _done: breathe())
    if found != contents:
        raise BackupError(f"{order.target} was not written as it was meant. It was removed; try another folder.")
    return Made(path=order.target, size=aside.stat().st_size, header=head.header, contents=contents, erased=held.erased)


def origin_of(secret: bytes) -> str:
    """What tells backups of one database from those of another; the secret cannot be had from it."""
    return file_format.mark(secret, "origin").hex()


def _facts(copy: Path) -> Facts:
    with copies.opened(copy) as opened:
        wrong = copies.problems(opened)
        if wrong:
            raise BackupError(
                f"The database is damaged ({wrong[0]}), so no backup of it was made: the ones before may be better. "
                "Restore the youngest of them."
            )
        return copies.facts(opened)


def _check_target(order: Order) -> None:
    target = order.target
    if target.is_dir():
        raise BackupError(f"{target} is a folder. Name a file in it.")
    if not target.parent.is_dir():
        raise BackupError(
            f"The folder {target.parent} is not there, so no backup was made. Plug in its disk, or choose another one."
        )
    if not target.exists():
        return
    if not order.replace:
        raise BackupError(f"{target} is there already. Nothing was written; choose another name.")
    try:
        file_format.read_head(target)
    except BackupDamagedError as error:
        raise BackupError(f"{target} is no backup, so it was left as it is. Choose another name.") from error


def _check_room(scratch: Path, database: Path) -> None:
    needed = database.stat().st_size + _ROOM
    if shutil.disk_usage(scratch).free < needed:
        raise StoreFullError(
            f"{scratch} has no room for a copy of the database ({needed:,} bytes). No backup was made; nothing was "
            "changed. Make room and try again."
        )


def _sha256(path: Path, breathe: Callable[[], None]) -> str:
    import hashlib

    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(file_format.PIECE):
            digest.update(piece)
            breathe()
    return digest.hexdigest()


@contextlib.contextmanager
def _told(folder: Path) -> Iterator[None]:
    """Say in words what a disk or SQLite refused."""
    try:
        yield
    except MagrayError:
        raise
    except OSError as error:
        raise _explained(error, folder) from error
    except sqlite3.Error as error:
        words = str(error)
        if "full" in words or "disk I/O" in words:
            raise _explained(OSError(errno.ENOSPC, words), folder) from error
        raise BackupError(f"The database cannot be copied ({words}). No backup was made.") from error


def _explained(error: OSError, folder: Path) -> MagrayError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StoreFullError(
            f"The disk that holds {folder} is full. No backup was made and nothing half-written stays; make room, or "
            "choose another folder."
        )
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return StoreReadOnlyError(f"{folder} cannot be written ({error.strerror}). No backup was made; choose another.")
    return BackupError(f"{folder} cannot be used ({error.strerror or error}). No backup was made.")
