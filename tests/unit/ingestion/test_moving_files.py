"""Files and folders that change under the reader's hands."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from engine import Engine, Event, FileState, IngestFilesChanged
from tests.helpers.pdf import make_pdf

SENTENCE = "The lantern of the harbour was lit at dusk.\n"


async def test_a_folder_that_is_deleted_while_it_is_read(engine: Engine, tmp_path: Path) -> None:
    folder = tmp_path / "papers"
    folder.mkdir()
    for number in range(40):
        (folder / f"{number:02}.txt").write_text(f"{number}: {SENTENCE}")

    def hear(event: Event) -> None:
        if isinstance(event, IngestFilesChanged) and any(file.state is FileState.DONE for file in event.files):
            shutil.rmtree(folder, ignore_errors=True)

    engine.events.subscribe(hear)
    rows = (await engine.ingest([folder])).files
    assert len(rows) == 40
    gone = [row for row in rows if row.state is FileState.FAILED]
    assert {row.state for row in rows} <= {FileState.DONE, FileState.FAILED}
    assert gone
    assert all("vanished" in (row.reason or "") for row in gone)
    assert (await engine.ingest_progress()).finished == 40


async def test_a_file_that_grows_while_it_is_read(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "log.txt"
    path.write_text(SENTENCE)

    def grow(event: Event) -> None:
        if isinstance(event, IngestFilesChanged):
            with path.open("a") as file:
                file.write("One more line of the log.\n")

    unsubscribe = engine.events.subscribe(grow)
    (row,) = (await engine.ingest([path])).files
    assert row.state is FileState.DONE
    unsubscribe()
    with path.open("a") as file:
        file.write("The last line speaks of a lighthouse.\n")
    (row,) = (await engine.ingest([path])).files
    assert row.state is FileState.DONE
    assert row.document_id is not None
    text = await engine.document_text(row.document_id)
    assert text.pages[0] == path.read_text()
    assert len(await engine.documents()) == 1
    assert (await engine.verify()).problems == ()


async def test_links_that_lead_in_circles(engine: Engine, tmp_path: Path) -> None:
    folder = tmp_path / "papers"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "real.txt").write_text(SENTENCE)
    (folder / "self").symlink_to("self")
    (folder / "deep" / "up").symlink_to("..")
    (folder / "dead").symlink_to("/nowhere/at/all")
    (folder / "same.txt").symlink_to(folder / "deep" / "real.txt")
    rows = (await engine.ingest([folder, tmp_path])).files
    found = {Path(row.path).name: (row.state, row.reason or "") for row in rows}
    assert found["real.txt"][0] is FileState.DONE
    assert "leads back to itself" in found["self"][1]
    assert "leads nowhere" in found["dead"][1]
    assert found["same.txt"][0] is FileState.DONE
    assert len(rows) == 4
    assert len(await engine.documents()) == 1


@pytest.mark.skipif(os.name == "nt", reason="names are text there")
async def test_long_paths_and_names_that_are_no_text(engine: Engine, tmp_path: Path) -> None:
    deep = tmp_path
    for number in range(6):
        deep = deep / f"{number}{'x' * 60}"
    deep.mkdir(parents=True)
    long = deep / ("y" * 200 + ".txt")
    long.write_text(SENTENCE)
    odd = os.fsencode(tmp_path) + b"/caf\xe9.txt"
    try:
        with open(odd, "w") as file:  # noqa: PTH123 - a path of bytes
            file.write(SENTENCE + "x")
    except OSError:  # macOS refuses such names
        odd = b""
    rows = {Path(row.path).name[:3]: row for row in (await engine.ingest([tmp_path])).files if "data" not in row.path}
    assert len(str(long)) > 500
    assert rows["yyy"].state is FileState.DONE
    if odd:
        assert rows["caf"].state is FileState.FAILED
        assert "rename it" in (rows["caf"].reason or "")


async def test_a_path_longer_than_the_system_allows(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "/".join(["x" * 60] * 100)
    (row,) = (await engine.ingest([path])).files
    assert row.state is FileState.FAILED
    assert row.reason == "its path is longer than this system allows; move it into a folder further up"


async def test_an_edit_of_one_of_two_equal_files(engine: Engine, tmp_path: Path) -> None:
    first, second = tmp_path / "a.txt", tmp_path / "b.txt"
    first.write_text(SENTENCE)
    second.write_text(SENTENCE)
    await engine.ingest([first, second])
    first.write_text("Another text altogether, about an orchard.\n")
    await engine.ingest([first, second])
    paths = {document.path for document in await engine.documents()}
    assert paths == {str(first), str(second)}
    assert any("lantern" in hit.memory.text for hit in await engine.recall("lantern of the harbour"))


async def test_a_moved_folder_keeps_its_documents(engine: Engine, tmp_path: Path) -> None:
    old = tmp_path / "old"
    old.mkdir()
    make_pdf(old / "lease.pdf", [["The lease ends in May."]])
    (old / "note.txt").write_text(SENTENCE)
    before = {row.document_id for row in (await engine.ingest([old])).files}
    new = old.rename(tmp_path / "new")
    rows = (await engine.ingest([new])).files
    assert {row.document_id for row in rows} == before
    assert all("moved here from" in (row.reason or "") for row in rows)
    assert {Path(document.path).parent for document in await engine.documents()} == {new}
