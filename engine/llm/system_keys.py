"""The operating system's store for keys: the Credential Locker, the Keychain, the Secret Service or KWallet.

Other backends of `keyring` are not used: some keep keys in a file.
"""

from __future__ import annotations

import logging
from typing import Any, Protocol

_log = logging.getLogger(__name__)

SERVICE = "Magray"
_SAFE = (
    "keyring.backends.Windows",
    "keyring.backends.macOS",
    "keyring.backends.SecretService",
    "keyring.backends.kwallet",
    "keyring.backends.libsecret",
)


class SystemKeysError(Exception):
    """The store refused; the message names why, never the key."""


class SystemKeys(Protocol):
    """A store of the system; every call may block, even on a question to the owner."""

    def get(self, name: str) -> str | None:
        """A key, or None."""
        ...

    def set(self, name: str, text: str) -> None:
        """Keep a key."""
        ...

    def delete(self, name: str) -> None:
        """Forget a key; one that is not there is no error."""
        ...


class KeyringKeys:
    """The store that `keyring` finds."""

    def __init__(self, backend: Any) -> None:
        self._backend = backend

    def get(self, name: str) -> str | None:
        """A key, or None."""
        try:
            found = self._backend.get_password(SERVICE, name)
        except Exception as error:  # each backend has exceptions of its own
            raise SystemKeysError(type(error).__name__) from None
        return str(found) if found else None

    def set(self, name: str, text: str) -> None:
        """Keep a key.

        Raises:
            SystemKeysError: the store refused.
        """
        failure = ""
        try:
            self._backend.set_password(SERVICE, name, text)
        except Exception as error:  # as above; its frames hold the key, so nothing of it goes further
            failure = type(error).__name__
        if failure:
            raise SystemKeysError(failure)

    def delete(self, name: str) -> None:
        """Forget a key; one that is not there is no error."""
        from keyring.errors import PasswordDeleteError

        try:
            self._backend.delete_password(SERVICE, name)
        except PasswordDeleteError:
            return
        except Exception as error:  # as above
            raise SystemKeysError(type(error).__name__) from None


def find_system_keys() -> SystemKeys | None:
    """The system's store, or None where there is none that is safe. Takes up to a second."""
    try:
        import keyring

        found = keyring.get_keyring()
    except Exception as error:  # a broken configuration of keyring raises whatever it likes
        _log.info("the system's store for keys cannot be used: %s", type(error).__name__)
        return None
    backends = list(getattr(found, "backends", None) or [found])
    for backend in backends:
        if type(backend).__module__ in _SAFE:
            return KeyringKeys(backend)
    return None
