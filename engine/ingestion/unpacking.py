"""Lays what is inside archives out on the disk, a row for each, and clears up behind it."""

from __future__ import annotations

import logging
import shutil
import uuid
from collections import Counter
from pathlib import Path

from engine import values
from engine.executors import Executors
from engine.ingestion.archives import SEPARATOR
from engine.ingestion.drafts import Container
from engine.ingestion.names import file_name
from engine.ingestion.worker_client import Worker, WorkerError
from engine.memory.store import ingest_files
from engine.memory.store.database import Database
from engine.memory.store.ingest_files import Row
from engine.settings import Settings
from engine.values import FileState

_log = logging.getLogger(__name__)


class Unpacking:
    """Unpacks archives into a folder of the cache that lives as long as a row of theirs is not final."""

    def __init__(
        self, *, store: Database, executors: Executors, worker: Worker, settings: Settings, folder: Path
    ) -> None:
        self._store = store
        self._executors = executors
        self._worker = worker
        self._options = settings.ingestion
        self._folder = folder
        self._unpacked: Counter[str] = Counter()
        self._open: Counter[str] = Counter()

    def restore(self) -> list[Row]:
        """Blocking, at the start: clear up after the last time.

        Returns:
            Archives that must be unpacked again, since rows of theirs wait and their bytes are gone.
        """
        with self._store.write() as writer:
            waiting = [row for row in ingest_files.in_state(writer, _OPEN_STATES) if row.root is not None]
            lost = [row for row in waiting if not (row.staged and Path(row.staged).is_file())]
            roots = {row.root for row in lost if row.root is not None}
            gone = [row for row in waiting if row.root in roots]
            ingest_files.remove(writer, [row.file.id for row in gone])
            again = [row.having(state=FileState.QUEUED, reason=None) for row in ingest_files.by_ids(writer, roots)]
            ingest_files.update(writer, again)
        kept = {row.root for row in waiting if row.root not in roots}
        if self._folder.is_dir():
            for folder in self._folder.iterdir():
                if folder.name not in kept:
                    _remove(folder)
        for row in waiting:
            if row.root in kept and row.root is not None:
                self._open[row.root] += 1
                self._unpacked[row.root] += row.file.size
        return again

    async def unpack(self, container: Container) -> list[Row]:
        """Unpack an archive.

        Returns:
            The rows of what lies in it; those that could not be unpacked are final.

        Raises:
            WorkerError: it cannot be opened.
        """
        row = container.row
        if row.depth >= self._options.max_archive_depth:
            raise WorkerError(
                f"archives nested deeper than {self._options.max_archive_depth} are not opened "
                "(ingestion.max_archive_depth)",
                skipped=True,
            )
        root = row.root or row.file.id
        left = (self._options.max_archive_mb << 20) - self._unpacked[root]
        target = self._folder / root / row.file.id
        await self._executors.run("io", _fresh, target)
        try:
            reply = await self._worker.ask(
                "unpack",
                seconds=self._options.file_seconds,
                path=str(container.path),
                name=file_name(row.file.path),
                media_type=container.media_type,
                target=str(target),
                total_bytes=max(0, left),
                member_bytes=self._options.max_file_mb << 20,
            )
        except BaseException:
            if not self._open[root]:
                await self._executors.run("io", _remove, target)
            raise
        members = [self._member(row, root, found) for found in reply.head["members"]]
        waiting = [member for member in members if not member.file.state.final]
        self._unpacked[root] += sum(member.file.size for member in waiting)
        self._open[root] += len(waiting)
        return members

    async def final(self, row: Row) -> None:
        """A row got its final state: where it was the last of its archive, what was unpacked goes."""
        if row.root is None or row.staged is None or not self._open[row.root]:
            return
        self._open[row.root] -= 1
        if not self._open[row.root]:
            del self._open[row.root]
            del self._unpacked[row.root]
            await self._executors.run("io", _remove, self._folder / row.root)

    def _member(self, row: Row, root: str, found: dict[str, object]) -> Row:
        reason = found["reason"]
        state = FileState.QUEUED if reason is None else FileState.SKIPPED if found["skipped"] else FileState.FAILED
        file = values.IngestFile(
            id=uuid.uuid4().hex,
            path=f"{row.file.path}{SEPARATOR}{found['name']}",
            state=state,
            reason=None if reason is None else str(reason),
            size=int(str(found["size"])),
            batch=row.file.batch,
        )
        staged = str(found["file"]) or None
        return Row(file=file, parent=row.file.id, root=root, depth=row.depth + 1, staged=staged)


def summary(row: Row, members: list[Row]) -> Row:
    """The row of an archive that was unpacked, in its final state."""
    if not members:
        return row.having(state=FileState.SKIPPED, reason="the archive is empty")
    if all(member.file.state.final for member in members):
        reasons = {member.file.reason for member in members}
        reason = reasons.pop() if len(reasons) == 1 else "none of the files in it could be unpacked"
        return row.having(state=FileState.SKIPPED, reason=reason)
    count = len(members)
    files = "1 file, which has a row of its own" if count == 1 else f"{count} files, each with a row of its own"
    return row.having(state=FileState.DONE, reason=f"an archive of {files}")


_OPEN_STATES = tuple(state for state in FileState if not state.final)


def _fresh(folder: Path) -> None:
    _remove(folder)
    folder.mkdir(mode=0o700, parents=True)


def _remove(folder: Path) -> None:
    try:
        shutil.rmtree(folder)
    except FileNotFoundError:
        return
    except OSError as error:
        _log.warning("%s could not be removed (%s); the next start tries again", folder, error)
