"""Backups, and memories carried out and in."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from engine.backup_values import BackupInfo, BackupPlan
from engine.calls.base import Calls


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
