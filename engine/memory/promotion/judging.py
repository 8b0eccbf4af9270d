"""From the database to the twelve features: reads a batch of memories with their sittings, uses and surroundings.

Everything here blocks and runs on the `query` thread. What is read once and used again (how often words occur, the
judge's view of texts) is kept in memory only, and only as counts and figures.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.memory.promotion.conversation import centres_of, unit_rows
from engine.memory.promotion.cues import Passage, read_cues
from engine.memory.promotion.features import FeatureInputs, FloatArray, features
from engine.memory.promotion.lexicon import CATEGORIES
from engine.memory.promotion.models.base import Model, sigmoid
from engine.memory.promotion.texts import EMPTY, ReadText, WordCounts, read_text
from engine.memory.promotion.uses import moments
from engine.memory.store import promotion_queries as queries, recall_queries
from engine.memory.store.promotion_queries import Judgeable, Neighbour, Use

SITTING_US = 6 * 3600 * 1_000_000
"""What was said within this around a memory, in the same conversation, is its sitting."""
SITTING_MOST = 400
RECENT = 4_000
"""Newest memories that novelty is held against."""
COUNTED = 2_000
"""Newest memories whose words are counted at first; more are counted as they come."""
CONTEXT = 16
"""Newest memories that tell what is being talked about; each weighs 0.85 of the next."""
_FADE = 0.85
_CENTRES = 64
_TEXTS_KEPT = 20_000
_HOUR_US = 3_600_000_000

_NUMBER = CATEGORIES.index("number")
_TIME = CATEGORIES.index("time")


@dataclass(frozen=True, slots=True)
class Judging:
    """A batch, ready to be judged.

    Attributes:
        memories: The memories.
        rows: Their features. Shape (n, 12).
        uses: What happened to each, oldest first.
    """

    memories: list[Judgeable]
    rows: FloatArray
    uses: list[list[Use]]


class Sitting:
    """What was said around memories, in order, read when it is needed."""

    def __init__(self, said: Sequence[Neighbour]) -> None:
        self.said = said
        self.places = {one.number: place for place, one in enumerate(said)}
        self._speakers = frozenset(
            part for name in {one.speaker or "" for one in said} for part in name.lower().split()
        )
        self._read: dict[int, ReadText] = {}

    def passage(self, number: int) -> Passage:
        """One memory with what stands before and behind it."""
        place = self.places[number]
        return Passage(
            number=number,
            text=self._text(place),
            previous=self._text(place - 1),
            next=self._text(place + 1),
            place=place,
            length=len(self.said),
        )

    def _text(self, place: int) -> ReadText:
        if not 0 <= place < len(self.said):
            return EMPTY
        if place not in self._read:
            self._read[place] = read_text(self.said[place].text, self._speakers)
        return self._read[place]


class Reader:
    """Reads memories and makes their features. Belongs to one caller at a time."""

    def __init__(self, judge: Model, *, life_hours: dict[str, float]) -> None:
        """Nothing is read yet.

        Args:
            judge: Judges the cues of texts.
            life_hours: How long each layer keeps; a layer that is not named keeps for ever.
        """
        self._judge = judge
        self._life = life_hours
        self._words = WordCounts()
        self._upto = 0
        self._mean_words = 12.0
        self._stale = False
        self._texts: OrderedDict[int, ReadText] = OrderedDict()

    def forget_soon(self) -> None:
        """Drop what was read before anything else is; from any thread."""
        self._stale = True

    def read(self, reader: Any, memories: Sequence[Judgeable], *, model: str, now: int) -> Judging:
        """The features of memories.

        Args:
            reader: The reading connection.
            memories: Which.
            model: Id of the embedder whose vectors count.
            now: Microseconds since 1970 UTC.
        """
        found = list(memories)
        if not found:
            return Judging([], np.zeros((0, 12)), [])
        self._count_words(reader)
        sittings = self._sittings(reader, found)
        told = _by_memory(queries.uses(reader, sorted({one.id for sitting in set(sittings) for one in sitting.said})))
        own = [told.get(one.id, []) for one in found]
        passages = [sitting.passage(one.number) for one, sitting in zip(found, sittings, strict=True)]
        importance = self._judge.logits(read_cues(passages, self._words))
        texts = [passage.text for passage in passages]
        vectors, nearest, context, centres = self._vectors(reader, found, model)
        owner, ago = _ages_of_use(own, now)
        inputs = FeatureInputs(
            age_hours=np.array([max(0, now - one.created_at) / _HOUR_US for one in found]),
            life_hours=np.array([self._life.get(one.layer, np.inf) for one in found]),
            use_memory=owner,
            use_hours_ago=ago,
            session_mean=self._session_means(found, sittings, told),
            importance=importance,
            idf_mass=np.array([self._words.mass(text.stems) for text in texts]),
            words=np.array([text.words for text in texts], dtype=np.float64),
            mean_words=self._mean_words,
            names=np.array([text.names for text in texts], dtype=np.float64),
            numbers=np.array([text.digits + text.counts[_NUMBER] for text in texts], dtype=np.float64),
            quotations=np.array([text.quoted for text in texts], dtype=np.float64),
            days=np.array([text.counts[_TIME] for text in texts], dtype=np.float64),
            vectors=vectors,
            centres=centres,
            context=context,
            nearest=nearest,
        )
        return Judging(found, features(inputs), own)

    def _count_words(self, reader: Any) -> None:
        if self._stale:
            self._stale = False
            self._words, self._upto = WordCounts(), 0
            self._texts.clear()
        new = queries.texts_after(reader, self._upto, COUNTED)
        for number, text in new:
            read = self._text(number, text)
            self._words.add(number, read.stems)
            self._mean_words += (read.words - self._mean_words) / min(self._words.texts, COUNTED)
            self._upto = number

    def _text(self, number: int, text: str) -> ReadText:
        found = self._texts.get(number)
        if found is None:
            found = self._texts[number] = read_text(text)
            if len(self._texts) > _TEXTS_KEPT:
                self._texts.popitem(last=False)
        return found

    def _sittings(self, reader: Any, memories: Sequence[Judgeable]) -> list[Sitting]:
        """What was said around each memory; itself alone where it belongs to no conversation."""
        spans: dict[str, list[list[int]]] = {}
        for one in sorted(memories, key=lambda found: found.position):
            if one.group_key is None:
                continue
            own = spans.setdefault(one.group_key, [])
            if own and one.position - own[-1][1] <= SITTING_US:
                own[-1][1] = one.position
            else:
                own.append([one.position, one.position])
        around: dict[int, Sitting] = {}
        for group, stretches in spans.items():
            for first, last in stretches:
                found = Sitting(queries.sitting(reader, group, first - SITTING_US, last + SITTING_US, SITTING_MOST))
                around.update(dict.fromkeys(found.places, found))
        return [
            around.get(one.number) or Sitting([Neighbour(one.number, one.id, one.text, one.speaker, one.position)])
            for one in memories
        ]

    def _session_means(
        self, memories: Sequence[Judgeable], sittings: Sequence[Sitting], told: dict[str, list[Use]]
    ) -> FloatArray:
        """Mean of max(importance, was used) over the others; importance of a text alone, which is quick to see."""
        known: dict[Sitting, FloatArray] = {}
        found = np.full(len(memories), np.nan)
        for at, (memory, sitting) in enumerate(zip(memories, sittings, strict=True)):
            said = sitting.said
            if len(said) < 2:
                continue
            if sitting not in known:
                passages = [
                    Passage(number=one.number, text=self._text(one.number, one.text), place=place, length=len(said))
                    for place, one in enumerate(said)
                ]
                value = sigmoid(self._judge.logits(read_cues(passages, self._words)))
                used = np.array([bool(moments(told.get(one.id, ()))) for one in said])
                known[sitting] = np.maximum(value, used)
            worth = known[sitting]
            found[at] = (worth.sum() - worth[sitting.places[memory.number]]) / (len(worth) - 1)
        return found

    def _vectors(
        self, reader: Any, memories: Sequence[Judgeable], model: str
    ) -> tuple[NDArray[np.float32], FloatArray, NDArray[np.float32], NDArray[np.float32]]:
        """Vectors of the memories, their highest cosine to an earlier one, what is being talked about, and centres."""
        last = max(one.number for one in memories)
        stored = dict(queries.recent_vectors(reader, model, upto=last, limit=RECENT))
        newest = queries.recent_vectors(reader, model, upto=2**62, limit=CONTEXT)
        missing = [one.number for one in memories if one.number not in stored]
        older = recall_queries.vectors_of(reader, model, missing)
        width = len(next(iter([*stored.values(), *older.values(), *(data for _, data in newest)]), b"")) // 4
        if not width:
            nothing = np.zeros((len(memories), 1), dtype=np.float32)
            return nothing, np.zeros(len(memories)), np.zeros(1, dtype=np.float32), np.zeros((0, 1), dtype=np.float32)
        numbers = np.array(sorted(stored), dtype=np.int64)
        known = np.frombuffer(b"".join(stored[int(one)] for one in numbers), dtype="<f4").reshape(-1, width)
        own = np.zeros((len(memories), width), dtype=np.float32)
        for at, one in enumerate(memories):
            data = stored.get(one.number) or older.get(one.number)
            if data is not None:
                own[at] = np.frombuffer(data, dtype="<f4")
        nearest = np.zeros(len(memories))
        if len(numbers):
            near = own @ known.T
            near[numbers[None, :] >= np.array([one.number for one in memories])[:, None]] = 0.0
            nearest = np.maximum(near.max(axis=1), 0.0).astype(np.float64)
        clusters = [data for data in queries.centres(reader, model, _CENTRES) if len(data) == 4 * width]
        if clusters:
            centres = unit_rows(np.frombuffer(b"".join(clusters), dtype="<f4").reshape(-1, width))
        else:
            centres = centres_of(known[-1_000:])
        return own, nearest, _context(memories, newest, width), centres


def _context(memories: Sequence[Judgeable], newest: Sequence[tuple[int, bytes]], width: int) -> NDArray[np.float32]:
    """What is being talked about, without the memory itself. Shape (n, width)."""
    found = np.zeros((len(memories), width), dtype=np.float32)
    if not newest:
        return found
    weights = _FADE ** np.arange(len(newest) - 1, -1, -1, dtype=np.float32)
    parts = np.frombuffer(b"".join(data for _, data in newest), dtype="<f4").reshape(-1, width) * weights[:, None]
    places = {number: at for at, (number, _) in enumerate(newest)}
    found[:] = parts.sum(axis=0)
    for at, one in enumerate(memories):
        if one.number in places:
            found[at] -= parts[places[one.number]]
    return unit_rows(found)


def _ages_of_use(uses: Sequence[Sequence[Use]], now: int) -> tuple[NDArray[np.int64], FloatArray]:
    owner: list[int] = []
    ago: list[float] = []
    for at, own in enumerate(uses):
        for moment in moments(own):
            owner.append(at)
            ago.append(max(0, now - moment) / _HOUR_US)
    return np.array(owner, dtype=np.int64), np.array(ago, dtype=np.float64)


def _by_memory(uses: Sequence[Use]) -> dict[str, list[Use]]:
    found: dict[str, list[Use]] = {}
    for use in uses:
        found.setdefault(use.memory, []).append(use)
    return found
