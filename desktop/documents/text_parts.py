"""Parts of a text that are small enough to lay out at once, and the way from code points to QTextDocument positions.

A QTextDocument counts UTF-16 units, takes every kind of line break for one unit, and lays out a paragraph as a whole.
The engine counts code points of the text as it was read. `ShownText` knows both sides.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

PART_LENGTH = 40_000
"""Code points of one part: laying it out takes about 20 ms, well below what the event loop may be held."""
PARAGRAPH_LENGTH = 4_000
"""Longer paragraphs are broken for display: one line of a megabyte would be laid out as a whole."""

_BREAKS = re.compile("\r\n|[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029\ufdd0\ufdd1\x00]")
"""Everything that ends a line, and what QTextDocument keeps for itself (U+FDD0, U+FDD1, NUL)."""


@dataclass(frozen=True, slots=True)
class TextSpan:
    """Code points `start` (included) to `end` (excluded) of a text."""

    start: int
    end: int

    @property
    def empty(self) -> bool:
        """It spans nothing."""
        return self.end <= self.start

    def clamped(self, length: int) -> TextSpan:
        """The same within a text of `length` code points."""
        start = min(max(0, self.start), length)
        return TextSpan(start, min(max(start, self.end), length))


def part_count(text: str) -> int:
    """How many parts a text has; an empty one has one."""
    return max(1, -(-len(text) // PART_LENGTH))


def part_of(text: str, position: int) -> int:
    """The part, from 0, that shows the code point at `position`."""
    count = part_count(text)
    part = min(max(0, position) // PART_LENGTH, count - 1)
    # A boundary moves back to the end of a line, so the position may stand in the next part.
    if part + 1 < count and position >= part_span(text, part).end:
        return part + 1
    return part


def part_span(text: str, part: int) -> TextSpan:
    """What a part spans. Parts join without a gap; they end at the end of a line or a word where one is near."""
    return TextSpan(_boundary(text, part), _boundary(text, part + 1))


def _boundary(text: str, part: int) -> int:
    nominal = part * PART_LENGTH
    if part <= 0:
        return 0
    if nominal >= len(text):
        return len(text)
    earliest = nominal - PART_LENGTH // 10
    for mark in ("\n", " "):
        found = text.rfind(mark, earliest, nominal)
        if found >= 0:
            return found + 1
    return nominal


class ShownText:
    """A span of a text made ready for a QTextDocument.

    Attributes:
        text: What to insert: every line break is one line feed, over-long lines are broken.
        span: What it shows.
        soft_breaks: Numbers of the blocks that begin where no line begins in the text.
    """

    def __init__(self, source: str, span: TextSpan) -> None:
        self.span = span.clamped(len(source))
        self._source = source
        self._starts: list[int] = []  # code points where a block begins in the source
        self._places: list[int] = []  # where it begins in the document, in UTF-16 units
        self._lengths: list[int] = []  # code points of the block, without its break
        self.soft_breaks: set[int] = set()
        self.text = self._build()

    def place(self, position: int) -> int:
        """The document's position of a code point of the source; what lies outside is clamped."""
        block = max(0, bisect_right(self._starts, position) - 1)
        start = self._starts[block]
        inside = min(max(0, position - start), self._lengths[block])
        return self._places[block] + utf16_length(self._source[start : start + inside])

    def position(self, place: int) -> int:
        """The code point of the source at a position of the document."""
        block = max(0, bisect_right(self._places, place) - 1)
        start, units = self._starts[block], place - self._places[block]
        line = self._source[start : start + self._lengths[block]]
        if utf16_length(line) == len(line):
            return start + min(units, len(line))
        code_points = line.encode("utf-16-le", "surrogatepass")[: 2 * units].decode("utf-16-le", "ignore")
        return start + len(code_points)

    def places(self, span: TextSpan) -> tuple[int, int] | None:
        """First and last position of a span in the document; None where none of it is shown."""
        start, end = max(span.start, self.span.start), min(span.end, self.span.end)
        if end <= start:
            return None
        return self.place(start), self.place(end)

    def _build(self) -> str:
        lines: list[str] = []
        place, position = 0, self.span.start
        for found in _BREAKS.finditer(self._source, self.span.start, self.span.end):
            place = self._add_line(lines, position, found.start(), place)
            position = found.end()
        self._add_line(lines, position, self.span.end, place)
        return "\n".join(lines)

    def _add_line(self, lines: list[str], start: int, end: int, place: int) -> int:
        soft = False
        while True:
            stop = end
            if end - start > PARAGRAPH_LENGTH:
                space = self._source.rfind(" ", start + PARAGRAPH_LENGTH // 2, start + PARAGRAPH_LENGTH)
                stop = space + 1 if space >= 0 else start + PARAGRAPH_LENGTH
            line = self._source[start:stop]
            if soft:
                self.soft_breaks.add(len(lines))
            self._starts.append(start)
            self._places.append(place)
            self._lengths.append(stop - start)
            lines.append(line)
            place += utf16_length(line) + 1
            if stop >= end:
                return place
            start, soft = stop, True


def utf16_length(text: str) -> int:
    """UTF-16 units of a text: code points outside the basic plane take two."""
    if text.isascii():
        return len(text)
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
