"""Ingestion through a real engine: what is read, what costs nothing, what changes, what is said."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import shutil
import time
import zipfile
from email.message import EmailMessage
from pathlib import Path

import pytest

from engine import (
    DocumentsChanged,
    DocumentSource,
    Engine,
    Event,
    FileState,
    IngestFile,
    IngestFilesChanged,
    IngestionError,
    IngestProgress,
    IngestProgressChanged,
    InvalidMemoryError,
    NotFoundError,
    Settings,
)
from engine.ingestion.drafts import Finished
from engine.memory.store.ingest_files import Row
from engine.settings import IngestionSettings
from tests.helpers import hostile
from tests.helpers.pdf import make_pdf

LEASE = ["The lease of the flat in Harbour Street ends on the last day of May."]


async def one(engine: Engine, path: Path) -> IngestFile:
    (row,) = (await engine.ingest([path])).files
    return row


async def chunk_ids(engine: Engine) -> dict[str, str]:
    return {memory.text: memory.id for memory in await engine.memories(layer="assets")}


async def test_a_folder_is_read_and_found_again(engine: Engine, tmp_path: Path) -> None:
    folder = tmp_path / "papers"
    (folder / "deep" / "deeper").mkdir(parents=True)
    make_pdf(folder / "lease.pdf", [["A cover page."], LEASE])
    (folder / "deep" / "garden.md").write_text("# Garden\n\n## Roses\n\nThe roses need water every second day.\n")
    hostile.docx(folder / "deep" / "deeper" / "letter.docx", "Dear Ann, the piano was sold to Mr Brown.")
    report = await engine.ingest([folder])
    assert [row.state for row in report.files] == [FileState.DONE] * 3
    assert [row.chunks for row in report.files] == [1, 1, 2]
    hits = await engine.recall("When does the lease end?", limit=3)
    source = next(hit.source for hit in hits if "Harbour Street" in hit.memory.text)
    assert isinstance(source, DocumentSource)
    assert source.path == str(folder / "lease.pdf")
    assert source.page == 2
    text = await engine.document_text(source.document_id)
    assert text.pages[1][source.start : source.end] == LEASE[0]
    (roses,) = [hit for hit in await engine.recall("water the roses") if "roses" in hit.memory.text]
    assert isinstance(roses.source, DocumentSource)
    assert roses.source.heading == ("Garden", "Roses")
    assert roses.memory.title == "Garden"


async def test_an_unchanged_file_costs_nothing(engine: Engine, tmp_path: Path) -> None:
    path = make_pdf(tmp_path / "lease.pdf", [LEASE])
    await one(engine, path)
    before = await chunk_ids(engine)
    row = await one(engine, path)
    assert (row.state, row.reason, row.chunks) == (FileState.DONE, "unchanged", 1)
    path.touch()
    assert (await one(engine, path)).reason == "unchanged"
    assert await chunk_ids(engine) == before


async def test_what_gave_no_text_is_not_read_again(settings: Settings, tmp_path: Path) -> None:
    paths = [make_pdf(tmp_path / "blank.pdf", [[""]]), tmp_path / "data.bin", tmp_path / "half.docx"]
    paths[1].write_bytes(bytes(range(256)) * 8)
    hostile.docx(paths[2], "Words.")
    paths[2].write_bytes(paths[2].read_bytes()[:200])
    async with Engine.open(settings) as engine:
        first = [(row.state, row.reason) for row in (await engine.ingest(paths)).files]
    assert [state for state, _ in first] == [FileState.SKIPPED, FileState.SKIPPED, FileState.FAILED]
    async with Engine.open(settings) as engine:
        rows = (await engine.ingest(paths)).files
        assert [(row.state, row.reason) for row in rows] == first
        assert not engine._parts.pipeline._reader.running
        await engine.retry_ingestion([row.id for row in rows])
        await settled(engine)
        assert engine._parts.pipeline._reader.running


async def test_an_edit_changes_only_what_changed(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "rooms.md"
    path.write_text("# Hall\n\nThe hall is cold.\n\n# Kitchen\n\nThe oven is hot.\n\n# Attic\n\nThe attic is full.\n")
    first = await one(engine, path)
    before = await chunk_ids(engine)
    path.write_text("# Hall\n\nThe hall is cold.\n\n# Bath\n\nThe tub leaks.\n\n# Attic\n\nThe attic is full.\n")
    row = await one(engine, path)
    after = await chunk_ids(engine)
    assert row.document_id == first.document_id
    assert len(after) == 3
    kept = set(before.values()) & set(after.values())
    assert len(kept) == 2
    assert not any("oven" in text for text in after)
    assert any("tub" in text for text in after)
    memories = [memory for memory in await engine.memories(layer="assets") if "attic" in memory.text]
    source = memories[0].source
    assert isinstance(source, DocumentSource)
    pages = (await engine.document_text(source.document_id)).pages
    assert pages[0][source.start : source.end] == memories[0].text
    assert (await engine.verify()).problems == ()


async def test_a_rename_is_metadata(engine: Engine, tmp_path: Path) -> None:
    path = make_pdf(tmp_path / "old.pdf", [LEASE])
    first = await one(engine, path)
    before = await chunk_ids(engine)
    moved = path.rename(tmp_path / "new.pdf")
    row = await one(engine, moved)
    assert row.state is FileState.DONE
    assert row.document_id == first.document_id
    assert row.reason is not None
    assert "moved here from" in row.reason
    assert await chunk_ids(engine) == before
    assert [document.path for document in await engine.documents()] == [str(moved)]


async def test_a_renamed_file_is_called_by_its_new_name(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "scan0001.txt"
    path.write_text("The rent is nine hundred a month.")
    first = await one(engine, path)
    before = await chunk_ids(engine)
    heard: list[Event] = []
    engine.events.subscribe(heard.append)
    await one(engine, path.rename(tmp_path / "lighthouse contract.txt"))
    (document,) = await engine.documents()
    assert (document.id, document.title) == (first.document_id, "lighthouse contract")
    assert await chunk_ids(engine) == before
    assert [memory.title for memory in await engine.memories(layer="assets")] == ["lighthouse contract"]
    assert any("rent" in hit.memory.text for hit in await engine.recall("lighthouse contract"))
    assert DocumentsChanged(document_id=document.id) in heard
    assert (await engine.verify()).problems == ()


async def test_a_document_with_a_title_of_its_own_keeps_it(engine: Engine, tmp_path: Path) -> None:
    path = make_pdf(tmp_path / "a.pdf", [LEASE], title="The Lease")
    await one(engine, path)
    await one(engine, path.rename(tmp_path / "b.pdf"))
    assert [document.title for document in await engine.documents()] == ["The Lease"]


async def test_the_same_content_twice_is_remembered_once(engine: Engine, tmp_path: Path) -> None:
    path = make_pdf(tmp_path / "a.pdf", [LEASE])
    await one(engine, path)
    copy = Path(shutil.copy(path, tmp_path / "b.pdf"))
    row = await one(engine, copy)
    assert row.state is FileState.DONE
    assert row.reason == f"the same content as {path}, which is in memory already"
    assert len(await engine.documents()) == 1
    assert len(await engine.memories(layer="assets")) == 1


async def test_twins_that_come_together_are_remembered_once(engine: Engine, tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt", "c.txt"):
        (tmp_path / name).write_text("The very same words in each of the three.")
    rows = (await engine.ingest([tmp_path])).files
    assert [row.state for row in rows] == [FileState.DONE] * 3
    assert min(row.reason or "" for row in rows) == ""
    assert sum("the same content as" in (row.reason or "") for row in rows) == 2
    assert len(await engine.documents()) == 1


async def test_a_document_is_forgotten(engine: Engine, tmp_path: Path) -> None:
    path = make_pdf(tmp_path / "a.pdf", [LEASE])
    row = await one(engine, path)
    assert row.document_id is not None
    path.unlink()
    assert (await engine.document_text(row.document_id)).missing
    assert await engine.forget_document(row.document_id) == 1
    assert await engine.documents() == []
    assert await engine.memories(layer="assets") == []
    assert not any("Harbour" in hit.memory.text for hit in await engine.recall("lease of the flat"))
    with pytest.raises(NotFoundError):
        await engine.document_text(row.document_id)


async def test_what_the_owner_deleted_stays_deleted_when_the_file_changes(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "rooms.md"
    path.write_text("# Hall\n\nThe hall is cold.\n\n# Kitchen\n\nThe oven is hot.\n")
    await one(engine, path)
    (oven,) = [memory.id for memory in await engine.memories(layer="assets") if "oven" in memory.text]
    await engine.delete_memories([oven])
    path.write_text("# Hall\n\nThe hall is warm now.\n\n# Kitchen\n\nThe oven is hot.\n")
    await one(engine, path)
    assert [memory.text for memory in await engine.memories(layer="assets")] == ["# Hall\n\nThe hall is warm now."]


async def test_archives_have_a_row_for_each_file(engine: Engine, tmp_path: Path) -> None:
    inner = tmp_path / "inner.zip"
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("deep/poem.txt", "The lighthouse keeper sings at night.")
    pdf = make_pdf(tmp_path / "lease.pdf", [LEASE])
    path = tmp_path / "box.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(pdf, "papers/lease.pdf")
        archive.write(inner, "inner.zip")
        archive.writestr("empty.txt", "")
    pdf.unlink()
    inner.unlink()
    report = await engine.ingest([path])
    states = {row.path.removeprefix(str(tmp_path)): (row.state, row.reason) for row in report.files}
    assert states == {
        "/box.zip": (FileState.DONE, "an archive of 3 files, each with a row of its own"),
        "/box.zip!/papers/lease.pdf": (FileState.DONE, None),
        "/box.zip!/inner.zip": (FileState.DONE, "an archive of 1 file, which has a row of its own"),
        "/box.zip!/empty.txt": (FileState.SKIPPED, "the file is empty"),
        "/box.zip!/inner.zip!/deep/poem.txt": (FileState.DONE, None),
    }
    assert list((engine.settings.paths.cache / "unpacked").iterdir()) == []
    (document,) = await engine.documents(query="lease")
    assert (await engine.render_page(document.id, 1, highlight="Harbour Street")).highlights
    again = await engine.ingest([path])
    assert [row.reason for row in again.files if "lease" in row.path] == ["unchanged"]


async def test_archives_nested_too_deeply_are_left_closed(engine: Engine, tmp_path: Path) -> None:
    rows = (await engine.ingest([hostile.nested_gzip(tmp_path / "doll.txt.gz", depth=8)])).files
    assert [row.state for row in rows] == [FileState.DONE] * 3 + [FileState.SKIPPED]
    assert rows[-1].reason is not None
    assert "nested deeper than 3" in rows[-1].reason


async def test_an_archive_that_contains_itself(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "snake.gz"
    path.write_bytes(gzip.compress(b"any words"))
    digest = hashlib.blake2b(path.read_bytes(), digest_size=16).hexdigest()
    row = Row(file=IngestFile(id="x", path=f"{path}!/snake", state=FileState.READING), staged=str(path), depth=1)
    taken = await engine._parts.pipeline._intake.take(row, ancestors=frozenset({digest}), ocr=None)
    assert isinstance(taken, Finished)
    assert taken.row.file.state is FileState.SKIPPED
    assert taken.row.file.reason == "it contains itself, as archive bombs do"


async def test_a_bomb_costs_no_more_than_its_limit(tmp_path: Path, data_dir: Path) -> None:
    settings = Settings(data_dir=data_dir, ingestion=IngestionSettings(max_archive_mb=60))
    async with Engine.open(settings) as engine:
        began = time.monotonic()
        rows = (await engine.ingest([hostile.nested_bomb(tmp_path / "bomb.zip")])).files
        assert [row.state for row in rows] == [FileState.DONE, FileState.SKIPPED]
        assert rows[1].reason is not None
        assert "unpacks to more than" in rows[1].reason
        assert time.monotonic() - began < 30
        assert list((settings.paths.cache / "unpacked").iterdir()) == []


async def test_a_mail_and_what_is_attached_to_it(engine: Engine, tmp_path: Path) -> None:
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = "The boiler", "ann@example.org", "bob@example.org"
    mail.set_content("The plumber comes on Thursday.")
    pdf = make_pdf(tmp_path / "offer.pdf", [["The new boiler costs four thousand euros."]])
    mail.add_attachment(pdf.read_bytes(), maintype="application", subtype="pdf", filename="offer.pdf")
    pdf.unlink()
    path = tmp_path / "boiler.eml"
    path.write_bytes(mail.as_bytes())
    rows = (await engine.ingest([path])).files
    assert [(row.path, row.state) for row in rows] == [
        (str(path), FileState.DONE),
        (f"{path}!/offer.pdf", FileState.DONE),
    ]
    (first,) = [memory for memory in await engine.memories(layer="assets") if "plumber" in memory.text]
    assert first.title == "The boiler"
    assert any("four thousand" in hit.memory.text for hit in await engine.recall("What does the boiler cost?"))


async def test_every_trouble_has_its_row(engine: Engine, tmp_path: Path) -> None:
    folder = tmp_path / "mixed"
    (folder / ".git").mkdir(parents=True)
    (folder / ".git" / "config").write_text("ignored")
    (folder / "loop").symlink_to(folder, target_is_directory=True)
    (folder / "nowhere.txt").symlink_to(folder / "missing")
    (folder / "a.txt").write_text("Readable words.")
    (folder / "b.bin").write_bytes(bytes(range(256)) * 8)
    (folder / "c.7z").write_bytes(b"7z\xbc\xaf\x27\x1c" + bytes(64))
    missing = tmp_path / "not-there.pdf"
    report = await engine.ingest([folder, missing])
    rows = {Path(row.path).name: (row.state.value, row.reason) for row in report.files}
    assert rows == {
        "a.txt": ("done", None),
        "b.bin": ("skipped", "it is not a text: it holds binary data of an unknown kind"),
        "c.7z": ("skipped", "7z archives cannot be opened; unpack it and add the files"),
        "nowhere.txt": ("failed", "it is a link that leads nowhere"),
        "not-there.pdf": ("failed", "there is no such file or folder"),
    }
    counts = await engine.ingest_counts()
    assert (counts[FileState.DONE], counts[FileState.SKIPPED], counts[FileState.FAILED]) == (1, 2, 2)


async def test_its_own_data_are_not_read(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Words beside the data folder.")
    assert engine.settings.paths.data.is_relative_to(tmp_path)
    assert [Path(row.path).name for row in (await engine.ingest([tmp_path])).files] == ["a.txt"]


async def test_an_empty_folder_is_done_at_once(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert (await engine.ingest([tmp_path / "empty"])).files == ()


async def test_a_file_that_vanishes_while_it_waits(engine: Engine, tmp_path: Path) -> None:
    first, second = tmp_path / "a.txt", tmp_path / "b.txt"
    first.write_text("One.")
    second.write_text("Two.")
    await engine.pause_ingestion()
    await engine.enqueue([first, second])
    await listed(engine, 2)
    second.unlink()
    await engine.resume_ingestion()
    await settled(engine)
    rows = {Path(row.path).name: (row.state, row.reason) for row in await engine.ingest_files()}
    assert rows["a.txt"][0] is FileState.DONE
    assert rows["b.txt"] == (FileState.FAILED, "the file vanished before it could be read")


async def listed(engine: Engine, count: int, state: FileState | None = None) -> None:
    """Wait until so many files are on the list."""
    async with asyncio.timeout(60):
        while len(await engine.ingest_files(state=state)) < count:  # noqa: ASYNC110 - the list itself is looked at
            await asyncio.sleep(0.02)


async def settled(engine: Engine) -> None:
    """Wait until nothing is waiting or at work."""
    async with asyncio.timeout(60):
        while True:
            counts = await engine.ingest_counts()
            if not any(counts[state] for state in FileState if not state.final):
                return
            await asyncio.sleep(0.05)


async def test_pause_cancel_and_retry(engine: Engine, tmp_path: Path) -> None:
    for number in range(4):
        (tmp_path / f"{number}.txt").write_text(f"Note number {number}.")
    await engine.pause_ingestion()
    await engine.enqueue([tmp_path / f"{number}.txt" for number in range(4)])
    await listed(engine, 4)
    assert (await engine.ingest_progress()).paused
    rows = {Path(row.path).name: row for row in await engine.ingest_files()}
    assert {row.state for row in rows.values()} == {FileState.QUEUED}
    assert await engine.cancel_ingestion([rows["1.txt"].id]) == 1
    await engine.resume_ingestion()
    await settled(engine)
    states = {Path(row.path).name: row.state.value for row in await engine.ingest_files()}
    assert states == {"0.txt": "done", "1.txt": "cancelled", "2.txt": "done", "3.txt": "done"}
    assert await engine.retry_ingestion([rows["1.txt"].id]) == 1
    await settled(engine)
    assert (await engine.ingest_counts())[FileState.DONE] == 4
    assert await engine.clear_ingestion_list() == 4
    assert await engine.ingest_files() == []
    assert len(await engine.documents()) == 4


async def test_cancel_all_stops_what_is_at_work(engine: Engine, tmp_path: Path) -> None:
    big = tmp_path / "big.txt"
    big.write_text("".join(f"Sentence number {number} says nothing new. " for number in range(60_000)))
    await engine.enqueue([big])
    await listed(engine, 1, FileState.EMBEDDING)
    assert await engine.cancel_ingestion() == 1
    await settled(engine)
    (row,) = await engine.ingest_files()
    assert row.state is FileState.CANCELLED
    note = tmp_path / "note.txt"
    note.write_text("After it.")
    assert (await one(engine, note)).state is FileState.DONE
    assert [document.title for document in await engine.documents()] == ["note"]


async def test_what_waits_is_done_after_a_restart(settings: Settings, tmp_path: Path) -> None:
    box = tmp_path / "box.zip"
    with zipfile.ZipFile(box, "w") as archive:
        archive.writestr("poem.txt", "The lighthouse keeper sings.")
    (tmp_path / "note.txt").write_text("A note that waits.")
    async with Engine.open(settings) as engine:
        await engine.pause_ingestion()
        await engine.enqueue([tmp_path / "note.txt", box])
        await listed(engine, 2)
    async with Engine.open(settings) as engine:
        await settled(engine)
        assert {Path(row.path).name: row.state.value for row in await engine.ingest_files()} == {
            "note.txt": "done",
            "box.zip": "done",
            "poem.txt": "done",
        }


async def test_progress_and_rows_are_told_ten_times_a_second_at_most(engine: Engine, tmp_path: Path) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(150):
        (folder / f"{number}.bin").write_bytes(bytes([0, 1, 2, 3, number]) * 20)
    told: list[tuple[float, Event]] = []
    engine.events.subscribe(lambda event: told.append((time.monotonic(), event)))
    seen: list[IngestProgress] = []
    began = time.monotonic()
    await engine.ingest([folder], on_progress=seen.append)
    seconds = time.monotonic() - began
    for kind in (IngestProgressChanged, IngestFilesChanged):
        count = sum(isinstance(event, kind) for _, event in told)
        assert 1 <= count <= 12 * seconds + 5
    assert seen[-1].finished == seen[-1].total == 150
    assert seen[-1].skipped == 150
    assert not seen[-1].active


async def test_pasted_text_becomes_a_document(engine: Engine) -> None:
    document = await engine.ingest_text("# Soup\n\nThe soup needs two onions.", title="Soup")
    assert (document.title, document.chunks) == ("Soup", 1)
    text = await engine.document_text(document.id)
    assert (text.missing, text.paged) == (False, False)
    assert (await engine.ingest_text("# Soup\n\nThe soup needs two onions.")).id == document.id
    with pytest.raises(InvalidMemoryError):
        await engine.ingest_text("  ***  ")
    with pytest.raises(IngestionError, match="no pages"):
        await engine.render_page(document.id, 1)


async def test_pages_are_drawn_with_their_passage(engine: Engine, tmp_path: Path) -> None:
    path = make_pdf(tmp_path / "lease.pdf", [["A cover page."], LEASE])
    row = await one(engine, path)
    assert row.document_id is not None
    page = await engine.render_page(row.document_id, 2, scale=1.5, highlight="ends on the last day of May")
    assert page.width == 893
    assert len(page.highlights) == 1
    with pytest.raises(NotFoundError):
        await engine.render_page(row.document_id, 3)
    path.unlink()
    with pytest.raises(IngestionError, match="no longer there"):
        await engine.render_page(row.document_id, 2)


async def test_a_larger_file_than_allowed_is_skipped(tmp_path: Path, data_dir: Path) -> None:
    path = tmp_path / "big.txt"
    path.write_bytes(b"words " * 400_000)
    async with Engine.open(Settings(data_dir=data_dir, ingestion=IngestionSettings(max_file_mb=2))) as engine:
        row = await one(engine, path)
    assert (row.state, row.reason) == (
        FileState.SKIPPED,
        "it is larger than 2 MB, the most that a file may have (ingestion.max_file_mb)",
    )
