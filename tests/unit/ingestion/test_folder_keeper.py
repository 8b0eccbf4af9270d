"""One watched folder with the system's real events, a real database, and a list in place of the queue."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from engine import Settings
from engine.events import EventBus
from engine.executors import Executors
from engine.ingestion import folder_events, folder_keeper, folder_waiting
from engine.ingestion.folder_events import EventsError
from engine.ingestion.folder_keeper import FolderKeeper
from engine.ingestion.watch_parts import WatchParts
from engine.memory.migrations import migrate
from engine.memory.store import documents, watched_folders
from engine.memory.store.database import Database
from engine.memory.store.documents import NewDocument
from engine.memory.store.watched_folders import FolderRow, Known
from tests.helpers.clock import FakeClock

QUIET = 0.2


async def until(condition: Callable[[], Any], seconds: float = 30.0) -> None:
    """Wait until something is so; fails after a limit that no sound computer reaches."""
    end = time.monotonic() + seconds
    while True:
        found = condition()
        if await found if isinstance(found, Awaitable) else found:
            return
        assert time.monotonic() < end, "it never came"
        await asyncio.sleep(0.02)


class NoShelf:
    """Nothing is put on it here; the engine's own is tested with the engine."""

    async def put_aside(self, ids: Sequence[str], reason: str) -> str:
        raise AssertionError(reason)

    async def bring_back(self, action: str) -> None:
        raise AssertionError(action)


@dataclass
class Stand:
    """A folder, its keeper, and what was queued."""

    folder: Path
    store: Database
    executors: Executors
    parts: WatchParts
    queued: list[str] = field(default_factory=list)
    changes: int = 0
    keepers: list[FolderKeeper] = field(default_factory=list)

    async def keep(self, *ignore: str) -> FolderKeeper:
        keeper = FolderKeeper(await self.executors.run("store", self._row, ignore), self.parts)
        self.keepers.append(keeper)
        keeper.start()
        await keeper.look_through()
        return keeper

    async def again(self) -> FolderKeeper:
        """As after a start of the program."""
        await self.keepers.pop().close()
        self.queued.clear()
        keeper = FolderKeeper((await self.rows())[0], self.parts)
        self.keepers.append(keeper)
        keeper.start()
        await keeper.look_through()
        return keeper

    def _row(self, ignore: Sequence[str]) -> FolderRow:
        with self.store.write() as writer:
            return watched_folders.add(writer, str(self.folder), ignore=ignore, at=self.parts.clock())

    async def rows(self) -> list[FolderRow]:
        def read() -> list[FolderRow]:
            with self.store.read() as reader:
                return watched_folders.folders(reader)

        return await self.executors.run("query", read)

    async def known(self) -> dict[bytes, Known]:
        def read() -> dict[bytes, Known]:
            with self.store.read() as reader:
                return watched_folders.known_files(reader, 1)

        return await self.executors.run("query", read)

    async def remember(self, name: str) -> None:
        """A document as the pipeline would have made it."""
        path = self.folder / name
        new = NewDocument(
            id=f"id of {name}",
            path=str(path),
            title=name,
            media_type="text/plain",
            size=1,
            modified_ns=1,
            content_hash=f"hash of {name}",
            paged=False,
            pages=("words",),
            pages_without_text=0,
        )

        def write() -> None:
            with self.store.write() as writer:
                documents.save(self.store, writer, new, [], model="m", dimensions=4)

        await self.executors.run("store", write)

    async def missing(self) -> set[str]:
        def read() -> set[str]:
            with self.store.read() as reader:
                return {Path(one.path).name for one in documents.listing(reader) if one.missing_since is not None}

        return await self.executors.run("query", read)

    def names(self) -> set[str]:
        return {Path(path).relative_to(self.folder).as_posix() for path in self.queued}


@pytest.fixture
async def stand(tmp_path: Path) -> AsyncIterator[Stand]:
    folder = tmp_path / "papers"
    folder.mkdir()
    settings = Settings(data_dir=tmp_path / "data", watch={"quiet_seconds": QUIET})
    settings.paths.create()
    executors = Executors()
    store = Database(settings.paths.database, lock_path=settings.paths.lock)
    await executors.run("store", store.open)
    await executors.run("store", lambda: migrate(store, backups=settings.paths.backups))

    async def queue(files: Sequence[tuple[str, int]]) -> None:
        made.queued += [path for path, _ in files]

    def changed() -> None:
        made.changes += 1

    parts = WatchParts(
        store=store,
        executors=executors,
        events=EventBus(),
        settings=settings,
        own_folders=(settings.paths.data,),
        clock=FakeClock(),
        queue=queue,
        nested=lambda _: frozenset(),
        changed=changed,
        shelf=NoShelf(),
    )
    made = Stand(folder, store, executors, parts)
    yield made
    for keeper in made.keepers:
        await keeper.close()
    await executors.run("store", store.close)
    executors.close()


async def test_what_is_there_and_what_comes(stand: Stand) -> None:
    (stand.folder / "old.txt").write_text("words")
    keeper = await stand.keep("*.log")
    await until(lambda: stand.names() == {"old.txt"})
    assert keeper.state == "watching"
    (stand.folder / "new.txt").write_text("words")
    (stand.folder / "new.log").write_text("words")
    (stand.folder / "deep" / "deeper").mkdir(parents=True)
    (stand.folder / "deep" / "deeper" / "x.txt").write_text("words")
    await until(lambda: stand.names() == {"old.txt", "new.txt", "deep/deeper/x.txt"})
    (stand.folder / "deep" / "deeper" / "y.txt").write_text("a folder that came later is heard, too")
    await until(lambda: "deep/deeper/y.txt" in stand.names())
    stand.queued.clear()
    (stand.folder / "old.txt").write_text("other words")
    await until(lambda: stand.names() == {"old.txt"})


async def test_nothing_is_read_twice_over_a_restart_and_nothing_is_missed(stand: Stand) -> None:
    for name in ("a.txt", "b.txt", "c.txt"):
        (stand.folder / name).write_text("words")
    await stand.keep()
    await until(lambda: len(stand.queued) == 3)
    await until(lambda: _length(stand.known(), 3))
    await stand.keepers[0].close()
    (stand.folder / "b.txt").write_text("other words")
    (stand.folder / "c.txt").unlink()
    (stand.folder / "d.txt").write_text("words")
    await stand.again()
    await until(lambda: stand.names() == {"b.txt", "d.txt"})
    await until(lambda: _length(stand.known(), 3))


async def _length(awaitable: Awaitable[Any], length: int) -> bool:
    return len(await awaitable) == length


async def test_a_file_that_is_being_written_waits(stand: Stand) -> None:
    await stand.keep()
    path = stand.folder / "long.txt"
    still = threading.Event()
    seen_early: list[bool] = []

    def write() -> None:
        with path.open("w") as file:
            for number in range(60):
                file.write(f"line {number}\n")
                file.flush()
                seen_early.append(bool(stand.queued))
                time.sleep(0.02)
        still.set()

    await asyncio.to_thread(write)
    assert still.is_set()
    assert not any(seen_early)
    await until(lambda: stand.names() == {"long.txt"})


async def test_a_file_that_is_never_quiet_is_read_at_last(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder_waiting, "_LONGEST_WAIT", 0.6)
    await stand.keep()
    path = stand.folder / "log.txt"
    stop = threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            with path.open("a") as file:
                file.write(f"line {number}\n")
            number += 1
            time.sleep(0.01)

    writer = asyncio.create_task(asyncio.to_thread(write))
    try:
        await until(lambda: "log.txt" in stand.names())
    finally:
        stop.set()
        await writer


async def test_ten_thousand_changes_at_once(stand: Stand) -> None:
    keeper = await stand.keep()
    most = 0
    hear = keeper._hear

    def count(paths: set[str], moved: set[str]) -> None:
        nonlocal most
        hear(paths, moved)
        most = max(most, len(keeper._dirty))

    keeper._hear = count  # type: ignore[method-assign]

    def checkout() -> None:
        for number in range(10_000):
            if number < 10:
                (stand.folder / str(number)).mkdir()
            (stand.folder / str(number % 10) / f"{number}.txt").touch()

    await asyncio.to_thread(checkout)
    await until(lambda: len(set(stand.queued)) == 10_000, 60)
    assert most <= folder_keeper.MOST_SINGLE
    assert len(stand.queued) == 10_000


async def test_more_files_than_may_wait_are_read_in_turns(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder_waiting, "MOST", 10)
    for number in range(35):
        folder = stand.folder / str(number // 5)
        folder.mkdir(exist_ok=True)
        (folder / f"{number}.txt").write_text("words")
    await stand.keep()
    await until(lambda: len(stand.queued) == 35)
    assert len(set(stand.queued)) == 35


async def test_a_folder_that_vanishes_forgets_nothing(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder_keeper, "_AWAY_SECONDS", 0.1)
    (stand.folder / "a.txt").write_text("words")
    await stand.remember("a.txt")
    keeper = await stand.keep()
    await until(lambda: stand.names() == {"a.txt"})
    away = stand.folder.rename(stand.folder.with_name("unplugged"))
    await until(lambda: keeper.state == "away")
    assert "its documents are kept" in (keeper.problem or "")
    await keeper.look_through()
    assert await stand.missing() == set()

    async def kept() -> bool:
        return (await stand.rows())[0].problem == keeper.problem

    await until(kept)
    stand.queued.clear()
    (away / "b.txt").write_text("words")
    away.rename(stand.folder)
    await until(lambda: stand.names() == {"b.txt"})
    await until(lambda: keeper.state == "watching" and keeper.problem is None)
    (stand.folder / "c.txt").write_text("words")
    await until(lambda: stand.names() == {"b.txt", "c.txt"})


async def test_an_empty_folder_where_a_disk_was_forgets_nothing(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder_keeper, "_AWAY_SECONDS", 0.1)
    (stand.folder / "a.txt").write_text("words")
    await stand.remember("a.txt")
    keeper = await stand.keep()
    (stand.folder / "a.txt").rename(stand.folder.with_name("a.txt"))
    await keeper.look_through()
    assert keeper.state == "away"
    assert "empty now" in (keeper.problem or "")
    assert await stand.missing() == set()
    (stand.folder.with_name("a.txt")).rename(stand.folder / "a.txt")
    await until(lambda: keeper.state == "watching")


async def test_a_file_that_goes_is_missing_until_it_is_back(stand: Stand) -> None:
    for name in ("a.txt", "b.txt"):
        (stand.folder / name).write_text("words")
        await stand.remember(name)
    await stand.keep()
    (stand.folder / "a.txt").unlink()

    async def gone() -> bool:
        return await stand.missing() == {"a.txt"}

    async def back() -> bool:
        return await stand.missing() == set()

    await until(gone)
    (stand.folder / "a.txt").write_text("words")
    await until(back)
    shutil.rmtree(stand.folder / "none", ignore_errors=True)


async def test_files_that_went_while_magray_was_closed_are_missing(stand: Stand) -> None:
    for name in ("a.txt", "b.txt"):
        (stand.folder / name).write_text("words")
        await stand.remember(name)
    await stand.keep()
    await stand.keepers[0].close()
    (stand.folder / "b.txt").unlink()
    await stand.again()

    async def missing() -> bool:
        return await stand.missing() == {"b.txt"}

    await until(missing)


@pytest.mark.parametrize("why", ["the system's limit of watched folders is reached"])
async def test_where_the_system_tells_nothing_the_folder_is_looked_through(
    stand: Stand, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    class Polling:
        poll_minutes = 0.002
        quiet_seconds = 0.05
        gitignore = True
        deleted = "keep"

    def refuse(folders: Sequence[str]) -> None:
        raise EventsError(why)

    monkeypatch.setattr(folder_events, "_open", refuse)
    (stand.folder / "a.txt").write_text("words")
    row = await stand.executors.run("store", stand._row, ())
    keeper = FolderKeeper(row, stand.parts)
    monkeypatch.setattr(keeper, "_options", Polling())
    stand.keepers.append(keeper)
    keeper.start()
    await until(lambda: stand.names() == {"a.txt"})
    await until(lambda: keeper.state == "polling")
    assert why in (keeper.problem or "")
    assert "looked through every" in (keeper.problem or "")
    (stand.folder / "b.txt").write_text("words")
    await until(lambda: stand.names() == {"a.txt", "b.txt"})


async def test_when_the_system_stops_telling_the_folder_is_looked_through(stand: Stand) -> None:
    keeper = await stand.keep()
    assert keeper._events is not None
    keeper._deaf("the system stopped telling of changes")
    (stand.folder / "a.txt").write_text("words")
    await until(lambda: stand.names() == {"a.txt"})
    assert keeper.state == "polling"
    await keeper.look_through()  # by and by it is tried again
    assert keeper.state == "watching"


def test_an_end_of_the_telling_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def watch(self, *_: object) -> set[tuple[int, str]]:
            raise RuntimeError("the queue overflowed")

        def close(self) -> None:
            return None

    why: list[str] = []
    monkeypatch.setattr(folder_events, "_open", lambda _: Broken())
    events = folder_events.FolderEvents([str(tmp_path)], heard=lambda *_: None, failed=why.append)
    events.close()
    assert why in ([], ["the system stopped telling of changes"])  # closed before it could say so, or behind it


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(28, "No space left on device"), "limit of watched folders"),
        (RuntimeError("OS file watch limit reached."), "limit of watched folders"),
        (PermissionError(13, "Permission denied"), "does not tell of changes there"),
    ],
)
def test_every_refusal_of_the_system_has_its_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, said: str
) -> None:
    def refuse(*_: object) -> None:
        raise error

    monkeypatch.setattr("watchfiles._rust_notify.RustNotify", refuse)
    with pytest.raises(EventsError, match=said):
        folder_events.FolderEvents([str(tmp_path)], heard=lambda *_: None, failed=lambda _: None)


def test_the_limits_of_the_system_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(*_: object) -> None:
        return None

    with pytest.raises(EventsError, match="went while"):
        folder_events.FolderEvents([str(tmp_path / "none")], heard=nothing, failed=nothing)
    monkeypatch.setattr(folder_events, "MOST_FOLDERS", 1)
    with pytest.raises(EventsError, match="more than 1 folders"):
        folder_events.FolderEvents([str(tmp_path), str(tmp_path)], heard=nothing, failed=nothing)


async def test_a_full_disk_is_told_and_tried_again(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    from engine.errors import StoreFullError

    monkeypatch.setattr(folder_keeper, "_AGAIN_SECONDS", 0.1)
    full = True
    write = watched_folders.note_files

    def note(*args: Any) -> None:
        if full:
            raise StoreFullError("The disk is full.")
        write(*args)

    monkeypatch.setattr(watched_folders, "note_files", note)
    (stand.folder / "a.txt").write_text("words")
    keeper = await stand.keep()
    await until(lambda: keeper.problem == "The disk is full.")
    full = False
    await until(lambda: _length(stand.known(), 1))
    await until(lambda: keeper.problem is None)


@pytest.mark.expected_logs("watched folder .* could not be looked at")
async def test_a_failure_of_its_own_is_told_and_tried_again(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder_keeper, "_AGAIN_SECONDS", 0.1)
    broken = True
    scan = folder_keeper.scan

    def look(*args: Any, **options: Any) -> Any:
        if broken:
            raise RuntimeError("a mistake")
        return scan(*args, **options)

    monkeypatch.setattr(folder_keeper, "scan", look)
    (stand.folder / "a.txt").write_text("words")
    keeper = await stand.keep()
    assert "a mistake" in (keeper.problem or "")
    broken = False
    await until(lambda: stand.names() == {"a.txt"})
    await until(lambda: keeper.problem is None)


async def test_other_patterns_in_a_git_file_hold_at_once(stand: Stand) -> None:
    (stand.folder / ".gitignore").write_text("*.log\n.gitignore\n")
    (stand.folder / "a.log").write_text("words")
    await stand.keep()
    await asyncio.sleep(QUIET)
    assert stand.queued == []
    (stand.folder / ".gitignore").write_text(".gitignore\n")
    await until(lambda: stand.names() == {"a.log"})


@pytest.mark.skipif(os.name != "posix", reason="links of POSIX")
async def test_links_in_circles_and_out(stand: Stand, tmp_path: Path) -> None:
    (stand.folder / "loop").symlink_to(stand.folder, target_is_directory=True)
    (stand.folder / "everything").symlink_to("/", target_is_directory=True)
    (stand.folder / "a.txt").write_text("words")
    keeper = await stand.keep()
    await until(lambda: stand.names() == {"a.txt"})
    assert keeper._events is not None
    assert keeper._events.folders == {str(stand.folder)}


@pytest.mark.skipif(os.name != "posix" or sys.platform == "darwin", reason="names of any bytes, as Linux takes them")
async def test_a_name_that_is_no_text_makes_nobody_deaf(stand: Stand) -> None:
    keeper = await stand.keep()
    with open(os.fsencode(stand.folder) + b"/caf\xe9.txt", "w") as file:  # noqa: PTH123 - a path of bytes
        file.write("words")
    (stand.folder / "a.txt").write_text("words")
    await until(lambda: stand.names() == {"a.txt"})
    (stand.folder / "b.txt").write_text("words")
    await until(lambda: stand.names() == {"a.txt", "b.txt"})
    assert keeper.state == "watching"


async def test_a_folder_that_comes_again_by_its_name_is_heard(stand: Stand) -> None:
    inner = stand.folder / "inner"
    inner.mkdir()
    (stand.folder / "stays.txt").write_text("words")
    await stand.keep()
    for number in range(3):
        shutil.rmtree(inner)
        inner.mkdir()
        (inner / f"{number}.txt").write_text("words")
        await until(lambda number=number: f"inner/{number}.txt" in stand.names())  # type: ignore[misc]
        (inner / f"{number}-later.txt").write_text("words")
        await until(lambda number=number: f"inner/{number}-later.txt" in stand.names())  # type: ignore[misc]


async def test_the_watched_folder_itself_may_come_again(stand: Stand) -> None:
    (stand.folder / "a.txt").write_text("words")
    await stand.keep()
    await until(lambda: stand.names() == {"a.txt"})
    shutil.rmtree(stand.folder)
    stand.folder.mkdir()
    (stand.folder / "b.txt").write_text("words")
    await until(lambda: "b.txt" in stand.names())
    (stand.folder / "c.txt").write_text("words")
    await until(lambda: "c.txt" in stand.names())
