import gzip
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine import Engine, Settings
from engine.memory.backup import restoring
from engine.memory.migrations import MIGRATIONS, migrate, schema_version
from engine.memory.records import SCHEMA_VERSION
from engine.memory.store import conversations, messages
from engine.memory.store.database import Database

Columns = dict[str, set[tuple[str, str, int, int]]]


def unpack(repository: Path, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    packed = repository / "tests" / "data" / "store" / "magray-format1.db.gz"
    path = folder / "magray.db"
    path.write_bytes(gzip.decompress(packed.read_bytes()))
    return path


@pytest.fixture
def store(repository: Path, tmp_path: Path) -> Iterator[Database]:
    database = Database(unpack(repository, tmp_path), lock_path=tmp_path / "magray.lock")
    database.open()
    yield database
    database.close()


def columns(path: Path) -> Columns:
    plain = sqlite3.connect(path)
    tables = [name for (name,) in plain.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    found: Columns = {}
    for table in tables:
        rows = plain.execute(f"PRAGMA table_info('{table}')").fetchall()
        found[table] = {(name, kind, notnull, key) for _, name, kind, notnull, _, key in rows}
    plain.close()
    return found


def indexes(path: Path) -> set[tuple[str, str]]:
    plain = sqlite3.connect(path)
    rows = plain.execute("SELECT name, tbl_name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL").fetchall()
    plain.close()
    return set(rows)


def test_an_old_database_gets_the_schema_of_a_new_one(store: Database, tmp_path: Path) -> None:
    assert migrate(store, backups=tmp_path / "backups") == [step.name for step in MIGRATIONS]
    assert schema_version(store) == SCHEMA_VERSION
    new = Database(tmp_path / "new" / "magray.db", lock_path=tmp_path / "new.lock")
    (tmp_path / "new").mkdir()
    new.open()
    migrate(new, backups=tmp_path / "backups")
    new.close()
    store.close()
    assert columns(store.path) == columns(new.path)
    assert indexes(store.path) == indexes(new.path)


def test_the_copy_from_before_is_the_old_database(store: Database, tmp_path: Path) -> None:
    before = columns(store.path)
    migrate(store, backups=tmp_path / "backups", version=2)
    (made,) = (tmp_path / "backups").glob("magray-format1-*.magray-backup")
    restoring.unpack(made, None, tmp_path / "copy.db", breathe=lambda: None)
    assert columns(tmp_path / "copy.db") == before


def test_messages_become_one_branch_in_their_order(store: Database, tmp_path: Path) -> None:
    with store.read() as reader:
        rows = reader.execute_sql("SELECT conversation, id, text FROM message ORDER BY number").fetchall()
    migrate(store, backups=tmp_path / "backups", version=2)
    with store.read() as reader:
        for conversation in {row[0] for row in rows}:
            kept = messages.page(reader, conversation)
            assert [(one.id, one.text) for one in kept] == [row[1:] for row in rows if row[0] == conversation]
            assert [one.parent for one in kept] == [None, *(one.id for one in kept[:-1])]
            assert all(one.versions == 1 for one in kept)
            assert [one.model for one in kept] == [None, "quotes"] * (len(kept) // 2)
            assert conversations.extracted(reader, conversation) > 0


async def test_everything_is_there_when_the_engine_opens(repository: Path, settings: Settings) -> None:
    unpack(repository, settings.paths.data)
    async with Engine.open(settings) as engine:
        listed = await engine.conversations()
        titles = {one.title: one.message_count for one in listed}
        assert titles == {"When does the lease end?": 6, "Named by hand": 2, "": 0}
        first = next(one for one in listed if one.title == "When does the lease end?")
        kept = await engine.messages(first.id)
        assert kept[1].answer is not None
        assert "31 August 2026" in kept[1].answer.citations[0].quote
        (hit,) = await engine.search_messages("boiler")
        assert hit.conversation_title == "Named by hand"
        answer = await engine.ask("What is the landlord called?", conversation_id=first.id)
        assert "Anna Petrova" in answer.text
        assert (await engine.verify()).problems == ()
    assert list(settings.paths.backups.glob("magray-format1-*.magray-backup"))
