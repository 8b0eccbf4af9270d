from __future__ import annotations

import dataclasses
import re

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QFontInfo, QIcon, QPalette
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from desktop.style_sheet import style_sheet
from desktop.theme import restyle
from desktop.tokens import DARK, LIGHT, Colors
from engine import resources
from tests.helpers.desktop_parts import DesktopParts


def luminance(color: str) -> float:
    """Relative luminance of WCAG 2.2."""
    parts = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(front: str, back: str) -> float:
    light, dark = sorted((luminance(front), luminance(back)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("colors", [LIGHT, DARK], ids=["light", "dark"])
def test_every_text_can_be_read_on_every_ground(colors: Colors) -> None:
    for ground in (colors.window, colors.surface, colors.raised, colors.sunken, colors.quote):
        assert contrast(colors.text, ground) > 11.5
        assert contrast(colors.muted, ground) > 5
        assert contrast(colors.accent, ground) > 4.5
    for role in ("success", "warning", "danger"):
        assert contrast(getattr(colors, role), colors.surface) > 4.5
    assert contrast(colors.on_accent, colors.accent) > 4.5


def test_the_style_sheet_leaves_no_token_open(parts: DesktopParts) -> None:
    sheet = style_sheet(parts.theme)
    assert not re.findall(r"@\w+", sheet)
    known = {value.lower() for value in dataclasses.asdict(parts.theme.colors).values() if isinstance(value, str)}
    mixed = {color.lower() for color in re.findall(r"#[0-9a-fA-F]{6}", sheet)} - known
    assert len(mixed) <= 12  # hover and pressed states, made of tokens
    assert sheet.count("{") == sheet.count("}")


def test_a_scheme_is_taken_at_once(parts: DesktopParts) -> None:
    told: list[bool] = []
    theme = parts.theme

    def tell() -> None:
        told.append(theme.colors.dark)

    theme.changed.connect(tell)
    try:
        theme.set_scheme("dark")
        assert told == [True]
        assert theme.color("surface") == QColor(DARK.surface)
        assert parts.app.palette().color(QPalette.ColorRole.Window) == QColor(DARK.window)
        theme.set_scheme("dark")
        assert told == [True]
    finally:
        theme.set_scheme("light")
        theme.changed.disconnect(tell)
    assert theme.colors is LIGHT


def test_sizes_follow_the_font(parts: DesktopParts) -> None:
    theme = parts.theme
    before = theme.unit
    assert theme.px(16) == round(16 * before)
    assert theme.px(0) == 0
    theme.unit = 2.0
    try:
        assert theme.px(12) == 24
        assert "border-radius: 12px" in style_sheet(theme)
    finally:
        theme.unit = before
    assert theme.px(0.1) == 1


def test_fonts_are_the_bundled_ones(parts: DesktopParts) -> None:
    info = QFontInfo(parts.theme.font("title"))
    assert info.family() == "Inter"
    assert info.weight() == 600
    assert info.pixelSize() == 18
    assert QFontInfo(parts.theme.font("body")).weight() == 400
    assert QFontInfo(parts.theme.font("code")).family() != "Inter"
    licence = resources() / "fonts" / "OFL.txt"
    assert "SIL OPEN FONT LICENSE" in licence.read_text()


def test_a_new_property_takes_a_new_look(qtbot: QtBot, parts: DesktopParts) -> None:
    button = QPushButton("Ask")
    qtbot.addWidget(button)
    restyle(button, kind="primary")
    button.resize(80, 32)
    button.show()
    assert button.grab().toImage().pixelColor(8, 16) == parts.theme.color("accent")
    restyle(button, kind="plain")
    assert button.grab().toImage().pixelColor(8, 16) == parts.theme.color("raised")


def test_icons_take_the_colour_of_their_role(parts: DesktopParts) -> None:
    image = parts.icons.pixmap("layer-assets", "danger", size=40, scale=1.0).toImage()
    assert image.pixelColor(20, 20) == parts.theme.color("danger")
    assert image.pixelColor(1, 1).alpha() == 0
    assert parts.icons.pixmap("close", scale=2.0).devicePixelRatio() == 2.0
    assert parts.icons.pixmap("close", scale=2.0).width() == 2 * parts.icons.pixmap("close", scale=1.0).width()


def test_layers_can_be_told_apart_without_colour(parts: DesktopParts) -> None:
    inks = []
    for layer in ("interact", "insights", "assets"):
        image = parts.icons.pixmap(f"layer-{layer}", "text", size=40, scale=1.0).toImage()
        inks.append(sum(image.pixelColor(x, y).alpha() for x in range(40) for y in range(40)))
    assert inks[0] < 0.8 * inks[1] < 0.8 * 0.8 * inks[2] * 1.3


def test_an_icon_follows_the_scheme(parts: DesktopParts) -> None:
    icon = parts.icons.icon("layer-assets", "text")

    def middle() -> QColor:
        return icon.pixmap(QSize(20, 20), 1.0).toImage().pixelColor(10, 10)

    assert middle() == QColor(LIGHT.text)
    parts.theme.set_scheme("dark")
    try:
        assert middle() == QColor(DARK.text)
    finally:
        parts.theme.set_scheme("light")
    sharp = icon.pixmap(QSize(20, 20), 2.0)
    assert sharp.size() == QSize(40, 40)
    assert sharp.devicePixelRatio() == 2.0
    disabled = icon.pixmap(QSize(20, 20), 1.0, QIcon.Mode.Disabled).toImage().pixelColor(10, 10)
    assert disabled.alpha() < 200


def test_every_icon_is_drawn_in_the_same_box_and_stroke() -> None:
    files = sorted((resources() / "icons").glob("*.svg"))
    assert len(files) > 30
    for path in files:
        if path.stem == "magray":
            continue
        text = path.read_text()
        assert 'viewBox="0 0 20 20"' in text, path.name
        assert 'stroke-width="1.5"' in text, path.name
        assert not re.search(r"#[0-9a-fA-F]{3}", text), path.name


@pytest.mark.expected_logs("the icon no-such-icon cannot be read")
def test_a_missing_icon_is_empty_and_logged(parts: DesktopParts) -> None:
    image = parts.icons.pixmap("no-such-icon", size=20, scale=1.0).toImage()
    assert image.pixelColor(10, 10).alpha() == 0


def test_the_application_icon_has_every_size(parts: DesktopParts) -> None:
    sizes = {size.width() for size in parts.icons.application_icon().availableSizes()}
    assert {16, 32, 48, 256} <= sizes
