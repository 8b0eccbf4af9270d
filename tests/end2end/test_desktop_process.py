"""The desktop as a process: what its start traces, how it is called and how it is ended."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = [pytest.mark.end2end, pytest.mark.timeout(120)]


class Process:
    """A running desktop; `until` reads what it traces."""

    def __init__(self, repository: Path, data_dir: Path, *paths: Path) -> None:
        environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "MAGRAY_TRACE_START": "1"}
        command = [sys.executable, "-m", "desktop", "--data-dir", str(data_dir), *map(str, paths)]
        self.process = subprocess.Popen(
            command, cwd=repository, env=environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
        )

    def until(self, event: str) -> None:
        """Wait for an event of the trace."""
        assert self.process.stderr is not None
        seen = []
        for line in self.process.stderr:
            seen.append(line)
            if line.startswith("{") and json.loads(line)["event"] == event:
                return
        raise AssertionError(f"{event} did not come: {seen}")

    def end(self) -> int:
        """Ask it to end as a system does that shuts down."""
        self.process.send_signal(signal.SIGTERM)
        _, rest = self.process.communicate(timeout=60)
        assert "Traceback" not in rest, rest
        return self.process.returncode


@pytest.fixture
def started(repository: Path, data_dir: Path) -> Iterator[Process]:
    process = Process(repository, data_dir)
    yield process
    if process.process.poll() is None:
        process.process.kill()
        process.process.communicate(timeout=30)


@pytest.mark.skipif(os.name == "nt", reason="a window of Windows is closed by its own message")
def test_a_second_start_hands_over_and_a_signal_closes_in_order(
    started: Process, repository: Path, data_dir: Path, tmp_path: Path
) -> None:
    note = tmp_path / "note.txt"
    note.write_text("The code of the bicycle's lock is 2718.")
    started.until("painted")
    started.until("ready")

    second = Process(repository, data_dir, note)
    second.process.communicate(timeout=60)
    assert second.process.returncode == 0
    assert started.process.poll() is None

    log = data_dir / "logs" / "magray.log"
    database = data_dir / "magray.db"
    assert database.exists()
    end = time.monotonic() + 60
    while not _documents(database, "note.txt") and time.monotonic() < end:
        time.sleep(0.1)
    assert _documents(database, "note.txt") == 1
    assert started.end() == 0
    assert not (data_dir / "logs" / "fault.log").exists()
    assert "Traceback" not in log.read_text()
    assert (data_dir / "window.ini").exists()


def _documents(database: Path, name: str) -> int:
    import sqlite3

    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        rows = connection.execute("SELECT count(*) FROM document WHERE path LIKE ?", (f"%{name}",)).fetchone()
    except sqlite3.OperationalError:
        return 0
    finally:
        connection.close()
    return int(rows[0])
