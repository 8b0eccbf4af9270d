"""Cuts a document into chunks that an embedder can read whole, where sense allows.

Headings come first, then paragraphs and code blocks, then sentences, then words (semantic-text-splitter).

Tokens are counted word by word through a cache: the splitter asks for the size of nine times the text, and every piece
between blanks has the same number of tokens wherever it stands. That is exact for WordPiece, and within one token a
word for other tokenizers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from semantic_text_splitter import MarkdownSplitter, TextSplitter

from engine.ingestion.reading import Heading, PageText, ReadDocument, has_text
from engine.ingestion.row_chunks import CHARACTERS_PER_TOKEN, columns_of, row_spans

_WINDOW = 100_000
"""Characters that the splitter gets at once; a longer section is cut between paragraphs, else lines, else words."""
_WORD = 64
LETTERS_PER_TOKEN = 4
"""What a word of an alphabet that the tokenizer spells letter by letter counts as: about what its own readers would
give it. Else a chunk of Russian holds two sentences, and cuts a long one in the middle."""
_CACHED_WORDS = 200_000
_IDEOGRAPHS = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_SPELLED = re.compile(r"[\u0370-\u1fff\u2c00-\u2dff\ua640-\uabff]")
_PARTS = re.compile(rf"[{_IDEOGRAPHS}]|[^\W{_IDEOGRAPHS}]+|[^\w\s]")

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_ATX = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$")
_SETEXT = re.compile(r" {0,3}(=+|-{2,})[ \t]*$")
_FRONT_MATTER = re.compile(r"\A---\n.*?\n(?:---|\.\.\.)(?:\n|\Z)", re.DOTALL)
_INLINE = re.compile(
    r"!?\[([^\]\n]{0,300})\]\([^)\n]{0,500}\)|`([^`\n]+)`|\*\*([^*\n]+)\*\*|\*([^*\n]+)\*|\{\s*[#.][^{}\n]*\}|<[^<>\n]{1,200}>"
)


@dataclass(frozen=True, slots=True)
class Chunk:
    """One piece of a document.

    Attributes:
        page: Index into the document's pages, from 0.
        start: First code point in that page's text.
        end: One past the last.
        heading: Headings above it, the outermost first.
    """

    page: int
    start: int
    end: int
    heading: tuple[str, ...]


class TokenCounter:
    """Counts tokens of text after text, remembering every word."""

    def __init__(self, count: Callable[[Sequence[str]], list[int]]) -> None:
        """Take a function that gives each text's tokens, without special ones."""
        self._count = count
        self._words: dict[str, int] = {}

    def __call__(self, text: str) -> int:
        """Tokens of one text."""
        words = text.split()
        known = self._words
        try:
            return sum([known[word] for word in words])
        except KeyError:
            return self._learn(words)

    def _learn(self, words: list[str]) -> int:
        known = self._words
        if len(known) > _CACHED_WORDS:
            known.clear()
        missing = list({word for word in words if word not in known and len(word) <= _WORD})
        known.update(zip(missing, map(_fair, missing, self._count(missing)), strict=True))
        long = [word for word in words if len(word) > _WORD]
        return sum([known[word] for word in words if len(word) <= _WORD]) + sum(map(self._long, long))

    def _long(self, word: str) -> int:
        """Tokens of what has no blanks, as Chinese or a web address, by its characters, words and signs."""
        parts = _PARTS.findall(word)
        if len(parts) > 1:
            return self(" ".join(parts))
        return sum(self._count([word]))


def _fair(word: str, tokens: int) -> int:
    """The tokens of a word, or fewer where its letters are spelled, as Greek, Cyrillic, Hebrew or Arabic."""
    if tokens <= 1 or not _SPELLED.search(word):
        return tokens
    return min(tokens, max(1, -(-len(word) // LETTERS_PER_TOKEN)))


class Chunker:
    """Cuts documents into chunks of at most a number of tokens."""

    def __init__(self, counter: TokenCounter, *, tokens: int) -> None:
        """Take what counts, and the most tokens of a chunk."""
        self._counter = counter
        self._tokens = tokens
        self._endless = re.compile(rf"[^\s.,;:!?。，、！？；]{{{tokens * CHARACTERS_PER_TOKEN},}}")
        self._plain = TextSplitter.from_callback(self._size, tokens)
        self._markdown = MarkdownSplitter.from_callback(self._size, tokens)

    def chunks(self, document: ReadDocument) -> Iterator[Chunk]:
        """The chunks in reading order.

        Each is `page.text[start:end]`, begins and ends with something visible, and has
        a letter or a digit; none crosses a page, a heading or an aside.
        """
        if document.flavour == "rows":
            yield from self._of_rows(document)
            return
        splitter = self._markdown if document.flavour == "markdown" else self._plain
        open_headings: list[Heading] = []
        for number, page in enumerate(document.pages):
            headings = markdown_headings(page.text) if document.flavour == "markdown" else page.headings
            for start, end in _sections(page, headings):
                for heading in headings:
                    if start <= heading.start < end:
                        open_headings = [*(above for above in open_headings if above.level < heading.level), heading]
                path = tuple(heading.text for heading in open_headings)
                for begin, until in _without(page.asides, start, end):
                    for first, last in self._split(splitter, page.text, begin, until):
                        yield Chunk(number, first, last, path)

    def _of_rows(self, document: ReadDocument) -> Iterator[Chunk]:
        """Whole rows; the first one, where it names the columns, is the heading of all others."""
        for number, page in enumerate(document.pages):
            columns = columns_of(page.text)
            for start, end in row_spans(page.text, self._counter, self._tokens):
                trimmed = _trim(page.text, start, end)
                if trimmed is not None:
                    yield Chunk(number, *trimmed, (columns,) if columns and start > 0 else ())

    def _split(
        self, splitter: TextSplitter | MarkdownSplitter, text: str, start: int, end: int
    ) -> Iterator[tuple[int, int]]:
        for first, last, endless in _stretches(text, start, end, self._endless):
            pieces = self._cut(text, first, last) if endless else splitter.chunk_indices(text[first:last])
            for offset, piece in pieces:
                begin = first + offset
                trimmed = _trim(text, begin, begin + len(piece))
                if trimmed is not None:
                    yield trimmed

    def _cut(self, text: str, start: int, end: int) -> Iterator[tuple[int, str]]:
        """Pieces of what has no blank and no full stop, where no place is better than another."""
        place, width = start, self._tokens * CHARACTERS_PER_TOKEN
        while place < end:
            piece = text[place : min(end, place + width)]
            while len(piece) > 1 and (size := self._size(piece)) > self._tokens:
                piece = piece[: max(1, min(len(piece) - 1, len(piece) * self._tokens // size))]
            yield place - start, piece
            place += len(piece)
            width = len(piece) + len(piece) // 8  # the next one will be about as long

    def _size(self, text: str) -> int:
        least = -(-len(text) // CHARACTERS_PER_TOKEN)
        return least if least > self._tokens else max(self._counter(text), least)


def markdown_headings(text: str) -> tuple[Heading, ...]:
    """The headings of a Markdown text (`#` and underlined ones), outside code blocks and front matter."""
    front = _FRONT_MATTER.match(text)
    place = front.end() if front else 0
    headings: list[Heading] = []
    fence = ""
    before = ""
    before_place = place
    for line in text[place:].splitlines(keepends=True):
        bare = line.rstrip("\n")
        opened = _FENCE.match(bare)
        if fence:
            if opened and opened.group(1).startswith(fence) and not bare[opened.end() :].strip():
                fence = ""
            before = ""
        elif opened:
            fence = opened.group(1)
            before = ""
        else:
            atx = _ATX.match(bare)
            under = _SETEXT.match(bare)
            if atx:
                title = _plain_inline(atx.group(2) or "")
                if title:
                    headings.append(Heading(place, len(atx.group(1)), title))
            elif under and before and not before.startswith((" ", ">", "-", "*", "|", "#")):
                headings.append(Heading(before_place, 1 if "=" in under.group(1) else 2, _plain_inline(before)))
                bare = ""
            before = "" if atx else bare if bare.strip() else ""
            before_place = place
        place += len(line)
    return tuple(headings)


def _plain_inline(text: str) -> str:
    text = _INLINE.sub(lambda match: next((group for group in match.groups() if group), ""), text)
    return " ".join(text.replace("\\", "").split())[:300]


def _sections(page: PageText, headings: Sequence[Heading]) -> Iterator[tuple[int, int]]:
    """Stretches between headings. A heading without text of its own goes with the next one."""
    starts = sorted({0, *(heading.start for heading in headings), len(page.text)})
    titles = {heading.start: heading for heading in headings}
    begin = 0
    for start, end in pairwise(starts):
        heading = titles.get(start)
        body = page.text[start:end].strip()
        bare = heading is not None and len(body.strip("#=- \n")) <= len(heading.text) + 2 and "\n" not in body
        if bare and end < len(page.text):
            following = titles.get(end)
            if heading is not None and following is not None and following.level > heading.level:
                continue
        yield begin, end
        begin = end


def _without(asides: Sequence[tuple[int, int]], start: int, end: int) -> Iterator[tuple[int, int]]:
    """What of a stretch is left between spans that are not remembered."""
    for first, last in asides:
        if last > start and first < end:
            if start < first:
                yield start, first
            start = last
    if start < end:
        yield start, end


def _stretches(text: str, start: int, end: int, endless: re.Pattern[str]) -> Iterator[tuple[int, int, bool]]:
    """Stretches of at most `_WINDOW` characters, and between them, marked, words that are longer than any chunk."""
    for word in endless.finditer(text, start, end):
        for first, last in _windows(text, start, word.start()):
            yield first, last, False
        yield word.start(), word.end(), True
        start = word.end()
    for first, last in _windows(text, start, end):
        yield first, last, False


def _windows(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while end - start > _WINDOW:
        limit = start + _WINDOW
        cut = limit
        for blank in ("\n\n", "\n", ". ", " ", "。"):
            found = text.rfind(blank, start + _WINDOW // 2, limit)
            if found >= 0:
                cut = found + len(blank)
                break
        yield start, cut
        start = cut
    if start < end:
        yield start, end


def _trim(text: str, start: int, end: int) -> tuple[int, int] | None:
    piece = text[start:end]
    if not has_text(piece):
        return None
    start += len(piece) - len(piece.lstrip())
    end -= len(piece) - len(piece.rstrip())
    return start, end
