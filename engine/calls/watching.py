"""Folders that are kept in step with the memory."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from engine.calls.base import Calls
from engine.errors import InvalidMemoryError
from engine.watch_values import WatchedFolder


class WatchingCalls(Calls):
    """Folders that are kept in step with the memory. `WatchedFoldersChanged` tells that something is new with them."""

    async def watched_folders(self) -> list[WatchedFolder]:
        """Every watched folder with how it stands, in the order in which they were added."""
        self._check()
        return await self._parts.watcher.listing()

    async def watch_folder(self, path: str | os.PathLike[str], *, ignore: Sequence[str] = ()) -> WatchedFolder:
        """Keep a folder in step from now on: what is in it is read, and read again whenever it changes.

        Args:
            path: The folder.
            ignore: Patterns of what is passed over, as in a `.gitignore` file that lies in it.

        Raises:
            InvalidMemoryError: the path is empty.
            IngestionError: it cannot be watched, is watched already, or a pattern means nothing; the message says why.
        """
        self._check()
        if not os.fspath(path):
            raise InvalidMemoryError("path: it is empty. Nothing was added.")
        return await self._parts.watcher.add(Path(path), ignore=ignore)

    async def pause_folder(self, folder_id: str) -> WatchedFolder:
        """Leave a folder as it is until `resume_folder`; its documents stay.

        Raises:
            NotFoundError: there is no such folder.
        """
        self._check()
        return await self._parts.watcher.pause(folder_id)

    async def resume_folder(self, folder_id: str) -> WatchedFolder:
        """Go on with a folder, and read what changed meanwhile.

        Raises:
            NotFoundError: there is no such folder.
        """
        self._check()
        return await self._parts.watcher.resume(folder_id)

    async def unwatch_folder(self, folder_id: str, *, forget: bool = False) -> int:
        """Keep a folder in step no more. Its files are not touched.

        Args:
            folder_id: Which.
            forget: Forget its documents for good, with everything made of them; else they stay in memory.

        Returns:
            How many documents were forgotten.

        Raises:
            NotFoundError: there is no such folder.
            IngestionError: another watched folder around it would read its documents again.
        """
        self._check()
        paths = await self._parts.watcher.remove(folder_id, forget=forget)
        names = [name for path in paths for name in (path, repr(path))]
        if names:
            await self._parts.executors.run("io", self._parts.logs.cover, names)
        return len(paths)

    async def set_folder_ignore(self, folder_id: str, patterns: Sequence[str]) -> WatchedFolder:
        """Give a folder other ignore patterns. What was read before stays in memory until it is forgotten.

        Raises:
            NotFoundError: there is no such folder.
            IngestionError: a pattern means nothing; the old ones hold.
        """
        self._check()
        return await self._parts.watcher.set_ignore(folder_id, patterns)

    async def look_through_folders(self) -> str:
        """Look through every watched folder now, for changes that the system did not tell of.

        Returns:
            What it came to, in words; empty where no folder is watched.
        """
        self._check()
        return await self._parts.watcher.look_through()
