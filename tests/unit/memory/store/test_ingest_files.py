from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import peewee
import pytest

from engine.memory.records import IngestFile
from engine.memory.store import ingest_files
from engine.values import FileState, IngestFile as File


@pytest.fixture
def database(tmp_path: Path) -> Iterator[peewee.SqliteDatabase]:
    database = peewee.SqliteDatabase(str(tmp_path / "list.db"))
    with IngestFile.bind_ctx(database):
        database.create_tables([IngestFile])
        yield database
    database.close()


def fill(database: peewee.SqliteDatabase, batch: str, count: int) -> None:
    rows = [
        File(id=f"{batch}{n}", path=f"/{batch}/{n}", batch=batch, state=FileState.DONE if n % 2 else FileState.QUEUED)
        for n in range(count)
    ]
    ingest_files.insert(database, [ingest_files.Row(file=row) for row in rows])


def ids(files: list[File]) -> list[str]:
    return [file.id for file in files]


def test_the_newest_batch_comes_first_in_the_order_met(database: peewee.SqliteDatabase) -> None:
    for batch, count in (("a", 3), ("b", 2), ("c", 3)):
        fill(database, batch, count)
    whole = ["c0", "c1", "c2", "b0", "b1", "a0", "a1", "a2"]
    assert ids(ingest_files.page(database)) == whole
    for offset in range(9):
        assert ids(ingest_files.page(database, limit=3, offset=offset)) == whole[offset : offset + 3]


def test_states_and_batches_are_chosen(database: peewee.SqliteDatabase) -> None:
    for batch in ("a", "b"):
        fill(database, batch, 4)
    assert ids(ingest_files.page(database, state=FileState.DONE)) == ["b1", "b3", "a1", "a3"]
    assert ids(ingest_files.page(database, state=FileState.DONE, limit=2, offset=1)) == ["b3", "a1"]
    assert ids(ingest_files.page(database, batch="a", limit=2, offset=1)) == ["a1", "a2"]
    assert ids(ingest_files.page(database, oldest_first=True, limit=None)) == [
        *(f"a{n}" for n in range(4)),
        *(f"b{n}" for n in range(4)),
    ]
