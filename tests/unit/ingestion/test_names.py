"""Paths of members, and what documents are called."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.ingestion.names import file_name, split_path, still_there, title_of


def test_a_member_of_an_archive(tmp_path: Path) -> None:
    archive = tmp_path / "a.zip"
    archive.touch()
    assert split_path(f"{archive}!/b.tar!/c d.pdf") == (archive, ["b.tar", "c d.pdf"])
    assert file_name(f"{archive}!/in/c d.pdf") == "c d.pdf"
    assert still_there(f"{archive}!/b.tar!/c d.pdf")
    archive.unlink()
    assert not still_there(f"{archive}!/b.tar!/c d.pdf")


def test_the_separator_in_a_real_name(tmp_path: Path) -> None:
    folder = tmp_path / "wow!"
    folder.mkdir()
    (folder / "a.pdf").touch()
    assert split_path(str(folder / "a.pdf")) == (folder / "a.pdf", [])


@pytest.mark.parametrize(
    ("own", "title"),
    [
        ("The Lease", "The Lease"),
        ("  two   words ", "two words"),
        ("", "report 2026"),
        ("Untitled", "report 2026"),
        ("Microsoft Word - final.doc", "report 2026"),
        ("thesis.dvi", "report 2026"),
        ("Document1", "report 2026"),
    ],
)
def test_titles_that_say_nothing_give_way_to_the_name(own: str, title: str) -> None:
    assert title_of("/home/ann/report 2026.pdf", own) == title
