"""Words of a text made comparable: lower case, one spelling, light stems, pairs where a script puts no spaces.

The stems are light on purpose (endings of nouns, adjectives and common verb forms, after J. Savoy, "Light stemming
approaches for the French, Portuguese, German and Hungarian languages", 2006, and his Russian rules): sentences are
compared by likeness of stems as well, so what matters is that no two different words fall together.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_TOKEN = re.compile(r"[\w][\w'’]*(?:[-‐‑\u00ad.,/:]\w+)*[%€$£₽]?|[€$£₽]\s?\d[\d.,]*", re.UNICODE)
_PARTS = re.compile(r"[^\W_]+", re.UNICODE)
_WIDE = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u9fff\uac00-\ud7af\uf900-\ufaff]+")
_CYRILLIC = re.compile(r"[а-я]")

_RUSSIAN_ENDINGS = tuple(
    re.findall(
        r"\S+",
        """
        анного енного анный енный анная енная анное енное анные енные ались илось ился илась ется ится ются утся ятся
        иями ться лась лось лись ями ами иям ием иях ией ого его ому ему ыми ими лся тся ешь ишь ете ите ала ила ело
        али или ыла ыли ать ять ить еть ыть уть ано ено аны ены ана ена ую юю ая яя ое ее ые ие ый ий ой ей ов ев ам
        ям ах ях ом ем ою ею ия ья ии ьи ию ью ет ит ут ют ат ят ла ло ли ть ал ил ел ан ен ы и а я о е у ю ь й л
        """,
    )
)
"""Longest first."""
_VOWELS = frozenset("aeiouy")


def words(text: str) -> Iterator[str]:
    """The words of a text in order: folded, `ё` as `е`; a hyphenated word as a whole and in parts; characters in pairs.

    "inhabi-tants" gives "inhabitants", "inhabi", "tants", so that a word broken at the end of a line is still found.
    """
    for match in _TOKEN.finditer(unicodedata.normalize("NFKC", text)):
        token = match.group().casefold().replace("ё", "е").replace("’", "'")
        token = token.removesuffix("'s")
        if _WIDE.search(token):
            yield from _pairs(token)
            continue
        parts = _PARTS.findall(token)
        if len(parts) > 1 and "'" not in token:
            yield "".join(parts)
        yield from parts


def stem(word: str) -> str:
    """The light stem of one folded word."""
    if len(word) < 4 or word[0].isdigit():
        return word
    return _russian(word) if _CYRILLIC.search(word) else _english(word)


def likeness(one: str, other: str) -> float:
    """How surely two stems are one word: 1 equal, .7 to .5 by a common beginning or part, else 0."""
    if one == other:
        return 1.0
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) < 4 or shorter[0].isdigit() or longer[0].isdigit():
        return 0.0
    common = 0
    for left, right in zip(shorter, longer, strict=False):
        if left != right:
            break
        common += 1
    if common >= 4 and common >= 0.7 * len(longer):
        return 0.7
    if longer.startswith(shorter):
        return 0.6
    return 0.5 if len(shorter) >= 6 and shorter in longer else 0.0


def _pairs(token: str) -> Iterator[str]:
    position = 0
    for match in _WIDE.finditer(token):
        yield from _PARTS.findall(token[position : match.start()])
        run = match.group()
        if len(run) == 1:
            yield run
        for start in range(len(run) - 1):
            yield run[start : start + 2]
        position = match.end()
    yield from _PARTS.findall(token[position:])


def _russian(word: str) -> str:
    if word.endswith(("ся", "сь")) and len(word) > 5:
        word = word[:-2]
    for ending in _RUSSIAN_ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)]
            break
    return word.rstrip("ьй") if len(word) > 3 else word


def _english(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "i"
    if word.endswith("sses"):
        word = word[:-2]
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    if word.endswith("ing") and len(word) > 5 and _VOWELS & set(word[:-3]):
        word = _single(word[:-3])
    elif word.endswith("ed") and len(word) > 4 and _VOWELS & set(word[:-2]):
        word = _single(word[:-2])
    if word.endswith("ly") and len(word) > 5:
        word = word[:-2]
    if word.endswith("e") and len(word) > 3:
        word = word[:-1]
    return word[:-1] + "i" if word.endswith("y") and len(word) > 3 else word


def _single(word: str) -> str:
    doubled = len(word) > 3 and word[-1] == word[-2] and word[-1] not in "lsz"
    return word[:-1] if doubled else word
