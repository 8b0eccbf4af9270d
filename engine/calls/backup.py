"""Backups, and memories carried out and in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from pathlib import Path

from engine.backup_values import BackupInfo, BackupPlan, ImportReport
from engine.calls.base import Calls
from engine.memory.exchange import records_export
from engine.memory.exchange.records_import import Importer


class BackupCalls(Calls):
    """Backups, and memories carried out and in."""

    async def back_up(self, path: str | Path | None = None, passphrase: str | None = None) -> BackupInfo:
        """Make a backup of everything in the database now, while it is in use; it is read back before it counts.

        Args:
            path: The file; None takes the folder of backups and a name made of the time.
            passphrase: Encrypts it; None does so only where the options say so, by the passphrase that is kept.

        Raises:
            PassphraseError: it is too short, or none is kept where one is wanted.
            StoreFullError: a disk is full.
            BackupError: it cannot be made. Nothing half-written stays, and a file of this name is as it was.
        """
        self._check()
        return await self._parts.backups.back_up(None if path is None else Path(path), passphrase=passphrase)

    async def backups(self) -> list[BackupInfo]:
        """Every backup that is there, the youngest first."""
        self._check()
        return await self._parts.backups.listing()

    async def backup_plan(self) -> BackupPlan:
        """How backups are made by themselves, and whether a restore waits for the next start."""
        self._check()
        return await self._parts.backups.plan()

    async def check_backup(self, path: str | Path, passphrase: str | None = None) -> BackupInfo:
        """Read a backup to its last byte and look at the database in it.

        Raises:
            PassphraseError: the passphrase is wrong, or missing.
            BackupDamagedError: it is damaged, or is no backup.
            StoreNewerError: it was made by a newer Magray.
            BackupError: it cannot be read.
        """
        self._check()
        return await self._parts.backups.check(Path(path), passphrase=passphrase)

    async def restore(self, path: str | Path, passphrase: str | None = None) -> BackupInfo:
        """Check a backup, and let it take the database's place when this data folder is opened next.

        The state before is kept as a backup. What was erased since the backup was made comes back with it.

        Raises:
            PassphraseError: the passphrase is wrong, or missing.
            BackupDamagedError: it is damaged, or is no backup; nothing was changed.
            StoreNewerError: it was made by a newer Magray.
            StoreFullError: there is no room to unpack it.
            BackupError: it cannot be read.
        """
        self._check()
        return await self._parts.backups.restore(Path(path), passphrase=passphrase)

    async def give_up_restore(self) -> bool:
        """Take back a restore that waits for the next start; tells whether one did."""
        self._check()
        return await self._parts.backups.give_up_restore()

    async def delete_backups(self, paths: Iterable[str | Path]) -> int:
        """Remove backups for good, as those that hold what was erased.

        Returns:
            How many.

        Raises:
            NotFoundError: a path names no backup of the list; nothing was removed.
            BackupError: one cannot be removed; those before it were.
        """
        self._check()
        return await self._parts.backups.delete(paths)

    async def keep_backup_passphrase(self, passphrase: str | None) -> None:
        """Keep the passphrase of scheduled backups in the system's key store; None forgets it.

        Raises:
            PassphraseError: it is too short.
            BackupError: this computer has no such store, or it refused.
        """
        self._check()
        await self._parts.backups.keep_passphrase(passphrase)

    async def export_memories(
        self, path: str | Path, *, ids: Sequence[str] | None = None, vectors: bool = False
    ) -> int:
        """Write memories to a file as JSON Lines, one a line with every field; the file appears whole or not at all.

        Args:
            path: The file.
            ids: Which; None for all. Deleted ones are left out.
            vectors: Whether each comes with its vector, so that another computer need not compute it.

        Returns:
            How many were written.

        Raises:
            StoreFullError: the disk is full.
            BackupError: the file cannot be written; what stood there before is untouched.
        """
        self._check()
        store, target = self._parts.store, Path(path).expanduser().absolute()
        return await self._parts.backups.run(
            lambda breathe: records_export.export(store, target, ids=ids, vectors=vectors, breathe=breathe),
        )

    async def memory_lines(self, *, ids: Sequence[str] | None = None, vectors: bool = False) -> AsyncIterator[str]:
        """What `export_memories` writes, line by line, each with its end."""
        self._check()
        batches = records_export.lines(self._parts.store, ids=ids, vectors=vectors)
        while (batch := await self._parts.executors.run("io", next, batches, None)) is not None:
            for line in batch:
                yield line

    async def import_memories(
        self, path: str | Path, *, on_progress: Callable[[int], None] | None = None
    ) -> ImportReport:
        """Read memories from a file of JSON Lines. What is there already stays as it is and is not added twice.

        Every line is held against the rules; good ones go in by batches, the others are told with their numbers. A
        stop keeps what is in by then: the same file adds the rest.

        Args:
            path: The file.
            on_progress: Called with the lines read so far.

        Raises:
            MemoryImportError: the file cannot be read.
            StoreFullError: the disk is full; what was imported before stays.
        """
        self._check()
        parts = self._parts
        importer = Importer(
            store=parts.store,
            memory=parts.memory,
            embedder=parts.embedder,
            executors=parts.executors,
            events=self.events,
            layers=self.settings.layers,
            is_open=lambda: self._open,
        )
        return await importer.run(Path(path).expanduser(), on_progress)
