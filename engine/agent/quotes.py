"""An answer without a language model: the sentences of memory that answer best, quoted word for word.

Recalled memories are cut into sentences, each sentence is measured against the question (`features`), the figures are
weighed (`weighing`), and what is likely enough to answer is quoted with its source. Where nothing is, it says so.
"""

from __future__ import annotations

import dataclasses
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass

from engine.agent import wording
from engine.agent.features import Candidate, Pool, add_dense, measure
from engine.agent.markup import readable
from engine.agent.questions import Question, read
from engine.agent.weighing import answerable, logits, near_enough
from engine.embedding.embedder import Embedder
from engine.values import QUOTES, Answer, Citation, DocumentSource, Hit, Source

EMBEDDED = 24
"""Sentences embedded for one question at most: the best by their words."""

MOST_QUOTES = 3
MOST_SENTENCES = 5
_QUOTE_GAP = 2.5
_LONGEST = 600
_TOGETHER_LONGEST = 420
_LEAD_LONGEST = 320
_LEAD_READ = 200
_MARKER = re.compile(r"(?:[-*+•·▪◦‣●○>]|\(?\d{1,3}[.)]|\(?[a-zа-яё]\)|#{1,6})\s+")


@dataclass(frozen=True, slots=True)
class _Quote:
    """A span of one hit's text, and the first and last of the pool's sentences in it."""

    hit: int
    start: int
    end: int
    first: int
    last: int


def compose(question: str, hits: Sequence[Hit], *, embedder: Embedder) -> Answer:
    """Answer a question by quoting, or say that nothing answers it.

    Blocks for the time of one small embedding batch (about a tenth of a second on two cores); gives the same answer for
    the same arguments.

    Args:
        question: As it was asked.
        hits: What was recalled, best first.
        embedder: Compares meanings where it knows the question's language; elsewhere the words decide.

    Returns:
        An answer with `made_by` "quotes". `text` holds one quotation a paragraph, each with its `[n]` behind it,
        without markup and line breaks; `citations` hold them exactly as they stand in memory. `abstained`
        answers cite the closest passage, if there is one worth naming.

    Raises:
        RuntimeUnavailableError: no execution provider can run the embedder.
    """
    began = time.perf_counter()
    asked = read(question)
    usable = [hit for hit in hits if _plain(hit.memory.text) != _plain(question)]
    pool = measure(asked, usable)
    dense = compare(pool, embedder)
    weighed = logits(pool, dense=dense)
    order = sorted(range(len(weighed)), key=lambda place: -weighed[place])
    places = [place for place in order if quotable(pool.candidates[place])]
    if not places or not answerable(pool, weighed, places[0], dense=dense):
        answer = _abstain(asked, pool, usable, places, dense=dense)
    else:
        least = weighed[places[0]] - _QUOTE_GAP
        answer = _quote(pool, usable, [place for place in places if weighed[place] >= least])
    return dataclasses.replace(answer, hits=tuple(hits), question=question, seconds=time.perf_counter() - began)


def compare(pool: Pool, embedder: Embedder) -> bool:
    """Add how near the sentences are in meaning; False where the embedder does not know the question's language."""
    asked = pool.question
    known = asked.language in embedder.languages or "*" in embedder.languages
    chosen = sorted(range(len(pool.candidates)), key=lambda place: -_promise(pool.candidates[place]))[:EMBEDDED]
    if not known or not chosen:
        add_dense(pool, {})
        return False
    read_as = [(place, readable(pool.candidates[place].text)) for place in chosen]
    read_as += [(place, _led(pool, place)) for place in chosen if pool.candidates[place].points_back]
    similar = embedder.embed_passages([text for _, text in read_as]) @ embedder.embed_query(asked.text)
    nearest: dict[int, float] = {}
    for (place, _), value in zip(read_as, similar, strict=True):
        nearest[place] = max(float(value), nearest.get(place, -1.0))
    add_dense(pool, nearest)
    return True


def _led(pool: Pool, place: int) -> str:
    """A sentence that points back, behind the end of the one that it points to."""
    before, own = pool.candidates[place - 1], pool.candidates[place]
    return f"{readable(before.text)[-_LEAD_READ:]} {readable(own.text)}"


def _promise(candidate: Candidate) -> float:
    """What decides which sentences are embedded."""
    figures = candidate.figures
    return (
        figures["coverage"]
        + 0.6 * figures["wide_coverage"]
        + 0.15 * figures["holds"]
        + 0.2 * figures["score"]
        - figures["heading"]
        - figures["asks"]
    )


def quotable(candidate: Candidate) -> bool:
    """Whether a sentence says something: headings, questions, and the question's own words do not."""
    figures = candidate.figures
    return not (figures["heading"] or figures["asks"]) and figures["news"] > 0


def _quote(pool: Pool, hits: Sequence[Hit], places: Sequence[int]) -> Answer:
    citations = tuple(_cite(number, one, hits) for number, one in enumerate(_select(pool, hits, places), start=1))
    paragraphs = [f"{_shown(citation.quote)} [{citation.number}]" for citation in citations]
    return Answer(text="\n\n".join(paragraphs), made_by=QUOTES, abstained=False, citations=citations)


def _select(pool: Pool, hits: Sequence[Hit], places: Sequence[int]) -> list[_Quote]:
    """The best sentences, each thing said once; neighbours in a paragraph become one quotation."""
    quotes: list[_Quote] = []
    sentences = 0
    for place in places:
        if sentences == MOST_SENTENCES:
            break
        quote = _span(pool, place, hits)
        text = _plain(_text(quote, hits))
        if any(text in _plain(_text(other, hits)) or _plain(_text(other, hits)) in text for other in quotes):
            continue
        joined = next((number for number, other in enumerate(quotes) if _adjoin(pool, quote, other)), None)
        if joined is not None:
            quotes[joined] = _join(quote, quotes[joined])
        elif len(quotes) < MOST_QUOTES:
            quotes.append(quote)
        else:
            continue
        sentences += 1
    return quotes


def _adjoin(pool: Pool, one: _Quote, other: _Quote) -> bool:
    """Whether two quotations stand side by side in one paragraph and are short enough to be read as one."""
    if one.hit != other.hit or pool.candidates[one.first].sentence.block != pool.candidates[other.first].sentence.block:
        return False
    beside = one.first - 1 <= other.last and other.first - 1 <= one.last
    return beside and max(one.end, other.end) - min(one.start, other.start) <= _TOGETHER_LONGEST


def _join(one: _Quote, other: _Quote) -> _Quote:
    return _Quote(
        one.hit,
        min(one.start, other.start),
        max(one.end, other.end),
        min(one.first, other.first),
        max(one.last, other.last),
    )


def _abstain(asked: Question, pool: Pool, hits: Sequence[Hit], places: Sequence[int], *, dense: bool) -> Answer:
    language = "ru" if asked.language == "ru" else "en"
    closest = places[0] if places and near_enough(pool, pool.candidates[places[0]], dense=dense) else None
    if closest is None:
        text = wording.abstention(language=language, closest=None)
        return Answer(text=text, made_by=QUOTES, abstained=True)
    quote = _span(pool, closest, hits)
    text = wording.abstention(language=language, closest=hits[quote.hit])
    return Answer(text=text, made_by=QUOTES, abstained=True, citations=(_cite(1, quote, hits),))


def _span(pool: Pool, place: int, hits: Sequence[Hit]) -> _Quote:
    """The sentence without its list marker, with the sentence before it where it would mean little alone."""
    candidate = pool.candidates[place]
    text = hits[candidate.hit].memory.text
    start, end, first = candidate.sentence.start, candidate.sentence.end, place
    marker = _MARKER.match(text, start, end)
    if marker and marker.end() < end:
        start = marker.end()
    elif candidate.points_back:
        before = pool.candidates[place - 1]
        if end - before.sentence.start <= _LEAD_LONGEST:
            start, first = before.sentence.start, place - 1
    if end - start > _LONGEST:
        cut = text.rfind(" ", start, start + _LONGEST)
        end = cut if cut > start else start + _LONGEST
    return _Quote(candidate.hit, start, end, first, place)


def _cite(number: int, quote: _Quote, hits: Sequence[Hit]) -> Citation:
    memory = hits[quote.hit].memory
    return Citation(
        number=number,
        memory_id=memory.id,
        quote=_text(quote, hits),
        source=_narrow(memory.source, memory.text, quote),
    )


def _narrow(source: Source | None, text: str, quote: _Quote) -> Source | None:
    """The source with its span drawn in to the quotation, where memory and page hold the same characters."""
    if not isinstance(source, DocumentSource) or source.end - source.start != len(text):
        return source
    return dataclasses.replace(source, start=source.start + quote.start, end=source.start + quote.end)


def _text(quote: _Quote, hits: Sequence[Hit]) -> str:
    return hits[quote.hit].memory.text[quote.start : quote.end]


def _shown(quote: str) -> str:
    return readable(quote) or " ".join(quote.split())


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))
