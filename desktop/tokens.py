"""The design's tokens: colours by role in both schemes, spacing, radii and type sizes. Nothing else names a colour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ColorRole = Literal[
    "window", "surface", "raised", "sunken", "border", "text", "muted", "accent", "on_accent", "quote", "success",
    "warning", "danger",
]  # fmt: skip
"""A role, never a colour, is what a widget asks for."""

TypeRole = Literal["body", "chat", "secondary", "title", "large_title", "code"]
Space = Literal[4, 8, 12, 16, 24, 32]


@dataclass(frozen=True, slots=True)
class Colors:
    """One scheme: a hexadecimal colour for every role."""

    dark: bool
    window: str
    surface: str
    raised: str
    sunken: str
    border: str
    text: str
    muted: str
    accent: str
    on_accent: str
    quote: str
    success: str
    warning: str
    danger: str


LIGHT = Colors(
    dark=False,
    window="#F6F5F2",
    surface="#FFFFFF",
    raised="#FFFFFF",
    sunken="#EEECE7",
    border="#DEDAD2",
    text="#1F1D1A",
    muted="#625D54",
    accent="#3B5BDB",
    on_accent="#FFFFFF",
    quote="#EEF1FD",
    success="#23733F",
    warning="#8A5300",
    danger="#B3261E",
)

DARK = Colors(
    dark=True,
    window="#16171A",
    surface="#1D1F23",
    raised="#25282D",
    sunken="#121316",
    border="#363A41",
    text="#ECEAE6",
    muted="#A6A29A",
    accent="#91A7FF",
    on_accent="#10131F",
    quote="#22293F",
    success="#6CC48A",
    warning="#E7B45C",
    danger="#F28B82",
)

SPACES: tuple[Space, ...] = (4, 8, 12, 16, 24, 32)
RADIUS_CONTROL = 6
RADIUS_CARD = 10
FOCUS_RING = 2
COLUMN_WIDTH = 760
"""Widest text column of the transcript."""

TYPE_SIZES: dict[TypeRole, int] = {
    "body": 13,
    "chat": 15,
    "secondary": 12,
    "title": 18,
    "large_title": 22,
    "code": 13,
}
CHAT_LINE_HEIGHT = 1.5
WEIGHT_REGULAR = 400
WEIGHT_STRONG = 600
