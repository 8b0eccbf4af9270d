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


class Stay:
    """`magray watch run` in a process of its own; what it says comes line by line."""

    def __init__(self, data_dir: Path) -> None:
        command = [sys.executable, "-m", "engine.cli", "--data-dir", str(data_dir), "watch", "run"]
        environment = {**os.environ, "MAGRAY_WATCH__QUIET_SECONDS": "0.2"}
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment, start_new_session=True
        )
        self.lines: queue.Queue[str] = queue.Queue()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.put(line)

    def end(self, number: int) -> int:
        self.process.send_signal(number)
        self.process.wait(60)
        self._reader.join()
        for pipe in (self.process.stdout, self.process.stderr):
            assert pipe is not None
            pipe.close()
        return self.process.returncode


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_after_a_kill_nothing_is_lost_and_nothing_twice(data_dir: Path, folder: Path, magray: Any) -> None:
    magray("watch", "add", str(folder))
    for number in range(60):
        (folder / f"{number:02}.txt").write_text(f"Number {number} of the lanterns was lit at dusk.\n")
    first = Stay(data_dir)
    try:
        first.lines.get(timeout=90)
    finally:
        first.end(signal.SIGKILL)
    (folder / "00.txt").rename(folder / "60.txt")
    second = Stay(data_dir)
    try:
        deadline = 90
        while True:
            second.lines.get(timeout=deadline)
            deadline = 8  # of silence: it is through
    except queue.Empty:
        pass
    finally:
        second.end(signal.SIGINT)
    (listed,) = json.loads(magray("watch", "--json")[0])["folders"]
    assert (listed["files"], listed["documents"], listed["waiting"]) == (60, 60, 0)
    texts = [one["text"] for one in json.loads(magray("memory", "list", "--limit", "1000", "--json")[0])["memories"]]
    assert len(texts) == len(set(texts)) == 60


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_it_stays_and_says_what_is_read_until_it_is_stopped(data_dir: Path, folder: Path, magray: Any) -> None:
    magray("watch", "add", str(folder))
    stay = Stay(data_dir)
    try:
        (folder / "a.txt").write_text("The lantern of the harbour was lit at dusk.\n")
        assert stay.lines.get(timeout=90) == f"done: {folder / 'a.txt'}\n"
    finally:
        status = stay.end(signal.SIGINT)
    assert status in (130, -signal.SIGINT)
