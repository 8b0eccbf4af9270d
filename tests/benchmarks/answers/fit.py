"""Fit the models of `engine/agent/weighing.py`, and show how well they do on data they were not fitted to.

    python tests/benchmarks/answers/fit.py --shared ../shared/data --xquad DIR [--work DIR]

Two sources, both with answerable and unanswerable questions:

- XQuAD in English and Russian (github.com/google-deepmind/xquad: `xquad.en.json`, `xquad.ru.json`). A question is asked
  of all passages, of all but its own ("near": the article is still there), and of all but its article's ("far").
- `calibration.jsonl`: questions over the shared documents, written for this and apart from the hundred of the bench.

What comes out: the share of questions whose sentence is among the first three, for the order weights in force and with
each of them halved and doubled (they began as a conditional logit on XQuAD and moved where this sweep said so); and
the logistic models of answerability with their figures by five-fold cross-validation on the calibration questions.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine import Engine, Hit, NewMemory, Settings
from engine.agent import quotes, weighing
from engine.agent.features import Pool, measure
from engine.agent.questions import read
from engine.bench.answers import says
from engine.embedding import Embedder, open_embedder

HERE = Path(__file__).resolve().parent
RECALLED = 12
XQUAD_QUESTIONS = 150
RIDGE = 0.02
THRESHOLDS = (-0.3, 0.0, 0.3, 0.6, 0.9)


@dataclass
class Sample:
    """One question asked of some hits."""

    origin: str
    answerable: bool
    pool: Pool
    dense: bool
    right: list[bool]


async def collect(shared: Path, xquad: Path, work: Path) -> list[Sample]:
    samples: list[Sample] = []
    async with Engine.open(Settings(data_dir=work / "documents")) as engine:
        await engine.ingest([shared / "documents"])
        rows = [json.loads(line) for line in (HERE / "calibration.jsonl").read_text("utf-8").splitlines()]
        asked = [(row, await engine.recall(row["question"], limit=RECALLED, explain=True)) for row in rows]
    settings = Settings(data_dir=work / "embedder")
    embedder = open_embedder(settings, paths=settings.paths)
    for row, hits in asked:
        samples.append(_sample("calibration", row["question"], hits, embedder, bool(row["sources"]), row["sentences"]))
    for language in ("en", "ru"):
        async with Engine.open(Settings(data_dir=work / f"xquad-{language}")) as engine:
            passages, questions = _xquad(xquad / f"xquad.{language}.json")
            if not await engine.memories(limit=1):
                await engine.remember_many(passages)
            for number, (question, passage, article, start) in enumerate(questions):
                hits = await engine.recall(question, limit=3 * RECALLED, explain=True)
                own = [hit for hit in hits if hit.memory.external_id == passage]
                answer = _sentence_at(own[0], start) if own else None
                near = [hit for hit in hits if hit.memory.external_id != passage]
                far = [hit for hit in near if not str(hit.memory.external_id).startswith(f"{article}-")]
                if answer is not None:
                    samples.append(_sample("xquad", question, hits[:RECALLED], embedder, True, [answer]))
                samples.append(_sample("xquad", question, near[:RECALLED], embedder, False, []))
                if number % 2 == 0:
                    samples.append(_sample("xquad", question, far[:RECALLED], embedder, False, []))
    embedder.close()
    return samples


def _sample(
    origin: str, question: str, hits: Sequence[Hit], embedder: Embedder, answerable: bool, sentences: Sequence[str]
) -> Sample:
    pool = measure(read(question), hits)
    dense = quotes.compare(pool, embedder)
    right = [any(says(one.text, sentence) for sentence in sentences) for one in pool.candidates]
    return Sample(origin, answerable, pool, dense, right)


def _xquad(path: Path) -> tuple[list[NewMemory], list[tuple[str, str, int, int]]]:
    passages: list[NewMemory] = []
    questions: list[tuple[str, str, int, int]] = []
    for article, one in enumerate(json.loads(path.read_text("utf-8"))["data"]):
        for number, paragraph in enumerate(one["paragraphs"]):
            name, title = f"{article}-{number}", one["title"].replace("_", " ")
            lead = len(paragraph["context"]) - len(paragraph["context"].lstrip("\ufeff"))
            text = paragraph["context"][lead:]
            passages.append(NewMemory(text=text, layer="assets", kind="document_chunk", title=title, external_id=name))
            questions += [
                (asked["question"], name, article, asked["answers"][0]["answer_start"] - lead)
                for asked in paragraph["qas"]
            ]
    random.Random(2).shuffle(questions)
    return passages, questions[:XQUAD_QUESTIONS]


def _sentence_at(hit: Hit, start: int) -> str | None:
    from engine.agent.sentences import split

    text = hit.memory.text
    return next((text[one.start : one.end] for one in split(text) if one.start <= start < one.end), None)


def in_first_three(samples: Sequence[Sample]) -> float:
    answerable = [sample for sample in samples if sample.answerable]
    return sum(any(sample.right[place] for place in _order(sample)[1][:3]) for sample in answerable) / len(answerable)


def _order(sample: Sample) -> tuple[list[float], list[int]]:
    weighed = weighing.logits(sample.pool, dense=sample.dense)
    places = sorted(range(len(weighed)), key=lambda place: -weighed[place])
    return weighed, [place for place in places if quotes.quotable(sample.pool.candidates[place])]


def sweep(samples: Sequence[Sample], model: dict[str, float]) -> None:
    groups = {origin: [one for one in samples if one.origin == origin] for origin in ("calibration", "xquad")}
    print("  as it is", {origin: round(in_first_three(group), 3) for origin, group in groups.items()})
    for name, value in list(model.items()):
        for factor in (0.5, 2.0):
            model[name] = value * factor
            print(f"  {name} x{factor}", {origin: round(in_first_three(group), 3) for origin, group in groups.items()})
        model[name] = value


def rows_of(samples: Sequence[Sample], names: Sequence[str]) -> Iterator[tuple[list[float], Sample]]:
    for sample in samples:
        weighed, places = _order(sample)
        if places:
            figures = weighing.answer_figures(sample.pool, weighed, places[0])
            yield [figures.get(name, 0.0) for name in names], sample


def logistic(x: np.ndarray, y: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Newton's method with a ridge on everything but the constant."""
    x = np.column_stack([np.ones(len(x)), x])
    ridge = np.eye(x.shape[1]) * RIDGE * weight.sum() / 10
    ridge[0, 0] = 0.0
    beta = np.zeros(x.shape[1])
    for _ in range(30):
        p = 1.0 / (1.0 + np.exp(-x @ beta))
        beta += np.linalg.solve(
            (x * (weight * p * (1 - p))[:, None]).T @ x + ridge, x.T @ (weight * (y - p)) - ridge @ beta
        )
    return beta


def balance(samples: Sequence[Sample]) -> np.ndarray:
    """Both answers weigh the same within a source; the calibration questions weigh twice what XQuAD does."""
    weight = np.zeros(len(samples))
    for origin, share in (("calibration", 2.0), ("xquad", 1.0)):
        for answer in (True, False):
            places = [n for n, one in enumerate(samples) if one.origin == origin and one.answerable is answer]
            weight[places] = 100 * share / max(1, len(places))
    return weight


def fit(samples: Sequence[Sample], names: Sequence[str]) -> None:
    pairs = list(rows_of(samples, names))
    random.Random(4).shuffle(pairs)
    x = np.array([row for row, _ in pairs])
    kept = [sample for _, sample in pairs]
    y = np.array([sample.answerable for sample in kept], dtype=float)
    mine = [n for n, sample in enumerate(kept) if sample.origin == "calibration"]
    scores = np.zeros(len(mine))
    for fold in range(5):
        held = mine[fold::5]
        train = [n for n in range(len(kept)) if n not in set(held)]
        beta = logistic(x[train], y[train], balance([kept[n] for n in train]))
        scores[fold::5] = np.column_stack([np.ones(len(held)), x[held]]) @ beta
    truth = y[mine].astype(bool)
    beta = logistic(x, y, balance(kept))
    print("  model", {name: round(float(value), 2) for name, value in zip(["", *names], beta, strict=True)})
    for threshold in THRESHOLDS:
        above = scores > threshold
        wrong, answered = above[~truth].mean(), above[truth].mean()
        probability = 1 / (1 + np.exp(-threshold))
        print(f"  above {probability:.2f}: unanswerable answered {wrong:.2f}, answerable answered {answered:.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, required=True)
    parser.add_argument("--xquad", type=Path, required=True)
    parser.add_argument("--work", type=Path, help="kept and used again; else a temporary folder")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        samples = asyncio.run(collect(options.shared, options.xquad, options.work or Path(temporary)))
    for dense, order, answers in (
        (True, weighing.ORDER_BY_MEANING, weighing.ANSWERS_BY_MEANING),
        (False, weighing.ORDER_BY_WORDS, weighing.ANSWERS_BY_WORDS),
    ):
        chosen = [sample for sample in samples if sample.dense is dense]
        print(f"{'meaning' if dense else 'words'}: {len(chosen)} questions")
        sweep(chosen, order)
        fit(chosen, [name for name in answers if name])


if __name__ == "__main__":
    main()
