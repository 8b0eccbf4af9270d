"""The backups that there are: listing, pruning, deleting them, and finding those that hold what was erased."""

from __future__ import annotations

import logging
import secrets
import sqlite3
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import cast, get_args

from engine.backup_values import BackupInfo, BackupReason
from engine.errors import BackupError, MagrayError, NotFoundError
from engine.memory.backup import file_format
from engine.memory.backup.file_format import SUFFIX, Contents, Head
from engine.memory.backup.ledger import Entry, Ledger
from engine.memory.store import copies, traces

_log = logging.getLogger(__name__)

PLAIN = ".db"
"""Copies of the database as they were made before version 3, without a head."""

DAMAGED = ".damaged"
"""Files of a damaged database, kept as they were when a backup took their place; the log beside it is `…-wal`."""

WAITING = "magray.db.restore"
"""A restored state that waits for the next start, in the folder above."""

_STALE_SECONDS = 86_400
"""A file half-written for so long was left by a kill: another computer may write into the same folder now."""


class Shelf:
    """The folders that backups lie in.

    Args:
        home: The folder beside the database; it always counts.
        chosen: The owner's own folder, or None.
    """

    def __init__(self, home: Path, chosen: Path | None = None) -> None:
        self.home = home
        self.chosen = chosen
        self.ledger = Ledger(home)

    @property
    def folder(self) -> Path:
        """Where new ones go."""
        return self.chosen or self.home

    def short(self, path: Path) -> str:
        """What is written down of a path: its name where it lies at home, so that the data folder may be moved."""
        return path.name if path.parent == self.home else str(path)

    def paths(self) -> list[Path]:
        """Every backup that is there now."""
        known = list(self.ledger.entries())
        folders = dict.fromkeys((self.home, self.folder))
        suffixes = (SUFFIX, PLAIN, DAMAGED)
        found = [path for folder in folders for suffix in suffixes for path in folder.glob(f"*{suffix}")]
        return [path for path in dict.fromkeys([*found, *known]) if not path.name.startswith(".") and path.is_file()]

    def listing(self, held: Iterable[str] = ()) -> list[BackupInfo]:
        """Every backup, the youngest first.

        Args:
            held: Names or paths of those that hold something erased.
        """
        entries = self.ledger.entries()
        erased = {self.home / one for one in held}
        found = [self._info(path, entries.get(path), path in erased) for path in self.paths()]
        never = datetime.min.replace(tzinfo=UTC)
        return sorted(found, key=lambda one: (one.created or never, one.path), reverse=True)

    def note(self, path: Path, contents: Contents, at: datetime) -> None:
        """A backup was read to its end and is whole."""
        stat = path.stat()
        self.ledger.note(
            path,
            Entry(
                size=stat.st_size,
                modified_ns=stat.st_mtime_ns,
                verified_at=at.isoformat(),
                memories=contents.memories,
                documents=contents.documents,
                conversations=contents.conversations,
            ),
        )

    def delete(self, paths: Iterable[str | Path]) -> list[Path]:
        """Remove backups.

        Returns:
            Those removed.

        Raises:
            NotFoundError: a path names no backup of this list; nothing was removed.
            BackupError: one cannot be removed; those before it were.
        """
        there = set(self.paths())
        wanted = [Path(path).absolute() for path in paths]
        for path in wanted:
            if path not in there:
                raise NotFoundError(f"{path} is no backup that Magray knows. Nothing was deleted.")
        for path in wanted:
            try:
                path.unlink()
                if path.suffix == DAMAGED:
                    path.with_name(f"{path.name}-wal").unlink(missing_ok=True)
            except OSError as error:
                raise BackupError(f"{path} cannot be deleted ({error.strerror}).") from error
            self.ledger.forget(path)
        return wanted

    def prune(self, *, reason: BackupReason, origin: str, kept: int, keep: Path) -> list[Path]:
        """Remove the oldest backups of one kind and of one database.

        Args:
            reason: Which kind.
            origin: Of which database; others may use the folder, too.
            kept: How many stay.
            keep: The one just made; it stays though the clock may have been set back since the others.

        Returns:
            Those removed.
        """
        found: list[tuple[datetime, Path]] = []
        for path in self.folder.glob(f"*{SUFFIX}"):
            try:
                header = file_format.read_head(path).header
            except MagrayError:  # what cannot be read is the owner's to look at
                continue
            if header.reason == reason and header.origin == origin and path != keep:
                found.append((header.created, path))
        removed = []
        for _, path in sorted(found)[: max(0, len(found) + 1 - kept)]:
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                _log.warning("an old backup cannot be removed (%s)", error)
                continue
            self.ledger.forget(path)
            removed.append(path)
        return removed

    def sweep(self) -> None:
        """Remove what a kill left half-written in the owner's folder long ago."""
        for left in self.folder.glob(f".*{SUFFIX}.*.part"):
            try:
                if time.time() - left.stat().st_mtime > _STALE_SECONDS:
                    left.unlink()
            except OSError as error:
                _log.info("%s stays (%s)", left, error)

    def holding(self, secret: bytes | None, ids: Sequence[str]) -> list[Path]:
        """Backups that hold one of these, and those that are out of reach now and may.

        Args:
            secret: What ids are marked with; None where no backup was made yet.
            ids: Of memories, documents, conversations.
        """
        if not ids:
            return []
        marks = [] if secret is None else [file_format.mark(secret, one) for one in ids]
        found = [path for path in [self.home.parent / WAITING] if path.exists() and traces.holds(path, ids)]
        for path in self.paths():
            if path.suffix in (PLAIN, DAMAGED):  # of a damaged one nobody can tell
                found += [path] if path.suffix == DAMAGED or traces.holds(path, ids) else []
                continue
            try:
                if marks and file_format.holds(path, file_format.read_head(path), marks):
                    found.append(path)
            except MagrayError as error:  # it cannot be restored either
                _log.info("a backup is passed over: %s", error)
        absent = [path for path in self.ledger.entries() if not path.exists()]
        return list(dict.fromkeys([*found, *absent]))

    def name(self, reason: str, at: datetime, *, schema: int | None = None) -> Path:
        """A path that is free, in the folder where such a backup goes."""
        kind = {"migration": f"format{schema}-", "restore": "before-restore-"}.get(reason, "")
        folder = self.home if reason in ("migration", "restore") else self.folder
        stem = f"magray-{kind}{at.astimezone():%Y-%m-%d-%H%M%S}"
        path = folder / f"{stem}{SUFFIX}"
        return folder / f"{stem}-{secrets.token_hex(2)}{SUFFIX}" if path.exists() else path

    def _info(self, path: Path, entry: Entry | None, erased: bool) -> BackupInfo:
        stat = path.stat()
        known = entry if entry and (entry.size, entry.modified_ns) == (stat.st_size, stat.st_mtime_ns) else None
        verified = datetime.fromisoformat(known.verified_at) if known else None
        if path.suffix == DAMAGED:
            problem = "A damaged database, kept as it was when a backup took its place."
            made = datetime.fromtimestamp(stat.st_mtime, UTC)
            return BackupInfo(path=str(path), size=stat.st_size, created=made, holds_erased=erased, problem=problem)
        if path.suffix == PLAIN:
            return _plain_info(path, stat.st_size, datetime.fromtimestamp(stat.st_mtime, UTC), erased)
        try:
            head = file_format.read_head(path)
            told = _told(path, head, known)
        except MagrayError as error:
            return BackupInfo(path=str(path), size=stat.st_size, created=None, holds_erased=erased, problem=str(error))
        header = head.header
        return BackupInfo(
            path=str(path),
            size=stat.st_size,
            created=header.created,
            encrypted=header.encrypted,
            reason=cast("BackupReason", header.reason) if header.reason in get_args(BackupReason) else "owner",
            app=header.app,
            schema=header.schema,
            memories=told.memories if told else None,
            documents=told.documents if told else None,
            conversations=told.conversations if told else None,
            verified_at=verified,
            holds_erased=erased,
        )


def _told(path: Path, head: Head, known: Entry | None) -> Entry | Contents | None:
    """How much is in a backup, where that can be said without its passphrase."""
    if known is not None or head.header.encrypted:
        return known
    return file_format.read_contents(path, head, None)


def _plain_info(path: Path, size: int, created: datetime, erased: bool) -> BackupInfo:
    try:
        with copies.opened(path) as copy:
            facts = copies.facts(copy)
    except (sqlite3.Error, TypeError, ValueError) as error:
        problem = f"{path.name} cannot be read ({error})."
        return BackupInfo(path=str(path), size=size, created=created, holds_erased=erased, problem=problem)
    return BackupInfo(
        path=str(path),
        size=size,
        created=created,
        reason="migration",
        schema=facts.schema,
        memories=facts.memories,
        documents=facts.documents,
        conversations=facts.conversations,
        holds_erased=erased,
    )
