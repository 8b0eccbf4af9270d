"""Files under what was dropped."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from engine.ingestion.walking import walk

posix = pytest.mark.skipif(os.name != "posix", reason="links and permissions of POSIX")


def names(folder: Path, **options: object) -> list[str]:
    return [Path(met.path).name for met in walk([folder], ignore=options.get("ignore", ()))]  # type: ignore[arg-type]


def test_in_the_order_of_names_and_without_what_is_ignored(tmp_path: Path) -> None:
    for name in ("b/2.txt", "b/1.txt", "a.txt", "node_modules/x.js", "c.tmp", ".DS_Store"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("words")
    assert names(tmp_path, ignore=("node_modules", "*.tmp", ".DS_Store")) == ["a.txt", "1.txt", "2.txt"]


def test_what_is_named_itself_is_never_ignored(tmp_path: Path) -> None:
    path = tmp_path / "c.tmp"
    path.write_text("words")
    assert names(path, ignore=("*.tmp",)) == ["c.tmp"]


@posix
def test_links_in_a_circle_end(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "up").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "a" / "itself").symlink_to(tmp_path / "a" / "itself")
    (tmp_path / "a" / "words.txt").write_text("words")
    found = {Path(met.path).name: met.reason for met in walk([tmp_path], ignore=())}
    assert found["words.txt"] is None
    assert found["itself"] == "it is a link that leads back to itself"
    assert set(found) == {"words.txt", "itself"}


@posix
def test_pipes_are_told(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (met,) = walk([tmp_path], ignore=())
    assert met.skipped
    assert met.reason is not None
    assert "pipe" in met.reason


@posix
@pytest.mark.skipif(os.name == "posix" and os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_cannot_be_opened_has_a_row(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o000)
    (tmp_path / "open.txt").write_text("words")
    try:
        found = {Path(met.path).name: met.reason for met in walk([tmp_path], ignore=())}
    finally:
        closed.chmod(0o700)
    assert found == {"closed": "the folder cannot be opened (permission denied)", "open.txt": None}


def test_a_folder_that_cannot_be_listed_has_a_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = tmp_path / "closed"
    closed.mkdir()
    (tmp_path / "open.txt").write_text("words")
    listing = os.listdir

    def refuse(path: Path) -> list[str]:
        if path == closed:
            raise PermissionError(13, "Permission denied", str(path))
        return listing(path)

    monkeypatch.setattr("engine.ingestion.walking.os.listdir", refuse)
    found = {Path(met.path).name: met.reason for met in walk([tmp_path], ignore=())}
    assert found == {"closed": "the folder cannot be opened (permission denied)", "open.txt": None}


@pytest.mark.skipif(os.name != "posix" or sys.platform == "darwin", reason="names of any bytes, as Linux takes them")
def test_a_name_that_is_no_text_has_a_row_and_the_rest_goes_on(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"a\xff.txt")).write_text("words")
    (tmp_path / "b.txt").write_text("words")
    odd, plain = walk([tmp_path], ignore=())
    assert odd.path.endswith("a\ufffd.txt")
    assert odd.reason is not None
    assert "rename" in odd.reason
    assert plain.reason is None


def test_paths_that_no_system_takes() -> None:
    for odd in ("a\x00b", "a\ud800b", "~nobody-of-this-name/x", "x" * 5000):
        (met,) = walk([Path(odd)], ignore=())
        assert met.reason is not None
        met.path.encode()
