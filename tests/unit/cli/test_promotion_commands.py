"""`magray memory promotion` and `magray memory show --explain`, from the grammar to the words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.cli import main


def ran(capsys: pytest.CaptureFixture[str], data: Path, *words: str) -> tuple[int, str]:
    status = main(["--data-dir", str(data), *words])
    captured = capsys.readouterr()
    return status, captured.out + captured.err


def test_how_promotion_stands_and_why_a_memory_rises(data_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, told = ran(capsys, data_dir, "memory", "promotion")
    assert status == 0
    assert "The model that came with Magray decides what rises." in told
    assert "0 decides" in " ".join(told.split())
    assert "0 outcomes known" in told
    text = "I bought a blue kayak for 340 euros in Lisbon last Friday."
    status, told = ran(capsys, data_dir, "memory", "add", text, "--layer", "interact", "--json")
    memory = json.loads(told)["id"]
    status, told = ran(capsys, data_dir, "memory", "show", memory, "--explain")
    assert status == 0
    assert text in told
    assert "Never used so far." in told
    assert "Likely to be used:" in told
    assert "Names, numbers and days" in told
    status, told = ran(capsys, data_dir, "memory", "show", memory, "--explain", "--json")
    view = json.loads(told)["promotion"]
    assert len(view["features"]) == 12
    assert view["memory"] == memory
    status, told = ran(capsys, data_dir, "memory", "promotion", "--refit")
    assert (status, "500 more outcomes are needed" in told) == (0, True)
    status, told = ran(capsys, data_dir, "memory", "promotion", "--rollback", "7")
    assert (status, "There is no version 7" in told) == (1, True)
    status, told = ran(capsys, data_dir, "memory", "promotion", "--rollback", "0", "--json")
    assert json.loads(told)["version"] == 0
