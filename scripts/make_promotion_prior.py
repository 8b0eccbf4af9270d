"""Make `resources/models/promotion`: the model of promotion until its owner's own use has taught a better one.

    python -m scripts.make_promotion_prior

It learns from simulated use of made-up conversations (`simulated_talk.py`): every turn has a need of its own; uses
before it is judged, and use within the horizon behind it, come by chance at that rate. Nothing else enters, no public
collection either. The same code makes the same model, up to what a processor's rounding changes in the embedder.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.embedding import open_embedder
from engine.memory.context import said
from engine.memory.promotion.conversation import Reading, Said, read_conversation, turn_inputs
from engine.memory.promotion.features import FEATURE_SET, FEATURES, FloatArray, features
from engine.memory.promotion.importance import CUE_SET, fit_judge, importance_unseen
from engine.memory.promotion.models.base import area_under_curve, log_loss
from engine.memory.promotion.models.files import FITTERS, to_bytes
from engine.memory.promotion.models.logistic import Logistic, fit_logistic
from engine.memory.promotion.prior import FOLDER, IMPORTANCE, MODEL, REFERENCE, write_reference
from engine.memory.promotion.reference import Reference
from engine.settings import Settings
from scripts.simulated_talk import Talk, Turn

CONVERSATIONS = 60
SEED = 20_260
DAY, SEASON = 24.0, 90 * 24.0
AGAIN = 1.5
"""How much one fresh use adds to the need of more, as a multiple of the need."""


def main() -> None:
    """Make the files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=FOLDER)
    out: Path = parser.parse_args().out
    talks = [Talk(SEED + number).whole() for number in range(CONVERSATIONS)]
    print(f"{sum(map(len, talks))} turns of {len(talks)} conversations")
    vectors = embedded(talks)
    readings = [
        read_conversation([Said(text=one.text, speaker=one.speaker, session=one.session) for one in talk])
        for talk in talks
    ]
    random = np.random.default_rng(SEED)
    asked = [(random.random(len(talk)) < 1 - np.exp(-_needs(talk))).astype(np.float64) for talk in talks]
    unseen = importance_unseen([one.cues for one in readings], asked)
    rows, used, whose = [], [], []
    for number, (talk, reading, own) in enumerate(zip(talks, readings, unseen, strict=True)):
        for found, outcome in simulate(talk, reading, vectors[number], own, random):
            rows.append(found)
            used.append(outcome)
            whose.append(np.full(len(outcome), number))
    table, outcomes, owner = np.vstack(rows), np.hstack(used), np.hstack(whose)
    held = owner % 5 == 0
    for kind, fit in FITTERS.items():
        model = fit(table[~held], outcomes[~held])
        logits = model.logits(table[held])
        loss, area = log_loss(logits, outcomes[held]), area_under_curve(logits, outcomes[held])
        print(f"{kind}: log loss {loss:.4f}, AUC {area:.4f}")
    logits = plain(table[~held], outcomes[~held]).logits(table[held])
    metrics = {
        "log_loss": round(log_loss(logits, outcomes[held]), 4),
        "auc": round(area_under_curve(logits, outcomes[held]), 4),
        "examples": len(outcomes),
    }
    model = plain(table, outcomes)
    learned = fit_judge(np.vstack([one.cues for one in readings]), np.hstack(asked))
    judge = Logistic(round(learned.base, 6), learned.weights.round(6), learned.mean.round(6), learned.spread.round(6))
    for name, weight in sorted(zip(FEATURES, model.weights, strict=False), key=lambda one: -abs(one[1])):
        print(f"  {name}: {weight:+.3f}")
    out.mkdir(parents=True, exist_ok=True)
    (out / IMPORTANCE).write_bytes(to_bytes(judge, features=CUE_SET))
    (out / MODEL).write_bytes(to_bytes(model, features=FEATURE_SET))
    write_reference(out / REFERENCE, Reference.of(table, model.logits(table)), metrics)


def plain(table: FloatArray, outcomes: FloatArray) -> Logistic:
    """A logistic model in which every feature counts as one would say it does: for use, for weight, against age.

    Features that say the same twice get opposite signs in a free fit, which explains nothing to anybody. Those are
    taken out one by one, the worst first, and keep the weight 0. Numbers are cut to six digits: what a processor's
    rounding changes in the embedder is less.
    """
    sign = np.array([-1.0 if name == "age" else 1.0 for name in FEATURES])
    held = np.zeros(len(FEATURES), dtype=bool)
    while True:
        model = fit_logistic(np.where(held, 0.0, table), outcomes)
        against = model.weights * sign
        if against.min() >= -1e-9:
            mean, spread = table.mean(axis=0), np.where(held, 1.0, model.spread)
            return Logistic(round(model.base, 6), model.weights.round(6), mean.round(6), spread.round(6))
        held[int(against.argmin())] = True


def simulate(
    talk: list[Turn],
    reading: Reading,
    vectors: NDArray[np.float32],
    importance: FloatArray,
    random: np.random.Generator,
) -> list[tuple[FloatArray, FloatArray]]:
    """Judge a conversation's turns as they leave the first layer, within their day, and within a season.

    What was used makes further use likelier, the more so the fresher it is: half of it is gone after half a life.
    """
    needs = _needs(talk)
    count = len(talk)
    found = []
    for life, ages in (
        (DAY, np.full(count, DAY)),
        (DAY, random.uniform(1.0, DAY, count)),
        (SEASON, random.uniform(DAY, SEASON, count)),
    ):
        counts = random.poisson(needs * (0.05 + 0.3 * ages / life))
        turns = np.repeat(np.arange(count), counts)
        ago = random.uniform(0.0, ages[turns])
        fresh = np.bincount(turns, np.exp2(-ago / (life / 2)), minlength=count)
        table = features(
            turn_inputs(
                reading, vectors, importance, age_hours=ages, life_hours=life, use_memory=turns, use_hours_ago=ago
            )
        )
        expected = needs * (1.0 + AGAIN * fresh) * np.where(ages > DAY, 0.6, 1.0)
        found.append((table, (random.random(count) < 1 - np.exp(-expected)).astype(np.float64)))
    return found


def embedded(talks: list[list[Turn]]) -> list[NDArray[np.float32]]:
    """Vectors of every conversation's turns by the bundled embedder."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder))
        settings.paths.create()
        embedder = open_embedder(settings, paths=settings.paths)
        try:
            return [embedder.embed_passages([said(one.text, one.speaker, None) for one in talk]) for talk in talks]
        finally:
            embedder.close()


def _needs(talk: list[Turn]) -> FloatArray:
    return np.array([one.need for one in talk])


if __name__ == "__main__":
    main()
