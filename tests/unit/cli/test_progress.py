"""Bars and spinners: late, on a terminal only, and gone afterwards."""

from __future__ import annotations

import io
import sys
import threading
import time

import pytest

from engine.cli import progress
from engine.cli.progress import IngestBar, spinner
from engine.values import IngestProgress


class Terminal(io.StringIO):
    """Standard error of somebody who looks."""

    def isatty(self) -> bool:
        return True


def look(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Not a fixture: pytest puts its own streams back between a test's set-up and the test."""
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    return stream


def at(finished: int, total: int, current: str | None = None) -> IngestProgress:
    return IngestProgress(
        total=total,
        finished=finished,
        failed=0,
        skipped=0,
        current=current,
        seconds=1.0,
        seconds_left=None,
        paused=False,
        active=True,
    )


def test_what_is_quick_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = look(monkeypatch)
    with spinner("Opening"):
        pass
    with IngestBar() as bar:
        bar.update(at(1, 2))
    assert terminal.getvalue() == ""


def test_what_is_slow_shows_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = look(monkeypatch)
    monkeypatch.setattr(progress, "PATIENCE", 0.01)
    with spinner("Opening the memory"):
        end = time.monotonic() + 5
        while "Opening the memory" not in terminal.getvalue() and time.monotonic() < end:
            time.sleep(0.01)
    assert "Opening the memory" in terminal.getvalue()
    assert "magray-spinner" not in {thread.name for thread in threading.enumerate()}


def test_the_bar_counts_files_and_names_the_one_at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = look(monkeypatch)
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    with IngestBar() as bar:
        bar.update(at(0, 2, "/files/[odd] name.pdf"))
        bar.update(at(3, 5, "/files/other.pdf"))
        time.sleep(0.2)
    shown = terminal.getvalue()
    assert "3/5" in shown
    assert "other.pdf" in shown


def test_nobody_looks_nothing_is_drawn(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    with IngestBar() as bar, spinner("Opening"):
        bar.update(at(1, 2))
    assert capsys.readouterr().err == ""
