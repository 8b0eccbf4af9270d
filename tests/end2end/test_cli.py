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

FILES = 120
MANY = 480
"""Read in some seconds: long enough to be stopped in the middle."""

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


def many_files(folder: Path, count: int) -> Path:
    folder.mkdir()
    for number in range(count):
        lines = [f"Note {number} says in sentence {line} that lantern {number * line} hangs." for line in range(8)]
        (folder / f"{number:04}.md").write_text(f"# Note {number}\n\n" + "\n\n".join(lines), encoding="utf-8")
    return folder


def wait_for_rows(data_dir: Path) -> None:
    """Until the reading has begun: the engine is open, and its log says so."""
    log = data_dir / "logs" / "magray.log"
    end = time.monotonic() + 60
    while not (log.exists() and "is open" in log.read_text(encoding="utf-8")) and time.monotonic() < end:
        time.sleep(0.02)
    time.sleep(0.5)


@posix
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_stopped_reading_loses_nothing_and_goes_on(
    start: Start, data_dir: Path, tmp_path: Path, number: signal.Signals, status: int
) -> None:
    folder = many_files(tmp_path / "files", FILES)
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
    assert len(rows) == FILES
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
    folder = many_files(tmp_path / "files", MANY)  # it must still be reading when the second has started
    first = start("ingest", str(folder))
    wait_for_rows(data_dir)
    code, out, err = ended(start("status"))
    assert (code, out) == (1, "")
    assert err.startswith("magray: ")
    assert err.count("\n") == 1
    assert first.poll() is None
    first.terminate()
    ended(first)
