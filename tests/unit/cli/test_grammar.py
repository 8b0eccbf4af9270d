"""The command line before any engine is opened: grammar, dispatch, start-up time."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from engine.cli import main, wants_desktop
from engine.cli.parser import build_parser


@pytest.mark.parametrize(
    ("arguments", "desktop"),
    [
        ([], True),
        (["--data-dir", "x"], True),
        (["--data-dir=x"], True),
        (["--offscreen-demo"], True),
        (["--help"], False),
        (["--version"], False),
        (["status"], False),
        (["--data-dir", "x", "status"], False),
        (["nonsense"], False),
    ],
)
def test_without_a_command_the_desktop_is_meant(arguments: list[str], desktop: bool) -> None:
    assert wants_desktop(arguments) is desktop


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["ingest"],
        ["search"],
        ["search", "x", "--limit", "0"],
        ["search", "x", "--limit", "many"],
        ["search", "x", "--layer", "attic"],
        ["search", "x", "--kind", "rumour"],
        ["memory"],
        ["memory", "delete"],
        ["memory", "list", "--offset", "-1"],
        ["config", "set", "recall.limit"],
        ["bench", "speed"],
        ["--json", "status"],
        ["--data-dir", "", "status"],
    ],
)
def test_wrong_usage_ends_with_2_and_says_why(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "usage: magray" in captured.err


@pytest.mark.parametrize(
    "arguments",
    [
        "ingest a b",
        "search q",
        "ask q",
        "status",
        "memory list",
        "memory show i",
        "memory add t",
        "memory delete i j",
        "memory undelete i",
        "memory export f",
        "memory verify",
        "memory rebuild",
        "config list",
        "config get n",
        "config set n v",
        "config unset n",
        "bench",
    ],
)
def test_json_stands_after_any_command(arguments: str) -> None:
    parser = build_parser()
    words = ["--data-dir", "d", *arguments.split()]
    assert parser.parse_args(words).json is False
    parsed = parser.parse_args([*words, "--json"])
    assert parsed.json is True
    assert parsed.data_dir == Path("d")


def test_what_the_owner_types_lasts_for_ever() -> None:
    assert build_parser().parse_args(["memory", "add", "x"]).layer == "assets"


def test_help_loads_nothing_heavy() -> None:
    script = (
        "import sys; from engine.cli.parser import build_parser; build_parser().format_help(); "
        "heavy = ('numpy', 'onnxruntime', 'rich', 'pydantic', 'peewee', 'tantivy', 'PySide6'); "
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.skipif(os.name == "nt", reason="there the desktop is a child")
def test_bare_magray_becomes_the_desktop(tmp_path: Path) -> None:
    """The arguments arrive there, and a folder named desktop in the working folder is not taken for it."""
    impostor = tmp_path / "here" / "desktop"
    impostor.mkdir(parents=True)
    (impostor / "__init__.py").touch()
    (impostor / "__main__.py").write_text("print('an impostor')")
    package = tmp_path / "there" / "desktop"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "__main__.py").write_text("import sys; print('the desktop', sys.argv[1:])")
    done = subprocess.run(
        [sys.executable, "-P", "-m", "engine", "--data-dir", "some where"],
        capture_output=True,
        text=True,
        cwd=tmp_path / "here",
        env={**os.environ, "PYTHONPATH": str(package.parent)},
        timeout=60,
        check=True,
    )
    assert done.stdout.strip() == "the desktop ['--data-dir', 'some where']"
