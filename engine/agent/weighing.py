"""Weighs the figures of a sentence: how likely it answers, and whether anything does.

Two pairs of small models: one for questions in a language that the embedder knows, one where the words alone decide.
The first of a pair orders the sentences of one question, the second says whether the best one answers (a logistic
regression). `tests/benchmarks/answers/fit.py` fits and checks them on XQuAD in two languages and on questions written
for it, with passages taken away to make questions unanswerable; the numbers below are its output, rounded, with priors
for kinds of lines that its data hardly hold.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from engine.agent.features import Candidate, Pool

Model = dict[str, float]

ORDER_BY_MEANING: Model = {
    "coverage": 2.5,
    "wide_coverage": 2.0,
    "passage_coverage": 0.8,
    "pairs": 1.0,
    "sharp_missing": -0.6,
    "rank": 0.9,
    "score": 1.3,
    "holds": 0.8,
    "lacks": -0.8,
    "counts": 0.8,
    "miscounts": -0.4,
    "dense": 8.0,
    "hit_dense": 2.0,
}
ORDER_BY_WORDS: Model = {
    "coverage": 2.9,
    "wide_coverage": 2.15,
    "passage_coverage": 1.0,
    "pairs": 0.9,
    "sharp_missing": -1.0,
    "rank": 1.6,
    "score": 1.65,
    "holds": 0.8,
    "lacks": -0.8,
    "counts": 0.8,
    "miscounts": -0.4,
}
KIND_PRIORS: Model = {
    "fragment": -1.2,
    "code": -1.0,
    "heading": -3.0,
    "asks": -2.0,
    "short": -0.3,
    "led_coverage": 0.5,
}
"""For lines that the fitted texts hardly hold: a line without a full stop says less than a sentence; a sentence right
under a heading that repeats the question is likely its answer."""

ANSWERS_BY_MEANING: Model = {
    "": -5.39,
    "coverage": 0.36,
    "wide_coverage": 1.6,
    "dense": 3.31,
    "hit_dense": 2.81,
    "counts": 0.65,
    "miscounts": -0.76,
    "lacks_figure": -0.99,
    "lacks_name": -1.73,
    "best_passage": 1.56,
    "terms": 1.55,
    "sharp_missing": -1.43,
    "typed_missing": -1.3,
    "pairs": 0.72,
}
ANSWERS_BY_WORDS: Model = {
    "": -3.14,
    "coverage": 2.22,
    "wide_coverage": 3.77,
    "counts": 0.16,
    "miscounts": -1.11,
    "lacks_figure": -0.65,
    "lacks_name": -2.27,
    "terms": 0.31,
    "sharp_missing": -2.28,
    "typed_missing": -1.0,
    "hit_margin": 0.58,
}
"""`typed_missing` is held at about half of what the fit gives: the questions written for it ask in vain for a name or a
figure more often than people do, and answers in other words would be lost."""
ANSWER_PRIORS: Model = {"unmeasured": -1.5, "unnamed": -3.0, "lacks_exact": -1.5}
"""For questions that the fitted data hardly hold: how many years, without a number of years near; the name of the
captain, without a captain near; which year or how many, without a date or a number."""

_ABOVE_BY_MEANING = 0.5
_ABOVE_BY_WORDS = 0.5
"""Where, on the questions written for the fit, one in ten unanswerable ones is answered, and three in ten of those that
are about the very things that the documents speak of."""

_NEAR_COVERAGE = 0.3
_NEAR_DENSE = 0.35
_FEW_TERMS, _MANY_TERMS = 4, 8
_WIDE_MARGIN = 3.0


def logits(pool: Pool, *, dense: bool) -> list[float]:
    """One figure for every sentence of the pool; between two of one question, the higher answers likelier."""
    model = ORDER_BY_MEANING if dense else ORDER_BY_WORDS
    return [_weigh(candidate.figures, model) + _weigh(candidate.figures, KIND_PRIORS) for candidate in pool.candidates]


def answer_figures(pool: Pool, weighed: Sequence[float], best: int) -> dict[str, float]:
    """What tells an answer from the best of nothing: the best sentence's figures, and how the others stand to it.

    Args:
        pool: All sentences.
        weighed: Their order figures.
        best: Place of the best one.
    """
    chosen = pool.candidates[best]
    figures = dict(chosen.figures)
    figures["unfound"] = sum(weight for weight, found in zip(pool.weights, pool.found, strict=True) if found < 0.35)
    figures["best_passage"] = max(pool.passages, default=0.0)
    figures["terms"] = min(max(len(pool.weights), _FEW_TERMS), _MANY_TERMS) / _MANY_TERMS
    others = [
        value
        for value, candidate in zip(weighed, pool.candidates, strict=True)
        if candidate.hit != chosen.hit and not (candidate.figures["heading"] or candidate.figures["asks"])
    ]
    margin = weighed[best] - max(others) if others else _WIDE_MARGIN
    figures["hit_margin"] = min(margin, _WIDE_MARGIN)
    return figures


def answer_probability(pool: Pool, weighed: Sequence[float], best: int, *, dense: bool) -> float:
    """How likely the best sentence answers the question, 0 to 1."""
    figures = answer_figures(pool, weighed, best)
    value = _weigh(figures, ANSWERS_BY_MEANING if dense else ANSWERS_BY_WORDS) + _weigh(figures, ANSWER_PRIORS)
    return 1.0 / (1.0 + math.exp(-value))


def answerable(pool: Pool, weighed: Sequence[float], best: int, *, dense: bool) -> bool:
    """Whether the best sentence is likely enough to be quoted as an answer."""
    least = _ABOVE_BY_MEANING if dense else _ABOVE_BY_WORDS
    return bool(pool.weights) and answer_probability(pool, weighed, best, dense=dense) >= least


def near_enough(pool: Pool, best: Candidate, *, dense: bool) -> bool:
    """Whether the best sentence is worth naming where it does not answer: it shares the subject at least."""
    del pool
    return best.figures["wide_coverage"] >= _NEAR_COVERAGE or (dense and best.figures["dense"] >= _NEAR_DENSE)


def _weigh(figures: Mapping[str, float], model: Model) -> float:
    return sum(weight * figures.get(name, 0.0) if name else weight for name, weight in model.items())
