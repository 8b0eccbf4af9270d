"""Finds a passage of the stored text among the characters of a drawn page.

The stored text was reflowed: line ends became spaces, hyphens at line ends went. So both sides are compared without
white space, hyphens and marks that PDFium puts in, letters folded to one case and one form.
"""

from __future__ import annotations

import re
import unicodedata

_PIECE = 24
"""Characters of a piece that is looked for where the whole is not found in one place."""


def find_passage(characters: str, passage: str) -> list[tuple[int, int]]:
    """Where a passage stands.

    Args:
        characters: The page, one code point for each of its indexes.
        passage: What is looked for.

    Returns:
        Pairs (first index, one past the last), in the order of the passage. The whole in one place where possible, else
        its sentences and pieces wherever they stand; empty where nothing is found.
    """
    page, places = _folded(characters)
    wanted, _ = _folded(passage)
    if not wanted:
        return []
    at = page.find(wanted)
    if at >= 0:
        return [(places[at], places[at + len(wanted) - 1] + 1)]
    found: list[tuple[int, int]] = []
    cursor = 0
    for sentence in re.split(r"(?<=[.!?。！？])\s+|\n+| \| ", passage):
        piece, _ = _folded(sentence)
        for start in range(0, len(piece), _PIECE):
            part = piece[start : start + _PIECE]
            if len(part) < min(8, len(piece)):
                continue
            at = page.find(part, cursor)
            if at < 0:
                at = page.find(part)
            if at >= 0:
                found.append((places[at], places[at + len(part) - 1] + 1))
                cursor = at + len(part)
    return _joined(found)


def _folded(text: str) -> tuple[str, list[int]]:
    letters: list[str] = []
    places: list[int] = []
    for index, character in enumerate(text):
        for letter in unicodedata.normalize("NFKC", character).casefold():
            if letter.isalnum():
                letters.append(letter)
                places.append(index)
    return "".join(letters), places


def _joined(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Neighbours made one, so that a line is one rectangle."""
    merged: list[tuple[int, int]] = []
    for start, end in ranges:
        if merged and 0 <= start - merged[-1][1] <= 3:
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return merged
