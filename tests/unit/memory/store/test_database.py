import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.errors import (
    EngineClosedError,
    StoreBusyError,
    StoreDamagedError,
    StoreError,
    StoreFullError,
    StoreReadOnlyError,
)
from engine.memory.migrations import migrate
from engine.memory.store.database import Database

LAST_SEQUENCE = "SELECT value FROM meta WHERE key = 'sequence'"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "magray.db", lock_path=tmp_path / "magray.lock")
    database.open()
    migrate(database, backups=tmp_path / "backups")
    yield database
    database.close()


def test_sequences_rise_and_are_never_given_twice(store: Database) -> None:
    with store.write() as writer:
        first = store.next_sequences(writer, 3)
        second = store.next_sequences(writer, 2)
    assert [*first, *second] == [1, 2, 3, 4, 5]
    with store.read() as reader:
        assert store.last_sequence(reader) == 5


def test_an_error_rolls_back_everything(store: Database) -> None:
    with pytest.raises(ValueError, match="no"), store.write() as writer:
        store.next_sequences(writer, 7)
        raise ValueError("no")
    with store.read() as reader:
        assert store.last_sequence(reader) == 0


def test_a_reader_sees_what_was_committed_when_it_began(store: Database) -> None:
    with store.read() as reader:
        assert store.last_sequence(reader) == 0
        with store.write() as writer:
            store.next_sequences(writer, 1)
        assert store.last_sequence(reader) == 0
    with store.read() as reader:
        assert store.last_sequence(reader) == 1


def test_readers_are_reused_and_bounded(tmp_path: Path) -> None:
    store = Database(tmp_path / "a.db", lock_path=tmp_path / "a.lock", readers=1)
    store.open()
    with store.read() as first:
        pass
    with store.read() as second:
        assert second is first
    store.close()


def test_a_second_process_is_told_who_is_there(store: Database) -> None:
    code = (
        "import sys; from pathlib import Path; from engine.memory.store.database import Database\n"
        "from engine.errors import StoreBusyError\n"
        "d = Database(Path(sys.argv[1]) / 'magray.db', lock_path=Path(sys.argv[1]) / 'magray.lock')\n"
        "try: d.open()\n"
        "except StoreBusyError as error: print(error); sys.exit(7)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(store.path.parent)], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 7, done.stderr
    assert "Another Magray" in done.stdout


def test_the_lock_is_free_after_close(store: Database) -> None:
    store.close()
    again = Database(store.path, lock_path=store.path.parent / "magray.lock")
    again.open()
    again.close()


def test_closed_means_closed(store: Database) -> None:
    store.close()
    with pytest.raises(EngineClosedError), store.read():
        pytest.fail("read a closed database")
    with pytest.raises(EngineClosedError), store.write():
        pytest.fail("wrote to a closed database")


def test_close_folds_the_log_in(store: Database) -> None:
    with store.write() as writer:
        store.next_sequences(writer, 9)
    store.close()
    alone = store.path.parent / "alone.db"
    shutil.copy(store.path, alone)
    plain = sqlite3.connect(alone)
    assert plain.execute(LAST_SEQUENCE).fetchone() == ("9",)
    plain.close()


def test_a_file_that_is_no_database_is_named_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "magray.db"
    path.write_bytes(b"this is a letter to my aunt, not a database" * 100)
    before = path.read_bytes()
    database = Database(path, lock_path=tmp_path / "magray.lock")
    with pytest.raises(StoreError, match=r"magray\.db"):
        database.open()
    assert path.read_bytes() == before


def test_a_folder_in_place_of_the_database(tmp_path: Path) -> None:
    (tmp_path / "magray.db").mkdir()
    database = Database(tmp_path / "magray.db", lock_path=tmp_path / "magray.lock")
    with pytest.raises(StoreReadOnlyError, match="cannot be written"):
        database.open()


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("database or disk is full", StoreFullError),
        ("attempt to write a readonly database", StoreReadOnlyError),
        ("database disk image is malformed", StoreDamagedError),
        ("database is locked", StoreBusyError),
        ("something new", StoreError),
    ],
)
def test_what_sqlite_says_becomes_an_error_that_helps(store: Database, words: str, kind: type[StoreError]) -> None:
    with pytest.raises(kind) as caught, store.errors():
        raise sqlite3.OperationalError(words)
    assert type(caught.value) is kind
    assert str(store.path.parent) in str(caught.value)


def test_a_full_database_rolls_back_and_goes_on(store: Database) -> None:
    pages = store.writer.execute_sql("PRAGMA page_count").fetchone()[0]
    store.writer.execute_sql(f"PRAGMA max_page_count={pages + 4}")
    with pytest.raises(StoreFullError), store.write() as writer:
        writer.execute_sql("INSERT INTO meta(key, value) VALUES ('big', ?)", ("x" * 1_000_000,))
    store.writer.execute_sql("PRAGMA max_page_count=1000000")
    with store.write() as writer:
        assert list(store.next_sequences(writer, 1)) == [1]


def test_quick_check_finds_nothing_wrong_with_a_new_database(store: Database) -> None:
    assert store.quick_check() == []


def test_quick_check_finds_rows_that_point_nowhere(store: Database) -> None:
    store.close()
    plain = sqlite3.connect(store.path)
    plain.execute("INSERT INTO page(document, page, text) VALUES (99, 1, 'hello')")
    plain.commit()
    plain.close()
    store.open()
    assert store.quick_check() == ["1 rows point to rows that are not there"]
