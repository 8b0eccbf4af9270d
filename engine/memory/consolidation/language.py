"""What consolidation knows of language: given by whoever builds it, for sentences and stems are known higher up."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

_CONTRACTIONS = (
    (re.compile(r"\bcan['’]?not\b|\bcan['’]t\b", re.IGNORECASE), "can not"),
    (re.compile(r"\bwon['’]t\b", re.IGNORECASE), "will not"),
    (re.compile(r"\bshan['’]t\b", re.IGNORECASE), "shall not"),
    (re.compile(r"n['’]t\b", re.IGNORECASE), " not"),
    (re.compile(r"(?<=\w)['’]m\b", re.IGNORECASE), " am"),
    (re.compile(r"(?<=\w)['’]re\b", re.IGNORECASE), " are"),
    (re.compile(r"(?<=\w)['’]ve\b", re.IGNORECASE), " have"),
    (re.compile(r"(?<=\w)['’]ll\b", re.IGNORECASE), " will"),
    (re.compile(r"\b(it|he|she|that|what|there|here|who|where)['’]s\b", re.IGNORECASE), r"\1 is"),
)
_TOKEN = re.compile(r"\d+(?:[.,:/-]\d+)*|[^\W\d_]+|[%€$£₽°+=<>&@#]|[\u2600-\u27bf\U0001f300-\U0001faff]")

_DEICTIC = re.compile(
    r"\b(?:today|tonight|tomorrow|yesterday|right now|currently|soon|ago|recently|lately|weekend|(?:next|last|this) "
    r"(?:week|month|year|spring|summer|autumn|fall|winter|time|morning|afternoon|evening|night|one)|"
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|"
    r"сегодня|завтра|послезавтра|вчера|позавчера|сейчас|скоро|недавно|назад|через|выходны\w+|"
    r"(?:следующ|прошл)\w+|эт(?:ой|ом|у|от) (?:недел\w+|месяц\w*|год\w*|лет\w+|зим\w+|весн\w+|осен\w+|раз)|"
    r"понедельник\w*|вторник\w*|сред[ауы]|четверг\w*|пятниц\w*|суббот\w*|воскресень\w*)\b"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """Reading of texts in English and Russian, and of others as well as may be.

    Attributes:
        sentences: Cuts a text into sentences.
        stem: The light stem of one folded word.
        stop: Folded words that carry no meaning of their own.
    """

    sentences: Callable[[str], list[str]]
    stem: Callable[[str], str]
    stop: frozenset[str]


def fold(text: str) -> str:
    """Lower case, one spelling of characters, ё as е, short forms written out."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("ё", "е")
    if "'" in plain or "’" in plain:
        plain = contracted(plain)
    return plain


def contracted(text: str) -> str:
    """A text with its English short forms written out: "I'm", "don't", "she'll"."""
    for pattern, whole in _CONTRACTIONS:
        text = pattern.sub(whole, text)
    return text


def tokens(text: str) -> list[str]:
    """Words, numbers, and the signs that change a meaning, folded, in order."""
    return _TOKEN.findall(fold(text))


def is_deictic(words: list[str]) -> bool:
    """Whether a text says a time that depends on the day it is said: "tomorrow", "on Friday", "завтра"."""
    return _DEICTIC.search(" ".join(words)) is not None


def same_day(one: datetime, other: datetime) -> bool:
    """Whether two moments are less than half a day apart: "tomorrow" then means the same day."""
    return abs((one - other).total_seconds()) < 12 * 3600
