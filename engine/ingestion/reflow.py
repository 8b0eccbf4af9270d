"""Puts the lines of a drawn page together into paragraphs again, and tells headings by their size.

A PDF knows where each line stands, not which lines belong together. Lines of one size, one below the other at the
pitch of the text, are one paragraph as long as each reaches the right edge of its column; a wider gap, an indent or a
bullet begins a new one. A heading is a short line that is clearly larger than the document's body.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from engine.ingestion.contents_lines import CONTENTS_LINE
from engine.ingestion.reading import Heading, PageText, TextBuilder, clean, has_text
from engine.ingestion.running_heads import EdgeLine, running_lines

_BULLET = re.compile(r"(?:[•‣▪■●◦○–—*·-]|\(?\d{1,3}[.)]|\(?[a-zA-Z][.)])\s")
_LARGER = 1.18
_HEADING_CHARACTERS = 120
_HEADING_SHARE = 0.2
"""A document where more of the text than this is large has no headings that size could tell."""
_LEVELS = 4


@dataclass(frozen=True, slots=True)
class Line:
    """One line as PDFium gives it, in points from the lower left.

    Where it put a hyphenated word together, the line ends on the drawn line below the one that it begins on.

    Attributes:
        text: Without line ends.
        left: Of its first character.
        right: Of its last character.
        start: Bottom of its first character.
        end: Bottom of its last character.
        height: Of its font.
    """

    text: str
    left: float
    right: float
    start: float
    end: float
    height: float


def heading_sizes(pages: Sequence[Sequence[Line]]) -> dict[float, int]:
    """Sizes (rounded) that only headings have, with their level from 1; empty where size tells nothing."""
    weights: Counter[float] = Counter()
    for lines in pages:
        for line in lines:
            weights[_rounded(line.height)] += len(line.text)
    if not weights:
        return {}
    body = weights.most_common(1)[0][0]
    larger = sorted((size for size in weights if size >= body * _LARGER), reverse=True)
    if not larger or sum(weights[size] for size in larger) > _HEADING_SHARE * weights.total():
        return {}
    return {size: min(rank + 1, _LEVELS) for rank, size in enumerate(larger)}


def reflow_pages(pages: Sequence[Sequence[Line]], *, title: str = "") -> list[PageText]:
    """The text of every page, with its running heads, feet and page numbers apart from it as asides."""
    sizes = heading_sizes(pages)
    edges = [
        [EdgeLine(line.text, line.start, line.height, _rounded(line.height) in sizes) for line in page]
        for page in pages
    ]
    return [
        _around(page, running, reflow([line for place, line in enumerate(page) if place not in running], sizes))
        for page, running in zip(pages, running_lines(edges, title=title), strict=True)
    ]


def _around(lines: Sequence[Line], running: frozenset[int], body: PageText) -> PageText:
    """A page's body between what stands above and below it on every page."""
    if not running:
        return body
    middle = _middle([line.start for place, line in enumerate(lines) if place not in running])
    chosen = sorted(running, key=lambda place: (-_rounded(lines[place].start), lines[place].left))
    above = "\n".join(lines[place].text for place in chosen if lines[place].start >= middle)
    below = "\n".join(lines[place].text for place in chosen if lines[place].start < middle)
    head = f"{above}\n\n" if above and body.text else above
    foot = f"\n\n{below}" if below and (head or body.text) else below
    asides = ((0, len(head)), (len(head) + len(body.text), len(head) + len(body.text) + len(foot)))
    return PageText(
        head + body.text + foot,
        tuple(Heading(heading.start + len(head), heading.level, heading.text) for heading in body.headings),
        tuple((start, end) for start, end in asides if start < end),
    )


def _middle(heights: Sequence[float]) -> float:
    return (max(heights) + min(heights)) / 2 if heights else 0.0


def placed(printed: Sequence[Line], lines: Sequence[Line]) -> list[Line]:
    """The lines of a page on which something was written, each such line behind what it was written beside or below.

    Args:
        printed: The lines of the page as it was printed.
        lines: The same, and behind them those that were written: a PDF keeps them apart.
    """
    known = len(printed)
    if [line.text for line in lines[:known]] != [line.text for line in printed]:
        return list(lines)
    behind: dict[int, list[Line]] = {}
    for line in lines[known:]:
        beside = [place for place, one in enumerate(printed) if _same_row(one, line) and one.left <= line.left]
        above = [place for place, one in enumerate(printed) if one.start > line.start and one.left <= line.right]
        near = max(beside, key=lambda place: printed[place].right, default=-1)
        if near < 0:
            near = min(above, key=lambda place: printed[place].start - line.start, default=known - 1)
        behind.setdefault(near, []).append(line)
    ordered: list[Line] = []
    for place, line in enumerate(printed):
        ordered.append(line)
        ordered += sorted(behind.get(place, ()), key=lambda one: (-one.start, one.left))
    return ordered


def _same_row(one: Line, other: Line) -> bool:
    return abs(one.start - other.start) < 0.6 * max(one.height, other.height)


def reflow(lines: Sequence[Line], sizes: dict[float, int]) -> PageText:
    """The text of one page: paragraphs apart by an empty line, list items and rows by a line end."""
    builder = TextBuilder()
    paragraph = ""
    gap = "\n\n"
    heading = ""
    level = 0

    def end_paragraph() -> None:
        nonlocal paragraph
        builder.paragraph(paragraph, gap=gap)
        paragraph = ""

    def end_heading() -> None:
        nonlocal heading
        if len(heading) <= _HEADING_CHARACTERS and any(letter.isalpha() for letter in heading):
            builder.heading(level, heading)
        else:
            builder.paragraph(heading)
        heading = ""

    previous: Line | None = None
    for place, line in enumerate(lines):
        if not line.text.strip():
            continue
        size = sizes.get(_rounded(line.height), 0)
        if heading and (size != level or previous is None or previous.end - line.start > 2 * line.height):
            end_heading()
        if size:
            if paragraph:
                end_paragraph()
            heading, level = f"{heading} {line.text}".strip(), size
        elif not paragraph:
            paragraph, gap = line.text, "\n\n"
        else:
            following = lines[place + 1] if place + 1 < len(lines) else None
            link = _link(previous, line, following)
            if link in ("\n", "\n\n"):
                end_paragraph()
                paragraph, gap = line.text, link
            elif paragraph[-1:] == "-" and paragraph[-2:-1].islower() and line.text[:1].islower():
                paragraph = paragraph[:-1] + line.text
            else:
                paragraph = f"{paragraph}{link}{line.text}"
        previous = line
    if heading:
        end_heading()
    if paragraph:
        end_paragraph()
    return builder.page()


def plain(text: str) -> PageText:
    """The text of a page whose lines could not be measured."""
    lines = [" ".join(line.split()) for line in clean(text).split("\n")]
    joined = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
    return PageText(joined if has_text(joined) else "")


def _link(previous: Line | None, line: Line, following: Line | None) -> str:
    """What stands between two lines: a space where the sentence goes on, else one or two line ends."""
    if previous is None:
        return "\n\n"
    height = max(previous.height, line.height, 1.0)
    pitch = previous.end - line.start
    if abs(pitch) < 0.35 * height:  # the same row, as in a table
        return " "
    if not 0 < pitch <= 2.0 * height or abs(previous.height - line.height) > 0.15 * height:
        return "\n\n"
    if line.left > previous.right or (line.right < previous.left and line.start == line.end):
        return "\n\n"
    if _BULLET.match(line.text) or CONTENTS_LINE.search(previous.text):
        return "\n"
    edge = max(previous.right, line.right)
    goes_on = previous.right >= edge - 4 * height
    indented = line.left > previous.left + 0.8 * height and (
        following is None or following.left < line.left - 0.8 * height
    )
    if indented and previous.text.rstrip()[-1:] in ".!?:;”\"'»)":
        return "\n\n"
    if pitch > 1.7 * height and not line.text[:1].islower():
        return "\n\n"
    if goes_on or line.text[:1].islower() or previous.text.rstrip()[-1:] in ",-–":
        return " "
    return "\n"


def _rounded(height: float) -> float:
    return round(height * 2) / 2
