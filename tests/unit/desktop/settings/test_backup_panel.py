from __future__ import annotations

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from desktop.settings.backup_panel import BackupPanel
from engine import Engine
from tests.helpers.desktop_parts import DesktopParts, until
from tests.helpers.panel_story import play_panel

Story = Callable[[BackupPanel, Engine], Coroutine[Any, Any, None]]
PASSPHRASE = "correct horse battery"


@pytest.fixture
def play(parts: DesktopParts, tmp_path: Path) -> Callable[[Story], None]:
    """Runs a story over the real panel and the real engine."""

    def run(story: Story) -> None:
        play_panel(BackupPanel, parts, tmp_path / "data", story, ready=lambda panel: bool(panel.title.text()))

    return run


def press(button: QPushButton) -> None:
    QTest.keyClick(button, Qt.Key.Key_Space)


def typed(panel: BackupPanel, *texts: str) -> None:
    for field, text in zip(panel.question.fields, texts, strict=False):
        assert field.isVisible()
        field.clear()
        QTest.keyClicks(field, text)


def test_a_backup_is_made_checked_and_deleted_by_keys(play: Callable[[Story], None]) -> None:
    async def story(panel: BackupPanel, engine: Engine) -> None:
        await engine.remember("a note", layer="assets")
        assert panel.title.text() == "There is no backup yet"
        assert "every week" in panel.plan_words.text()
        press(panel.now)
        assert not panel.now.isEnabled()
        await until(lambda: len(panel.rows) == 1)
        assert panel.now.isEnabled()
        assert panel.title.text().startswith("Last backup:")
        assert "is made and was read back" in panel.said.text()
        (row,) = panel.rows
        words = [label.text() for label in row.findChildren(type(panel.title))]
        assert any("1 memory" in one and "made by you" in one for one in words)
        assert any("whole" in one for one in words)
        assert all(button.accessibleName() for button in row.buttons.values())
        press(row.buttons["check"])
        await until(lambda: panel.said.text() == "The backup is whole.")
        press(panel.rows[0].buttons["delete"])
        assert panel.question.isVisible()
        press(panel.question.no)
        assert not panel.question.isVisible()
        press(panel.rows[0].buttons["delete"])
        press(panel.question.yes)
        await until(lambda: not panel.rows)
        assert await engine.backups() == []

    play(story)


def test_an_encrypted_backup_is_restored_with_its_passphrase_or_not_at_all(play: Callable[[Story], None]) -> None:
    async def story(panel: BackupPanel, engine: Engine) -> None:
        press(panel.sealed)
        typed(panel, PASSPHRASE, "another one")
        assert not panel.question.yes.isEnabled()
        typed(panel, PASSPHRASE, PASSPHRASE)
        assert panel.question.yes.isEnabled()
        QTest.keyClick(panel.question.fields[1], Qt.Key.Key_Return)
        assert all(not field.text() for field in panel.question.fields)
        await until(lambda: len(panel.rows) == 1)
        assert panel.rows[0].info.encrypted
        press(panel.rows[0].buttons["restore"])
        assert "was erased since comes back" in panel.question.words.text()
        assert not panel.question.yes.isEnabled()
        typed(panel, "not the passphrase")
        press(panel.question.yes)
        await until(lambda: "does not open" in panel.said.text())
        assert not panel.waiting.isVisible()
        press(panel.rows[0].buttons["restore"])
        typed(panel, PASSPHRASE)
        press(panel.question.yes)
        await until(panel.waiting.isVisible)
        press(panel.take_back)
        await until(lambda: not panel.waiting.isVisible())
        assert not (await engine.backup_plan()).waits_for_restart

    play(story)


def test_a_file_from_elsewhere_is_restored_at_the_next_start(play: Callable[[Story], None], tmp_path: Path) -> None:
    async def story(panel: BackupPanel, engine: Engine) -> None:
        await engine.remember("from before", layer="assets")
        made = await engine.back_up(tmp_path / "elsewhere.magray-backup")
        await until(lambda: len(panel.rows) == 1)
        panel._backups = []
        panel.ask_restore(made.path)
        assert "leave the passphrase empty" in panel.question.words.text()
        assert panel.question.yes.isEnabled()
        press(panel.question.yes)
        await until(panel.waiting.isVisible)
        window = panel.window()
        press(panel.restart)
        await until(lambda: not window.isVisible())

    play(story)


def test_backups_that_hold_what_was_erased_are_offered_for_deletion(play: Callable[[Story], None]) -> None:
    async def story(panel: BackupPanel, engine: Engine) -> None:
        memory = await engine.remember("the doomed one", layer="assets")
        press(panel.now)
        await until(lambda: len(panel.rows) == 1)
        assert not panel.delete_erased.isVisible()
        await engine.delete_memories([memory.id], erase=True)
        panel.refresh()
        await until(panel.delete_erased.isVisible)
        press(panel.delete_erased)
        press(panel.question.yes)
        await until(lambda: not panel.rows)
        assert not panel.delete_erased.isVisible()

    play(story)


def test_the_folder_is_chosen_and_what_cannot_be_written_is_told(play: Callable[[Story], None], tmp_path: Path) -> None:
    folder = tmp_path / "stick"
    folder.mkdir()

    async def story(panel: BackupPanel, engine: Engine) -> None:
        panel.take_folder(str(folder))
        await until(lambda: str(folder) in panel.plan_words.text())
        folder.rmdir()
        press(panel.now)
        await until(lambda: "Plug in its disk" in panel.said.text())
        assert panel.now.isEnabled()

    play(story)
