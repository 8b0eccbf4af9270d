"""From Enter to the first token of a language model, beyond the model's own time, with 10,000 memories.

A server on the loopback speaks Chat Completions and begins to answer at once; how long it took itself, from the last
byte of the request to the first of the answer, is taken off. What is left is Magray's: keeping the question, recall,
building the context, the request, and handing the first piece on.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import statistics
import threading
import time
from collections.abc import AsyncIterator, Sequence

import numpy as np

from engine.bench import BenchContext, Figure
from engine.chat_values import Said
from engine.engine import Engine
from engine.settings import Settings
from engine.values import NewMemory

LIMIT = 60.0
SIZE, QUICK_SIZE = 10_000, 300
_QUESTIONS, _QUICK_QUESTIONS, _WARM = 40, 4, 3
_BATCH = 1_000
_TEXT = (
    "lease harbour street garden window kettle train ticket doctor appointment invoice printer school concert recipe"
    " bread mountain hotel passport insurance bicycle repair neighbour birthday present library report meeting budget"
    " contract signature deadline laptop charger password kitchen painter deposit landlord station platform holiday"
)
_WORDS = tuple(_TEXT.split())
_PAUSE = 0.5
"""Seconds between questions: a person needs longer, and meanwhile the turn before is remembered."""


class _Server:
    """Answers every request at once with three words; notes how long it took itself. In a thread of its own."""

    def __init__(self) -> None:
        self.own: list[float] = []
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="bench-server", daemon=True)

    def start(self) -> None:
        self._thread.start()
        self._ready.wait()

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._answer, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        server.close()
        self._loop.run_until_complete(self._cancelled())
        self._loop.close()

    async def _cancelled(self) -> None:
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while head := await reader.readuntil(b"\r\n\r\n"):
                lines = head.lower().split(b"\r\n")
                lengths = [int(line.partition(b":")[2]) for line in lines if line.startswith(b"content-length")]
                await reader.readexactly(sum(lengths))
                if b"/chat/completions" not in lines[0]:
                    writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
                    continue
                arrived = time.perf_counter()
                writer.write(
                    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
                )
                for piece in ("It", " ends", " in May [1]."):
                    writer.write(_chunk({"choices": [{"index": 0, "delta": {"content": piece}}]}))
                self.own.append(time.perf_counter() - arrived)
                writer.write(_chunk({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}))
                writer.write(b"e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n")
                await writer.drain()
        writer.close()


def _chunk(data: dict[str, object]) -> bytes:
    whole = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "bench", **data}
    event = f"data: {json.dumps(whole)}\n\n".encode()
    return f"{len(event):x}\r\n".encode() + event + b"\r\n"


async def run(context: BenchContext) -> Sequence[Figure]:
    """Fill a memory, ask, and measure."""
    size = QUICK_SIZE if context.quick else SIZE
    server = _Server()
    server.start()
    try:
        settings = Settings(
            data_dir=context.work / "data",
            llm={"model": "compatible/bench", "compatible": {"base_url": f"http://127.0.0.1:{server.port}/v1"}},
            chat={"titles": False, "extract": False},
        )
        async with Engine.open(settings) as engine:
            context.say(f"inserting {size:,}")
            await _fill(engine, size)
            context.say("asking")
            asked = [one async for one in _asked(engine, server, _QUICK_QUESTIONS if context.quick else _QUESTIONS)]
    finally:
        server.stop()
    milliseconds = sorted(wall * 1000 for wall, _ in asked[_WARM:])
    worked = statistics.median(processor * 1000 for _, processor in asked[_WARM:])
    own = statistics.median(server.own[_WARM:]) * 1000
    return [
        Figure(
            name=f"from Enter to the first token, p50, {size:,} memories",
            value=statistics.median(milliseconds),
            unit="ms",
            limit=LIMIT,
            sense="at most",
            reference=own,
            reference_name="the server's own, taken off",
        ),
        Figure(
            name=f"from Enter to the first token, p95, {size:,} memories",
            value=milliseconds[int(len(milliseconds) * 0.95)],
            unit="ms",
        ),
        Figure(
            name=f"processor time of the same, p50, {size:,} memories",
            value=worked,
            unit="ms",
            note="what other work on the computer does not change; the server's own is in it",
        ),
    ]


async def _fill(engine: Engine, size: int) -> None:
    """Memories of made-up sentences; their vectors are given, so that nothing is embedded."""
    dice, numbers = random.Random(11), np.random.default_rng(11)
    for start in range(0, size, _BATCH):
        count = min(_BATCH, size - start)
        vectors = numbers.standard_normal((count, engine._parts.embedder.dimensions)).astype(np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        await engine.remember_many(
            [
                NewMemory(text=f"{_sentence(dice)} ({start + row})", layer="assets", vector=vectors[row])
                for row in range(count)
            ]
        )
    await asyncio.to_thread(engine._parts.indexes.settle)


def _sentence(dice: random.Random) -> str:
    return f"The {' '.join(dice.sample(_WORDS, 12))}."


async def _asked(engine: Engine, server: _Server, count: int) -> AsyncIterator[tuple[float, float]]:
    """Seconds on the clock, less the server's own, and of the processor; each question in a conversation of its own."""
    dice = random.Random(13)
    for _ in range(count + _WARM):
        conversation = await engine.create_conversation("bench")
        before = len(server.own)
        began, worked = time.perf_counter(), time.process_time()
        first = processor = 0.0
        async with contextlib.aclosing(
            engine.chat(conversation.id, f"When is the {' '.join(dice.sample(_WORDS, 3))}?")
        ) as steps:
            async for step in steps:
                if isinstance(step, Said) and not first:
                    first, processor = time.perf_counter(), time.process_time()
        yield first - began - server.own[before], processor - worked
        await asyncio.sleep(_PAUSE)
