"""The way back where the database cannot be opened: the youngest backup that needs nothing but a click."""

from __future__ import annotations

from pathlib import Path

from engine.backup_values import BackupInfo
from engine.memory.backup import restoring
from engine.memory.backup.backups import chosen_folder
from engine.memory.backup.shelf import DAMAGED, Shelf
from engine.settings import Settings


def youngest_backup(settings: Settings) -> BackupInfo | None:
    """The youngest backup that can be read without a passphrase; None where there is none. Blocks; opens nothing."""
    shelf = Shelf(settings.paths.backups, chosen_folder(settings.backup))
    usable = (one for one in shelf.listing() if one.problem is None and not one.encrypted)
    return next((one for one in usable if Path(one.path).suffix != DAMAGED), None)


def prepare_restore(settings: Settings, path: str | Path, passphrase: str | None = None) -> None:
    """Check a backup and have it take the database's place when the data folder is opened next. Blocks.

    Nothing is opened for it, so that it works where the database is damaged.

    Raises:
        PassphraseError: the passphrase is wrong, or missing.
        BackupDamagedError: the backup is damaged, or is none; nothing was changed.
        StoreNewerError: it was made by a newer Magray.
        StoreFullError: there is no room to unpack it.
        BackupError: it cannot be read.
    """
    restoring.prepare(settings.paths.database, Path(path), passphrase, breathe=lambda: None)
