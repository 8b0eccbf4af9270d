"""Reads one plain sentence as a statement: of what, in which respect, with which value; English and Russian.

Only what is said flatly of the present is read. What is hoped, past, rough, reported, added ("also", "another") or true
today only gives None: such a sentence neither supersedes another one nor is superseded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from engine.memory.consolidation.language import Language, contracted, tokens
from engine.memory.consolidation.statement_words import (
    ADVERBS,
    CHANGED,
    DAYS,
    LOOSE_SUBJECTS,
    MONTHS,
    NUMBERS,
    OPENERS,
    UNSURE,
    UNSURE_RUSSIAN,
    words,
)

LONGEST = 160
"""Characters; a longer sentence says more than one thing, and hiding it would hide the rest."""
_MOST_VALUE_WORDS = 9

_DENIED = re.compile(
    r"(?<!\w)(?:(?:do|does|did|am|is|are|have|has|can|will)\s+not(?:\s+any ?more)?|no longer|never|not|"
    r"stopped|quit|gave up|given up|(?:больше|уже|никогда)\s+не|не|нет|перестал[аи]?|бросил[аи]?)(?!\w)",
    re.IGNORECASE,
)
_BE_DENIED = re.compile(r"\b(am|is|are)\s+(?:not|no longer)\b", re.IGNORECASE)
_ENDS_OF_DOING = re.compile(r"(?<!\w)(?:stopped|quit|gave up|given up|перестал[аи]?|бросил[аи]?)(?!\w)", re.IGNORECASE)
_CLAUSES = re.compile(
    r"\s(?:and|but|because|who|which|where|while|so)\s|;|:\s.*[,;]|\s(?:и|но|а|потому|которы\w+|где)\s"
)
_LISTED = re.compile(r",\s")

_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (relation, re.compile(pattern, re.IGNORECASE))
    for relation, pattern in (
        ("when", r"^(?P<s>.+?) (?:has |have )?(?:been |is |are |was |were |got )?"
                 r"(?:moved|postponed|rescheduled|shifted|pushed(?: back)?|brought forward)"
                 r"(?: from .+?)? (?:to|until) (?P<v>.+)$"),
        ("live", r"^(?P<s>.+?) (?:has |have )?(?:moved|relocated)(?: from .+?)?(?: back| out| away)? to (?P<v>.+)$"),
        ("live", r"^(?P<s>.+?) (?:(?:am |is |are )?living|lives?|resides?|(?:am|is|are) based)"
                 r" (?:in|at|on) (?P<v>.+)$"),
        ("work", r"^(?P<s>.+?) (?:(?:am |is |are )?working|works?|(?:am|is|are) employed) (?:at|for|by) (?P<v>.+)$"),
        ("work as", r"^(?P<s>.+?) (?:(?:am |is |are )?working|works?) as (?P<v>.+)$"),
        ("name", r"^(?P<s>.+?) (?:am|is|are) (?:called|named) (?P<v>.+)$"),
        ("decision", r"^(?P<s>we|i|the team|our team) (?:have |has )?(?:decided|agreed|chosen|chose)(?: to| on)? "
                     r"(?P<v>.+?) (?P<q>(?:for|as) .+)$"),
        ("open", r"^(?P<s>.+?) (?P<q>opens?|closes?|(?:is|are) open|(?:is|are) closed)(?: daily| every day)?"
                 r" (?:at|from|until|till|on) (?P<v>.+)$"),
        ("when", r"^(?P<s>.+?) (?:will )?(?P<q>starts?|begins?|ends?|leaves?|arrives?|departs?|expires?|takes? place|"
                 r"finish(?:es)?)(?: at| on| in| by)? (?P<v>.+)$"),
        ("when", r"^(?P<s>.+?) (?:is|are|will be) (?:due|scheduled|planned|set|held)?(?: for)? ?"
                 r"(?:at|on|by|in|until|for) (?P<v>.+)$"),
        ("amount", r"^(?P<s>.+?) (?P<q>costs?|weighs?|measures?|takes?|lasts?|earns?|pays?|has|have|owns?|charges?) "
                   r"(?P<v>.+)$"),
        ("is", r"^(?P<s>.+?) (?:is|are|am) (?P<v>.+)$"),
        ("when", r"^(?P<s>.+?) (?:перенес(?:ли|ена|ено|ены|ён|ен)|перенёс\w*|перенести|сдвинули|отложили|отложена)"
                 r"(?: с .+?)? на (?P<v>.+)$"),
        ("when", r"^(?:мы )?(?:перенесли|сдвинули|отложили) (?P<s>.+?)(?: с .+?)? на (?P<v>.+)$"),
        ("live", r"^(?P<s>.+?) переехал[аи]?(?: из .+?)?(?: жить)? (?:в|на|во) (?P<v>.+)$"),
        ("live", r"^(?P<s>.+?) (?:жив(?:у|ёт|ет|ём|ем|ут|ёте|ете)|проживает|проживаю) (?:в|на|во) (?P<v>.+)$"),
        ("работать", r"^(?P<s>.+?) (?:работа(?:ю|ет|ем|ют)|устроил(?:ся|ась)(?: на работу)?|"
                     r"переш(?:ёл|ел|ла)(?: работать)?) (?:в|на|во) (?P<v>.+)$"),
        ("work as", r"^(?P<s>.+?) работа(?:ю|ет|ем|ют) (?P<v>\w+(?:ом|ем|ём|ой|ей|ым|им|щим)(?: .+)?)$"),
        ("name", r"^(?P<s>.+?) зовут (?P<v>.+)$"),
        ("open", r"^(?P<s>.+?) (?P<q>открывается|закрывается|открыт[аоы]?|закрыт[аоы]?|работает)(?: ежедневно)?"
                 r" (?:в|с|до|по) (?P<v>.+)$"),
        ("when", r"^(?P<s>.+?) (?P<q>начинается|заканчивается|кончается|истекает|состоится|пройд[её]т|будет|"
                 r"отправляется|прибывает|уходит)(?: в| во| на| до)? (?P<v>.+)$"),
        ("amount", r"^(?P<s>.+?) (?P<q>стоит|стоят|весит|вешу|длится|занимает|составляет|зарабатывает|зарабатываю|"
                   r"плачу|платит|платим) (?P<v>.+)$"),
        ("amount", r"^(?P<s>у \w+(?: \w+)?) (?:есть )?"
                   r"(?P<v>(?:\d|одн|дв[ае]|три|четыре|пять|шесть|семь|восемь|двое|трое|четверо|"
                   r"пятеро).*)$"),
        ("age", r"^(?P<s>\w+(?: \w+)?) (?P<v>\d+ (?:лет|год|года))$"),
        ("when", r"^(?P<s>[^—–-]+?)(?: —| –)? (?:в|во) "
                 r"(?P<v>(?:понедельник|вторник|среду|четверг|пятницу|субботу|воскресенье|\d).*)$"),
        ("is", r"^(?P<s>.+?)(?: (?:—|–|-|это|=)(?: это)? |: )(?P<v>.+)$"),
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What a sentence says.

    Attributes:
        stems: Stems of all of its words that carry meaning, without those of its denial.
        denied: It says that this does not hold, or no longer.
        changed: It says itself that something changed.
        subject: Stems of what it is about; empty where no pattern fits.
        relation: In which respect: `live`, `work`, `when`, `is`, …; empty where no pattern fits.
        value: The value's words as written.
    """

    stems: frozenset[str]
    denied: bool
    changed: bool
    subject: frozenset[str] = frozenset()
    relation: str = ""
    value: str = ""


_MINE = words(
    "my our the a an of s мой моя мое мои моего моей моему моих моим нашего нашей наш наша наше наши моем нашу мою"
)
_SELF = {"me": "i", "myself": "i", "я": "i", "меня": "i", "мне": "i", "мной": "i", "мы": "we", "нас": "we", "нам": "we"}
_HELD = words("i we я мы меня мне нас нам his her their your его ее их твой твоя ваш ваша у")
_SELVES = frozenset({"i", "we"})
_FAMILY = {"любим": "favourit", "favorit": "favourit"}


def read(sentence: str, language: Language) -> Statement | None:
    """What one sentence says, or None where that is not sure."""
    text = " ".join(contracted(sentence).split()).rstrip(" .!…")
    if (
        not text
        or len(text) > LONGEST
        or "?" in text
        or "!" in text
        or text[0] in "\"'“«>|"
        or "“" in text
        or "«" in text
    ):
        return None
    changed = bool(CHANGED.search(text))
    text = ADVERBS.sub("", OPENERS.sub("", text)).strip(" ,")
    if not text or UNSURE.search(text) or UNSURE_RUSSIAN.search(text) or len(_DENIED.findall(text)) > 1:
        return None
    denied = bool(_DENIED.search(text))
    ends = bool(_ENDS_OF_DOING.search(text))
    plain = " ".join(_DENIED.sub(" ", _BE_DENIED.sub(r"\1", text)).split())
    stems = stems_of(plain, language)
    if not stems - _SELVES or first_word(plain) in LOOSE_SUBJECTS:
        return None
    whole = Statement(stems=stems, denied=denied, changed=changed or ends)
    if _CLAUSES.search(plain):
        return None
    for relation, pattern in _PATTERNS:
        match = pattern.match(plain)
        if match is None:
            continue
        found = _typed(match, relation, language)
        if found is not None:
            subject, named, value = found
            return Statement(
                stems=stems, denied=denied, changed=whole.changed, subject=subject, relation=named, value=value
            )
    return whole


def _typed(match: re.Match[str], relation: str, language: Language) -> tuple[frozenset[str], str, str] | None:
    value = match["v"].strip(" ,")
    if len(value.split()) > _MOST_VALUE_WORDS or any(
        not piece.lstrip()[:1].isupper() and not piece.lstrip()[:1].isdigit() for piece in _LISTED.split(value)[1:]
    ):
        return None
    subject = subject_of(match["s"], language)
    named = match.groupdict().get("q")
    if named:
        stems = sorted(stems_of(named, language)) or [named.casefold()]
        relation = f"{relation} {' '.join(stems)}"
    if relation == "when" and not named and (not tells_time(value) or subject & {"i", "we"}):
        return None  # "Anna moved to Lisbon"; "We met at 5" happened once
    return (subject, relation, value) if subject and value else None


def tells_time(value: str) -> bool:
    """Whether a value names a day, a month or a number."""
    return any(word in DAYS or word in MONTHS or word in NUMBERS or word[0].isdigit() for word in tokens(value))


def subject_of(text: str, language: Language) -> frozenset[str]:
    """Stems of what a statement is about: "my sister's address" and "the address of my sister" are one."""
    found = [_SELF.get(word, word) for word in tokens(text) if word not in _MINE]
    if not found and tokens(text):
        return frozenset()
    return frozenset(_FAMILY.get(one, one) for one in (language.stem(word) for word in found) if one != "у")


def stems_of(text: str, language: Language) -> frozenset[str]:
    """Stems of the words that carry meaning, with whom they are about."""
    kept = [_SELF.get(word, word) for word in tokens(text) if word not in language.stop or word in _HELD]
    return frozenset(language.stem(word) for word in kept)


def first_word(text: str) -> str:
    """The first word, folded; empty where there is none."""
    found = tokens(text)
    return found[0] if found else ""
