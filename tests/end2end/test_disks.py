"""A disk that fills and one that cannot be written, for real: small tmpfs mounts, which only a superuser may make."""

import asyncio
import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine import BackupError, Engine, FileState, NewMemory, Settings, StoreError, StoreFullError, StoreReadOnlyError

pytestmark = [pytest.mark.end2end, pytest.mark.skipif(sys.platform != "linux", reason="mounts are made the Linux way")]

Mount = Callable[[str], Path]


@pytest.fixture
def mount(tmp_path: Path) -> Iterator[Mount]:
    place = tmp_path / "disk"
    place.mkdir()
    if os.geteuid() != 0:
        pytest.skip("only a superuser may mount")

    def make(options: str) -> Path:
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)], capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            pytest.skip(f"this machine allows no mounts ({done.stderr.strip()})")
        return place

    yield make
    subprocess.run(["umount", "-l", str(place)], capture_output=True, check=False)


def remount(disk: Path, options: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{options}", str(disk)], check=True)


@pytest.mark.expected_logs(".*")
async def test_a_full_disk_loses_nothing_that_was_acknowledged(mount: Mount) -> None:
    disk = mount("size=6m")
    kept: list[str] = []
    async with Engine.open(Settings(data_dir=disk / "data")) as engine:
        vector = [1.0, *[0.0] * 383]
        with pytest.raises(StoreFullError, match="kept"):
            for number in range(100):
                batch = [NewMemory(text=f"{number}-{index} " + "x" * 2000, vector=vector) for index in range(50)]
                kept += [memory.id for memory in await engine.remember_many(batch)]
        assert kept, "some must have fitted before the disk was full"
        assert [memory.id for memory in await engine.memories(limit=10_000)] == kept[::-1]
    remount(disk, "size=64m")
    async with Engine.open(Settings(data_dir=disk / "data")) as engine:
        assert {memory.id for memory in await engine.memories(limit=10_000)} == set(kept)
        await engine.remember("there is room again")
        assert (await engine.verify()).problems == ()


@pytest.mark.expected_logs(".*")
async def test_a_disk_that_fills_while_files_are_read_ends_the_wait_and_goes_on_with_room(
    mount: Mount, tmp_path: Path
) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    for number in range(20):
        (folder / f"{number}.txt").write_text(f"File {number} says that the lamp stands in the hall.")
    disk = mount("size=32m")
    async with Engine.open(Settings(data_dir=disk / "data")) as engine:
        first = await engine.remember("kept from before")
        filler = disk / "filler"
        with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))
        with pytest.raises(StoreFullError, match="make room"):
            await asyncio.wait_for(engine.ingest([folder]), 60)
        filler.unlink()
        report = await asyncio.wait_for(engine.ingest([folder]), 60)
        assert {file.state for file in report.files} == {FileState.DONE}
        assert len(report.files) == 20
        assert (await engine.memory(first.id)).text == "kept from before"


async def test_a_read_only_disk_is_told_and_left_alone(mount: Mount) -> None:
    disk = mount("size=32m")
    settings = Settings(data_dir=disk / "data")
    async with Engine.open(settings) as engine:
        await engine.remember("before")
    remount(disk, "ro")
    with pytest.raises(StoreReadOnlyError, match="cannot be written"):
        await Engine.open(settings)
    remount(disk, "rw")
    async with Engine.open(settings) as engine:
        assert [memory.text for memory in await engine.memories()] == ["before"]


@pytest.mark.expected_logs("write-ahead log")
async def test_a_disk_without_room_for_an_empty_database(mount: Mount) -> None:
    disk = mount("size=16k")
    with pytest.raises(StoreError, match="full"):
        await Engine.open(Settings(data_dir=disk / "data"))


@pytest.mark.expected_logs(".*")
async def test_every_change_on_a_full_disk_is_refused_whole_and_works_again_with_room(
    mount: Mount, tmp_path: Path
) -> None:
    file = tmp_path / "boat.md"
    file.write_text("The boat leaves at nine from pier four.")
    disk = mount("size=24m")
    async with Engine.open(Settings(data_dir=disk / "data")) as engine:
        vector = [1.0, *[0.0] * 383]
        notes = [NewMemory(text=f"note {n} " + "x" * 400, layer="assets", vector=vector) for n in range(40)]
        memories = await engine.remember_many(notes)
        await engine.ingest([file])
        (document,) = await engine.documents()
        talk = await engine.create_conversation("talk")
        await engine.ask("When does the boat leave?", conversation_id=talk.id)
        # Erasing empties the cache of embeddings, whose room would let a later one succeed.
        await engine.delete_memories([memories[2].id], erase=True)
        before = len(await engine.memories(limit=1000))
        filler = disk / "filler"

        def fill() -> None:
            """To the last byte; again before each change, since caches that give up give their room back."""
            for size in (4096, 64):
                with contextlib.suppress(OSError), filler.open("ab", buffering=0) as rest:
                    while True:
                        rest.write(bytes(size))

        for change in (
            lambda: engine.remember("one more " + "y" * 5000),
            lambda: engine.ask("When does the boat leave?", conversation_id=talk.id),
            lambda: engine.rename_conversation(talk.id, "another"),
            lambda: engine.delete_memories([memories[0].id]),
            lambda: engine.delete_memories([memories[1].id], erase=True),
            lambda: engine.forget_document(document.id),
            lambda: engine.erase_conversation(talk.id),
            lambda: engine.ingest_text("pasted text about a lamp"),
        ):
            fill()
            with pytest.raises(StoreFullError):
                await asyncio.wait_for(change(), 60)
        assert len(await engine.memories(limit=1000)) == before
        assert (await engine.conversations())[0].title == "talk"
        hits = await engine.recall("When does the boat leave?")
        assert file.read_text() in {hit.memory.text for hit in hits}
    async with Engine.open(Settings(data_dir=disk / "data")) as engine:  # still full
        assert len(await engine.memories(limit=1000)) == before
        filler.unlink()
        assert await engine.delete_memories([memories[1].id], erase=True) == 1
        assert await engine.forget_document(document.id) == 1
        assert await engine.erase_conversation(talk.id) == 1
        await engine.remember("room again")
        assert (await engine.verify()).problems == ()


async def test_a_disk_that_fills_while_a_backup_is_made_keeps_no_half_of_it(mount: Mount, tmp_path: Path) -> None:
    disk = mount("size=1m")
    async with Engine.open(Settings(data_dir=tmp_path / "data")) as engine:
        vector = [1.0, *[0.0] * 383]
        await engine.remember_many(
            [NewMemory(text=os.urandom(2000).hex(), layer="assets", vector=vector) for _ in range(600)]
        )
        for passphrase in (None, "correct horse battery"):
            with pytest.raises(StoreFullError, match="No backup was made"):
                await engine.back_up(disk / "a.magray-backup", passphrase)
            assert list(disk.iterdir()) == []
        with pytest.raises(StoreFullError, match="untouched"):
            await engine.export_memories(disk / "a.jsonl")
        assert list(disk.iterdir()) == []
        remount(disk, "size=16m")
        made = await engine.back_up(disk / "a.magray-backup")
        remount(disk, "ro")
        with pytest.raises(StoreReadOnlyError, match="cannot be written"):
            await engine.back_up(disk / "b.magray-backup")
        with pytest.raises(BackupError, match="cannot be deleted"):
            await engine.delete_backups([made.path])
        await engine.restore(made.path)  # another file system, and one that is only read
        remount(disk, "rw")
        assert list((tmp_path / "data" / "backups").glob("copy-*")) == []
    async with Engine.open(Settings(data_dir=tmp_path / "data")) as engine:
        assert len(await engine.memories(limit=1000)) == 600


@pytest.mark.expected_logs("was not restored", "cannot be kept up", "it could not be written down", "caching|cache")
async def test_a_data_disk_without_room_for_a_copy_or_a_restore_says_so(mount: Mount, tmp_path: Path) -> None:
    disk = mount("size=24m")
    settings = Settings(data_dir=disk / "data")
    async with Engine.open(settings) as engine:
        vector = [1.0, *[0.0] * 383]
        notes = [NewMemory(text=os.urandom(2000).hex(), layer="assets", vector=vector) for _ in range(800)]
        await engine.remember_many(notes)
        made = await engine.back_up(tmp_path / "a.magray-backup")
        filler = disk / "filler"
        size = settings.paths.database.stat().st_size
        with filler.open("wb") as file:
            file.write(bytes(max(0, shutil.disk_usage(disk).free - size // 2)))
        with pytest.raises(StoreFullError, match="no room"):
            await engine.back_up(tmp_path / "b.magray-backup")
        with pytest.raises(StoreFullError, match="no room"):
            await engine.restore(made.path)
        assert not (tmp_path / "b.magray-backup").exists()
        filler.unlink()
        await engine.restore(made.path)
        with filler.open("wb") as file:
            file.write(bytes(max(0, shutil.disk_usage(disk).free - size // 2)))
    async with Engine.open(settings) as engine:  # no room to keep the state before: nothing is changed
        assert len(await engine.memories(limit=1000)) == 800
        assert not (await engine.backup_plan()).waits_for_restart
