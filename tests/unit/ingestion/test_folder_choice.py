"""Which folders can be watched."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.errors import IngestionError
from engine.ingestion.folder_choice import check_choice
from engine.memory.store.watched_folders import FolderRow


def row(path: Path) -> FolderRow:
    now = datetime.now(UTC)
    return FolderRow(
        number=1, id="a", path=str(path), paused=False, ignore=(), added_at=now, scanned_at=None, problem=None
    )


def refusal(path: Path, *, own: tuple[Path, ...] = (), watched: tuple[Path, ...] = ()) -> str:
    with pytest.raises(IngestionError) as caught:
        check_choice(path, own_folders=own, watched=[row(one) for one in watched])
    return str(caught.value)


def test_a_folder_is_taken_by_its_real_path(tmp_path: Path) -> None:
    folder = tmp_path / "papers"
    folder.mkdir()
    found = check_choice(folder, own_folders=[tmp_path / "data"], watched=[])
    assert found == os.path.realpath(folder)
    if os.name == "posix":
        (tmp_path / "link").symlink_to(folder, target_is_directory=True)
        assert check_choice(tmp_path / "link", own_folders=[], watched=[]) == found
        assert "watched already" in refusal(tmp_path / "link", watched=(folder,))


def test_what_is_not_there_or_is_a_file(tmp_path: Path) -> None:
    assert "There is no folder" in refusal(tmp_path / "nothing")
    (tmp_path / "file.txt").write_text("words")
    assert "is a file" in refusal(tmp_path / "file.txt")


def test_twice_and_inside_one_that_is_watched(tmp_path: Path) -> None:
    inner = tmp_path / "papers" / "2025"
    inner.mkdir(parents=True)
    assert refusal(tmp_path / "papers", watched=(tmp_path / "papers",)).endswith("is watched already.")
    assert "as a part of" in refusal(inner, watched=(tmp_path / "papers",))
    assert check_choice(tmp_path / "papers", own_folders=[], watched=[row(inner)])
    (tmp_path / "papers2").mkdir()
    assert check_choice(tmp_path / "papers2", own_folders=[], watched=[row(tmp_path / "papers")])


def test_magrays_own_folders(tmp_path: Path) -> None:
    (tmp_path / "data" / "cache").mkdir(parents=True)
    for path in (tmp_path / "data", tmp_path / "data" / "cache"):
        assert "Magray's own data" in refusal(path, own=(tmp_path / "data",))
    assert check_choice(tmp_path, own_folders=[tmp_path / "data"], watched=[])


@pytest.mark.skipif(os.name != "posix", reason="folders of POSIX")
def test_folders_of_the_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in ("/", "/etc", "/usr/share", "/dev", "/tmp"):
        assert "Choose" in refusal(Path(path)), path
    home = tmp_path / "home" / "ann"
    (home / "Documents").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    assert "such as Documents" in refusal(home)
    assert "such as Documents" in refusal(home.parent)
    assert check_choice(Path("~/Documents"), own_folders=[], watched=[]) == os.path.realpath(home / "Documents")


def test_a_name_that_is_no_text(tmp_path: Path) -> None:
    assert "not valid text" in refusal(tmp_path / "a\x00b")
    assert "not valid text" in refusal(tmp_path / "a\ud800b")
