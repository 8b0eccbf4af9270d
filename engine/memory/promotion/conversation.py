"""A whole conversation as the features see it: for the bench, and for the simulated use that the prior learns from.

What is judged is the turn, as it stands a day after it was said. Nothing that was said or asked later is looked at but
the turns around it in its own sitting.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.memory.promotion.cues import Passage, read_cues
from engine.memory.promotion.features import FeatureInputs, FloatArray
from engine.memory.promotion.lexicon import CATEGORIES
from engine.memory.promotion.models.base import sigmoid
from engine.memory.promotion.texts import EMPTY, ReadText, WordCounts, read_text

JUDGED_AFTER_HOURS = 24.0
"""A turn is judged when the first layer would let it go."""

_NUMBER = CATEGORIES.index("number")
_TIME = CATEGORIES.index("time")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One turn of a conversation."""

    text: str
    speaker: str = ""
    session: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was read of a conversation.

    Attributes:
        texts: Every turn.
        cues: Shape (n, len(CUES)).
        sittings: The sitting of each turn, by number from 0. Shape (n,).
        idf_mass: Shape (n,).
    """

    texts: Sequence[ReadText]
    cues: FloatArray
    sittings: NDArray[np.int64]
    idf_mass: FloatArray


def read_conversation(turns: Sequence[Said]) -> Reading:
    """Read turns in the order in which they were said."""
    speakers = frozenset(part for turn in turns for part in turn.speaker.lower().split())
    texts = [read_text(turn.text, speakers) for turn in turns]
    names = {name: at for at, name in enumerate(dict.fromkeys(turn.session for turn in turns))}
    sittings = np.array([names[turn.session] for turn in turns], dtype=np.int64)
    words = WordCounts()
    for number, text in enumerate(texts):
        words.add(number, text.stems)
    lengths = np.bincount(sittings)
    passages: list[Passage] = []
    seen: dict[int, int] = {}
    for number, text in enumerate(texts):
        sitting = int(sittings[number])
        place = seen.get(sitting, 0)
        seen[sitting] = place + 1
        before = number > 0 and sittings[number - 1] == sitting
        behind = number + 1 < len(texts) and sittings[number + 1] == sitting
        passages.append(
            Passage(
                number=number,
                text=text,
                previous=texts[number - 1] if before else EMPTY,
                next=texts[number + 1] if behind else EMPTY,
                place=place,
                length=int(lengths[sitting]),
            )
        )
    mass = np.array([words.mass(text.stems) for text in texts])
    return Reading(texts=texts, cues=read_cues(passages, words), sittings=sittings, idf_mass=mass)


def turn_inputs(
    reading: Reading,
    vectors: NDArray[np.float32],
    importance: FloatArray,
    *,
    age_hours: FloatArray | None = None,
    life_hours: float = JUDGED_AFTER_HOURS,
    use_memory: NDArray[np.int64] | None = None,
    use_hours_ago: FloatArray | None = None,
    centres: NDArray[np.float32] | None = None,
) -> FeatureInputs:
    """The inputs of the twelve features for every turn.

    Args:
        reading: What was read.
        vectors: Unit vectors of the turns. Shape (n, d).
        importance: The judge's logits. Shape (n,).
        age_hours: Since each turn was said; a day for all if not given.
        life_hours: How long their layer keeps them.
        use_memory: Turns that were used before they are judged, one entry a use.
        use_hours_ago: When, beside it.
        centres: Of clusters; found among the turns if not given.
    """
    count = len(reading.texts)
    used_turn = np.zeros(0, dtype=np.int64) if use_memory is None else use_memory
    used_ago = np.zeros(0) if use_hours_ago is None else use_hours_ago
    value = np.maximum(sigmoid(importance), np.bincount(used_turn, minlength=count) > 0)
    totals = np.bincount(reading.sittings, value)[reading.sittings]
    others = np.bincount(reading.sittings)[reading.sittings] - 1
    with np.errstate(invalid="ignore", divide="ignore"):
        session_mean = np.where(others > 0, (totals - value) / others, np.nan)
    return FeatureInputs(
        age_hours=np.full(count, JUDGED_AFTER_HOURS) if age_hours is None else age_hours,
        life_hours=np.full(count, life_hours),
        use_memory=used_turn,
        use_hours_ago=used_ago,
        session_mean=session_mean,
        importance=importance,
        idf_mass=reading.idf_mass,
        words=np.array([text.words for text in reading.texts], dtype=np.float64),
        mean_words=float(np.mean([text.words for text in reading.texts])),
        names=np.array([text.names for text in reading.texts], dtype=np.float64),
        numbers=np.array([text.digits + text.counts[_NUMBER] for text in reading.texts], dtype=np.float64),
        quotations=np.array([text.quoted for text in reading.texts], dtype=np.float64),
        days=np.array([text.counts[_TIME] for text in reading.texts], dtype=np.float64),
        vectors=vectors,
        centres=centres_of(vectors) if centres is None else centres,
        context=_around(vectors, reading.sittings),
        nearest=nearest_earlier(vectors),
    )


def unit_rows(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows at length 1; rows of zeros stay."""
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return (vectors / np.where(length > 0, length, 1.0)).astype(np.float32)


def centres_of(vectors: NDArray[np.float32], *, rounds: int = 8) -> NDArray[np.float32]:
    """Centres of the subjects among vectors: spherical k-means from the farthest points, k = sqrt(n / 8), at most 24.

    Deterministic. Shape (k, d); none for no vectors.
    """
    count = min(24, round((len(vectors) / 8) ** 0.5)) or min(1, len(vectors))
    if not count:
        return np.zeros((0, vectors.shape[1]), dtype=np.float32)
    first = int((vectors @ vectors.mean(axis=0)).argmax())
    chosen, nearest = [first], vectors @ vectors[first]
    while len(chosen) < count:
        farthest = int(nearest.argmin())
        chosen.append(farthest)
        nearest = np.maximum(nearest, vectors @ vectors[farthest])
    centres = vectors[chosen]
    for _ in range(rounds):
        own = (vectors @ centres.T).argmax(axis=1)
        sums = np.zeros_like(centres)
        np.add.at(sums, own, vectors)
        filled = np.bincount(own, minlength=count) > 0
        centres = np.where(filled[:, None], unit_rows(sums), centres)
    return centres


def nearest_earlier(vectors: NDArray[np.float32], *, at_once: int = 512) -> FloatArray:
    """Highest cosine of each row to any row before it; 0 for the first. Shape (n,), O(n^2 d) in slices."""
    found = np.zeros(len(vectors))
    for start in range(0, len(vectors), at_once):
        stop = min(start + at_once, len(vectors))
        near = vectors[start:stop] @ vectors[:stop].T
        near[np.arange(start, stop)[:, None] <= np.arange(stop)[None, :]] = -1.0
        found[start:stop] = near.max(axis=1)
    return np.maximum(found, 0.0)


def _around(vectors: NDArray[np.float32], sittings: NDArray[np.int64]) -> NDArray[np.float32]:
    """The mean of the other turns of each turn's sitting, at length 1."""
    totals = np.zeros((int(sittings.max(initial=0)) + 1, vectors.shape[1]), dtype=np.float32)
    np.add.at(totals, sittings, vectors)
    return unit_rows(totals[sittings] - vectors)
