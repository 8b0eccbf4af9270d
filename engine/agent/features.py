"""What speaks for a sentence as the answer to a question, in figures.

Every figure is general: how much of the question's weight the sentence repeats, alone and with what stands around it,
how near it is in meaning, and whether it holds the kind of thing asked for. Nothing here knows a language but by its
word lists.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from engine.agent.holding import counts, holds, unmeasured
from engine.agent.lexicon import POINTING, STOP_WORDS
from engine.agent.markup import readable
from engine.agent.questions import Question, Wanted
from engine.agent.sentences import Sentence, split
from engine.agent.terms import likeness, stem, words
from engine.values import DocumentSource, Hit

_NEAR = 5
_AROUND = 0.6
_MEANT = 0.9
_CONTEXT = 0.7
_PASSAGE = 0.4
_PASTED = "text:"  # how the path of pasted text begins
_LONGEST_HEADING = 200
_LIKE = 0.5
_UNMATCHED = 0.35
_TYPED = (Wanted.NAME, Wanted.NUMBER, Wanted.DATE, Wanted.PLACE)
_STOP_STEMS = frozenset(stem(word) for word in STOP_WORDS)
_POINTING_STEMS = frozenset(stem(word) for word in POINTING)


@dataclass(slots=True)
class Candidate:
    """One sentence of one hit.

    Attributes:
        hit: Place of the hit, from 0.
        place: Place of the sentence in the hit, from 0.
        sentence: Its span.
        text: Word for word.
        stems: Its stems in order.
        matches: Likeness of every term of the question to the nearest stem of the sentence, 0 to 1.
        points_back: It begins with a word that means the sentence before it in its paragraph: "It", "These rules".
        figures: What was measured, by name.
    """

    hit: int
    place: int
    sentence: Sentence
    text: str
    stems: tuple[str, ...]
    matches: tuple[float, ...]
    points_back: bool = False
    figures: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Pool:
    """All sentences of all hits, measured against one question.

    Attributes:
        question: The question.
        candidates: In the order of the hits.
        weights: Of the question's terms, their sum is 1; empty where it has none.
        found: Of every term, the best likeness anywhere in the hits.
        passages: Of every hit, the coverage of the question by the whole passage with its title and headings.
    """

    question: Question
    candidates: tuple[Candidate, ...]
    weights: tuple[float, ...]
    found: tuple[float, ...]
    passages: tuple[float, ...]


def measure(question: Question, hits: Sequence[Hit]) -> Pool:
    """Cut the hits into sentences and measure what needs no embedding.

    The weight of a term falls with the number of sentences that hold it (inverse document frequency over the sentences
    at hand, K. Spärck Jones 1972), so that what all hits have in common decides least.
    """
    matcher = _Matcher(question)
    candidates: list[Candidate] = []
    contexts: list[tuple[float, ...]] = []
    for number, hit in enumerate(hits):
        contexts.append(matcher.matches(matcher.stems(_context(hit))))
        text = hit.memory.text
        for place, sentence in enumerate(split(text)):
            quoted = text[sentence.start : sentence.end]
            stems = matcher.stems(readable(quoted))
            before = candidates[-1] if place else None
            back = before is not None and before.sentence.block == sentence.block and _points_back(stems, before.stems)
            candidates.append(Candidate(number, place, sentence, quoted, stems, matcher.matches(stems), back))
    weights = _weights(question, candidates)
    found = tuple(
        max(
            (*(candidate.matches[term] for candidate in candidates), *(context[term] for context in contexts)),
            default=0.0,
        )
        for term in range(len(question.terms))
    )
    passages = _measure_lexically(question, candidates, contexts, weights, hits)
    return Pool(question, tuple(candidates), weights, found, passages)


def add_dense(pool: Pool, similarities: Mapping[int, float]) -> None:
    """Add the likeness in meaning, by place in the pool; what was not embedded counts as the least seen.

    A passage that recall did not compare in meaning counts as its best sentence does.
    """
    least = min(similarities.values(), default=0.0)
    of_hit: dict[int, float] = {}
    for number, candidate in enumerate(pool.candidates):
        value = similarities.get(number, least)
        candidate.figures["dense"] = value
        of_hit[candidate.hit] = max(value, of_hit.get(candidate.hit, value))
    for candidate in pool.candidates:
        candidate.figures.setdefault("hit_dense", of_hit[candidate.hit])


def coverage(matches: Sequence[float], weights: Sequence[float]) -> float:
    """Share of the question's weight that is matched, 0 to 1."""
    return sum(match * weight for match, weight in zip(matches, weights, strict=True))


def _measure_lexically(
    question: Question,
    candidates: Sequence[Candidate],
    contexts: Sequence[tuple[float, ...]],
    weights: tuple[float, ...],
    hits: Sequence[Hit],
) -> tuple[float, ...]:
    passages: list[float] = []
    by_hit: dict[int, list[Candidate]] = {}
    for candidate in candidates:
        by_hit.setdefault(candidate.hit, []).append(candidate)
    top_score = max((hit.score for hit in hits), default=0.0)
    for number, hit in enumerate(hits):
        own = by_hit.get(number, [])
        context = contexts[number]
        headings = _headings(hit)
        whole = _best([context, *(candidate.matches for candidate in own)], len(weights))
        passages.append(coverage(whole, weights))
        for place, candidate in enumerate(own):
            around = _best([other.matches for other in _beside(own, place)], len(weights))
            meant = own[place - 1].matches if candidate.points_back else (0.0,) * len(weights)
            matched = candidate.matches
            widened = tuple(
                max(here, _MEANT * before, _AROUND * near, _CONTEXT * above, _PASSAGE * anywhere)
                for here, before, near, above, anywhere in zip(matched, meant, around, context, whole, strict=True)
            )
            previous = own[place - 1] if place else None
            led = previous is not None and previous.sentence.kind == "heading"
            figures = candidate.figures
            figures["coverage"] = coverage(matched, weights)
            figures["wide_coverage"] = coverage(widened, weights)
            figures["passage_coverage"] = passages[number]
            figures["led_coverage"] = coverage(previous.matches, weights) if led and previous is not None else 0.0
            figures["pairs"] = _pairs(question, candidate)
            figures["sharp_missing"] = _missing(question, widened, weights, sharp=True)
            typed = question.wanted in _TYPED
            figures["typed_missing"] = _missing(question, widened, weights, sharp=False) if typed else 0.0
            figures["rank"] = 1.0 / (1.0 + number)
            figures["score"] = hit.score / top_score if top_score > 0 else 0.0
            wanted = question.wanted
            has = wanted is not None and holds(wanted, candidate.text, candidate.stems, question)
            figures["holds"] = 1.0 if has else 0.0
            figures["lacks"] = 1.0 if wanted is not None and not has else 0.0
            figures["lacks_exact"] = figures["lacks"] if question.exact else 0.0
            figures["lacks_name"] = figures["lacks"] if wanted is Wanted.NAME else 0.0
            figures["lacks_figure"] = figures["lacks"] if wanted in (Wanted.NUMBER, Wanted.DATE) else 0.0
            counting = bool(question.units or question.dimensions) or question.sized
            counted = counting and counts(question, candidate.text, candidate.stems)
            figures["counts"] = 1.0 if counted else 0.0
            figures["miscounts"] = 1.0 if counting and not counted else 0.0
            figures["unmeasured"] = 1.0 if unmeasured(question, candidate.text, counted=counted) else 0.0
            figures["unnamed"] = _unnamed(question, own, place)
            if "dense" in hit.scores:
                figures["hit_dense"] = hit.scores["dense"]
            figures["news"] = sum(1 for one in candidate.stems if one not in question.stems and one not in _STOP_STEMS)
            count = len(candidate.stems)
            figures["short"] = max(0.0, 1.0 - count / 6.0)
            figures["long"] = max(0.0, math.log(max(count, 1) / 30.0))
            figures["asks"] = 1.0 if candidate.text.rstrip("\"'”’»)]*_ ").endswith(("?", "？", "؟")) else 0.0
            kind = "heading" if _same_words(candidate.text, headings) else candidate.sentence.kind
            for known in ("heading", "fragment", "item", "row", "code"):
                figures[known] = 1.0 if kind == known else 0.0
    return tuple(passages)


def _context(hit: Hit) -> str:
    source = hit.memory.source
    heading = source.heading if isinstance(source, DocumentSource) else ()
    return " \n".join(part for part in (hit.memory.title or "", *heading, hit.memory.speaker or "") if part)


def _headings(hit: Hit) -> frozenset[str]:
    """Lines that name a passage and say nothing. The title of a note or of pasted text is often what it says itself."""
    source = hit.memory.source
    if not isinstance(source, DocumentSource):
        return frozenset()
    named = source.heading if source.path.startswith(_PASTED) else (hit.memory.title or "", *source.heading)
    lines = {_plain(line) for name in named for line in name.splitlines()}
    return frozenset(lines - {_plain(hit.memory.text)})


def _unnamed(question: Question, own: Sequence[Candidate], place: int) -> float:
    """Share of the words for somebody whose name is asked that stand neither in the sentence nor beside it."""
    if not question.named:
        return 0.0
    near = {one for candidate in own[max(0, place - 1) : place + 2] for one in candidate.stems}
    missing = [one for one in question.named if max((likeness(one, other) for other in near), default=0.0) < _LIKE]
    return len(missing) / len(question.named)


def _beside(own: Sequence[Candidate], place: int) -> Sequence[Candidate]:
    return (*own[max(0, place - 1) : place], *own[place + 1 : place + 2])


def _points_back(stems: tuple[str, ...], before: tuple[str, ...]) -> bool:
    """Whether a sentence begins with a pronoun, or with "the" and a word of the sentence before."""
    if not stems:
        return False
    return stems[0] in _POINTING_STEMS or (stems[0] == "the" and len(stems) > 1 and stems[1] in before)


def _same_words(text: str, headings: frozenset[str]) -> bool:
    """Whether a line is one of the headings above it, as in formats that do not mark them."""
    return len(text) <= _LONGEST_HEADING and _plain(text) in headings


def _plain(text: str) -> str:
    return " ".join(words(text))


class _Matcher:
    """Stems and likenesses of one question, each computed once."""

    def __init__(self, question: Question) -> None:
        self._terms = tuple(term.stem for term in question.terms)
        self._stems: dict[str, str] = {}
        self._rows: dict[str, tuple[float, ...] | None] = {}

    def stems(self, text: str) -> tuple[str, ...]:
        found = []
        for word in words(text):
            stemmed = self._stems.get(word)
            if stemmed is None:
                stemmed = self._stems[word] = stem(word)
            found.append(stemmed)
        return tuple(found)

    def matches(self, stems: tuple[str, ...]) -> tuple[float, ...]:
        rows = [row for row in map(self._row, frozenset(stems)) if row is not None]
        return _best(rows, len(self._terms))

    def _row(self, stemmed: str) -> tuple[float, ...] | None:
        """Likeness of one stem to every term; None where there is none."""
        if stemmed not in self._rows:
            row = tuple(likeness(term, stemmed) for term in self._terms)
            self._rows[stemmed] = row if any(row) else None
        return self._rows[stemmed]


def _weights(question: Question, candidates: Sequence[Candidate]) -> tuple[float, ...]:
    total = len(candidates)
    holding: Counter[int] = Counter()
    for candidate in candidates:
        holding.update(number for number, match in enumerate(candidate.matches) if match >= 0.5)
    raw = [
        term.weight * math.log(1.0 + (total + 1.0) / (holding[number] + 0.5))
        for number, term in enumerate(question.terms)
    ]
    scale = sum(raw)
    return tuple(weight / scale for weight in raw) if scale > 0 else ()


def _best(rows: Sequence[Sequence[float]], width: int) -> tuple[float, ...]:
    return tuple(max((row[column] for row in rows), default=0.0) for column in range(width))


def _pairs(question: Question, candidate: Candidate) -> float:
    """Share of the neighbouring terms of the question that stand near each other in the sentence too."""
    terms = question.terms
    if len(terms) < 2:
        return 0.0
    places: dict[str, list[int]] = {}
    for place, stemmed in enumerate(candidate.stems):
        places.setdefault(stemmed, []).append(place)
    near = 0
    for one, other in itertools.pairwise(terms):
        here, there = places.get(one.stem, ()), places.get(other.stem, ())
        near += any(abs(left - right) <= _NEAR for left in here for right in there)
    return near / (len(terms) - 1)


def _missing(question: Question, matches: Sequence[float], weights: Sequence[float], *, sharp: bool) -> float:
    """Share of the weight of names and numbers asked for, or of the other words, that is not matched."""
    chosen = [
        (weight, match)
        for term, weight, match in zip(question.terms, weights, matches, strict=True)
        if term.sharp is sharp and (sharp or term.weight >= 1.0)
    ]
    whole = sum(weight for weight, _ in chosen)
    return sum(weight for weight, match in chosen if match < _UNMATCHED) / whole if whole > 0 else 0.0
