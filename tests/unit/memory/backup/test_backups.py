"""Backups as the engine offers them: by hand, by the clock, encrypted, on folders of all kinds, and around erasing."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from engine import (
    BackupError,
    BackupInfo,
    Engine,
    EngineClosedError,
    NewMemory,
    NotFoundError,
    Notice,
    PassphraseError,
    Settings,
    StoreReadOnlyError,
)
from engine.llm.kept_passphrase import KeptPassphrase
from engine.memory.backup import making
from engine.memory.backup.backups import Backups
from engine.scheduler import Turn
from tests.helpers.clock import FakeClock
from tests.helpers.memory_keys import MemoryKeys

VECTOR = (1.0, *[0.0] * 383)
PASSPHRASE = "correct horse battery"


def note(text: str) -> NewMemory:
    return NewMemory(text=text, layer="assets", vector=VECTOR)


@pytest.fixture
async def clocked(settings: Settings, fake_clock: FakeClock) -> AsyncIterator[Engine]:
    async with Engine.open(settings, clock=fake_clock) as engine:
        await engine.remember_many([note("one"), note("two")])
        yield engine


async def look(engine: Engine) -> str:
    """One run of the job, as the scheduler makes it."""

    async def breathe() -> None:
        await asyncio.sleep(0)

    job = engine._parts.backups.job()
    return await job.run(Turn(breathe=breathe, report=lambda _done, _words: None))


def names(found: list[BackupInfo]) -> list[str]:
    return [Path(one.path).name for one in found]


async def test_a_backup_is_listed_with_all_that_is_known_of_it(clocked: Engine, fake_clock: FakeClock) -> None:
    made = await clocked.back_up()
    assert (await clocked.backups()) == [made]
    assert made.memories == 2
    assert (made.documents, made.conversations, made.encrypted, made.reason) == (0, 0, False, "owner")
    assert made.created == made.verified_at == fake_clock.now()
    assert made.size == Path(made.path).stat().st_size
    assert made.problem is None
    fake_clock.advance(hours=1)
    checked = await clocked.check_backup(made.path)
    assert checked.verified_at == fake_clock.now()
    with Path(made.path).open("ab") as file:
        file.write(b"x")
    (changed,) = await clocked.backups()
    assert changed.verified_at is None  # it is another file now
    with pytest.raises(BackupError, match="damaged"):
        await clocked.check_backup(made.path)
    Path(made.path).write_bytes(b"nothing")
    (broken,) = await clocked.backups()
    assert broken.problem is not None
    assert broken.memories is None


async def test_it_can_be_made_anywhere_and_replaces_only_backups(clocked: Engine, tmp_path: Path) -> None:
    target = tmp_path / "mine.magray-backup"
    first = await clocked.back_up(target, PASSPHRASE)
    assert first.encrypted
    assert first.memories == 2  # known here, not from the file
    await clocked.remember_many([note("three")])
    assert (await clocked.back_up(target)).memories == 3
    (tmp_path / "letter.txt").write_text("dear friend")
    with pytest.raises(BackupError, match="no backup, so it was left"):
        await clocked.back_up(tmp_path / "letter.txt")
    assert (tmp_path / "letter.txt").read_text() == "dear friend"
    with pytest.raises(BackupError, match="is a folder"):
        await clocked.back_up(tmp_path)
    with pytest.raises(BackupError, match="not there"):
        await clocked.back_up(tmp_path / "stick" / "a.magray-backup")
    with pytest.raises(PassphraseError):
        await clocked.back_up(tmp_path / "b.magray-backup", "short")
    assert not list(tmp_path.glob(".*"))


@pytest.mark.skipif(os.geteuid() == 0, reason="permissions do not bind the superuser")
async def test_a_folder_that_cannot_be_written_is_told(clocked: Engine, tmp_path: Path) -> None:
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o500)
    with pytest.raises(StoreReadOnlyError, match="cannot be written"):
        await clocked.back_up(folder / "a.magray-backup")


async def test_writers_and_readers_go_on_while_a_backup_is_made(clocked: Engine, tmp_path: Path) -> None:
    for number in range(10):
        await clocked.remember_many([note(f"{number} {index} " + "text " * 100) for index in range(200)])
    making_it = asyncio.ensure_future(clocked.back_up(tmp_path / "a.magray-backup"))
    written = 0
    while not making_it.done():
        await clocked.remember_many([note(f"meanwhile {written}")])
        written += 1
    made = await making_it
    assert written > 3
    assert made.memories is not None
    assert 2002 <= made.memories <= 2002 + written
    await clocked.check_backup(made.path)
    assert len(await clocked.memories(limit=5000)) == 2002 + written


async def test_cancelling_leaves_nothing_half_written(clocked: Engine, tmp_path: Path) -> None:
    for number in range(5):
        await clocked.remember_many([note(f"{number} {index} " + "text " * 100) for index in range(200)])
    task = asyncio.ensure_future(clocked.back_up(tmp_path / "a.magray-backup"))
    scratch = clocked.settings.paths.backups
    while not any(scratch.glob("copy-*")):  # noqa: ASYNC110 - another thread makes it
        await asyncio.sleep(0.001)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not list(scratch.glob("copy-*"))
    assert not list(tmp_path.glob("*magray-backup*"))
    assert (await clocked.back_up()).memories == 1002


async def test_closing_ends_a_backup_at_once_and_leaves_nothing(settings: Settings, tmp_path: Path) -> None:
    engine = await Engine.open(settings)
    for number in range(5):
        await engine.remember_many([note(f"{number} {index} " + "text " * 100) for index in range(200)])
    task = asyncio.ensure_future(engine.back_up(tmp_path / "a.backup"))
    exporting = asyncio.ensure_future(engine.export_memories(tmp_path / "a.jsonl", vectors=True))
    scratch = engine.settings.paths.backups
    while not any(scratch.glob("copy-*")):  # noqa: ASYNC110 - another thread makes it
        await asyncio.sleep(0.001)
    await engine.close()
    with pytest.raises(EngineClosedError, match="given up"):
        await task
    await asyncio.wait([exporting])
    assert isinstance(exporting.exception(), EngineClosedError) or exporting.result() == 1000
    assert not list(scratch.glob("copy-*"))
    assert not list(tmp_path.glob("*a.backup*"))


async def test_a_backup_of_any_name_is_known(clocked: Engine, tmp_path: Path) -> None:
    doomed = await clocked.remember("the doomed one", layer="assets")
    made = await clocked.back_up(tmp_path / "sunday")
    await clocked.delete_memories([doomed.id], erase=True)
    (one,) = await clocked.backups()
    assert (one.path, one.holds_erased) == (made.path, True)
    await clocked.restore(made.path)
    assert await clocked.delete_backups([made.path]) == 1


async def test_the_schedule_follows_the_clock_and_keeps_so_many(clocked: Engine, fake_clock: FakeClock) -> None:
    await clocked.change_option("backup.every", "daily")
    await clocked.change_option("backup.kept", 2)
    assert "2 memories" in await look(clocked)
    assert await look(clocked) == ""
    plan = await clocked.backup_plan()
    assert plan.last == fake_clock.now()
    assert plan.due == fake_clock.now() + timedelta(days=1)
    mine = await clocked.back_up()
    for _ in range(4):
        fake_clock.advance(days=1, minutes=1)
        assert await look(clocked)
    found = await clocked.backups()
    assert [one.reason for one in found].count("schedule") == 2
    assert mine.path in [one.path for one in found]  # the owner's own stays
    fake_clock.advance(hours=23)
    assert await look(clocked) == ""
    await clocked.change_option("backup.every", "off")
    fake_clock.advance(days=100)
    assert await look(clocked) == ""
    assert (await clocked.backup_plan()).due is None


async def test_a_clock_that_was_wrong_stops_no_backup(clocked: Engine, fake_clock: FakeClock) -> None:
    await clocked.change_option("backup.every", "weekly")
    await clocked.change_option("backup.kept", 1)
    fake_clock.jump(timedelta(days=366))
    assert await look(clocked)
    fake_clock.jump(timedelta(days=-366))
    assert await look(clocked)  # what was made in a year tells nothing
    (left,) = await clocked.backups()
    assert left.created == fake_clock.now()
    assert await look(clocked) == ""
    fake_clock.advance(days=7)
    assert await look(clocked)


async def test_backups_of_another_computer_in_the_same_folder_stay(
    clocked: Engine, fake_clock: FakeClock, tmp_path: Path
) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    for data in ("a", "b"):
        async with Engine.open(
            Settings(data_dir=tmp_path / data, backup={"folder": str(shared), "kept": 1}), clock=fake_clock
        ) as other:
            await other.remember_many([note(data)])
            fake_clock.advance(days=8)
            assert await look(other)
            fake_clock.advance(days=8)
            assert await look(other)
    assert len(list(shared.glob("*.magray-backup"))) == 2


async def test_a_folder_that_went_away_is_told_once(clocked: Engine, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    await clocked.change_option("backup.folder", str(stick))
    assert (await clocked.backup_plan()).folder == str(stick)
    made = await clocked.back_up()
    assert Path(made.path).parent == stick
    Path(made.path).unlink()
    stick.rmdir()
    heard: list[str] = []
    clocked.events.subscribe(lambda event: heard.append(event.text) if isinstance(event, Notice) else None)
    for _ in range(3):
        with pytest.raises(BackupError, match="Plug in its disk"):
            await look(clocked)
    assert len(heard) == 1
    assert not stick.exists()


async def test_an_encrypted_schedule_takes_its_passphrase_from_the_key_store(
    settings: Settings, fake_clock: FakeClock, tmp_path: Path
) -> None:
    keys = MemoryKeys()
    async with Engine.open(settings, clock=fake_clock) as engine:
        engine._parts.backups = backups = with_keys(engine, fake_clock, keys)
        await engine.change_option("backup.encrypted", True)
        assert (await engine.backup_plan()).passphrase_known is False
        with pytest.raises(PassphraseError, match="no passphrase is kept"):
            await look(engine)
        with pytest.raises(PassphraseError, match="at least"):
            await engine.keep_backup_passphrase("short")
        await engine.keep_backup_passphrase(PASSPHRASE)
        assert (await engine.backup_plan()).passphrase_known is True
        assert await look(engine)
        (made,) = await engine.backups()
        assert made.encrypted
        await engine.check_backup(made.path, PASSPHRASE)
        keys.broken = True
        with pytest.raises(BackupError, match="did not open"):
            await engine.keep_backup_passphrase(PASSPHRASE)
        with pytest.raises(BackupError, match="did not open"):
            await backups.back_up()
        keys.broken = False
        await engine.keep_backup_passphrase(None)
        assert keys.kept == {}


async def test_without_a_key_store_it_says_so(clocked: Engine, fake_clock: FakeClock) -> None:
    clocked._parts.backups = with_keys(clocked, fake_clock, None)
    await clocked.change_option("backup.encrypted", True)
    assert (await clocked.backup_plan()).passphrase_known is None
    with pytest.raises(BackupError, match="no store for keys"):
        await clocked.back_up()
    with pytest.raises(BackupError, match="no store for keys"):
        await clocked.keep_backup_passphrase(PASSPHRASE)
    assert (await clocked.back_up(passphrase=PASSPHRASE)).encrypted  # by hand it can be


def with_keys(engine: Engine, clock: FakeClock, keys: MemoryKeys | None) -> Backups:
    parts = engine._parts
    return Backups(
        store=parts.store,
        shelf=parts.backups._shelf,
        executors=parts.executors,
        events=engine.events,
        settings=engine.settings.backup,
        passphrases=KeptPassphrase(lambda: keys),
        clock=clock,
    )


async def test_a_restore_by_the_engine_comes_with_the_next_start(settings: Settings, tmp_path: Path) -> None:
    async with Engine.open(settings) as engine:
        await engine.remember("the boat leaves at nine", layer="assets")
        talk = await engine.create_conversation("talk")
        made = await engine.back_up(tmp_path / "a.magray-backup", PASSPHRASE)
        await engine.remember("this came later", layer="assets")
        await engine.erase_conversation(talk.id)
        with pytest.raises(PassphraseError):
            await engine.restore(made.path)
        assert (await engine.restore(made.path, PASSPHRASE)).path == made.path
        assert (await engine.backup_plan()).waits_for_restart
        assert await engine.give_up_restore()
        assert not await engine.give_up_restore()
        await engine.restore(made.path, PASSPHRASE)
        assert len(await engine.memories()) == 2
    for data in (settings, Settings(data_dir=tmp_path / "another computer")):
        if data is not settings:
            async with Engine.open(data) as engine:
                await engine.restore(made.path, PASSPHRASE)
        async with Engine.open(data) as engine:
            heard: list[str] = []
            engine.events.subscribe(
                lambda event, heard=heard: heard.append(event.text) if isinstance(event, Notice) else None
            )
            assert any("was restored" in text for text in heard)
            assert [one.text for one in await engine.memories()] == ["the boat leaves at nine"]
            assert [one.title for one in await engine.conversations()] == ["talk"]
            (hit,) = await engine.recall("When does the boat leave?")
            assert hit.memory.text == "the boat leaves at nine"
            assert (await engine.verify()).problems == ()
            kept = [one for one in await engine.backups() if one.reason == "restore"]
            assert len(kept) == (1 if data is settings else 0)


async def test_backups_that_hold_what_was_erased_are_named_and_deleted(clocked: Engine, tmp_path: Path) -> None:
    doomed = await clocked.remember("the doomed one", layer="assets")
    plain = await clocked.back_up()
    sealed = await clocked.back_up(tmp_path / "sealed.magray-backup", PASSPHRASE)
    away = await clocked.back_up(tmp_path / "away.magray-backup")
    Path(away.path).rename(tmp_path / "unplugged")
    heard: list[Notice] = []
    clocked.events.subscribe(lambda event: heard.append(event) if isinstance(event, Notice) else None)
    await clocked.delete_memories([doomed.id], erase=True)
    (notice,) = heard
    assert notice.action == "show_backups"
    assert Path(plain.path).name in notice.text
    assert "sealed.magray-backup" in notice.text
    assert "out of reach may hold it, too: away.magray-backup" in notice.text
    later = await clocked.back_up(tmp_path / "later.magray-backup")
    (tmp_path / "unplugged").rename(away.path)
    marked = {one.path for one in await clocked.backups() if one.holds_erased}
    assert marked == {plain.path, sealed.path, away.path}
    storage = next(one for one in (await clocked.status()).components if one.name == "storage")
    assert storage.figures["copies_with_erased"] == 3
    with pytest.raises(NotFoundError, match="Nothing was deleted"):
        await clocked.delete_backups([plain.path, clocked.settings.paths.database])
    assert await clocked.delete_backups(marked) == 3
    assert [one.path for one in await clocked.backups()] == [later.path]
    storage = next(one for one in (await clocked.status()).components if one.name == "storage")
    assert storage.figures["copies_with_erased"] == 0


async def test_a_conversation_without_memories_is_found_in_backups_too(clocked: Engine) -> None:
    talk = await clocked.create_conversation("talk")
    made = await clocked.back_up()
    await clocked.erase_conversation(talk.id)
    (one,) = await clocked.backups()
    assert (one.path, one.holds_erased) == (made.path, True)


async def test_what_is_erased_while_a_backup_is_made_is_not_in_it(
    clocked: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    doomed = await clocked.remember_many([note(f"doomed {number}") for number in range(4)])
    erased: list[str] = []
    loop = asyncio.get_running_loop()
    make = making.make

    def slow(*arguments: object, **named: object) -> making.Made:
        made = make(*arguments, **named)  # type: ignore[arg-type]
        if len(erased) < len(doomed) and how_often > len(erased):
            one = doomed[len(erased)].id
            erased.append(one)
            asyncio.run_coroutine_threadsafe(clocked.delete_memories([one], erase=True), loop).result(30)
        return made

    monkeypatch.setattr(making, "make", slow)
    how_often = 1
    made = await clocked.back_up(tmp_path / "a.magray-backup")
    assert made.memories == 5
    assert not made.holds_erased
    how_often = 4
    made = await clocked.back_up(tmp_path / "b.magray-backup")  # each attempt again: then it is named
    assert made.holds_erased
    assert len(erased) == 4


async def test_the_ledger_may_be_lost_or_damaged(clocked: Engine) -> None:
    made = await clocked.back_up()
    ledger = clocked.settings.paths.backups / "backups.json"
    for damage in (b"", b"[]", b'{"a": 1}', b'{"a": {"size": "x"}}', b"\xff\xfe"):
        ledger.write_bytes(damage)
        (one,) = await clocked.backups()
        assert (one.path, one.verified_at, one.memories) == (made.path, None, 2)
    ledger.unlink()
    await clocked.check_backup(made.path)
    assert (await clocked.backups())[0].verified_at is not None


async def test_plain_copies_of_older_versions_are_listed(clocked: Engine) -> None:
    folder = clocked.settings.paths.backups
    with sqlite3.connect(folder / "magray-format1-20250101-000000.db") as copy:
        clocked._parts.store.writer.connection().backup(copy)
    copy.close()
    (folder / "other.db").write_bytes(b"no database")
    found = {Path(one.path).name: one for one in await clocked.backups()}
    assert found["magray-format1-20250101-000000.db"].memories == 2
    assert found["other.db"].problem is not None


async def test_a_damaged_database_is_not_backed_up(clocked: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    from engine.memory.store import copies

    monkeypatch.setattr(copies, "problems", lambda copy: ["row 1 missing from index memory_id"])
    with pytest.raises(BackupError, match="The database is damaged"):
        await clocked.back_up()
    assert await clocked.backups() == []


async def test_a_restore_that_waits_and_damaged_files_are_named_too(clocked: Engine, tmp_path: Path) -> None:
    doomed = await clocked.remember("the doomed one", layer="assets")
    made = await clocked.back_up(tmp_path / "a.magray-backup")
    await clocked.restore(made.path)
    damaged = clocked.settings.paths.backups / "magray-damaged-2026-01-01-000000.damaged"
    damaged.write_bytes(b"torn")
    damaged.with_name(f"{damaged.name}-wal").write_bytes(b"torn")
    heard: list[Notice] = []
    clocked.events.subscribe(lambda event: heard.append(event) if isinstance(event, Notice) else None)
    await clocked.delete_memories([doomed.id], erase=True)
    (notice,) = heard
    assert "magray.db.restore" in notice.text
    assert damaged.name in notice.text
    held = {one.path for one in await clocked.backups() if one.holds_erased}
    assert held == {made.path, str(damaged)}
    assert await clocked.delete_backups(held) == 2
    assert list(clocked.settings.paths.backups.glob("*damaged*")) == []
    assert await clocked.give_up_restore()
    storage = next(one for one in (await clocked.status()).components if one.name == "storage")
    assert storage.figures["copies_with_erased"] == 0
