"""Documents that go with a question: whole where they fit, else the passages that bear on it."""

from __future__ import annotations

import dataclasses
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from engine.agent.chat.sources import Source
from engine.agent.lexicon import STOP_WORDS
from engine.agent.terms import stem, words
from engine.ingestion.names import file_name
from engine.values import DocumentSource

_PASSAGE = 1200
"""Characters of a passage at most, cut at paragraphs."""
_STOP = frozenset(stem(word) for word in STOP_WORDS)
_GAP = re.compile(r"\n\s*\n")
_OVERHEAD = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A document's text.

    Attributes:
        id: The document in memory, or `attachment:` and the attachment's id.
        path: Where it lies, or its name.
        pages: At least one.
        paged: The format has pages.
    """

    id: str
    path: str
    pages: tuple[str, ...]
    paged: bool

    @property
    def name(self) -> str:
        """The file's name."""
        return file_name(self.path) or self.path


def whole(texts: Sequence[Text], *, first: int, count: Callable[[str], int]) -> list[Source]:
    """Every page of every document as a source of its own, in order."""
    made: list[Source] = []
    for text in texts:
        for page, written in enumerate(text.pages, start=1):
            if written.strip():
                made.append(_source(text, page, 0, len(written), first + len(made), count))
    return made


def passages(
    texts: Sequence[Text], question: str, *, budget: int, first: int, count: Callable[[str], int]
) -> list[Source]:
    """The passages that bear most on a question, within a budget of tokens, in the order of the documents.

    Their weight is that of the question's words in them, each by how few passages hold it (K. Spärck Jones 1972); the
    beginning of each document comes first among equals, for it says what the document is.
    """
    cut = [(text, page, start, end) for text in texts for page, start, end in _cut(text)]
    stems = [Counter(_stems(text.pages[page - 1][start:end])) for text, page, start, end in cut]
    wanted = set(_stems(question))
    spread = {word: sum(word in held for held in stems) for word in wanted}
    weights = {word: math.log(1 + len(cut) / spread[word]) for word in wanted if spread[word]}
    scores = [
        sum(weight * (1 + math.log(held[word])) for word, weight in weights.items() if word in held) for held in stems
    ]
    chosen: list[int] = []
    for place in sorted(range(len(cut)), key=lambda place: (-scores[place], place)):
        text, page, start, end = cut[place]
        cost = _source(text, page, start, end, 1, count).tokens
        if cost <= budget:
            budget -= cost
            chosen.append(place)
    return [_source(*cut[place], first + number, count) for number, place in enumerate(sorted(chosen))]


def parts(texts: Sequence[Text], *, size: int, count: Callable[[str], int]) -> list[Source]:
    """Documents cut into parts of about `size` tokens, at paragraphs, in order; a part lies in one document."""
    made: list[Source] = []
    for text in texts:
        held: list[tuple[int, int, int]] = []
        tokens = 0
        for page, start, end in _cut(text):
            cost = count(text.pages[page - 1][start:end])
            if held and tokens + cost > size:
                made.append(_part(text, held, len(made) + 1, count))
                held, tokens = [], 0
            held.append((page, start, end))
            tokens += cost
        if held:
            made.append(_part(text, held, len(made) + 1, count))
    return made


def _part(text: Text, held: Sequence[tuple[int, int, int]], number: int, count: Callable[[str], int]) -> Source:
    pieces: list[str] = []
    for page in sorted({page for page, _, _ in held}):
        own = [(start, end) for other, start, end in held if other == page]
        pieces.append(text.pages[page - 1][own[0][0] : own[-1][1]])
    first, last = held[0][0], held[-1][0]
    joined = "\n\n".join(pieces)
    one_page = first == last
    place = DocumentSource(
        document_id=text.id,
        path=text.path,
        page=first if text.paged else None,
        heading=(),
        start=held[0][1],
        end=held[-1][2] if one_page else held[0][1],
    )
    title = text.name
    if text.paged:
        title += f", page {first}" if one_page else f", pages {first}–{last}"
    made = Source(number=number, title=title, text=joined, place=place, form="document")
    return dataclasses.replace(made, tokens=count(made.written) + _OVERHEAD)


def _source(text: Text, page: int, start: int, end: int, number: int, count: Callable[[str], int]) -> Source:
    place = DocumentSource(
        document_id=text.id, path=text.path, page=page if text.paged else None, heading=(), start=start, end=end
    )
    made = Source(
        number=number,
        title=f"{text.name}, page {page}" if text.paged else text.name,
        text=text.pages[page - 1][start:end],
        place=place,
        form="document",
    )
    return dataclasses.replace(made, tokens=count(made.written) + _OVERHEAD)


def _cut(text: Text) -> Iterator[tuple[int, int, int]]:
    """(page from 1, start, end) of every passage."""
    for page, written in enumerate(text.pages, start=1):
        start = 0
        last = 0
        ends = [match.end() for match in _GAP.finditer(written)] + [len(written)]
        for end in ends:
            if end - start > _PASSAGE and last > start:
                yield page, start, last
                start = last
            while end - start > 2 * _PASSAGE:  # one paragraph as long as a chapter
                space = written.rfind(" ", start + _PASSAGE // 2, start + _PASSAGE)
                middle = space + 1 if space > 0 else start + _PASSAGE
                yield page, start, middle
                start = middle
            last = end
        if written[start:].strip():
            yield page, start, len(written)


def _stems(text: str) -> Iterator[str]:
    return (one for one in (stem(word) for word in words(text)) if one not in _STOP)
