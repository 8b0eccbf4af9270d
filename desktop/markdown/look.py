"""Fonts, colours and sizes of written Markdown, made from the theme once and kept until it changes."""

from __future__ import annotations

from PySide6.QtGui import QTextBlockFormat, QTextCharFormat, QTextFormat

from desktop.theme import Theme
from desktop.tokens import CHAT_LINE_HEIGHT, ColorRole

_USER = QTextFormat.Property.UserProperty.value
QUOTED = _USER + 3
"""Characters that stand word for word in a source."""
SOURCE = _USER + 4
"""What is copied in place of a drawn character: a formula's LaTeX, a picture's Markdown."""
CODE = _USER + 5
"""A code span, or a block of code inside a list."""
DEPTH = _USER + 6
"""How many quotations a block stands in."""
REASON = _USER + 7
"""Why a claim has no source."""
WAITING = _USER + 8
"""The key of a formula that is still being drawn."""
TASK = _USER + 9
"""An item of a list of tasks: 1 to do, 2 done."""

_CITATION_RAISED = 22.0
"""How high a citation number stands over the line, in hundredths of its own height."""
HEADING_SIZES = (20, 18, 16, 15, 15, 15)
"""Pixels by level at the usual font size."""


class Look:
    """Formats by what they are for."""

    def __init__(self, theme: Theme) -> None:
        self.theme = theme
        self._chars: dict[tuple[int, ColorRole, bool, bool], QTextCharFormat] = {}

    def forget(self) -> None:
        """Fonts and colours changed."""
        self._chars.clear()

    def char(
        self, *, size: int | None = None, role: ColorRole = "text", strong: bool = False, italic: bool = False
    ) -> QTextCharFormat:
        """Plain characters; a copy that may be changed."""
        pixels = size if size is not None else self.theme.font_pixels("chat")
        key = (pixels, role, strong, italic)
        if key not in self._chars:
            char = QTextCharFormat()
            font = self.theme.font("chat", strong=strong, italic=italic)
            font.setPixelSize(pixels)
            char.setFont(font)
            char.setForeground(self.theme.color(role))
            self._chars[key] = char
        return QTextCharFormat(self._chars[key])

    def small(self, role: ColorRole = "muted", *, strong: bool = False) -> QTextCharFormat:
        """Characters of the secondary size."""
        return self.char(size=self.theme.font_pixels("secondary"), role=role, strong=strong)

    def heading(self, level: int) -> QTextCharFormat:
        """Characters of a heading of level 1 to 6."""
        scale = self.theme.font_pixels("chat") / 15
        return self.char(size=round(HEADING_SIZES[level - 1] * scale), strong=True)

    def code(self, base: QTextCharFormat | None = None) -> QTextCharFormat:
        """Characters of code, in a line of `base` or in a block of their own."""
        char = QTextCharFormat(base) if base is not None else self.char()
        font = self.theme.font("code")
        if base is not None:
            font.setPixelSize(max(1, round(base.font().pixelSize() * 0.9)))
        char.setFont(font)
        if base is not None:
            char.setProperty(CODE, True)
        return char

    def citation(self, number: int, *, scheme: str = "cite") -> QTextCharFormat:
        """The raised number of a source (`cite`) or a footnote (`note`)."""
        char = self.small("accent", strong=True)
        char.setBaselineOffset(_CITATION_RAISED)
        return as_link(char, f"{scheme}:{number}")

    def lines(self, *, chat: bool = True) -> QTextBlockFormat:
        """A paragraph with the line height of the chat."""
        block = QTextBlockFormat()
        if chat:
            height = round(self.theme.font_pixels("chat") * CHAT_LINE_HEIGHT)
            block.setLineHeight(height, QTextBlockFormat.LineHeightTypes.MinimumHeight.value)
        return block


def as_link(char: QTextCharFormat, address: str) -> QTextCharFormat:
    """Make characters lead somewhere, without the underline that Qt would give them."""
    char.setAnchor(True)
    char.setAnchorHref(address)
    char.setFontUnderline(False)
    char.setUnderlineStyle(QTextCharFormat.UnderlineStyle.NoUnderline)
    return char
