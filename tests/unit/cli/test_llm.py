"""`magray llm` and `magray usage`."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.cli import main
from tests.helpers.memory_keys import MemoryKeys
from tests.helpers.vendors import Vendors, loopback_vendors

CANARY = "sk-canary-cli-93aa"


@pytest.fixture
def vendors(monkeypatch: pytest.MonkeyPatch) -> Iterator[Vendors]:
    with loopback_vendors() as found:
        monkeypatch.setenv("OPENAI_BASE_URL", found.v1)
        monkeypatch.setenv("ANTHROPIC_BASE_URL", found.address)
        yield found


@pytest.fixture
def system(monkeypatch: pytest.MonkeyPatch) -> MemoryKeys:
    keys = MemoryKeys()
    monkeypatch.setattr("engine.llm.registry.find_system_keys", lambda: keys)
    return keys


def test_models_are_listed_with_prices(data_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--data-dir", str(data_dir), "llm", "list"]) == 0
    out = capsys.readouterr().out
    assert "openai/gpt-6-sol" in out
    assert "$2 / $10" in out
    assert main(["--data-dir", str(data_dir), "llm", "list", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["prices_as_of"] == "2026-11-05"
    assert any(model["id"] == "anthropic/claude-sonnet-5-5" for model in told["models"])


def test_a_key_comes_from_standard_input_and_is_not_shown(
    data_dir: Path,
    system: MemoryKeys,
    vendors: Vendors,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{CANARY}\n"))
    assert main(["--data-dir", str(data_dir), "llm", "key", "openai"]) == 0
    assert system.kept == {"openai": CANARY}
    assert main(["--data-dir", str(data_dir), "llm", "keys"]) == 0
    assert main(["--data-dir", str(data_dir), "llm", "test", "openai"]) == 0
    assert main(["--data-dir", str(data_dir), "llm", "list", "--refresh"]) == 0
    assert main(["--data-dir", str(data_dir), "llm", "key", "openai", "--forget"]) == 0
    assert system.kept == {}
    told = capsys.readouterr()
    assert "in the system's store for keys" in told.out
    assert "OpenAI answers and offers 3 chat models" in told.out
    assert "openai/brand-new-model" in told.out
    assert "is not set now" in told.out
    assert CANARY not in told.out + told.err


def test_without_a_store_a_key_is_refused_with_a_way_out(
    data_dir: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.llm.registry.find_system_keys", lambda: None)
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{CANARY}\n"))
    assert main(["--data-dir", str(data_dir), "llm", "key", "anthropic"]) == 1
    assert "Set the variable" in capsys.readouterr().err
    monkeypatch.setattr("sys.stdin", io.StringIO("\n"))
    assert main(["--data-dir", str(data_dir), "llm", "key", "anthropic"]) == 1
    assert "nothing was changed" in capsys.readouterr().err


def test_a_provider_that_does_not_answer_fails(data_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--data-dir", str(data_dir), "llm", "test", "compatible", "--json"]) == 1
    (row,) = json.loads(capsys.readouterr().out)["providers"]
    assert (row["provider"], row["ok"]) == ("compatible", False)
    assert "No address is set" in row["words"]


def test_usage_is_told(data_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--data-dir", str(data_dir), "usage"]) == 0
    assert "0 requests" in capsys.readouterr().out
    assert main(["--data-dir", str(data_dir), "usage", "--days", "7", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["total"]["requests"] == 0
