"""Hold an answer against its sources: numbers that name none go, claims that none stands behind are marked.

What is cited is looked up in the source, sentence by sentence, so that every citation quotes it word for word.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from engine.agent.chat.sources import Source
from engine.agent.lexicon import STOP_WORDS
from engine.agent.markup import readable
from engine.agent.sentences import split
from engine.agent.terms import stem, words
from engine.values import Citation, DocumentSource, Unsourced

_CODE = re.compile(r"(?P<fence>`{3,}|~{3,}).*?(?:(?P=fence)|\Z)|`[^`\n]+`|\$\$.*?\$\$|\]\([^)\n]*\)", re.DOTALL)
_MARKER = re.compile(
    r"[ \t]*(?:\[(?:source |sources |источник )?(?P<numbers>\d{1,4}(?:\s*[,;–-]\s*\d{1,4})*)\](?![(:\w])"
    r"|【(?P<wide>\d{1,4})[^】\n]{0,20}】)",
    re.IGNORECASE,
)
_PLAIN_MARKER = re.compile(r"\[(\d{1,4})\]")
_QUOTED = re.compile(r"“([^“”\n]{12,}?)”|«([^«»\n]{12,}?)»|\"([^\"\n]{12,}?)\"")
_STOP = frozenset(stem(word) for word in STOP_WORDS)
_FEW_WORDS = 4
_SUPPORTED = 0.3
"""Share of a sentence's words that a source must hold for a number at the paragraph's end to count for it too."""
_LONGEST_QUOTE = 600
_TALK = re.compile(
    r"(?:(?:i|we) (?:could|did|can|do|have|am|was|will|would)\b|let me\b|if you\b|would you\b|please\b|sure\b|"
    r"here (?:is|are)\b|"
    r"(?:the|your) (?:memory|sources?|documents?|notes?) (?:do|does|did|say|says|hold|holds|contain|contains|don)\b|"
    r"nothing in\b|there is nothing\b|no source\b|according to (?:the|your) sources?\b|in short\b|"
    r"я (?:не|могу|нашёл|нашел)\b|если (?:вы|хотите)\b|в (?:вашей )?памяти\b|в источниках\b|вот\b|пожалуйста\b)",
    re.IGNORECASE,
)
_LETTERS = {"cyrillic": re.compile(r"[а-яё]", re.IGNORECASE), "latin": re.compile(r"[a-z]", re.IGNORECASE)}


@dataclass(frozen=True, slots=True)
class Checked:
    """An answer after the check."""

    text: str
    citations: tuple[Citation, ...]
    unsourced: tuple[Unsourced, ...]
    removed: tuple[int, ...]
    """Numbers that the model made up."""


@dataclass(frozen=True, slots=True)
class _Claim:
    start: int
    end: int
    block: int
    text: str
    stems: frozenset[str]
    numbers: tuple[int, ...]
    counts: bool
    """It states something: no heading, question, code or talk about the answer itself."""


def check(text: str, sources: Sequence[Source], *, said: Iterable[str] = ()) -> Checked:
    """Hold an answer against its sources.

    Args:
        text: As the model wrote it.
        sources: What it was given, with its numbers.
        said: Other texts that it may quote from, as the question.
    """
    known = {source.number: source for source in sources}
    removed: list[int] = []
    cleaned = _normalised(text, known, removed)
    claims = _claims(cleaned)
    stems = {number: frozenset(_stems(source.text + " " + source.title)) for number, source in known.items()}
    unsourced = [*_without_source(claims, known, stems), *_not_quoted(cleaned, known, said)]
    citations = [
        _citation(known[number], [claim for claim in claims if number in claim.numbers])
        for number in sorted({number for claim in claims for number in claim.numbers})
    ]
    unsourced.sort(key=lambda span: (span.start, span.end))
    return Checked(cleaned, tuple(citations), tuple(unsourced), tuple(removed))


def without_markers(text: str) -> str:
    """An earlier answer without its numbers, which mean other sources now."""
    return _outside_code(text, lambda part: _MARKER.sub("", part))


def _normalised(text: str, known: Mapping[int, Source], removed: list[int]) -> str:
    def write(match: re.Match[str]) -> str:
        numbers = list(_numbers(match.group("numbers") or match.group("wide")))
        kept = [number for number in numbers if number in known]
        removed.extend(number for number in numbers if number not in known)
        space = match.group()[: len(match.group()) - len(match.group().lstrip())]
        return space + "".join(f"[{number}]" for number in kept) if kept else ""

    return _outside_code(text, lambda part: _MARKER.sub(write, part)).rstrip()


def _outside_code(text: str, change: Callable[[str], str]) -> str:
    parts, last = [], 0
    for match in _CODE.finditer(text):
        parts += [change(text[last : match.start()]), match.group()]
        last = match.end()
    return "".join([*parts, change(text[last:])])


def _numbers(written: str) -> Iterable[int]:
    for piece in re.split(r"[,;]", written):
        ends = [int(one) for one in re.findall(r"\d+", piece)]
        if len(ends) == 2 and 0 < ends[1] - ends[0] < 20:
            yield from range(ends[0], ends[1] + 1)
        else:
            yield from ends


def _claims(text: str) -> list[_Claim]:
    code = [match.span() for match in _CODE.finditer(text) if not match.group().startswith("](")]
    masked = _CODE.sub(lambda match: "\x00" * len(match.group()), text)
    claims: list[_Claim] = []
    for sentence in split(text):
        written = text[sentence.start : sentence.end]
        if any(start <= sentence.start and sentence.end <= end for start, end in code):
            continue
        found = _PLAIN_MARKER.findall(masked, sentence.start, sentence.end)
        numbers = tuple(dict.fromkeys(int(one) for one in found))
        bare = readable(_PLAIN_MARKER.sub("", written)).strip()
        if numbers and not any(character.isalnum() for character in bare) and claims:
            # The number stands behind the full stop: it belongs to the sentence before.
            last = claims[-1]
            claims[-1] = dataclasses.replace(last, end=sentence.end, numbers=(*last.numbers, *numbers))
            continue
        claims.append(
            _Claim(
                sentence.start,
                sentence.end,
                sentence.block,
                bare,
                frozenset(_stems(bare)),
                numbers,
                sentence.kind not in ("heading", "code") and _states(bare),
            )
        )
    return claims


def _states(text: str) -> bool:
    if text.endswith((":", "?", "？", "؟")) or _TALK.match(text):
        return False
    return len(list(words(text))) >= _FEW_WORDS


def _without_source(
    claims: Sequence[_Claim], known: Mapping[int, Source], stems: Mapping[int, frozenset[str]]
) -> Iterable[Unsourced]:
    for place, claim in enumerate(claims):
        if not claim.counts:
            continue
        if claim.numbers:
            held = frozenset[str]().union(*(stems[number] for number in claim.numbers))
            comparable = any(_same_script(claim.text, known[number].text) for number in claim.numbers)
            if comparable and len(claim.stems) >= _FEW_WORDS and not claim.stems & held:
                yield Unsourced(claim.start, claim.end, "not_in_source")
        elif not _covered(claims, place, stems):
            yield Unsourced(claim.start, claim.end, "no_source")


def _covered(claims: Sequence[_Claim], place: int, stems: Mapping[int, frozenset[str]]) -> bool:
    """Whether the next number in the same paragraph names a source that holds what this sentence says."""
    claim = claims[place]
    for later in claims[place + 1 :]:
        if later.block != claim.block:
            return False
        if later.numbers:
            held = frozenset[str]().union(*(stems[number] for number in later.numbers))
            return bool(claim.stems) and len(claim.stems & held) / len(claim.stems) >= _SUPPORTED
    return False


def _not_quoted(text: str, known: Mapping[int, Source], said: Iterable[str]) -> Iterable[Unsourced]:
    if not known:
        return
    held = [_plain(source.text) for source in known.values()] + [_plain(one) for one in said]
    code = [match.span() for match in _CODE.finditer(text)]
    for match in _QUOTED.finditer(text):
        quoted = _plain(next(group for group in match.groups() if group))
        inside = any(start <= match.start() < end for start, end in code)
        if not inside and len(quoted.split()) >= _FEW_WORDS and not any(quoted in one for one in held):
            yield Unsourced(match.start(), match.end(), "not_quoted")


def _citation(source: Source, claims: Sequence[_Claim]) -> Citation:
    """The sentence of the source that the claims repeat most of."""
    wanted = frozenset[str]().union(*(claim.stems for claim in claims)) if claims else frozenset()
    start, end = 0, min(len(source.text), _LONGEST_QUOTE)
    best = -1.0
    for sentence in split(source.text):
        own = frozenset(_stems(source.text[sentence.start : sentence.end]))
        held = len(own & wanted) + 0.01 * (len(own & wanted) / len(own) if own else 0.0)
        if held > best:
            best, start, end = held, sentence.start, min(sentence.end, sentence.start + _LONGEST_QUOTE)
    place = source.place
    if isinstance(place, DocumentSource) and place.end - place.start == len(source.text):
        place = dataclasses.replace(place, start=place.start + start, end=place.start + end)
    return Citation(number=source.number, memory_id=source.memory_id, quote=source.text[start:end], source=place)


def _stems(text: str) -> Iterable[str]:
    return (one for one in (stem(word) for word in words(text)) if one not in _STOP)


def _same_script(one: str, other: str) -> bool:
    return any(pattern.search(one) and pattern.search(other) for pattern in _LETTERS.values())


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold().replace("ё", "е")))
