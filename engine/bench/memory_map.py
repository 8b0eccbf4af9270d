"""The map of memories: how soon something stands, how long the layout takes, and how well it keeps neighbours together.

Neighbours are judged on real vectors, of LoCoMo's turns and Cranfield's abstracts; time and memory on 50,000 mixtures
of them. Trustworthiness is that of Venna and Kaski ("Neighborhood preservation in nonlinear projection methods", 2001):
1 where the fifteen nearest on the map are the fifteen nearest in truth, less the more far ones are among them. The
plane of greatest variance, measured on the same memories, is what the layout has to beat.
"""

from __future__ import annotations

import asyncio
import dataclasses
import json
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

import numpy as np
import psutil

from engine.bench import BenchContext, Figure
from engine.bench.retrieval import read_collection
from engine.engine import Engine
from engine.explorer_values import MemoryFilter
from engine.map_values import MapUpdate
from engine.memory.map_layout import NEIGHBOURS, Plane
from engine.settings import Settings
from engine.values import NewMemory

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]

COUNT, QUICK_COUNT = 50_000, 2_000
FIRST_LIMIT = 1.0
"""Seconds until something stands."""
_JUDGED = 1_500
_BATCH = 1_000


async def run(context: BenchContext) -> Sequence[Figure]:
    """Lay out real memories and judge it, then many and time it."""
    texts = _texts(context)
    async with Engine.open(Settings(data_dir=context.work / "real")) as engine:
        context.say(f"embedding {len(texts):,} texts")
        vectors = await engine._parts.executors.run("inference", engine._parts.embedder.embed_passages, texts)
        await _remember(engine, vectors)
        context.say("laying them out")
        figures = _judged(vectors, await _drawn(engine))
    count = QUICK_COUNT if context.quick else COUNT
    async with Engine.open(Settings(data_dir=context.work / "many")) as engine:
        context.say(f"remembering {count:,}")
        many = _mixtures(vectors, count)
        await _remember(engine, many)
        await asyncio.to_thread(engine._parts.indexes.settle)
        context.say(f"laying {count:,} out")
        figures += await _timed(engine, many)
    return figures


def _texts(context: BenchContext) -> list[str]:
    folders = sorted(path for path in context.collection("locomo").iterdir() if path.is_dir())
    texts = [
        memory.text for one in (folders[:1] if context.quick else folders) for memory in read_collection(one).memories
    ]
    if not context.quick:
        texts += _abstracts(context.collection("cranfield"))
    return texts


def _abstracts(folder: Path) -> list[str]:
    lines = (folder / "corpus.jsonl").read_text(encoding="utf-8").splitlines()
    return [text for text in (json.loads(line)["text"] for line in lines) if text.strip()]


def _mixtures(vectors: Vectors, count: int) -> Vectors:
    """Unit vectors as crowded as real ones, no two alike."""
    chance = np.random.default_rng(7)
    first, second = chance.integers(0, len(vectors), (2, count))
    share = chance.uniform(0.35, 0.65, (count, 1)).astype(np.float32)
    made = share * vectors[first] + (1 - share) * vectors[second]
    made += 0.02 * chance.standard_normal(made.shape, np.float32)
    return cast("Vectors", made / np.linalg.norm(made, axis=1, keepdims=True))


async def _remember(engine: Engine, vectors: Vectors) -> None:
    for start in range(0, len(vectors), _BATCH):
        some = vectors[start : start + _BATCH]
        await engine.remember_many(
            [
                NewMemory(text=f"{start + place}", layer="assets", vector=cast(Sequence[float], row))
                for place, row in enumerate(some)
            ]
        )


async def _drawn(engine: Engine) -> MapUpdate:
    last: MapUpdate | None = None
    async for update in engine.memory_map(MemoryFilter()):
        last = update
    assert last is not None  # there is always an update
    return last


def _judged(vectors: Vectors, update: MapUpdate) -> list[Figure]:
    laid_out = np.stack([update.x, update.y], axis=1)
    plane = Plane.of(vectors).project(vectors)
    (trust, kept), (plain_trust, plain_kept) = (judge(vectors, places) for places in (laid_out, plane))
    note = f"{len(vectors):,} real texts, {NEIGHBOURS} neighbours"
    return [
        Figure(
            name="trustworthiness of the map",
            value=trust,
            reference=plain_trust,
            reference_name="the plane alone",
            limit=0.9,
            note=note,
        ),
        Figure(
            name="nearest neighbours that are neighbours on the map",
            value=kept,
            reference=plain_kept,
            reference_name="the plane alone",
            limit=plain_kept,
            note=note,
        ),
    ]


def judge(vectors: Vectors, places: Vectors, k: int = NEIGHBOURS) -> tuple[float, float]:
    """Trustworthiness, and the share of true neighbours kept, over a sample of the rows.

    Args:
        vectors: Unit vectors, shape (n, dimensions).
        places: Shape (n, 2).
        k: Neighbours of each.
    """
    count = len(vectors)
    asked = np.random.default_rng(0).permutation(count)[:_JUDGED]
    penalty = kept = 0.0
    for start in range(0, len(asked), 100):
        rows = asked[start : start + 100]
        own = np.arange(len(rows))
        scores = vectors[rows] @ vectors.T
        scores[own, rows] = np.inf
        ranks = np.empty(scores.shape, np.int64)
        np.put_along_axis(ranks, np.argsort(-scores, axis=1), np.broadcast_to(np.arange(count), scores.shape), axis=1)
        apart = ((places[rows][:, None] - places[None]) ** 2).sum(axis=2)
        apart[own, rows] = np.inf
        near = np.take_along_axis(ranks, np.argpartition(apart, k, axis=1)[:, :k], axis=1)
        penalty += float(np.maximum(near - k, 0).sum())
        kept += float((near <= k).sum())
    trust = 1 - 2 / (len(asked) * k * (2 * count - 3 * k - 1)) * penalty
    return trust, kept / (len(asked) * k)


async def _timed(engine: Engine, vectors: Vectors) -> list[Figure]:
    process = psutil.Process()
    before, most = process.memory_info().rss, 0
    held = 0.0
    stop = asyncio.Event()

    async def watch() -> None:
        nonlocal held, most
        last = time.perf_counter()
        while not stop.is_set():
            await asyncio.sleep(0.005)
            now = time.perf_counter()
            held, last = max(held, now - last - 0.005), now
            most = max(most, process.memory_info().rss)

    watcher = asyncio.ensure_future(watch())
    began, first, updates = time.perf_counter(), 0.0, 0
    last: MapUpdate | None = None
    async for update in engine.memory_map(MemoryFilter()):
        first = first or time.perf_counter() - began
        updates += 1
        last = update
    whole = time.perf_counter() - began
    stop.set()
    await watcher
    again = await _seconds(engine)
    await _remember(engine, _mixtures(vectors, len(vectors) + 100)[-100:])
    added = await _seconds(engine)
    count = len(vectors)
    trust, _ = judge(vectors, np.stack([last.x, last.y], axis=1)) if last is not None else (0.0, 0.0)
    plain, _ = judge(vectors, Plane.of(vectors[:4096]).project(vectors))
    first_figure = Figure(
        name=f"something stands, {count:,} memories", value=first, unit="s", limit=FIRST_LIMIT, sense="at most"
    )
    return [
        first_figure,
        Figure(name=f"the layout is done, {count:,} memories", value=whole, unit="s", note=f"{updates} updates"),
        dataclasses.replace(first_figure, name="the same map again", value=again),
        Figure(name="a hundred new memories are put between the others", value=added, unit="s"),
        Figure(
            name=f"trustworthiness, {count:,} memories",
            value=trust,
            reference=plain,
            reference_name="the plane alone",
            limit=plain,
        ),
        Figure(name="longest hold of the event loop meanwhile", value=1000 * held, unit="ms"),
        Figure(name="memory it takes at most", value=(most - before) / 1e6, unit="MB"),
    ]


async def _seconds(engine: Engine) -> float:
    began = time.perf_counter()
    await _drawn(engine)
    return time.perf_counter() - began
