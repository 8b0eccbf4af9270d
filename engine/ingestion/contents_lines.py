"""Lines of a table of contents: a title, a row of dots, a page number.

They repeat what stands elsewhere in the document and match every question about it without answering any, so they are
shown and not remembered. A line whose title stands nowhere else is kept: a menu has dots and numbers too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from engine.ingestion.reading import PageText

CONTENTS_LINE = re.compile(r"(?:[.·_][ \t\xa0]?){4,}\s*(?:\d{1,4}|[ivxlc]{1,7})[ \t]*$|(?:…\s?){2,}\s*\d{1,4}[ \t]*$")
"""How such a line ends."""
_FEWEST = 3
_MOST_LINES = 1_000
_MOST_CHARACTERS = 2_000_000
"""Every title is looked for in the whole text; a longer one keeps its table of contents."""


def without_contents(pages: Iterable[PageText]) -> tuple[PageText, ...]:
    """The same pages, with the lines of their table of contents as asides."""
    pages = tuple(pages)
    lines = [(number, start, end) for number, page in enumerate(pages) for start, end in _lines(page.text)]
    length = sum(len(page.text) for page in pages)
    if not _FEWEST <= len(lines) <= _MOST_LINES or length > _MOST_CHARACTERS:
        return pages
    body = _words(
        " ".join(
            _rest(page.text, [line[1:] for line in lines if line[0] == number]) for number, page in enumerate(pages)
        )
    )
    said = [line for line in lines if (title := _words(pages[line[0]].text[line[1] : line[2]])) and title in body]
    return tuple(
        replace(page, asides=_merged([*page.asides, *(line[1:] for line in said if line[0] == number)]))
        for number, page in enumerate(pages)
    )


def _lines(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for line in text.split("\n"):
        end = start + len(line)
        if CONTENTS_LINE.search(line):
            yield start, end
        start = end + 1


def _rest(text: str, lines: list[tuple[int, int]]) -> str:
    parts = []
    start = 0
    for first, last in lines:
        parts.append(text[start:first])
        start = last
    return "\n".join((*parts, text[start:]))


def _words(text: str) -> str:
    """Letters only: numbers of sections and pages may be set apart in one place and not in the other."""
    return " ".join(re.findall(r"[^\W\d_]+", CONTENTS_LINE.sub("", text).casefold()))


def _merged(spans: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)
