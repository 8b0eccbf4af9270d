from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QWheelEvent
from pytestqt.qtbot import QtBot

from desktop.documents.page_canvas import PageCanvas
from engine import Rectangle, RenderedPage
from tests.helpers.desktop_parts import DesktopParts

WIDTH, HEIGHT = 300.0, 400.0  # points


class Drawer:
    """Answers a canvas at once, or keeps what it wants until told to draw."""

    def __init__(self, canvas: PageCanvas, *, at_once: bool = True) -> None:
        self.canvas = canvas
        self.at_once = at_once
        self.wanted: list[tuple[int, float, str | None]] = []
        self.highlight = Rectangle(30, 300, 100, 10)
        canvas.page_wanted.connect(self._want)

    def _want(self, page: int, scale: float, highlight: str | None) -> None:
        self.wanted.append((page, scale, highlight))
        if self.at_once:
            self.draw(page, scale, highlight)

    def draw(self, page: int, scale: float, highlight: str | None) -> None:
        width, height = round(WIDTH * scale), round(HEIGHT * scale)
        one = self.highlight
        marks = (Rectangle(one.x * scale, one.y * scale, one.width * scale, one.height * scale),) if highlight else ()
        pixels = b"\xff" * (width * height * 4)
        self.canvas.put_page(
            page, scale, highlight, RenderedPage(width=width, height=height, pixels=pixels, highlights=marks)
        )


@pytest.fixture
def canvas(qtbot: QtBot, parts: DesktopParts) -> PageCanvas:
    made = PageCanvas(theme=parts.theme)
    qtbot.addWidget(made)
    made.resize(600, 500)
    made.show()
    return made


def test_only_what_is_seen_and_its_neighbours_is_drawn(canvas: PageCanvas) -> None:
    drawer = Drawer(canvas)
    canvas.show_pages(1_000, page=500)
    pages = {page for page, _, _ in drawer.wanted}
    assert pages
    assert pages <= set(range(498, 504))
    assert canvas.page == 500


def test_a_quick_scroll_draws_only_where_it_stops(canvas: PageCanvas) -> None:
    drawer = Drawer(canvas, at_once=False)
    canvas.show_pages(1_000)
    first = drawer.wanted[-1]
    for page in range(10, 900, 10):
        canvas.go_to(page)
    assert len(drawer.wanted) == 1
    drawer.at_once = True
    drawer.draw(*first)
    assert {page for page, _, _ in drawer.wanted[1:]} <= set(range(887, 894))


def test_it_opens_at_the_passage(canvas: PageCanvas) -> None:
    drawer = Drawer(canvas)
    canvas.show_pages(50, page=20, highlight="the lease ends")
    assert (20, "the lease ends") in {(page, words) for page, _, words in drawer.wanted}
    per_point = canvas._layout.per_point
    y = canvas._layout.top(20) + drawer.highlight.y * per_point - canvas.verticalScrollBar().value()
    assert 0 < y < canvas.viewport().height() / 2
    seen = canvas.grab().toImage()
    ratio = seen.devicePixelRatio()
    x = canvas._left(20) + (drawer.highlight.x + 20) * per_point
    marked = QColor(seen.pixel(int(x * ratio), int((y + 5 * per_point) * ratio)))
    paper = QColor(seen.pixel(int(x * ratio), int((y + 40 * per_point) * ratio)))
    assert paper == QColor(Qt.GlobalColor.white)
    assert marked.blue() > marked.red() > 0, "the accent, translucent"


def test_a_passage_elsewhere_in_the_same_document(canvas: PageCanvas) -> None:
    drawer = Drawer(canvas)
    canvas.show_pages(50, page=20, highlight="one")
    canvas.go_to(3, highlight="two")
    assert (3, "two") in {(page, words) for page, _, words in drawer.wanted}
    assert canvas.page == 3


def test_zoom_keeps_the_place_and_draws_anew(canvas: PageCanvas) -> None:
    drawer = Drawer(canvas)
    zooms: list[float] = []
    canvas.zoom_changed.connect(zooms.append)
    canvas.show_pages(30, page=10)
    before = canvas.page
    drawer.wanted.clear()
    canvas.zoom_in()
    assert not canvas.fits_width
    assert canvas.page == before
    assert {scale for _, scale, _ in drawer.wanted} == {round(canvas._layout.per_point * canvas.devicePixelRatioF(), 4)}
    canvas.fit_width()
    assert canvas.fits_width
    assert zooms


def test_ctrl_and_wheel_zoom(canvas: PageCanvas) -> None:
    Drawer(canvas)
    canvas.show_pages(3)
    before = canvas.zoom
    event = QWheelEvent(
        QPointF(50, 50), QPointF(50, 50), QPoint(), QPoint(0, -120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.ControlModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    canvas.wheelEvent(event)
    assert canvas.zoom < before


def test_a_page_that_cannot_be_drawn_does_not_stop_the_others(canvas: PageCanvas) -> None:
    drawer = Drawer(canvas, at_once=False)
    canvas.show_pages(3)
    drawer.at_once = True
    canvas.page_failed(0, "page 1 is damaged")
    assert 1 in {page for page, _, _ in drawer.wanted}
    assert [page for page, _, _ in drawer.wanted].count(0) == 1
    canvas.grab()


def test_keys_scroll(qtbot: QtBot, canvas: PageCanvas) -> None:
    Drawer(canvas)
    canvas.show_pages(20)
    qtbot.keyClick(canvas, Qt.Key.Key_End)
    assert canvas.page == 19
    qtbot.keyClick(canvas, Qt.Key.Key_Home)
    assert canvas.page == 0
    qtbot.keyClick(canvas, Qt.Key.Key_PageDown)
    assert canvas.verticalScrollBar().value() > 0
    control, shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
    fitted = canvas.zoom
    qtbot.keyClick(canvas, Qt.Key.Key_Plus, control | shift)
    assert canvas.zoom > fitted
    qtbot.keyClick(canvas, Qt.Key.Key_Minus, control)
    qtbot.keyClick(canvas, Qt.Key.Key_Minus, control)
    assert canvas.zoom < fitted
    qtbot.keyClick(canvas, Qt.Key.Key_0, control)
    assert canvas.zoom == fitted


def test_nothing_is_held_after_clear(canvas: PageCanvas) -> None:
    drawer = Drawer(canvas)
    canvas.show_pages(20)
    assert drawer.wanted
    assert canvas._cache.size > 0
    canvas.clear()
    assert canvas._cache.size == 0
    canvas.grab()
