"""`magray background` and `magray health` over real engines."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from engine import Engine, Settings
from engine.cli import main


@pytest.fixture
def magray(data_dir: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    def run(*arguments: str, status: int = 0) -> tuple[str, str]:
        assert main(["--data-dir", str(data_dir), *arguments]) == status
        return tuple(capsys.readouterr())  # type: ignore[return-value]

    return run


def test_work_is_listed_paused_and_resumed_over_processes(magray: Any) -> None:
    names = {one["name"] for one in json.loads(magray("background", "--json")[0])["background"]}
    assert names >= {"idle_models", "vectors", "streams", "indexes", "expiry"}
    paused = json.loads(magray("background", "pause", "expiry", "--json")[0])["background"]
    assert [one["name"] for one in paused if one["paused"]] == ["expiry"]
    assert "paused" in magray("background")[0]
    magray("background", "pause")
    resumed = json.loads(magray("background", "resume", "--json")[0])["background"]
    assert not any(one["paused"] for one in resumed)
    assert "no background job named 'dusting'" in magray("background", "pause", "dusting", status=1)[1]


def test_work_is_done_now(magray: Any) -> None:
    assert magray("background", "run", "vectors")[0] == "Done.\n"
    done = json.loads(magray("background", "run", "expiry", "--json")[0])
    assert (done["name"], done["failed"]) == ("expiry", False)
    assert done["ran_at"] is not None
    assert "last " in magray("background")[0]
    assert "indexes" in magray("background", "run", "indexes", status=1)[1]


def test_resources_are_told(magray: Any) -> None:
    told = json.loads(magray("background", "resources", "--json")[0])
    assert told["memory_total"] > 0
    assert {one["name"] for one in told["indexes"]} >= {"interact", "insights", "assets", "lexical"}
    out, _ = magray("background", "resources")
    assert "Memory" in out
    assert "assets" in out


def test_health_is_one_word(magray: Any, data_dir: Path) -> None:
    assert magray("health")[0] == "ok\n"
    told = json.loads(magray("health", "--json")[0])
    assert told["health"] == "ok"
    assert told["components"]["memory"] == "ok"


async def test_health_of_a_folder_at_work_is_busy(data_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async with Engine.open(Settings(data_dir=data_dir)):
        assert await asyncio.to_thread(main, ["--data-dir", str(data_dir), "health"]) == 0
    assert capsys.readouterr().out == "busy\n"


def test_health_of_a_damaged_folder_is_failed(magray: Any, data_dir: Path) -> None:
    data_dir.mkdir()
    (data_dir / "magray.db").write_bytes(b"this is no database" * 100)
    out, err = magray("health", status=1)
    assert out == "failed\n"
    assert "magray.db" in err
