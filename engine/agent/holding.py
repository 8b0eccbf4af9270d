"""Whether a sentence holds the kind of thing that a question asks for."""

from __future__ import annotations

import re

from engine.agent.dimensions import held
from engine.agent.lexicon import DAY_WORDS, MEASURES, MONTH_STEMS, NUMBER_WORDS, PLACE_WORDS, REASON_WORDS, STOP_WORDS
from engine.agent.questions import Question, Wanted
from engine.agent.terms import likeness, stem, words

_SHORT_UNITS = frozenset(
    (
        "m",
        "km",
        "cm",
        "mm",
        "ft",
        "in",
        "yd",
        "kg",
        "g",
        "lb",
        "lbs",
        "h",
        "min",
        "s",
        "mph",
        "kts",
        "knots",
        "км",
        "см",
        "мм",
        "кг",
    )
)
_NUMBER = re.compile(r"[€$£₽]?\s?\d")
"""How the stem of a number begins; "ContentDocs30" is none."""
_NUMBER_STEMS = frozenset(stem(word) for word in NUMBER_WORDS)
_COUNTED_WITHIN = 5
_YEAR = re.compile(
    r"\b(?:1[0-9]{3}|20[0-9]{2})\b|\b\d{1,2}[./]\d{1,2}[./]\d{2,4}\b|\b\d{4}-\d{2}-\d{2}\b|\b\d{1,2}[:.]\d{2}\b"
)
_NAMES = re.compile(
    r"[A-ZА-ЯЁ][\w’'-]*\.?(?:\s+(?:(?:de|van|von|der|da|di|al|bin|ibn|фон|де)\s+)?[A-ZА-ЯЁ][\w’'-]*\.?)*"
)
_BEFORE_PLACES = re.compile(
    r"(?:\b(?:in|at|near|into|on|off|around|through|across|в|во|на|из|под|около|у|до)\s+(?:the\s+)?|[A-ZА-ЯЁ][\w’'-]+,\s+)$",
)
_MONTH_SHORT = re.compile(r"\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|ма[йя])\b\.?")
_UNITS = "|".join(sorted(MEASURES | _SHORT_UNITS, key=len, reverse=True))
_QUANTITY = re.compile(
    rf"(?:\d[\d.,/]*|\b(?:{'|'.join(sorted(NUMBER_WORDS))}))[\s-]*(?:[\w-]+\s+){{0,2}}?(?:{_UNITS})\b|\d\s?[%°]",
    re.IGNORECASE,
)
_MONEY = re.compile(
    r"[$€£₽¥]|\b(?:dollars?|euros?|cents?|pounds?|shillings?|usd|eur|free|gratis)\b"
    r"|\b(?:руб\w*|доллар\w*|евро|копе\w*|бесплатн\w*)",
    re.IGNORECASE,
)


def holds(wanted: Wanted, sentence: str, stems: tuple[str, ...], asked: Question) -> bool:
    """Whether a sentence holds the kind of thing wanted, beyond what the question itself says.

    Args:
        wanted: The kind.
        sentence: The sentence as it stands.
        stems: Its stems in order.
        asked: The question.
    """
    lowered = sentence.casefold().replace("ё", "е")
    tokens = set(words(sentence))
    if wanted is Wanted.NUMBER:
        fresh = any(_NUMBER.match(one) and one not in asked.stems for one in stems)
        return fresh or bool((tokens & NUMBER_WORDS) - asked.stems)
    if wanted is Wanted.DATE:
        dated = (
            _YEAR.search(sentence) or _MONTH_SHORT.search(sentence) or any(month in lowered for month in MONTH_STEMS)
        )
        return bool(dated) or (bool(tokens & DAY_WORDS) and not (tokens & DAY_WORDS) <= asked.stems)
    if wanted is Wanted.NAME:
        return any(_is_fresh_name(found, sentence, asked) for found in _NAMES.finditer(sentence))
    if wanted is Wanted.PLACE:
        return bool(tokens & PLACE_WORDS)
    return bool(tokens & REASON_WORDS)


def _is_fresh_name(found: re.Match[str], sentence: str, asked: Question) -> bool:
    """Whether a run of capitalised words may be a person or maker that the question does not name.

    A single word at the beginning of a sentence says nothing; what follows "in" or "Paris," is a place; months and days
    are none.
    """
    run = found.group().split()
    before = sentence[: found.start()].rstrip(' "“«(„')
    opens = before.endswith((".", "!", "?", "…", ":", "\n")) or not any(map(str.isalnum, before))
    if opens and run[0].casefold() in STOP_WORDS:
        run = run[1:]
    if not run or (opens and len(run) == 1) or _BEFORE_PLACES.search(sentence[: found.start()]):
        return False
    folded = [word for name in run for word in words(name)]
    return any(
        stem(word) not in asked.stems and word not in DAY_WORDS and not word.startswith(MONTH_STEMS) and len(word) > 1
        for word in folded
    )


def counts(asked: Question, sentence: str, stems: tuple[str, ...]) -> bool:
    """Whether a fresh number stands near what the question counts, or a quantity where it asks for one."""
    if asked.dimensions:
        return held(asked.dimensions, sentence)
    if asked.sized:
        return _QUANTITY.search(sentence) is not None
    numbers = [
        place
        for place, one in enumerate(stems)
        if (one[:1].isdigit() or one in _NUMBER_STEMS) and one not in asked.stems
    ]
    if not numbers:
        return False
    counted = [place for place, one in enumerate(stems) if any(likeness(unit, one) >= 0.5 for unit in asked.units)]
    return any(abs(number - place) <= _COUNTED_WITHIN for number in numbers for place in counted)


def unmeasured(asked: Question, sentence: str, *, counted: bool) -> bool:
    """Whether a sum or a number of units is asked for and the sentence holds none."""
    return ((asked.measured or bool(asked.dimensions)) and not counted) or (
        asked.priced and _MONEY.search(sentence) is None
    )
