"""`magray chat` and `ask`, over a real engine and a server on the loopback."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.cli import main
from tests.helpers.vendor_wire import Reply
from tests.helpers.vendors import Fault, Vendors, loopback_vendors


class Magray:
    """One data folder and its command line."""

    def __init__(self, data_dir: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self._data_dir = data_dir
        self._capsys = capsys
        self._monkeypatch = monkeypatch
        self.err = ""

    def __call__(self, *arguments: str, typed: str = "", status: int = 0) -> str:
        self._monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        found = main(["--data-dir", str(self._data_dir), *arguments])
        captured = self._capsys.readouterr()
        self.err = captured.err
        assert found == status, captured
        return captured.out

    def json(self, *arguments: str) -> Any:
        return json.loads(self(*arguments, "--json"))


@pytest.fixture
def magray(data_dir: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Magray:
    found = Magray(data_dir, capsys, monkeypatch)
    found("memory", "add", "The lease of the harbour office ends on 31 May 2027.")
    return found


@pytest.fixture
def vendors(monkeypatch: pytest.MonkeyPatch) -> Iterator[Vendors]:
    with loopback_vendors() as found:
        monkeypatch.setenv("MAGRAY_LLM__MODEL", "compatible/any")
        monkeypatch.setenv("MAGRAY_LLM__COMPATIBLE__BASE_URL", found.v1)
        monkeypatch.setenv("MAGRAY_LLM__RETRIES", "0")
        monkeypatch.setenv("MAGRAY_CHAT__TITLES", "false")
        yield found


def test_one_turn_by_quotes_and_the_next_in_the_same_conversation(magray: Magray) -> None:
    told = magray.json("chat", "When does the lease of the harbour office end?")
    assert told["message"]["model"] == "quotes"
    assert "31 May 2027" in told["message"]["text"]
    assert told["message"]["answer"]["citations"][0]["number"] == 1
    out = magray("chat", "And when does the lease end?", "--conversation", told["conversation_id"])
    assert "31 May 2027" in out
    assert told["conversation_id"] in magray.err
    magray("chat", "Hello there?", "--conversation", "nobody", status=1)
    assert "nobody" in magray.err
    magray("chat", "--json", status=1)


def test_a_talk_line_by_line(magray: Magray) -> None:
    typed = (
        "/help\n\nWhen does the lease of the harbour office end?\n/sources\n/again\n/remember The gate code is 4471.\n"
        "/model quotes\n/list\n/new\n/again\n/open nobody\nRemember that the boat is called Heron.\n/quit\nnever read\n"
    )
    out = magray("chat", typed=typed)
    assert out.count("The lease of the harbour office ends on 31 May 2027. [1]") == 2
    assert "/remember TEXT" in out
    assert "When does the lease of the harbour office end?" in out  # /list shows its title
    assert "There is no conversation nobody" in magray.err
    assert "There is no answer yet." in magray.err  # for it is another conversation
    assert "1 thing remembered" in magray.err
    assert "never read" not in out
    texts = {memory["text"] for memory in magray.json("memory", "list", "--layer", "assets")["memories"]}
    assert {"The gate code is 4471.", "The boat is called Heron."} <= texts


def test_the_chat_model_answers_where_one_is_set_up(magray: Magray, vendors: Vendors) -> None:
    vendors.reply = Reply(pieces=("It ends on ", "31 May 2027 [1]", "[5]."))
    out = magray("chat", "When does the lease of the harbour office end?")
    assert out.startswith("It ends on 31 May 2027 [1]")
    assert "Written by compatible/any." in out
    sent = json.dumps(vendors.asked[-1].body)
    assert "The lease of the harbour office ends on 31 May 2027." in sent
    answer = magray.json("ask", "When does the lease of the harbour office end?")
    assert (answer["made_by"], answer["text"]) == ("compatible/any", "It ends on 31 May 2027 [1].")
    assert answer["citations"][0]["quote"] == "The lease of the harbour office ends on 31 May 2027."


def test_a_server_that_fails_is_told_and_quotes_answer(magray: Magray, vendors: Vendors) -> None:
    vendors.script.extend([Fault(kind="status", status=500)] * 3)
    told = magray.json("chat", "When does the lease of the harbour office end?")
    assert told["failed"]["kind"] == "UnreachableError"
    assert told["message"]["model"] == "quotes"
    vendors.script.clear()
    vendors.script.extend([Fault(kind="status", status=401)] * 3)
    out = magray("chat", "When does the lease of the harbour office end?")
    assert "31 May 2027" in out
    assert "key" in magray.err
