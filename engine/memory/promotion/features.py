"""The twelve features by which a memory is judged, with their formulas.

| # | feature | formula | after |
|---|---|---|---|
| 1 | age | ln(1 + hours since it was recorded) | time since creation, as in all models of forgetting |
| 2 | recency of access | 2^(-t / h), t since the last use, h half of its layer's life; 0 if never used | decay |
| 3 | access pattern | -B, B the burstiness of its uses for short series; 0 below three uses | Kim and Jo 2016, eq. 28 |
| 4 | use count | ln(1 + uses) | saturating count |
| 5 | use frequency | ln(1 + uses / (1 + days of age)) | use per day, one day as prior |
| 6 | session importance | mean of max(importance, was used) over the others of its sitting; .5 alone | neighbours |
| 7 | importance | ln(p / (1 - p)), p of the judge of cues (`importance.py`) | learned |
| 8 | keyword density | idf mass / (.5 + .5 words / mean words), then ln(1 + x) | pivoted length, Singhal et al. 1996 |
| 9 | topic relevance | highest cosine to a centre of the owner's clusters | |
| 10 | context similarity | cosine to what is being talked about | |
| 11 | entity and number mass | ln(1 + names + 1.5 numbers + 2 quotations + .5 days and times) | |
| 12 | novelty | 1 - highest cosine to any earlier memory | distance to the nearest |

Burstiness for n gaps of mean m and deviation s, with r = s / m:
B = (sqrt(n + 1) r - sqrt(n - 1)) / ((sqrt(n + 1) - 2) r + sqrt(n - 1)). It is -1 for uses spaced evenly, 1 for a single
burst; spaced use predicts later need (Anderson and Schooler 1991), so the feature is -B.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

FEATURES: tuple[str, ...] = (
    "age",
    "access_recency",
    "access_pattern",
    "use_count",
    "use_frequency",
    "session_importance",
    "importance",
    "keyword_density",
    "topic_relevance",
    "context_similarity",
    "entity_mass",
    "novelty",
)
"""Names of the columns, in order."""

GROUPS: dict[str, tuple[int, ...]] = {
    "temporal": (0, 1, 2),
    "usage": (3, 4, 5),
    "semantic": (6, 7, 8, 9, 10, 11),
}

FEATURE_SET = "magray-12.1"
"""Names these features and formulas; a model made for another set is refused."""

_MOST_CERTAIN = 6.0
"""Importance's logit is held within this, so that one certain judge does not drown the other eleven."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureInputs:
    """What the features of n memories are made of.

    Attributes:
        age_hours: Since each was recorded. Shape (n,), at least 0.
        life_hours: How long its layer keeps it. Shape (n,), above 0; inf for ever.
        use_memory: Which memory (0 to n - 1) each use belongs to. Shape (m,), integers.
        use_hours_ago: When each use was. Shape (m,), at least 0, any order.
        session_mean: Mean of max(importance, was used) over the others of its sitting; NaN where there are none.
        importance: The judge's logit. Shape (n,).
        idf_mass: Summed idf of the content words. Shape (n,).
        words: Words. Shape (n,).
        mean_words: Mean words of the owner's memories.
        names: Names in the text. Shape (n,).
        numbers: Numbers, in digits or as words. Shape (n,).
        quotations: Quoted titles. Shape (n,).
        days: Words for days and times. Shape (n,).
        vectors: Unit vectors. Shape (n, d); rows of zeros where there is none.
        centres: Centres of the owner's clusters, unit vectors. Shape (c, d), c may be 0.
        context: What is being talked about, unit vectors. Shape (d,) or (n, d).
        nearest: Highest cosine to any earlier memory. Shape (n,); 0 for the first.
    """

    age_hours: FloatArray
    life_hours: FloatArray
    use_memory: NDArray[np.int64]
    use_hours_ago: FloatArray
    session_mean: FloatArray
    importance: FloatArray
    idf_mass: FloatArray
    words: FloatArray
    mean_words: float
    names: FloatArray
    numbers: FloatArray
    quotations: FloatArray
    days: FloatArray
    vectors: NDArray[np.float32]
    centres: NDArray[np.float32]
    context: NDArray[np.float32]
    nearest: FloatArray


def features(inputs: FeatureInputs) -> FloatArray:
    """The twelve features. Shape (n, 12), finite; O(n (c + 1) d + m log m)."""
    count = len(inputs.age_hours)
    uses, last, pattern = _use_figures(inputs.use_memory, inputs.use_hours_ago, count)
    age = np.maximum(inputs.age_hours, 0.0)
    with np.errstate(invalid="ignore"):
        half = np.where(np.isfinite(inputs.life_hours), inputs.life_hours / 2, _FOR_EVER_HALF)
    vectors = inputs.vectors
    if len(inputs.centres):
        topic = (vectors @ inputs.centres.T).max(axis=1).astype(np.float64)
    else:
        topic = np.zeros(count)
    if inputs.context.ndim == 1:
        context = (vectors @ inputs.context).astype(np.float64)
    else:
        context = np.einsum("nd,nd->n", vectors, inputs.context).astype(np.float64)
    pivot = 0.5 + 0.5 * inputs.words / max(inputs.mean_words, 1.0)
    mass = inputs.names + 1.5 * inputs.numbers + 2.0 * inputs.quotations + 0.5 * inputs.days
    found = np.column_stack(
        [
            np.log1p(age),
            np.where(uses > 0, np.exp2(-last / half), 0.0),
            pattern,
            np.log1p(uses),
            np.log1p(uses / (1.0 + age / 24.0)),
            np.where(np.isnan(inputs.session_mean), 0.5, inputs.session_mean),
            np.clip(inputs.importance, -_MOST_CERTAIN, _MOST_CERTAIN),
            np.log1p(inputs.idf_mass / pivot),
            topic,
            context,
            np.log1p(mass),
            1.0 - inputs.nearest,
        ]
    )
    result: FloatArray = np.nan_to_num(found, nan=0.0, posinf=0.0, neginf=0.0)
    return result


_FOR_EVER_HALF = 90.0 * 24.0
"""Half-life in hours of a use of what is kept for ever."""


def _use_figures(
    memory: NDArray[np.int64], hours_ago: FloatArray, count: int
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Uses, hours since the last, and minus burstiness, of each memory."""
    uses = np.bincount(memory, minlength=count).astype(np.float64)
    last = np.zeros(count)
    pattern = np.zeros(count)
    if not len(memory):
        return uses, last, pattern
    order = np.lexsort((hours_ago, memory))
    owner, ago = memory[order], np.maximum(hours_ago[order], 0.0)
    firsts = np.flatnonzero(np.r_[True, owner[1:] != owner[:-1]])
    last[owner[firsts]] = ago[firsts]
    same = owner[1:] == owner[:-1]
    gaps, whose = (ago[1:] - ago[:-1])[same], owner[1:][same]
    number = np.bincount(whose, minlength=count).astype(np.float64)
    safe = np.maximum(number, 1.0)
    mean = np.bincount(whose, gaps, minlength=count) / safe
    spread = np.sqrt(np.maximum(np.bincount(whose, (gaps - mean[whose]) ** 2, minlength=count) / safe, 0.0))
    many = (number >= 2) & (mean > 0)
    ratio = spread[many] / mean[many]
    wide, narrow = np.sqrt(number[many] + 1.0), np.sqrt(number[many] - 1.0)
    pattern[many] = -(wide * ratio - narrow) / ((wide - 2.0) * ratio + narrow)
    return uses, last, pattern
