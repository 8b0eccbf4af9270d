"""Chat models that say what a test wrote down for them, and remember what they were asked."""

from __future__ import annotations

import asyncio
import dataclasses
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from engine import Engine
from engine.agent.chat.parts import ChatParts, build_chat
from engine.errors import SettingsError
from engine.llm.base import ChatModel
from engine.llm.messages import (
    ChatModelInfo,
    ChatRequest,
    Purpose,
    StreamEnd,
    StreamEvent,
    TextDelta,
    Usage,
)

Line = str | Exception | StreamEvent | Sequence[str | Exception | StreamEvent]
"""One answer: a text, an error, or pieces of both in order."""

INFO = ChatModelInfo(
    id="local/scripted", title="Scripted", provider="local", context_tokens=16_000, vision=True, leaves_computer=False
)


class ScriptedModel:
    """Answers requests one after the other from its script; the last line is said for ever."""

    def __init__(self, script: Sequence[Line], info: ChatModelInfo = INFO) -> None:
        self.info = info
        self.script = list(script)
        self.asked: list[ChatRequest] = []
        self.closed_early = 0
        self.wait: asyncio.Event | None = None
        """Where set, it is waited for before the second piece."""

    def count_tokens(self, text: str) -> int:
        return max(1, len(text) // 4)

    async def stream(self, request: ChatRequest) -> AsyncGenerator[StreamEvent, None]:
        self.asked.append(request)
        line = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        pieces = [line] if isinstance(line, (str, Exception)) or dataclasses.is_dataclass(line) else list(line)
        ended = False
        try:
            for number, piece in enumerate(pieces):
                if number == 1 and self.wait is not None:
                    await self.wait.wait()
                if isinstance(piece, Exception):
                    raise piece
                ended = isinstance(piece, StreamEnd)
                yield TextDelta(piece) if isinstance(piece, str) else piece
            if not ended:
                yield StreamEnd(stop="end", model=self.info.id, usage=Usage(input_tokens=10, output_tokens=5, cost=0.0))
            ended = True
        finally:
            if not ended:
                self.closed_early += 1

    async def close(self) -> None:
        return None


class ScriptedModels:
    """A registry of scripted models: one for answers, one for each other purpose where a test gives one."""

    def __init__(self, answer: ChatModel | Exception | None, **others: ChatModel) -> None:
        self.answer = answer
        self.others = others

    def available(self) -> bool:
        return self.answer is not None

    def answering(
        self, purpose: Purpose = "answer", model: str | None = None, *, conversation: str | None = None
    ) -> ChatModel:
        found = self.others.get(purpose, self.answer)
        if found is None:
            raise SettingsError("No language model is set up.")
        if isinstance(found, Exception):
            raise found
        return found

    async def warm(self, purpose: Purpose = "answer") -> None:
        return None


@asynccontextmanager
async def scripted(
    engine: Engine, models: ScriptedModels, *, clock: Callable[[], float] = time.monotonic
) -> AsyncIterator[ChatParts]:
    """Let these models speak in an open engine."""
    parts = engine._parts
    before = parts.chat
    made = build_chat(
        asker=parts.asker,
        memory=parts.memory,
        conversations=parts.conversations,
        library=parts.pipeline,
        models=models,
        executors=parts.executors,
        events=engine.events,
        settings=engine.settings,
        clock=clock,
    )
    parts.chat = made
    try:
        yield made
    finally:
        await made.close()
        parts.chat = before
