"""Cues of a text and its neighbours by which its importance is judged: a row of figures, the same for every language.

A cue says how a thing was said (a statement of its speaker, in the past tense, with a day and a name, in answer to a
question) rather than what was said, so that a judge trained on other people's conversations knows its owner's, too.
Counts enter as ln(1 + count).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.memory.promotion.lexicon import CATEGORIES
from engine.memory.promotion.texts import EMPTY, ReadText, WordCounts


@dataclass(frozen=True, slots=True)
class Passage:
    """One memory with its conversation around it.

    Attributes:
        number: Rises with the order in which memories came.
        text: What was read of it.
        previous: What was said before it in the same sitting, `EMPTY` if nothing.
        next: What was said behind it.
        place: From 0: how many texts of the sitting stand before it.
        length: Texts of the sitting.
    """

    number: int
    text: ReadText
    previous: ReadText = EMPTY
    next: ReadText = EMPTY
    place: int = 0
    length: int = 1


_WORDY: dict[str, Callable[[ReadText], float]] = {
    "words": lambda t: math.log1p(t.words),
    "stated words": lambda t: math.log1p(t.stated),
    "length": lambda t: min(t.stated / 30, 4.0),
    "sentences": lambda t: min(t.sentences / 4, 4.0),
    "share of questions": lambda t: t.questions / max(1, t.sentences),
    "ends with a question": lambda t: float(t.asks_last),
    "asks": lambda t: float(t.questions > 0),
    "exclamations": lambda t: min(t.exclamations / max(1, t.sentences), 3.0),
    "picture": lambda t: float(t.caption),
    "quotation": lambda t: float(t.quoted > 0),
    "digits": lambda t: math.log1p(t.digits),
    "names": lambda t: math.log1p(t.names),
    "reacts first": lambda t: float(t.reacts_first),
    "short": lambda t: float(t.stated < 8),
}

_AROUND = (
    "idf mass",
    "mean idf",
    "highest idf",
    "new words",
    "share of new words",
    "content share",
    "returning words",
    "asked before",
    "question right before",
    "words before",
    "words behind",
    "asked about it",
    "taken up behind",
    "taken up from before",
    "reacted to",
    "picture before",
    "picture behind",
    "opens",
    "early",
    "beginning",
    "place",
    "closing",
)

CUES: tuple[str, ...] = (*_WORDY, *CATEGORIES, *_AROUND)
"""Names of the columns."""

OPENING = 3.0
"""Texts of a sitting after which `beginning` has fallen to 1/e."""


def read_cues(passages: Sequence[Passage], words: WordCounts) -> NDArray[np.float64]:
    """The cues of passages. Shape (len(passages), len(CUES)), finite."""
    if not passages:
        return np.zeros((0, len(CUES)))
    return np.array([_row(passage, words) for passage in passages])


def _row(passage: Passage, words: WordCounts) -> list[float]:
    text = passage.text
    row = [cue(text) for cue in _WORDY.values()]
    row += map(math.log1p, text.counts)
    idf = [words.idf(word) for word in text.stems]
    mass = math.fsum(idf)
    count = max(1, len(idf))
    new = words.new_in(passage.number, text.stems)
    before, behind = passage.previous, passage.next
    last = max(1, passage.length - 1)
    row += (
        math.log1p(mass),
        mass / count,
        max(idf, default=0.0),
        math.log1p(new),
        new / count,
        len(idf) / max(1, text.words),
        math.log1p(words.returning(text.stems)),
        float(before.questions > 0),
        float(before.asks_last),
        math.log1p(before.words),
        math.log1p(behind.words),
        float(behind.questions > 0),
        math.log1p(words.mass(text.stems & behind.stems)),
        math.log1p(words.mass(text.stems & before.stems)),
        float(behind.reacts_first),
        float(before.caption),
        float(behind.caption),
        float(passage.place == 0),
        float(passage.place in (1, 2)),
        math.exp(-passage.place / OPENING),
        passage.place / last,
        float(passage.place >= passage.length - 4),
    )
    return row
