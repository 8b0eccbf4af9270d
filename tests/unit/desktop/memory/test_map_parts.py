"""The parts of the map: hues that stand out, stamps, where it is looked at from, lassos and names."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from desktop.memory.hover_card import HoverCard
from desktop.memory.map_colors import cluster_colors, contrast, layer_colors
from desktop.memory.map_names import MapName, MapNames
from desktop.memory.map_raster import DISC, HALF, RING, Raster, stamp
from desktop.memory.map_space import FARTHEST, NEAREST, MapSpace, inside
from tests.helpers.desktop_parts import DesktopParts

RED, BLUE = QColor(255, 0, 0), QColor(0, 0, 255)


def floats(*numbers: float) -> np.ndarray:
    return np.asarray(numbers, np.float32)


def small(*numbers: int) -> np.ndarray:
    return np.asarray(numbers, np.uint8)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_hue_stands_out_from_the_surface(parts: DesktopParts, scheme: str) -> None:
    parts.theme.set_scheme(scheme)  # type: ignore[arg-type]
    try:
        surface = parts.theme.color("surface")
        hues = [*layer_colors(parts.theme), *cluster_colors(parts.theme, 60)]
        assert min(contrast(hue, surface) for hue in hues) >= 3  # WCAG 2.2, 1.4.11
        assert len({hue.name() for hue in cluster_colors(parts.theme, 60)}) == 60
    finally:
        parts.theme.set_scheme("light")


def test_contrast_is_that_of_the_guidelines() -> None:
    assert contrast(QColor("#000000"), QColor("#FFFFFF")) == pytest.approx(21)
    assert contrast(QColor("#777777"), QColor("#FFFFFF")) == pytest.approx(4.48, abs=0.01)


def test_marks_can_be_told_apart_when_they_are_large_enough() -> None:
    shapes = [sum(len(shade) for shade in stamp(mark, 5.0)) for mark in (RING, HALF, DISC)]
    assert shapes[0] < shapes[1] < shapes[2]
    assert stamp(RING, 1.5) == stamp(DISC, 1.5)


def test_a_stamp_stands_where_its_memory_is() -> None:
    raster = Raster(40, 30, radius=3)
    written = raster.write(floats(10.5, -50), floats(20.5, 5), small(DISC, DISC), small(0, 0), [RED])
    image = raster.image()
    assert written == 1
    assert image.size().toTuple() == (40, 30)
    assert image.pixelColor(10, 20) == RED
    assert image.pixelColor(10, 25).alpha() == 0
    assert image.pixelColor(30, 5).alpha() == 0


def test_stamps_are_cut_off_at_the_edges() -> None:
    raster = Raster(20, 20, radius=4)
    corners = floats(0, 19.9, 0, 19.9), floats(0, 0, 19.9, 19.9)
    assert raster.write(*corners, small(DISC, DISC, DISC, DISC), small(0, 0, 0, 0), [BLUE]) == 4
    image = raster.image()
    assert all(image.pixelColor(x, y) == BLUE for x in (0, 19) for y in (0, 19))
    assert image.pixelColor(10, 10).alpha() == 0


@pytest.mark.parametrize("radius", [1.25, 2.6, 3.9, 6.25, 9.75])
def test_stamps_around_the_edges_stay_in_the_picture(radius: float) -> None:
    raster = Raster(24, 16, radius=radius)
    x, y = (one.ravel().astype(np.float32) for one in np.meshgrid(np.arange(-12, 37), np.arange(-12, 29)))
    marks = np.resize(small(RING, HALF, DISC), len(x))
    assert raster.write(x, y, marks, np.zeros(len(x), np.uint8), [RED]) >= 24 * 16
    assert raster.image().pixelColor(0, 0).alpha() > 0


def test_the_edge_of_one_never_covers_the_middle_of_another() -> None:
    raster = Raster(30, 30, radius=4)
    raster.write(floats(10.5, 14.5), floats(15.5, 15.5), small(DISC, DISC), small(0, 1), [RED, BLUE])
    assert raster.image().pixelColor(9, 15) == RED
    assert raster.image().pixelColor(16, 15) == BLUE


def test_colours_may_be_see_through() -> None:
    pale = QColor(255, 0, 0, 51)
    raster = Raster(9, 9, radius=2)
    raster.write(floats(4.5), floats(4.5), small(DISC), small(0), [pale])
    assert raster.image().pixelColor(4, 4).alpha() == 51


def test_places_and_pixels_answer_to_each_other() -> None:
    space = MapSpace(width=800, height=600)
    space.fit(floats(-1, 3), floats(-2, 2), 40)
    for corner in ((-1.0, -2.0), (3.0, 2.0)):
        place = space.to_view(*corner)
        assert QRectF(39, 39, 722, 522).contains(place)
        assert space.to_map(place) == pytest.approx(corner)
    x, y = space.all_to_view(floats(3), floats(2))
    assert (float(x[0]), float(y[0])) == pytest.approx(space.to_view(3, 2).toTuple(), abs=0.01)


def test_what_is_under_the_pointer_stays_under_it() -> None:
    space = MapSpace(width=800, height=600)
    space.fit(floats(-1, 1), floats(-1, 1), 40)
    place = QPointF(600, 100)
    before = space.to_map(place)
    space.zoom_at(place, 3)
    assert space.to_map(place) == pytest.approx(before)
    assert space.zoom == pytest.approx(3)


def test_zooming_ends_on_both_sides() -> None:
    space = MapSpace(width=800, height=600)
    space.fit(floats(-1, 1), floats(-1, 1), 40)
    space.zoom_at(QPointF(0, 0), 1e9)
    assert space.zoom == pytest.approx(NEAREST)
    space.zoom_at(QPointF(0, 0), 1e-9)
    assert space.zoom == pytest.approx(FARTHEST)


@pytest.mark.parametrize("places", [[], [0.5], [0.5, 0.5]])
def test_a_view_of_almost_nothing_has_a_scale(places: list[float]) -> None:
    space = MapSpace(width=800, height=600)
    space.fit(floats(*places), floats(*places), 40)
    assert np.isfinite(space.scale)
    assert space.scale > 0


def test_a_few_far_out_do_not_make_the_rest_small() -> None:
    space = MapSpace(width=800, height=600)
    x = np.concatenate([np.linspace(-1, 1, 5000), [400]]).astype(np.float32)
    space.fit(x, x, 40)
    assert space.scale > 100


def test_a_lasso_holds_what_lies_inside_however_it_is_bent() -> None:
    corners = [QPointF(*one) for one in ((0, 0), (10, 0), (10, 10), (5, 3), (0, 10))]
    x, y = floats(1, 5, 5, 9, 20, 5), floats(5, 1, 8, 5, 5, -1)
    assert inside(x, y, corners).tolist() == [True, True, False, True, False, False]
    assert not inside(x, y, corners[:2]).any()


def test_names_cover_no_other_and_stay_in_view(parts: DesktopParts) -> None:
    names = MapNames(parts.theme)
    space = MapSpace(width=600, height=400, scale=100)
    names.set_names(
        [
            MapName("The largest", 0, 0, 0),
            MapName("Hidden by it", 0.02, 0.02, 0.02),
            MapName("At the edge of what is seen", 2.99, 0, 0),
            MapName("Elsewhere", 30, 0, 0),
            MapName("", 1, 1, 1),
        ]
    )
    placed = names.placed(space)
    assert [name.text for name, _ in placed] == ["The largest", "At the edge of what is seen"]
    assert all(space.rect.contains(box) for _, box in placed)


def test_the_name_of_a_small_group_stands_above_it(parts: DesktopParts) -> None:
    names = MapNames(parts.theme)
    names.set_names([MapName("Small", 0, 0, -0.2), MapName("Large", 2, 0, -1.5)])
    boxes = {name.text: box for name, box in names.placed(MapSpace(width=900, height=400, scale=100))}
    assert boxes["Small"].bottom() < 200 - 20
    assert boxes["Large"].center().y() == pytest.approx(200)


@pytest.mark.parametrize("beside", [(10, 10), (390, 10), (10, 290), (390, 290), (200, 150)])
def test_a_card_stays_in_the_view_and_off_what_it_is_about(parts: DesktopParts, beside: tuple[int, int]) -> None:
    image = QImage(400, 300, QImage.Format.Format_ARGB32)
    painter = QPainter(image)
    view = QRectF(0, 0, 400, 300)
    text = "The tenant gives notice of at least ninety days before the end of the term, in writing, to the landlord."
    card = HoverCard(text, "Assets · lease.pdf", parts.icons.layer_mark("assets"))
    place = card.paint(painter, parts.theme, QPointF(*beside), view, apart=4)
    painter.end()
    assert view.contains(place)
    assert not place.contains(QPointF(*beside))
