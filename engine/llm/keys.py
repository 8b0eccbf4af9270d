"""Keys of providers: in the operating system's store, else in the environment, else for this session only.

A key is never written to a file, a log or a message. What was given last wins: a key for this session, then the
system's, then the environment's.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping

from engine.llm.messages import ProviderName
from engine.llm.secret import Secret
from engine.llm.system_keys import SystemKeys, SystemKeysError, find_system_keys
from engine.usage_values import KeyPlace

_log = logging.getLogger(__name__)

VARIABLES: dict[ProviderName, tuple[str, ...]] = {
    "openai": ("OPENAI_API_KEY",),
    "anthropic": ("ANTHROPIC_API_KEY",),
    "compatible": ("MAGRAY_LLM__COMPATIBLE__API_KEY",),
    "local": (),
}
"""The variables of the environment that hold a provider's key."""


_UNREAD = Secret("")


class KeyStore:
    """Thread-safe; calls may block on the system's store and belong into a thread."""

    def __init__(
        self,
        environment: Mapping[str, str],
        *,
        given: Mapping[ProviderName, Secret] | None = None,
        find: Callable[[], SystemKeys | None] = find_system_keys,
    ) -> None:
        """Name the places; nothing is read yet.

        Args:
            environment: its variables, read anew each time.
            given: keys that came with the settings.
            find: gives the system's store, or None.
        """
        # Not the mapping itself: whatever showed this object would show every variable.
        self._variable: Callable[[str], str] = lambda name: environment.get(name, "").strip()
        self._given = dict(given or {})
        self._find = find
        self._lock = threading.Lock()
        self._system: SystemKeys | None = None
        self._searched = False
        self._session: dict[ProviderName, Secret] = {}
        self._read: dict[ProviderName, Secret | None] = {}

    def get(self, provider: ProviderName) -> Secret | None:
        """The key in use, or None."""
        return self._lookup(provider)[0]

    def place(self, provider: ProviderName) -> KeyPlace:
        """Where the key in use lies."""
        return self._lookup(provider)[1]

    def missing(self, provider: ProviderName) -> bool:
        """Whether it is known already, without asking the system, that there is no key. Never waits for anything."""
        # Without the lock: whoever holds it may wait for the owner to open the system's store.
        known = self._read.get(provider, _UNREAD) is None
        return known and provider not in self._session and self._from_environment(provider) is None

    def look_again(self, provider: ProviderName) -> None:
        """Forget that the system's store had no key, or was closed: the next question asks it once more."""
        with self._lock:
            if self._read.get(provider, _UNREAD) is None:
                del self._read[provider]

    def set(self, provider: ProviderName, text: str) -> KeyPlace:
        """Keep a key in the system's store; where there is none, or it refuses, for this session.

        Returns:
            Where it lies now.
        """
        secret = Secret(text.strip())
        with self._lock:
            system = self._store()
            self._session.pop(provider, None)
            if system is not None:
                try:
                    system.set(provider, secret.reveal())
                except SystemKeysError as error:
                    _log.warning("the system's store did not take the key of %s: %s", provider, error)
                else:
                    self._read[provider] = secret
                    return "system"
            self._session[provider] = secret
            return "session"

    def forget(self, provider: ProviderName) -> KeyPlace:
        """Forget a key that was set here.

        Returns:
            Where one still lies: a variable of the environment is not Magray's to take away.
        """
        with self._lock:
            self._session.pop(provider, None)
            system = self._store()
            if system is not None:
                try:
                    system.delete(provider)
                except SystemKeysError as error:
                    _log.warning("the system's store did not forget the key of %s: %s", provider, error)
                self._read.pop(provider, None)
        return self.place(provider)

    def _lookup(self, provider: ProviderName) -> tuple[Secret | None, KeyPlace]:
        with self._lock:
            if (found := self._session.get(provider)) is not None:
                return found, "session"
            if (found := self._from_system(provider)) is not None:
                return found, "system"
            if (found := self._from_environment(provider)) is not None:
                return found, "environment"
            return None, "none"

    def _from_system(self, provider: ProviderName) -> Secret | None:
        if provider not in self._read:
            system = self._store()
            text = None
            if system is not None:
                try:
                    text = system.get(provider)
                except SystemKeysError as error:
                    _log.warning("the system's store gave no key of %s: %s", provider, error)
            self._read[provider] = Secret(text) if text else None
        return self._read[provider]

    def _from_environment(self, provider: ProviderName) -> Secret | None:
        if (found := self._given.get(provider)) is not None and found:
            return found
        texts = (self._variable(name) for name in VARIABLES[provider])
        return next((Secret(text) for text in texts if text), None)

    def _store(self) -> SystemKeys | None:
        if not self._searched:
            self._searched = True
            self._system = self._find()
        return self._system
