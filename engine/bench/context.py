"""What reaches a chat model, and how soon: LoCoMo's questions through the whole path of a turn.

The model is a scripted one that keeps what it is asked; the time is taken against a server on the loopback that speaks
Chat Completions and tells how long it took itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import threading
import time
from collections.abc import AsyncGenerator, Iterator, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np

from engine.agent.chat.parts import build_chat
from engine.bench import BenchContext, Figure
from engine.bench.retrieval import Collection, read_collection
from engine.chat_values import Said, Sees
from engine.engine import Engine
from engine.llm.base import ChatModel
from engine.llm.messages import ChatModelInfo, ChatRequest, Purpose, StreamEnd, StreamEvent, TextDelta
from engine.llm.tokens import estimate_tokens
from engine.settings import Settings
from engine.values import NewMemory

if TYPE_CHECKING:
    from numpy.typing import NDArray

TOKENS = 2000
EVIDENCE_LIMIT = 0.78
FIRST_TOKEN_LIMIT = 60.0
MEMORIES = 10_000
_QUICK_MEMORIES = 1_000
_QUICK_QUESTIONS = 40
_TURNS = 60
_READING = 0.4
"""Seconds that somebody reads an answer at least before the next question."""
_CHAT = {"memory_tokens": TOKENS, "titles": False, "extract": False}


async def run(context: BenchContext) -> Sequence[Figure]:
    """Evidence in the context first, then the time to the first token."""
    folders = sorted(path for path in context.collection("locomo").iterdir() if path.is_dir())
    tally = _Tally()
    for number, folder in enumerate(folders[:1] if context.quick else folders):
        context.say(f"locomo: {folder.name}")
        await _evidence(read_collection(folder), context.work / f"locomo-{number}", tally, quick=context.quick)
    context.say("time to the first token")
    timed = await _first_token(context, [read_collection(folder) for folder in folders[:2]])
    return [*tally.figures(), *timed]


@dataclass(slots=True)
class _Tally:
    """Sums over questions."""

    questions: int = 0
    whole: int = 0
    some: int = 0
    share: float = 0.0
    tokens: int = 0

    def figures(self) -> list[Figure]:
        count = max(1, self.questions)
        note = f"{self.questions} questions, {self.tokens / count:.0f} tokens of memory each"
        return [
            Figure(
                name=f"locomo evidence in the context, {TOKENS:,} tokens",
                value=self.share / count,
                limit=EVIDENCE_LIMIT,
                note=note,
            ),
            Figure(name="locomo questions with some of their evidence", value=self.some / count),
            Figure(name="locomo questions with all of their evidence", value=self.whole / count),
        ]


class _Listener:
    """A chat model that says little and keeps nothing but the clock."""

    info = ChatModelInfo(
        id="local/listener",
        title="Listener",
        provider="local",
        context_tokens=16_000,
        leaves_computer=False,
    )

    async def stream(self, request: ChatRequest) -> AsyncGenerator[StreamEvent, None]:
        """Answer in one word."""
        yield TextDelta("Noted.")
        yield StreamEnd(stop="end", model=self.info.id)

    def count_tokens(self, text: str) -> int:
        """As for any model of a vendor."""
        return estimate_tokens(text)

    async def close(self) -> None:
        """Nothing is open."""


class _Listeners:
    """Gives the listener for every purpose."""

    def available(self) -> bool:
        return True

    def answering(
        self, purpose: Purpose = "answer", model: str | None = None, *, conversation: str | None = None
    ) -> ChatModel:
        return cast(ChatModel, _Listener())

    async def warm(self, purpose: Purpose = "answer") -> None:
        """Nothing is to be made ready."""


async def _evidence(collection: Collection, data_dir: Path, tally: _Tally, *, quick: bool) -> None:
    questions = list(collection.questions.items())[: _QUICK_QUESTIONS if quick else None]
    async with Engine.open(Settings(data_dir=data_dir, chat=_CHAT)) as engine:
        await engine.remember_many(collection.memories)
        await engine.verify()  # everything is indexed behind this
        parts = engine._parts
        chat = build_chat(
            asker=parts.asker,
            memory=parts.memory,
            conversations=parts.conversations,
            library=parts.pipeline,
            models=_Listeners(),
            executors=parts.executors,
            events=engine.events,
            settings=engine.settings,
        ).chat
        for key, text in questions:
            conversation = await engine.create_conversation("bench")
            async for step in chat.turn(conversation.id, text, remember=False):
                if isinstance(step, Sees):
                    ids = [part.memory_id for part in step.view.parts if part.kind == "memory" and part.memory_id]
                    seen = {memory.external_id for memory in await parts.memory.get(ids)}
                    wanted = collection.relevant[key].keys()
                    tally.questions += 1
                    tally.share += len(seen & wanted) / len(wanted)
                    tally.some += bool(seen & wanted)
                    tally.whole += wanted <= seen
                    tally.tokens += sum(part.tokens for part in step.view.parts if part.kind == "memory")


async def _first_token(context: BenchContext, collections: Sequence[Collection]) -> list[Figure]:
    count = _QUICK_MEMORIES if context.quick else MEMORIES
    with _server() as server:
        llm = {"model": "compatible/bench", "compatible": {"base_url": server.address}}
        settings = Settings(data_dir=context.work / "timed", llm=llm, chat=_CHAT)
        async with Engine.open(settings) as engine:
            texts = [memory.text for collection in collections for memory in collection.memories]
            real = engine._parts.embedder.embed_passages(texts[:2000])
            for start in range(0, count, 1000):
                await engine.remember_many(_made(texts, real, start, min(1000, count - start)))
            await asyncio.to_thread(engine._parts.indexes.settle)
            conversation = await engine.create_conversation("bench")
            asked = [text for collection in collections for text in collection.questions.values()]
            beyond: list[float] = []
            computed: list[float] = []
            for number in range(_TURNS // 4 if context.quick else _TURNS):
                began, cpu = time.perf_counter(), time.process_time()
                heard = 0.0
                async for step in engine.chat(conversation.id, asked[number]):
                    if isinstance(step, Said) and not heard:
                        heard = time.perf_counter()
                        beyond.append(heard - began - server.own[-1])
                        computed.append(time.process_time() - cpu)
                await engine._parts.chat.afterwards.settled()
                await asyncio.sleep(_READING)
    beyond, computed = sorted(beyond[3:]), sorted(computed[3:])  # the first ones import the SDK and connect
    note = f"{len(beyond)} turns, {count:,} memories; {computed[len(computed) // 2] * 1000:.0f} ms of processor time"
    return [
        Figure(
            name=f"from Enter to the first token, beyond the server's own, p{percent}",
            value=beyond[min(len(beyond) - 1, len(beyond) * percent // 100)] * 1000,
            unit="ms",
            limit=FIRST_TOKEN_LIMIT if percent == 50 else None,
            sense="at most",
            note=note,
        )
        for percent in (50, 95)
    ]


def _made(texts: Sequence[str], real: NDArray[np.float32], start: int, count: int) -> list[NewMemory]:
    """Stretches of real turns with mixtures of their vectors, so that inserting needs no embedding."""
    rng, choose = np.random.default_rng(start), random.Random(start)
    words = " ".join(texts).split()
    made = []
    for _ in range(count):
        first, second = rng.integers(0, len(real), 2)
        vector = real[first] + 0.6 * real[second] + 0.02 * rng.standard_normal(real.shape[1], np.float32)
        place = choose.randrange(len(words) - 60)
        text = " ".join(words[place : place + choose.randrange(20, 60)])
        made.append(NewMemory(text=text, layer="assets", vector=cast(Sequence[float], vector)))
    return made


@dataclass(slots=True)
class _Server:
    """A server that answers every request with two words; `own` holds the seconds that each took it."""

    address: str = ""
    own: list[float] = field(default_factory=list)


@contextlib.contextmanager
def _server() -> Iterator[_Server]:
    told = _Server()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            began = time.perf_counter()
            self.send_response(200)
            self.send_header("content-type", "text/event-stream")
            self.send_header("connection", "close")
            self.end_headers()
            for text, end in (("Noted", None), (".", "stop")):
                choice = {"index": 0, "delta": {"content": text}, "finish_reason": end}
                chunk = {"id": "1", "object": "chat.completion.chunk", "created": 0, "model": "bench"}
                if end is None:
                    told.own.append(time.perf_counter() - began)
                self.wfile.write(f"data: {json.dumps(chunk | {'choices': [choice]})}\n\n".encode())
            self.wfile.write(b"data: [DONE]\n\n")
            self.close_connection = True

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """A client that hung up is no error here."""

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), name="bench-server", daemon=True)
    thread.start()
    told.address = f"http://127.0.0.1:{server.server_address[1]}/v1"
    try:
        yield told
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
