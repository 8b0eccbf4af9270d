"""Memories carried out of one engine and into another are the same there, once, however often and however broken."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from engine import BackupError, Engine, MemoriesChanged, MemoryImportError, NewMemory, Settings
from engine.memory.exchange import records, records_import

FAR = "2026-01-02T03:04:05.000006+00:00"


@pytest.fixture
async def other(tmp_path: Path) -> AsyncIterator[Engine]:
    async with Engine.open(Settings(data_dir=tmp_path / "other")) as engine:
        yield engine


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def write(path: Path, *entries: dict[str, Any] | bytes) -> Path:
    path.write_bytes(b"".join((one if isinstance(one, bytes) else json.dumps(one).encode()) + b"\n" for one in entries))
    return path


async def full(engine: Engine, tmp_path: Path) -> None:
    """Memories of every sort: of a document, of a conversation, tagged, pinned, edited, merged, archived."""
    file = tmp_path / "boat.md"
    file.write_text("# Boat\n\nThe boat leaves at nine.\n\n# Lamp\n\nThe lamp stands in the hall.")
    await engine.ingest([file])
    talk = await engine.create_conversation("talk")
    await engine.ask("When does the boat leave?", conversation_id=talk.id)
    notes = await engine.remember_many(
        [
            NewMemory(text=f"note {number} über Boote", tags=("a", "ü"), session="s", external_id=f"mine {number}")
            for number in range(7)
        ]
    )
    ids = [one.id for one in notes]
    await engine.pin_memories([ids[0]])
    await engine.edit_memory(ids[1], text="note one, put better")
    await engine.archive_memories([ids[2]])
    await engine.merge_memories([ids[3], ids[4]], text="notes three and four")
    await engine.promote_memories([ids[5]])
    await engine.delete_memories([ids[6]])


async def test_what_comes_out_elsewhere_is_what_went_in(engine: Engine, other: Engine, tmp_path: Path) -> None:
    await full(engine, tmp_path)
    first, second = tmp_path / "first.jsonl", tmp_path / "second.jsonl"
    count = await engine.export_memories(first, vectors=True)
    report = await other.import_memories(first)
    assert (report.lines, report.added, report.present, report.failed, report.embedded) == (count, count, 0, 0, 0)
    assert await other.export_memories(second, vectors=True) == count
    assert lines(second) == lines(first)
    told = lines(first)
    assert not any(one["text"] == "note 6 über Boote" for one in told)  # deleted ones stay behind
    assert any(one.get("links") for one in told)
    assert any(one["version_of"] for one in told)
    assert any(one["archived_at"] for one in told)
    assert any(one["superseded_by"] for one in told)
    assert {one["source"]["type"] for one in told if one["source"]} >= {"document"}
    (hit, *_) = await other.recall("Where does the lamp stand?")
    assert "lamp" in hit.memory.text
    assert (await other.verify()).problems == ()
    again = await other.import_memories(first)
    assert (again.added, again.present, again.failed) == (0, count, 0)
    assert await other.export_memories(second, vectors=True) == count
    assert lines(second) == lines(first)


async def test_without_vectors_they_are_computed_and_the_same(engine: Engine, other: Engine, tmp_path: Path) -> None:
    await full(engine, tmp_path)
    plain, whole, back = tmp_path / "plain.jsonl", tmp_path / "whole.jsonl", tmp_path / "back.jsonl"
    count = await engine.export_memories(plain)
    await engine.export_memories(whole, vectors=True)
    assert all("vector" not in one for one in lines(plain))
    report = await other.import_memories(plain)
    assert (report.added, report.embedded) == (count, count)
    await other.export_memories(back, vectors=True)
    stale = {one["id"] for one in lines(whole) if one["version_of"] or one["superseded_by"]}
    for old, new in zip(lines(whole), lines(back), strict=True):
        if old["id"] not in stale:
            assert old["vector"]["model"] == new["vector"]["model"]


async def test_vectors_of_another_model_are_computed_anew(engine: Engine, other: Engine, tmp_path: Path) -> None:
    await engine.remember("The lamp stands in the hall.", layer="assets")
    file = tmp_path / "a.jsonl"
    await engine.export_memories(file, vectors=True)
    (told,) = lines(file)
    true = told["vector"]
    write(file, {**told, "vector": {**true, "model": "another"}})
    assert (await other.import_memories(file)).embedded == 1
    await other.export_memories(file, vectors=True)
    assert lines(file)[0]["vector"] == true


async def test_a_selection_goes_out_in_its_order(engine: Engine, tmp_path: Path) -> None:
    made = await engine.remember_many([NewMemory(text=f"note {number}") for number in range(5)])
    wanted = [made[3].id, made[0].id, made[3].id, "f" * 32]
    file = tmp_path / "some.jsonl"
    assert await engine.export_memories(file, ids=wanted) == 2
    assert [one["text"] for one in lines(file)] == ["note 3", "note 0"]
    assert await engine.export_memories(file, ids=[]) == 0
    told = [line async for line in engine.memory_lines(ids=wanted)]
    assert [json.loads(line)["text"] for line in told] == ["note 3", "note 0"]


async def test_what_is_good_goes_in_and_the_rest_is_told_by_line(engine: Engine, tmp_path: Path) -> None:
    one, two, three = "1" * 32, "2" * 32, "3" * 32
    file = write(
        tmp_path / "mixed.jsonl",
        b"\xef\xbb\xbf" + json.dumps({"text": "with a mark of bytes before it"}).encode(),
        {"id": one, "text": "first", "external_id": "x"},
        b"",
        b"not json",
        {"id": one, "text": "first", "external_id": "x"},
        {"id": one, "text": "another text of the same id"},
        {"id": two, "text": "another text of the same name", "external_id": "x"},
        {"text": "first", "external_id": "x"},
        {"id": three, "text": "good", "layer": "interact", "created_at": FAR},
        {"text": "bad", "layer": "attic"},
        b"   ",
    )
    report = await engine.import_memories(file)
    assert (report.lines, report.added, report.present, report.failed) == (9, 3, 2, 4)
    assert {problem.line for problem in report.problems} == {4, 6, 7, 10}
    assert "another text" in next(problem.reason for problem in report.problems if problem.line == 6)
    good = await engine.memory(three)
    assert good.created_at.isoformat() == FAR
    assert good.expires_at is not None  # the layer gave it its time
    assert good.expires_at > good.created_at
    again = await engine.import_memories(file)
    assert (again.added, again.present, again.failed) == (0, 5, 4)


async def test_a_line_that_is_too_long_is_passed_over(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "LONGEST_LINE", 1000)
    monkeypatch.setattr(records_import, "LONGEST_LINE", 1000)
    file = write(
        tmp_path / "long.jsonl",
        {"text": "before"},
        {"text": "x" * 5000},
        {"text": "after"},
        b'{"text": "' + b"y" * 3000,
    )
    report = await engine.import_memories(file)
    assert (report.added, report.failed) == (2, 2)
    assert [problem.line for problem in report.problems] == [2, 4]
    assert "longer than" in report.problems[0].reason


async def test_more_problems_than_anybody_reads_are_counted(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records_import, "MOST_PROBLEMS", 10)
    report = await engine.import_memories(write(tmp_path / "bad.jsonl", *[b"bad"] * 500))
    assert (report.failed, len(report.problems)) == (500, 10)


async def test_what_is_no_file_of_memories_is_told(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(MemoryImportError, match="cannot be read"):
        await engine.import_memories(tmp_path / "nowhere.jsonl")
    with pytest.raises(MemoryImportError):
        await engine.import_memories(tmp_path)
    (tmp_path / "empty.jsonl").touch()
    assert (await engine.import_memories(tmp_path / "empty.jsonl")).lines == 0
    (tmp_path / "picture.png").write_bytes(os.urandom(20_000))
    report = await engine.import_memories(tmp_path / "picture.png")
    assert (report.added, report.failed) == (0, report.lines)


async def test_a_file_that_cannot_be_written_leaves_what_stood_there(engine: Engine, tmp_path: Path) -> None:
    await engine.remember("a note")
    with pytest.raises(BackupError, match="cannot be written"):
        await engine.export_memories(tmp_path / "nowhere" / "a.jsonl")
    (tmp_path / "folder").mkdir()
    with pytest.raises(BackupError, match="untouched"):
        await engine.export_memories(tmp_path / "folder")
    assert list((tmp_path / "folder").iterdir()) == []
    assert not list(tmp_path.glob(".*"))


async def test_many_lines_go_in_by_batches_and_a_stop_keeps_them(engine: Engine, tmp_path: Path) -> None:
    await engine.remember("a model")
    await engine.export_memories(tmp_path / "model.jsonl", vectors=True)
    vector = lines(tmp_path / "model.jsonl")[0]["vector"]
    many = [{"text": f"note {number}", "vector": vector} for number in range(1000)]
    file = write(tmp_path / "many.jsonl", *many)
    seen: list[int] = []
    heard: list[object] = []
    engine.events.subscribe(heard.append)

    def stop(done: int) -> None:
        seen.append(done)
        if len(seen) == 2:
            task.cancel()

    task = asyncio.ensure_future(engine.import_memories(file, on_progress=stop))
    with pytest.raises(asyncio.CancelledError):
        await task
    assert seen == [256, 512]
    assert sum(one.added for one in heard if isinstance(one, MemoriesChanged)) == 512
    report = await engine.import_memories(file)
    assert (report.added, report.present) == (488, 512)
    assert (await engine.verify()).problems == ()


async def test_a_document_that_is_not_there_is_named_and_can_be_read_again(
    engine: Engine, other: Engine, tmp_path: Path
) -> None:
    file = tmp_path / "boat.md"
    file.write_text("# Boat\n\nThe boat leaves at nine.\n\n# Lamp\n\nThe lamp stands in the hall.")
    await engine.ingest([file])
    await engine.export_memories(tmp_path / "a.jsonl")
    await other.import_memories(tmp_path / "a.jsonl")
    (document,) = await other.documents()
    assert (document.path, document.title, document.chunks) == (str(file), "boat.md", 2)
    (hit, *_) = await other.recall("lamp")
    assert hit.source is not None
    await other.ingest([file])
    assert [one.chunks for one in await other.documents()] == [2]
    assert len(await other.memories()) == 2
