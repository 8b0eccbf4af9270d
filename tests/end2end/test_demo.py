"""What `python run.py` does where there is no display."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.end2end


def run(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-m", "desktop", "--offscreen-demo", str(tmp_path / "pictures" / "w.png"), *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONIOENCODING": "utf-8"},
        timeout=150,
    )


def test_the_job_is_done_without_a_screen(tmp_path: Path) -> None:
    done = run(tmp_path)
    assert done.returncode == 0, done.stderr
    assert "done: privacy-and-memory.pdf" in done.stdout
    assert "Nothing leaves your computer" in done.stdout
    assert "[1] privacy-and-memory.pdf, page 1" in done.stdout
    assert "no language model is set up" in done.stdout
    picture = (tmp_path / "pictures" / "w.png").read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert len(picture) > 20_000  # a window with text in it, not a blank


def test_a_folder_that_cannot_be_used_is_said(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    done = run(tmp_path, "--data-dir", str(tmp_path / "data"))
    assert done.returncode == 1
    assert str(tmp_path / "data") in done.stderr
    assert "Traceback" not in done.stderr
