"""Folders that are kept in step with the memory, through an open engine."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from engine import Document, Engine, IngestionError, InvalidMemoryError, NotFoundError, Settings, WatchedFoldersChanged
from tests.helpers.clock import FakeClock
from tests.helpers.pdf import make_pdf

LANTERN = "The lantern of the harbour was lit at dusk.\n"
ORCHARD = "The orchard behind the mill bears plums in August.\n"


@pytest.fixture
def settings(data_dir: Path) -> Settings:
    return Settings(data_dir=data_dir, watch={"quiet_seconds": 0.2})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "papers"
    made.mkdir()
    return made


@pytest.fixture
async def engine(settings: Settings) -> AsyncIterator[Engine]:
    async with Engine.open(settings) as opened:
        yield opened


async def until(condition: Callable[[], Awaitable[Any]], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not await condition():
        assert time.monotonic() < end, "it never came"
        await asyncio.sleep(0.03)


async def documents(engine: Engine) -> dict[str, Document]:
    return {Path(one.path).name: one for one in await engine.documents()}


async def settled(engine: Engine, *names: str) -> dict[str, Document]:
    """The documents, once they are these and nothing is read any more."""

    async def there() -> bool:
        return set(await documents(engine)) == set(names) and not (await engine.ingest_progress()).active

    await until(there)
    return await documents(engine)


async def memories(engine: Engine) -> dict[str, str]:
    """Texts by id."""
    return {one.id: one.text async for one in engine.every_memory()}


async def test_a_folder_is_read_and_kept_in_step(engine: Engine, folder: Path) -> None:
    heard: list[object] = []
    engine.events.subscribe(lambda event: heard.append(event) if isinstance(event, WatchedFoldersChanged) else None)
    (folder / "a.txt").write_text(LANTERN)
    added = await engine.watch_folder(folder)
    assert (added.path, added.paused, added.problem) == (str(folder), False, None)
    first = await settled(engine, "a.txt")
    (folder / "b.txt").write_text(ORCHARD)
    await settled(engine, "a.txt", "b.txt")
    before = await memories(engine)
    (folder / "b.txt").rename(folder / "orchard.txt")
    after = await settled(engine, "a.txt", "orchard.txt")
    assert after["a.txt"].id == first["a.txt"].id
    assert after["orchard.txt"].missing_since is None
    assert await memories(engine) == before
    assert any("plums" in hit.memory.text for hit in await engine.recall("orchard plums"))

    async def counted() -> bool:
        (found,) = await engine.watched_folders()
        return (found.files, found.documents, found.waiting, found.state) == (2, 2, 0, "watching")

    await until(counted)
    assert heard


async def test_only_what_changed_of_a_file_is_embedded_anew(engine: Engine, folder: Path) -> None:
    parts = [
        f"# Part {number}\n\n" + f"Sentence {number} of the ledger speaks of barrels. " * 40 for number in range(6)
    ]
    (folder / "ledger.md").write_text("\n\n".join(parts))
    await engine.watch_folder(folder)
    await settled(engine, "ledger.md")
    before = await memories(engine)
    parts[3] = "# Part 3\n\nNothing but a walrus is left of this part."
    (folder / "ledger.md").write_text("\n\n".join(parts))

    async def edited() -> bool:
        return any("walrus" in text for text in (await memories(engine)).values())

    await until(edited)
    after = await memories(engine)
    assert len(set(before) & set(after)) >= 5
    assert all(before[one] == after[one] for one in set(before) & set(after))


async def test_state_survives_restarts_and_what_happened_meanwhile_is_found(settings: Settings, folder: Path) -> None:
    (folder / "a.txt").write_text(LANTERN)
    (folder / "skipped.log").write_text("words")
    async with Engine.open(settings) as engine:
        added = await engine.watch_folder(folder, ignore=["*.log"])
        before = await settled(engine, "a.txt")
    (folder / "a.txt").rename(folder / "moved.txt")
    (folder / "b.txt").write_text(ORCHARD)
    async with Engine.open(settings) as engine:
        (again,) = await engine.watched_folders()
        assert (again.id, again.ignore) == (added.id, ("*.log",))
        after = await settled(engine, "moved.txt", "b.txt")
        assert after["moved.txt"].id == before["a.txt"].id
        await engine.pause_folder(added.id)
    async with Engine.open(settings) as engine:
        (again,) = await engine.watched_folders()
        assert again.state == "paused"
        (folder / "c.txt").write_text("Something else was written down here.\n")
        assert await engine.look_through_folders() == ""
        assert "c.txt" not in await documents(engine)
        await engine.resume_folder(added.id)
        await settled(engine, "moved.txt", "b.txt", "c.txt")


async def test_what_is_asked_wrongly_is_refused_in_words(engine: Engine, folder: Path, data_dir: Path) -> None:
    with pytest.raises(InvalidMemoryError, match="it is empty"):
        await engine.watch_folder("")
    with pytest.raises(IngestionError, match="Magray's own data"):
        await engine.watch_folder(data_dir)
    with pytest.raises(IngestionError, match="There is no folder"):
        await engine.watch_folder(folder / "none")
    with pytest.raises(IngestionError, match="means nothing"):
        await engine.watch_folder(folder, ignore=["!"])
    added = await engine.watch_folder(folder)
    with pytest.raises(IngestionError, match="watched already"):
        await engine.watch_folder(folder)
    with pytest.raises(IngestionError, match="means nothing"):
        await engine.set_folder_ignore(added.id, ["!"])
    for call in (engine.pause_folder, engine.resume_folder, engine.unwatch_folder):
        with pytest.raises(NotFoundError):
            await call("nothing")
    with pytest.raises(NotFoundError):
        await engine.set_folder_ignore("nothing", [])
    assert [one.ignore for one in await engine.watched_folders()] == [()]


async def test_a_folder_inside_keeps_its_own_and_is_not_read_twice(engine: Engine, folder: Path) -> None:
    inner = folder / "inner"
    inner.mkdir()
    (folder / "a.txt").write_text(LANTERN)
    (inner / "b.txt").write_text(ORCHARD)
    child = await engine.watch_folder(inner)
    await settled(engine, "b.txt")
    parent = await engine.watch_folder(folder)
    found = await settled(engine, "a.txt", "b.txt")
    with pytest.raises(IngestionError, match="is watched too"):
        await engine.unwatch_folder(child.id, forget=True)
    details = await engine.document_details(found["b.txt"].id)
    assert details.folder is not None
    assert details.folder.id == child.id
    assert await engine.unwatch_folder(parent.id, forget=True) == 1
    assert set(await documents(engine)) == {"b.txt"}


async def test_a_folder_taken_off_keeps_its_documents_and_may_come_again(engine: Engine, folder: Path) -> None:
    (folder / "a.txt").write_text(LANTERN)
    added = await engine.watch_folder(folder)
    first = await settled(engine, "a.txt")
    assert await engine.unwatch_folder(added.id) == 0
    assert await engine.watched_folders() == []
    (folder / "b.txt").write_text(ORCHARD)
    await engine.watch_folder(folder)
    again = await settled(engine, "a.txt", "b.txt")
    assert again["a.txt"].id == first["a.txt"].id


async def test_a_folder_forgotten_leaves_no_word_of_its_files(settings: Settings, folder: Path) -> None:
    name, word = "quixotic-zephyr.txt", "Zyzzogeton"
    (folder / name).write_text(f"The {word} lives in no other text.\n")
    async with Engine.open(settings) as engine:
        added = await engine.watch_folder(folder)
        await settled(engine, name)
        (folder / name).unlink()

        async def missing() -> bool:
            return (await documents(engine))[name].missing_since is not None

        await asyncio.sleep(0)
        (folder / "other.txt").write_text(ORCHARD)
        await until(missing)
        await settled(engine, name, "other.txt")
        assert await engine.unwatch_folder(added.id, forget=True) == 2
    data = settings.paths.data
    left = {
        path.relative_to(data).as_posix()
        for path in data.rglob("*")
        if path.is_file()
        for one in (name, word, word.lower())
        if one.encode() in path.read_bytes()
    }
    assert left == set()


async def test_a_document_that_was_forgotten_is_not_read_again_by_itself(engine: Engine, folder: Path) -> None:
    (folder / "a.txt").write_text(LANTERN)
    (folder / "b.txt").write_text(ORCHARD)
    await engine.watch_folder(folder)
    found = await settled(engine, "a.txt", "b.txt")
    await engine.forget_document(found["a.txt"].id)
    (folder / "a.txt").write_text(LANTERN + "And a line more.\n")
    (folder / "c.txt").write_text("A heron stands in the reeds.\n")
    await settled(engine, "b.txt", "c.txt")
    await engine.look_through_folders()
    await asyncio.sleep(0.5)
    assert set(await documents(engine)) == {"b.txt", "c.txt"}
    await engine.ingest([folder / "a.txt"])  # the owner wants it after all
    await engine.look_through_folders()
    (folder / "a.txt").write_text("The lantern was sold to a museum.\n")

    async def followed() -> bool:
        return any("museum" in text for text in (await memories(engine)).values())

    await until(followed)


async def test_the_other_of_two_equal_files_takes_over(engine: Engine, folder: Path) -> None:
    (folder / "a.txt").write_text(LANTERN)
    (folder / "b.txt").write_text(LANTERN)
    await engine.watch_folder(folder)
    (one,) = (await settled(engine, "a.txt")).values()
    (folder / "a.txt").unlink()
    after = await settled(engine, "b.txt")
    assert after["b.txt"].id == one.id
    assert after["b.txt"].missing_since is None


async def test_an_edit_of_one_of_two_equal_files_loses_nothing(engine: Engine, folder: Path) -> None:
    (folder / "a.txt").write_text(LANTERN)
    (folder / "b.txt").write_text(LANTERN)
    await engine.watch_folder(folder)
    await settled(engine, "a.txt")
    (folder / "a.txt").write_text(ORCHARD)
    await settled(engine, "a.txt", "b.txt")
    texts = set((await memories(engine)).values())
    assert {text.strip() for text in texts} == {LANTERN.strip(), ORCHARD.strip()}


async def test_a_file_gone_for_long_loses_its_memories_and_gets_them_back(
    data_dir: Path, folder: Path, fake_clock: FakeClock
) -> None:
    settings = Settings(data_dir=data_dir, watch={"quiet_seconds": 0.1, "deleted": "forget", "grace_days": 7})
    (folder / "a.txt").write_text(LANTERN)
    (folder / "b.txt").write_text(ORCHARD)
    async with Engine.open(settings, clock=fake_clock) as engine:
        await engine.watch_folder(folder)
        found = await settled(engine, "a.txt", "b.txt")
        before = await memories(engine)
        (folder / "a.txt").unlink()

        async def missing() -> bool:
            return (await documents(engine))["a.txt"].missing_since is not None

        await until(missing)
        fake_clock.advance(days=6)
        await engine.look_through_folders()
        assert await memories(engine) == before
        fake_clock.advance(days=2)
        await engine.look_through_folders()
        assert [text.strip() for text in (await memories(engine)).values()] == [ORCHARD.strip()]
        details = await engine.document_details(found["a.txt"].id)
        assert (details.state, details.passages) == ("set_aside", 0)
        (action,) = await engine.actions(limit=1)
        assert (action.event, action.actor) == ("deleted", "magray")
        assert "a.txt is gone" in action.reason
        (folder / "a.txt").write_text(LANTERN)

        async def back() -> bool:
            return await memories(engine) == before

        await until(back)

        async def told() -> bool:
            return (await engine.document_details(found["a.txt"].id)).state == "read"

        await until(told)


async def test_all_that_is_known_of_a_document(engine: Engine, folder: Path) -> None:
    make_pdf(folder / "lease.pdf", [["The lease ends in May."], [], ["The rent is due on Fridays."]])
    added = await engine.watch_folder(folder)
    (document,) = (await settled(engine, "lease.pdf")).values()
    await engine.recall("When does the lease end?")

    async def read() -> bool:
        return (await engine.document_details(document.id)).state == "partly"

    await until(read)  # until then it waits for OCR, or for its row to be written
    details = await engine.document_details(document.id)
    assert (details.pages_read, details.pages_skipped) == (2, (2,))
    assert details.why is not None
    assert "1 of 3 pages" in details.why
    assert details.folder is not None
    assert details.folder.id == added.id
    assert details.passages == document.chunks

    async def used() -> bool:
        found = await engine.document_details(document.id)
        return found.uses > 0 and found.used_at is not None

    await until(used)
    assert (await engine.documents())[0].used_at is not None
    shutil.copy(folder / "lease.pdf", folder.with_name("lease.pdf"))
    await engine.ingest([folder.with_name("lease.pdf")])
    with pytest.raises(NotFoundError):
        await engine.document_details("nothing")


async def test_a_document_is_read_again_when_its_owner_wants_it(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "note.txt"
    path.write_text(LANTERN)
    await engine.ingest([path])
    (document,) = (await documents(engine)).values()
    before = await memories(engine)
    batch = await engine.reread_document(document.id)

    async def read() -> bool:
        rows = [row for row in await engine.ingest_files() if row.batch == batch]
        return bool(rows) and all(row.state.final for row in rows)

    await until(read)
    (row,) = [row for row in await engine.ingest_files() if row.batch == batch]
    assert (row.state.value, row.document_id, row.reason) == ("done", document.id, None)
    assert await memories(engine) == before
    assert (await engine.document(document.id)).updated_at > document.updated_at
    path.unlink()
    with pytest.raises(IngestionError, match="not there now"):
        await engine.reread_document(document.id)
    assert (await engine.document_details(document.id)).state == "missing"
    pasted = await engine.ingest_text("A text from nowhere, pasted.")
    with pytest.raises(IngestionError, match="was pasted"):
        await engine.reread_document(pasted.id)


async def test_several_documents_are_forgotten_at_once(engine: Engine, tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / f"{number}.txt").write_text(f"Number {number}: {LANTERN}")
    await engine.ingest([tmp_path / f"{number}.txt" for number in range(3)])
    found = await documents(engine)
    assert await engine.forget_documents([found["0.txt"].id, found["2.txt"].id, "nothing"]) == 2
    assert set(await documents(engine)) == {"1.txt"}
    assert len(await memories(engine)) == 1
    assert (await engine.verify()).problems == ()
