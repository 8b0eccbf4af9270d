"""A backup takes the database's place at the next start, whole or not at all, and what was there before is kept."""

from __future__ import annotations

import shutil
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.errors import BackupDamagedError, BackupError, PassphraseError, StoreFullError, StoreNewerError
from engine.memory.backup import file_format, making, restoring
from engine.memory.backup.making import Made, Order
from engine.memory.backup.restoring import Swapped
from engine.memory.backup.shelf import Shelf
from engine.memory.records import SCHEMA_VERSION
from engine.memory.store import copies, recall_queries
from tests.helpers.truth import Truth, follow

AT = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)


def still() -> None:
    """Nothing is in the way."""


@pytest.fixture
def truth(tmp_path: Path) -> Truth:
    made = Truth(tmp_path / "data")
    made.add("first", "second")
    return made


def backed_up(truth: Truth, name: str = "a", passphrase: str | None = None) -> Made:
    with truth.store.write() as writer:
        secret = copies.secret(writer)
    target = truth.folder.parent / f"{name}.magray-backup"
    order = Order(target=target, reason="owner", created=AT, secret=secret, passphrase=passphrase)
    return making.make(truth.store.path, order, scratch=truth.folder / "backups", breathe=still)


def swapped(truth: Truth, at: datetime = AT) -> Swapped | None:
    return restoring.swap(
        truth.store.path, shelf=Shelf(truth.folder / "backups"), indexes=truth.indexes, now=at, kept=5
    )


def texts(path: Path) -> list[str]:
    with copies.opened(path) as opened:
        return [row[0] for row in opened.execute("SELECT text FROM memory ORDER BY number")]


def test_it_takes_place_at_the_next_start_and_the_state_before_is_kept(truth: Truth) -> None:
    made = backed_up(truth)
    truth.add("later")
    contents = restoring.prepare(truth.store.path, made.path, None, breathe=still)
    assert contents.memories == 2
    with truth.store.read() as reader:
        assert reader.execute_sql("SELECT count(*) FROM memory").fetchone() == (3,)  # nothing has changed yet
    truth.close()
    done = swapped(truth)
    assert done is not None
    assert done.restored
    assert done.kept is not None
    assert texts(truth.store.path) == ["first", "second"]
    assert sorted(path.name for path in truth.folder.iterdir()) == ["backups", "indexes", "magray.db", "magray.lock"]
    restoring.unpack(done.kept, None, truth.folder / "before.db", breathe=still)
    assert texts(truth.folder / "before.db") == ["first", "second", "later"]
    assert file_format.read_head(done.kept).header.reason == "restore"
    assert swapped(truth) is None


def test_a_log_that_a_kill_left_behind_is_not_laid_over_the_restored_state(truth: Truth, tmp_path: Path) -> None:
    made = backed_up(truth)
    truth.add("only in the log")
    killed = tmp_path / "killed"
    shutil.copytree(truth.folder, killed)
    assert (killed / "magray.db-wal").stat().st_size > 0
    truth.close()
    restoring.prepare(killed / "magray.db", made.path, None, breathe=still)
    done = restoring.swap(
        killed / "magray.db", shelf=Shelf(killed / "backups"), indexes=killed / "indexes", now=AT, kept=5
    )
    assert done is not None
    assert done.kept is not None
    assert texts(killed / "magray.db") == ["first", "second"]
    restoring.unpack(done.kept, None, tmp_path / "before.db", breathe=still)
    assert "only in the log" in texts(tmp_path / "before.db")


def test_another_computer_has_nothing_to_keep(truth: Truth, tmp_path: Path) -> None:
    made = backed_up(truth, passphrase="correct horse")
    truth.close()
    other = Truth(tmp_path / "other")
    other.close()
    with pytest.raises(PassphraseError):
        restoring.prepare(other.store.path, made.path, "another one", breathe=still)
    restoring.prepare(other.store.path, made.path, "correct horse", breathe=still)
    done = swapped(other)
    assert done == Swapped(restored=True, kept=None)
    assert texts(other.store.path) == ["first", "second"]


def test_a_folder_without_a_database_takes_one(truth: Truth, tmp_path: Path) -> None:
    made = backed_up(truth)
    truth.close()
    bare = tmp_path / "bare"
    bare.mkdir()
    restoring.prepare(bare / "magray.db", made.path, None, breathe=still)
    done = restoring.swap(bare / "magray.db", shelf=Shelf(bare / "backups"), indexes=bare / "indexes", now=AT, kept=5)
    assert done == Swapped(restored=True)
    assert texts(bare / "magray.db") == ["first", "second"]


def test_a_damaged_database_is_kept_as_it_is(truth: Truth) -> None:
    made = backed_up(truth)
    truth.add(*[f"more {number}" for number in range(400)])
    truth.close()
    data = bytearray(truth.store.path.read_bytes())
    data[100:] = b"\x5a" * (len(data) - 100)
    truth.store.path.write_bytes(data)
    restoring.prepare(truth.store.path, made.path, None, breathe=still)
    done = swapped(truth)
    assert done is not None
    assert done.restored
    assert done.kept is not None
    assert done.kept.read_bytes() == data
    assert texts(truth.store.path) == ["first", "second"]


def test_an_older_plain_copy_can_be_restored(truth: Truth, tmp_path: Path) -> None:
    copies.hot_copy(truth.store.path, tmp_path / "old.db", still)
    truth.close()
    assert restoring.prepare(truth.store.path, tmp_path / "old.db", None, breathe=still).memories == 2
    (tmp_path / "none.db").write_bytes(b"no database")
    with pytest.raises(BackupDamagedError, match="no backup"):
        restoring.prepare(truth.store.path, tmp_path / "none.db", None, breathe=still)


def test_a_newer_format_is_refused_untouched(truth: Truth, tmp_path: Path) -> None:
    truth.store.writer.execute_sql(f"PRAGMA user_version={SCHEMA_VERSION + 1}")
    made = backed_up(truth)
    copies.hot_copy(truth.store.path, tmp_path / "newer.db", still)
    for path in (made.path, tmp_path / "newer.db"):
        with pytest.raises(StoreNewerError, match="newer Magray"):
            restoring.prepare(truth.store.path, path, None, breathe=still)
    assert not restoring.waiting(truth.store.path).exists()
    truth.close()


def test_a_backup_whose_database_is_damaged_is_refused(truth: Truth, tmp_path: Path) -> None:
    """As one that somebody made by hand: every digest in it is right, the database is not."""
    truth.add(*[f"more {number}" for number in range(400)])
    truth.close()
    torn = tmp_path / "torn.db"
    shutil.copyfile(truth.store.path, torn)
    with sqlite3.connect(torn) as connection:
        connection.execute("PRAGMA writable_schema=1")
        connection.execute("UPDATE sqlite_master SET rootpage = 3 WHERE name = 'memory_sequence'")
    connection.close()
    with copies.opened(torn) as opened:
        facts = copies.facts(opened)
    contents = file_format.Contents(
        size=torn.stat().st_size,
        sha256=making._sha256(torn, still),
        memories=facts.memories,
        documents=0,
        conversations=0,
        sequence=facts.sequence,
    )
    header = file_format.Header(created=AT, app="0", schema=SCHEMA_VERSION, reason="owner", origin="")
    path = tmp_path / "forged.magray-backup"
    with path.open("wb") as file:
        file_format.write(
            file, header=lambda _: header, contents=contents, marks=(), source=torn, key=None, breathe=lambda _: None
        )
    with pytest.raises(BackupDamagedError, match="is damaged"):
        restoring.prepare(truth.store.path, path, None, breathe=still)
    assert list(truth.folder.glob("*.restore*")) == []


@pytest.mark.expected_logs("a backup was not restored")
def test_no_room_is_told_and_changes_nothing(truth: Truth, monkeypatch: pytest.MonkeyPatch) -> None:
    made = backed_up(truth)
    truth.close()
    full = shutil.disk_usage(truth.folder)._replace(free=10)
    with monkeypatch.context() as patched:
        patched.setattr(shutil, "disk_usage", lambda path: full)
        with pytest.raises(StoreFullError, match="no room"):
            restoring.prepare(truth.store.path, made.path, None, breathe=still)
    restoring.prepare(truth.store.path, made.path, None, breathe=still)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: full)
    done = swapped(truth)  # no room to keep the state before
    assert done is not None
    assert not done.restored
    assert "all is as it was before" in done.problem
    assert texts(truth.store.path) == ["first", "second"]
    assert swapped(truth) is None


def test_a_missing_file_is_told(truth: Truth, tmp_path: Path) -> None:
    truth.close()
    with pytest.raises(BackupError, match="cannot be read"):
        restoring.prepare(truth.store.path, tmp_path / "nowhere.magray-backup", None, breathe=still)
    with pytest.raises(BackupError):
        restoring.prepare(truth.store.path, tmp_path, None, breathe=still)


def test_a_restore_can_be_taken_back(truth: Truth) -> None:
    made = backed_up(truth)
    restoring.prepare(truth.store.path, made.path, None, breathe=still)
    assert restoring.forget(truth.store.path)
    assert not restoring.forget(truth.store.path)
    truth.close()
    assert swapped(truth) is None


def test_indexes_of_the_state_before_are_foreign_though_the_sequence_grew_past_theirs(truth: Truth) -> None:
    """The restored state counts on from a lower number and comes to numbers that stood for something else."""
    made = backed_up(truth)
    truth.add(*[f"before {number}" for number in range(40)])
    saved = truth.layer_index("assets", exact_below=10)
    follow(saved)
    saved.save()
    saved.close()
    kept = {path: path.read_bytes() for path in truth.indexes.iterdir() if path.is_file()}
    with truth.store.read() as reader:
        identity = recall_queries.database_identity(reader)
    truth.close()
    restoring.prepare(truth.store.path, made.path, None, breathe=still)
    assert swapped(truth) is not None
    assert list(truth.indexes.iterdir()) == []
    for path, data in kept.items():
        path.write_bytes(data)  # as where a kill came between
    truth.store.open()
    with truth.store.read() as reader:
        assert recall_queries.database_identity(reader) != identity
    truth.add(*[f"after {number}" for number in range(60)])
    again = truth.layer_index("assets", exact_below=10)
    with pytest.raises(Exception, match="its database is"):
        again.open()
    follow(again)
    assert again.verify() == []
    again.close()
    truth.close()


def test_each_restore_has_an_identity_of_its_own(truth: Truth) -> None:
    made = backed_up(truth)
    truth.close()
    found = set()
    for _ in range(3):
        restoring.prepare(truth.store.path, made.path, None, breathe=still)
        assert swapped(truth) is not None
        truth.store.open()
        with truth.store.read() as reader:
            found.add(recall_queries.database_identity(reader))
        truth.close()
    assert len(found) == 3


def test_what_a_kill_left_half_unpacked_goes_at_the_next_start(truth: Truth) -> None:
    truth.close()
    for name in ("magray.db.restore.part", "magray.db.restore.part-journal"):
        (truth.folder / name).write_bytes(b"half")
    (truth.folder / "backups").mkdir(exist_ok=True)
    for name in ("copy-0123.part", "copy-0123.part-journal", ".magray-x.magray-backup.77.part"):
        (truth.folder / "backups" / name).write_bytes(b"half")
    assert swapped(truth) is None
    assert list(truth.folder.glob("*.restore*")) == []
    assert list((truth.folder / "backups").iterdir()) == []
