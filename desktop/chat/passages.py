"""Passages of memories made short and plain for a card, and their words that a question asked for."""

from __future__ import annotations

import re
from collections.abc import Sequence

_AROUND = 90
"""Letters shown before and behind a quotation."""
_PASSAGE = 240
_UNUSED_PASSAGE = 160
_WORD = re.compile(r"\w+")
_SHORT_WORDS = 3
_COMMON = (
    "about been being both could does each from have into just more most much only other over same should some such "
    "than that their them then there these they this those very was were what when where which while whom whose will "
    "with would your "
    "будет были было быть вами вас ведь всего всех даже если есть ещё зачем какая какие какое какой какую когда "
    "которая которые который куда меня между могут может можно него ними нужно откуда перед после потом почему про "
    "самый свой себя сколько также такой тебя тогда того только тоже чего через чтобы этих этого этой этот"
)
_COMMON_WORDS = frozenset(_COMMON.split())
"""Longer words that many questions hold: to mark them would hide those that matter."""

_RULE = re.compile(r"\s*(?:\|?\s*:?-{3,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?|`{3,}.*|~{3,}.*|\*\s*\*\s*\*[*\s]*)")
_LINE_MARK = re.compile(r"^\s*(?:#{1,6}|>+)\s+")
_TABLE_ROW = re.compile(r"\s*\|(.*)\|\s*")
_LIST_MARK = re.compile(r"^\s*[-*+]\s+")
_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*(?:\s+\"[^\"]*\")?\)")
_BOLD = re.compile(r"(\*\*|`)(?=\S)(.+?)(?<=\S)\1")


def without_headings(text: str, headings: Sequence[str]) -> str:
    """A passage without the headings that it begins with: the card names them above it."""
    named = {heading.strip() for heading in headings}
    lines = text.splitlines()
    while len(lines) > 1 and (not lines[0].strip() or lines[0].lstrip("# ").strip() in named):
        lines.pop(0)
    return "\n".join(lines)


def plain(text: str) -> str:
    """A passage as a reader sees it: without the marks of headings, lists, tables, links, bold words and code."""
    lines = []
    for line in text.splitlines():
        if _RULE.fullmatch(line):
            continue
        line = _LINE_MARK.sub("", line)
        if row := _TABLE_ROW.fullmatch(line):
            line = " · ".join(cell for cell in map(str.strip, row[1].split("|")) if cell) + ";"
        line = _LIST_MARK.sub("• ", line)
        line = _LINK.sub(r"\1", line)
        lines.append(_BOLD.sub(r"\2", line))
    return "\n".join(lines)


def around(text: str, quote: str) -> str:
    """The quotation with a little of what stands before and behind it, cut at words."""
    flat, wanted = " ".join(text.split()), " ".join(quote.split())
    place = flat.find(wanted)
    if place < 0 or not wanted:
        return _cut(wanted or flat, 0, _PASSAGE)
    begin = max(0, place - _AROUND) if len(wanted) < _PASSAGE else place
    end = min(len(flat), max(place + len(wanted) + _AROUND, begin + _PASSAGE))
    return _cut(flat, begin, min(end, begin + 2 * _PASSAGE))


def best_window(text: str, question: str) -> str:
    """The stretch of a memory that holds most of the question's words."""
    flat = " ".join(text.split())
    if len(flat) <= _UNUSED_PASSAGE:
        return flat
    places = [begin for begin, _ in matched_words(flat, question)]
    best, most = 0, 0
    for begin in places:
        held = sum(1 for place in places if begin <= place < begin + _UNUSED_PASSAGE - _AROUND // 2)
        if held > most:
            best, most = begin, held
    begin = max(0, best - _AROUND // 2)
    return _cut(flat, begin, begin + _UNUSED_PASSAGE)


def _cut(flat: str, begin: int, end: int) -> str:
    """Characters from `begin` to `end`, moved to the borders of words, with an ellipsis where something is left out."""
    end = min(end, len(flat))
    if begin > 0 and (space := flat.find(" ", begin, begin + 30)) >= 0:
        begin = space + 1
    if end < len(flat) and (space := flat.rfind(" ", max(begin, end - 30), end)) >= 0:
        end = space
    return ("…" if begin > 0 else "") + flat[begin:end].strip() + ("…" if end < len(flat) else "")


def matched_words(passage: str, question: str) -> tuple[tuple[int, int], ...]:
    """Words of the passage that the question holds, in any of their forms as far as a common beginning tells.

    Two words match when they are equal, or when both begin alike for all but the last letters (leases, lease;
    договор, договора). Common words and those of up to three letters count only when they are figures or stand in
    the question alone.
    """
    asked = [word.casefold() for word in _WORD.findall(question)]
    long_words = {
        word
        for word in asked
        if (len(word) > _SHORT_WORDS and word not in _COMMON_WORDS) or any(c.isdigit() for c in word)
    }
    wanted = long_words or set(asked)
    found = []
    for match in _WORD.finditer(passage):
        word = match.group().casefold()
        if any(_alike(word, other) for other in wanted):
            found.append(match.span())
    return tuple(found)


def _alike(word: str, other: str) -> bool:
    if word == other:
        return True
    shorter = min(len(word), len(other))
    if shorter <= _SHORT_WORDS or abs(len(word) - len(other)) > 3:
        return False
    common = 0
    for a, b in zip(word, other, strict=False):
        if a != b:
            break
        common += 1
    ending = 1 if word.isascii() else 2  # Russian endings differ by more letters than English ones
    return common >= max(4, shorter - ending) and common >= 0.6 * max(len(word), len(other))
