"""When two memories say the same, word for word but for what says nothing.

A wrong merge hides something, a missed one merely leaves two hits that recall collapses anyway. So the rule is strict:
the words of one stand in the other in the same order; what one has more may be articles and fillers, or, in long texts,
one plain word in ten. Numbers, dates, names, negations, pronouns, prepositions, modal verbs are never among these, and
a text that says "tomorrow" repeats another one only if both were said on the same day.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import datetime

from engine.memory.consolidation.language import is_deictic, same_day, tokens
from engine.memory.consolidation.statement_words import words

MERGED_KINDS = frozenset({"message", "fact", "decision", "code", "note"})
"""Passages of documents are left alone: each document keeps its own words, and recall collapses repeats."""

NEAR = 0.80
"""Cosine from which on a neighbour is looked at. 98 % of rewordings that the rule takes lie above it (`magray bench
consolidation`); the words decide, so a low floor costs time only."""

FEWEST_WORDS = 5
"""A shorter message ("Yes, that sounds good") means what stands before it."""

_PER_EXTRA = 10
_MOST_EXTRA = 3

FILLERS = words(
    "a an the that please just really very so well oh hey hi hello ok okay yeah yep yes um uh actually basically and "
    "ну вот же ж ведь просто очень пожалуйста то что так да и привет ок ладно кстати вообще собственно"
)
"""Words that say nothing: one text may have them where the other has not."""
_TELLING = words(
    """
    not no never none nobody nothing neither nor without hardly barely only almost nearly about maybe perhaps probably
    possibly if unless except but or although until before after since while because instead either both all every each
    any some most few many more less least half twice once again still yet already also too can could may might must
    shall should will would need have has had do does did is are was were be been being am i me my mine we us our ours
    you your yours he him his she her hers it its they them their theirs this these those here there who whom whose what
    which when where why how in on at by for from to with into onto over under up down off out of as than one two three
    four five six seven eight nine ten eleven twelve first second third new old next last other another former ex
    s d monday tuesday wednesday thursday friday saturday sunday january february march april june july august september
    october november december morning afternoon evening night noon midnight today tonight tomorrow yesterday left right
    не ни нет нету никогда никто ничего без только почти около примерно может возможно наверное вероятно если кроме но
    или хотя до после пока потому поэтому вместо либо оба обе все всё каждый каждая любой некоторые большинство мало
    много больше меньше опять снова еще уже также тоже мочь могу может можем должен должна должны нужно надо будет будут
    буду был была было были есть бы ли я меня мне мной мой моя мое мои мы нас нам наш наша наше наши ты тебя тебе твой
    твоя вы вас вам ваш ваша он его ему она ее ей они их им это этот эта эти тот та те здесь там тут кто что какой
    который когда где куда почему зачем как в во на по с со к ко у о об от из за под над при про для через между один
    одна два две три четыре пять шесть семь восемь девять десять первый вторая второй третий новый новая старый старая
    другой другая бывший бывшая следующий прошлый январь января февраль февраля март марта апрель апреля мая июнь июня
    июль июля август августа сентябрь сентября октябрь октября ноябрь ноября декабрь декабря утром днем вечером ночью
    сегодня завтра вчера сейчас теперь левый правый левая правая понедельник вторник среду среда четверг пятницу пятница
    субботу суббота воскресенье
    """
)
"""Words that change what is said; they are never passed over."""

_CODE_SPACE = re.compile(r"[ \t]+(?=\n|$)")
_NAME = re.compile(r"(?<=[\w,;)»”] )[^\W\d_a-zа-яё][\w-]*")


@dataclass(frozen=True, slots=True)
class Said:
    """A memory as far as the rule looks at it.

    Attributes:
        text: Its words.
        kind: Its kind.
        speaker: Who said it.
        occurred_at: When.
        words: Folded, in order.
        title: Folded; empty where there is none. "12 May" under "Anna" is not "12 May" under "Boris".
    """

    text: str
    kind: str
    speaker: str | None
    occurred_at: datetime
    words: tuple[str, ...]
    title: str = ""

    @classmethod
    def of(cls, text: str, *, kind: str, speaker: str | None, occurred_at: datetime, title: str | None = None) -> Said:
        """Read a memory."""
        return cls(text, kind, speaker, occurred_at, tuple(tokens(text)), " ".join(tokens(title or "")))


def repeats(fuller: Said, other: Said) -> bool:
    """Whether everything that `other` says is said by `fuller`, and `fuller` says nothing else that matters."""
    if fuller.kind != other.kind or fuller.speaker != other.speaker or fuller.kind not in MERGED_KINDS:
        return False
    if fuller.title != other.title:
        return False
    if fuller.kind == "code":
        return _plain_code(fuller.text) == _plain_code(other.text)
    if not fuller.words or not other.words:
        return fuller.text == other.text
    short = min(len(fuller.words), len(other.words)) < FEWEST_WORDS
    if short and (fuller.kind == "message" or fuller.words != other.words):
        return False
    if _asks(fuller.text) != _asks(other.text):
        return False
    both = [*fuller.words, *other.words]
    if is_deictic(both) and not same_day(fuller.occurred_at, other.occurred_at):
        return False
    return fuller.words == other.words or _contains(fuller, other)


def _contains(fuller: Said, other: Said) -> bool:
    """Whether the words of `other` stand in `fuller` in their order, and what is left over tells nothing."""
    long, short = _telling(fuller.words), _telling(other.words)
    extra: list[str] = []
    at = 0
    for word in long:
        if at < len(short) and word == short[at]:
            at += 1
        else:
            extra.append(word)
    if at < len(short):
        return False
    if extra and extra[0] == long[0]:
        return False  # a name at the beginning is no more capital than any other word
    names = {name.casefold().replace("ё", "е") for name in _NAME.findall(fuller.text)}
    if any(word in _TELLING or word in names or not word[0].isalpha() for word in extra):
        return False
    return len(extra) <= min(_MOST_EXTRA, math.floor(len(short) / _PER_EXTRA))


def _telling(words: tuple[str, ...]) -> list[str]:
    return [word for word in words if word not in FILLERS]


def _asks(text: str) -> bool:
    return text.rstrip(" \"'”»)").endswith(("?", "？", "؟"))


def _plain_code(text: str) -> str:
    """Code without what no language gives a meaning: white space at the ends of lines, empty lines around."""
    return _CODE_SPACE.sub("", text.replace("\r\n", "\n")).strip("\n")
