"""The timeline: spans without gaps, figures that can be heard, days chosen by pointer and keys."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from PySide6.QtCore import QDate, QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.memory.timeline_canvas import TimelineCanvas
from desktop.memory.timeline_spans import (
    Span,
    begin_of,
    days_between,
    figures_words,
    moment_of,
    month_labels,
    nice_top,
    span_words,
    spans_of,
    week_labels,
)
from desktop.memory.timeline_view import TimelineView
from engine import DayActivity, MemoryFilter, StoreError
from tests.helpers.desktop_parts import DesktopParts, until
from tests.helpers.map_updates import MapEngine
from tests.helpers.pointer import move_pointer

LEFT = Qt.MouseButton.LeftButton
NONE, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
DAY = timedelta(days=1)


def some_days(count: int, *, last: date | None = None) -> list[DayActivity]:
    """Every second day something was added; a tenth of the days saw promotions, all of them recalls."""
    end = last or datetime.now().astimezone().date()
    return [
        DayActivity(
            day=end - (count - 1 - place) * DAY,
            added=place + 1 if place % 2 else 0,
            promoted=int(place % 10 == 3),
            recalled=3,
        )
        for place in range(count)
    ]


# ------------------------------------------------------------------ spans


def test_days_without_anything_are_there_and_empty() -> None:
    days = [DayActivity(day=date(2026, 2, 27), added=2), DayActivity(day=date(2026, 3, 2), recalled=1)]
    spans = spans_of(days, "day", today=date(2026, 3, 3))
    assert [(span.first.day, span.figures) for span in spans] == [
        (27, (2, 0, 0)), (28, (0, 0, 0)), (1, (0, 0, 0)), (2, (0, 0, 1)), (3, (0, 0, 0)),
    ]  # fmt: skip
    assert all(span.end - span.first == DAY for span in spans)


def test_weeks_and_months_hold_their_days() -> None:
    days = [DayActivity(day=date(2025, 12, 31), added=1), DayActivity(day=date(2026, 1, 1), added=2)]
    weeks = spans_of(days, "week", today=date(2026, 1, 2))
    assert [span.added for span in weeks] == [3]  # one week over the turn of the year
    months = spans_of(days, "month", today=date(2026, 2, 1))
    assert [(span.first, span.end, span.added) for span in months] == [
        (date(2025, 12, 1), date(2026, 1, 1), 1),
        (date(2026, 1, 1), date(2026, 2, 1), 2),
        (date(2026, 2, 1), date(2026, 3, 1), 0),
    ]


def test_a_clock_set_back_loses_no_days() -> None:
    ahead = [DayActivity(day=date(2027, 5, 1), added=1)]
    assert spans_of(ahead, "day", today=date(2026, 5, 1)) == [Span(date(2027, 5, 1), date(2027, 5, 2), added=1)]
    assert spans_of([], "day", today=date(2026, 5, 1)) == []


def test_ten_years_of_days_are_all_there() -> None:
    days = [DayActivity(day=date(2016, 1, 1), added=1), DayActivity(day=date(2026, 1, 1), added=1)]
    assert len(spans_of(days, "day", today=date(2026, 1, 1))) == 3654


def test_moments_are_this_computers_midnights() -> None:
    moment = moment_of(date(2026, 3, 14))
    assert moment.utcoffset() is not None
    assert (moment.date(), moment.time()) == (date(2026, 3, 14), time())
    assert days_between(moment, moment_of(date(2026, 3, 15))) == (date(2026, 3, 14), date(2026, 3, 15))
    assert days_between(moment, moment + timedelta(hours=30)) == (date(2026, 3, 14), date(2026, 3, 16))
    assert days_between(None, None) is None
    assert days_between(None, moment) == (date.min, date(2026, 3, 14))
    assert days_between(moment, None) == (date(2026, 3, 14), date.max)


def test_words_of_spans_and_figures() -> None:
    assert span_words(Span(date(2026, 3, 12), date(2026, 3, 13)), "day") == "Thursday 12 March 2026"
    assert span_words(Span(date(2026, 3, 9), date(2026, 3, 16)), "week") == "9 to 15 March 2026"
    assert span_words(Span(date(2026, 3, 30), date(2026, 4, 6)), "week") == "30 March to 5 April 2026"
    assert span_words(Span(date(2026, 3, 1), date(2026, 4, 1)), "month") == "March 2026"
    assert figures_words((14, 0, 5)) == "14 added · 5 recalled"
    assert figures_words((0, 0, 0)) == "nothing happened"


@pytest.mark.parametrize(("highest", "top"), [(0, 4), (3, 4), (5, 5), (17, 20), (99, 100), (401, 500), (1000, 1000)])
def test_the_scale_ends_at_a_round_figure(highest: int, top: int) -> None:
    assert nice_top(highest) == top


def test_the_axis_names_months_and_years_once() -> None:
    days = spans_of([DayActivity(day=date(2025, 11, 29), added=1)], "day", today=date(2026, 1, 2))
    assert [words for words, _ in month_labels(days, "day").values()] == ["November 2025", "December", "January 2026"]
    begins = begin_of(date(2025, 12, 3), "week")
    assert week_labels(days, "day")[days.index(next(span for span in days if span.first == begins))] == "1"
    months = spans_of([DayActivity(day=date(2025, 11, 29), added=1)], "month", today=date(2026, 1, 2))
    assert [words for words, _ in month_labels(months, "month").values()] == ["Nov 2025", "Dec", "Jan 2026"]
    assert week_labels(months, "month") == {}


# ------------------------------------------------------------------ the view


@pytest.fixture
def view(qtbot: QtBot, parts: DesktopParts) -> TimelineView:
    made = TimelineView(**parts.views)
    qtbot.addWidget(made)
    made.resize(900, 600)
    made.show()
    return made


def show(
    parts: DesktopParts, view: TimelineView, engine: MapEngine, then: Callable[[], Coroutine[Any, Any, None]]
) -> None:
    async def main() -> None:
        view.attach(engine)  # type: ignore[arg-type]
        await until(view.canvas.isVisible)
        await then()

    parts.run(main)


def middle_of(canvas: TimelineCanvas, place: int) -> QPoint:
    return QPoint(round(canvas._left(place) + canvas._step() / 2), canvas.viewport().height() // 2)


async def nothing() -> None:
    await asyncio.sleep(0)


def test_the_bars_end_today_and_words_give_the_sums(parts: DesktopParts, view: TimelineView) -> None:
    show(parts, view, MapEngine(days=some_days(40)), nothing)
    canvas = view.canvas
    assert view.zoom == "day"
    assert canvas.spans[-1].first == datetime.now().astimezone().date()
    assert view.status.text() == "420 added · 4 promoted · 120 recalled"
    assert "420 added" in canvas.accessibleDescription()
    bar = canvas.horizontalScrollBar()
    assert bar.value() == bar.maximum()
    assert canvas._left(len(canvas.spans)) <= canvas.viewport().width()
    for control in (view.jump, view.as_table, view.zooms):
        assert control.accessibleName()


@pytest.mark.parametrize(("length", "zoom"), [(20, "day"), (300, "week"), (2000, "month")])
def test_the_first_look_shows_as_much_as_can_be_read(
    parts: DesktopParts, view: TimelineView, length: int, zoom: str
) -> None:
    today = datetime.now().astimezone().date()
    days = [DayActivity(day=today - length * DAY, added=1), DayActivity(day=today, added=1)]
    show(parts, view, MapEngine(days=days), nothing)
    assert view.zoom == zoom


def test_bars_stand_where_something_happened_and_gaps_where_nothing_did(
    parts: DesktopParts, view: TimelineView
) -> None:
    show(parts, view, MapEngine(days=some_days(40)), nothing)
    canvas = view.canvas
    image = canvas.viewport().grab().toImage()
    row = canvas._rows()[0]
    surface = parts.theme.color("surface")

    def inked(place: int) -> bool:
        x = round(canvas._left(place) + canvas._step() / 2)
        return image.pixelColor(x, round(row.bottom()) - 2) != surface

    assert inked(39)
    assert not inked(38)


def test_a_click_a_drag_and_a_second_click_choose_days(parts: DesktopParts, view: TimelineView) -> None:
    ranges: list[tuple[Any, Any]] = []
    filters: list[MemoryFilter] = []
    view.range_chosen.connect(lambda since, until: ranges.append((since, until)))
    view.filter_wanted.connect(filters.append)

    async def then() -> None:
        canvas, spans = view.canvas, view.canvas.spans
        port = canvas.viewport()
        QTest.mouseClick(port, LEFT, NONE, middle_of(canvas, 30))
        assert ranges[-1] == (moment_of(spans[30].first), moment_of(spans[30].end))
        assert filters[-1].since == ranges[-1][0]
        assert view.everything.isVisible()
        assert view.status.text().startswith("Chosen days: ")
        QTest.mouseClick(port, LEFT, NONE, middle_of(canvas, 30))
        assert ranges[-1] == (None, None)
        QTest.mousePress(port, LEFT, NONE, middle_of(canvas, 35))
        move_pointer(port, middle_of(canvas, 32), pressed=True)
        assert not port.grab().isNull()
        QTest.mouseRelease(port, LEFT, NONE, middle_of(canvas, 32))
        assert canvas.days == (spans[32].first, spans[35].end)
        QTest.mouseClick(port, LEFT, SHIFT, middle_of(canvas, 38))
        assert canvas.days == (spans[35].first, spans[38].end)
        view.everything.click()
        assert ranges[-1] == (None, None)
        assert canvas.days is None
        assert not view.everything.isVisible()
        QTest.mouseClick(port, LEFT, NONE, QPoint(5, 100))  # the names of the rows choose nothing
        assert ranges[-1] == (None, None)
        await nothing()

    show(parts, view, MapEngine(days=some_days(40)), then)
    assert len(ranges) == 5


def test_keys_walk_and_a_screen_reader_hears_the_figures(parts: DesktopParts, view: TimelineView) -> None:
    async def then() -> None:
        canvas, spans = view.canvas, view.canvas.spans
        canvas.setFocus(Qt.FocusReason.TabFocusReason)
        assert canvas.cursor_span == spans[-1]
        QTest.keyClick(canvas, Qt.Key.Key_Left)
        QTest.keyClick(canvas, Qt.Key.Key_Left)
        words = f"{span_words(spans[-3], 'day')}: {figures_words(spans[-3].figures)}"
        assert canvas.accessibleDescription() == words
        QTest.keyClick(canvas, Qt.Key.Key_Return)
        assert canvas.days == (spans[-3].first, spans[-3].end)
        QTest.keyClick(canvas, Qt.Key.Key_Right, SHIFT)
        assert canvas.days == (spans[-3].first, spans[-2].end)
        QTest.keyClick(canvas, Qt.Key.Key_Escape)
        assert canvas.days is None
        QTest.keyClick(canvas, Qt.Key.Key_Home)
        assert canvas.cursor_span == spans[0]
        assert canvas._left(0) >= canvas._gutter() - 1  # it came into view
        QTest.keyClick(canvas, Qt.Key.Key_PageDown)
        assert canvas.cursor_span == spans[30]
        QTest.keyClick(canvas, Qt.Key.Key_End)
        assert canvas.cursor_span == spans[-1]
        assert not canvas.grab().isNull()
        await nothing()

    show(parts, view, MapEngine(days=some_days(90)), then)


def test_coarser_and_finer_keep_what_is_looked_at(parts: DesktopParts, view: TimelineView) -> None:
    async def then() -> None:
        canvas = view.canvas
        QTest.keyClick(canvas, Qt.Key.Key_Minus)
        assert view.zoom == "week"
        assert sum(span.added for span in canvas.spans) == sum(day.added for day in view._days)
        wheel = QWheelEvent(
            QPointF(300, 200), canvas.mapToGlobal(QPointF(300, 200)), QPoint(), QPoint(0, -120),
            Qt.MouseButton.NoButton, Qt.KeyboardModifier.ControlModifier, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(canvas.viewport(), wheel)
        assert view.zoom == "month"
        QTest.keyClick(canvas, Qt.Key.Key_Minus)  # there is nothing coarser
        assert view.zoom == "month"
        QTest.keyClick(canvas, Qt.Key.Key_Plus)
        QTest.keyClick(canvas, Qt.Key.Key_Plus)
        assert view.zoom == "day"
        await nothing()

    show(parts, view, MapEngine(days=some_days(90)), then)


def test_the_wheel_scrolls_and_the_calendar_jumps(parts: DesktopParts, view: TimelineView) -> None:
    async def then() -> None:
        canvas = view.canvas
        bar = canvas.horizontalScrollBar()
        before = bar.value()
        wheel = QWheelEvent(
            QPointF(300, 200), canvas.mapToGlobal(QPointF(300, 200)), QPoint(), QPoint(0, 120),
            Qt.MouseButton.NoButton, NONE, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(canvas.viewport(), wheel)
        assert bar.value() < before
        wanted = canvas.spans[10].first
        view.jump.setDate(QDate(wanted.year, wanted.month, wanted.day))
        assert canvas.cursor_span == canvas.spans[10]
        assert canvas._gutter() <= canvas._left(10) <= canvas.viewport().width()
        await nothing()

    show(parts, view, MapEngine(days=some_days(92)), then)


def test_the_pointer_shows_the_figures_of_a_day(parts: DesktopParts, view: TimelineView) -> None:
    async def then() -> None:
        canvas = view.canvas
        walked: list[Any] = []
        canvas.walked.connect(walked.append)
        move_pointer(canvas.viewport(), middle_of(canvas, 33))
        assert walked[-1] == canvas.spans[33]
        assert not canvas.viewport().grab().isNull()
        QApplication.sendEvent(canvas.viewport(), QEvent(QEvent.Type.Leave))
        assert walked[-1] is None
        await nothing()

    show(parts, view, MapEngine(days=some_days(40)), then)


def test_the_same_figures_stand_in_a_table(parts: DesktopParts, view: TimelineView) -> None:
    async def then() -> None:
        view.as_table.click()
        assert view.table.isVisible()
        model = view.table.figures
        first = [model.data(model.index(0, column)) for column in range(4)]
        last = view.canvas.spans[-1]
        assert first == [span_words(last, "day"), "40", "0", "3"]
        heads = [model.headerData(column, Qt.Orientation.Horizontal) for column in range(4)]
        assert heads == ["When", "Added", "Promoted", "Recalled"]
        assert model.rowCount() == 40
        view.table.activated.emit(model.index(0, 0))
        assert view.canvas.days == (last.first, last.end)
        assert not view.grab().isNull()
        view.as_table.click()
        assert view.canvas.isVisible()
        await nothing()

    show(parts, view, MapEngine(days=some_days(40)), then)


def test_the_filters_time_is_marked_and_asks_for_nothing_new(parts: DesktopParts, view: TimelineView) -> None:
    engine = MapEngine(days=some_days(40))

    async def then() -> None:
        first = view.canvas.spans[20].first
        view.set_filter(MemoryFilter(since=moment_of(first), until=moment_of(first + 3 * DAY)))
        assert view.canvas.days == (first, first + 3 * DAY)
        assert len(engine.days_asked) == 1
        view.set_filter(MemoryFilter(pinned=True, since=moment_of(first)))
        await until(lambda: len(engine.days_asked) == 2)
        assert engine.days_asked[1] == MemoryFilter(pinned=True)
        view.reload()
        await until(lambda: len(engine.days_asked) == 3)

    show(parts, view, engine, then)


@pytest.mark.parametrize(
    ("wanted", "actions"), [(MemoryFilter(), ["note", "files"]), (MemoryFilter(pinned=True), ["clear"])]
)
def test_an_empty_timeline_offers_a_step(
    parts: DesktopParts, view: TimelineView, wanted: MemoryFilter, actions: list[str]
) -> None:
    async def main() -> None:
        view.set_filter(wanted)
        view.attach(MapEngine())  # type: ignore[arg-type]
        await until(lambda: bool(view._empty.accessibleName()))

    parts.run(main)
    steps: list[str] = []
    view.step_wanted.connect(steps.append)
    for name in actions:
        view._empty.triggered.emit(name)
    assert steps == actions
    QTest.keyClick(view.canvas, Qt.Key.Key_Left)  # an empty canvas takes keys without harm
    assert view.canvas.cursor_span is None


@pytest.mark.expected_logs("days of memories failed")
def test_what_fails_is_said_and_can_be_tried_again(parts: DesktopParts, view: TimelineView) -> None:
    engine = MapEngine(error=StoreError("The disk sleeps."))

    async def main() -> None:
        view.attach(engine)  # type: ignore[arg-type]
        await until(lambda: view._empty.accessibleDescription() == "The disk sleeps.")
        engine.error, engine.days = None, some_days(5)
        view._empty.triggered.emit("again")
        await until(view.canvas.isVisible)
        engine.error = StoreError("The disk sleeps again.")
        view.reload()
        await until(lambda: len(engine.days_asked) == 3)

    parts.run(main)
    message = parts.messages.take()
    assert message is not None
    assert "sleeps again" in message.text
    assert view.canvas.isVisible()  # what was there stays
