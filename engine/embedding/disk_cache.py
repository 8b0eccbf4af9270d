"""The lower level of the embedding cache: vectors in an SQLite file of its own.

It holds hashes and vectors, no text, and may be deleted at any time. What goes wrong with it never stops an embedding:
a damaged file is set aside and made anew, a file that cannot be written is done without, and the log says so once.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_log = logging.getLogger(__name__)
T = TypeVar("T")

_VERSION = 1
_AT_ONCE = 500  # keys of one statement
_TOUCH_SHARE = 0.125  # a use is noted again after this share of the time to live
_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_UNUSABLE = (  # the file may be sound, its surroundings are not
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_AUTH,
    sqlite3.SQLITE_NOMEM,
)
_SCHEMA = """
CREATE TABLE IF NOT EXISTS models (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS entries (
    id INTEGER PRIMARY KEY, hash BLOB NOT NULL, model INTEGER NOT NULL REFERENCES models (id), used INTEGER NOT NULL,
    UNIQUE (hash, model)
);
CREATE INDEX IF NOT EXISTS entries_used ON entries (used);
CREATE TABLE IF NOT EXISTS vectors (id INTEGER PRIMARY KEY REFERENCES entries (id), vector BLOB NOT NULL);
"""


class DiskCache:
    """Vectors by content hash and model. Thread-safe; calls block for a few milliseconds at most."""

    def __init__(
        self,
        path: Path,
        *,
        model_id: str,
        dimensions: int,
        days: float,
        max_bytes: int = 512 << 20,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Make a cache; the file is opened when it is first needed.

        Args:
            path: of the file.
            model_id: whose vectors are read and written.
            dimensions: length of a vector.
            days: a vector lives so long after its last use.
            max_bytes: of all vectors; beyond it those unused for longest go first.
            clock: seconds since 1970.
        """
        self._path = path
        self._files = tuple(path.with_name(path.name + ending) for ending in ("", "-wal", "-shm"))
        self._aside = path.with_name(f"{path.name}.damaged")
        self._model_id = model_id
        self._dimensions = dimensions
        self._seconds = days * 86400
        self._most = max(1, max_bytes // (dimensions * 4))
        self._clock = clock
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._identity: tuple[int, int] | None = None
        self._model = 0
        self._touched: set[bytes] = set()
        self._off = False

    def get(self, hashes: Sequence[bytes]) -> dict[bytes, NDArray[np.float32]]:
        """The vectors that are there and not too old, by hash."""
        return self._guarded(lambda connection: self._get(connection, hashes), {})

    def put(self, vectors: Mapping[bytes, NDArray[np.float32]]) -> None:
        """Keep vectors, in one transaction."""
        if vectors:
            self._guarded(lambda connection: self._put(connection, vectors), None)

    def erase(self, hashes: Iterable[bytes]) -> None:
        """Remove vectors of every model and overwrite their place in the file.

        Where that cannot be done, the whole file is removed: it can be filled again, and erased must be erased.
        """
        wanted = [(value,) for value in hashes]
        if not wanted:
            return
        with self._lock:
            erased = self._guarded(lambda connection: self._erase(connection, wanted), False)
            self._remove(self._aside)
            if not erased:
                self._shut()
                for path in self._files:
                    self._remove(path)

    def clear(self) -> None:
        """Remove every vector, and the file with them."""
        with self._lock:
            self._shut()
            for path in (*self._files, self._aside):
                self._remove(path)

    def prune(self, *, seconds: float = 1.0) -> int:
        """Remove what was not used within its days, and the oldest beyond the room, a few at a time.

        Args:
            seconds: after so long the rest is left for the next time.

        Returns:
            How many were removed.
        """
        end = time.monotonic() + seconds
        total = 0
        while removed := self._guarded(self._prune, 0):
            total += removed
            if removed < _AT_ONCE or time.monotonic() > end:
                break
            time.sleep(0.001)  # a recall that waits for the lock gets it
        return total

    def count(self) -> int:
        """Vectors in the file, of every model."""
        return self._guarded(
            lambda connection: int(connection.execute("SELECT count(*) FROM entries").fetchone()[0]), 0
        )

    def close(self) -> None:
        """Note the last uses and close the file. Safe to call twice."""
        with self._lock:
            if self._connection is not None:
                self._guarded(self._note_uses, None)
            self._shut()
            self._off = True

    def _get(self, connection: sqlite3.Connection, hashes: Sequence[bytes]) -> dict[bytes, NDArray[np.float32]]:
        now = self._clock()
        oldest = now - self._seconds
        stale = now - self._seconds * _TOUCH_SHARE
        found: dict[bytes, NDArray[np.float32]] = {}
        for start in range(0, len(hashes), _AT_ONCE):
            part = hashes[start : start + _AT_ONCE]
            marks = ",".join("?" * len(part))
            rows = connection.execute(
                "SELECT hash, used, vector FROM entries JOIN vectors USING (id)"
                f" WHERE model = ? AND used >= ? AND hash IN ({marks})",
                (self._model, oldest, *part),
            )
            for key, used, blob in rows:
                vector = np.frombuffer(blob, dtype="<f4") if len(blob) == 4 * self._dimensions else None
                if vector is None or not np.isfinite(vector).all():
                    continue  # it is computed again: what a disk did to it must not get into an index
                found[key] = vector.astype(np.float32)
                if used < stale:
                    self._touched.add(key)
        if len(self._touched) >= _AT_ONCE:
            self._note_uses(connection)
        return found

    def _put(self, connection: sqlite3.Connection, vectors: Mapping[bytes, NDArray[np.float32]]) -> None:
        now = int(self._clock())
        with connection:
            for key, vector in vectors.items():
                (entry,) = connection.execute(
                    "INSERT INTO entries (hash, model, used) VALUES (?, ?, ?)"
                    " ON CONFLICT (hash, model) DO UPDATE SET used = excluded.used RETURNING id",
                    (key, self._model, now),
                ).fetchone()
                connection.execute(
                    "INSERT OR REPLACE INTO vectors (id, vector) VALUES (?, ?)", (entry, vector.astype("<f4").tobytes())
                )
        self._note_uses(connection)

    def _erase(self, connection: sqlite3.Connection, wanted: list[tuple[bytes]]) -> bool:
        for (key,) in wanted:
            self._touched.discard(key)
        with connection:
            connection.executemany("DELETE FROM vectors WHERE id IN (SELECT id FROM entries WHERE hash = ?)", wanted)
            connection.executemany("DELETE FROM entries WHERE hash = ?", wanted)
        # secure_delete overwrote the pages; older copies of them must not stay in the log beside the file.
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        return True

    def _prune(self, connection: sqlite3.Connection) -> int:
        self._note_uses(connection)
        oldest = self._clock() - self._seconds
        beyond = connection.execute("SELECT count(*) FROM entries").fetchone()[0] - self._most
        rows = connection.execute("SELECT id, used FROM entries ORDER BY used LIMIT ?", (_AT_ONCE,)).fetchall()
        doomed = [(entry,) for place, (entry, used) in enumerate(rows) if used < oldest or place < beyond]
        if doomed:
            with connection:
                connection.executemany("DELETE FROM vectors WHERE id = ?", doomed)
                connection.executemany("DELETE FROM entries WHERE id = ?", doomed)
            connection.executescript(f"PRAGMA incremental_vacuum({_AT_ONCE})")  # execute takes one page only
        return len(doomed)

    def _note_uses(self, connection: sqlite3.Connection) -> None:
        if not self._touched:
            return
        now = int(self._clock())
        with connection:
            connection.executemany(
                "UPDATE entries SET used = ? WHERE hash = ? AND model = ?",
                [(now, key, self._model) for key in self._touched],
            )
        self._touched.clear()

    def _guarded(self, work: Callable[[sqlite3.Connection], T], otherwise: T) -> T:
        """Do some work on the file; made anew once where it is damaged, done without where it cannot be used."""
        with self._lock:
            for attempt in range(2):
                if self._off:
                    return otherwise
                try:
                    return work(self._open())
                except sqlite3.DatabaseError as error:
                    extended = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)
                    code = extended & 0xFF
                    removed = code == sqlite3.SQLITE_IOERR or extended == sqlite3.SQLITE_READONLY_DBMOVED
                    if code in _BUSY:
                        _log.info("the cache of embeddings is in use elsewhere, it is passed over this time: %s", error)
                        return otherwise
                    if removed and attempt == 0:
                        self._shut()  # another cache may have removed the file just now: begun anew
                    elif code in _UNUSABLE:
                        self._give_up(error)
                    else:
                        self._set_aside(error)
                except OSError as error:
                    self._give_up(error)
            return otherwise

    def _open(self) -> sqlite3.Connection:
        if self._connection is not None and self._replaced():
            self._shut()  # another cache of the same file has removed it: what was erased must not live on in ours
        if self._connection is not None:
            return self._connection
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        connection = sqlite3.connect(self._path, check_same_thread=False, timeout=5)
        try:
            connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
            connection.execute("PRAGMA journal_mode = WAL").fetchall()
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA secure_delete = ON").fetchall()
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version not in (0, _VERSION):
                raise sqlite3.DatabaseError(f"it is of version {version}")
            connection.executescript(_SCHEMA)
            connection.execute(f"PRAGMA user_version = {_VERSION}")
            with connection:
                connection.execute("INSERT OR IGNORE INTO models (name) VALUES (?)", (self._model_id,))
            row = connection.execute("SELECT id FROM models WHERE name = ?", (self._model_id,)).fetchone()
        except BaseException:
            connection.close()
            raise
        self._model = int(row[0])
        self._connection = connection
        self._identity = self._look()
        return connection

    def _look(self) -> tuple[int, int] | None:
        """Which file lies at the path, or None where there is none."""
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino

    def _replaced(self) -> bool:
        return self._look() != self._identity

    def _set_aside(self, error: sqlite3.Error) -> None:
        self._shut()
        try:
            for path in self._files[1:]:
                path.unlink(missing_ok=True)
            if self._path.exists():
                self._path.replace(self._aside)
        except OSError as problem:
            self._give_up(problem)
            return
        _log.warning(
            "The cache of embeddings %s was damaged (%s). It was set aside as %s and begins anew. No memory is lost.",
            self._path, error, self._aside.name,
        )  # fmt: skip

    def _give_up(self, error: Exception) -> None:
        self._shut()
        self._off = True
        _log.warning(
            "The cache of embeddings %s cannot be used (%s). Unchanged texts are computed again until the next start.",
            self._path, error,
        )  # fmt: skip

    def _remove(self, path: Path) -> None:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            _log.error("%s could not be erased (%s). Close Magray and delete this file by hand.", path, error)

    def _shut(self) -> None:
        connection, self._connection = self._connection, None
        self._touched.clear()
        if connection is None:
            return
        try:
            connection.close()
        except sqlite3.Error as error:
            _log.info("the cache of embeddings did not close cleanly: %s", error)
