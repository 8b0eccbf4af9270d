"""What a question asks for: its language, the words that matter in it, and the kind of thing an answer must hold."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from engine.agent.dimensions import Dimension, asked
from engine.agent.lexicon import (
    MEASURES,
    STOP_WORDS,
    WEAK_WORDS,
)
from engine.agent.terms import stem, words


class Wanted(StrEnum):
    """The kind of thing that an answer must hold."""

    DATE = "date"
    NUMBER = "number"
    NAME = "name"
    PLACE = "place"
    REASON = "reason"


@dataclass(frozen=True, slots=True)
class Term:
    """One word of a question that its answer may repeat.

    Attributes:
        stem: Its light stem.
        weight: 1, less for words that answers seldom repeat, more for names and numbers.
        sharp: A name or a number: what speaks of another one does not answer.
    """

    stem: str
    weight: float
    sharp: bool


@dataclass(frozen=True, slots=True)
class Question:
    """One question, read.

    Attributes:
        text: As it was asked.
        language: `ru`, `en`, or `""` where it is neither.
        terms: In the order of the question, each stem once.
        wanted: What an answer must hold, or None where that is open.
        stems: Every stem of the question, stop words included.
        units: Stems of what is counted: "how many years", "сколько пассажиров".
        sized: A duration, length, weight or another quantity with a unit is asked for: "how long", "как долго".
        measured: What is counted is a unit of measure, which answers seldom leave out.
        priced: A sum of money is asked for.
        exact: By that very word a name, a number or a date is asked for ("which year", "how many", "the name of"), and
            nothing else can be meant.
        dimensions: The kinds of quantity of which one is asked for, as far as the question tells.
        named: Stems of whose name is asked: "the name of the captain", "как зовут собаку".
    """

    text: str
    language: str
    terms: tuple[Term, ...]
    wanted: Wanted | None
    stems: frozenset[str]
    units: tuple[str, ...] = ()
    sized: bool = False
    measured: bool = False
    priced: bool = False
    exact: bool = False
    dimensions: frozenset[Dimension] = frozenset()
    named: tuple[str, ...] = ()


_CYRILLIC = re.compile(r"[А-Яа-яЁё]")
_LATIN = re.compile(r"[A-Za-z]")
_ENGLISH = re.compile(
    r"\b(?:the|a|an|is|are|was|were|do|does|did|what|which|who|whom|whose|when|where|why|how|of|in|to|for|and|my|can|has|"
    r"have|had|will|should|if|it|on|with|by|at|from|be)\b",
    re.IGNORECASE,
)
_SIZES = (
    "many much big tall long far deep old often high large fast strong wide heavy thick hot cold soon early late"
).replace(" ", "|")
_MEASURES = (
    "percentage percent share rate price cost fee amount number size length height width depth weight age population "
    "temperature speed distance limit salary pay penalty fine total area port maximum minimum score"
).replace(" ", "|")
_RUSSIAN_MEASURES = (
    "длин высот ширин глубин цен стоимост размер вес возраст скорост температур площад численност дол процент срок "
    "сумм зарплат плат штраф порт числ количеств населени"
).replace(" ", "|")
_OPENING = (
    r"(?:^\W*(?:(?:and|but|so|since|until|till|by|from|to|at|for|with|а|и|но|с|до|от|к|у|для|на|за|о|об|в|по)\s+){0,2}"
    r"|[,;]\s+(?=\w+ (?:do|does|did|is|are|was|were|can|could|will|would|should|has|have|had|may)\b))"
)
"""Where a question word asks: at the beginning, or behind a comma and before an auxiliary; elsewhere it only joins."""


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


_WANTED: tuple[tuple[Wanted, re.Pattern[str]], ...] = (
    (
        Wanted.DATE,
        _any(
            rf"{_OPENING}when\b",
            r"\b(?:what|which) (?:year|date|day|month|century|time)\b",
            rf"{_OPENING}когда\b",
            r"\bв како[мй] (?:году|месяце|веке|день)\b",
            r"\b(?:какого|какое|какому) (?:числ|срок|дн)\w*",
            r"\bво сколько\b",
            r"\bв котором часу\b",
            r"\bдата\b",
        ),
    ),
    (
        Wanted.NUMBER,
        _any(
            rf"\bhow (?:{_SIZES})\b",
            rf"\b(?:what|which)(?:'s| is| was| are| were)? (?:the |its |their )?(?:\w+ ){{0,3}}(?:{_MEASURES})\b",
            r"\b(?:на)?сколько\b",
            r"\bкак (?:долго|часто|далеко|глубоко|быстро)\b",
            rf"\bкак(?:ая|ой|ую|ов|ова|ово) (?:\w+ ){{0,2}}(?:{_RUSSIAN_MEASURES})\w*",
        ),
    ),
    (
        Wanted.REASON,
        _any(
            r"\bwhy\b", r"\bwhat caused\b", r"\bfor what reason\b", r"\bпочему\b", r"\bзачем\b", r"\bпо какой причине\b"
        ),
    ),
    (
        Wanted.NAME,
        _any(
            rf"{_OPENING}who(?:m|se)?\b",
            r"\b(?:what|which) (?:is|was) the (?:\w+ ){0,3}name\b",
            rf"{_OPENING}(?:кто|кого|кому|кем|чей|чья|чьё)\b",
            r"\bкак(?:ое|ово)? (?:имя|зовут|звали|назвали)\b",
        ),
    ),
    (Wanted.PLACE, _any(rf"{_OPENING}where\b", rf"{_OPENING}(?:где|куда|откуда)\b")),
)
_COUNTED = re.compile(
    r"\b(?:how (?:many|much)|сколько)\s+"
    r"(?:(?:different )?(?:kind|type|sort|piece|pair|species)s? of\s+|видов\s+|типов\s+)?"
    r"(?P<what>[\w'’-]+(?:\s+[\w'’-]+)?)",
    re.IGNORECASE,
)
_SIZED = _any(
    r"\bhow (?:big|tall|long|far|deep|old|high|large|fast|strong|wide|heavy|thick|hot|cold|soon|late)\b",
    r"\b(?:как (?:долго|далеко|глубоко|быстро|скоро|высоко)|сколько времени)\b",
    r"\bкак(?:ой|ая|ова|ов) (?:\w+ ){0,2}(?:длин|высот|ширин|глубин|вес|возраст|скорост|температур|срок|площад)\w*",
)
_PRICED = _any(
    r"\bhow much\b.*\b(?:costs?|pay|paid|charged?|fee|worth|earn|salary)\b",
    r"\b(?:price|cost|fee|salary|wage) (?:of|for)\b",
    r"\b(?:сколько (?:стоит|стоил[аои]?|стоят|платят|платить)|цен[аыу]|стоимость|зарплат\w*)\b",
)
_EXACT = _any(
    r"\b(?:what|which) (?:year|date|day|month|century)\b",
    r"\bhow many\b",
    r"\b(?:what|which) (?:is|was|are|were) the (?:\w+ ){0,2}names?\b",
    r"\bв како[мй] (?:году|месяце|веке|день)\b",
    r"\bкакого числа\b",
    r"\bсколько (?!времени|стоит|стоят|стоил)",
    r"\bкак(?:ое|ово)? (?:имя|зовут|звали)\b",
)
_NAME_OF = re.compile(
    r"\bnames? of (?P<whose>(?:(?!(?:of|in|at|on|that|which|who|whose|from|by|is|was|are|were)\b)[\w'’-]+\s*){1,5})"
    r"|\bкак (?:зовут|звали|назвали) (?P<whom>(?:[\w-]+\s*){1,2})",
    re.IGNORECASE,
)
_PROPER = re.compile(r"(?<![.!?…\n] )(?<!^)(?<![\"“«(\[])\b[A-ZА-ЯЁ][\w’'-]+")


def read(text: str) -> Question:
    """Read a question.

    Args:
        text: The question in any language.

    Returns:
        Its reading. `terms` is empty where nothing but stop words was said.
    """
    seen: dict[str, Term] = {}
    surface = _surface_forms(text)
    everything: set[str] = set()
    for word in words(text):
        stemmed = stem(word)
        everything.add(stemmed)
        if word in STOP_WORDS or stemmed in seen or (len(word) == 1 and not word.isdigit() and word.isascii()):
            continue
        sharp = word in surface or any(character.isdigit() for character in word)
        weight = 0.35 if word in WEAK_WORDS else 1.2 if sharp else 1.0
        seen[stemmed] = Term(stemmed, weight, sharp)
    return Question(
        text=text,
        language=language(text),
        terms=tuple(seen.values()),
        wanted=next((wanted for wanted, pattern in _WANTED if pattern.search(text)), None),
        stems=frozenset(everything),
        units=_units(text),
        sized=_SIZED.search(text) is not None,
        measured=_measured(text),
        priced=_PRICED.search(text) is not None,
        exact=_EXACT.search(text) is not None,
        dimensions=asked(text),
        named=_named(text),
    )


def language(text: str) -> str:
    """`ru` for Cyrillic, `en` for Latin letters with an English word among them, else nothing."""
    cyrillic, latin = len(_CYRILLIC.findall(text)), len(_LATIN.findall(text))
    if cyrillic > latin:
        return "ru"
    if latin and (_ENGLISH.search(text) or len(text.split()) <= 2):
        return "en"
    return "ru" if cyrillic else ""


def _units(text: str) -> tuple[str, ...]:
    found = _COUNTED.search(text)
    if found is None:
        return ()
    return tuple(stem(word) for word in words(found["what"]) if word not in STOP_WORDS)


def _measured(text: str) -> bool:
    found = _COUNTED.search(text)
    return found is not None and next(words(found["what"]), "") in MEASURES


def _named(text: str) -> tuple[str, ...]:
    found = _NAME_OF.search(text)
    if found is None:
        return ()
    return tuple(
        stem(word)
        for word in words(found["whose"] or found["whom"])
        if word not in STOP_WORDS and word not in WEAK_WORDS
    )


def _surface_forms(text: str) -> frozenset[str]:
    """The folded words that are written like names inside the question."""
    return frozenset(word for name in _PROPER.findall(text) for word in words(name))
