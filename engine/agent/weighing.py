"""Weighs the figures of a sentence: how likely it answers, and whether anything does.

Two pairs of small models: one for questions in a language that the embedder knows, one where the words alone decide.
The first of a pair orders the sentences of one question (a conditional logit), the second says whether the best one
answers (a logistic regression). `tests/benchmarks/answers/fit.py` fits them; the numbers below are its output, with
priors for kinds of lines that its data do not hold.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from engine.agent.features import Candidate, Pool

Model = Mapping[str, float]

ORDER_BY_MEANING: Model = {
    "coverage": 1.75,
    "wide_coverage": 1.63,
    "passage_coverage": 1.06,
    "pairs": 1.5,
    "sharp_missing": -1.09,
    "rank": 1.95,
    "score": 1.47,
    "holds": 0.6,
    "lacks": -0.6,
    "dense": 3.0,
}
ORDER_BY_WORDS: Model = {
    "coverage": 2.83,
    "wide_coverage": 2.17,
    "passage_coverage": 0.93,
    "pairs": 0.8,
    "rank": 2.6,
    "score": 1.79,
    "holds": 1.04,
    "lacks": -1.04,
}
KIND_PRIORS: Model = {
    "fragment": -0.5,
    "row": -0.2,
    "code": -1.0,
    "heading": -3.0,
    "asks": -2.0,
    "short": -0.5,
    "led_coverage": 1.0,
}
"""For lines that the fitted texts do not hold: a line without a full stop says less than a sentence; a sentence right
under a heading that repeats the question is likely its answer."""

ANSWERS_BY_MEANING: Model = {
    "": -4.6,
    "coverage": 1.5,
    "wide_coverage": 2.5,
    "dense": 5.0,
    "unfound": -4.0,
    "sharp_missing": -1.0,
    "lacks": -0.7,
}
ANSWERS_BY_WORDS: Model = {
    "": -2.4,
    "coverage": 2.5,
    "wide_coverage": 3.0,
    "unfound": -4.0,
    "sharp_missing": -1.0,
    "lacks": -0.7,
}

_ANSWERS_ABOVE = 0.0
_NEAR_COVERAGE = 0.3
_NEAR_DENSE = 0.35


def logits(pool: Pool, *, dense: bool) -> list[float]:
    """One figure for every sentence of the pool; between two of one question, the higher answers likelier."""
    model = ORDER_BY_MEANING if dense else ORDER_BY_WORDS
    return [_weigh(candidate.figures, model) + _weigh(candidate.figures, KIND_PRIORS) for candidate in pool.candidates]


def answer_figures(pool: Pool, best: Candidate) -> dict[str, float]:
    """What tells an answer from the best of nothing: the best sentence's figures, and what no hit holds at all."""
    figures = dict(best.figures)
    figures["unfound"] = sum(weight for weight, found in zip(pool.weights, pool.found, strict=True) if found < 0.35)
    figures["best_passage"] = max(pool.passages, default=0.0)
    return figures


def answer_probability(pool: Pool, best: Candidate, *, dense: bool) -> float:
    """How likely the best sentence answers the question, 0 to 1."""
    value = _weigh(answer_figures(pool, best), ANSWERS_BY_MEANING if dense else ANSWERS_BY_WORDS)
    return 1.0 / (1.0 + math.exp(-value))


def answerable(pool: Pool, best: Candidate, *, dense: bool) -> bool:
    """Whether the best sentence is likely enough to be quoted as an answer."""
    return bool(pool.weights) and answer_probability(pool, best, dense=dense) >= 0.5


def near_enough(pool: Pool, best: Candidate, *, dense: bool) -> bool:
    """Whether the best sentence is worth naming where it does not answer: it shares the subject at least."""
    del pool
    return best.figures["wide_coverage"] >= _NEAR_COVERAGE or (dense and best.figures["dense"] >= _NEAR_DENSE)


def _weigh(figures: Mapping[str, float], model: Model) -> float:
    return sum(weight * figures.get(name, 0.0) if name else weight for name, weight in model.items())
