"""Cut a text into sentences without changing a character of it.

A sentence is a span of the text: what is quoted stands there word for word. Lines that were wrapped for width are one
sentence; lines that stand for themselves (headings, list items, rows of a table, `Key: value`) are not. English and
Russian abbreviations, and full stops of scripts that put no space behind them, are known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from engine.agent.lexicon import NEVER_AN_END, PERHAPS_AN_END, STARTERS

Kind = Literal["prose", "fragment", "item", "row", "heading", "code"]


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a text.

    Attributes:
        start: First code point.
        end: One past the last code point.
        block: Number of the paragraph, list item or row that it stands in, counted from 0.
        kind: `prose` ends like a sentence; `fragment` is a line without a full stop; `item`, `row`, `heading` and
            `code` are what they are called.
    """

    start: int
    end: int
    block: int
    kind: Kind


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Block:
    start: int
    end: int
    kind: Kind


_LINE = re.compile(r"[^\n\r\f\v\u2028\u2029\x85]+")
_HEADING = re.compile(r"#{1,6}\s+\S")
_ITEM = re.compile(r"(?:[-*+•·▪◦‣●○–—]|\(?\d{1,3}[.)]|\(?[a-zа-яё]\))\s+\S")
_FENCE = re.compile(r"(?:`{3,}|~{3,})")
_RULE = re.compile(r"(?:[-=_*~+\s]{3,}|/{3,}.*|:{3,}.*|\|?[\s:|+-]{3,}\|?)$")
_FIELD = re.compile(r"[^\W\d_][\w .'’/-]{0,30}:(?:\s|$)")
_CLOSING = "\"'”’»)]」』）›"
_BOUNDARY = re.compile(
    rf"(?P<wide>(?<![。！？｡])[。！？｡]+[{re.escape(_CLOSING)}]*)"
    rf"|(?P<end>(?<![.!?…।؟۔።])[.!?…।؟۔።]+[{re.escape(_CLOSING)}*_]*)(?:\[+\^?\w{{1,4}}\]+(?:\([^)\s]*\))?)*(?=\s|$)"
    r"|(?P<tight>(?<=[а-яёa-z\d][а-яё»])[.!?…]+(?=[А-ЯЁ«]))"
)
_WORD_BEFORE = re.compile(r"[^\s(\[«“\"']+$")
_LONG_BREAK = re.compile(r"[;•·]\s+|\n")
_LONG = 420
_WRAP_LIMIT = 160
_SHORT_WORDS = 2
_SHORT_CHARS = 16
_CAPITALS = 6
_TITLE_WORDS = 10


def split(text: str) -> list[Sentence]:
    """Cut a text with line ends of any kind into sentences, in order, without overlaps.

    Returns:
        Spans without white space at either end, each with at least one letter or digit. Every letter and digit of the
        text stands in one of them, except in rules, fences and underlines.
    """
    sentences: list[Sentence] = []
    for number, block in enumerate(_blocks(text)):
        if block.kind in ("row", "heading", "code"):
            spans = [(block.start, block.end)]
        else:
            spans = list(_spans(text, block.start, block.end))
        for start, end in spans:
            kind = block.kind
            if kind == "prose" and _shouts(text[start:end]):
                kind = "heading"
            elif kind == "prose" and not _ends_like_a_sentence(text[start:end]):
                kind = "fragment"
            sentences.append(Sentence(start, end, number, kind))
    return sentences


def _blocks(text: str) -> Iterator[_Block]:
    lines = [_trim(text, match.start(), match.end()) for match in _LINE.finditer(text)]
    width = _width(lines)
    current: list[_Line] = []
    kind: Kind = "prose"
    fenced = False
    previous_end = 0

    def flush() -> Iterator[_Block]:
        if current:
            start, end = current[0].start, current[-1].end
            current.clear()
            if any(character.isalnum() for character in text[start:end]):
                yield _Block(start, end, kind)

    for line in lines:
        content = text[line.start : line.end]
        between = text[previous_end : line.start]
        previous_end = line.end
        if _FENCE.match(content):
            yield from flush()
            fenced = not fenced
            continue
        if not content or (not fenced and _RULE.fullmatch(content)):
            yield from flush()
            continue
        if fenced:
            if not current:
                kind = "code"
            current.append(line)
            continue
        paragraph_ended = (_line_ends(between) > 1 or "\f" in between) and not (
            current and kind == "prose" and _goes_on(text[current[-1].start : current[-1].end], content)
        )
        if _HEADING.match(content):
            yield from flush()
            yield _Block(line.start, line.end, "heading")
            continue
        if content.startswith("|") or content.count(" | ") >= 2:
            yield from flush()
            yield _Block(line.start, line.end, "row")
            continue
        starts_item = bool(_ITEM.match(content))
        if current and (
            paragraph_ended or starts_item or _stands_alone(text[current[-1].start : current[-1].end], content, width)
        ):
            yield from flush()
        if not current:
            kind = "item" if starts_item else "prose"
        current.append(line)
    yield from flush()


def _line_ends(between: str) -> int:
    return (
        between.replace("\r\n", "\n").count("\n")
        + sum(between.count(end) for end in "\r\v\u2028\u2029\x85")
        - (between.count("\r\n"))
    )


def _goes_on(line: str, following: str) -> bool:
    """Whether a sentence goes on behind an empty line, as in pages whose lines stand wide apart."""
    return following[:1].islower() and (line[-1:].isalnum() or line.endswith((",", "-", "–")))


def _stands_alone(line: str, following: str, width: int) -> bool:
    """Whether a line end between two lines separates them, instead of wrapping one sentence for width."""
    first = following.lstrip(_CLOSING + "“«(„'\"")[:1]
    if line.startswith(">") or following.startswith(">"):
        return True
    if _FIELD.match(line) and _FIELD.match(following):
        return True
    if not (first.isupper() or first.isdigit() or _is_wide(first)):
        return False
    if line.endswith((",", "-", "–", "—", "(", "\xad")):
        return False
    if len(line) > _WRAP_LIMIT:
        return True
    return len(line) < 0.6 * width


def _width(lines: list[_Line]) -> int:
    lengths = sorted(line.end - line.start for line in lines if line.end > line.start)
    return lengths[int(0.9 * (len(lengths) - 1))] if lengths else 0


def _spans(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    pieces: list[tuple[int, int]] = []
    begin = start
    for match in _BOUNDARY.finditer(text, start, end):
        if match.end() < end and match["end"] is not None and not _is_end(text, begin, match, end):
            continue
        pieces.append((begin, match.end()))
        begin = match.end()
    if begin < end:
        pieces.append((begin, end))
    for piece_start, piece_end in _merge_short(text, pieces):
        yield from _cut_long(text, piece_start, piece_end)


def _is_end(text: str, begin: int, match: re.Match[str], end: int) -> bool:
    """Whether a full stop with white space behind it ends a sentence."""
    rest = text[match.end() : min(end, match.end() + 40)].lstrip()
    following = rest.lstrip(_CLOSING + "“«(„[*_¿¡")
    if not following or following[0].islower():
        return False
    if match["end"][0] != ".":
        return True
    before = _WORD_BEFORE.search(text, max(begin, match.start() - 30), match.start())
    word = before.group() if before else ""
    lowered = word.lower().strip("*_")
    next_word = re.match(r"[\w'’]+", following)
    starts = next_word is not None and next_word.group().lower() in STARTERS
    if before is not None and before.start() <= begin + 1 and word.isdigit():
        return False  # the number of a list item
    if lowered in NEVER_AN_END:
        return False
    if lowered in PERHAPS_AN_END:
        earlier = text[begin : match.start() - len(word)].rstrip()
        year = lowered in ("г", "гг", "в", "вв") and earlier[-1:].isdigit() and following[0].isupper()
        return starts or (year and len(earlier) > _SHORT_CHARS)
    if len(word) == 1 and word.isupper() and word != "I":
        return starts and len(following) > 1 and not re.match(r"\w\.", following)
    if re.fullmatch(r"(?:\w\.)+\w", word):
        return starts
    return True


def _merge_short(text: str, pieces: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Join what is too short to be quoted ("No.", "1.") to the sentence behind it."""
    held: int | None = None
    for number, (start, end) in enumerate(pieces):
        begin = start if held is None else held
        words = text[begin:end].split()
        last = number == len(pieces) - 1
        tiny = (
            len(words) <= _SHORT_WORDS
            and len(text[begin:end].strip()) < _SHORT_CHARS
            and not _has_wide(text[begin:end])
        )
        if tiny and not last:
            held = begin
            continue
        held = None
        yield begin, end


def _cut_long(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    trimmed = _trim(text, start, end)
    start, end = trimmed.start, trimmed.end
    while end - start > _LONG:
        cuts = [match.end() for match in _LONG_BREAK.finditer(text, start + _LONG // 4, min(end, start + _LONG))]
        if not cuts:
            break
        cut = cuts[-1]
        piece = _trim(text, start, cut)
        if _has_word(text, piece):
            yield piece.start, piece.end
        start = _trim(text, cut, end).start
    if start < end and _has_word(text, _Line(start, end)):
        yield start, end


def _has_word(text: str, span: _Line) -> bool:
    return any(character.isalnum() for character in text[span.start : span.end])


def _ends_like_a_sentence(sentence: str) -> bool:
    return sentence.rstrip(_CLOSING + "*_").endswith(
        (".", "!", "?", "…", "。", "！", "？", "｡", "।", "؟", "۔", "።", ":", ";")
    )


def _shouts(sentence: str) -> bool:
    """Whether a line is written in capitals only, as titles and the heads of pages are."""
    letters = [character for character in sentence if character.isalpha()]
    capitals = sum(character.isupper() for character in letters)
    return len(letters) >= _CAPITALS and capitals >= 0.9 * len(letters) and len(sentence.split()) <= _TITLE_WORDS


def _trim(text: str, start: int, end: int) -> _Line:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return _Line(start, end)


def _has_wide(text: str) -> bool:
    return any(_is_wide(character) for character in text)


def _is_wide(character: str) -> bool:
    """Scripts written without spaces: Thai, Lao, Khmer, Burmese, kana, Chinese characters, Hangul."""
    return bool(character) and (
        "\u0e00" <= character <= "\u0eff"
        or "\u1000" <= character <= "\u109f"
        or "\u1780" <= character <= "\u17ff"
        or "\u3040" <= character <= "\u9fff"
        or "\uac00" <= character <= "\ud7af"
        or "\uf900" <= character <= "\ufaff"
    )
