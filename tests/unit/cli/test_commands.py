"""Every command over a real engine, in this process."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from engine.cli import main

NOTE = """# Harbour office

The office stands at the end of the eastern pier and has four rooms.

The lease of the harbour office ends on 31 May 2027.
"""


class Magray:
    """One data folder and its command line."""

    def __init__(self, data_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.data_dir = data_dir
        self._capsys = capsys
        self.err = ""

    def __call__(self, *arguments: str, status: int = 0) -> str:
        found = main(["--data-dir", str(self.data_dir), *arguments])
        captured = self._capsys.readouterr()
        self.err = captured.err
        assert found == status, captured
        return captured.out

    def json(self, *arguments: str, status: int = 0) -> Any:
        return json.loads(self(*arguments, "--json", status=status))


@pytest.fixture
def magray(data_dir: Path, capsys: pytest.CaptureFixture[str]) -> Magray:
    return Magray(data_dir, capsys)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "harbour.md").write_text(NOTE, encoding="utf-8")
    (folder / "empty.txt").touch()
    return folder


def test_files_are_read_found_and_quoted(magray: Magray, folder: Path) -> None:
    report = magray.json("ingest", str(folder))
    rows = {Path(row["path"]).name: row for row in report["files"]}
    assert set(rows["harbour.md"]) == {"path", "state", "reason", "chunks", "seconds"}
    assert rows["harbour.md"]["state"] == "done"
    assert rows["harbour.md"]["chunks"] >= 1
    assert rows["empty.txt"]["state"] == "skipped"
    assert rows["empty.txt"]["reason"]
    assert report["seconds"] > 0

    hits = magray.json("search", "end of the lease", "--limit", "1", "--explain")["hits"]
    assert len(hits) == 1
    assert "31 May 2027" in hits[0]["memory"]["text"]
    assert hits[0]["source"]["path"] == str(folder / "harbour.md")
    assert hits[0]["scores"]

    answer = magray.json("ask", "When does the lease of the harbour office end?")
    assert "31 May 2027" in answer["text"]
    assert answer["made_by"] == "quotes"
    assert answer["abstained"] is False
    assert answer["citations"][0]["number"] == 1
    out = magray("ask", "When does the lease of the harbour office end?")
    assert "31 May 2027" in out
    assert "harbour.md" in out

    out = magray("ingest", str(folder))
    assert "skipped:" in out
    assert "1 done, 1 skipped" in out


def test_a_path_that_leads_nowhere_is_a_row_and_no_failure(magray: Magray, tmp_path: Path) -> None:
    (row,) = magray.json("ingest", str(tmp_path / "nowhere.txt"))["files"]
    assert row["state"] in ("failed", "skipped")
    assert row["reason"]


def test_an_unknown_matter_is_an_abstention_and_no_failure(magray: Magray, folder: Path) -> None:
    magray("ingest", str(folder))
    answer = magray.json("ask", "Which metal do volcanologists on Io study with zeppelins?")
    assert answer["abstained"] is True
    assert answer["citations"] == []


def test_a_memory_from_its_adding_to_its_end(magray: Magray, tmp_path: Path) -> None:
    added = magray.json(
        "memory", "add", "The spare key is with Ann.", "--title", "Key", "--tag", "home", "--tag", "keys"
    )
    assert added["layer"] == "assets"
    assert added["kind"] == "note"
    assert added["tags"] == ["home", "keys"]
    assert magray.json("memory", "show", added["id"])["text"] == "The spare key is with Ann."
    assert "The spare key is with Ann." in magray("memory", "show", added["id"])
    assert [m["id"] for m in magray.json("memory", "list")["memories"]] == [added["id"]]
    assert magray.json("memory", "list", "--layer", "interact")["memories"] == []
    assert added["id"] in magray("memory", "list")
    assert magray.json("search", "spare key")["hits"][0]["memory"]["id"] == added["id"]

    target = tmp_path / "out.jsonl"
    assert magray.json("memory", "export", str(target)) == {"file": str(target), "memories": 1}
    assert [json.loads(line)["text"] for line in target.read_text(encoding="utf-8").splitlines()] == [added["text"]]
    assert json.loads(magray("memory", "export", "-"))["id"] == added["id"]

    assert "undelete" in magray("memory", "delete", added["id"])
    assert magray.json("memory", "list")["memories"] == []
    assert [m["id"] for m in magray.json("memory", "list", "--deleted")["memories"]] == [added["id"]]
    assert magray.json("memory", "undelete", added["id"]) == {"undeleted": 1}
    assert magray.json("search", "spare key")["hits"][0]["memory"]["id"] == added["id"]
    assert magray.json("memory", "delete", added["id"], "--erase") == {"erased": 1}
    assert magray.json("memory", "list", "--deleted")["memories"] == []
    magray("memory", "undelete", added["id"], status=1)
    assert "That id names nothing" in magray.err


def test_text_comes_from_standard_input_too(magray: Magray, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("Written elsewhere."))
    assert magray.json("memory", "add", "-", "--layer", "insights", "--kind", "fact")["text"] == "Written elsewhere."


def test_verify_and_rebuild(magray: Magray) -> None:
    magray("memory", "add", "Something.")
    assert magray.json("memory", "verify")["problems"] == []
    assert "every index agrees" in magray("memory", "verify")
    assert magray.json("memory", "rebuild")["memories"] == 1
    assert "every index agrees" in magray("memory", "rebuild")


def test_status(magray: Magray) -> None:
    magray("memory", "add", "Something.")
    status = magray.json("status")
    assert status["memories"]["assets"] == 1
    assert status["data_dir"] == str(magray.data_dir)
    assert status["components"]
    assert str(magray.data_dir) in magray("status")


@pytest.mark.parametrize(
    "arguments",
    [
        ["memory", "show", "nothing"],
        ["memory", "delete", "nothing"],
        ["memory", "add", "   "],
        ["search", ""],
        ["ask", " "],
    ],
)
def test_a_failure_is_one_line_and_1(magray: Magray, arguments: list[str]) -> None:
    assert magray(*arguments, status=1) == ""
    assert magray.err.startswith("magray: ")
    assert magray.err.count("\n") == 1


def test_an_export_that_cannot_be_written_leaves_what_was_there(magray: Magray, tmp_path: Path) -> None:
    magray("memory", "add", "Something.")
    (tmp_path / "folder").mkdir()
    magray("memory", "export", str(tmp_path / "folder"), status=1)
    assert "cannot be written" in magray.err
    magray("memory", "export", str(tmp_path / "no" / "where.jsonl"), status=1)
    assert list(tmp_path.glob(".*")) == []


def test_a_data_folder_that_is_a_file(magray: Magray) -> None:
    magray.data_dir.write_text("a file")
    magray("status", status=1)
    assert str(magray.data_dir) in magray.err
