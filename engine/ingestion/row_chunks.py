"""Cuts tables written as text (CSV) into passages of whole rows. Every row is counted once, however wide."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

CHARACTERS_PER_TOKEN = 8
"""A passage has at most so many characters for each token allowed: a word without end is one token to a tokenizer."""
_SEPARATORS = ",;\t|"
_COLUMNS_LONGEST = 300
_SAMPLE = 2_000
"""Characters by which the tokens of a wide row are judged."""
_LONG = 1_000_000
_STRETCHES = 50
"""A longer table is judged by so many samples from all over it, the densest of them."""


def columns_of(text: str) -> str:
    """The names of the columns, where the first row of several names each: none is missing, none is a number."""
    first, _, rest = text.lstrip("\n").partition("\n")
    separator = max(_SEPARATORS, key=first.count)
    cells = [cell.strip(" \"'") for cell in first.split(separator)]
    if len(cells) < 2 or not rest.strip() or len(first) > _COLUMNS_LONGEST:
        return ""
    return " | ".join(cells) if all(any(map(str.isalpha, cell)) for cell in cells) else ""


def row_spans(text: str, count: Callable[[str], int], tokens: int) -> Iterator[tuple[int, int]]:
    """Spans of as many whole rows as fit; a row that is wider is cut between its cells.

    Args:
        text: The whole table.
        count: Tokens of a text.
        tokens: The most of a span.
    """
    begin = end = 0
    room = tokens
    density = _density(text, count) if len(text) > _LONG else 0.0
    for first, last in _lines(text):
        size = math.ceil((last - first) * density) if density else _size(text[first:last], count)
        size = max(size, -(-(last - first) // CHARACTERS_PER_TOKEN))
        if size > room and end > begin:
            yield begin, end
            begin, room = first, tokens
        if size > tokens:
            yield from _cells(text, first, last, max(1, (last - first) * tokens // size))
            begin, room = last, tokens
        else:
            room -= size
        end = last
    if end > begin:
        yield begin, end


def _density(text: str, count: Callable[[str], int]) -> float:
    """Tokens to a character, at most."""
    step = len(text) // _STRETCHES
    return max(count(text[place : place + _SAMPLE]) / _SAMPLE for place in range(0, len(text) - _SAMPLE, step))


def _size(row: str, count: Callable[[str], int]) -> int:
    if len(row) <= 2 * _SAMPLE:
        return count(row)
    return count(row[:_SAMPLE]) * len(row) // _SAMPLE


def _cells(text: str, start: int, end: int, width: int) -> Iterator[tuple[int, int]]:
    """Pieces of one row, each ending behind a separator where there is one."""
    while end - start > width:
        cut = max(text.rfind(separator, start + width // 2, start + width) for separator in _SEPARATORS)
        stop = cut + 1 if cut >= 0 else start + width
        yield start, stop
        start = stop
    yield start, end


def _lines(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end + 1
        yield start, end
        start = end
