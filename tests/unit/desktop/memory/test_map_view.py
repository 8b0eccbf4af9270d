"""The map under pointer and keys, and how it follows filter, engine and selection."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.memory.map_canvas import MapCanvas
from desktop.memory.map_view import MapView
from engine import MapUpdate, MemoryFilter, StoreError
from tests.helpers.desktop_parts import DesktopParts, until
from tests.helpers.map_updates import MapEngine, make_update
from tests.helpers.pointer import move_pointer

LEFT = Qt.MouseButton.LeftButton
NONE, SHIFT, CONTROL = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
)


@pytest.fixture
def view(qtbot: QtBot, parts: DesktopParts) -> MapView:
    made = MapView(**parts.views)
    qtbot.addWidget(made)
    made.resize(800, 600)
    made.show()
    return made


def show(parts: DesktopParts, view: MapView, engine: MapEngine, then: Callable[[], Coroutine[Any, Any, None]]) -> None:
    async def main() -> None:
        view.attach(engine)  # type: ignore[arg-type]
        await until(lambda: not engine.updates or view.scene.isVisible() or not len(engine.updates[-1].numbers))
        await then()
        rest(view)

    parts.run(main)


def rest(view: MapView) -> None:
    """Nothing is about to be fetched any more: what a timer starts behind the loop's end fails."""
    view.words.stop()
    view._refresh.stop()


def place_of(canvas: MapCanvas, number: int) -> QPoint:
    row = canvas.points.numbers.tolist().index(number)
    return canvas.space.to_view(float(canvas.points.x[row]), float(canvas.points.y[row])).toPoint()


async def nothing() -> None:
    await asyncio.sleep(0)


def test_a_map_is_shown_with_its_legend_and_words(parts: DesktopParts, view: MapView) -> None:
    show(parts, view, MapEngine(make_update(60)), nothing)
    canvas = view.scene.canvas
    assert len(canvas.points.numbers) == 60
    words = [button.text() for button in view.scene.legend.buttons]
    assert words == ["Interact 20", "Insights 20", "Assets 20", "Garden 18", "Lease 18", "Trip to Norway 18"]
    assert "60 memories" in canvas.accessibleName()
    assert "Tab" in canvas.accessibleDescription()
    assert all(button.accessibleName() for button in view.scene.legend.buttons)
    for button in (view.lasso, view.nearer, view.farther, view.fit):
        assert button.accessibleName()


def test_the_picture_has_points_in_the_colours_of_the_legend(parts: DesktopParts, view: MapView) -> None:
    show(parts, view, MapEngine(make_update(60, named=False)), nothing)
    canvas = view.scene.canvas
    image = canvas.grab().toImage()
    number = int(canvas.points.numbers[2])  # of the third layer: a full disc
    seen = image.pixelColor(place_of(canvas, number) * image.devicePixelRatio())
    assert seen == canvas._palette[2]
    assert not view._colors.isVisible()  # without clusters there is nothing to choose


def test_colours_can_mean_layers_instead(parts: DesktopParts, view: MapView) -> None:
    show(parts, view, MapEngine(make_update(60)), nothing)
    assert view._colors.isVisible()
    view._colors.set_current("layers")
    view._colors.chosen.emit("layers")
    assert [button.text() for button in view.scene.legend.buttons] == ["Interact 20", "Insights 20", "Assets 20"]
    assert len(view.scene.canvas._palette) == 3


def test_words_say_that_it_is_still_being_laid_out(parts: DesktopParts, view: MapView) -> None:
    show(parts, view, MapEngine(make_update(30, stage="refining", share=0.41)), nothing)
    assert "41 %" in view.status.text()
    assert "41 %" in view.scene.canvas.accessibleName()
    early = MapEngine(make_update(30, stage="placing", share=0.05))
    show(parts, view, early, lambda: until(lambda: "so far" in view.status.text()))


@pytest.mark.parametrize(
    ("wanted", "actions"), [(MemoryFilter(), ["note", "files"]), (MemoryFilter(pinned=True), ["clear"])]
)
def test_an_empty_map_offers_a_step(
    qtbot: QtBot, parts: DesktopParts, view: MapView, wanted: MemoryFilter, actions: list[str]
) -> None:
    async def main() -> None:
        engine = MapEngine(make_update(0))
        view.set_filter(wanted)
        view.attach(engine)  # type: ignore[arg-type]
        await until(lambda: view._empty.isVisible() and bool(view._empty.accessibleName()))

    parts.run(main)
    steps: list[str] = []
    view.step_wanted.connect(steps.append)
    for name in actions:
        view._empty.triggered.emit(name)
    assert steps == actions


@pytest.mark.expected_logs("draw the map failed")
def test_what_fails_is_said_and_can_be_tried_again(parts: DesktopParts, view: MapView) -> None:
    engine = MapEngine(error=StoreError("The disk sleeps."))

    async def main() -> None:
        view.attach(engine)  # type: ignore[arg-type]
        await until(lambda: view._empty.accessibleDescription() == "The disk sleeps.")
        engine.error, engine.updates = None, [make_update(9)]
        view._empty.triggered.emit("again")
        await until(view.scene.isVisible)
        rest(view)

    parts.run(main)


def test_a_map_that_nobody_sees_is_not_laid_out(qtbot: QtBot, parts: DesktopParts) -> None:
    view = MapView(**parts.views)
    qtbot.addWidget(view)
    engine = MapEngine(make_update(9))

    async def main() -> None:
        view.attach(engine)  # type: ignore[arg-type]
        view.set_filter(MemoryFilter(pinned=True))
        await asyncio.sleep(0.02)
        assert engine.asked == []
        view.show()
        await until(view.scene.isVisible)
        rest(view)

    parts.run(main)
    assert engine.asked == [MemoryFilter(pinned=True)]


def test_another_filter_ends_the_drawing_of_the_one_before(parts: DesktopParts, view: MapView) -> None:
    class Slow(MapEngine):
        closed = 0

        async def memory_map(self, wanted: MemoryFilter) -> Any:
            try:
                async for update in super().memory_map(wanted):
                    yield update
                    if not wanted.pinned:
                        await asyncio.Event().wait()
            finally:
                self.closed += 1

    engine = Slow(make_update(12), make_update(24))

    async def main() -> None:
        view.attach(engine)  # type: ignore[arg-type]
        await until(lambda: len(view.scene.canvas.points.numbers) == 12)
        view.set_filter(MemoryFilter(pinned=True))
        await until(lambda: len(view.scene.canvas.points.numbers) == 24)
        rest(view)

    parts.run(main)
    assert engine.closed == 2


def test_changes_are_drawn_once_they_have_settled(parts: DesktopParts, view: MapView) -> None:
    engine = MapEngine(make_update(12))
    view._refresh.setInterval(20)

    async def main() -> None:
        view.attach(engine)  # type: ignore[arg-type]
        await until(view.scene.isVisible)
        for _ in range(20):
            view.reload()
        await until(lambda: not view._refresh.isActive() and not view._stale)
        await asyncio.sleep(0.05)
        rest(view)

    parts.run(main)
    assert 2 <= len(engine.asked) <= 4


def test_changes_wait_for_the_end_of_a_layout(parts: DesktopParts, view: MapView) -> None:
    class Slow(MapEngine):
        goes_on = asyncio.Event()

        async def memory_map(self, wanted: MemoryFilter) -> Any:
            async for update in super().memory_map(wanted):
                yield update
            await self.goes_on.wait()

    engine = Slow(make_update(12))
    view._refresh.setInterval(5)

    async def main() -> None:
        view.attach(engine)  # type: ignore[arg-type]
        await until(view.scene.isVisible)
        for _ in range(4):
            view.reload()
            await asyncio.sleep(0.01)
        assert len(engine.asked) == 1
        engine.goes_on.set()
        await until(lambda: len(engine.asked) == 2 and view._drawing == 0)
        rest(view)

    parts.run(main)


def test_pinching_zooms(parts: DesktopParts, view: MapView) -> None:
    async def then() -> None:
        from PySide6.QtGui import QNativeGestureEvent, QPointingDevice

        canvas = view.scene.canvas
        place = QPointF(200, 200)
        pinch = QNativeGestureEvent(
            Qt.NativeGestureType.ZoomNativeGesture, QPointingDevice.primaryPointingDevice(), 2, place, place,
            canvas.mapToGlobal(place), 0.5, QPointF(),
        )  # fmt: skip
        under = canvas.space.to_map(place)
        QApplication.sendEvent(canvas, pinch)
        assert canvas.space.zoom == pytest.approx(1.5)
        assert canvas.space.to_map(place) == pytest.approx(under, abs=0.01)
        await nothing()

    show(parts, view, MapEngine(make_update(30)), then)


def test_another_scheme_has_other_hues(parts: DesktopParts, view: MapView) -> None:
    async def then() -> None:
        canvas = view.scene.canvas
        light = [color.name() for color in canvas._palette]
        parts.theme.set_scheme("dark")
        try:
            assert [color.name() for color in canvas._palette] != light
            ground = canvas.grab().toImage().pixelColor(3, 3)
            assert ground == parts.theme.color("surface")
        finally:
            parts.theme.set_scheme("light")
        await nothing()

    show(parts, view, MapEngine(make_update(30)), then)


# ------------------------------------------------------------------ pointer


def test_the_pointer_says_what_a_memory_holds(parts: DesktopParts, view: MapView) -> None:
    async def then() -> None:
        canvas = view.scene.canvas
        move_pointer(canvas, place_of(canvas, 7))
        assert canvas.pointed_at >= 1
        await until(lambda: canvas._card is not None)
        assert canvas._card is not None
        assert canvas._card.text == f"Memory number {canvas.pointed_at}"
        assert "Assets" in canvas._card.note
        assert f"Memory number {canvas.pointed_at}" in canvas.accessibleDescription()
        assert not canvas.grab().isNull()
        move_pointer(canvas, QPoint(2, 2))
        assert canvas.pointed_at == -1

    show(parts, view, MapEngine(make_update(30)), then)


def test_a_click_selects_and_a_double_click_opens(parts: DesktopParts, view: MapView) -> None:
    selected: list[list[str]] = []
    opened: list[str] = []
    view.selected.connect(selected.append)
    view.opened.connect(opened.append)

    async def then() -> None:
        canvas = view.scene.canvas
        canvas.zoom(40, QPointF(place_of(canvas, 5)))
        place = place_of(canvas, 5)
        QTest.mouseClick(canvas, LEFT, NONE, place)
        await until(lambda: selected == [["m5"]])
        QTest.mouseDClick(canvas, LEFT, NONE, place)
        await until(lambda: opened == ["m5"])
        QTest.mouseClick(canvas, LEFT, NONE, QPoint(1, 1))  # where nothing is: lets go
        await until(lambda: selected[-1] == [])

    show(parts, view, MapEngine(make_update(30)), then)


def test_control_adds_to_the_selection(parts: DesktopParts, view: MapView) -> None:
    async def then() -> None:
        canvas = view.scene.canvas
        picked: list[list[int]] = []
        canvas.picked.connect(picked.append)
        one, other = canvas.nearest(QPointF(100, 100)), canvas.nearest(QPointF(700, 100))
        QTest.mouseClick(canvas, LEFT, NONE, place_of(canvas, one))
        QTest.mouseClick(canvas, LEFT, CONTROL, place_of(canvas, other))
        assert picked[-1] == sorted([one, other])
        QTest.mouseClick(canvas, LEFT, CONTROL, place_of(canvas, one))
        assert picked[-1] == [other]
        await nothing()

    show(parts, view, MapEngine(make_update(30)), then)


@pytest.mark.parametrize("by_button", [False, True])
def test_a_lasso_selects_what_it_is_drawn_around(parts: DesktopParts, view: MapView, by_button: bool) -> None:
    async def then() -> None:
        canvas = view.scene.canvas
        picked: list[list[int]] = []
        canvas.picked.connect(picked.append)
        if by_button:
            view.lasso.click()
            assert canvas.lasso_mode
        modifier = NONE if by_button else SHIFT
        width, height = canvas.width(), canvas.height()
        corners = [(2, 2), (width // 2, 2), (width // 2, height // 2), (2, height // 2)]
        QTest.mousePress(canvas, LEFT, modifier, QPoint(*corners[0]))
        for corner in corners[1:]:
            move_pointer(canvas, QPoint(*corner), pressed=True)
        assert not canvas.grab().isNull()
        QTest.mouseRelease(canvas, LEFT, modifier, QPoint(*corners[-1]))
        wanted = [number for number in range(1, 31) if number % 3 == 1]  # the group at the left above
        assert picked == [wanted]
        assert not view.lasso.isChecked()
        assert not canvas.lasso_mode
        await nothing()

    show(parts, view, MapEngine(make_update(30)), then)


def test_dragging_moves_and_the_wheel_zooms(parts: DesktopParts, view: MapView) -> None:
    async def then() -> None:
        canvas = view.scene.canvas
        before = canvas.space.to_map(QPointF(100, 100))
        QTest.mousePress(canvas, LEFT, NONE, QPoint(100, 100))
        move_pointer(canvas, QPoint(150, 130), pressed=True)
        move_pointer(canvas, QPoint(180, 160), pressed=True)
        QTest.mouseRelease(canvas, LEFT, NONE, QPoint(180, 160))
        assert canvas.space.to_map(QPointF(180, 160)) == pytest.approx(before, abs=0.02)
        zoom, under = canvas.space.zoom, canvas.space.to_map(QPointF(200, 200))
        wheel = QWheelEvent(
            QPointF(200, 200), canvas.mapToGlobal(QPointF(200, 200)), QPoint(), QPoint(0, 120),
            Qt.MouseButton.NoButton, NONE, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(canvas, wheel)
        assert canvas.space.zoom > zoom
        assert canvas.space.to_map(QPointF(200, 200)) == pytest.approx(under, abs=0.01)
        view.fit.click()
        assert canvas.space.zoom == pytest.approx(1)
        view.nearer.click()
        assert canvas.space.zoom > 1
        view.farther.click()
        assert canvas.space.zoom == pytest.approx(1)
        await nothing()

    show(parts, view, MapEngine(make_update(30)), then)


def test_a_view_of_ones_own_stays_while_the_layout_goes_on(parts: DesktopParts, view: MapView) -> None:
    async def then() -> None:
        canvas = view.scene.canvas
        canvas.zoom(3)
        middle, scale = (canvas.space.middle_x, canvas.space.middle_y), canvas.space.scale
        view._show(make_update(60, seed=8))
        assert (canvas.space.middle_x, canvas.space.middle_y) == middle
        assert canvas.space.scale == scale
        view.set_filter(MemoryFilter(pinned=True))  # another filter is another map
        assert canvas.space.zoom == pytest.approx(1)
        await nothing()

    show(parts, view, MapEngine(make_update(60)), then)


# ------------------------------------------------------------------ keys


def test_keys_move_zoom_select_and_open(parts: DesktopParts, view: MapView) -> None:
    opened: list[str] = []
    selected: list[list[str]] = []
    view.opened.connect(opened.append)
    view.selected.connect(selected.append)

    async def then() -> None:
        canvas = view.scene.canvas
        canvas.setFocus(Qt.FocusReason.TabFocusReason)
        middle = canvas.space.middle_x
        QTest.keyClick(canvas, Qt.Key.Key_Right)
        assert canvas.space.middle_x > middle
        QTest.keyClick(canvas, Qt.Key.Key_Plus)
        assert canvas.space.zoom > 1
        assert canvas.pointed_at == canvas.nearest(QPointF(canvas.width() / 2, canvas.height() / 2))
        await until(lambda: f"Memory number {canvas.pointed_at}" in canvas.accessibleDescription())
        QTest.keyClick(canvas, Qt.Key.Key_Space)
        await until(lambda: selected == [[f"m{canvas.pointed_at}"]])
        QTest.keyClick(canvas, Qt.Key.Key_Return)
        await until(lambda: opened == [f"m{canvas.pointed_at}"])
        QTest.keyClick(canvas, Qt.Key.Key_Escape)
        await until(lambda: selected[-1] == [])
        QTest.keyClick(canvas, Qt.Key.Key_0)
        assert canvas.space.zoom == pytest.approx(1)

    show(parts, view, MapEngine(make_update(60)), then)


def test_tab_walks_through_the_groups_and_then_leaves(parts: DesktopParts, view: MapView) -> None:
    async def then() -> None:
        canvas = view.scene.canvas
        view.activateWindow()
        canvas.setFocus(Qt.FocusReason.TabFocusReason)
        seen = []
        for _ in range(3):
            QTest.keyClick(canvas, Qt.Key.Key_Tab)
            assert canvas.hasFocus()
            seen.append((canvas.pointed_at - 1) % 3)
        assert sorted(seen) == [0, 1, 2]
        QTest.keyClick(canvas, Qt.Key.Key_Backtab)
        assert (canvas.pointed_at - 1) % 3 == seen[1]
        QTest.keyClick(canvas, Qt.Key.Key_Tab)
        QTest.keyClick(canvas, Qt.Key.Key_Tab)
        assert not canvas.hasFocus()
        assert canvas.pointed_at == -1
        await nothing()

    show(parts, view, MapEngine(make_update(60)), then)


def test_all_that_is_seen_is_selected_by_keys(parts: DesktopParts, view: MapView) -> None:
    async def then() -> None:
        canvas = view.scene.canvas
        picked: list[list[int]] = []
        canvas.picked.connect(picked.append)
        QTest.keyClick(canvas, Qt.Key.Key_A, CONTROL)
        assert picked[-1] == list(range(1, 61))
        canvas.setFocus(Qt.FocusReason.TabFocusReason)
        QTest.keyClick(canvas, Qt.Key.Key_Tab)  # one group as a whole
        QTest.keyClick(canvas, Qt.Key.Key_A, CONTROL)
        assert 15 <= len(picked[-1]) <= 30
        await nothing()

    show(parts, view, MapEngine(make_update(60)), then)


def test_the_legend_shows_a_group_as_a_whole(parts: DesktopParts, view: MapView) -> None:
    async def then() -> None:
        canvas = view.scene.canvas
        by_words = {button.text(): button for button in view.scene.legend.buttons}
        by_words["Lease 18"].click()
        x, y = canvas.space.to_map(QPointF(canvas.width() / 2, canvas.height() / 2))
        assert (x, y) == pytest.approx((1.0, -0.6), abs=0.25)
        assert canvas.space.zoom > 1
        await nothing()

    show(parts, view, MapEngine(make_update(60)), then)


def test_what_is_selected_elsewhere_is_marked(parts: DesktopParts, view: MapView) -> None:
    async def then() -> None:
        canvas = view.scene.canvas
        view.select_ids(["m4", "m8", "m5000"])
        await until(lambda: canvas._selected.tolist() == [4, 8, 5000])
        pale = canvas.grab().toImage().pixelColor(place_of(canvas, 6) * canvas.devicePixelRatioF())
        full = canvas.grab().toImage().pixelColor(place_of(canvas, 9) * canvas.devicePixelRatioF())
        assert canvas.points.rows_of(np.asarray([4, 8, 5000])).tolist() == [3, 7]
        assert pale != canvas._palette[0]
        assert full.isValid()
        view.select_ids([])
        assert canvas._selected.tolist() == []

    show(parts, view, MapEngine(make_update(30)), then)


def test_a_menu_is_for_what_is_pointed_at(parts: DesktopParts, view: MapView) -> None:
    async def then() -> None:
        from PySide6.QtGui import QContextMenuEvent

        canvas = view.scene.canvas
        wanted: list[QPoint] = []
        view.menu_wanted.connect(wanted.append)
        place = place_of(canvas, 3)
        move_pointer(canvas, place)
        event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, canvas.mapToGlobal(place))
        QApplication.sendEvent(canvas, event)
        assert wanted == [canvas.mapToGlobal(place)]
        assert canvas._selected.tolist() == [canvas.pointed_at]
        await asyncio.sleep(0.02)

    show(parts, view, MapEngine(make_update(30)), then)


def test_fifty_thousand_points_are_drawn(parts: DesktopParts, view: MapView) -> None:
    async def then() -> None:
        assert not view.scene.canvas.grab().isNull()
        assert view.scene.canvas.radius() < 2
        await nothing()

    update: MapUpdate = make_update(50_000)
    show(parts, view, MapEngine(update), then)


def test_where_few_are_seen_their_first_words_stand_beside_them(parts: DesktopParts, view: MapView) -> None:
    async def then() -> None:
        canvas = view.scene.canvas
        assert canvas._captions._texts == {}  # two hundred are too many
        canvas.zoom(30, QPointF(place_of(canvas, 7)))
        seen = canvas.seen().tolist()
        assert 0 < len(seen) <= 60
        await until(lambda: bool(canvas._captions._texts))
        assert set(canvas._captions._texts) == set(seen)
        placed = canvas._captions.placed(canvas.space, canvas.points, canvas.radius(), [])
        assert placed
        boxes = [box for _, box in placed]
        assert not any(one.intersects(other) for one in boxes for other in boxes if one is not other)
        assert all(canvas.space.rect.contains(box) for box in boxes)
        assert all("Memory number" in words or words.endswith("…") for words, _ in placed)
        assert not canvas.grab().isNull()
        canvas.fit()
        assert canvas._captions._texts == {}

    show(parts, view, MapEngine(make_update(200)), then)
