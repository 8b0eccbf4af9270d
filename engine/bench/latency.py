"""How fast memories are recalled and inserted, at 1,000, 10,000 and 100,000 of them.

Texts are stretches of LoCoMo's turns, vectors mixtures of their real vectors with a little noise: as crowded as real
ones, and given, so that inserting is measured without embedding. Every figure's reference is measured in turns with
it, on the same graph and by as many threads, so that other work on the computer slows both.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

import hnswlib
import numpy as np

from engine.bench import BenchContext, Figure
from engine.bench.retrieval import Collection, read_collection
from engine.embedding.embedder import Embedder
from engine.engine import Engine
from engine.memory.indexes import Indexes
from engine.settings import Settings
from engine.values import NewMemory

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIZES = (1_000, 10_000, 100_000)
QUICK_SIZES = (500, 2_000)

P95_LIMIT = 15.0
VECTOR_LIMIT = 1.3
INSERT_LIMIT = 2_000.0

_BATCH = 1_000
_QUERIES = 200
_SESSION = 20
_NEIGHBOURS = 50


async def run(context: BenchContext) -> Sequence[Figure]:
    """Grow one memory through all sizes; measure at each."""
    folders = sorted(path for path in context.collection("locomo").iterdir() if path.is_dir())
    collections = [read_collection(folder) for folder in (folders[:1] if context.quick else folders)]
    sizes = QUICK_SIZES if context.quick else SIZES
    figures: list[Figure] = []
    inserting = merging = 0.0
    async with Engine.open(Settings(data_dir=context.work / "data")) as engine:
        made = _made(collections, engine._parts.embedder, sizes[-1])
        count = 0
        for size in sizes:
            context.say(f"inserting up to {size:,}")
            while count < size:
                batch = [next(made) for _ in range(min(_BATCH, size - count))]
                began = time.perf_counter()
                await engine.remember_many(batch)
                inserting += time.perf_counter() - began
                count += len(batch)
            if size == sizes[-1]:
                figures.append(await _findable(engine))
            context.say(f"merging {size:,}")
            began = time.perf_counter()
            await asyncio.to_thread(engine._parts.indexes.settle)
            merging += time.perf_counter() - began
            context.say(f"recalling from {size:,}")
            figures += await _recall(engine, _questions(collections, size), size, last=size == sizes[-1])
        await asyncio.to_thread(engine._parts.indexes.save)
        figures += await _vector_part(engine, collections, context.work / "data" / "indexes")
    figures.append(
        Figure(
            name=f"inserted, durable and findable, up to {count:,}",
            value=count / inserting,
            unit="1/s",
            limit=INSERT_LIMIT,
            note=f"vectors given, {_BATCH:,} in a transaction",
        )
    )
    figures.append(
        Figure(
            name=f"merged into the graph, up to {count:,}",
            value=count / max(merging, 1e-9),
            unit="1/s",
            note="after the inserts; until then the tail is searched exactly",
        )
    )
    return figures


def _made(collections: Sequence[Collection], embedder: Embedder, count: int) -> Iterator[NewMemory]:
    rng, choose = np.random.default_rng(7), random.Random(7)
    turns = [memory.text for collection in collections for memory in collection.memories]
    real = embedder.embed_passages(turns)
    words = " ".join(turns).split()
    for number in range(count):
        first, second = rng.integers(0, len(real), 2)
        noise = 0.02 * rng.standard_normal(real.shape[1], np.float32)
        start = choose.randrange(len(words) - 60)
        yield NewMemory(
            text=" ".join(words[start : start + choose.randrange(20, 60)]),
            layer="assets",
            session=f"session {number // _SESSION}" if number // _BATCH % 2 else None,
            vector=cast(Sequence[float], real[first] + 0.6 * real[second] + noise),
        )


def _questions(collections: Sequence[Collection], size: int) -> list[str]:
    """Questions that no cache knows: each size asks in words of its own."""
    texts = [text for collection in collections for text in collection.questions.values()]
    return [f"{text} ({size})" for text in texts[:_QUERIES]]


async def _findable(engine: Engine) -> Figure:
    """What was remembered last is found by the very next recall."""
    text = "The violet lighthouse keeper of Quixaltepec keeps nine herons"
    began = time.perf_counter()
    memory = await engine.remember(text, layer="assets")
    hits = await engine.recall("Quixaltepec herons", limit=1)
    seconds = time.perf_counter() - began
    found = bool(hits) and hits[0].memory.id == memory.id
    return Figure(
        name="what was just remembered is found",
        value=float(found),
        limit=1.0,
        note=f"{seconds * 1000:.0f} ms behind the bulk insert, from remembering to the hit",
    )


async def _recall(engine: Engine, questions: Sequence[str], size: int, *, last: bool) -> list[Figure]:
    embedder = engine._parts.embedder
    await engine.recall("warm up")
    recalls, embeddings = [], []
    for question in questions:
        began = time.perf_counter()
        await engine.recall(question, limit=10)
        recalls.append(time.perf_counter() - began)
        began = time.perf_counter()
        await asyncio.to_thread(embedder.embed_query, f"{question} alone")
        embeddings.append(time.perf_counter() - began)
    return [
        Figure(
            name=f"recall p{percent}, {size:,} memories",
            value=_percentile(recalls, percent),
            unit="ms",
            reference=_percentile(embeddings, percent),
            reference_name="embedding the query alone",
            limit=P95_LIMIT if last and percent == 95 else None,
            sense="at most",
            note=f"{len(questions)} questions end to end",
        )
        for percent in (50, 95)
    ]


async def _vector_part(engine: Engine, collections: Sequence[Collection], folder: Path) -> list[Figure]:
    questions = _questions(collections, 0)
    vectors = [engine._parts.embedder.embed_query(question) for question in questions]
    saved = sorted(folder.glob("assets-*.hnsw"))
    if not saved:  # so few that they are searched exactly
        return []
    width = engine.settings.recall.ef_assets

    def measure() -> tuple[list[float], list[float]]:
        bare = hnswlib.Index(space="ip", dim=len(vectors[0]))
        bare.load_index(str(saved[-1]))
        bare.set_ef(width)
        return _in_turns(engine._parts.indexes, bare, vectors)

    ours, theirs = await asyncio.to_thread(measure)
    return [
        Figure(
            name="vector part, one layer, merged",
            value=_percentile(ours, 50) / _percentile(theirs, 50),
            unit="x",
            reference=1.0,
            reference_name="bare hnswlib, same graph, ef and thread",
            limit=VECTOR_LIMIT,
            sense="at most",
            note=f"{_percentile(ours, 50):.2f} ms against {_percentile(theirs, 50):.2f} ms (medians), ef {width}",
        )
    ]


def _in_turns(
    indexes: Indexes, bare: hnswlib.Index, vectors: Sequence[NDArray[np.float32]]
) -> tuple[list[float], list[float]]:
    ours, theirs = [], []
    for _ in range(3):
        for vector in vectors:
            began = time.perf_counter()
            indexes.search_vectors("assets", vector, _NEIGHBOURS)
            ours.append(time.perf_counter() - began)
            began = time.perf_counter()
            bare.knn_query(vector, k=_NEIGHBOURS, num_threads=1)
            theirs.append(time.perf_counter() - began)
    return ours, theirs


def _percentile(seconds: Sequence[float], percent: int) -> float:
    """In milliseconds."""
    return float(np.percentile(seconds, percent)) * 1000
