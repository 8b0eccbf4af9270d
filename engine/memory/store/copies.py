"""Copies of the database: made while it is in use, and looked into. What only SQLite knows of a backup is here."""

from __future__ import annotations

import contextlib
import secrets
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import peewee

from engine.memory.records import Meta

_PAGES = 256
"""Pages of one step of a copy, a MiB: between two steps the copy may be given up."""

_SECRET, _IDENTITY = "backup_secret", "identity"
_ERASED = "erased"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a copy of the database says of itself.

    Attributes:
        schema: Its format.
        sequence: The last change that it holds.
        erased: The change by which something was erased last.
        memories: Memories, deleted ones included.
        documents: Documents that are not deleted.
        conversations: Conversations that are not deleted.
    """

    schema: int
    sequence: int
    erased: int
    memories: int
    documents: int
    conversations: int


def hot_copy(source: Path, target: Path, breathe: Callable[[], None]) -> None:
    """Copy a database that others read and write meanwhile, as it stands at one moment.

    A reading transaction is held on a connection of its own: in WAL mode it keeps nobody from writing, and since the
    copy sees none of what is written it is never begun anew, as SQLite's backup is on a connection without one.

    Args:
        source: The database.
        target: A file that is not there yet.
        breathe: Called between steps; raises to give up.

    Raises:
        sqlite3.Error: the disk is full, or one of the two cannot be used.
    """
    reader = sqlite3.connect(source, isolation_level=None, check_same_thread=False)
    try:
        reader.execute("PRAGMA query_only=1")
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM sqlite_master").fetchone()
        copy = sqlite3.connect(target, isolation_level=None)
        try:
            # a torn copy is thrown away: neither a journal nor a flush is of use
            copy.execute("PRAGMA synchronous=OFF")
            copy.execute("PRAGMA journal_mode=OFF").fetchone()
            reader.backup(copy, pages=_PAGES, progress=lambda *_step: breathe(), sleep=0.05)
            copy.execute("PRAGMA journal_mode=DELETE").fetchone()  # one file, without a log beside it
        finally:
            copy.close()
    finally:
        reader.close()


@contextlib.contextmanager
def opened(copy: Path, *, write: bool = False) -> Iterator[sqlite3.Connection]:
    """A copy that nobody else uses, open."""
    how = "rw" if write else "ro&immutable=1"
    connection = sqlite3.connect(f"{copy.absolute().as_uri()}?mode={how}", uri=True, isolation_level=None)
    try:
        yield connection
    finally:
        connection.close()


def facts(copy: sqlite3.Connection) -> Facts:
    """Count what is in a copy.

    Raises:
        sqlite3.Error: it is no database of Magray.
    """

    def one(statement: str) -> int:
        return int(copy.execute(statement).fetchone()[0])

    return Facts(
        schema=one("PRAGMA user_version"),
        sequence=one("SELECT value FROM meta WHERE key = 'sequence'"),
        erased=one(f"SELECT COALESCE((SELECT value FROM meta WHERE key = '{_ERASED}'), 0)"),
        memories=one("SELECT count(*) FROM memory"),
        documents=one("SELECT count(*) FROM document WHERE deleted_at IS NULL"),
        conversations=one("SELECT count(*) FROM conversation WHERE deleted_at IS NULL"),
    )


def ids(copy: sqlite3.Connection) -> Iterator[str]:
    """Ids of every memory, document and conversation."""
    for table in ("memory", "document", "conversation"):
        for (one,) in copy.execute(f"SELECT id FROM {table}"):
            yield one


def problems(copy: sqlite3.Connection) -> list[str]:
    """SQLite's own check of a copy; empty where all is well. O(size of the file)."""
    found = [str(row[0]) for row in copy.execute("PRAGMA quick_check(5)")]
    return [row for row in found if row != "ok"]


def make_another(copy: Path) -> None:
    """Give a copy an identity of its own, so that no index that was made from another state is taken for its own.

    The counter of changes alone does not tell: a restored state counts on from a lower number, and comes to numbers
    that stood for something else.
    """
    with opened(copy, write=True) as connection:
        connection.execute("PRAGMA journal_mode=DELETE").fetchone()
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(
            "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            (_IDENTITY, secrets.token_hex(16)),
        )
        connection.execute("COMMIT")


def secret(writer: peewee.SqliteDatabase) -> bytes:
    """What ids are marked with in backups of this database; made when it is first needed, in the transaction."""
    found = known_secret(writer)
    if found is None:
        found = secrets.token_bytes(32)
        Meta.insert(key=_SECRET, value=found.hex()).execute(writer)
    return found


def known_secret(reader: peewee.SqliteDatabase) -> bytes | None:
    """That secret, or None where no backup has been made yet."""
    rows = list(Meta.select(Meta.value).where(Meta.key == _SECRET).tuples().execute(reader))
    return bytes.fromhex(rows[0][0]) if rows else None
