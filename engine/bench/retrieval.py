"""Retrieval on public collections: recall@5, recall@10 and nDCG@10 of the fused recall and of every signal alone.

Each collection is remembered and asked through the engine's public calls, as any caller would. LoCoMo is searched one
conversation at a time; its recall is over the evidence turns, uncapped, averaged over questions.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from engine.bench import BenchContext, Figure
from engine.engine import Engine
from engine.settings import Settings
from engine.values import Hit, NewMemory

SIGNALS = ("bm25", "bm25_window", "bm25_group", "dense", "dense_window")
"""Each is measured alone by ordering what was recalled, `_DEEP` hits, by its score."""

_DEEP = 100
_QUICK = 40


@dataclass(frozen=True, slots=True)
class Collection:
    """One retrieval set in BEIR's layout."""

    memories: list[NewMemory]
    questions: dict[str, str]
    relevant: dict[str, dict[str, float]]


@dataclass(slots=True)
class Sums:
    """Figures summed over questions."""

    count: int = 0
    recall5: float = 0.0
    recall10: float = 0.0
    ndcg10: float = 0.0

    def add(self, ids: Sequence[str | None], relevant: Mapping[str, float]) -> None:
        """Count one question's hits, best first."""
        self.count += 1
        self.recall5 += sum(found in relevant for found in ids[:5]) / len(relevant)
        self.recall10 += sum(found in relevant for found in ids[:10]) / len(relevant)
        self.ndcg10 += ndcg(ids, relevant)


@dataclass(slots=True)
class Tally:
    """One collection's sums: fused, and by signal."""

    fused: Sums = field(default_factory=Sums)
    alone: dict[str, Sums] = field(default_factory=lambda: {name: Sums() for name in SIGNALS})


LIMITS: dict[str, dict[str, float]] = {
    "locomo": {"recall@5": 0.69, "recall@10": 0.78},
    "cranfield": {"nDCG@10": 0.43},
    "xquad ru": {"recall@10": 0.985},
}
"""What the fused recall has to reach."""


async def run(context: BenchContext) -> Sequence[Figure]:
    """Remember every collection, ask every question."""
    figures: list[Figure] = []
    locomo = sorted(path for path in context.collection("locomo").iterdir() if path.is_dir())
    sets = {
        "locomo": locomo[:1] if context.quick else locomo,
        "cranfield": [context.collection("cranfield")],
        "xquad en": [context.collection("xquad") / "en"],
        "xquad ru": [context.collection("xquad") / "ru"],
    }
    for name, folders in sets.items():
        tally = Tally()
        for number, folder in enumerate(folders):
            context.say(f"{name}: {folder.name}")
            await _measure(read_collection(folder), context.work / f"{name}-{number}", tally, quick=context.quick)
        figures += _figures(name, tally)
    return figures


async def _measure(collection: Collection, data_dir: Path, tally: Tally, *, quick: bool) -> None:
    questions = list(collection.questions.items())[: _QUICK if quick else None]
    places = {memory.external_id: place for place, memory in enumerate(collection.memories)}
    async with Engine.open(Settings(data_dir=data_dir)) as engine:
        await engine.remember_many(collection.memories)
        await engine.verify()  # everything is indexed behind this
        for key, text in questions:
            hits = await engine.recall(text, limit=10)
            tally.fused.add([hit.memory.external_id for hit in hits], collection.relevant[key])
        for key, text in questions:
            hits = await engine.recall(text, limit=_DEEP)
            for signal, sums in tally.alone.items():
                sums.add(_by_signal(hits, signal, places), collection.relevant[key])


def _by_signal(hits: Sequence[Hit], signal: str, places: Mapping[str | None, int]) -> list[str | None]:
    """Ids by one signal's score; equal ones, as within a session, in the order in which they were said."""
    seen = [hit for hit in hits if hit.scores.get(signal, 0.0) > 0.0]
    seen.sort(key=lambda hit: (-hit.scores[signal], places[hit.memory.external_id]))
    return [hit.memory.external_id for hit in seen]


def _figures(name: str, tally: Tally) -> list[Figure]:
    figures = []
    for signal, sums in {"fused": tally.fused, **tally.alone}.items():
        if not sums.ndcg10:  # a signal that took no part: meaning in a foreign language, groups where there are none
            continue
        count = max(1, sums.count)
        values = {
            "recall@5": sums.recall5 / count,
            "recall@10": sums.recall10 / count,
            "nDCG@10": sums.ndcg10 / count,
        }
        for measure, value in values.items():
            limit = LIMITS.get(name, {}).get(measure) if signal == "fused" else None
            note = f"{sums.count} questions" if signal == "fused" else ""
            figures.append(Figure(name=f"{name} {signal} {measure}", value=value, limit=limit, note=note))
    return figures


def ndcg(ids: Sequence[str | None], relevant: Mapping[str, float], at: int = 10) -> float:
    """Normalised discounted cumulative gain: gains as judged, discounted by log2(rank + 1), over the ideal order's."""
    gain = sum(
        relevant.get(found, 0.0) / math.log2(rank + 2) for rank, found in enumerate(ids[:at]) if found is not None
    )
    ideal = sorted(relevant.values(), reverse=True)[:at]
    return gain / sum(value / math.log2(rank + 2) for rank, value in enumerate(ideal))


def read_collection(folder: Path) -> Collection:
    """Read `corpus.jsonl`, `queries.jsonl` and `qrels.tsv`. Questions without a relevant text are left out."""
    # Cranfield has two texts of nothing at all, which nobody could remember.
    memories = [_memory(row) for row in _rows(folder / "corpus.jsonl") if (row["text"] + row["title"]).strip()]
    relevant: dict[str, dict[str, float]] = {}
    for line in (folder / "qrels.tsv").read_text("utf-8").splitlines()[1:]:
        query, text, score = line.split("\t")
        if float(score) > 0:
            relevant.setdefault(query, {})[text] = float(score)
    questions = {row["_id"]: row["text"] for row in _rows(folder / "queries.jsonl") if row["_id"] in relevant}
    return Collection(memories, questions, relevant)


def _memory(row: Mapping[str, Any]) -> NewMemory:
    time = row.get("time")
    return NewMemory(
        text=row["text"] or row["title"],
        title=row["title"] or None,
        layer="interact" if row.get("speaker") else "assets",
        kind="message" if row.get("speaker") else "note",
        speaker=row.get("speaker"),
        session=row.get("session"),
        occurred_at=datetime.strptime(time, "%I:%M %p on %d %B, %Y").replace(tzinfo=UTC) if time else None,
        external_id=row["_id"],
    )


def _rows(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]
