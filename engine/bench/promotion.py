"""Promotion, leave one conversation out: of what is asked for later, how much stays when 30 % of the turns are kept.

For every conversation of the collection the judge of cues and the model over twelve features learn from the others
alone: the importance that the model learns from comes from judges that did not see the conversation, as it will be. A
turn counts for what is asked about it, each question for one, spread over its evidence.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.bench import BenchContext, BenchUnavailableError, Figure
from engine.bench.retrieval import Collection, read_collection
from engine.embedding import open_embedder
from engine.memory.context import embedding_text
from engine.memory.promotion.conversation import Reading, Said, read_conversation, turn_inputs, unit_rows
from engine.memory.promotion.features import FEATURES, GROUPS, FeatureInputs, FloatArray, features
from engine.memory.promotion.importance import fit_judge, importance_unseen
from engine.memory.promotion.models.base import Model
from engine.memory.promotion.models.files import FITTERS
from engine.memory.promotion.prior import Prior, load_prior
from engine.settings import Settings

KEPT = 0.30
"""Share of the turns that is kept."""

LIMIT = 0.66
"""What has to be reached; the best simple heuristic that was known when it was set reached .59."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One conversation, read, with what was asked about it later (which nothing that scores may look at).

    Attributes:
        name: Its folder's name.
        reading: What was read of the turns.
        vectors: Of the turns. Shape (n, d).
        questions: The evidence of each question, as numbers of turns, and how many turns it names.
        asked: Whether anything was asked about each turn. Shape (n,).
    """

    name: str
    reading: Reading
    vectors: NDArray[np.float32]
    questions: Sequence[tuple[Sequence[int], int]]
    asked: FloatArray


Score = Callable[[Sequence[Judged], Judged], FloatArray]
"""Scores the turns of the second after learning from the first."""


def kept_evidence(scores: FloatArray, questions: Sequence[tuple[Sequence[int], int]], share: float = KEPT) -> float:
    """Share of the evidence among the best-scored turns, averaged over questions, uncapped."""
    best = np.argsort(-scores, kind="stable")[: round(share * len(scores))]
    kept = set(best.tolist())
    return float(np.mean([sum(turn in kept for turn in turns) / named for turns, named in questions]))


def learned(train: Sequence[Judged], held: Judged, *, kind: str, columns: Sequence[int]) -> FloatArray:
    """Scores of a conversation by a judge and a model that learned from the others."""
    unseen = importance_unseen([one.reading.cues for one in train], [one.asked for one in train])
    rows = np.vstack(
        [features(turn_inputs(one.reading, one.vectors, own)) for one, own in zip(train, unseen, strict=True)]
    )
    asked = np.hstack([one.asked for one in train])
    model: Model = FITTERS[kind](rows[:, columns], asked)
    judge = fit_judge(np.vstack([one.reading.cues for one in train]), asked)
    own = features(turn_inputs(held.reading, held.vectors, judge.logits(held.reading.cues)))
    return model.logits(own[:, columns])


def shipped(prior: Prior, train: Sequence[Judged], held: Judged) -> FloatArray:
    """Scores by the shipped model, which learned from none of them."""
    del train
    return prior.model.logits(features(turn_inputs(held.reading, held.vectors, prior.judge.logits(held.reading.cues))))


def _speed(repeats: int = 20) -> list[Figure]:
    """Processor time from the inputs to probabilities; other work on the computer does not count in it."""
    random = np.random.default_rng(3)
    rows = random.normal(size=(2_000, len(FEATURES)))
    outcome = (rows[:, 6] + random.normal(size=len(rows)) > 0).astype(np.float64)
    models = {kind: fit(rows, outcome) for kind, fit in FITTERS.items()}
    found = []
    for count, limit in ((1, 1.0), (10_000, 200.0)):
        inputs = _made_up(count, random)
        for kind, model in models.items():
            times, walls = [], []
            for _ in range(repeats):
                wall, began = time.perf_counter(), time.process_time()
                model.logits(features(inputs))
                times.append((time.process_time() - began) * 1000)
                walls.append((time.perf_counter() - wall) * 1000)
            name = f"features and {kind}, {count:,} {'memory' if count == 1 else 'memories'}, p95"
            value = float(np.quantile(times, 0.95))
            note = f"by the clock, median {np.median(walls):.2f} ms"
            found.append(Figure(name=name, value=value, unit="ms", limit=limit, sense="at most", note=note))
    return found


def _made_up(count: int, random: np.random.Generator) -> FeatureInputs:
    vectors = unit_rows(random.normal(size=(count, 384)).astype(np.float32))
    uses = random.integers(0, count, 3 * count)
    return FeatureInputs(
        age_hours=random.uniform(0, 2_000, count),
        life_hours=np.full(count, 2_160.0),
        use_memory=uses,
        use_hours_ago=random.uniform(0, 2_000, len(uses)),
        session_mean=random.random(count),
        importance=random.normal(size=count),
        idf_mass=random.uniform(0, 60, count),
        words=random.uniform(3, 80, count),
        mean_words=20.0,
        names=random.integers(0, 4, count).astype(np.float64),
        numbers=random.integers(0, 4, count).astype(np.float64),
        quotations=np.zeros(count),
        days=np.zeros(count),
        vectors=vectors,
        centres=unit_rows(random.normal(size=(64, 384)).astype(np.float32)),
        context=vectors[0],
        nearest=random.random(count),
    )


def _heuristics() -> dict[str, Callable[[Judged], FloatArray]]:
    def by_feature(column: int, one: Judged) -> FloatArray:
        nothing = np.zeros(len(one.asked))
        found: FloatArray = features(turn_inputs(one.reading, one.vectors, nothing))[:, column]
        return found

    named = ("keyword_density", "topic_relevance", "context_similarity", "entity_mass", "novelty")
    found: dict[str, Callable[[Judged], FloatArray]] = {
        name: partial(by_feature, FEATURES.index(name)) for name in named
    }
    found["longest"] = lambda one: np.array([float(text.words) for text in one.reading.texts])
    found["newest"] = lambda one: np.arange(float(len(one.asked)))
    return found


async def run(context: BenchContext) -> Sequence[Figure]:
    """Read every conversation, then leave each out in turn."""
    folders = sorted(path for path in context.collection("locomo").iterdir() if path.is_dir())
    if len(folders) < 2:
        raise BenchUnavailableError("two conversations or more are needed, to learn from some and judge another")
    conversations = []
    for folder in folders[:2] if context.quick else folders:
        context.say(f"promotion: {folder.name}")
        collection = read_collection(folder)
        conversations.append(judged(folder.name, collection, await vectors_of(collection, context.work / folder.name)))
    return [*figures(conversations), *_speed()]


async def vectors_of(collection: Collection, folder: Path) -> NDArray[np.float32]:
    """The bundled embedder's vectors of the turns, made as they are when they are remembered."""

    def embed() -> NDArray[np.float32]:
        settings = Settings(data_dir=folder)
        settings.paths.create()
        embedder = open_embedder(settings, paths=settings.paths)
        try:
            return embedder.embed_passages([embedding_text(one) for one in collection.memories])
        finally:
            embedder.close()

    return await asyncio.to_thread(embed)


def figures(conversations: Sequence[Judged]) -> list[Figure]:
    """All figures of these conversations."""
    found: list[Figure] = []
    everything = tuple(range(len(FEATURES)))
    kinds = {kind: leave_one_out(conversations, partial(learned, kind=kind, columns=everything)) for kind in FITTERS}
    for kind, folds in kinds.items():
        note = ", ".join(f"{one.name} {fold:.3f}" for one, fold in zip(conversations, folds, strict=True))
        found.append(Figure(name=f"kept evidence, {kind}", value=float(np.mean(folds)), limit=LIMIT, note=note))
    prior = load_prior()
    folds = leave_one_out(conversations, partial(shipped, prior))
    note = "learned from simulated use only; " + ", ".join(
        f"{one.name} {fold:.3f}" for one, fold in zip(conversations, folds, strict=True)
    )
    found.append(Figure(name="kept evidence, shipped model", value=float(np.mean(folds)), note=note))
    for group, own in GROUPS.items():
        rest = [column for column in everything if column not in own]
        folds = leave_one_out(conversations, partial(learned, kind="logistic", columns=rest))
        found.append(Figure(name=f"kept evidence, logistic without {group}", value=float(np.mean(folds))))
    for column in GROUPS["semantic"]:
        rest = [one for one in everything if one != column]
        folds = leave_one_out(conversations, partial(learned, kind="logistic", columns=rest))
        found.append(Figure(name=f"kept evidence, logistic without {FEATURES[column]}", value=float(np.mean(folds))))
    for name, rule in _heuristics().items():
        folds = [kept_evidence(rule(one), one.questions) for one in conversations]
        found.append(Figure(name=f"kept evidence, by {name} alone", value=float(np.mean(folds))))
    random = np.random.default_rng(5)
    chance = [kept_evidence(random.random(len(one.asked)), one.questions) for one in conversations for _ in range(20)]
    found.append(Figure(name="kept evidence, random", value=float(np.mean(chance))))
    return found


def leave_one_out(conversations: Sequence[Judged], score: Score) -> list[float]:
    """The evidence kept in each conversation by what learned from all others."""
    return [
        kept_evidence(score([*conversations[:at], *conversations[at + 1 :]], held), held.questions)
        for at, held in enumerate(conversations)
    ]


def judged(name: str, collection: Collection, vectors: NDArray[np.float32]) -> Judged:
    """A conversation as it is scored."""
    turns = [Said(text=one.text, speaker=one.speaker or "", session=one.session or "") for one in collection.memories]
    places = {one.external_id: at for at, one in enumerate(collection.memories)}
    questions = [
        ([places[turn] for turn in relevant if turn in places], len(relevant))
        for relevant in collection.relevant.values()
    ]
    asked = np.zeros(len(turns))
    for found, _ in questions:
        asked[found] = 1.0
    return Judged(name=name, reading=read_conversation(turns), vectors=vectors, questions=questions, asked=asked)
