"""The documents of a watched folder: what is to be read, what has gone, what is back."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

from engine.errors import MagrayError
from engine.events import DocumentsChanged
from engine.ingestion.folder_scan import Stamp
from engine.ingestion.names import split_path, still_there
from engine.ingestion.watch_parts import WatchParts
from engine.memory.store import watched_folders as store
from engine.memory.store.watched_folders import FolderRow, Placed, key_of, prefix

T = TypeVar("T")


class FolderDocuments:
    """Writes what the keeper has seen."""

    def __init__(self, row: FolderRow, parts: WatchParts) -> None:
        self._row = row
        self._parts = parts
        self._options = parts.settings.watch

    async def any(self) -> bool:
        """Whether a document of this folder is in memory."""
        return bool(await self._own(lambda reader: store.documents_in(reader, self._row.path)))

    async def reading(self) -> bool:
        """Whether files of this folder wait to be read: one of them may be one that went from where it was."""
        return bool(await self._read(lambda reader: store.waiting(reader, self._row.path)))

    async def read(self, files: Mapping[str, Stamp]) -> None:
        """Queue files to be read and take note of them.

        A file whose content stood for another file's, too, takes that one along: it is read for itself from now on.
        """
        paths = list(files)
        queued = {path: stamp.size for path, stamp in files.items()}
        there = await self._read(lambda reader: store.documents_of(reader, paths))
        for path in await self._twins(one.content_hash for one in there):
            queued.setdefault(path, 0)
        await self._parts.queue(list(queued.items()))
        notes = {key_of(path): (stamp.size, stamp.modified_ns) for path, stamp in files.items()}

        def write() -> None:
            with self._parts.store.write() as writer:
                store.note_files(writer, self._row.number, notes)

        await self._parts.executors.run("store", write)

    async def settle(self, gone: Sequence[str]) -> None:
        """Look after documents at paths where nothing is any more, and after those that were missing before."""
        gone = list(gone)

        def find(reader: Any) -> list[Placed]:
            found = {one.number: one for one in store.documents_at(reader, gone)}
            found.update((one.number, one) for one in store.missing_in(reader, self._row.path))
            return list(found.values())

        sound = await self._settle(await self._own(find))
        keys = [key_of(path) for path in gone]

        def drop() -> None:
            with self._parts.store.write() as writer:
                store.drop_files(writer, self._row.number, keys)

        if keys and sound:
            await self._parts.executors.run("store", drop)

    async def settle_all(self, *, forgotten: Collection[bytes]) -> None:
        """Look after all documents of the folder.

        Args:
            forgotten: Files that are not read again since the owner forgot them; one that has a document again was
                given again by the owner.
        """
        found = await self._own(lambda reader: store.documents_in(reader, self._row.path))
        again = [key for one in found if (key := key_of(one.path)) in forgotten]
        if again:

            def write() -> None:
                with self._parts.store.write() as writer:
                    store.wanted_again(writer, self._row.number, again)

            await self._parts.executors.run("store", write)
        if await self._settle(found):
            await self._put_aside()

    # ------------------------------------------------------------------ inside

    async def _settle(self, found: Sequence[Placed]) -> bool:
        """Write which documents are missing now, and which are back.

        Returns:
            False where the folder itself has gone or is empty, as with its disk: then nothing is written.
        """

        def look() -> tuple[list[bool], bool]:
            there = [still_there(one.path) for one in found]
            return there, _holds_something(self._row.path)  # asked last: it may have gone in between

        there, sound = await self._parts.executors.run("io", look)
        if not sound:
            return False
        gone = [one for one, here in zip(found, there, strict=True) if not here and one.missing_since is None]
        back = [one for one, here in zip(found, there, strict=True) if here and one.missing_since is not None]
        if gone:
            twins = await self._twins(one.content_hash for one in gone)
            if twins:  # another file with the same content takes the document over
                await self._parts.queue([(path, 0) for path in twins])
        now = self._parts.clock()
        if gone or back:

            def write() -> None:
                with self._parts.store.write() as writer:
                    store.set_missing(writer, gone, now)
                    store.set_missing(writer, back, None)

            await self._parts.executors.run("store", write)
            self._parts.events.publish(DocumentsChanged(document_id=None))
        for one, here in zip(found, there, strict=True):
            if here and one.set_aside:
                await self._bring_back(one)
        return True

    async def _put_aside(self) -> None:
        """Delete the memories of documents that have been missing for too long, if the owner wants that."""
        if self._options.deleted != "forget":
            return
        latest = self._parts.clock() - timedelta(days=self._options.grace_days)
        missing = await self._own(lambda reader: store.missing_in(reader, self._row.path))
        for one in missing:
            if one.set_aside or one.missing_since is None or one.missing_since > latest:
                continue
            ids = await self._read(partial(store.alive, numbers=[one.number]))
            if not ids:
                continue
            action = await self._parts.shelf.put_aside(ids, f"The file {one.path} is gone.")
            await self._note_action(one, action)

    async def _bring_back(self, one: Placed) -> None:
        """The file is back: so are its memories."""
        with contextlib.suppress(MagrayError):  # its owner has undone that, or erased them: nothing is left to do
            await self._parts.shelf.bring_back(one.set_aside)
        await self._note_action(one, "")

    async def _note_action(self, one: Placed, action: str) -> None:
        def write() -> None:
            with self._parts.store.write() as writer:
                store.set_aside(writer, [one.number], action)

        await self._parts.executors.run("store", write)
        self._parts.events.publish(DocumentsChanged(document_id=one.id))

    async def _twins(self, contents: Iterable[str]) -> list[str]:
        """Files that are there and whose content other files stood for."""
        wanted = set(contents)
        if not wanted:
            return []
        paths = await self._read(lambda reader: store.twins(reader, wanted))
        return await self._parts.executors.run("io", lambda: [path for path in paths if split_path(path)[0].is_file()])

    async def _own(self, query: Callable[[Any], list[Placed]]) -> list[Placed]:
        """Documents of this folder without those of watched folders inside it, which look after their own."""
        found = await self._read(query)
        inner = tuple(prefix(path) for path in self._parts.nested(self._row.path))
        return [one for one in found if not one.path.startswith(inner)] if inner else found

    async def _read(self, query: Callable[[Any], T]) -> T:
        def read() -> T:
            with self._parts.store.read() as reader:
                return query(reader)

        return await self._parts.executors.run("query", read)


def _holds_something(folder: str) -> bool:
    """Blocking: a folder is there and not empty; where a disk was mounted there may be an empty one."""
    try:
        with os.scandir(folder) as entries:
            return next(entries, None) is not None
    except OSError:
        return False
