"""How candidates are put in order: signals made comparable and summed, small priors, near-duplicates, variety.

Few parameters, none of them fitted to one collection: weights say which signal carries how much, priors are small
enough to decide between near-equals only.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from engine.memory.query import Query
from engine.memory.store.recall_queries import Candidate

if TYPE_CHECKING:
    from numpy.typing import NDArray

WEIGHTS: Mapping[str, float] = {"bm25": 1.0, "bm25_window": 1.0, "bm25_group": 0.4, "dense": 1.5, "dense_window": 1.0}
"""What each signal, at its best 1, adds. Measured on conversations: words and meaning together beat either by far."""

RECENCY, USE, IMPORTANCE, SPEAKER, PERIOD = 0.02, 0.01, 0.02, 0.04, 0.1
"""The most that each prior adds to a fused score, which lies between 0 and 1."""

NARROW_BAND = 0.1
"""Some embedders put every cosine into a band so narrow (under a tenth of the best) that a weighted sum would not see
it; ranks are fused instead (reciprocal rank fusion, Cormack et al. 2009, k = 60)."""

SAME_DOCUMENT, SAME_DOCUMENT_FACTOR = 3, 0.97
"""So many chunks of one document count whole; each one more counts for less by this factor."""

_RRF_K = 60
_USED_OFTEN = 20
_NEAR_DUPLICATE = 0.9
_SHORT = 5
_WORDS = re.compile(r"\w+")

Scores = dict[str, "NDArray[np.float64]"]


def normalised(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Scores divided by the highest; nothing below 0. Shape as given."""
    highest = scores.max(initial=0.0)
    return np.maximum(scores, 0.0) / highest if highest > 0 else np.zeros_like(scores)


def fuse(signals: Scores, *, alone: NDArray[np.bool_]) -> NDArray[np.float64]:
    """One score from 0 to 1 for each candidate.

    Args:
        signals: Raw scores by signal name, each of shape (n,); 0 where a signal does not see a candidate. A signal that
            took no part is absent.
        alone: Shape (n,): candidates without a session or document. They are their own group.

    Returns:
        Shape (n,): the weighted sum of max-normalised scores, divided by the weights that took part. A candidate that
        is not embedded yet (its cosine is exactly 0) is weighed by its words alone: else nothing that has just come
        in would be found beside what has a vector.
    """
    names = [name for name in WEIGHTS if name in signals]
    if not names:
        return np.zeros(len(alone))
    if _narrow(signals.get("dense")):
        parts = {name: _reciprocal_ranks(signals[name]) for name in names}
    else:
        parts = {name: normalised(signals[name]) for name in names}
    if "bm25" in parts and "bm25_group" in parts:
        parts["bm25_group"] = np.where(alone, parts["bm25"], parts["bm25_group"])
    fused = _weighed(parts, names, len(alone))
    if "dense" in signals and (blind := signals["dense"] == 0.0).any():
        by_words = [name for name in names if not name.startswith("dense")]
        fused = np.where(blind, _weighed(parts, by_words, len(alone)), fused)
    return fused


def _weighed(parts: Scores, names: Sequence[str], count: int) -> NDArray[np.float64]:
    total = sum(WEIGHTS[name] for name in names)
    return sum((WEIGHTS[name] * parts[name] for name in names), np.zeros(count)) / (total or 1.0)


def _narrow(cosines: NDArray[np.float64] | None) -> bool:
    if cosines is None or len(cosines) < 10:
        return False
    # The median by hand: `np.median` imports numpy.ma at its first call, 100 ms in the middle of the first recall.
    ordered = np.sort(cosines)
    count = len(ordered)
    best, typical = float(ordered[-1]), float(ordered[(count - 1) // 2] + ordered[count // 2]) / 2
    return best > 0 and (best - typical) / best < NARROW_BAND


def _reciprocal_ranks(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    ranks = np.empty(len(scores))
    ranks[np.argsort(-scores, kind="stable")] = np.arange(len(scores))
    return np.where(scores > 0, (_RRF_K + 1) / (_RRF_K + 1 + ranks), 0.0)


def priors(
    candidates: Sequence[Candidate], asked: Query, *, now: int, half_lives: Mapping[str, float | None]
) -> Scores:
    """Small bounded bonuses by name, each of shape (n,).

    Args:
        candidates: The memories.
        asked: The query. Where it asks about the past, age, use and importance say nothing.
        now: Microseconds since 1970 UTC.
        half_lives: By layer, in seconds; None where age does not count.
    """
    count = len(candidates)
    bonuses = {}
    if asked.names:
        said = {one.speaker for one in candidates if one.speaker is not None}
        named = {speaker for speaker in said if asked.names & words_of(speaker)}
        if named:
            bonuses["speaker"] = SPEAKER * np.fromiter((one.speaker in named for one in candidates), np.float64, count)
    if asked.period is not None:
        start, end = asked.period.start, asked.period.end
        inside = np.fromiter((start <= one.occurred_at < end for one in candidates), np.float64, count)
        bonuses["period"] = PERIOD * inside
    if asked.past:
        return bonuses
    ages = np.maximum(0.0, now - np.fromiter((one.occurred_at for one in candidates), np.float64, count)) / 1e6
    lives = np.fromiter((half_lives[one.layer] or math.inf for one in candidates), np.float64, count)
    uses = np.fromiter((one.access_count for one in candidates), np.float64, count)
    weights = np.fromiter((1.0 if one.pinned else one.importance for one in candidates), np.float64, count)
    bonuses["recency"] = np.where(np.isinf(lives), 0.0, RECENCY * 0.5 ** (ages / lives))
    bonuses["use"] = USE * np.minimum(1.0, np.log1p(uses) / math.log1p(_USED_OFTEN))
    bonuses["importance"] = IMPORTANCE * np.minimum(1.0, np.maximum(0.0, weights))
    return bonuses


def varied(candidates: Sequence[Candidate], scores: NDArray[np.float64]) -> list[int]:
    """Indexes of the candidates, best first; from the fourth chunk of one document on, each counts a little less.

    A document that holds the whole answer still fills the list where the others are worse by more than that.
    """
    seen: Counter[int] = Counter()
    lowered = []
    for index in np.argsort(-scores, kind="stable").tolist():
        document = candidates[index].document
        score = float(scores[index])
        if document is not None:
            score *= SAME_DOCUMENT_FACTOR ** max(0, seen[document] - SAME_DOCUMENT + 1)
            seen[document] += 1
        lowered.append((-score, index))
    return [index for _, index in sorted(lowered)]


def is_duplicate(words: frozenset[str], others: Sequence[frozenset[str]]) -> bool:
    """Whether a text says nearly word for word what another one says already; very short ones are left alone."""
    if len(words) < _SHORT:
        return False
    return any(len(words & other) >= _NEAR_DUPLICATE * len(words | other) for other in others)


def words_of(text: str) -> frozenset[str]:
    """The different words of a text."""
    return frozenset(_WORDS.findall(text.casefold()))
