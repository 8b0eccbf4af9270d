"""`magray memory consolidate` and `magray memory clusters`, from the grammar to the words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.cli import main

TEXTS = [
    "The tomatoes in the garden need water every evening in summer.",
    "I planted new tomatoes and basil in the garden bed.",
    "Slugs ate the lettuce in the garden bed again.",
    "The garden soil is too dry for tomatoes and lettuce.",
    "Compost makes the garden soil better for vegetables.",
    "The database server runs out of disk space every month.",
    "I restarted the database server after the kernel update.",
    "Backups of the database server run at night on a disk.",
    "The server logs show errors of the database connection.",
    "We moved the database to a faster server with a bigger disk.",
    "My violin teacher gave me a new sonata to practise.",
    "The orchestra rehearses the violin concerto with our teacher.",
    "The spare keys hang behind the door of the shed.",
    "the spare keys hang behind the door of the shed",
]


def ran(capsys: pytest.CaptureFixture[str], data: Path, *words: str) -> tuple[int, str]:
    status = main(["--data-dir", str(data), *words])
    return status, capsys.readouterr().out


def test_tidying_up_and_looking_at_groups(data_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, told = ran(capsys, data_dir, "memory", "clusters")
    assert (status, told) == (0, "There are no groups yet. `magray memory consolidate` looks for some.\n")
    lines = tmp_path / "memories.jsonl"
    lines.write_text("\n".join(json.dumps({"text": text, "layer": "assets"}) for text in TEXTS) + "\n", "utf-8")
    assert ran(capsys, data_dir, "memory", "import", str(lines))[0] == 0

    status, told = ran(capsys, data_dir, "memory", "consolidate")
    assert status == 0
    assert "1 repeat merged" in told
    assert "magray memory undo" in told

    status, told = ran(capsys, data_dir, "memory", "clusters", "--json")
    (first, *_) = json.loads(told)["clusters"]
    assert first["size"] >= 3
    status, told = ran(capsys, data_dir, "memory", "clusters")
    assert first["name"] in told
    status, told = ran(capsys, data_dir, "memory", "clusters", str(first["number"]))
    assert status == 0
    assert ran(capsys, data_dir, "memory", "clusters", "999")[0] == 1
    status, told = ran(capsys, data_dir, "memory", "consolidate", "--json")
    assert json.loads(told)["merged"] == 0
