"""What is passed over in a watched folder: names of the settings, the folder's own patterns, `.gitignore` files.

Patterns are those of git (https://git-scm.com/docs/gitignore): the last one that fits decides, `!` takes one back, a
pattern with a slash holds from its file's folder on, and nothing comes back from below a folder that is passed over.
The folder's own patterns win over `.gitignore` files, and of those the one further down wins.
"""

from __future__ import annotations

import fnmatch
import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from pathspec import GitIgnoreSpec

from engine.errors import IngestionError

GITIGNORE = ".gitignore"
_LARGEST = 1 << 20
"""Bytes of a `.gitignore` file that are read; no person writes a longer one."""
_MOST_PATTERNS = 1000


def check_patterns(patterns: Sequence[str]) -> tuple[str, ...]:
    """Patterns of the owner as they are kept: trimmed, without empty lines and remarks.

    Raises:
        IngestionError: one of them means nothing, or there are too many.
    """
    kept = [line.rstrip("\r\n") for pattern in patterns for line in pattern.splitlines()]
    kept = [line for line in kept if line.strip() and not line.startswith("#")]
    if len(kept) > _MOST_PATTERNS:
        raise IngestionError(
            f"{len(kept):,} patterns are more than the {_MOST_PATTERNS:,} that a folder may have. Nothing was changed."
        )
    for line in kept:
        try:
            GitIgnoreSpec.from_lines([line])
        except ValueError as error:
            raise IngestionError(
                f"The pattern {line} means nothing in a .gitignore file. Change it or take it out; nothing was changed."
            ) from error
    return tuple(kept)


@dataclass(frozen=True, slots=True)
class _Level:
    """The patterns of one `.gitignore` file; `base` is the length of its folder's path with the separator behind it."""

    base: int
    spec: GitIgnoreSpec


Levels = tuple[_Level, ...]
"""The `.gitignore` files that hold in a folder, the outermost first."""


class IgnoreRules:
    """The rules of one watched folder as they stand while it is looked at once."""

    def __init__(self, root: str, *, names: Collection[str], patterns: Sequence[str], gitignore: bool) -> None:
        """Take the rules.

        Args:
            root: The watched folder, absolute.
            names: Names and patterns of names that are passed over everywhere (`ingestion.ignore`).
            patterns: The folder's own, checked before.
            gitignore: Whether `.gitignore` files count.
        """
        self._root = root
        self._base = len(root) if root.endswith(os.sep) else len(root) + 1
        self._exact = {name for name in names if not any(mark in name for mark in "*?[")}
        self._wild = [name for name in names if name not in self._exact]
        self._own = GitIgnoreSpec.from_lines(patterns) if patterns else None
        self._gitignore = gitignore
        self._entered: dict[str, Levels | None] = {}

    def enter(self, folder: str, above: Levels, *, has_gitignore: bool) -> Levels:
        """The `.gitignore` files that hold in a folder, its own among them."""
        if not (self._gitignore and has_gitignore):
            return above
        try:
            with (Path(folder) / GITIGNORE).open("rb") as file:
                lines = file.read(_LARGEST).decode("utf-8", "replace").splitlines()
        except OSError:  # gone again, or not ours to read: then it says nothing
            return above
        spec = GitIgnoreSpec.from_lines(_sound(lines))
        return (*above, _Level(len(folder) if folder.endswith(os.sep) else len(folder) + 1, spec))

    def ignores(self, path: str, levels: Levels, *, folder: bool) -> bool:
        """Whether something in a folder is passed over.

        Args:
            path: Absolute.
            levels: What `enter` gave for the folder that it lies in.
            folder: It is a folder itself.
        """
        name = path.rpartition(os.sep)[2]
        if name in self._exact or any(fnmatch.fnmatch(name, pattern) for pattern in self._wild):
            return True
        end = "/" if folder else ""
        if self._own is not None:
            own = self._own.check_file(_plain(path[self._base :]) + end).include
            if own is not None:
                return own
        for level in reversed(levels):
            said = level.spec.check_file(_plain(path[level.base :]) + end).include
            if said is not None:
                return said
        return False

    def covers(self, path: str) -> bool:
        """Blocking: whether a path below the root is passed over, itself or one of the folders on the way to it.

        What lies behind a link to a folder is passed over too.
        """
        parent, _, name = path.rpartition(os.sep)
        levels = self._levels(parent or os.sep)
        if levels is None or not name:
            return True
        return self.ignores(path, levels, folder=_is_folder(path))

    def levels(self, folder: str) -> Levels | None:
        """Blocking: what holds in a folder below the root, or None where it is passed over."""
        return self._levels(folder)

    def _levels(self, folder: str) -> Levels | None:
        way = []  # no recursion: paths may be two thousand folders deep
        while folder not in self._entered:
            way.append(folder)
            if folder in (self._root, self._root.rstrip(os.sep)) or not folder.startswith(self._root):
                break
            folder = folder.rpartition(os.sep)[0] or os.sep
        for one in reversed(way):
            self._entered[one] = self._level(one)
        return self._entered[way[0] if way else folder]

    def _level(self, folder: str) -> Levels | None:
        if not folder.startswith(self._root) and folder + os.sep != self._root:
            return None
        above: Levels = ()
        if folder not in (self._root, self._root.rstrip(os.sep)):
            outer = self._entered[folder.rpartition(os.sep)[0] or os.sep]
            if outer is None or Path(folder).is_symlink() or self.ignores(folder, outer, folder=True):
                return None
            above = outer
        return self.enter(folder, above, has_gitignore=(Path(folder) / GITIGNORE).is_file())


def _sound(lines: Sequence[str]) -> list[str]:
    """Lines that mean something: a broken one in somebody's file spoils none of the others."""
    sound = []
    for line in lines:
        try:
            GitIgnoreSpec.from_lines([line])
        except ValueError:
            continue
        sound.append(line)
    return sound


def _is_folder(path: str) -> bool:
    return os.path.isdir(path) and not os.path.islink(path)  # noqa: PTH112, PTH114 - called for every event


def _plain(relative: str) -> str:
    return relative.replace(os.sep, "/")
