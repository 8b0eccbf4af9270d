"""The log file: what happened and how long it took, never what anybody wrote or asked."""

from __future__ import annotations

import contextlib
import logging
import logging.handlers
import sys
from collections.abc import Iterable
from pathlib import Path

NAMES = ("engine", "desktop")
BYTES = 2 * 1024 * 1024
KEPT = 3


class _Handler(logging.handlers.RotatingFileHandler):
    """Goes quiet while the disk takes nothing: what cannot be logged must not fill the terminal instead."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's own name
        if not isinstance(sys.exc_info()[1], OSError):
            super().handleError(record)


class LogFile:
    """Sends the log records of the engine and the desktop to one rotating file until it is closed."""

    def __init__(self, folder: Path, *, level: str) -> None:
        """Begin.

        Raises:
            OSError: the file cannot be written.
        """
        self.path = folder / "magray.log"
        self._handler = _Handler(self.path, maxBytes=BYTES, backupCount=KEPT, encoding="utf-8", delay=True)
        self._handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        self._handler.setLevel(level)
        self._levels: dict[str, int] = {}
        for name in NAMES:
            logger = logging.getLogger(name)
            self._levels[name] = logger.level
            logger.setLevel(min(logging.getLevelName(level), logger.level or logging.CRITICAL))
            logger.addHandler(self._handler)

    def cover(self, words: Iterable[str], *, by: str = "…") -> None:
        """Replace words, as the path of a document that was forgotten, in everything that was logged so far.

        Raises:
            OSError: a file cannot be written; it stays as it was.
        """
        doomed = sorted({word for word in words if word}, key=len, reverse=True)
        if not doomed:
            return
        self._handler.acquire()
        try:
            self._handler.flush()
            stream, self._handler.stream = self._handler.stream, None
            if stream is not None:
                stream.close()  # the next record opens the file again
            for path in self.path.parent.glob(f"{self.path.name}*"):
                text = path.read_text(encoding="utf-8", errors="surrogateescape")
                covered = text
                for word in doomed:
                    covered = covered.replace(word, by)
                if covered != text:
                    path.write_text(covered, encoding="utf-8", errors="surrogateescape")
        finally:
            self._handler.release()

    def close(self) -> None:
        """Stop. Safe to call twice."""
        for name, level in self._levels.items():
            logger = logging.getLogger(name)
            logger.removeHandler(self._handler)
            logger.setLevel(level)
        self._levels.clear()
        with contextlib.suppress(OSError):  # a full disk takes the last line no more; the file stays as it is
            self._handler.close()
