"""Hears from the system what changes below a folder; watchfiles has its one door here.

One thread waits for one folder. Between two looks at what the system has told it sleeps, so that a folder in which
nothing happens costs nothing that could be measured.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable, Sequence
from typing import Protocol

_log = logging.getLogger(__name__)
_GATHER_MS = 1000
"""Changes are collected for so long at most before they are handed on."""
_STEP_MS = 250
"""How often the thread looks; also how long closing takes at most."""

_MODIFIED = 2
"""What watchfiles calls a change that is neither a coming nor a going."""

EVERY_FOLDER = sys.platform == "linux"
"""The system wants every folder named: only there a folder that is passed over costs none of its watches."""
MOST_FOLDERS = 50_000
"""More are looked through now and then: the system's own limit for all programs together is often not much higher."""


class EventsError(Exception):
    """The system does not tell of changes; the message says why, as the end of a sentence."""


class _Notify(Protocol):
    def watch(
        self, debounce_ms: int, step_ms: int, timeout_ms: int, stop_event: threading.Event
    ) -> set[tuple[int, str]] | str: ...

    def close(self) -> None: ...


class FolderEvents:
    """Tells of changes until it is closed."""

    def __init__(
        self,
        folders: Sequence[str],
        *,
        heard: Callable[[set[str], set[str]], None],
        failed: Callable[[str], None],
        name: str = "magray-watch",
    ) -> None:
        """Blocking: begin to listen.

        Args:
            folders: On Linux every folder, elsewhere the topmost alone.
            heard: Called on a thread of its own with the paths that changed, and those of them that came or went.
            failed: Called there where it comes to an end by itself, with the reason as the end of a sentence.
            name: The thread's.

        Raises:
            EventsError: the system does not tell of changes in these folders.
        """
        self.folders = frozenset(folders)
        self._heard = heard
        self._failed = failed
        self._stop = threading.Event()
        if len(folders) > MOST_FOLDERS:
            raise EventsError(f"it holds more than {MOST_FOLDERS:,} folders")
        self._notify = _open(folders)
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Blocking, a quarter of a second at most: end the thread. Safe to call twice."""
        self._stop.set()
        self._thread.join()
        self._notify.close()

    def end(self) -> None:
        """Ask the thread to end, without waiting for it."""
        self._stop.set()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                told = self._notify.watch(_GATHER_MS, _STEP_MS, 0, self._stop)
            except Exception as error:  # the library's own error is a plain RuntimeError
                if self._begin_anew(error):
                    continue
                if not self._stop.is_set():
                    _log.info("changes of a folder are not told any more: %s", error)
                    self._failed("the system stopped telling of changes")
                return
            if isinstance(told, set) and told:
                self._heard({path for _, path in told}, {path for kind, path in told if kind != _MODIFIED})

    def _begin_anew(self, error: Exception) -> bool:
        """A name that is no text ends the library's watcher; what was told meanwhile is lost, so all is looked at."""
        if "decode" not in str(error) or self._stop.is_set():
            return False
        try:
            fresh = _open(sorted(self.folders))
        except EventsError:
            return False
        old, self._notify = self._notify, fresh
        old.close()
        self._heard({min(self.folders, key=len)}, set())
        return True


def _open(folders: Sequence[str]) -> _Notify:
    from watchfiles._rust_notify import RustNotify

    try:
        # The last one false: else the library passes over every error, the system's limit among them.
        return RustNotify(list(folders), False, False, 300, not EVERY_FOLDER, False)
    except FileNotFoundError as error:
        raise EventsError("a folder in it went while it was looked at") from error
    except Exception as error:  # OSError, or the library's own RuntimeError
        words = str(error).lower()
        if any(mark in words for mark in ("limit", "no space left", "too many", "os error 24", "os error 28")):
            raise EventsError("the system's limit of watched folders is reached") from error
        _log.info("changes of a folder are not told: %s", error)
        raise EventsError("the system does not tell of changes there") from error
