"""Map and timeline over a real engine, as the page shows them."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop.bridge import Bridge
from desktop.memory.map_view import MapView
from desktop.memory.memory_page import MemoryPage
from desktop.memory.timeline_view import TimelineView
from engine import Engine, MemoryFilter, NewMemory, Settings
from tests.helpers.desktop_parts import DesktopParts, until


def test_memories_are_found_on_the_map_and_on_their_day(qtbot: QtBot, parts: DesktopParts, tmp_path: Path) -> None:
    page = MemoryPage(**parts.views)
    qtbot.addWidget(page)
    page.resize(1200, 800)
    page.show()
    chance = np.random.default_rng(2)

    async def main() -> None:
        async with Engine.open(Settings(data_dir=tmp_path / "data")) as engine:
            bridge = Bridge()
            bridge.attach(engine)
            vectors = chance.standard_normal((2, 384))[np.arange(60) % 2] + 0.3 * chance.standard_normal((60, 384))
            await engine.remember_many(
                [NewMemory(text=f"note {one}", layer="assets", vector=row.tolist()) for one, row in enumerate(vectors)]
            )
            page.attach(engine, bridge)
            page.show_view("map")
            view = page.views["map"]
            assert isinstance(view, MapView)
            await until(lambda: view.scene.isVisible() and view._drawing == 0, seconds=30)
            canvas = view.scene.canvas
            assert len(canvas.points.numbers) == 60
            assert page.header._note.text() == "60 memories"
            number = canvas.nearest(QPointF(canvas.width() / 2, canvas.height() / 2))
            row = canvas.points.numbers.tolist().index(number)
            place = canvas.space.to_view(float(canvas.points.x[row]), float(canvas.points.y[row])).toPoint()
            QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
            await until(lambda: page.detail.memory is not None)

            page.show_view("timeline")
            days = page.views["timeline"]
            assert isinstance(days, TimelineView)
            await until(days.canvas.isVisible)
            assert sum(span.added for span in days.canvas.spans) == 60
            QTest.keyClick(days.canvas, Qt.Key.Key_Return)
            assert page.filters.filter.since is not None
            page.show_view("map")
            await until(lambda: view._filter == page.filters.filter and view._drawing == 0 and not view._stale)
            assert len(canvas.points.numbers) == 60  # all of them were said today
            page.filters.set_filter(MemoryFilter(layers=("interact",)))
            await until(lambda: not len(canvas.points.numbers))
            await asyncio.sleep(0.05)
            bridge.detach()
            page.hide()
            view._refresh.stop()

    parts.run(main)
