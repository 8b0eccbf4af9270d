"""Why a memory rises, or what it lacks, in words for people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from engine.memory.promotion.features import FEATURES
from engine.memory.promotion.models.base import FloatArray
from engine.memory.promotion.uses import USES, moments
from engine.memory.store.promotion_queries import Use

TITLES: dict[str, str] = {
    "age": "Age",
    "access_recency": "Used lately",
    "access_pattern": "Use spread over time",
    "use_count": "Times used",
    "use_frequency": "Uses a day",
    "session_importance": "Weight of its conversation",
    "importance": "How it is said",
    "keyword_density": "Telling words",
    "topic_relevance": "Close to your topics",
    "context_similarity": "Close to what you talk about",
    "entity_mass": "Names, numbers and days",
    "novelty": "New to you",
}
"""Names of the features for people."""

_FOR: dict[str, str] = {
    "access_recency": "used lately",
    "access_pattern": "used again and again",
    "use_count": "used often",
    "use_frequency": "used often for its age",
    "session_importance": "part of a weighty conversation",
    "importance": "says something that is worth knowing later",
    "keyword_density": "holds telling words",
    "topic_relevance": "about one of your topics",
    "context_similarity": "about what you talk about now",
    "entity_mass": "names people, numbers or days",
    "novelty": "says something new",
}
_AGAINST: dict[str, str] = {
    "access_recency": "It was not used lately.",
    "use_count": "Too little used to rise yet.",
    "use_frequency": "It is seldom used.",
    "importance": "It reads like small talk.",
    "keyword_density": "It holds few telling words.",
    "topic_relevance": "It is far from your topics.",
    "context_similarity": "It has little to do with what you talk about now.",
    "entity_mass": "It names no people, numbers or days.",
    "novelty": "Much the same is remembered already.",
    "session_importance": "Its conversation was mostly small talk.",
}
_ENOUGH = 0.08
"""A feature that moves the logit by less is not worth a word."""
_LITTLE = 0.03
"""What is lacking is worth a word sooner: it tells what would help."""
_MOST = 3


def reason(values: FloatArray, contributions: FloatArray, usual: FloatArray) -> str:
    """One line on why a memory rises: "used often, names people, numbers or days"."""
    return ", ".join(strongest(values, contributions, usual)) or "likely to be needed again"


def strongest(values: FloatArray, contributions: FloatArray, usual: FloatArray) -> list[str]:
    """What speaks most for it.

    A feature is named where it stands above what is usual, so that the words are true whatever a model makes of it.

    Args:
        values: The memory's features. Shape (12,).
        contributions: What each adds to the logit. Shape (12,).
        usual: The median of each. Shape (12,).
    """
    order = sorted(range(len(FEATURES)), key=lambda at: -contributions[at])
    found = [FEATURES[at] for at in order if contributions[at] >= _ENOUGH and values[at] > usual[at]]
    return [_FOR[name] for name in found if name in _FOR][:_MOST]


def missing(values: FloatArray, contributions: FloatArray, usual: FloatArray) -> list[str]:
    """What speaks most against it, in sentences: features at or below what is usual."""
    order = sorted(range(len(FEATURES)), key=lambda at: contributions[at])
    found = [FEATURES[at] for at in order if contributions[at] <= -_LITTLE and values[at] <= usual[at]]
    return [_AGAINST[name] for name in found if name in _AGAINST][:_MOST]


def used(uses: Sequence[Use], now: int) -> str:
    """How a memory was used: "Recalled 4 times in 6 days, quoted once"."""
    recalled = sum(use.event == "recalled" for use in uses)
    quoted = sum(use.event in ("quoted", "cited") for use in uses)
    deeds = sum(use.event in USES and use.event not in ("quoted", "cited", "opened") for use in uses)
    opened = sum(use.event == "opened" for use in uses)
    parts = [
        f"{word} {_times(count)}"
        for word, count in (("recalled", recalled), ("quoted", quoted), ("opened", opened), ("cared for", deeds))
        if count
    ]
    if not parts:
        return "Never used so far"
    first = min(use.at for use in uses)
    span = _span(timedelta(microseconds=max(0, now - first)))
    text = f"{', '.join(parts)} in {span}" if len(moments(uses)) > 1 or recalled > 1 else ", ".join(parts)
    return text[0].upper() + text[1:]


def _times(count: int) -> str:
    return "once" if count == 1 else "twice" if count == 2 else f"{count:,} times"


def _span(span: timedelta) -> str:
    hours = span / timedelta(hours=1)
    if hours < 1.5:
        return "an hour"
    if hours < 36:
        return f"{round(hours)} hours"
    return f"{round(hours / 24)} days"
