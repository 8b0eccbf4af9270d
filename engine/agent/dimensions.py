"""What kind of quantity a question asks for, and whether a sentence holds one: metres say how deep, tons do not."""

from __future__ import annotations

import re
from enum import StrEnum

from engine.agent.lexicon import NUMBER_WORDS


class Dimension(StrEnum):
    """A kind of quantity."""

    LENGTH = "length"
    TIME = "time"
    AGE = "age"
    MASS = "mass"
    TEMPERATURE = "temperature"
    SPEED = "speed"


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


_OF_WHAT = r"\b(?:what|which)(?:'s| is| was| are| were)? (?:the |its |their )?(?:\w+ ){0,2}"
_RUSSIAN = r"\bкак(?:ой|ая|ую|ов|ова|ово) (?:\w+ ){0,2}"
_ASKED: tuple[tuple[re.Pattern[str], frozenset[Dimension]], ...] = (
    (
        _any(
            r"\bhow (?:tall|deep|wide|thick)\b",
            rf"{_OF_WHAT}(?:height|depth|width|length|altitude)\b",
            r"\bна какой (?:высоте|глубине)\b",
            r"\bкак (?:глубоко|высоко)\b",
            rf"{_RUSSIAN}(?:длин|высот|ширин|глубин)",
        ),
        frozenset({Dimension.LENGTH}),
    ),
    (_any(r"\bhow long\b"), frozenset({Dimension.LENGTH, Dimension.TIME})),
    (_any(r"\bкак долго\b", r"\bсколько времени\b"), frozenset({Dimension.TIME})),
    (_any(r"\bhow old\b", r"\bсколько лет\s+(?!назад|прошло|подряд)"), frozenset({Dimension.AGE})),
    (_any(r"\bhow heavy\b", rf"{_OF_WHAT}weight\b", r"\bсколько весит\b"), frozenset({Dimension.MASS})),
    (
        _any(r"\b(?:what|which) temperature\b", rf"{_OF_WHAT}temperature\b", r"\bhow (?:hot|cold)\b", r"\bтемператур"),
        frozenset({Dimension.TEMPERATURE}),
    ),
    (_any(r"\bhow fast\b", rf"{_OF_WHAT}speed\b", rf"{_RUSSIAN}скорост"), frozenset({Dimension.SPEED, Dimension.TIME})),
)
_NUMBER = rf"(?:\d[\d.,/]*|\b(?:{'|'.join(sorted(NUMBER_WORDS))}))[\s-]*(?:[\w-]+\s+){{0,2}}?"
_UNITS: dict[Dimension, str] = {
    Dimension.LENGTH: (
        r"(?:m|km|cm|mm|ft|in|yds?|met(?:re|er)s?|kilomet(?:re|er)s?|centimet(?:re|er)s?|millimet(?:re|er)s?|miles?|feet"
        r"|foot|inch(?:es)?|yards?|fathoms?|leagues?|storeys?|stories|pages?|м|км|см|мм|метр\w*|километр\w*|сантиметр\w*"
        r"|миллиметр\w*|мил[ьия]\w*|этаж\w*)"
    ),
    Dimension.TIME: (
        r"(?:h|min|s|ms|seconds?|minutes?|hours?|days?|nights?|weeks?|months?|years?|decades?|centur(?:y|ies)|"
        r"секунд\w*|минут\w*|час\w*|дн(?:я|ей|и)|день|сут\w*|недел\w*|месяц\w*|год\w*|лет|век\w*|столети\w*)"
    ),
    Dimension.MASS: (
        r"(?:g|kg|mg|lbs?|oz|t|grams?|kilos?|kilograms?|pounds?|ounces?|tons?|tonnes?|г|кг|мг|т|грамм\w*|килограмм\w*"
        r"|тонн\w*|фунт\w*)"
    ),
    Dimension.SPEED: (
        r"(?:mph|kts?|knots?|km/h|kmh|m/s|(?:miles|kilomet(?:re|er)s|km|feet) (?:an|per|a)|км/ч|м/с|узл\w*)"
    ),
}
_HELD: dict[Dimension, re.Pattern[str]] = {
    dimension: re.compile(rf"{_NUMBER}{units}(?!\w)", re.IGNORECASE) for dimension, units in _UNITS.items()
}
_HELD[Dimension.AGE] = _any(
    r"\b(?:aged?|age of|at the age|born|возраст\w*|родил\w*|рожд\w*)\b",
    rf"{_NUMBER}(?:years?|centur(?:y|ies)|лет\w*|год\w*|век\w*)(?!\w)",
)
_HELD[Dimension.TEMPERATURE] = _any(
    r"\d\s?°", r"\d\s*(?:degrees?|deg\b|celsius|fahrenheit|градус)", r"\d\s?[CFK]\b", r"\b(?:freezing|boiling) point\b",
    r"\btemperature\b[^.]*\d", r"\d[^.]*\btemperature\b", r"температур\w*[^.]*\d",
)  # fmt: skip
_FOREVER = _any(
    r"\b(?:forever|always|permanent(?:ly)?|until|till|indefinite(?:ly)?|overnight|навсегда|бессрочн\w*|до)\b"
)


def asked(text: str) -> frozenset[Dimension]:
    """The kinds of quantity of which a question asks for one; empty where it asks for none that is known."""
    return next((dimensions for pattern, dimensions in _ASKED if pattern.search(text)), frozenset())


def held(dimensions: frozenset[Dimension], sentence: str) -> bool:
    """Whether a sentence holds a quantity of one of these kinds."""
    if any(_HELD[dimension].search(sentence) for dimension in dimensions):
        return True
    return Dimension.TIME in dimensions and _FOREVER.search(sentence) is not None
