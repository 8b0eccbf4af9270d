"""Finding words in a document's text, a slice at a time, so that a text of 100 MB never holds the event loop."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass

SLICE_LENGTH = 200_000
"""Code points searched before the event loop gets its turn; a few milliseconds."""
MATCH_LIMIT = 2_000
"""More matches than this help nobody; the count is shown as a lower bound."""


@dataclass(frozen=True, slots=True)
class Match:
    """One place where the words were found: page from 0, code points in that page's text."""

    page: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Matches:
    """All matches in order. `complete` is False where the search stopped at the limit."""

    found: tuple[Match, ...]
    complete: bool


def pattern_of(words: str) -> re.Pattern[str] | None:
    """What is looked for: case is ignored and any white space stands for any other; None where nothing was typed."""
    parts = words.split()
    if not parts:
        return None
    return re.compile(r"\s+".join(re.escape(part) for part in parts), re.IGNORECASE)


async def find_all(pages: Sequence[str], words: str) -> Matches:
    """Find words in all pages.

    Args:
        pages: Text of each page; one entry where there are no pages.
        words: What was typed.
    """
    pattern = pattern_of(words)
    if pattern is None:
        return Matches((), complete=True)
    found: list[Match] = []
    searched = 0
    for number, text in enumerate(pages):
        position = 0
        while position < len(text):
            # A match that begins in this slice may end in the next one.
            stop = min(len(text), position + SLICE_LENGTH)
            beyond = min(len(text), stop + 4 * len(words) + 64)
            after = stop
            for hit in pattern.finditer(text, position, beyond):
                if hit.start() >= stop:
                    break
                found.append(Match(number, hit.start(), hit.end()))
                after = max(stop, hit.end())
                if len(found) >= MATCH_LIMIT:
                    return Matches(tuple(found), complete=False)
            searched += after - position
            position = after
            if searched >= SLICE_LENGTH:
                searched = 0
                await asyncio.sleep(0)
    return Matches(tuple(found), complete=True)


def nearest(matches: Sequence[Match], page: int, position: int) -> int:
    """Index of the first match at or after a place; the first one of all where none follows."""
    for index, match in enumerate(matches):
        if (match.page, match.start) >= (page, position):
            return index
    return 0
