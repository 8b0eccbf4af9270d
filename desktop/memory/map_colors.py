"""Hues for layers and clusters: all as light as the accent, so that each stands out from the surface in both schemes.

Hues are turned in OKLCH (Ottosson, "A perceptual color space for image processing", 2020), where equal lightness looks
equally light, so that no group shouts.
"""

from __future__ import annotations

import math

from PySide6.QtGui import QColor

from desktop.theme import Theme

_GOLDEN = 137.508
"""Degrees: hues that follow each other lie far apart, and however many there are no two are the same."""
_LIGHTNESS = {False: 0.56, True: 0.77}
_CHROMA = {False: 0.125, True: 0.105}
_LAYER_TURNS = (165.0, 255.0, 0.0)
"""Interact amber, Insights green, Assets the accent's own blue."""


def layer_colors(theme: Theme) -> list[QColor]:
    """One colour for each layer, in the order of `LAYERS`."""
    return [_turned(theme, turn) for turn in _LAYER_TURNS]


def cluster_colors(theme: Theme, count: int) -> list[QColor]:
    """Colours of clusters, the largest's first."""
    return [_turned(theme, place * _GOLDEN) for place in range(count)]


def _turned(theme: Theme, degrees: float) -> QColor:
    _, _, hue = _oklch(theme.color("accent"))
    dark = theme.colors.dark
    return _color(_LIGHTNESS[dark], _CHROMA[dark], hue + degrees)


def contrast(one: QColor, other: QColor) -> float:
    """The contrast of two colours, 1 to 21 (WCAG 2.2)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: QColor) -> float:
    red, green, blue = (_linear(part) for part in (color.redF(), color.greenF(), color.blueF()))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def _encoded(part: float) -> float:
    part = min(max(part, 0.0), 1.0)
    return part * 12.92 if part <= 0.0031308 else float(1.055 * part ** (1 / 2.4) - 0.055)


def _oklch(color: QColor) -> tuple[float, float, float]:
    """Lightness, chroma, and hue in degrees."""
    r, g, b = (_linear(part) for part in (color.redF(), color.greenF(), color.blueF()))
    long = math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
    medium = math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
    short = math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
    lightness = 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
    b_axis = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
    return lightness, math.hypot(a, b_axis), math.degrees(math.atan2(b_axis, a))


def _color(lightness: float, chroma: float, hue: float) -> QColor:
    a, b_axis = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b_axis) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b_axis) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b_axis) ** 3
    red = 4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short
    return QColor(*(round(255 * _encoded(part)) for part in (red, green, blue)))
