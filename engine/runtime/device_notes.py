"""What is remembered about devices from one start to the next: how fast they were, and which one a start died on.

One small JSON file. A driver that crashes takes the process with it, so what is about to be tried is written down and
flushed before it is tried, and struck out afterwards. What still stands there at the next start was fatal.
"""

from __future__ import annotations

import json
import logging
import os
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psutil

_log = logging.getLogger(__name__)
_MODELS = 64
_SAME_BIRTH = 2.0  # seconds by which a moment shifts when the clock is set


class DeviceNotes:
    """The file, read once. Thread-safe. Where it cannot be written, nothing is remembered and everything works."""

    def __init__(self, path: Path | None) -> None:
        """Read what is there.

        Args:
            path: the file, made when it is first needed; None remembers nothing.
        """
        self._path = path
        self._lock = threading.Lock()
        kept = _read(path)
        self._signature = str(kept.get("signature", ""))
        self._rates: dict[str, dict[str, float]] = _rates(kept.get("rates"))
        self._crashed: dict[str, str] = _texts(kept.get("crashed"))
        starting = _texts(kept.get("starting"))
        self._starting: dict[str, str] = {}
        self._process = _process(os.getpid())
        if starting and not _lives(kept.get("process")):  # else it is another Magray that is starting right now
            self._crashed |= starting
            _log.warning("the last start ended while it tried %s: it is left alone", ", ".join(starting))
            self._write()

    def crashed(self, device: str, *, signature: str) -> bool:
        """Whether a start died on this device; what changed since (driver, runtime, card) clears it."""
        with self._lock:
            return self._crashed.get(device) == signature

    def begin(self, device: str, *, signature: str) -> None:
        """It is about to be tried. On the disk when this returns."""
        with self._lock:
            self._starting[device] = signature
            self._write(flush=True)

    def end(self, device: str | None = None) -> None:
        """The trial is over and this process still lives; None means every trial, as when Magray is closed."""
        with self._lock:
            before = len(self._starting)
            if device is None:
                self._starting.clear()
            else:
                self._starting.pop(device, None)
            if len(self._starting) != before:
                self._write()

    def rates(self, model: str, *, signature: str) -> Mapping[str, float]:
        """Texts a second by device, as once measured for this model on this very machine; empty where it was not."""
        with self._lock:
            return dict(self._rates.get(model, {})) if self._signature == signature else {}

    def keep_rates(self, model: str, rates: Mapping[str, float], *, signature: str) -> None:
        """Remember what was measured; figures of another machine are dropped."""
        with self._lock:
            if self._signature != signature:
                self._signature = signature
                self._rates = {}
            self._rates.pop(model, None)
            self._rates[model] = dict(rates)
            while len(self._rates) > _MODELS:
                del self._rates[next(iter(self._rates))]
            self._write()

    def forget(self) -> None:
        """The owner says: try again. Crashes and figures are struck out."""
        with self._lock:
            self._crashed.clear()
            self._rates.clear()
            self._write()

    def _write(self, *, flush: bool = False) -> None:
        if self._path is None:
            return
        content: dict[str, Any] = {
            "signature": self._signature,
            "rates": self._rates,
            "crashed": self._crashed,
            "starting": self._starting,
            "process": self._process,
        }
        temporary = self._path.with_name(f"{self._path.name}.{os.getpid()}.new")
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with temporary.open("w", encoding="utf-8") as stream:
                json.dump(content, stream, indent=1)
                if flush:
                    stream.flush()
                    os.fsync(stream.fileno())
            temporary.replace(self._path)
        except OSError as error:
            _log.info("notes about devices cannot be kept (%s)", error)


def _read(path: Path | None) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        kept = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        _log.info("notes about devices cannot be read (%s): devices are tried anew", error)
        return {}
    return kept if isinstance(kept, dict) else {}


def _process(pid: int) -> list[float]:
    """A number that is used again after a while, and the moment of birth that is not."""
    return [pid, psutil.Process(pid).create_time()]


def _lives(process: Any) -> bool:
    if not isinstance(process, list) or len(process) != 2 or not isinstance(process[0], int):
        return False
    try:
        born = _process(process[0])[1]
        return abs(born - float(process[1])) < _SAME_BIRTH
    except (psutil.Error, TypeError, ValueError):
        return False


def _texts(value: Any) -> dict[str, str]:
    return {str(key): str(item) for key, item in value.items()} if isinstance(value, dict) else {}


def _rates(value: Any) -> dict[str, dict[str, float]]:
    rates: dict[str, dict[str, float]] = {}
    for model, devices in value.items() if isinstance(value, dict) else ():
        if isinstance(devices, dict):
            rates[str(model)] = {
                str(name): float(rate) for name, rate in devices.items() if isinstance(rate, (int, float))
            }
    return rates
