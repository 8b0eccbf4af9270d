"""What a reader hands on: text page by page with its headings, or a true reason why there is none."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from engine.errors import IngestionError

Flavour = Literal["plain", "markdown", "code", "rows"]
"""How a text is cut: by paragraphs, by Markdown's own blocks, by the blank lines of source code, or by rows (CSV)."""


class Unreadable(IngestionError):  # noqa: N818 - it names the file's state; the tree's base is an Error
    """A file gives no text.

    Attributes:
        skipped: Nothing is wrong with the file, there is only nothing to read in it; otherwise reading failed.
    """

    def __init__(self, reason: str, *, skipped: bool = False) -> None:
        super().__init__(reason)
        self.skipped = skipped


def skip(reason: str) -> Unreadable:
    """The error of a file that is in order but is not read."""
    return Unreadable(reason, skipped=True)


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading that holds from `start` on.

    Attributes:
        start: Code point in its page's text at which it begins.
        level: From 1, the outermost.
        text: Without marks.
    """

    start: int
    level: int
    text: str


@dataclass(frozen=True, slots=True)
class PageText:
    """The text of one page, or of everything where there are no pages.

    Attributes:
        text: All of it, as it is shown.
        headings: In the order of the text.
        asides: Spans of the text, in order and apart, that are shown but not remembered: running heads, page numbers,
            lines of a table of contents.
    """

    text: str
    headings: tuple[Heading, ...] = ()
    asides: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadDocument:
    """One file as text.

    Attributes:
        title: What the document calls itself, empty where it does not.
        media_type: IANA name of what the content really is, whatever the file's name says.
        pages: At least one; only one where `paged` is false.
        paged: The format has pages (or slides).
        flavour: See `Flavour`.
        notes: What the owner should know although the file was read; whole sentences without the full stop.
        has_members: Files lie inside (attachments of a mail) that have rows of their own.
        ocr_pages: Pages from 1 on which text may be found in the picture only.
    """

    title: str
    media_type: str
    pages: tuple[PageText, ...]
    paged: bool = False
    flavour: Flavour = "plain"
    notes: tuple[str, ...] = ()
    has_members: bool = False
    ocr_pages: tuple[int, ...] = ()


@dataclass(slots=True)
class TextBuilder:
    """Puts blocks together into one page's text and remembers where its headings stand."""

    _parts: list[str] = field(default_factory=list)
    _headings: list[Heading] = field(default_factory=list)
    _asides: list[tuple[int, int]] = field(default_factory=list)
    _length: int = 0

    def heading(self, level: int, text: str) -> None:
        """Add a heading on a line of its own."""
        text = " ".join(text.split())
        if text:
            self._gap("\n\n")
            self._headings.append(Heading(self._length, max(1, level), text))
            self._add(text)

    def paragraph(self, text: str, *, gap: str = "\n\n") -> None:
        """Add a paragraph, apart from what stands before it by `gap`."""
        text = clean(text).strip()
        if text:
            self._gap(gap)
            self._add(text)

    def aside(self, text: str) -> None:
        """Add a line that is shown but not remembered; see `PageText.asides`."""
        self._gap("\n")
        start = self._length
        self._add(clean(text).strip())
        self._asides.append((start, self._length))

    def row(self, cells: Sequence[str], *, first: bool) -> None:
        """Add one row of a table on a line of its own; empty rows are left out."""
        texts = [" ".join(cell.split()) for cell in cells]
        while texts and not texts[-1]:
            texts.pop()
        if any(texts):
            self.paragraph(" | ".join(texts), gap="\n\n" if first else "\n")

    def page(self) -> PageText:
        """The text so far."""
        return PageText("".join(self._parts), tuple(self._headings), tuple(self._asides))

    @property
    def empty(self) -> bool:
        """Nothing was added."""
        return self._length == 0

    @property
    def length(self) -> int:
        """Code points so far."""
        return self._length

    def _gap(self, gap: str) -> None:
        if self._length:
            self._add(gap)

    def _add(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)


_UNWANTED = dict.fromkeys((*range(9), 11, *range(14, 32), 127, 65279, 65534, 65535, 173))
_UNWANTED[12] = "\n"  # a form feed ends a page, so it ends a line too
_UNWANTED |= dict.fromkeys(range(55296, 57344))


def clean(text: str) -> str:
    """One kind of line end; no control characters, byte-order marks, soft hyphens or lone surrogates."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.isascii() and text.isprintable():
        return text
    return text.translate(_UNWANTED)


def with_margins(page: PageText, margins: Iterable[str]) -> PageText:
    """A text with those paragraphs of its pages' heads and feet behind it whose words stand nowhere in it.

    The number of a contract may stand in the letterhead only; what repeats the text is left out.
    """
    said = _words(page.text)
    lost = [text for text in dict.fromkeys(margins) if _says_something(text) and _words(text) not in said]
    if not lost:
        return page
    return PageText("\n\n".join([page.text, *lost]).lstrip("\n"), page.headings, page.asides)


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def _says_something(text: str) -> bool:
    """There is a word, or a longer number than that of a page."""
    return any(map(str.isalpha, text)) or sum(map(str.isdigit, text)) > 4


def has_text(text: str) -> bool:
    """There is at least one letter or digit."""
    return any(character.isalnum() for character in text)
