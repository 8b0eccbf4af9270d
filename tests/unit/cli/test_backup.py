"""Backups, restores and carrying memories from the command line, in one process."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from engine.cli import main

PASSPHRASE = "correct horse battery"


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs `magray` on a data folder; gives back its exit status, output and error output."""

    def call(*arguments: str, folder: str = "data") -> tuple[int, str, str]:
        status = main(["--data-dir", str(tmp_path / folder), *arguments])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return call


@pytest.fixture
def key(tmp_path: Path) -> str:
    path = tmp_path / "key.txt"
    path.write_text(f"{PASSPHRASE}\nnothing else counts\n")
    return str(path)


def test_a_backup_goes_to_another_folder_and_back(run: Any, key: str, tmp_path: Path) -> None:
    run("memory", "add", "the boat leaves at nine")
    file = str(tmp_path / "a.magray-backup")
    status, out, _ = run("memory", "backup", file, "--passphrase-file", key)
    assert status == 0
    assert "1 memory, encrypted, whole" in out
    status, out, _ = run("memory", "backups", "--json")
    (one,) = json.loads(out)["backups"]
    assert (one["path"], one["encrypted"], one["memories"]) == (file, True, 1)
    status, out, _ = run("memory", "backups", "--check", file, "--passphrase-file", key)
    assert (status, "is whole" in out) == (0, True)
    status, _, err = run("memory", "restore", file, folder="other")
    assert status == 1
    assert "--passphrase-file" in err
    (tmp_path / "wrong.txt").write_text("another passphrase")
    status, _, err = run("memory", "restore", file, "--passphrase-file", str(tmp_path / "wrong.txt"), folder="other")
    assert status == 1
    assert "does not open" in err
    status, out, _ = run("memory", "restore", file, "--passphrase-file", key, folder="other")
    assert status == 0
    assert "The backup was restored" in out
    assert "1 memory, 0 documents, 0 conversations." in out
    status, out, _ = run("memory", "list", "--json", folder="other")
    assert [one["text"] for one in json.loads(out)["memories"]] == ["the boat leaves at nine"]
    status, out, _ = run("memory", "backups", "--delete", file)
    assert out == "1 backup deleted.\n"
    status, out, _ = run("memory", "backups")
    assert "`magray memory backup` makes one" in out


def test_a_damaged_database_is_told_and_restored_over(run: Any, tmp_path: Path) -> None:
    run("memory", "add", "kept in a backup")
    status, out, _ = run("memory", "backup", "--json")
    made = json.loads(out)["path"]
    database = tmp_path / "data" / "magray.db"
    database.write_bytes(b"SQLite format 3\x00" + b"\x5a" * 40_000)
    status, _, err = run("memory", "list")
    assert status == 1
    assert f"magray memory restore {made}" in err
    status, out, _ = run("memory", "restore", made, "--json")
    assert status == 0
    assert json.loads(out)["restored"] is True
    status, out, _ = run("memory", "list", "--json")
    assert [one["text"] for one in json.loads(out)["memories"]] == ["kept in a backup"]
    assert list((tmp_path / "data" / "backups").glob("*.damaged"))


def test_what_is_no_backup_changes_nothing(run: Any, tmp_path: Path) -> None:
    run("memory", "add", "stays")
    (tmp_path / "letter.txt").write_text("dear friend")
    for name in ("letter.txt", "nowhere.magray-backup"):
        status, _, err = run("memory", "restore", str(tmp_path / name))
        assert status == 1
        assert name in err
    status, _, err = run("memory", "backup", str(tmp_path / "letter.txt"))
    assert status == 1
    assert "no backup, so it was left" in err
    assert "stays" in run("memory", "list")[1]


def test_memories_go_out_and_in(run: Any, tmp_path: Path) -> None:
    for text in ("one", "two"):
        run("memory", "add", text)
    file = str(tmp_path / "a.jsonl")
    status, out, _ = run("memory", "export", file, "--vectors")
    assert (status, out) == (0, f"2 memories written to {file}.\n")
    _, out, _ = run("memory", "export", "-")
    told = [json.loads(line) for line in out.splitlines()]
    assert [one["text"] for one in told] == ["one", "two"]
    _, out, _ = run("memory", "export", "-", "--id", told[1]["id"])
    assert json.loads(out)["text"] == "two"
    with Path(file).open("a") as opened:
        opened.write("not json\n")
    status, out, err = run("memory", "import", file, folder="other")
    assert status == 0
    assert out == "2 memories imported, 1 line not imported.\n"
    assert err.startswith("line 3: it is not JSON")
    status, out, _ = run("memory", "import", file, "--json", folder="other")
    assert (json.loads(out)["added"], json.loads(out)["present"]) == (0, 2)
    (tmp_path / "bad.jsonl").write_text("bad\n" * 30)
    status, _, err = run("memory", "import", str(tmp_path / "bad.jsonl"))
    assert status == 1
    assert "and 10 more lines" in err


def test_verify_mends_where_it_is_asked_to(run: Any) -> None:
    run("memory", "add", "one")
    status, out, _ = run("memory", "verify", "--mend")
    assert (status, out) == (0, "1 memory; every index agrees with the database.\n")
