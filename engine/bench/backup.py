"""Backups of 100,000 memories: how long, how large, whether writers wait meanwhile, and what other packing would give.

Texts are stretches of LoCoMo's turns, vectors mixtures of their real ones, as in `latency`: vectors hardly shrink, and
they are nine tenths of a database, so that made-up ones would flatter every figure.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import lzma
import time
import zlib
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from engine.bench import BenchContext, Figure
from engine.bench.latency import _made
from engine.bench.retrieval import read_collection
from engine.engine import Engine
from engine.memory.backup.file_format import PIECE
from engine.settings import Settings
from engine.values import NewMemory

if TYPE_CHECKING:
    from engine.backup_values import BackupInfo

T = TypeVar("T")

MEMORIES, QUICK_MEMORIES = 100_000, 2_000
_BATCH = 1_000
_SAMPLED = 24
"""Pieces that other packings are tried on."""

_PASSPHRASE = "measured, not kept"
_STALL_LIMIT = 1_000.0
"""Milliseconds that one write may wait at most: longer, and a person's flow of thought is broken (Nielsen 1993)."""


async def run(context: BenchContext) -> Sequence[Figure]:
    """Fill a memory, then back it up in every way."""
    folders = sorted(path for path in context.collection("locomo").iterdir() if path.is_dir())
    collections = [read_collection(folder) for folder in (folders[:1] if context.quick else folders)]
    size = QUICK_MEMORIES if context.quick else MEMORIES
    settings = Settings(data_dir=context.work / "data")
    figures: list[Figure] = []
    async with Engine.open(settings) as engine:
        made = _made(collections, engine._parts.embedder, size)
        vector = next(made).vector
        context.say(f"inserting {size:,}")
        for start in range(0, size, _BATCH):
            await engine.remember_many([next(made) for _ in range(min(_BATCH, size - 1 - start))])
        await asyncio.to_thread(engine._parts.indexes.settle)
        await asyncio.to_thread(engine._parts.indexes.save)
        await engine._parts.executors.run("store", engine._parts.store.fold)
        database = settings.paths.database.stat().st_size
        context.say("writing while nothing is backed up")
        calm = await _writes(engine, vector, asyncio.sleep(5))
        context.say("backing up")
        plain: list[BackupInfo] = []

        async def back_up() -> None:
            plain.append(await engine.back_up(context.work / "plain.magray-backup"))

        began = time.perf_counter()
        busy = await _writes(engine, vector, back_up())
        meanwhile = time.perf_counter() - began
        figures += _stalls(calm, busy)
        seconds, _ = await _timed(engine.back_up(context.work / "alone.magray-backup"))
        sealed, _ = await _timed(engine.back_up(context.work / "sealed.magray-backup", _PASSPHRASE))
        checked, _ = await _timed(engine.check_backup(context.work / "sealed.magray-backup", _PASSPHRASE))
        restored, _ = await _timed(engine.restore(context.work / "sealed.magray-backup", _PASSPHRASE))
        note = f"{size:,} memories, database of {database / 1e6:.0f} MB"
        figures += [
            Figure(name="backup, read back", value=seconds, unit="s", note=note),
            Figure(name="the same while others write", value=meanwhile, unit="s"),
            Figure(name="the same, encrypted", value=sealed, unit="s"),
            Figure(name="size of a backup", value=plain[0].size / 1e6, unit="MB", note=note),
            Figure(name="check of an encrypted backup", value=checked, unit="s", note="every byte, and SQLite's check"),
            Figure(name="restore, until the restart", value=restored, unit="s", note="the same check, and unpacked"),
        ]
        figures += await _carrying(engine, context)
        figures += await asyncio.to_thread(_packings, settings.paths.database)
    context.say("starting with the restored state")
    began = time.perf_counter()
    async with Engine.open(settings):
        figures.append(
            Figure(
                name="start that puts the restored state in place",
                value=time.perf_counter() - began,
                unit="s",
                note="keeps the state before as a backup",
            )
        )
    return figures


async def _writes(engine: Engine, vector: Sequence[float] | None, meanwhile: Awaitable[None]) -> list[float]:
    """Seconds of single writes, one after the other, until something is done."""
    task = asyncio.ensure_future(meanwhile)
    took: list[float] = []
    while not task.done():
        began = time.perf_counter()
        await engine.remember_many([NewMemory(text=f"written meanwhile, {len(took)}", layer="assets", vector=vector)])
        took.append(time.perf_counter() - began)
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(asyncio.shield(task), 0.01)
    await task
    return took


def _stalls(calm: list[float], busy: list[float]) -> list[Figure]:
    return [
        Figure(
            name=f"a write while a backup is made, {name}",
            value=float(np.percentile(busy, percent)) * 1000,
            unit="ms",
            reference=float(np.percentile(calm, percent)) * 1000,
            reference_name="without a backup",
            limit=_STALL_LIMIT if percent == 100 else None,
            sense="at most",
            note=f"{len(busy)} writes, 10 ms between them",
        )
        for percent, name in ((50, "p50"), (99, "p99"), (100, "longest"))
    ]


async def _carrying(engine: Engine, context: BenchContext) -> list[Figure]:
    context.say("carrying memories out and in")
    target = context.work / "memories.jsonl"
    out, count = await _timed(engine.export_memories(target, vectors=True))
    async with Engine.open(Settings(data_dir=context.work / "other")) as other:
        into, _ = await _timed(other.import_memories(target))
    with target.open(encoding="utf-8") as file:
        assert "vector" in json.loads(file.readline())
    return [
        Figure(name="memories written as JSON Lines, with vectors", value=count / out, unit="1/s"),
        Figure(name="memories read from JSON Lines, with vectors", value=count / into, unit="1/s"),
    ]


def _packings(database: Path) -> list[Figure]:
    """Share and speed of other ways to pack, on pieces taken from all over the database."""
    pieces = []
    with database.open("rb") as file:
        for number in range(_SAMPLED):
            file.seek(database.stat().st_size * number // _SAMPLED)
            pieces.append(file.read(PIECE))
    whole = sum(map(len, pieces))
    ways: dict[str, Callable[[bytes], bytes]] = {
        "zlib 1": lambda piece: zlib.compress(piece, 1),
        "zlib 6": lambda piece: zlib.compress(piece, 6),
        "lzma 1": lambda piece: lzma.compress(piece, preset=1),
    }
    figures = []
    for name, pack in ways.items():
        began = time.perf_counter()
        packed = sum(len(pack(piece)) for piece in pieces)
        seconds = time.perf_counter() - began
        figures.append(
            Figure(
                name=f"packed by {name}",
                value=packed / whole,
                note=f"{whole / 1e6 / seconds:.0f} MB of database a second",
            )
        )
    return figures


async def _timed(work: Awaitable[T]) -> tuple[float, T]:
    began = time.perf_counter()
    result = await work
    return time.perf_counter() - began, result
