"""Opens the database, and hands out its one writer and its readers.

What only SQLite knows (PRAGMA, WAL, backup, FTS5) stays in this file, `message_search.py` and `migrations.py`.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import queue
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import filelock
import peewee

from engine.clock import Clock, microseconds, utc_now
from engine.errors import (
    EngineClosedError,
    StoreBusyError,
    StoreDamagedError,
    StoreError,
    StoreFullError,
    StoreReadOnlyError,
)
from engine.memory.records import Meta

_log = logging.getLogger(__name__)

_BACKUPS = ("*.magray-backup", "*.db")
BUSY_MS = 5000
"""How long a connection waits for another one before it gives up."""


class Database:
    """The database of one data folder: one writer, several readers, a lock against a second process.

    `write` may be used by one thread at a time (the `store` executor); `read` by any.
    """

    def __init__(
        self,
        path: Path,
        *,
        lock_path: Path,
        synchronous: str = "FULL",
        readers: int = 4,
        clock: Clock = utc_now,
    ) -> None:
        self.path = path
        self._clock = clock
        self._synchronous = synchronous
        self._lock = filelock.FileLock(str(lock_path), timeout=0, thread_local=False)
        self._lock_path = lock_path
        self._max_readers = readers
        self._made_readers = 0
        self._guard = threading.Lock()
        self._free: queue.LifoQueue[peewee.SqliteDatabase] = queue.LifoQueue()
        self._all: list[peewee.SqliteDatabase] = []
        self._writer: peewee.SqliteDatabase | None = None
        self._closed = True

    def open(self, *, before: Callable[[], None] = lambda: None) -> None:
        """Take the lock and connect.

        Args:
            before: Called with the lock held and nothing connected, as for a restore to take place.

        Raises:
            StoreBusyError: another process has this data folder open.
            StoreReadOnlyError: the folder or the file cannot be written.
            StoreError: the file is not a database, or is damaged.
        """
        try:
            self._lock.acquire()
        except filelock.Timeout as error:
            raise StoreBusyError(
                f"Another Magray has {self.path.parent} open. Close it, or start with another --data-dir."
            ) from error
        except OSError as error:
            raise self._os_error(error) from error
        try:
            before()
            self._closed = False
            self._writer = self._connect()
            with self.errors():
                self._writer.execute_sql("PRAGMA journal_mode=WAL").fetchone()
                self._writer.execute_sql("SELECT count(*) FROM sqlite_master").fetchone()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Fold the WAL into the database, disconnect, and let go of the lock. Safe to call twice."""
        with self._guard:
            if self._closed and not self._lock.is_locked:
                return
            self._closed = True
        if self._writer is not None and not self._writer.is_closed():
            self.fold()
        for connection in (*self._all, *([self._writer] if self._writer else [])):
            if not connection.is_closed():
                connection.close()
        self._all.clear()
        self._free = queue.LifoQueue()
        self._made_readers = 0
        self._writer = None
        self._lock.release()

    def fold(self) -> bool:
        """Fold the WAL into the database and empty it, so that nothing that was erased stays in it.

        Outside of a transaction, on the `store` thread only.

        Returns:
            False where a reader or the disk was in the way; closing, or the next start, does it then.
        """
        try:
            busy, *_ = self.writer.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except peewee.DatabaseError as error:
            _log.warning("the write-ahead log was not folded in (%s); the next start does it", error)
            return False
        return not busy

    @property
    def writer(self) -> peewee.SqliteDatabase:
        """The writing connection. Only the `store` thread may use it.

        Raises:
            EngineClosedError: the database is closed.
        """
        if self._writer is None:
            raise EngineClosedError("Magray is closed; nothing was changed.")
        return self._writer

    @contextlib.contextmanager
    def write(self) -> Iterator[peewee.SqliteDatabase]:
        """One transaction. Leaving the block without an error has committed; an error has rolled back everything.

        Raises:
            StoreFullError: the disk is full.
            StoreReadOnlyError: the file cannot be written.
            StoreError: anything else that SQLite refuses.
        """
        database = self.writer
        with self.errors(), database.atomic("IMMEDIATE"):
            yield database

    @contextlib.contextmanager
    def read(self) -> Iterator[peewee.SqliteDatabase]:
        """One reading connection with one consistent view of what was committed when the block began."""
        database = self._borrow()
        try:
            with self.errors(), database.atomic("DEFERRED"):
                yield database
        finally:
            if self._closed:
                database.close()
            else:
                self._free.put(database)

    @contextlib.contextmanager
    def errors(self) -> Iterator[None]:
        """Turn what SQLite raises into the engine's errors."""
        try:
            yield
        except (peewee.DatabaseError, sqlite3.Error) as error:
            raise self._explain(_first(error)) from error

    def now_us(self) -> int:
        """Now by the engine's clock, in microseconds since 1970 UTC."""
        return microseconds(self._clock)

    def next_sequences(self, database: peewee.SqliteDatabase, count: int) -> range:
        """Draw `count` sequence numbers inside a transaction.

        Returns:
            The numbers, rising.
        """
        row = Meta.select(Meta.value).where(Meta.key == "sequence").tuples().execute(database)
        last = int(next(iter(row))[0])
        Meta.update(value=str(last + count)).where(Meta.key == "sequence").execute(database)
        return range(last + 1, last + count + 1)

    def last_sequence(self, database: peewee.SqliteDatabase) -> int:
        """The last sequence number drawn by a committed transaction."""
        row = Meta.select(Meta.value).where(Meta.key == "sequence").tuples().execute(database)
        return int(next(iter(row))[0])

    def quick_check(self) -> list[str]:
        """SQLite's own check of the file. Empty where all is well. O(size of the file)."""
        with self.read() as database:
            rows = [row[0] for row in database.execute_sql("PRAGMA quick_check(20)").fetchall()]
            foreign = database.execute_sql("PRAGMA foreign_key_check").fetchall()
        problems = [row for row in rows if row != "ok"]
        if foreign:
            problems.append(f"{len(foreign)} rows point to rows that are not there")
        return problems

    def _connect(self) -> peewee.SqliteDatabase:
        database = peewee.SqliteDatabase(
            str(self.path),
            pragmas={
                "foreign_keys": 1,
                "synchronous": self._synchronous,
                "secure_delete": 1,
                "temp_store": "memory",
                "cache_size": -8192,
            },
            thread_safe=False,
            timeout=BUSY_MS / 1000,
            check_same_thread=False,
        )
        with self.errors():
            database.connect()
        return database

    def _borrow(self) -> peewee.SqliteDatabase:
        if self._closed:
            raise EngineClosedError("Magray is closed.")
        try:
            return self._free.get_nowait()
        except queue.Empty:
            with self._guard:
                make = self._made_readers < self._max_readers
                if make:
                    self._made_readers += 1
        if not make:
            return self._free.get()
        database = self._connect()
        self._all.append(database)
        return database

    def _explain(self, error: BaseException) -> StoreError:
        words = str(error)
        folder = self.path.parent
        if "disk is full" in words or ("disk I/O error" in words and _is_full(folder)):
            return StoreFullError(
                f"The disk that holds {folder} is full. "
                "Everything acknowledged so far is kept; make room and try again."
            )
        if "readonly" in words or "unable to open database" in words:
            return StoreReadOnlyError(
                f"{self.path} cannot be written. Nothing was changed; "
                "check the folder's permissions or choose another --data-dir."
            )
        if "malformed" in words or "not a database" in words:
            found = [path for ending in _BACKUPS for path in (folder / "backups").glob(ending)]
            copies = sorted(found, key=lambda path: path.stat().st_mtime)
            kept = "there is no backup of it beside it"
            if copies:
                kept = f"`magray memory restore {copies[-1]}` brings back the youngest backup"
            return StoreDamagedError(f"{self.path} is damaged ({words}). It was left as it is; {kept}.")
        if "locked" in words:
            return StoreBusyError(f"Another program holds {self.path}. Close it and try again; nothing was changed.")
        return StoreError(f"{self.path}: {words}")

    def _os_error(self, error: OSError) -> StoreError:
        if error.errno == errno.ENOSPC:
            return StoreFullError(f"The disk that holds {self.path.parent} is full. Make room and start again.")
        return StoreReadOnlyError(
            f"{self.path.parent} cannot be written ({error.strerror}). "
            "Check its permissions or choose another --data-dir."
        )


def _first(error: BaseException) -> BaseException:
    """The failure itself: on a full disk SQLite ends the transaction by itself, and the rollback fails too."""
    while "cannot rollback" in str(error) and error.__context__ is not None:
        error = error.__context__
    return error


def _is_full(folder: Path) -> bool:
    return shutil.disk_usage(folder).free < 1_000_000


def rows(query: Any, database: peewee.SqliteDatabase) -> list[Any]:
    """Run a select on this database and take all rows."""
    return list(query.execute(database))
