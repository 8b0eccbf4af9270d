"""A language model that runs in this process: loaded when it is first asked, given back when it was idle for long."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from engine.errors import ChatModelError
from engine.llm.local_backend import LocalBackend, LocalRequest, Outcome
from engine.llm.messages import (
    ChatModelInfo,
    ChatRequest,
    StreamEnd,
    StreamEvent,
    TextPart,
    ToolCallPart,
    ToolResultPart,
    Usage,
)
from engine.llm.network_thread import NetworkThread
from engine.llm.thinking import ThoughtSplitter
from engine.llm.tokens import estimate_tokens

T = TypeVar("T")
_GATHER_SECONDS = 0.03
"""Pieces that come within this time are handed on together."""
_OUTPUT_TOKENS = 1024


class LocalRunner:
    """One loaded model at a time, on one thread: memory is scarce. Of one event loop, the network thread's."""

    def __init__(self, *, idle_seconds: float) -> None:
        """Begin with nothing loaded.

        Args:
            idle_seconds: after which an unused model gives its memory back; 0 keeps it.
        """
        self._idle_seconds = idle_seconds
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="magray-chat")
        self._turn = asyncio.Lock()
        self._name = ""
        self._loaded: LocalBackend | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._releasing: asyncio.Task[None] | None = None

    def loaded(self, name: str) -> LocalBackend | None:
        """The model of this name, if it is the one that is loaded. From any thread."""
        backend = self._loaded
        return backend if backend is not None and self._name == name else None

    @contextlib.asynccontextmanager
    async def use(self, name: str, load: Callable[[], LocalBackend]) -> AsyncGenerator[LocalBackend, None]:
        """Wait for one's turn, with the model loaded; another one gives its place up first."""
        async with self._turn:
            if self._timer is not None:
                self._timer.cancel()
            if self._loaded is None or self._name != name:
                await self._unload()
                self._loaded = await self.run(load)
                self._name = name
            try:
                yield self._loaded
            finally:
                if self._idle_seconds:
                    self._timer = asyncio.get_running_loop().call_later(self._idle_seconds, self._release_later)

    async def run(self, call: Callable[[], T]) -> T:
        """Run a blocking call on the model's thread. It is waited for even when the wait is cancelled."""
        future = asyncio.get_running_loop().run_in_executor(self._pool, call)
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            if (loaded := self._loaded) is not None:
                loaded.interrupt()
            await asyncio.wait([future])
            raise

    async def release(self) -> None:
        """Give the memory back, once nothing runs."""
        async with self._turn:
            await self._unload()

    async def close(self) -> None:
        """Give everything back; nothing can be run afterwards."""
        if self._timer is not None:
            self._timer.cancel()
        await self.release()
        self._pool.shutdown(wait=True)

    def _release_later(self) -> None:
        self._releasing = asyncio.ensure_future(self.release())

    async def _unload(self) -> None:
        loaded, self._loaded, self._name = self._loaded, None, ""
        if loaded is not None:
            await asyncio.get_running_loop().run_in_executor(self._pool, loaded.close)


class LocalModel:
    """One model of a folder or a file."""

    def __init__(
        self, info: ChatModelInfo, *, network: NetworkThread, runner: LocalRunner, load: Callable[[], LocalBackend]
    ) -> None:
        """Name a model; nothing is loaded yet.

        Args:
            info: what is known of it.
            network: whose loop waits for it.
            runner: whose thread computes.
            load: makes it; takes seconds.
        """
        self._info = info
        self._network = network
        self._runner = runner
        self._load = load

    @property
    def info(self) -> ChatModelInfo:
        """What is known of it."""
        return self._info

    def stream(self, request: ChatRequest) -> AsyncGenerator[StreamEvent, None]:
        """Answer a request; see `ChatModel.stream`."""
        return self._network.relay(lambda: self._events(request))

    def count_tokens(self, text: str) -> int:
        """By its own tokenizer once it is loaded, else an estimate, rather too many than too few."""
        backend = self._runner.loaded(self._info.id)
        return backend.count(text) if backend is not None else estimate_tokens(text)

    async def warm(self) -> None:
        """Load it before the first request."""

        async def load() -> None:
            async with self._runner.use(self._info.id, self._load):
                pass

        await self._network.run(load)

    async def close(self) -> None:
        """Nothing is held by one model: the runner holds it."""

    async def _events(self, request: ChatRequest) -> AsyncGenerator[StreamEvent, None]:
        wanted = LocalRequest(
            turns=_turns(request),
            max_output_tokens=request.max_output_tokens or self._info.output_tokens or _OUTPUT_TOKENS,
            temperature=request.temperature,
            schema=request.output_schema,
        )
        outcome = Outcome()
        splitter = ThoughtSplitter()
        failure: ChatModelError | None = None
        async with self._runner.use(self._info.id, self._load) as backend:
            pieces = backend.generate(wanted, outcome)
            try:
                while (gathered := await self._runner.run(lambda: _gather(pieces))) is not None:
                    for event in splitter.add(str(gathered)):
                        yield event
            except ChatModelError as error:
                failure = error
            finally:
                await self._runner.run(lambda: _shut(backend, pieces))
        if failure is not None:
            await self._runner.release()  # loaded anew, it may run on another device
            raise failure
        for event in splitter.end():
            yield event
        usage = Usage(input_tokens=outcome.input_tokens, output_tokens=outcome.output_tokens, cost=0.0)
        yield StreamEnd(stop=outcome.stop, model=self._info.id, usage=usage)


def _gather(pieces: Iterator[str]) -> str | None:
    """What comes within a moment, joined; None at the end."""
    began, found = time.monotonic(), ""
    for piece in pieces:
        found += piece
        if time.monotonic() - began >= _GATHER_SECONDS:
            return found
    return found or None


def _shut(backend: LocalBackend, pieces: Iterator[str]) -> None:
    """End a generation that may not have come to its end."""
    backend.interrupt()
    close = getattr(pieces, "close", None)
    if close is not None:
        close()


def _turns(request: ChatRequest) -> list[dict[str, str]]:
    """The conversation as plain turns: small local models know neither tools nor pictures."""
    system = request.system
    if request.output_schema is not None:
        schema = json.dumps(dict(request.output_schema), ensure_ascii=False)
        system = (
            f"{system}\n\nAnswer with one JSON value that fits this JSON schema, and nothing else:\n{schema}".lstrip()
        )
    turns = [{"role": "system", "content": system}] if system else []
    for message in request.messages:
        texts = []
        for part in message.parts:
            match part:
                case TextPart():
                    texts.append(part.text)
                case ToolCallPart():
                    texts.append(f"[{part.name} {part.arguments}]")
                case ToolResultPart():
                    texts.append(part.output)
                case _:  # neither thoughts of another model nor pictures mean anything to it
                    continue
        role = "assistant" if message.role == "assistant" else "user"
        content = "\n".join(texts)
        if turns and turns[-1]["role"] == role:
            turns[-1]["content"] += f"\n{content}"
        else:
            turns.append({"role": role, "content": content})
    return turns
