from __future__ import annotations

from desktop.documents.page_cache import DrawnPage, PageCache
from desktop.documents.page_layout import PageLayout, PageSize
from engine import RenderedPage


def drawn(side: int) -> DrawnPage:
    return DrawnPage.of(RenderedPage(width=side, height=side, pixels=bytes(side * side * 4)), scale=1.0, highlight=None)


def test_the_cache_stays_within_its_bound_and_keeps_what_is_seen(qapp: object) -> None:
    cache = PageCache(limit=3 * 400)
    for page in range(5):
        cache.put(page, drawn(10), keep=(0,))
    assert cache.size <= 3 * 400
    assert cache.get(0) is not None
    assert cache.get(1) is None
    assert cache.get(4) is not None
    cache.put(4, drawn(5))
    assert cache.size == 400 + 400 + 100
    cache.clear()
    assert cache.size == 0


def test_pixels_are_read_as_bgra(qapp: object) -> None:
    page = RenderedPage(width=2, height=1, pixels=bytes([0, 0, 255, 255, 255, 0, 0, 255]))
    image = DrawnPage.of(page, scale=1.0, highlight=None).image
    assert image.pixelColor(0, 0).red() == 255
    assert image.pixelColor(1, 0).blue() == 255


def test_pages_lie_under_each_other() -> None:
    layout = PageLayout(gap=10)
    layout.reset(3)
    layout.learn(0, PageSize(100, 200))
    layout.set_zoom(2.0)
    assert [layout.top(page) for page in range(3)] == [10, 420, 830]
    assert layout.total_height() == 1240
    assert layout.page_at(0) == 0
    assert layout.page_at(419) == 0
    assert layout.page_at(5_000) == 2
    assert list(layout.between(400, 840)) == [0, 1, 2]


def test_a_page_of_another_size_moves_the_ones_below() -> None:
    layout = PageLayout(gap=0)
    layout.reset(3)
    assert layout.learn(0, PageSize(100, 100))
    assert not layout.learn(0, PageSize(100.2, 100))
    assert layout.learn(1, PageSize(300, 50))
    assert layout.top(2) == 150
    assert layout.widest() == 300


def test_no_pages_take_no_room() -> None:
    layout = PageLayout(gap=10)
    layout.reset(0)
    assert layout.total_height() == 0
    assert list(layout.between(0, 100)) == []
