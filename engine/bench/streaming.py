"""Live streams: from arrival to searchable, a hundred streams at once, and what a stream costs in memory.

A message has arrived when its sender calls `add`, and is searchable when a search by its one unheard word finds it. The
search goes the way of a recall without embedding the question: wait for the word index, then look. The reference is a
bare SQLite transaction with a flush of the disk for each message, on the same disk in the same run.
"""

from __future__ import annotations

import asyncio
import random
import sqlite3
import time
import tracemalloc
from collections.abc import Sequence
from pathlib import Path

from engine.bench import BenchContext, Figure
from engine.engine import Engine
from engine.memory.streams.session import StreamSession
from engine.settings import Settings
from engine.values import NewMemory

ARRIVAL_LIMIT = 50.0
SESSION_LIMIT = 100.0
STREAMS = 100
_LOOKED_FOR = 4
"""Of so many messages of many streams one is searched: fifty searches a second are load enough."""

_WORDS = (
    "river", "gauge", "turbine", "valve", "ledger", "invoice", "harbour", "signal", "meadow", "lantern", "quarry",
    "compass", "anchor", "granite",
)  # fmt: skip


async def run(context: BenchContext) -> Sequence[Figure]:
    """Fill a memory, then stream into it; see the module."""
    filled, messages, seconds = (500, 40, 2.0) if context.quick else (10_000, 400, 15.0)
    dice = random.Random(11)
    figures: list[Figure] = []
    async with Engine.open(Settings(data_dir=context.work / "data")) as engine:
        context.say(f"filling with {filled:,} memories")
        dimensions = engine._parts.embedder.dimensions
        for start in range(0, filled, 1000):
            batch = [
                NewMemory(text=_text(dice), layer="assets", vector=[dice.gauss(0, 1) for _ in range(dimensions)])
                for _ in range(start, min(filled, start + 1000))
            ]
            await engine.remember_many(batch)
        await asyncio.to_thread(engine._parts.indexes.settle)
        context.say("one stream")
        async with engine.stream("one", layer="assets") as stream:
            times = [await _arrival(engine, stream, f"unheard{number}", dice) for number in range(messages)]
        note = f"among {filled:,} memories, embedding in the background"
        figures += _percentiles("arrival to searchable, one stream", times, note, bare=_bare(context.work, messages))
        await engine.run_background("vectors")
        context.say(f"{STREAMS} streams, two messages a second each")
        named = f"arrival to searchable, {STREAMS} streams at once"
        await engine.pause_background("vectors")
        figures += _percentiles(named, await _steady(engine, seconds, dice, "a"), "200 a second, without the embedding")
        await engine.resume_background("vectors")
        await engine.run_background("vectors")
        figures += _percentiles(
            f"{named}, embedding beside it",
            await _steady(engine, seconds, dice, "b"),
            f"{note}; 200 a second",
            limit=None,
        )
        context.say(f"{STREAMS} streams as fast as they can")
        figures.append(await _throughput(engine, seconds, dice))
        began = time.perf_counter()
        waiting = await asyncio.to_thread(_without_vectors, context.work / "data" / "magray.db")
        await engine.run_background("vectors")
        rate = waiting / (time.perf_counter() - began)
        figures.append(Figure(name="embedded afterwards", value=rate, unit="1/s", note=f"{waiting:,} memories"))
        figures += await _memory(engine)
    return figures


def _text(dice: random.Random, unheard: str = "") -> str:
    return " ".join([*dice.choices(_WORDS, k=30), unheard]).strip()


async def _arrival(engine: Engine, stream: StreamSession, unheard: str, dice: random.Random) -> float:
    """Milliseconds until a message is found."""
    text = _text(dice, unheard)
    began = time.perf_counter()
    await stream.add(text)

    def look() -> bool:
        indexes = engine._parts.indexes
        indexes.wait_for(indexes.target, nearly=True)
        return bool(indexes.search_words(unheard, limit=1).body)

    found = await engine._parts.executors.run("query", look)
    if not found:
        raise AssertionError(f"{unheard} was acknowledged and not found")
    return (time.perf_counter() - began) * 1000


async def _steady(engine: Engine, seconds: float, dice: random.Random, run: str) -> list[float]:
    times: list[float] = []

    async def send(number: int) -> None:
        async with engine.stream(f"steady {run} {number}", layer="assets") as stream:
            begin = time.perf_counter() + number / STREAMS / 2
            for message in range(int(2 * seconds)):
                await asyncio.sleep(max(0.0, begin + message / 2 - time.perf_counter()))
                if (number + message) % _LOOKED_FOR:
                    await stream.add(_text(dice))
                else:
                    times.append(await _arrival(engine, stream, f"steady{run}{number}x{message}", dice))

    await asyncio.gather(*(send(number) for number in range(STREAMS)))
    return times


async def _throughput(engine: Engine, seconds: float, dice: random.Random) -> Figure:
    kept = 0
    end = time.perf_counter() + seconds

    async def send(number: int) -> None:
        nonlocal kept
        async with engine.stream(f"fast {number}", layer="assets") as stream:
            while time.perf_counter() < end:
                await stream.add(_text(dice))
                kept += 1

    await asyncio.gather(*(send(number) for number in range(STREAMS)))
    return Figure(
        name=f"kept and acknowledged, {STREAMS} streams",
        value=kept / seconds,
        unit="1/s",
        note="each sender waits for its receipt before it sends the next message",
    )


async def _memory(engine: Engine) -> list[Figure]:
    """Kilobytes that one more stream takes: just open, and with a buffer that is as good as full."""
    await engine.change_option("streaming.buffer_ms", 60_000)
    line = "x" * 1000  # 48 of them are as good as the 48 KB of texts that a stream may hold
    warm = engine.stream("warm")
    await warm.put(line)
    await warm.cancel()
    tracemalloc.start()
    try:
        start = tracemalloc.get_traced_memory()[0]
        streams = [engine.stream(f"memory {number}", layer="assets") for number in range(STREAMS)]
        opened = tracemalloc.get_traced_memory()[0]
        for stream in streams:
            for number in range(48):
                await stream.put(f"{line}{number:02}")
        full = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    for stream in streams:
        await stream.cancel()
    return [
        Figure(name="memory of an open stream", value=(opened - start) / STREAMS / 1024, unit="KB"),
        Figure(
            name="memory of a stream with a full buffer",
            value=(full - start) / STREAMS / 1024,
            unit="KB",
            limit=SESSION_LIMIT,
            sense="at most",
            note="48 messages and 48 KB of texts wait; as Python's allocator counts",
        ),
    ]


def _without_vectors(path: Path) -> int:
    with sqlite3.connect(path) as database:
        (count,) = database.execute(
            "SELECT COUNT(*) FROM memory m LEFT JOIN vector v ON v.memory = m.number WHERE v.memory IS NULL"
        ).fetchone()
    database.close()
    return int(count)


def _bare(folder: Path, count: int) -> list[float]:
    """Milliseconds of a transaction of one row, flushed to the disk."""
    database = sqlite3.connect(folder / "bare.db", isolation_level=None)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    database.execute("CREATE TABLE message (text TEXT)")
    times = []
    for number in range(count):
        began = time.perf_counter()
        database.execute("INSERT INTO message VALUES (?)", (f"message {number}",))
        times.append((time.perf_counter() - began) * 1000)
    database.close()
    return times


def _percentiles(
    name: str,
    times: list[float],
    note: str,
    *,
    bare: list[float] | None = None,
    limit: float | None = ARRIVAL_LIMIT,
) -> list[Figure]:
    return [
        Figure(
            name=f"{name}, p{share}",
            value=_at(times, share),
            unit="ms",
            reference=None if bare is None else _at(bare, share),
            reference_name="" if bare is None else "bare SQLite commit",
            limit=limit if share == 95 else None,
            sense="at most",
            note=note if share == 95 else "",
        )
        for share in (50, 95)
    ]


def _at(times: list[float], share: int) -> float:
    return sorted(times)[min(len(times) - 1, len(times) * share // 100)]
