"""`magray` as a process: pipes, signals, two at once."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.end2end
posix = pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start(data_dir: Path) -> Start:
    def start(*arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "engine", "--data-dir", str(data_dir), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    return start


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=90)
    return process.returncode, out, err


def many_files(folder: Path, count: int = 400) -> Path:
    folder.mkdir()
    for number in range(count):
        lines = [f"Note {number} says in sentence {line} that lantern {number * line} hangs." for line in range(30)]
        (folder / f"{number:04}.md").write_text(f"# Note {number}\n\n" + "\n\n".join(lines), encoding="utf-8")
    return folder


def wait_for_rows(data_dir: Path) -> None:
    """Until the database is there and something is being read."""
    end = time.monotonic() + 60
    while not (data_dir / "magray.db").exists() and time.monotonic() < end:
        time.sleep(0.05)
    time.sleep(2.0)


@posix
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_stopped_reading_loses_nothing_and_goes_on(
    start: Start, data_dir: Path, tmp_path: Path, number: signal.Signals, status: int
) -> None:
    folder = many_files(tmp_path / "files")
    process = start("ingest", str(folder), "--json")
    wait_for_rows(data_dir)
    process.send_signal(number)
    code, out, err = ended(process)
    assert code == status, err
    assert out == ""
    assert err == "Stopped. What was acknowledged is kept.\n"
    assert ended(start("memory", "verify"))[0] == 0
    code, out, err = ended(start("ingest", str(folder), "--json"))
    assert code == 0, err
    rows = json.loads(out)["files"]
    assert len(rows) == 400
    assert {row["state"] for row in rows} == {"done"}


@posix
def test_a_reader_that_has_enough_is_no_failure(start: Start) -> None:
    assert ended(start("memory", "add", "Something to write out."))[0] == 0
    process = start("memory", "export", "-")
    assert process.stdout is not None
    process.stdout.close()
    process.stdout = None
    code, _, err = ended(process)
    assert (code, err) == (0, "")


def test_the_second_one_is_told_so(start: Start, data_dir: Path, tmp_path: Path) -> None:
    folder = many_files(tmp_path / "files", 200)
    first = start("ingest", str(folder))
    wait_for_rows(data_dir)
    code, out, err = ended(start("status"))
    assert (code, out) == (1, "")
    assert err.startswith("magray: ")
    assert err.count("\n") == 1
    code, out, err = ended(first)
    assert code == 0, err
    assert "200 done" in out
