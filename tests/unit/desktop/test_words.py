from __future__ import annotations

from pathlib import Path

import pytest

from desktop.words import (
    done_words,
    file_name,
    file_on_disk,
    folder_name,
    pages_words,
    passages_words,
    progress_words,
    state_look,
    time_left_words,
    trouble_words,
)
from engine import FileState
from tests.helpers.hand_engine import make_progress


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/home/anna/lease.pdf", "lease.pdf"),
        ("/x/a.zip!/in/b.pdf", "b.pdf in a.zip"),
        ("/x/a.zip!/b.tar!/c.txt", "c.txt in a.zip"),
        ("text:Rent and/or deposit", "Rent and/or deposit"),
    ],
)
def test_names(path: str, name: str) -> None:
    assert file_name(path) == name


def test_places() -> None:
    assert file_on_disk("/x/a.zip!/in/b.pdf") == "/x/a.zip"
    assert folder_name("/srv/x/a.zip!/in/b.pdf") == str(Path("/srv/x"))
    assert folder_name(str(Path.home() / "papers" / "a.pdf")) == str(Path("~") / "papers")
    assert folder_name(str(Path.home() / "a.pdf")) == "~"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, ""),
        (float("inf"), ""),
        (3, "less than a minute left"),
        (60, "about a minute left"),
        (170, "about 3 minutes left"),
        (3600, "about an hour left"),
        (3 * 3600, "about 3 hours left"),
    ],
)
def test_time_left(seconds: float | None, words: str) -> None:
    assert time_left_words(seconds) == words


def test_every_state_has_icon_and_word() -> None:
    looks = [state_look(state) for state in FileState]
    assert len({look.word for look in looks}) == len(FileState)
    assert all(look.icon and look.role for look in looks)


def test_counts() -> None:
    assert pages_words(1) == "1 page"
    assert passages_words(2) == "2 passages"
    assert progress_words(make_progress(total=1, finished=0)) == "Reading 1 file"
    assert progress_words(make_progress(total=3, finished=3)) == "Reading 3 of 3 files"
    assert trouble_words(make_progress(failed=1, skipped=2)) == "1 could not be read · 2 skipped"
    assert done_words(make_progress(finished=3, failed=1, skipped=2)) == "Nothing new was read"
    assert done_words(make_progress(finished=3, failed=1, skipped=1)) == "1 file was read"
