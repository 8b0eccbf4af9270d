"""Background work and the computer's resources on the status page, over a real engine."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop.bridge import Bridge
from desktop.status.background_card import BackgroundCard
from desktop.status.job_words import job_state, job_title
from desktop.status.resources_card import ResourcesCard
from desktop.status.status_page import StatusPage
from desktop.words import number
from engine import BackgroundStatus, Engine, IndexMemory, Load, ResourcesStatus, Settings
from tests.helpers.desktop_parts import DesktopParts, until as until_within


async def until(condition: Callable[[], bool]) -> None:
    """An engine at work beside the window may take its time."""
    await until_within(condition, seconds=30)


def page_of(parts: DesktopParts, qtbot: QtBot) -> tuple[StatusPage, BackgroundCard, ResourcesCard]:
    page = StatusPage(parts.theme, parts.icons, operations=parts.operations)
    qtbot.addWidget(page)
    page.resize(900, 700)
    page.show()
    assert page.background is not None
    assert page.resources is not None
    return page, page.background, page.resources


def test_work_is_seen_paused_resumed_and_done_now(qtbot: QtBot, parts: DesktopParts, data_dir: Path) -> None:
    page, card, _ = page_of(parts, qtbot)

    async def main() -> None:
        async with Engine.open(Settings(data_dir=data_dir)) as engine:
            bridge = Bridge()
            bridge.attach(engine)
            page.attach(engine, bridge)
            await until(lambda: bool(card.rows()))
            rows = {row.status.name: row for row in card.rows() if row.status is not None}
            assert set(rows) >= {"vectors", "streams", "indexes", "expiry"}
            assert not rows["indexes"].pause.isVisible()
            row = rows["vectors"]
            row.pause.setFocus()
            QTest.keyClick(row.pause, Qt.Key.Key_Space)
            await until(lambda: row.state.text() == "Paused")
            assert row.pause.accessibleName() == "Go on"
            assert row.accessibleName() == "Embed what came in live: Paused"
            assert next(one for one in await engine.background() if one.name == "vectors").paused
            QTest.mouseClick(row.pause, Qt.MouseButton.LeftButton)
            await until(lambda: row.state.text() != "Paused")
            expiry = rows["expiry"]
            assert expiry.status is not None
            assert expiry.status.ran_at is None
            QTest.mouseClick(expiry.run, Qt.MouseButton.LeftButton)
            await until(lambda: expiry.status is not None and expiry.status.ran_at is not None)
            await until(lambda: "Next " in expiry.state.text())
            QTest.mouseClick(card.all, Qt.MouseButton.LeftButton)
            await until(lambda: card.all.text() == "Go on with all")
            QTest.mouseClick(card.all, Qt.MouseButton.LeftButton)
            await until(lambda: card.all.text() == "Pause all" and rows["streams"].state.text() != "Paused")
            page.grab()
            page.hide()
            await engine.pause_background("streams")
            assert rows["streams"].state.text() != "Paused"  # nobody looks, nothing is drawn
            page.show()
            await until(lambda: rows["streams"].state.text() == "Paused")
            bridge.detach()
            page.hide()
            await asyncio.sleep(0.05)

    parts.run(main)


def test_the_computer_is_looked_at_while_it_is_seen(qtbot: QtBot, parts: DesktopParts, data_dir: Path) -> None:
    page, _, card = page_of(parts, qtbot)

    async def main() -> None:
        async with Engine.open(Settings(data_dir=data_dir)) as engine:
            bridge = Bridge()
            bridge.attach(engine)
            page.attach(engine, bridge)
            await until(lambda: "memory in use" in card.memory.text())
            assert set(card.indexes) >= {"interact", "insights", "assets", "lexical"}
            assert card._poll.isActive()
            page.hide()
            assert not card._poll.isActive()
            bridge.detach()
            await asyncio.sleep(0.05)

    parts.run(main)


def test_short_memory_a_battery_and_what_indexes_take_are_said(qtbot: QtBot, parts: DesktopParts) -> None:
    page, _, card = page_of(parts, qtbot)
    card.put(
        ResourcesStatus(
            memory_total=8_000_000_000,
            memory_used=7_200_000_000,
            own_memory=412_000_000,
            own_limit=4_000_000_000,
            pressure="short",
            battery_percent=41.0,
            on_battery=True,
            others_percent=3.0,
            load=Load(level="busy", reason="The computer's memory is short."),
            share=0.5,
            cache_vectors=500,
            cache_bytes=900_000,
            batch_tokens=256,
            indexes=(
                IndexMemory(name="assets", memories=1, memory_bytes=12_300_000, file_bytes=9_000_000),
                IndexMemory(name="lexical", memories=2000, memory_bytes=0, file_bytes=28_000_000),
            ),
        )
    )
    assert card.memory.text().startswith("90 % of 8.0 GB memory in use")
    assert "smaller caches" in card.memory.text()
    assert card.bar.value() == 90
    assert "on battery, 41 %" in card.own.text()
    assert card.load.text() == "Background work waits: The computer's memory is short."
    assert card.indexes["assets"].text() == "1 memory · 12.3 MB of memory · 9.0 MB on the disk"
    assert card.indexes["lexical"].text() == f"{number(2000)} memories · 28.0 MB on the disk"
    page.grab()


def test_states_in_words(qtbot: QtBot) -> None:
    now = datetime.now(UTC)
    status = BackgroundStatus(name="backup", title="x", priority="low", state="running", done=0.414, words="1 of 3")
    assert job_title(status) == "Make backups"
    assert job_state(status) == "At work, 41 % · 1 of 3"
    assert job_title(BackgroundStatus(name="new", title="Something new", priority="low", state="paused")) == (
        "Something new"
    )
    resting = BackgroundStatus(
        name="x",
        title="x",
        priority="low",
        state="resting",
        next_at=now + timedelta(days=40),
        result="The disk is full.",
        failed=True,
    )
    assert job_state(resting).endswith("Failed: The disk is full.")
    assert job_state(resting).startswith("Next ")
    waiting = BackgroundStatus(name="x", title="x", priority="low", state="waiting", words="The battery is low.")
    assert job_state(waiting) == "Waiting · The battery is low."
