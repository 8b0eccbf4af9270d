"""The bench of promotion: its measure, its honesty, and a floor under the real figure where the collection is there."""

import dataclasses
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from engine.bench.promotion import Judged, judged, kept_evidence, learned, leave_one_out, shipped
from engine.bench.retrieval import Collection, read_collection
from engine.memory.promotion.features import FEATURES
from engine.memory.promotion.models.files import FITTERS
from engine.memory.promotion.prior import load_prior
from engine.values import NewMemory

EVERYTHING = tuple(range(len(FEATURES)))


def talk(seed: int) -> Collection:
    """Made up: facts are asked for, small talk is not."""
    random = np.random.default_rng(seed)
    memories, relevant = [], {}
    for number in range(120):
        fact = random.random() < 0.3
        city = random.choice(["Oslo", "Porto", "Kyoto", "Cairo", "Tallinn"])
        text = f"I moved to {city} in {random.integers(1950, 2025)}." if fact else "Wow, thanks, that is so great!"
        session, speaker = str(number // 20), "AB"[number % 2]
        memories.append(NewMemory(text=text, external_id=f"t{number}", session=session, speaker=speaker))
        if fact and random.random() < 0.8:
            relevant[f"q{number}"] = {f"t{number}": 1.0}
    return Collection(memories, dict.fromkeys(relevant, "?"), relevant)


def without_vectors(collection: Collection, name: str) -> Judged:
    return judged(name, collection, np.zeros((len(collection.memories), 4), dtype=np.float32))


def test_kept_evidence_is_averaged_over_questions_and_uncapped() -> None:
    scores = np.array([9.0, 8, 7, 6, 5, 4, 3, 2, 1, 0])
    questions = [([0], 1), ([9], 1), ([1, 8], 2), ([2], 4)]  # the last names three turns that are nowhere
    assert kept_evidence(scores, questions) == pytest.approx((1 + 0 + 0.5 + 0.25) / 4)
    assert kept_evidence(-scores, questions) == pytest.approx((0 + 1 + 0.5 + 0) / 4)
    assert kept_evidence(np.zeros(10), [([2], 1), ([3], 1)]) == 0.5  # ties go by what was said first


@pytest.mark.parametrize("kind", sorted(FITTERS))
def test_each_kind_tells_facts_from_small_talk(kind: str) -> None:
    conversations = [without_vectors(talk(seed), str(seed)) for seed in range(3)]
    folds = leave_one_out(conversations, partial(learned, kind=kind, columns=EVERYTHING))
    assert len(folds) == 3
    assert min(folds) > 0.8


def test_what_is_held_out_is_not_learned_from() -> None:
    """The scores of a conversation do not hang on what is asked about it."""
    train = [without_vectors(talk(seed), str(seed)) for seed in (1, 2)]
    held = without_vectors(talk(3), "held")
    turned = dataclasses.replace(held, asked=1 - held.asked, questions=[([0], 1)])
    for kind in FITTERS:
        score = partial(learned, kind=kind, columns=EVERYTHING)
        assert np.array_equal(score(train, held), score(train, turned))
    seen = []

    def noting(others: list[Judged], one: Judged) -> np.ndarray:
        seen.append(([other.name for other in others], one.name))
        return np.zeros(len(one.asked))

    leave_one_out([*train, held], noting)  # type: ignore[arg-type]
    assert seen == [(["2", "held"], "1"), (["1", "held"], "2"), (["1", "2"], "held")]


def test_the_real_figure_has_a_floor(shared_data: Path) -> None:
    """Without vectors, which take a while: they add little here."""
    folders = sorted(path for path in (shared_data / "locomo").iterdir() if path.is_dir())
    conversations = [without_vectors(read_collection(folder), folder.name) for folder in folders]
    folds = leave_one_out(conversations, partial(learned, kind="logistic", columns=EVERYTHING))
    assert np.mean(folds) > 0.72
    prior = leave_one_out(conversations, partial(shipped, load_prior()))
    assert np.mean(prior) > 0.66
