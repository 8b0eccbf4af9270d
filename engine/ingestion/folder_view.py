"""A watched folder as it lies on the disk and as it was when it was last taken note of."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncGenerator, Iterator

from engine.ingestion.folder_scan import Looked, Stamp, look
from engine.ingestion.ignoring import IgnoreRules
from engine.ingestion.watch_parts import WatchParts
from engine.memory.store import watched_folders
from engine.memory.store.watched_folders import FolderRow, Known

_SLICE_SECONDS = 0.1


class FolderView:
    """Answers what there is; nothing is decided here."""

    def __init__(self, row: FolderRow, parts: WatchParts) -> None:
        self._row = row
        self._parts = parts
        self._own = frozenset(os.path.realpath(folder) for folder in parts.own_folders)

    async def is_there(self) -> bool:
        """Whether it is a folder now."""
        return await self._parts.executors.run("io", os.path.isdir, self._row.path)

    def rules(self) -> IgnoreRules:
        """What is passed over in this look."""
        return IgnoreRules(
            self._row.path,
            names=self._parts.settings.ingestion.ignore,
            patterns=self._row.ignore,
            gitignore=self._parts.settings.watch.gitignore,
        )

    def leave(self) -> frozenset[str]:
        """Folders inside that are not looked into: Magray's own, and those that are watched for themselves."""
        return self._parts.nested(self._row.path) | self._own

    async def slices(self, looks: Iterator[Looked]) -> AsyncGenerator[Looked, None]:
        """Look in slices off the loop, so that closing and other work wait for none of it."""

        def some() -> list[Looked]:
            end = time.monotonic() + _SLICE_SECONDS
            found: list[Looked] = []
            for looked in looks:
                found.append(looked)
                if time.monotonic() >= end:
                    break
            return found

        while found := await self._parts.executors.run("io", some):
            for looked in found:
                yield looked

    async def known(self) -> dict[bytes, Known]:
        """Everything that was taken note of."""

        def read() -> dict[bytes, Known]:
            with self._parts.store.read() as reader:
                return watched_folders.known_files(reader, self._row.number)

        return await self._parts.executors.run("query", read)

    async def known_among(self, keys: list[bytes]) -> dict[bytes, Known]:
        """What was taken note of some files."""

        def read() -> dict[bytes, Known]:
            with self._parts.store.read() as reader:
                return watched_folders.known_among(reader, self._row.number, keys)

        return await self._parts.executors.run("query", read)

    async def drop(self, keys: list[bytes]) -> None:
        """Know files no longer."""

        def write() -> None:
            with self._parts.store.write() as writer:
                watched_folders.drop_files(writer, self._row.number, keys)

        if keys:
            await self._parts.executors.run("store", write)


def is_new(stamp: Stamp, known: Known | None) -> bool:
    """Whether a file is to be read: never taken note of, or changed since and not forgotten."""
    if known is None:
        return True
    return not known.forgotten and (known.size, known.modified_ns) != (stamp.size, stamp.modified_ns)


def look_again(paths: list[str]) -> dict[str, Stamp | None]:
    """Blocking: how files stand now; None where nothing is, or nothing that may be looked at."""
    found: dict[str, Stamp | None] = {}
    for path in paths:
        try:
            found[path] = look(path)
        except OSError:
            found[path] = None
    return found


def trouble(why_polling: str | None, troubled: int, closed: int, minutes: float) -> str | None:
    """What is in the way, in words."""
    words = []
    if why_polling is not None:
        words.append(f"Changes are not told: {why_polling}. It is looked through every {minutes:g} minutes instead.")
    if troubled:
        which = "One folder" if troubled == 1 else f"{troubled:,} folders"
        words.append(f"{which} in it cannot be opened; the permissions may not allow it.")
    if closed:
        which = "One file" if closed == 1 else f"{closed:,} files"
        words.append(f"{which} in it cannot be looked at; the permissions may not allow it.")
    return " ".join(words) or None
