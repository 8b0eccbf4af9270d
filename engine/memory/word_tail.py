"""BM25 over the few records that the word index does not hold yet.

A commit of the word index flushes a dozen files: some milliseconds on an idle computer, a hundred on a busy one. A
recall waits for it only for a moment; what is missing then is read from the database and weighed here, by the same
stems and the same formula (k1 = 1.2, b = 0.75, as tantivy's), with how often a word occurs as the index knows it. What
the index does beyond that (a letter wrong, sections) comes with its next commit.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.memory.lexical_index import BODY, WINDOW, WordIndex
from engine.memory.lexical_sync import LexicalIndex, WordHits, said_of
from engine.memory.store import recall_queries
from engine.memory.store.database import Database
from engine.memory.store.recall_queries import Words

MOST = 384
"""Changed records that are weighed so; where more wait, recall waits for the index instead."""

_K1, _B = 1.2, 0.75
_PHRASE_BOOST = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is searched.

    Attributes:
        text: The query.
        limit: Hits of each field at most.
        phrases: What comes first where it occurs word for word.
        layer: Only this layer.
        kind: Only this kind.
    """

    text: str
    limit: int
    phrases: tuple[str, ...] = ()
    layer: str | None = None
    kind: str | None = None


def search(lexical: LexicalIndex, database: Database, asked: Asked, *, target: int) -> WordHits:
    """What the word index finds, set right by the few changes up to `target` that it does not hold yet."""
    held = lexical.last_sequence  # looked at before the search: what is committed between is weighed twice, found once
    found = lexical.search(asked.text, limit=asked.limit, phrases=asked.phrases, layer=asked.layer, kind=asked.kind)
    return _with_tail(found, lexical.words, database, asked, held) if 0 < target - held <= MOST else found


def _with_tail(found: WordHits, words: WordIndex, database: Database, asked: Asked, held: int) -> WordHits:
    question = words.question(asked.text)
    if not question:
        return found
    with database.read() as reader:
        changed = recall_queries.changed_numbers(reader, held, MOST + 1)
        if not changed or len(changed) > MOST:
            return found
        living = recall_queries.words_of(reader, [number for _, number, alive in changed if alive])
        near = {n for word in living.values() for n in (word.previous, word.next) if n and n not in living}
        beside = recall_queries.words_of(reader, near)
    bodies, windows = _texts(living, beside)
    wanted = {
        number
        for number, word in living.items()
        if asked.layer in (None, word.layer) and asked.kind in (None, word.kind)
    }
    old = {number for _, number, _ in changed}
    exact = [words.question(phrase) for phrase in asked.phrases]
    return WordHits(
        _merged(found.body, old, _scores(words, BODY, bodies, question, exact), wanted, asked.limit),
        _merged(found.window, old, _scores(words, WINDOW, windows, question, exact), wanted, asked.limit),
        found.section,
    )


def _texts(living: Mapping[int, Words], beside: Mapping[int, Words]) -> tuple[dict[int, str], dict[int, str]]:
    """What stands in the fields of the records, by number."""
    said = {number: said_of(word) for number, word in {**beside, **living}.items()}
    bodies, windows = {}, {}
    for number, word in living.items():
        place, own = said[number]
        bodies[number] = "\n".join([place, own, " ".join(json.loads(word.tags))])
        windows[number] = "\n".join([place, *(said[n][1] for n in (word.previous, number, word.next) if n in said)])
    return bodies, windows


def _scores(
    words: WordIndex, field: str, texts: Mapping[int, str], asked: Sequence[str], phrases: Sequence[Sequence[str]]
) -> dict[int, float]:
    """BM25 of the texts that hold a word of the query."""
    terms = {number: words.terms(text) for number, text in texts.items()}
    counts = {number: Counter(found) for number, found in terms.items()}
    mean = max(1.0, sum(map(len, terms.values())) / max(1, len(terms)))
    total, known = words.occurrences(field, asked)
    total += len(texts)
    rarity = {}
    for word in asked:
        number_of = known[word] + sum(word in count for count in counts.values())
        rarity[word] = math.log1p((max(total, number_of) - number_of + 0.5) / (number_of + 0.5))
    scores = {}
    for number, count in counts.items():
        dampened = _K1 * (1 - _B + _B * len(terms[number]) / mean)
        score = sum(rarity[word] * count[word] * (_K1 + 1) / (count[word] + dampened) for word in asked)
        for phrase in phrases:
            if len(phrase) > 1 and _holds(terms[number], phrase):
                score += _PHRASE_BOOST * sum(rarity.get(word, 0.0) for word in phrase)
        if score > 0:
            scores[number] = score
    return scores


def _holds(terms: Sequence[str], phrase: Sequence[str]) -> bool:
    """Whether the words stand one behind the other."""
    size = len(phrase)
    return any(list(terms[at : at + size]) == list(phrase) for at in range(len(terms) - size + 1))


def _merged(
    found: Mapping[int, float], old: set[int], newer: Mapping[int, float], wanted: set[int], limit: int
) -> dict[int, float]:
    """Best first: what the index holds of changed records is out of date."""
    scores = {number: score for number, score in found.items() if number not in old}
    scores |= {number: score for number, score in newer.items() if number in wanted}
    return dict(sorted(scores.items(), key=lambda item: -item[1])[:limit])
