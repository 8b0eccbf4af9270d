"""Finds the files under what was dropped, without following a loop and without stopping at what cannot be read."""

from __future__ import annotations

import errno
import fnmatch
import os
import re
import stat
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

_NO_TEXT = re.compile("[\ud800-\udfff\x00]")


@dataclass(frozen=True, slots=True)
class Met:
    """One file, or one thing that is no file that can be read.

    Attributes:
        path: Absolute.
        size: Bytes.
        reason: Why it cannot be read, None where it can be tried.
        skipped: It is in order, only nothing to read.
    """

    path: str
    size: int = 0
    reason: str | None = None
    skipped: bool = False


def walk(paths: Sequence[Path], *, ignore: Collection[str], leave: Path | None = None) -> Iterator[Met]:
    """Every file under these paths, in the order of their names; each folder is entered once.

    Args:
        paths: Files and folders, as given by the owner: what is named itself is never ignored.
        ignore: Names and patterns (`*.tmp`) that are passed over inside folders.
        leave: A folder that is not entered: where Magray keeps its own data.
    """
    entered: set[tuple[int, int]] = set()
    if leave is not None and leave.is_dir():
        status = leave.stat()
        entered.add((status.st_dev, status.st_ino))
    for given in paths:
        try:
            path = Path(os.path.abspath(given.expanduser()))  # noqa: PTH100 - `resolve` would lose the name of a link
        except RuntimeError:  # `~somebody` who has no home here
            yield Met(_shown(given), reason="there is no such file or folder")
            continue
        yield from _met(path, entered, ignore)


def _met(path: Path, entered: set[tuple[int, int]], ignore: Collection[str]) -> Iterator[Met]:
    stack = [path]
    while stack:
        current = stack.pop()
        if _shown(current) != str(current):
            # What the database cannot hold cannot be opened again from there either.
            yield Met(_shown(current), reason="its name is not valid text on this system; rename it and add it again")
            continue
        try:
            status = current.stat()
        except OSError as error:
            yield Met(str(current), reason=_why(current, error))
            continue
        if stat.S_ISREG(status.st_mode):
            yield Met(str(current), size=status.st_size)
        elif stat.S_ISDIR(status.st_mode):
            mark = (status.st_dev, status.st_ino)
            if mark in entered and status.st_ino:
                continue
            entered.add(mark)
            try:
                names = sorted(os.listdir(current), reverse=True)  # noqa: PTH208 - half the time of iterdir
            except OSError as error:
                why = (error.strerror or str(error)).lower()
                yield Met(str(current), reason=f"the folder cannot be opened ({why})")
                continue
            stack += [current / name for name in names if not _ignored(name, ignore)]
        else:
            yield Met(str(current), reason="it is no file but a device, a pipe or a socket", skipped=True)


def _shown(path: Path) -> str:
    """A path as text that can be kept: bytes that are no characters become U+FFFD, and so does NUL."""
    return _NO_TEXT.sub("\N{REPLACEMENT CHARACTER}", str(path))


def _ignored(name: str, ignore: Collection[str]) -> bool:
    return any(name == pattern or fnmatch.fnmatch(name, pattern) for pattern in ignore)


def _why(path: Path, error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "it is a link that leads nowhere" if path.is_symlink() else "there is no such file or folder"
    if isinstance(error, PermissionError):
        return "its folder's permissions do not allow looking at it"
    if error.errno == errno.ENAMETOOLONG:
        return "its path is longer than this system allows; move it into a folder further up"
    if error.errno == errno.ELOOP:
        return "it is a link that leads back to itself"
    return f"the system could not look at it ({error.strerror or error})"
