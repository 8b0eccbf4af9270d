import os
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.errors import StoreFullError, StoreNewerError
from engine.memory import migrations
from engine.memory.backup import file_format, restoring
from engine.memory.migrations import Migration, migrate, schema_version
from engine.memory.records import SCHEMA_VERSION
from engine.memory.store.database import Database


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "magray.db", lock_path=tmp_path / "magray.lock")
    database.open()
    migrate(database, backups=tmp_path / "backups")
    yield database
    database.close()


def add_colour(writer: Any) -> None:
    writer.execute_sql("ALTER TABLE memory ADD COLUMN colour TEXT")


def fail(writer: Any) -> None:
    add_colour(writer)
    raise RuntimeError("power cut")


def columns(store: Database) -> set[str]:
    return {row[1] for row in store.writer.execute_sql("PRAGMA table_info(memory)").fetchall()}


def test_the_steps_reach_this_version() -> None:
    assert [step.version for step in migrations.MIGRATIONS] == list(range(2, SCHEMA_VERSION + 1))


def test_a_new_database_needs_no_step_and_no_backup(store: Database, tmp_path: Path) -> None:
    assert schema_version(store) == SCHEMA_VERSION
    assert not (tmp_path / "backups").exists()
    assert migrate(store, backups=tmp_path / "backups") == []


def test_a_step_is_taken_once_and_backed_up_before(store: Database, tmp_path: Path) -> None:
    step = Migration(SCHEMA_VERSION + 1, "colour", add_colour)
    target = SCHEMA_VERSION + 1
    assert migrate(store, backups=tmp_path / "backups", migrations=[step], version=target) == ["colour"]
    assert migrate(store, backups=tmp_path / "backups", migrations=[step], version=target) == []
    assert "colour" in columns(store)
    (made,) = (tmp_path / "backups").glob("*.magray-backup")
    assert file_format.read_head(made).header.reason == "migration"
    restoring.unpack(made, None, tmp_path / "copy.db", breathe=lambda: None)
    plain = sqlite3.connect(tmp_path / "copy.db")
    assert plain.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
    assert "colour" not in {row[1] for row in plain.execute("PRAGMA table_info(memory)")}
    plain.close()


def test_a_step_that_fails_leaves_the_old_schema(store: Database, tmp_path: Path) -> None:
    step = Migration(SCHEMA_VERSION + 1, "colour", fail)
    with pytest.raises(RuntimeError, match="power cut"):
        migrate(store, backups=tmp_path / "backups", migrations=[step], version=SCHEMA_VERSION + 1)
    assert "colour" not in columns(store)
    assert schema_version(store) == SCHEMA_VERSION


def test_a_newer_database_is_refused_untouched(store: Database, tmp_path: Path) -> None:
    store.writer.execute_sql(f"PRAGMA user_version={SCHEMA_VERSION + 5}")
    with pytest.raises(StoreNewerError, match="newer Magray"):
        migrate(store, backups=tmp_path / "backups")
    assert schema_version(store) == SCHEMA_VERSION + 5


def test_no_room_for_the_backup_means_no_step(store: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import shutil

    full = shutil.disk_usage(tmp_path)._replace(free=10)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: full)
    step = Migration(SCHEMA_VERSION + 1, "colour", add_colour)
    with pytest.raises(StoreFullError, match="no room"):
        migrate(store, backups=tmp_path / "backups", migrations=[step], version=SCHEMA_VERSION + 1)
    assert "colour" not in columns(store)


def test_old_backups_are_pruned(store: Database, tmp_path: Path) -> None:
    steps = [
        Migration(SCHEMA_VERSION + index, f"step {index}", lambda writer, index=index: writer.execute_sql(
            f"ALTER TABLE memory ADD COLUMN extra{index} TEXT"
        ))
        for index in range(1, 5)
    ]  # fmt: skip
    for step in steps:
        migrate(store, backups=tmp_path / "backups", kept=2, migrations=[step], version=step.version)
    names = sorted(path.name.split("-")[1] for path in (tmp_path / "backups").glob("*.magray-backup"))
    assert names == [f"format{SCHEMA_VERSION + 2}", f"format{SCHEMA_VERSION + 3}"]


def test_several_steps_need_one_backup(store: Database, tmp_path: Path) -> None:
    steps = [Migration(SCHEMA_VERSION + 1, "colour", add_colour), Migration(SCHEMA_VERSION + 2, "more", lambda _: None)]
    assert migrate(store, backups=tmp_path / "backups", migrations=steps, version=SCHEMA_VERSION + 2) == [
        "colour", "more",
    ]  # fmt: skip
    assert len(list((tmp_path / "backups").glob("*.magray-backup"))) == 1


def test_the_copy_just_made_stays_though_the_clock_was_set_back(store: Database, tmp_path: Path) -> None:
    backups = tmp_path / "backups"
    backups.mkdir()
    ahead = time.time() + 365 * 86400
    for number in range(3):
        copy = backups / f"magray-format0-2099010{number}-000000.db"
        copy.write_bytes(b"older")
        os.utime(copy, (ahead + number, ahead + number))
    step = Migration(SCHEMA_VERSION + 1, "colour", add_colour)
    migrate(store, backups=backups, kept=2, migrations=[step], version=SCHEMA_VERSION + 1)
    left = sorted(path.name for path in backups.glob("magray-*"))
    assert len(left) == 2
    assert left[0] == "magray-format0-20990102-000000.db"
    assert left[1].startswith(f"magray-format{SCHEMA_VERSION}-")
