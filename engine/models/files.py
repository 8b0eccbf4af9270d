"""Files as the store needs them: checksums, safe writing, sizes."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from engine.errors import ModelError, StoreFullError

BLOCK = 1 << 20
"""Bytes read or written at once."""


def sha256_of(path: Path, *, on_bytes: Callable[[int], None] | None = None) -> str:
    """The checksum of a whole file, 64 hexadecimal digits.

    Args:
        path: the file.
        on_bytes: is told how many bytes were read since the last call; may raise to stop.

    Raises:
        OSError: the file cannot be read.
    """
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(BLOCK):
            digest.update(block)
            if on_bytes is not None:
                on_bytes(len(block))
    return digest.hexdigest()


def sync_file(path: Path) -> None:
    """Have a file's content reach the disk."""
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())


def sync_folder(folder: Path) -> None:
    """Have a folder's names reach the disk, where the system can."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_json(path: Path, value: Any) -> None:
    """Write aside, flush, rename: afterwards the file is either the old or the new one."""
    temporary = path.with_name(f"{path.name}.new")
    with temporary.open("w", encoding="utf-8", newline="\n") as stream:
        json.dump(value, stream, ensure_ascii=False, indent=1)
        stream.write("\n")
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(path)


def read_json(path: Path) -> Any:
    """What a JSON file holds.

    Raises:
        ModelError: it cannot be read or is not JSON.
    """
    try:
        return json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ModelError(f"{path} cannot be read ({error.strerror}).") from error
    except (ValueError, RecursionError) as error:
        raise ModelError(f"{path} is not JSON ({error}).") from error


def bytes_in(folder: Path) -> int:
    """Bytes of all files under a folder; 0 where there is none."""
    total = 0
    for where, _, names in os.walk(folder):
        for name in names:
            try:
                total += (Path(where) / name).stat(follow_symlinks=False).st_size
            except OSError:
                continue  # removed meanwhile
    return total


def check_room(folder: Path, wanted: int) -> None:
    """Refuse to begin what would not fit.

    Args:
        folder: on the disk in question; it need not exist yet.
        wanted: bytes; a reserve of 64 MiB is added.

    Raises:
        StoreFullError: there is too little room.
    """
    there = folder
    while not there.exists() and there != there.parent:
        there = there.parent
    free = shutil.disk_usage(there).free
    if free < wanted + (64 << 20):
        raise StoreFullError(
            f"The disk that holds {folder} has {in_words(free)} left and {in_words(wanted)} more are needed."
            " Nothing was changed. Make room and try again."
        )


def disk_error(folder: Path, error: OSError) -> Exception:
    """What went wrong on the disk, in words."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StoreFullError(
            f"The disk that holds {folder} is full. What was fetched so far is kept. Make room and try again."
        )
    return ModelError(
        f"{error.filename or folder} cannot be written ({error.strerror})."
        " The models that were installed are unchanged. Check its permissions and try again."
    )


def in_words(size: int) -> str:
    """A number of bytes, rounded: `118 MB`."""
    amount, unit = float(size), "bytes"
    for unit in ("bytes", "kB", "MB", "GB", "TB"):
        if amount < 1000 or unit == "TB":
            break
        amount /= 1000
    if unit == "bytes":
        return f"{size} bytes"
    return f"{amount:.0f} {unit}" if amount >= 100 else f"{amount:.1f} {unit}"
