"""What is passed over in a watched folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.errors import IngestionError
from engine.ingestion.folder_scan import examine, scan
from engine.ingestion.ignoring import IgnoreRules, check_patterns


def make(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("words")


def rules(folder: Path, *patterns: str, names: tuple[str, ...] = (), gitignore: bool = True) -> IgnoreRules:
    return IgnoreRules(str(folder), names=names, patterns=patterns, gitignore=gitignore)


def seen(folder: Path, by: IgnoreRules) -> set[str]:
    looks = scan(str(folder), by, leave=())
    return {Path(path).relative_to(folder).as_posix() for looked in looks for path in looked.files}


def test_git_files_on_the_way_count_and_the_deeper_one_wins(tmp_path: Path) -> None:
    make(tmp_path, "a.log", "keep.log", "build/x.txt", "sub/a.log", "sub/build/y.txt", "sub/only.txt", "only.txt")
    (tmp_path / ".gitignore").write_text("*.log\n!keep.log\nbuild/\n/only.txt\n.gitignore\n")
    (tmp_path / "sub" / ".gitignore").write_text("!a.log\n")
    assert seen(tmp_path, rules(tmp_path)) == {"keep.log", "sub/a.log", "sub/only.txt"}


def test_nothing_comes_back_from_below_an_ignored_folder(tmp_path: Path) -> None:
    make(tmp_path, "build/keep.txt", "a.txt")
    (tmp_path / ".gitignore").write_text("build/\n!build/keep.txt\n.gitignore\n")
    assert seen(tmp_path, rules(tmp_path)) == {"a.txt"}


def test_own_patterns_win_over_git_files(tmp_path: Path) -> None:
    make(tmp_path, "a.log", "b.log", "notes/secret.txt")
    (tmp_path / ".gitignore").write_text("*.log\n.gitignore\n")
    assert seen(tmp_path, rules(tmp_path, "!a.log", "/notes")) == {"a.log"}


def test_git_files_may_be_left_alone(tmp_path: Path) -> None:
    make(tmp_path, "a.log")
    (tmp_path / ".gitignore").write_text("*.log\n")
    assert seen(tmp_path, rules(tmp_path, gitignore=False)) == {"a.log", ".gitignore"}


def test_names_of_the_settings_hold_everywhere(tmp_path: Path) -> None:
    make(tmp_path, ".git/config", "deep/.git/config", "a.tmp", "a.txt")
    assert seen(tmp_path, rules(tmp_path, names=(".git", "*.tmp"))) == {"a.txt"}


def test_a_broken_line_in_somebodys_file_spoils_no_other(tmp_path: Path) -> None:
    make(tmp_path, "a.log", "a.txt")
    (tmp_path / ".gitignore").write_bytes(b"!\n\xff\xfe\n*.log\n.gitignore\n")
    assert seen(tmp_path, rules(tmp_path)) == {"a.txt"}


@pytest.mark.skipif(os.name != "posix", reason="links of POSIX")
def test_links_to_folders_are_not_followed_and_links_to_files_are(tmp_path: Path) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    make(inside, "a.txt")
    make(outside, "b.txt")
    (inside / "loop").symlink_to(inside, target_is_directory=True)
    (inside / "out").symlink_to(outside, target_is_directory=True)
    (inside / "one.txt").symlink_to(outside / "b.txt")
    (inside / "dead.txt").symlink_to("/nowhere/at/all")
    (inside / "itself").symlink_to("itself")
    assert seen(inside, rules(inside)) == {"a.txt", "one.txt"}
    met = examine([str(inside / "out" / "b.txt"), str(inside / "loop")], rules(inside), leave=(), most=10)
    assert met is not None
    assert met.files == {}


@pytest.mark.skipif(os.name != "posix", reason="pipes of POSIX")
def test_pipes_are_no_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert seen(tmp_path, rules(tmp_path)) == set()


def test_single_paths_follow_the_same_rules(tmp_path: Path) -> None:
    make(tmp_path, "build/x.txt", "sub/deep/y.txt", "new/z.txt", "new/deep/z.txt", "a.tmp")
    by = rules(tmp_path, "build/", names=("*.tmp",))
    paths = [str(tmp_path / name) for name in ("build/x.txt", "sub/deep/y.txt", "new", "a.tmp", "gone.txt")]
    met = examine(paths, by, leave=(), most=10)
    assert met is not None
    assert {Path(path).name for path in met.files} == {"y.txt", "z.txt"}
    assert len(met.files) == 3
    assert met.gone == [str(tmp_path / "gone.txt")]
    assert met.folders == {str(tmp_path / "new"), str(tmp_path / "new" / "deep")}
    assert examine(paths, by, leave=(), most=1) is None
    assert examine([str(tmp_path / ".gitignore")], by, leave=(), most=10) is None
    left = examine(paths, by, leave=(str(tmp_path / "new"),), most=10)
    assert left is not None
    assert {Path(path).name for path in left.files} == {"y.txt"}


def test_a_path_two_thousand_folders_deep_is_no_trouble(tmp_path: Path) -> None:
    deep = str(tmp_path.joinpath(*["a"] * 1500, "x.txt"))
    assert rules(tmp_path).covers(deep) is False
    assert rules(tmp_path, "a/").covers(deep) is True


def test_what_lies_elsewhere_is_covered(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    assert rules(tmp_path / "in").covers(str(tmp_path / "else" / "x.txt")) is True


def test_a_folder_that_cannot_be_opened_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, "closed/x.txt", "open.txt")
    listing = os.scandir

    def refuse(path: str) -> object:
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", path)
        return listing(path)

    monkeypatch.setattr("engine.ingestion.folder_scan.os.scandir", refuse)
    looks = list(scan(str(tmp_path), rules(tmp_path), leave=()))
    assert [looked.problem for looked in looks if looked.problem] == ["permission denied"]
    assert [Path(path).name for looked in looks for path in looked.files] == ["open.txt"]


def test_patterns_are_checked_and_tidied() -> None:
    assert check_patterns(["*.log", "  ", "# a remark", "build/\n!keep\n"]) == ("*.log", "build/", "!keep")
    with pytest.raises(IngestionError, match=r"The pattern ! means nothing"):
        check_patterns(["*.log", "!"])
    with pytest.raises(IngestionError, match=r"more than the 1,000"):
        check_patterns([f"{number}.txt" for number in range(1001)])
