"""The commands about the life of memories, over one real engine."""

from __future__ import annotations

import argparse
import io
import json
import sys
from datetime import UTC, datetime
from typing import Any

import pytest

from engine import Engine, InvalidMemoryError, NotFoundError
from engine.cli import life
from engine.cli.commands import _COMMANDS
from engine.cli.parser import build_parser
from tests.unit.cli.test_commands import Magray


class Typed:
    """What is typed behind `magray`, without a new engine for every command."""

    def __init__(self, engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
        self.engine = engine
        self._capsys = capsys
        self.err = ""

    async def __call__(self, *arguments: str, status: int = 0) -> str:
        options = build_parser().parse_args(arguments)
        name = options.command if options.command != "memory" else f"memory {options.action}"
        command = _COMMANDS.get(name) or life.COMMANDS[options.action]
        found = await command(self.engine, options)
        captured = self._capsys.readouterr()
        self.err = captured.err
        assert found == status, captured
        return captured.out

    async def json(self, *arguments: str) -> Any:
        return json.loads(await self(*arguments, "--json"))

    async def add(self, text: str, layer: str = "interact") -> str:
        return str((await self.json("memory", "add", text, "--layer", layer))["id"])


@pytest.fixture
def typed(engine: Engine, capsys: pytest.CaptureFixture[str]) -> Typed:
    return Typed(engine, capsys)


async def test_a_memory_is_edited_moved_and_all_of_it_taken_back(typed: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    memory = await typed.add("The garden gate is green.")
    edited = await typed.json("memory", "edit", memory, "The garden gate is red.", "--title", "Gate")
    assert (edited["id"], edited["text"], edited["title"]) == (memory, "The garden gate is red.", "Gate")
    monkeypatch.setattr(sys, "stdin", io.StringIO("The garden gate is blue."))
    assert "blue" in await typed("memory", "edit", memory, "-", "--title", "")
    action = await typed.json("memory", "promote", memory)
    assert (action["event"], action["memories"]) == ("promoted", [memory])
    assert "1 memory moved down" in await typed("memory", "demote", memory)
    assert "nothing to do" in await typed("memory", "demote", memory)
    assert (await typed.json("memory", "promote", memory, "--to", "assets"))["id"]
    assert (await typed.json("memory", "show", memory))["layer"] == "assets"
    last = (await typed.json("memory", "actions"))["actions"][0]["id"]
    assert "put back as it was" in await typed("memory", "undo", last)
    assert (await typed.json("memory", "show", memory))["layer"] == "interact"
    events = [entry["event"] for entry in (await typed.json("memory", "history", memory))["history"]]
    assert events == ["undone", "promoted", "demoted", "promoted", "edited", "edited"]
    told = await typed("memory", "history", memory)
    assert "text: The garden gate is green. -> The garden gate is red." in told
    listed = await typed("memory", "actions", "--limit", "2")
    assert len(listed.splitlines()) == 2
    assert "Undone since" in listed


async def test_the_archive_is_searched_on_its_own(typed: Typed) -> None:
    memory, other = await typed.add("The garden gate is green."), await typed.add("The cellar door is green.")
    await typed("memory", "archive", memory)
    assert [hit["memory"]["id"] for hit in (await typed.json("search", "green"))["hits"]] == [other]
    assert [hit["memory"]["id"] for hit in (await typed.json("search", "green", "--archived"))["hits"]] == [memory]
    assert [one["id"] for one in (await typed.json("memory", "list", "--archived"))["memories"]] == [memory]
    assert "archived" in await typed("memory", "show", memory)
    await typed("memory", "wake", memory)
    assert len((await typed.json("search", "green"))["hits"]) == 2
    await typed.engine._parts.memory.write(
        lambda store, writer: writer.execute_sql("UPDATE memory SET expires_at = expires_at + 1")
    )
    assert "kept for another term" in await typed("memory", "keep", memory)
    assert "pinned" in await typed("memory", "pin", memory)
    assert "it never expires" in await typed("memory", "show", memory)
    assert "no longer pinned" in await typed("memory", "unpin", memory)
    await typed("memory", "tag", memory, "--add", "home", "--add", "garden")
    assert (await typed.json("memory", "show", memory))["tags"] == ["home", "garden"]


async def test_merging_splitting_and_superseding(typed: Typed) -> None:
    first = await typed.add("Olaf tunes the piano.")
    second = await typed.add("The piano is tuned by Olaf.", "assets")
    assert "2 memories merged" in await typed("memory", "merge", first, second)
    assert [one["id"] for one in (await typed.json("memory", "list", "--superseded"))["memories"]] == [first]
    assert "said again  1 time" in await typed("memory", "show", second)
    assert f"replaced by {second}" in await typed("memory", "show", first)
    assert len((await typed.json("search", "piano", "--superseded"))["hits"]) == 2
    assert "put back" in await typed("memory", "undo")
    made = (await typed.json("memory", "split", second, "The piano is tuned.", "Olaf tunes it."))["memories"][1:]
    assert {hit["memory"]["id"] for hit in (await typed.json("search", "piano"))["hits"]} == {first, *made}
    assert (await typed.json("memory", "supersede", first, "--by", made[0]))["event"] == "superseded"
    assert await typed.json("search", "piano", "--as-of", "2020-01-01") == {"hits": []}
    assert await typed.json("search", "piano", "--valid-at", "2020-01-01") == {"hits": []}


async def test_what_cannot_be_done_says_why(typed: Typed) -> None:
    assert "Nothing was done" in await typed("memory", "actions")
    await typed("memory", "undo", status=1)
    assert "nothing to undo" in typed.err
    memory = await typed.add("The garden gate is green.")
    assert "Nothing was done to it" in await typed("memory", "history", memory)
    with pytest.raises(NotFoundError, match="no action nonsense"):
        await typed("memory", "undo", "nonsense")
    with pytest.raises(InvalidMemoryError, match="two memories"):
        await typed("memory", "merge", memory, memory)
    with pytest.raises(SystemExit):
        await typed("search", "gate", "--as-of", "someday")


def test_the_commands_are_reached_from_the_command_line(settings: Any, capsys: pytest.CaptureFixture[str]) -> None:
    magray = Magray(settings.data_dir, capsys)
    memory = magray.json("memory", "add", "The garden gate is green.", "--layer", "interact")["id"]
    assert "1 memory moved up" in magray("memory", "promote", memory)


def test_days() -> None:
    moment = life.day("2026-03-14").astimezone()
    assert (moment.year, moment.month, moment.day, moment.hour, moment.minute) == (2026, 3, 14, 23, 59)
    assert life.day("2026-03-14T09:30+00:00") == datetime(2026, 3, 14, 9, 30, tzinfo=UTC)
    with pytest.raises(argparse.ArgumentTypeError):
        life.day("14th of March")
