"""Why a memory was recalled, in one sentence."""

from __future__ import annotations

from collections.abc import Mapping

from engine.memory.query import Query
from engine.memory.ranking import words_of
from engine.memory.stop_words import STOP_WORDS
from engine.values import Memory

_MEANING = 0.35
"""Cosine from which a text is said to mean something alike."""

_NAMED = 5
_RUSSIAN = (
    "бы был была были было быть вам вас вы где да для до его ее если есть еще ещё же за из или им их как какая какие "
    "какой когда который кто ли мне мы на над нас не него нее нет но об он она они оно от по под при про сколько так "
    "там то того только ты уже чего чем что чтобы это"
)
_TELLING_NOTHING = STOP_WORDS["en"] | frozenset(_RUSSIAN.split())
"""Words that stand in nearly every question: sharing them is no reason."""


def reason_of(memory: Memory, scores: Mapping[str, float], asked: Query, *, explain: bool) -> str:
    """One sentence; with `explain`, what each stage gave as well."""
    reasons = []
    phrases = [phrase for phrase in asked.phrases if phrase.casefold() in memory.text.casefold()]
    shared = _shared_words(asked.text, memory)
    if phrases:
        reasons.append(f"holds “{phrases[0]}” word for word")
    elif scores.get("bm25", 0.0) > 0.0 and shared:
        telling = [word for word in shared if word not in _TELLING_NOTHING]
        reasons.append(f"shares {_list(telling)}" if telling else "shares common words only")
    elif scores.get("bm25", 0.0) > 0.0:
        reasons.append("shares words in other forms")
    if scores.get("dense", 0.0) >= _MEANING:
        reasons.append("means something alike")
    if not reasons and (scores.get("bm25_window", 0.0) > 0.0 or scores.get("dense_window", 0.0) >= _MEANING):
        reasons.append("stands beside words that match")
    if not reasons:
        reasons.append("is the nearest there is")
    if scores.get("period", 0.0) > 0.0:
        reasons.append("is from the time asked about")
    sentence = f"It {', '.join(reasons[:-1])}{' and ' if len(reasons) > 1 else ''}{reasons[-1]}."
    if not explain:
        return sentence
    figures = ", ".join(f"{name} {value:.3f}" for name, value in scores.items())
    return f"{sentence} Scores: {figures}."


def _shared_words(query: str, memory: Memory) -> list[str]:
    """Words of the query that stand in the memory, the longest first: short ones tell little."""
    heading = getattr(memory.source, "heading", ())
    held = words_of(" ".join([memory.text, memory.title or "", memory.speaker or "", *heading]))
    return sorted((word for word in words_of(query) & held if len(word) > 2), key=lambda word: (-len(word), word))


def _list(words: list[str]) -> str:
    named = [f"“{word}”" for word in words[:_NAMED]]
    return named[0] if len(named) == 1 else f"{', '.join(named[:-1])} and {named[-1]}"
