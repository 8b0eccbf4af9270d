"""A database that cannot be opened: the window offers the youngest backup, and one press brings it back."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest
from PySide6.QtWidgets import QPushButton

from desktop.options import Options
from desktop.starting_again import command, start_again
from engine import BackupDamagedError, Engine, Settings, prepare_restore, youngest_backup
from tests.helpers.desktop_parts import DesktopParts, until
from tests.helpers.desktop_session import Run, run_session


def damaged(folder: Path, *, encrypted: bool) -> None:
    """A data folder whose database is torn; its youngest readable backup holds one memory."""

    async def make() -> None:
        async with Engine.open(Settings(data_dir=folder)) as engine:
            await engine.remember("kept in a backup", layer="assets")
            await engine.back_up(None, "correct horse battery" if encrypted else None)

    asyncio.run(make())
    (folder / "magray.db").write_bytes(b"SQLite format 3\x00" + b"\x5a" * 40_000)


def offered(run: Run) -> dict[str, QPushButton]:
    return {one.text(): one for one in run.window.notice.findChildren(QPushButton) if one.isVisible()}


@pytest.mark.expected_logs("the engine could not be opened")
def test_one_press_restores_the_youngest_backup(parts: DesktopParts, tmp_path: Path) -> None:
    damaged(tmp_path, encrypted=False)

    async def story(run: Run) -> None:
        await until(lambda: "problem" in run.events, seconds=60)
        buttons = offered(run)
        (restore,) = [button for words, button in buttons.items() if words.startswith("Restore the backup of")]
        assert len(buttons) == 3
        restore.click()
        await until(lambda: "ready" in run.events, seconds=60)
        engine = run.session._workspace._engine
        assert engine is not None
        assert [one.text for one in await engine.memories()] == ["kept in a backup"]

    run_session(parts, tmp_path, story, opens=False)
    assert list((tmp_path / "backups").glob("*.damaged"))


@pytest.mark.expected_logs("the engine could not be opened")
def test_without_a_readable_backup_nothing_is_offered(parts: DesktopParts, tmp_path: Path) -> None:
    damaged(tmp_path, encrypted=True)

    async def story(run: Run) -> None:
        await until(lambda: "problem" in run.events, seconds=60)
        assert set(offered(run)) == {"Try again", "Close Magray"}

    run_session(parts, tmp_path, story, opens=False)


def test_a_damaged_backup_is_passed_over(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    assert youngest_backup(settings) is None
    damaged(tmp_path, encrypted=False)
    found = youngest_backup(settings)
    assert found is not None
    Path(found.path).write_bytes(b"nothing")
    assert youngest_backup(settings) is None
    with pytest.raises(BackupDamagedError):
        prepare_restore(settings, found.path)


def test_a_restart_is_asked_for_as_it_was_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert command(Options()) == [sys.executable, "-m", "desktop"]
    given = Options(data_dir=tmp_path, paths=("a.pdf",))
    assert command(given)[-2:] == ["--data-dir", str(tmp_path)]
    assert "a.pdf" not in command(given)
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert command(Options()) == [sys.executable]


@pytest.mark.expected_logs("could not be started again")
def test_a_program_that_does_not_start_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "nowhere"))
    assert not start_again(Options())
