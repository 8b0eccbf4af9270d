"""What is worth keeping of what the owner says, without a language model: sentences that say so themselves, quoted.

Only the owner's own sentences count. Lines quoted from elsewhere, questions, and long pasted texts are passed over:
what stands in them was said by others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from engine.agent.lexicon import STOP_WORDS
from engine.agent.sentences import split
from engine.agent.terms import stem, words

What = Literal["fact", "decision", "preference"]

PASTED = 1500
"""Characters of a message from which on it counts as pasted: only what is asked for at its beginning is taken."""
_LONGEST = 400
_FEWEST_WORDS = 3

_ASKED_FOR = re.compile(
    r"(?:(?:please|now|and|also)[, ]+)*(?:remember|note|keep in mind|don['’]t forget|make a note)"
    r"(?: this)?(?: that\b|[:,–—-])\s*(?P<en>\S.*)"
    r"|(?:пожалуйста[, ]+)?(?:запомни(?:те)?|не забудь(?:те)?|имей(?:те)? в виду|учти(?:те)?|запиши(?:те)?)"
    r"(?:\s*[,:–—-]\s*(?:что\b)?|\s+что\b)\s*(?P<ru>\S.*)",
    re.IGNORECASE | re.DOTALL,
)
_PREFERENCE = re.compile(
    r"\bi(?:['’]d| would| do| really| usually| always| never| still| no longer| don['’]t| do not| also)*"
    r" (?:prefer|like|love|hate|dislike|enjoy|avoid|can['’]t stand)\b(?! to know\b| to ask\b| you to\b| if\b)"
    r"|\bmy favou?rite\b|\bi(?:['’]m| am) (?:allergic to|a vegetarian|a vegan|fond of)\b|\bi (?:always|never) \w+"
    r"|\bя (?:больше |всегда |никогда |очень |обычно )*(?:не )?"
    r"(?:предпочитаю|люблю|обожаю|ненавижу|избегаю|терпеть не могу)\b"
    r"|\bмне (?:больше |очень )*(?:не )?нрав(?:ится|ятся)\b|\b(?:мой|моя|моё|мое|мои) любим|\bу меня аллергия\b",
    re.IGNORECASE,
)
_DECISION = re.compile(
    r"\b(?:we|i)(?:['’]ve| have| had| finally| just)* "
    r"(?:decided|agreed|chose|chosen|settled on|resolved|made up (?:my|our) minds?)\b"
    r"|\b(?:the|our|my) decision (?:is|was)\b|\bit (?:is|was) (?:decided|agreed) that\b|\blet['’]s go with\b"
    r"|\b(?:мы|я) (?:\w+ )?(?:решили|решил|решила|договорились|выбрали|выбрал|выбрала|условились)\b"
    r"|(?:^|[.!]\s)(?:решено|решили|договорились)\b",
    re.IGNORECASE,
)
_FACT = re.compile(
    r"^(?:my|our) [\w' ’-]{2,60}? (?:is|are|was|were|has|have|lives?|works?|starts?|ends?|costs?|expires?)\b"
    r"|^(?:my name is|i live|i work|i moved|i was born|i have (?:a|an|two|three|\d)|i['’]m (?:from|a|an|the))\b"
    r"|^(?:i am (?:from|a|an|the)|i bought|i own|i rent|we live|we moved|we have (?:a|an|two|three|\d))\b"
    r"|^(?:меня зовут|я живу|я работаю|я переехал|я родил|у меня (?:есть|два|две|три|\d)|я снимаю|я купил)"
    r"|^мы (?:живём|живем|переехали|снимаем|купили)"
    r"|^(?:мой|моя|моё|мое|мои|наш|наша|наше|наши) [\w -]{2,60}?"
    r"(?: — | – | - | зовут | живёт | живет | работает | стоит |это )",
    re.IGNORECASE,
)
_QUOTED_LINE = re.compile(r"^\s*(?:>|\||<)")
_FENCED = re.compile(r"`{3}.*?(?:`{3}|\Z)", re.DOTALL)
_COPULA = re.compile(
    r"\s(?:is|are|was|were|will be|has been|lives?|works?|costs?|ends?|starts?|expires?|moved)\s|\s[—–-]\s"
    r"|\s(?:зовут|стоит|живёт|живет|работает|заканчивается|начинается|это)\s",
    re.IGNORECASE,
)
_AGAINST = re.compile(
    r"\b(?:not|no longer|never|hate|dislike|avoid|can['’]t stand|don['’]t|stopped)\b"
    r"|\b(?:не|больше не|никогда|ненавижу|избегаю|терпеть не могу|перестал\w*)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"\d+(?:[.,:]\d+)*|[^\W\d_][\w'’-]*")
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_STOP = frozenset(stem(word) for word in STOP_WORDS)
_FEELINGS = (
    *("prefer", "like", "love", "hate", "dislike", "enjoy", "avoid", "longer", "not", "never", "always"),
    *("предпочитаю", "люблю", "обожаю", "ненавижу", "нравится", "больше"),
)
_FEELING = frozenset(stem(word) for word in _FEELINGS)
_WEAK = frozenset(
    stem(word) for word in ("always", "still", "really", "also", "usually", "said", "всегда", "очень", "обычно")
)


@dataclass(frozen=True, slots=True)
class Drawn:
    """One sentence worth keeping.

    Attributes:
        what: Of which kind it is.
        text: Word for word as the owner said it, without "remember that".
        asked_for: The owner asked to remember it.
    """

    what: What
    text: str
    asked_for: bool = False


def draw(text: str) -> list[Drawn]:
    """What is worth keeping of one message of the owner's."""
    found: list[Drawn] = []
    for place, sentence in enumerate(_own_sentences(text)):
        asked = _ASKED_FOR.match(sentence)
        if asked is not None:
            told = _clause(asked.group("en") or asked.group("ru"))
            if _says_something(told):
                found.append(Drawn(_kind(told) or "fact", told, asked_for=True))
            continue
        if (len(text) > PASTED and place) or len(text) > 4 * PASTED or sentence.endswith(("?", "？", "؟")):
            continue
        what = _kind(sentence)
        if what is not None and _says_something(sentence):
            found.append(Drawn(what, sentence))
    return found


def same(one: str, other: str) -> bool:
    """Whether two sentences say the same: nearly the same words, the same numbers, and neither against the other."""
    first, second = content(one) - _WEAK, content(other) - _WEAK
    if not first or not second or _numbers(one) != _numbers(other) or _opposed(one, other):
        return False
    return len(first & second) / len(first | second) >= 0.8


def contradicts(new: str, old: str) -> bool:
    """Whether a newer sentence says otherwise about the same thing.

    The same subject with another name or number in the same place ("My sister lives in Porto", "My sister lives in
    Lisbon"), nearly the same words with other numbers, or the same liking with the opposite sign. What is merely said
    besides ("My sister works in Lisbon", "My sister is kind") contradicts nothing.
    """
    if same(new, old):
        return False
    one, other = _stated(new), _stated(old)
    if one is not None and one == other:
        return True
    first, second = content(new), content(old)
    likeness = len(first & second) / len(first | second) if first | second else 0.0
    if _numbers(new) and _numbers(old) and _numbers(new) != _numbers(old) and likeness >= 0.6:
        return True
    first, second = first - _FEELING, second - _FEELING
    things = len(first & second) / len(first | second) if first | second else 0.0
    return _opposed(new, old) and things >= 0.5


def _own_sentences(text: str) -> Iterator[str]:
    lines = _FENCED.sub("\n", text).splitlines()
    own = "\n".join(line for line in lines if not _QUOTED_LINE.match(line))
    for sentence in split(own):
        written = " ".join(own[sentence.start : sentence.end].split()).lstrip("-*• ")
        if written and sentence.kind != "code" and not (written[0] in "«“\"'" and written[-1] in "»”\"'."):
            yield written


def _kind(sentence: str) -> What | None:
    if _DECISION.search(sentence):
        return "decision"
    if _PREFERENCE.search(sentence):
        return "preference"
    return "fact" if _FACT.match(sentence) else None


def _says_something(sentence: str) -> bool:
    return len(sentence) <= _LONGEST and len(list(words(sentence))) >= _FEWEST_WORDS


def _clause(text: str) -> str:
    told = " ".join(text.split())
    return told[:1].upper() + told[1:]


def content(text: str) -> frozenset[str]:
    """The stems of a text that carry meaning."""
    return frozenset(one for one in (stem(word) for word in words(text)) if one not in _STOP)


def _numbers(text: str) -> frozenset[str]:
    return frozenset(_NUMBER.findall(text))


def _opposed(one: str, other: str) -> bool:
    return bool(_AGAINST.search(one)) != bool(_AGAINST.search(other))


def _stated(text: str) -> tuple[frozenset[str], tuple[str, ...]] | None:
    """What a sentence speaks of, and the form of what it says about it: names as N, numbers as #, other words as such.

    None where there is no verb that gives a thing its value, or neither a name nor a number among what is said.
    """
    match = _COPULA.search(text)
    if match is None or not 0 < match.start() <= 70:
        return None
    form: list[str] = []
    for word in _WORD.findall(text[match.start() :]):
        kind = "#" if word[0].isdigit() else ("N" if word[0].isupper() else stem(word.casefold()))
        if not form or form[-1] != kind or kind not in "N#":
            form.append(kind)
    subject = content(text[: match.start()])
    return (subject, tuple(form)) if subject and {"N", "#"} & set(form) else None
