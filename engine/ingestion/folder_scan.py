"""Looks through a watched folder: what is in it, what has changed since, and what could not be looked at.

Links to folders are not followed, so that no loop and no way out of the folder is taken; a link to a file is that file.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from engine.ingestion.ignoring import GITIGNORE, IgnoreRules, Levels

_NO_TEXT = {"\x00", *map(chr, range(0xD800, 0xE000))}


@dataclass(frozen=True, slots=True)
class Stamp:
    """By what a change of a file is known: bytes, and nanoseconds since 1970 of its last change."""

    size: int
    modified_ns: int


@dataclass(slots=True)
class Looked:
    """One folder with the files in it.

    Attributes:
        folder: Absolute.
        files: Stamps by absolute path.
        problem: Why it could not be looked at, as the end of a sentence; None where it could.
        closed: Files in it that may not be opened.
    """

    folder: str
    files: dict[str, Stamp] = field(default_factory=dict)
    problem: str | None = None
    closed: int = 0


def scan(start: str, rules: IgnoreRules, *, leave: Collection[str], stat_files: bool = True) -> Iterator[Looked]:
    """Blocking: every folder from `start` down that is not passed over, each with its files.

    Args:
        start: The watched folder or one in it.
        rules: What is passed over.
        leave: Folders that are not entered: Magray's own, and those that are watched for themselves.
        stat_files: False gives the folders alone, which is quick.
    """
    first = rules.levels(start)
    if first is None or start in leave:
        return
    stack: list[tuple[str, Levels]] = [(start, first)]
    while stack:
        folder, levels = stack.pop()
        looked = Looked(folder)
        try:
            with os.scandir(folder) as entries:
                found = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            looked.problem = (error.strerror or str(error)).lower()
            yield looked
            continue
        if folder != start:
            levels = rules.enter(folder, levels, has_gitignore=any(entry.name == GITIGNORE for entry in found))
        inner: list[tuple[str, Levels]] = []
        for entry in found:
            try:
                is_folder = entry.is_dir(follow_symlinks=False)
                if is_folder:
                    if entry.path not in leave and not rules.ignores(entry.path, levels, folder=True):
                        inner.append((entry.path, levels))
                elif stat_files and not rules.ignores(entry.path, levels, folder=False):
                    stamp = look(entry.path)
                    if stamp is not None:
                        looked.files[entry.path] = stamp
            except OSError:
                looked.closed += 1
        stack += reversed(inner)
        yield looked


@dataclass(slots=True)
class Met:
    """What became of single paths.

    Attributes:
        files: Stamps by path, also of files in folders that were named.
        gone: Paths where nothing is any more.
        folders: Folders that were met.
    """

    files: dict[str, Stamp] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)
    folders: set[str] = field(default_factory=set)


def examine(paths: Collection[str], rules: IgnoreRules, *, leave: Collection[str], most: int) -> Met | None:
    """Blocking: look at single paths of which a change was told.

    Returns:
        None where looking through the whole folder is better: other rules hold, or more than `most` files are there.
    """
    met = Met()
    for path in sorted(paths):
        if path.rpartition(os.sep)[2] == GITIGNORE:
            return None
        if any(path == one or path.startswith(one + os.sep) for one in leave):
            continue
        if not os.path.exists(path):  # noqa: PTH110 - for every event
            met.gone.append(path)
        elif os.path.isdir(path):  # noqa: PTH112
            for looked in scan(path, rules, leave=leave):
                if looked.problem is None:
                    met.folders.add(looked.folder)
                met.files.update(looked.files)
                if len(met.files) > most:
                    return None
        elif not rules.covers(path):
            with contextlib.suppress(OSError):
                stamp = look(path)
                if stamp is not None:
                    met.files[path] = stamp
    return met


def look(path: str) -> Stamp | None:
    """Blocking: a file's stamp; None for folders, pipes, links that lead nowhere, and names that are no text.

    Raises:
        OSError: the system does not let it be looked at.
    """
    if not _NO_TEXT.isdisjoint(path):
        return None
    try:
        status = os.stat(path)  # noqa: PTH116 - a hundred thousand of them
    except (FileNotFoundError, NotADirectoryError):
        return None
    if not stat.S_ISREG(status.st_mode):
        return None
    return Stamp(status.st_size, status.st_mtime_ns)
