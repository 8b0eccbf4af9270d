"""What a query asks for beside its words: a quoted phrase, a time, the past."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from engine.memory.analysis import guess_language

_QUOTED = re.compile(r"[\"“”„«»]([^\"“”„«»]{2,200})[\"“”„«»]")

_CAPITALISED = re.compile(r"\b[^\W\d_a-zа-яё][^\W\d_]+")

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan январь января январе",
            "february feb февраль февраля феврале",
            "march mar март марта марте",
            "april apr апрель апреля апреле",
            "may май мая мае",
            "june jun июнь июня июне",
            "july jul июль июля июле",
            "august aug август августа августе",
            "september sep sept сентябрь сентября сентябре",
            "october oct октябрь октября октябре",
            "november nov ноябрь ноября ноябре",
            "december dec декабрь декабря декабре",
        ),
        start=1,
    )
    for name in names.split()
}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_ISO = re.compile(r"\b((?:19|20)\d\d)-(\d\d)(?:-(\d\d))?\b")
_DOTTED = re.compile(r"\b(\d{1,2})\.(\d{1,2})\.((?:19|20)\d\d)\b")
_DAY_FIRST = re.compile(rf"\b(\d{{1,2}})(?:st|nd|rd|th)?(?: of)? ({_MONTH})\.?,?(?: ((?:19|20)\d\d))?\b")
_MONTH_FIRST = re.compile(rf"\b({_MONTH})\.? (\d{{1,2}})(?:st|nd|rd|th)?\b,?(?: ((?:19|20)\d\d))?")
_MONTH_YEAR = re.compile(rf"\b({_MONTH})\.?,? ((?:19|20)\d\d)\b")
_YEAR = re.compile(r"\b(?:in|during|since|of|в|за) ((?:19|20)\d\d)\b")
_DATES = ((_ISO, "ymd"), (_DOTTED, "dmy"), (_DAY_FIRST, "dmy"), (_MONTH_FIRST, "mdy"), (_MONTH_YEAR, "my"))
"""Patterns and what their groups are. Each needs a digit."""

_RELATIVE = {
    "today": (0, 1),
    "сегодня": (0, 1),
    "yesterday": (1, 1),
    "вчера": (1, 1),
    "позавчера": (2, 1),
    "last week": (13, 14),
    "this week": (6, 7),
    "на прошлой неделе": (13, 14),
    "на этой неделе": (6, 7),
    "last month": (61, 62),
    "в прошлом месяце": (61, 62),
}
"""Words -> how many days before today the time begins, and how many days it lasts."""

_ANY_RELATIVE = re.compile(rf"\b(?:{'|'.join(_RELATIVE)})\b")
_DIGIT = re.compile(r"\d")

_PAST = re.compile(
    r"\b(used to|formerly|previously|originally|at first|back then|earlier|in the past|before that|first time|"
    r"раньше|прежде|когда-то|сначала|изначально|тогда|впервые|в прошлом)\b"
)


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of time, in microseconds since 1970 UTC: from `start` up to, not including, `end`."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Query:
    """A query understood.

    Attributes:
        text: As it was given.
        phrases: What stands in quotation marks.
        names: Words that may be names of people, folded: those that begin with a capital letter.
        period: The time that it names, if any.
        past: It asks about the past, so that what is new has no claim to come first.
        language: ISO 639-1 code; see `analysis.guess_language`.
    """

    text: str
    phrases: tuple[str, ...]
    names: frozenset[str]
    period: Period | None
    past: bool
    language: str


def understand(text: str, *, now: datetime) -> Query:
    """Read a query. `now` is aware; days are days in its time zone."""
    period = find_period(text, now=now)
    return Query(
        text=text,
        phrases=tuple(phrase.strip() for phrase in _QUOTED.findall(text) if phrase.strip()),
        names=frozenset(word.casefold() for word in _CAPITALISED.findall(text)),
        period=period,
        past=period is not None or _PAST.search(text.casefold()) is not None,
        language=guess_language(text),
    )


def find_period(text: str, *, now: datetime) -> Period | None:
    """The first time that a text names in English or Russian: a day, a month, a year, or "yesterday" and the like."""
    lower = text.casefold()
    for pattern, order in _DATES if _DIGIT.search(lower) else ():
        found = pattern.search(lower)
        if found is None:
            continue
        parts = dict(zip(order, found.groups(), strict=False))
        month_text = parts["m"]
        month = _MONTHS.get(month_text) or int(month_text)
        day = parts.get("d")
        year = int(parts["y"]) if parts.get("y") else _last_year_with(month, int(day or 1), now)
        period = _calendar(year, month, int(day) if day else None, now)
        if period is not None:
            return period
    year_only = _YEAR.search(lower)
    if year_only is not None:
        return _calendar(int(year_only.group(1)), None, None, now)
    if not _ANY_RELATIVE.search(lower):
        return None
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    for words, (back, days) in _RELATIVE.items():
        if re.search(rf"\b{words}\b", lower):
            start = midnight - timedelta(days=back)
            return Period(_us(start), _us(start + timedelta(days=days)))
    return None


def _last_year_with(month: int, day: int, now: datetime) -> int:
    return now.year if (month, day) <= (now.month, now.day) else now.year - 1


def _calendar(year: int, month: int | None, day: int | None, now: datetime) -> Period | None:
    try:
        start = datetime(year, month or 1, day or 1, tzinfo=now.tzinfo or UTC)
    except ValueError:
        return None  # the 45th of May
    if day is not None:
        end = start + timedelta(days=1)
    elif month is not None:
        end = start.replace(year=year + month // 12, month=month % 12 + 1)
    else:
        end = start.replace(year=year + 1)
    return Period(_us(start), _us(end))


def _us(moment: datetime) -> int:
    return round(moment.timestamp()) * 1_000_000
