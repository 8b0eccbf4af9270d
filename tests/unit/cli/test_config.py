"""`magray config`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.cli import main


def run(capsys: pytest.CaptureFixture[str], data_dir: Path, *arguments: str) -> tuple[int, str, str]:
    status = main(["--data-dir", str(data_dir), "config", *arguments])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def test_an_option_is_set_kept_and_unset(capsys: pytest.CaptureFixture[str], data_dir: Path) -> None:
    assert run(capsys, data_dir, "get", "recall.limit") == (0, "10\n", "")
    assert run(capsys, data_dir, "set", "recall.limit", "12") == (0, "12\n", "")
    assert run(capsys, data_dir, "set", "ingestion.ocr", "false") == (0, "false\n", "")
    assert json.loads(run(capsys, data_dir, "get", "recall.limit", "--json")[1]) == {
        "name": "recall.limit",
        "value": 12,
    }
    assert run(capsys, data_dir, "unset", "recall.limit") == (0, "10\n", "")
    assert run(capsys, data_dir, "get", "ingestion.ocr")[1] == "false\n"


def test_a_list_and_a_text_that_looks_like_a_number(capsys: pytest.CaptureFixture[str], data_dir: Path) -> None:
    status, out, _ = run(capsys, data_dir, "set", "ingestion.ignore", '["a", "b"]')
    assert (status, json.loads(out)) == (0, ["a", "b"])
    assert run(capsys, data_dir, "set", "appearance.language", "42") == (0, "42\n", "")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["get", "recall.width"], "There is no option recall.width"),
        (["set", "recall.limt", "3"], "Was recall.limit meant?"),
        (["set", "llm.compatible.api_key", "canary-5521"], "MAGRAY_LLM__COMPATIBLE__API_KEY"),
        (["set", "recall.limit", "0"], "recall.limit"),
        (["set", "recall.limit", "ten"], "recall.limit"),
        (["set", "profile", "attic"], "profile"),
        (["set", "data_dir", "/tmp"], "--data-dir"),
    ],
)
def test_what_does_not_fit_is_refused_in_one_line(
    capsys: pytest.CaptureFixture[str], data_dir: Path, arguments: list[str], words: str
) -> None:
    status, out, err = run(capsys, data_dir, *arguments)
    assert (status, out) == (1, "")
    assert words in err
    assert "canary-5521" not in err
    assert err.count("\n") == 1
    assert not (data_dir / "config.toml").exists()


def test_the_list_shows_every_option_with_its_help(capsys: pytest.CaptureFixture[str], data_dir: Path) -> None:
    run(capsys, data_dir, "set", "recall.limit", "12")
    rows = {row["name"]: row for row in json.loads(run(capsys, data_dir, "list", "--json")[1])["options"]}
    assert rows["recall.limit"]["value"] == 12
    assert rows["recall.limit"]["default"] == 10
    assert rows["profile"]["type"] == "desktop | edge | server | realtime"
    assert all(row["help"] for row in rows.values())
    out = run(capsys, data_dir, "list")[1]
    assert "12   (config.toml; default 10)" in out
    assert "Passed over" not in out
    assert str(data_dir / "config.toml") in out


def test_the_environment_wins_over_the_file_and_is_told(
    capsys: pytest.CaptureFixture[str], data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAGRAY_RECALL__LIMIT", "7")
    assert run(capsys, data_dir, "set", "recall.limit", "12") == (0, "7\n", "")


def test_what_is_no_option_is_marked_and_can_be_taken_out(capsys: pytest.CaptureFixture[str], data_dir: Path) -> None:
    data_dir.mkdir()
    (data_dir / "config.toml").write_text("[recall]\nlimt = 3\n")
    out = run(capsys, data_dir, "list")[1]
    assert "Passed over" in out
    assert "recall.limt" in out
    found = json.loads(run(capsys, data_dir, "list", "--json")[1])["unknown"]
    assert [(item["name"], item["nearest"]) for item in found] == [("recall.limt", "recall.limit")]
    assert run(capsys, data_dir, "set", "recall.limit", "4") == (0, "4\n", "")
    assert run(capsys, data_dir, "unset", "recall.limt")[0] == 0
    assert (data_dir / "config.toml").read_text() == "[recall]\nlimit = 4\n"


def test_a_file_that_stops_the_start_is_shown_and_mended(capsys: pytest.CaptureFixture[str], data_dir: Path) -> None:
    data_dir.mkdir()
    (data_dir / "config.toml").write_text("[index]\nm = 1\n")
    assert run(capsys, data_dir, "get", "index.m")[0] == 1
    status, out, _ = run(capsys, data_dir, "list")
    assert status == 0
    assert "must be a whole number from 4 to 128" in " ".join(out.split())
    assert run(capsys, data_dir, "set", "index.m", "16") == (0, "16\n", "")


def test_a_key_is_never_printed(
    capsys: pytest.CaptureFixture[str], data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAGRAY_LLM__COMPATIBLE__API_KEY", "canary-5521")
    assert run(capsys, data_dir, "get", "llm.compatible.api_key") == (0, "(set)\n", "")
    for arguments in (["list"], ["list", "--json"]):
        assert "canary-5521" not in run(capsys, data_dir, *arguments)[1]


@pytest.mark.expected_logs("is no option")
def test_other_commands_tell_it_once_and_go_on(capsys: pytest.CaptureFixture[str], data_dir: Path) -> None:
    data_dir.mkdir()
    (data_dir / "config.toml").write_text("[recall]\nlimt = 3\n")
    assert main(["--data-dir", str(data_dir), "memory", "list", "--json"]) == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out)
    assert captured.err.count("recall.limt") == 1
