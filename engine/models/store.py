"""Where the files of a model lie, and whether they are what the catalogue says.

A checksum over all files takes about a tenth of a second, too much for each start. So a full check leaves a stamp (size
and time of change of every file) in the cache folder, and a start compares stamps only.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import threading
from dataclasses import dataclass
from pathlib import Path

from engine import paths
from engine.errors import ModelError
from engine.models.catalog import ModelEntry, ModelFile

_log = logging.getLogger(__name__)
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class LocatedModel:
    """A model whose files are all there, each of the right size.

    `verified` tells that a full check has passed since the files last changed.
    """

    entry: ModelEntry
    folder: Path
    verified: bool

    @property
    def model_path(self) -> Path:
        """The ONNX file."""
        return self.folder / self.entry.model_file

    @property
    def tokenizer_path(self) -> Path:
        """The tokenizer's file."""
        return self.folder / self.entry.tokenizer_file


class ModelStore:
    """Finds the models that came with the program and checks them. Thread-safe."""

    def __init__(self, *, stamps: Path, bundled: Path | None = None) -> None:
        """Make a store.

        Args:
            stamps: file that remembers which checks have passed; made when it is first needed.
            bundled: folder of the models that came with the program, one folder each.
        """
        self._stamps = stamps
        self._bundled = paths.resources() / "models" if bundled is None else bundled
        self._lock = threading.Lock()

    def folder(self, entry: ModelEntry) -> Path:
        """Where the files of an entry belong."""
        return self._bundled / entry.id

    def locate(self, entry: ModelEntry) -> LocatedModel:
        """Find a model by a quick look: every file is there and has its size.

        Raises:
            ModelError: a file is missing or of another size; the message names it.
        """
        folder = self.folder(entry)
        stamp = _stamp(entry, folder)
        return LocatedModel(entry=entry, folder=folder, verified=self._read_stamps().get(str(folder)) == stamp)

    def verify(self, entry: ModelEntry) -> LocatedModel:
        """Check every byte and remember that it was right.

        Raises:
            ModelError: a file is missing, cannot be read or was altered; the message names it.
        """
        folder = self.folder(entry)
        stamp = _stamp(entry, folder)
        for file in entry.files:
            path = folder / file.name
            if _sha256(path) != file.sha256:
                raise _damaged(path, "its content is not what it should be")
        self._write_stamp(folder, stamp)
        return LocatedModel(entry=entry, folder=folder, verified=True)

    def _read_stamps(self) -> dict[str, object]:
        try:
            stamps = json.loads(self._stamps.read_text("utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            _log.info("the stamps of checked models cannot be read (%s): they are checked again", error)
            return {}
        return stamps if isinstance(stamps, dict) else {}

    def _write_stamp(self, folder: Path, stamp: dict[str, list[int]]) -> None:
        with self._lock:
            stamps = self._read_stamps() | {str(folder): stamp}
            temporary = self._stamps.with_name(f"{self._stamps.name}.{os.getpid()}.new")
            try:
                self._stamps.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                temporary.write_text(json.dumps(stamps), "utf-8")
                temporary.replace(self._stamps)
            except OSError as error:
                _log.info("the stamp of a checked model cannot be kept (%s): it is checked again next time", error)


def _stamp(entry: ModelEntry, folder: Path) -> dict[str, list[int]]:
    stamp: dict[str, list[int]] = {}
    for file in entry.files:
        stat = _stat(folder / file.name, file)
        stamp[file.name] = [stat.st_size, stat.st_mtime_ns]
    return stamp


def _stat(path: Path, file: ModelFile) -> os.stat_result:
    try:
        stat = path.stat()
    except OSError as error:
        raise _damaged(path, f"it cannot be found ({error.strerror})") from error
    if stat.st_size != file.size:
        raise _damaged(path, f"it has {stat.st_size} bytes in place of {file.size}")
    return stat


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as stream:
            while block := stream.read(_BLOCK):
                digest.update(block)
    except OSError as error:
        raise _damaged(path, f"it cannot be read ({error.strerror})") from error
    return digest.hexdigest()


def _damaged(path: Path, why: str) -> ModelError:
    return ModelError(
        f"The model file {path} cannot be used: {why}. Your memories are untouched. Install Magray again."
    )
