"""`magray watch` over a real engine, in this process and as one of its own."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from engine.cli import main


@pytest.fixture
def magray(data_dir: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    def run(*arguments: str, status: int = 0) -> tuple[str, str]:
        assert main(["--data-dir", str(data_dir), *arguments]) == status
        return tuple(capsys.readouterr())  # type: ignore[return-value]

    return run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "papers"
    made.mkdir()
    return made


def test_a_folder_is_added_changed_and_taken_off(magray: Any, folder: Path, tmp_path: Path) -> None:
    assert "No folder is watched" in magray("watch")[0]
    out, err = magray("watch", "add", str(folder), "--ignore", "*.tmp")
    assert str(folder) in out
    assert "ignores *.tmp" in out
    assert "magray watch run" in err
    (listed,) = json.loads(magray("watch", "list", "--json")[0])["folders"]
    assert (listed["path"], listed["ignore"], listed["paused"]) == (str(folder), ["*.tmp"], False)
    assert "paused" in magray("watch", "pause", str(folder))[0]
    assert "paused" not in magray("watch", "resume", listed["id"][:8])[0]
    assert json.loads(magray("watch", "ignore", str(folder), "a/", "b/", "--json")[0])["ignore"] == ["a/", "b/"]
    assert "ignores" not in magray("watch", "ignore", str(folder))[0]
    assert "watched already" in magray("watch", "add", str(folder), status=1)[1]
    assert "is no watched folder" in magray("watch", "pause", str(tmp_path), status=1)[1]
    assert "stay in memory" in magray("watch", "remove", str(folder))[0]
    assert "No folder is watched" in magray("watch", "run", status=1)[1]
    magray("watch", "add", str(folder), "--json")
    assert json.loads(magray("watch", "remove", str(folder), "--forget", "--json")[0])["forgotten"] == 0


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_it_stays_and_says_what_is_read_until_it_is_stopped(data_dir: Path, folder: Path, magray: Any) -> None:
    magray("watch", "add", str(folder))
    command = [sys.executable, "-m", "engine.cli", "--data-dir", str(data_dir), "watch", "run"]
    environment = {**os.environ, "MAGRAY_WATCH__QUIET_SECONDS": "0.2"}
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment, start_new_session=True
    )
    assert process.stdout is not None
    lines: queue.Queue[str] = queue.Queue()

    def read() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            lines.put(line)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        (folder / "a.txt").write_text("The lantern of the harbour was lit at dusk.\n")
        assert lines.get(timeout=90) == f"done: {folder / 'a.txt'}\n"
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)
        reader.join()
        assert process.stderr is not None
        process.stdout.close()
        process.stderr.close()
    assert process.returncode in (130, -signal.SIGINT)
