"""A Markdown text cut into sections that are laid out one by one, and the way from its places to what is shown."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

from PySide6.QtGui import QTextDocument

from desktop.documents.text_parts import TextSpan, utf16_length
from desktop.markdown.blocks import tidy

_SECTION = 2_000
"""Characters after which the next empty line ends a section."""
_FENCE = re.compile(r"^ {0,3}(?:```|~~~)", re.MULTILINE)
_GAP = re.compile(r"\n[ \t]*\n(?=[^\s])")
_ITEM = re.compile(r"^[ \t]*(?:(?:[-*+]|\d{1,9}[.)]|>|#{1,6})[ \t]+(?:\[[ xX]\][ \t]+)?)+", re.MULTILINE)
_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*(?:\s+\"[^\"]*\")?\)")
_MARKS = re.compile(r"[*`~\\]|(?<!\w)_+|_+(?!\w)")
_CELLS = re.compile(r"^[ \t]*\|?[ \t]*:?-{3,}[-:| \t]*$|\|", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Section:
    """A piece of the text: tidied, and where it begins in the tidied whole."""

    start: int
    text: str

    @property
    def end(self) -> int:
        """One past its last character."""
        return self.start + len(self.text)


def sections_of(text: str) -> list[Section]:
    """Cut a text at empty lines between blocks, never inside a block of code.

    Args:
        text: Markdown as it was read.
    """
    text = tidy(text)
    found: list[Section] = []
    begin = 0
    while begin < len(text):
        end = _end_of(text, begin)
        found.append(Section(begin, text[begin:end]))
        begin = end
    return found or [Section(0, "")]


def _end_of(text: str, begin: int) -> int:
    place = begin + _SECTION
    while (gap := _GAP.search(text, place)) is not None:
        if len(_FENCE.findall(text, begin, gap.start())) % 2 == 0:
            return gap.end()
        fence = _FENCE.search(text, gap.end())
        if fence is None:
            return len(text)
        place = fence.end()
    return len(text)


def tidied_span(text: str, span: TextSpan) -> TextSpan:
    """A span of a text as it was read, in the tidied one."""
    if "\r" not in text:
        return span
    return TextSpan(len(tidy(text[: span.start])), len(tidy(text[: span.end])))


def section_at(sections: list[Section], place: int) -> int:
    """Which section a place of the tidied text lies in."""
    return max(0, bisect_right([section.start for section in sections], place) - 1)


def visible_words(source: str) -> list[str]:
    """The words of a stretch of Markdown that a reader sees."""
    plain = _MARKS.sub("", _CELLS.sub(" ", _LINK.sub(r"\1", _ITEM.sub("", source))))
    return plain.split()


def places_in(document: QTextDocument, source: str, begin: int, end: int) -> tuple[int, int]:
    """Where a stretch of a block's Markdown stands in the document made of it.

    Args:
        document: Shows the block.
        source: Its Markdown.
        begin: First character of the stretch.
        end: One past the last.

    Returns:
        First and last position. The whole document where the stretch cannot be told apart, so that it is never lost.
    """
    last = max(0, document.characterCount() - 1)
    words = visible_words(source[max(0, begin) : end])
    if (begin <= 0 and end >= len(source)) or not words:
        return 0, last
    plain = document.toPlainText()
    pattern = re.compile(r"[\s\u2028\ufffc]*".join(map(re.escape, words)))
    # The same words may stand before: as often as they stand before in the source.
    before = " ".join(visible_words(source[: max(0, begin)])).count(" ".join(words))
    hits = list(pattern.finditer(plain))
    if not hits:
        return 0, last
    hit = hits[min(before, len(hits) - 1)]
    return utf16_length(plain[: hit.start()]), utf16_length(plain[: hit.end()])
