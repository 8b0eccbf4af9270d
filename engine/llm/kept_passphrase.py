"""The passphrase of backups that are made by themselves, in the operating system's store for keys and nowhere else."""

from __future__ import annotations

from collections.abc import Callable

from engine.errors import BackupError
from engine.llm.system_keys import SystemKeys, SystemKeysError, find_system_keys

NAME = "backup passphrase"


class KeptPassphrase:
    """Calls may block on the system's store, even on a question to the owner, and belong into a thread."""

    def __init__(self, find: Callable[[], SystemKeys | None] = find_system_keys) -> None:
        self._find = find

    def get(self) -> str | None:
        """The passphrase, or None where none is kept.

        Raises:
            BackupError: this computer has no store for keys, or it is closed.
        """
        try:
            return self._store().get(NAME)
        except SystemKeysError as error:
            raise _refused(error) from None

    def set(self, passphrase: str | None) -> None:
        """Keep it, or forget it.

        Raises:
            BackupError: this computer has no store for keys, or it refused.
        """
        store = self._store()
        try:
            if passphrase is None:
                store.delete(NAME)
            else:
                store.set(NAME, passphrase)
        except SystemKeysError as error:
            raise _refused(error) from None

    def _store(self) -> SystemKeys:
        found = self._find()
        if found is None:
            raise BackupError(
                "This computer has no store for keys that is safe, so the passphrase of scheduled backups cannot be "
                "kept. Make encrypted backups by hand, or let the schedule make them without encryption."
            )
        return found


def _refused(error: SystemKeysError) -> BackupError:
    return BackupError(
        f"The system's store for keys did not open ({error}), so the passphrase of backups cannot be had. Unlock it "
        "and try again."
    )
