"""The commands about the life of memories, over a real engine in this process."""

from __future__ import annotations

import argparse
import io
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.cli.life import day
from tests.unit.cli.test_commands import Magray


@pytest.fixture
def magray(data_dir: Path, capsys: pytest.CaptureFixture[str]) -> Magray:
    return Magray(data_dir, capsys)


def add(magray: Magray, text: str, layer: str = "interact") -> str:
    return str(magray.json("memory", "add", text, "--layer", layer)["id"])


def test_a_memory_is_edited_moved_and_all_of_it_taken_back(magray: Magray, monkeypatch: pytest.MonkeyPatch) -> None:
    memory = add(magray, "The garden gate is green.")
    edited = magray.json("memory", "edit", memory, "The garden gate is red.", "--title", "Gate")
    assert (edited["id"], edited["text"], edited["title"]) == (memory, "The garden gate is red.", "Gate")
    monkeypatch.setattr(sys, "stdin", io.StringIO("The garden gate is blue."))
    assert "blue" in magray("memory", "edit", memory, "-", "--title", "")
    action = magray.json("memory", "promote", memory)
    assert (action["event"], action["memories"]) == ("promoted", [memory])
    assert "1 memory moved down" in magray("memory", "demote", memory)
    assert "nothing to do" in magray("memory", "demote", memory)
    assert magray.json("memory", "promote", memory, "--to", "assets")["id"]
    assert magray.json("memory", "show", memory)["layer"] == "assets"
    for _ in range(3):
        assert "put back as it was" in magray("memory", "undo", magray.json("memory", "actions")["actions"][0]["id"])
    events = [entry["event"] for entry in magray.json("memory", "history", memory)["history"]]
    assert events == ["undone", "undone", "undone", "promoted", "demoted", "promoted", "edited", "edited"]
    told = magray("memory", "history", memory)
    assert "text: The garden gate is green. -> The garden gate is red." in told
    listed = magray("memory", "actions", "--limit", "2")
    assert len(listed.splitlines()) == 2
    assert "Undone since" in listed


def test_the_archive_is_searched_on_its_own(magray: Magray) -> None:
    memory, other = add(magray, "The garden gate is green."), add(magray, "The cellar door is green.")
    magray("memory", "archive", memory)
    assert [hit["memory"]["id"] for hit in magray.json("search", "green")["hits"]] == [other]
    assert [hit["memory"]["id"] for hit in magray.json("search", "green", "--archived")["hits"]] == [memory]
    assert [one["id"] for one in magray.json("memory", "list", "--archived")["memories"]] == [memory]
    assert "archived" in magray("memory", "show", memory)
    magray("memory", "wake", memory)
    assert len(magray.json("search", "green")["hits"]) == 2
    assert "kept for another term" in magray("memory", "keep", memory)
    assert "pinned" in magray("memory", "pin", memory)
    assert "it never expires" in magray("memory", "show", memory)
    assert "no longer pinned" in magray("memory", "unpin", memory)
    magray("memory", "tag", memory, "--add", "home", "--add", "garden")
    assert magray.json("memory", "show", memory)["tags"] == ["home", "garden"]


def test_merging_splitting_and_superseding(magray: Magray) -> None:
    first, second = add(magray, "Olaf tunes the piano."), add(magray, "The piano is tuned by Olaf.", "assets")
    assert "2 memories merged" in magray("memory", "merge", first, second)
    assert [one["id"] for one in magray.json("memory", "list", "--superseded")["memories"]] == [first]
    shown = magray("memory", "show", second)
    assert "said again  1 time" in shown
    assert f"replaced by {second}" in magray("memory", "show", first)
    assert len(magray.json("search", "piano", "--superseded")["hits"]) == 2
    assert "put back" in magray("memory", "undo")
    made = magray.json("memory", "split", second, "The piano is tuned.", "Olaf tunes it.")["memories"][1:]
    assert {hit["memory"]["id"] for hit in magray.json("search", "piano")["hits"]} == {first, *made}
    assert magray.json("memory", "supersede", first, "--by", made[0])["event"] == "superseded"
    assert magray.json("search", "piano", "--as-of", "2020-01-01") == {"hits": []}
    assert magray.json("search", "piano", "--valid-at", "2020-01-01") == {"hits": []}


def test_what_cannot_be_done_says_why(magray: Magray) -> None:
    assert "Nothing was done" in magray("memory", "actions")
    magray("memory", "undo", status=1)
    assert "nothing to undo" in magray.err
    memory = add(magray, "The garden gate is green.")
    assert "Nothing was done to it" in magray("memory", "history", memory)
    magray("memory", "undo", "nonsense", status=1)
    assert "no action nonsense" in magray.err
    magray("memory", "merge", memory, memory, status=1)
    assert "two memories" in magray.err
    with pytest.raises(SystemExit):
        magray("search", "gate", "--as-of", "someday")


def test_days() -> None:
    moment = day("2026-03-14").astimezone()
    assert (moment.year, moment.month, moment.day, moment.hour, moment.minute) == (2026, 3, 14, 23, 59)
    assert day("2026-03-14T09:30+00:00") == datetime(2026, 3, 14, 9, 30, tzinfo=UTC)
    with pytest.raises(argparse.ArgumentTypeError):
        day("14th of March")
