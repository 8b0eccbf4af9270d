"""A session in short: its topic and day as the title, and who said what, in the words of those who said it."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import datetime

from engine.memory.analysis import guess_language
from engine.memory.consolidation.language import Language
from engine.memory.consolidation.naming import Namer
from engine.memory.store.episode_queries import Turn
from engine.memory.store.memories import from_us

SENTENCES = 14
"""Sentences of an episode at most, each from another turn. On LoCoMo, once the turns have cooled, five hits lead to
.64 of the evidence with so many, to .57 with 8."""

LONGEST = 2400
"""Characters of an episode."""

_FEWEST, _SHARE = 4, 0.5

_LONGEST_SENTENCE = 240
_TELLING = 3
"""A sentence with fewer words of the topic ("That's awesome!") counts less."""
_SAME_WORDS = 0.6
_OURS, _OTHERS = 0, 1
_WORD = re.compile(r"[^\W\d_]{3,}")
_MONTHS = {
    "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря".split(),  # noqa: SIM905
    "en": "January February March April May June July August September October November December".split(),  # noqa: SIM905
}
_OWNER = {"ru": "Вы", "en": "You"}


def tell(turns: Sequence[Turn], background: Sequence[str], language: Language) -> tuple[str, str]:
    """A session in short.

    Args:
        turns: In their order, at least one.
        background: What was said elsewhere.
        language: How texts are read.

    Returns:
        The title and the text.
    """
    namer = Namer(language, besides=sorted({turn.speaker for turn in turns if turn.speaker}))
    namer.add(_OURS, [turn.text for turn in turns])
    if background:
        namer.add(_OTHERS, background)
    spoken = "ru" if guess_language(" ".join(turn.text for turn in turns)[:2000]) == "ru" else "en"
    days = [_day(from_us(turn.occurred_at).astimezone(), spoken) for turn in (turns[0], turns[-1])]
    day = days[0] if days[0] == days[1] else f"{days[0]} – {days[1]}"
    topic = namer.name(_OURS)
    return day if topic == "…" else f"{topic}, {day}", _text(turns, namer, language, spoken)


def lines(turns: Sequence[Turn]) -> list[str]:
    """Turns as a model reads them."""
    spoken = "ru" if guess_language(" ".join(turn.text for turn in turns)[:2000]) == "ru" else "en"
    return [f"{_speaker(turn, spoken)}: {' '.join(turn.text.split())}" for turn in turns]


def _text(turns: Sequence[Turn], namer: Namer, language: Language, spoken: str) -> str:
    weights = namer.weights(_OURS)
    rated: list[tuple[float, int, str, frozenset[str]]] = []
    for place, turn in enumerate(turns):
        best: tuple[float, int, str, frozenset[str]] | None = None
        for sentence in language.sentences(turn.text):
            written = _cut(" ".join(sentence.split()))
            stems = frozenset(language.stem(word.casefold().replace("ё", "е")) for word in _WORD.findall(written))
            known = [weights[stem] for stem in stems if stem in weights]
            value = sum(known) / math.sqrt(len(stems) + 1) * min(1.0, len(known) / _TELLING)
            value *= 0.5 if written.endswith(("?", "？")) else 1.0
            if best is None or value > best[0]:
                best = (value, place, written, stems)
        if best is not None:
            rated.append(best)
    most = min(SENTENCES, max(_FEWEST, round(_SHARE * len(turns))))
    chosen: list[tuple[int, str, frozenset[str]]] = []
    length = 0
    for _, place, written, stems in sorted(rated, key=lambda one: (-one[0], one[1])):
        line = f"{_speaker(turns[place], spoken)}: {written}"
        repeated = any(len(stems & other) > _SAME_WORDS * min(len(stems), len(other)) for _, _, other in chosen)
        if (repeated and chosen) or length + len(line) > LONGEST:
            continue
        chosen.append((place, line, stems))
        length += len(line) + 1
        if len(chosen) == most:
            break
    return "\n".join(line for _, line, _ in sorted(chosen))


def _speaker(turn: Turn, spoken: str) -> str:
    return turn.speaker or _OWNER[spoken]


def _cut(written: str) -> str:
    return written if len(written) <= _LONGEST_SENTENCE else f"{written[: _LONGEST_SENTENCE - 1].rstrip()}…"


def _day(moment: datetime, spoken: str) -> str:
    return f"{moment.day} {_MONTHS[spoken][moment.month - 1]} {moment.year}"
