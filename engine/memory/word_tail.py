"""BM25 over the few records that the word index does not hold yet.

A commit of the word index flushes a dozen files: some milliseconds on an idle computer, a hundred on a busy one. A
recall waits for it only for a moment; what is missing then is read from the database and weighed here, by the same
stems and the same formula (k1 = 1.2, b = 0.75, as tantivy's), with how often a word occurs as the index knows it. What
the index does beyond that (a letter wrong, sections) comes with its next commit.
"""

from __future__ import annotations

import json
import math
import threading
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
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


@dataclass(frozen=True, slots=True)
class _Field:
    """The words of one field of a record, in order and counted."""

    terms: tuple[str, ...]
    counts: Counter[str]


@dataclass(frozen=True, slots=True)
class _Entry:
    """One changed record as the index will hold it; its neighbours are those of the moment it was read."""

    sequence: int
    layer: str
    kind: str
    body: _Field
    window: _Field


class WordTail:
    """Searches what is missing. Thread-safe; what was read once is kept until the index holds it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._guard = threading.Lock()
        self._entries: dict[int, _Entry] = {}

    def search(self, lexical: LexicalIndex, asked: Asked, *, target: int) -> WordHits:
        """What the word index finds, set right by the few changes up to `target` that it does not hold yet."""
        held = lexical.last_sequence  # before the search: what is committed between is weighed twice and found once
        found = lexical.search(asked.text, limit=asked.limit, phrases=asked.phrases, layer=asked.layer, kind=asked.kind)
        if not 0 < target - held <= MOST:
            return found
        words = lexical.words
        question = words.question(asked.text)
        changed = self._read(words, held) if question else None
        if not changed:
            return found
        living = {number: entry for number, entry in changed.items() if entry is not None}
        wanted = {
            number
            for number, entry in living.items()
            if asked.layer in (None, entry.layer) and asked.kind in (None, entry.kind)
        }
        exact = [words.question(phrase) for phrase in asked.phrases]
        bodies = {number: entry.body for number, entry in living.items()}
        windows = {number: entry.window for number, entry in living.items()}
        return WordHits(
            _merged(found.body, changed, _scores(words, BODY, bodies, question, exact), wanted, asked.limit),
            _merged(found.window, changed, _scores(words, WINDOW, windows, question, exact), wanted, asked.limit),
            found.section,
        )

    def _read(self, words: WordIndex, held: int) -> dict[int, _Entry | None] | None:
        """The records changed since, None for those that are gone; None at all where they are too many."""
        with self._database.read() as reader:
            changed = recall_queries.changed_numbers(reader, held, MOST + 1)
            if len(changed) > MOST:
                return None
            with self._guard:
                known = {
                    number: entry
                    for sequence, number, _ in changed
                    if (entry := self._entries.get(number)) is not None and entry.sequence == sequence
                }
            fresh = [number for _, number, alive in changed if alive and number not in known]
            living = recall_queries.words_of(reader, fresh)
            near = {n for word in living.values() for n in (word.previous, word.next) if n and n not in living}
            beside = recall_queries.words_of(reader, near)
        sequences = {number: sequence for sequence, number, _ in changed}
        known |= {
            number: _entry(words, word, sequences[number], {**beside, **living}) for number, word in living.items()
        }
        with self._guard:
            self._entries = known
        return {number: known.get(number) if alive else None for _, number, alive in changed}


def _entry(words: WordIndex, word: Words, sequence: int, around: Mapping[int, Words]) -> _Entry:
    place, own = said_of(word)
    near = [said_of(around[n])[1] for n in (word.previous, word.number, word.next) if n is not None and n in around]
    return _Entry(
        sequence=sequence,
        layer=word.layer,
        kind=word.kind,
        body=_field(words, "\n".join([place, own, " ".join(json.loads(word.tags))])),
        window=_field(words, "\n".join([place, *near])),
    )


def _field(words: WordIndex, text: str) -> _Field:
    terms = tuple(words.terms(text))
    return _Field(terms, Counter(terms))


def _scores(
    words: WordIndex, field: str, texts: Mapping[int, _Field], asked: Sequence[str], phrases: Sequence[Sequence[str]]
) -> dict[int, float]:
    """BM25 of the texts that hold a word of the query."""
    mean = max(1.0, sum(len(one.terms) for one in texts.values()) / max(1, len(texts)))
    total, known = words.occurrences(field, asked)
    total += len(texts)
    rarity = {}
    for word in asked:
        number_of = known[word] + sum(word in one.counts for one in texts.values())
        rarity[word] = math.log1p((max(total, number_of) - number_of + 0.5) / (number_of + 0.5))
    scores = {}
    for number, one in texts.items():
        dampened = _K1 * (1 - _B + _B * len(one.terms) / mean)
        score = sum(
            rarity[word] * count * (_K1 + 1) / (count + dampened) for word in asked if (count := one.counts[word])
        )
        for phrase in phrases:
            if len(phrase) > 1 and _holds(one.terms, phrase):
                score += _PHRASE_BOOST * sum(rarity.get(word, 0.0) for word in phrase)
        if score > 0:
            scores[number] = score
    return scores


def _holds(terms: Sequence[str], phrase: Sequence[str]) -> bool:
    """Whether the words stand one behind the other."""
    size = len(phrase)
    return any(list(terms[at : at + size]) == list(phrase) for at in range(len(terms) - size + 1))


def _merged(
    found: Mapping[int, float], old: Collection[int], newer: Mapping[int, float], wanted: set[int], limit: int
) -> dict[int, float]:
    """Best first: what the index holds of changed records is out of date."""
    scores = {number: score for number, score in found.items() if number not in old}
    scores |= {number: score for number, score in newer.items() if number in wanted}
    return dict(sorted(scores.items(), key=lambda item: -item[1])[:limit])
