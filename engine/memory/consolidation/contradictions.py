"""Whether a newer statement says otherwise than an older one, and in which respect.

Precision comes first: what is wrongly superseded is hidden. So both must be single plain sentences (`statements.py`)
about the same thing in the same respect, and their values must exclude each other: other numbers of the same unit,
another time, another name, the same words denied. A value that is part of the other ("Lisbon", "Lisbon, Portugal"), a
city beside a country, and rough figures exclude nothing. Measured on the pairs in `tests/data/consolidation`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from engine.memory.consolidation.language import Language, tokens
from engine.memory.consolidation.statement_words import (
    COUNTRIES,
    DAYS,
    FAVOURITE,
    FEELINGS_AGAINST,
    FEELINGS_FOR,
    MONTHS,
    NUMBERS,
    SINGLE,
    SINGLE_NAMES,
)
from engine.memory.consolidation.statements import Statement, read, stems_of
from engine.values import Kind

STATED_KINDS: frozenset[Kind] = frozenset({"fact", "decision", "note"})
"""What was said in passing (a message) is left as it was said."""

MOST_SENTENCES = 6
"""A newer memory of more sentences is a text, not a statement."""

_TIME = re.compile(
    r"(?<![\d:.,-])(\d{1,2})(?:[:.](\d\d))?\s*(a\.?m\.?|p\.?m\.?|o['’]?clock|утра|дня|вечера|ночи|час(?:ов|а)?)?(?![\d:]|[.,]\d)",
    re.IGNORECASE,
)
_AGE = frozenset({"year", "old", "лет", "год"})
_UNIT_WORDS = frozenset(["a", "an", "the", "of", "per", "in", "at", "on", "every", "each", "за", "в", "на"])
_NUMBER = re.compile(r"\d[\d  ]*(?:[.,:/-]\d+)*")
_NAMED = re.compile(r"^(?:(?:the|a|an)\s+)?[^\W\d_a-zа-яё]")


class Contradictions:
    """Compares statements by the rules of a language."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self._countries = frozenset(language.stem(word) for word in COUNTRIES)
        self._single = frozenset(language.stem(word) for word in SINGLE)
        self._liked = frozenset(language.stem(word) for word in FEELINGS_FOR)
        self._feelings = self._liked | frozenset(language.stem(word) for word in FEELINGS_AGAINST)
        self._single_names = frozenset(language.stem(word) for word in SINGLE_NAMES)

    def read(self, text: str) -> list[Statement]:
        """The statements of a memory; none where it is a longer text."""
        sentences = self._language.sentences(text)
        if not sentences or len(sentences) > MOST_SENTENCES:
            return []
        return [found for found in (read(sentence, self._language) for sentence in sentences) if found is not None]

    def tells(self, statement: Statement) -> bool:
        """Whether it is worth a search: it gives something a value, a feeling, denies it, or says that it changed."""
        return bool(statement.relation or statement.denied or statement.changed or statement.stems & self._feelings)

    def single(self, text: str) -> Statement | None:
        """The one statement that a memory consists of; None where it says more, which superseding it would hide."""
        if len(self._language.sentences(text)) != 1:
            return None
        found = self.read(text)
        return found[0] if found else None

    def reason(self, new: Sequence[Statement], old: Statement) -> str | None:
        """Why one of the newer statements supersedes the older one, in words without a word of either; None if not."""
        for statement in new:
            found = self._otherwise(statement, old)
            if found is not None:
                return found
        return None

    def _otherwise(self, new: Statement, old: Statement) -> str | None:
        if new.stems == old.stems and new.denied != old.denied:
            return "A newer memory says that this does not hold, or no longer."
        if not new.denied and not old.denied and self._turned(new, old):
            return "A newer memory tells the opposite feeling about it."
        if not new.relation or new.relation != old.relation or new.subject != old.subject:
            return self._is_at(new, old)
        if new.denied or old.denied:
            return None
        return self._other_value(new, old)

    def _is_at(self, new: Statement, old: Statement) -> str | None:
        """Whether "The meeting was moved to Friday" answers "The meeting starts on Monday"."""
        times = new.relation == "when" and old.relation.startswith("when") and new.changed
        if times and new.subject == old.subject and not new.denied and not old.denied:
            return self._other_time(new, old)
        return None

    def _turned(self, new: Statement, old: Statement) -> bool:
        feelings = [
            (found, statement.stems - found) for statement in (new, old) for found in [statement.stems & self._feelings]
        ]
        (one, things), (other, other_things) = feelings
        return (
            len(one) == len(other) == 1
            and things == other_things
            and len(things) >= 2
            and (one <= self._liked) != (other <= self._liked)
        )

    def _other_value(self, new: Statement, old: Statement) -> str | None:
        relation = new.relation.split(" ", 1)[0]
        one, other = self._value(new.value), self._value(old.value)
        if not one or not other or one <= other or other <= one:
            return None
        if relation in ("when", "open"):
            return self._other_time(new, old)
        if relation == "live":
            return self._other_place(new, old, one, other)
        if new.relation in ("name", "work"):
            named = _named(new.value) and _named(old.value)
            return (
                f"A newer memory tells another {'name' if relation == 'name' else 'place of work'}." if named else None
            )
        if new.relation == "work as":
            return "A newer memory tells other work."
        if relation == "работать":
            named = _named(new.value) and _named(old.value)
            return "A newer memory tells another place of work." if named and new.changed else None
        if relation == "decision":
            return (
                "A newer decision takes its place." if _named(_last(new.value)) and _named(_last(old.value)) else None
            )
        numbers = self._other_number(new, old)
        if numbers is not None:
            return numbers
        return self._other_attribute(new, old) if relation == "is" else None

    def _other_place(self, new: Statement, old: Statement, one: frozenset[str], other: frozenset[str]) -> str | None:
        if bool(one & self._countries) != bool(other & self._countries):
            return None
        if not _named(new.value) or not _named(old.value):
            return None
        first, second = (self._language.stem(_first(value)) for value in (new.value, old.value))
        return None if first == second else "A newer memory tells another place to live."

    def _other_number(self, new: Statement, old: Statement) -> str | None:
        one, other = _amount(new.value), _amount(old.value)
        if one is None or other is None or one[0] == other[0]:
            return None
        units, others = (stems_of(rest, self._language) - _UNIT_WORDS for _, rest in (one, other))
        same = units == others or (units and others and (units <= others or others <= units))
        bare = (units | others) <= _AGE or bool(new.subject & self._single)
        if not same and not (bare and (not units or not others)):
            return None
        return "A newer memory tells another number."

    def _other_time(self, new: Statement, old: Statement) -> str | None:
        one, other = _moment(new.value), _moment(old.value)
        days, dates, times = ((one[part], other[part]) for part in range(3))
        recurring = new.relation.startswith("open") or _plural_day(new.value) or _plural_day(old.value)
        if days[0] and days[1] and days[0] != days[1]:
            return None if recurring and not new.changed else "A newer memory tells another day."
        if dates[0] and dates[1] and not (dates[0] <= dates[1] or dates[1] <= dates[0]):
            return "A newer memory tells another date."
        if times[0] and times[1] and times[0].isdisjoint(times[1]) and days[0] == days[1]:
            return "A newer memory tells another time."
        return None

    def _other_attribute(self, new: Statement, old: Statement) -> str | None:
        if any(len(statement.value.split()) > 5 for statement in (new, old)):
            return None
        if new.subject & self._single:
            first = [tokens(statement.value)[:1] for statement in (new, old)]
            return None if ["a"] in first or ["an"] in first else "A newer memory tells another value of it."
        if new.subject & self._single_names:
            named = _named(new.value) and _named(old.value)
            return "A newer memory tells another name." if named else None
        favourite = "favourit" in new.subject or bool(FAVOURITE.search(" ".join(new.subject)))
        return "A newer memory tells another favourite." if favourite else None

    def _value(self, value: str) -> frozenset[str]:
        """A value's words made comparable: stems, numbers as digits, months and days by number."""
        return frozenset(_known(word) or self._language.stem(word) for word in tokens(value) if word not in _UNIT_WORDS)


def _known(word: str) -> str | None:
    return NUMBERS.get(word) or MONTHS.get(word) or DAYS.get(word)


def _named(value: str) -> bool:
    """Whether a value is a name, or begins with a number as an address may."""
    return bool(_NAMED.match(value)) or value[:1].isdigit()


def _first(value: str) -> str:
    found = tokens(value)
    return found[0] if found else ""


def _last(value: str) -> str:
    return value.rsplit(maxsplit=1)[-1]


def _amount(value: str) -> tuple[str, str] | None:
    """The one number of a value and what stands beside it; None where there is none, or more than one."""
    words = " ".join(NUMBERS.get(word.casefold(), word) for word in value.split())
    found = _NUMBER.findall(words)
    if len(found) != 1:
        return None
    number = re.sub(r"[\s ]", "", found[0]).replace(",", ".").rstrip(".")
    return number, _NUMBER.sub(" ", words)


def _moment(value: str) -> tuple[frozenset[str], frozenset[str], frozenset[int]]:
    """Week days, parts of dates, and the minutes of the day that a time may mean ("5" is 5:00 and 17:00)."""
    words = tokens(value)
    days = frozenset(DAYS[word] for word in words if word in DAYS)
    months = [place for place, word in enumerate(words) if word in MONTHS]
    dates = {MONTHS[words[place]] for place in months}
    for place in months:
        dates |= {word.rstrip(".,") for word in words[max(0, place - 1) : place + 3] if word.isdigit()}
    dates |= {
        word for word in words if re.fullmatch(r"(?:19|20)\d\d|\d+[./-]\d+(?:[./-]\d+)?", word) and ":" not in word
    }
    minutes: set[int] = set()
    if not dates:
        plain = " ".join(NUMBERS.get(word.casefold(), word) for word in value.split())
        for hour, minute, half in _TIME.findall(plain):
            minutes |= _minutes(int(hour), int(minute or 0), half.casefold().replace(".", ""), bool(minute))
    return days, frozenset(dates), frozenset(minutes)


def _minutes(hour: int, minute: int, half: str, exact: bool) -> set[int]:
    if hour > 24 or minute > 59:
        return set()
    if half in ("pm", "вечера", "дня") and hour < 12:
        hour += 12
    elif half in ("am", "ночи") and hour == 12:
        hour = 0
    elif not half.startswith(("am", "pm", "утра", "ночи", "вечера", "дня")) and hour < 12 and not (exact and hour == 0):
        return {hour * 60 + minute, (hour + 12) * 60 + minute}
    return {hour * 60 + minute}


def _plural_day(value: str) -> bool:
    return any(word in DAYS and word.endswith(("days", "ам", "ям")) for word in tokens(value))
