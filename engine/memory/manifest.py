"""Saving a derived index so that it is there whole or not at all.

The data goes to a file of a new name and is flushed; then the manifest that names it is written aside, flushed and
renamed over the old one. That rename is the one moment at which the save happens. Whatever the manifest does not name
is litter.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from engine.errors import IndexDamagedError

FORMAT = 1
"""Rises when the layout of files or manifests changes; others are rebuilt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a saved index says of itself.

    Attributes:
        database: Identity of the database it was derived from.
        model: The embedder whose vectors it holds; empty for the lexical index.
        dimensions: Numbers in a vector; 0 for the lexical index.
        parameters: Whatever else must be the same for the index to be of use.
        sequence: The last change that it holds.
        merged: The last label in its graph.
        count: Nodes, deleted ones included.
        deleted: Labels of the deleted nodes.
        file: Name of the data file, empty where there is none.
        checksum: BLAKE2b of that file.
        parts: Further files by what they are, each with `file`, `checksum` and what is to be known to read it.
    """

    database: str
    model: str = ""
    dimensions: int = 0
    parameters: dict[str, Any] = field(default_factory=dict)
    sequence: int = 0
    merged: int = 0
    count: int = 0
    deleted: list[int] = field(default_factory=list)
    file: str = ""
    checksum: str = ""
    parts: dict[str, dict[str, Any]] = field(default_factory=dict)
    format: int = FORMAT

    def mismatch(self, other: Manifest) -> str | None:
        """Why an index that says this of itself cannot serve where `other` is wanted; None where it can."""
        for name in ("format", "database", "model", "dimensions", "parameters"):
            if getattr(self, name) != getattr(other, name):
                return f"its {name} is {getattr(self, name)!r}, wanted is {getattr(other, name)!r}"
        return None


def read(path: Path) -> Manifest | None:
    """The manifest at this path; None where there is none.

    Raises:
        IndexDamagedError: there is one, and it cannot be read.
    """
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise IndexDamagedError(f"{path} cannot be read ({error.strerror})") from error
    try:
        manifest = Manifest(**json.loads(text))
        numbers: tuple[object, ...] = (manifest.sequence, manifest.merged, manifest.count, *manifest.deleted)
        if not all(isinstance(number, int) for number in numbers) or not isinstance(manifest.parts, dict):
            raise ValueError("a number is missing")
    except (ValueError, TypeError) as error:
        raise IndexDamagedError(f"{path} is torn ({error})") from error
    return manifest


def commit(path: Path, manifest: Manifest) -> None:
    """Put the manifest in place, flushed; after this the save has happened.

    Raises:
        OSError: the disk is full or cannot be written; the old manifest stands.
    """
    temporary = path.with_suffix(".json.new")
    with temporary.open("wb") as file:
        file.write(json.dumps(asdict(manifest)).encode())
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    flush_folder(path.parent)


def write_data(path: Path, write: Callable[[Path], None]) -> str:
    """Write a data file under a new name and flush it.

    Returns:
        Its checksum.

    Raises:
        OSError: the disk is full or cannot be written; nothing stays.
    """
    try:
        write(path)
        with path.open("r+b") as file:
            os.fsync(file.fileno())
        return checksum(path)
    except (OSError, RuntimeError) as error:
        path.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise
        raise OSError(f"{path} cannot be written ({error})") from error


def checksum(path: Path) -> str:
    """BLAKE2b of a file, 160 bits. About 1 GB a second."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=20)).hexdigest()


def remove_others(folder: Path, pattern: str, *keep: str) -> None:
    """Remove files that match and are not among those to keep: what a crash or an older save left."""
    for path in folder.glob(pattern):
        if path.name not in keep:
            with contextlib.suppress(PermissionError):  # Windows, while it is still open; the next save removes it
                path.unlink(missing_ok=True)


def flush_folder(folder: Path) -> None:
    """Make renames in a folder survive a power cut, where the system lets a folder be opened."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
