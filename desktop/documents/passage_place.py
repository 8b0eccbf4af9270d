"""Where a passage stands in a document's text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from desktop.documents.text_parts import TextSpan
from engine import DocumentSource

_SEARCHED = 2_000_000
"""Code points around the place named that are searched for a quote; more would hold the event loop."""


@dataclass(frozen=True, slots=True)
class PassagePlace:
    """A page, from 0, and the span in its text."""

    page: int
    span: TextSpan


def locate(pages: Sequence[str], source: DocumentSource, quote: str) -> PassagePlace:
    """Find the passage: where the source says, and where that does not hold the quote, the nearest place that does.

    Args:
        pages: Text page by page, one entry where there are no pages.
        source: What the engine says.
        quote: The words quoted; empty trusts the source.
    """
    page = min(max((source.page or 1) - 1, 0), max(len(pages) - 1, 0))
    text = pages[page] if pages else ""
    span = TextSpan(source.start, source.end).clamped(len(text))
    words = quote.split()
    if not words:
        return PassagePlace(page, span)
    wanted = " ".join(words)
    if wanted in " ".join(text[span.start : span.end].split()):
        found = _nearest(text, words, span.start, TextSpan(span.start, span.end))
        return PassagePlace(page, found or span)
    around = TextSpan(span.start - _SEARCHED // 2, span.start + _SEARCHED // 2).clamped(len(text))
    found = _nearest(text, words, span.start, around)
    return PassagePlace(page, found or span)


def _nearest(text: str, words: Sequence[str], position: int, within: TextSpan) -> TextSpan | None:
    """The occurrence of the words that begins nearest to a position; any white space stands between words."""
    pattern = re.compile(r"\s+".join(re.escape(word) for word in words))
    best: TextSpan | None = None
    for hit in pattern.finditer(text, within.start, within.end):
        if best is None or abs(hit.start() - position) < abs(best.start - position):
            best = TextSpan(hit.start(), hit.end())
    return best
