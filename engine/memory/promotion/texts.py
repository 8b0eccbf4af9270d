"""What is read out of a text once: its words by category, its content words, names, numbers, questions.

One pass over the text; nothing is kept of it but counts and word stems.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from engine.memory.promotion.lexicon import CATEGORIES, CATEGORY_OF, STOP

_CAPTION = re.compile(r"\[(?:image|photo|picture|фото)[^\]]{0,600}\]", re.IGNORECASE)
_TOKEN = re.compile(r"\d+(?:[.,:/]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)*|[.!?…。！？]+")
_QUOTED = re.compile(r"[\"“«][^\"”»]{2,60}[\"”»]")
_LONGEST = 4_000
"""Characters of a text that are read: what matters of a longer one stands in its beginning, and the time is bounded."""

_QUESTION_OR_END = frozenset(".!?…。！？")
_PAST = CATEGORIES.index("past")
_REACTION = CATEGORIES.index("reaction")
_ENDINGS = ("ing", "ed", "es", "s", "ами", "ями", "ого", "его", "ому", "ему", "ов", "ев", "ей", "ой", "ый", "ая", "ую")
_TWO_SIDED = frozenset(
    at for at, name in enumerate(CATEGORIES) if name in ("you", "reaction", "praise", "farewell", "greeting")
)
"""Categories that are counted in questions too; the others tell of facts only in statements."""


@dataclass(frozen=True, slots=True)
class ReadText:
    """What one text holds.

    Attributes:
        words: Words and numbers, captions of pictures left out.
        stated: Those of them in sentences that are no questions.
        sentences: Sentences.
        questions: Sentences that end with a question mark.
        exclamations: Exclamation marks.
        asks_last: The last sentence is a question.
        caption: There is the caption of a picture.
        quoted: Titles or words in quotation marks.
        digits: Numbers in digits.
        names: Words that begin with a capital inside a sentence.
        counts: Words by category, in the order of `CATEGORIES`.
        reacts_first: The first word is a reaction (`thanks`, `wow`).
        stems: Content words, stemmed, each once.
    """

    words: int
    stated: int
    sentences: int
    questions: int
    exclamations: int
    asks_last: bool
    caption: bool
    quoted: int
    digits: int
    names: int
    counts: tuple[int, ...]
    reacts_first: bool
    stems: frozenset[str]


EMPTY = ReadText(0, 0, 0, 0, 0, False, False, 0, 0, 0, (0,) * len(CATEGORIES), False, frozenset())


def read_text(text: str, speakers: Collection[str] = ()) -> ReadText:
    """Read one text.

    Args:
        text: The text; captions such as `[image: a dog]` are noted and left out.
        speakers: Names of those who talk, in lower case: a name that is only an address is neither content nor entity.
    """
    bare = _CAPTION.sub(" ", text[:_LONGEST])
    caption = len(bare) != len(text[:_LONGEST])
    counts = [0] * len(CATEGORIES)
    stems: set[str] = set()
    words = stated = sentences = questions = digits = names = 0
    asks_last = False
    sentence: list[str] = []
    first = ""
    for token in (*_TOKEN.findall(bare), "."):
        if token[0] not in _QUESTION_OR_END:
            sentence.append(token)
            continue
        if not sentence:
            asks_last = asks_last or "?" in token
            continue
        sentences += 1
        asks_last = "?" in token or "？" in token
        questions += asks_last
        if not asks_last:
            stated += len(sentence)
        for place, word in enumerate(sentence):
            lower = word.lower().replace("’", "'")
            first = first or lower
            if lower[0].isdigit():
                digits += 1
            elif place and word[0].isupper() and len(word) > 1 and lower not in speakers and word[1] not in "'’":
                names += 1
            own = CATEGORY_OF.get(lower, ())
            for at in own:
                if not asks_last or at in _TWO_SIDED:
                    counts[at] += 1
            if not asks_last and lower.endswith("ed") and len(lower) > 4 and _PAST not in own:
                counts[_PAST] += 1
            if len(lower) > 2 and lower not in STOP and lower not in speakers:
                stems.add(stem(lower))
        words += len(sentence)
        sentence = []
    return ReadText(
        words=words,
        stated=stated,
        sentences=sentences,
        questions=questions,
        exclamations=bare.count("!"),
        asks_last=asks_last,
        caption=caption,
        quoted=len(_QUOTED.findall(bare)),
        digits=digits,
        names=names,
        counts=tuple(counts),
        reacts_first=_REACTION in CATEGORY_OF.get(first, ()),
        stems=frozenset(stems),
    )


def stem(word: str) -> str:
    """A word without its commonest ending; enough to count `paint`, `paints` and `painting` together."""
    word = word.removesuffix("'s")
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word


class WordCounts:
    """In how many of the owner's texts a content word stands, and in which it stood first.

    `idf(w) = ln((n + 1) / (df(w) + 0.5))`, smoothed as in Robertson and Spärck Jones's weight (1976), so that a word of
    every text weighs about nothing and a new one ln(2 (n + 1)).
    """

    def __init__(self) -> None:
        """Nothing counted yet."""
        self.texts = 0
        self._df: dict[str, int] = {}
        self._first: dict[str, int] = {}

    def add(self, number: int, stems: Iterable[str]) -> None:
        """Count one text's content words; numbers rise with the time they were written."""
        self.texts += 1
        for word in stems:
            self._df[word] = self._df.get(word, 0) + 1
            if number < self._first.get(word, number + 1):
                self._first[word] = number

    def idf(self, word: str) -> float:
        """How telling a word is. Never below 0."""
        return max(0.0, math.log((self.texts + 1) / (self._df.get(word, 0) + 0.5)))

    def mass(self, words: Iterable[str]) -> float:
        """The summed idf of some words."""
        return math.fsum(map(self.idf, words))  # exact, so that a set's order changes nothing

    def new_in(self, number: int, words: Iterable[str]) -> int:
        """How many of these words no text before this one held."""
        return sum(self._first.get(word, number) >= number for word in words)

    def returning(self, words: Iterable[str]) -> int:
        """How many of these words stand in more than one text."""
        return sum(self._df.get(word, 0) > 1 for word in words)
