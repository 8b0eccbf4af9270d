"""What is known of backups beside what stands in them: where they went, and when each was last found whole.

A small file in the folder of backups, not a table: it tells of files, and a restored database must not forget the
backups that were made after it. Losing it loses nothing but this.
"""

from __future__ import annotations

import contextlib
import json
import logging
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

_log = logging.getLogger(__name__)

_NAME = "backups.json"
_MOST = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One backup that was made or checked here.

    Attributes:
        size: Bytes of the file then.
        modified_ns: Its time of change then: another size or time is another file.
        verified_at: ISO 8601.
        memories: In it.
        documents: In it.
        conversations: In it.
    """

    size: int
    modified_ns: int
    verified_at: str
    memories: int
    documents: int
    conversations: int


class Ledger:
    """Thread-safe."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / _NAME
        self._guard = threading.Lock()

    def entries(self) -> dict[Path, Entry]:
        """Everything known, by path; empty where the file is missing or damaged."""
        try:
            plain = json.loads(self._path.read_bytes())
            return {Path(path): _entry(fields) for path, fields in plain.items()}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, TypeError, AttributeError) as error:
            _log.info("what was known of backups cannot be read (%s); they are looked at anew", error)
            return {}

    def note(self, path: Path, entry: Entry) -> None:
        """A backup was made, or found whole."""

        def change(known: dict[Path, Entry]) -> None:
            known.pop(path, None)
            known[path] = entry

        self._change(change)

    def forget(self, path: Path) -> None:
        """A backup is gone."""
        self._change(lambda known: known.pop(path, None))

    def _change(self, change: Callable[[dict[Path, Entry]], object]) -> None:
        with self._guard:
            known = self.entries()
            change(known)
            kept = dict(list(known.items())[-_MOST:])
            text = json.dumps({str(path): asdict(entry) for path, entry in kept.items()}, indent=1)
            aside = self._path.with_suffix(".new")
            try:
                self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                aside.write_text(text, encoding="utf-8", errors="surrogateescape")
                aside.replace(self._path)
            except OSError as error:  # a full disk: the backup itself is there, and says what matters itself
                _log.warning("it could not be written down which backups there are (%s)", error)
                with contextlib.suppress(OSError):
                    aside.unlink(missing_ok=True)


def _entry(fields: Any) -> Entry:
    entry = Entry(**fields)
    numbers = (entry.size, entry.modified_ns, entry.memories, entry.documents, entry.conversations)
    if not all(isinstance(number, int) for number in numbers) or not isinstance(entry.verified_at, str):
        raise ValueError("a number is missing")
    return entry
