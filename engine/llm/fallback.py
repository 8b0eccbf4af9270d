"""One chat model made of several: tried again, shared among equals, and replaced by the next when it cannot answer.

It is a `ChatModel` itself. What was streamed is never repeated: once a piece of text or a tool call was handed on, an
error is raised as it is, and what came before stands. Until then a request is tried again after a pause that doubles,
spread at random (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/), or after what the vendor
asks for in `Retry-After`; after that the next model takes over, told by `Switched`.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import logging
import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from engine.errors import ChatModelError, RateLimitedError, StreamBrokenError, UnreachableError
from engine.llm.base import ChatModel
from engine.llm.gate import Gate
from engine.llm.known import long_factors
from engine.llm.messages import (
    ChatModelInfo,
    ChatRequest,
    ImagePart,
    ReasoningDelta,
    StreamEnd,
    StreamEvent,
    Switched,
    TextDelta,
    TextPart,
    ToolCall,
    ToolCallPart,
    ToolResultPart,
    Usage,
)
from engine.llm.tokens import IMAGE_TOKENS, MESSAGE_TOKENS

_log = logging.getLogger(__name__)

_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 8.0
_LONGEST_ASKED = 20.0
"""Seconds that a vendor may ask to wait before the next model is tried instead, or the owner is told."""


class Accounts(Protocol):
    """Counts what is used, and says when it is too much."""

    def check(self, info: ChatModelInfo) -> None:
        """Raise `BudgetReachedError` where this model may not be asked any more."""
        ...

    def record(self, info: ChatModelInfo, request: ChatRequest, usage: Usage, *, estimated: bool) -> None:
        """Count one request."""
        ...


class NoAccounts:
    """Counts nothing."""

    def check(self, info: ChatModelInfo) -> None:
        """Everything may be asked."""

    def record(self, info: ChatModelInfo, request: ChatRequest, usage: Usage, *, estimated: bool) -> None:
        """Forget it."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A model, and the gate of its vendor."""

    model: ChatModel
    gate: Gate


@dataclass(slots=True)
class _Sent:
    """What was handed on of one answer."""

    events: bool = False
    """Anything at all, reasoning too: the same model is not asked again."""
    committed: bool = False
    """Text or a tool call: no other model is asked either."""
    text: list[str] = dataclasses.field(default_factory=list)

    def note(self, event: StreamEvent) -> None:
        self.events = True
        if isinstance(event, (TextDelta, ToolCall)):
            self.committed = True
        if isinstance(event, (TextDelta, ReasoningDelta)):
            self.text.append(event.text)


class FallbackModel:
    """Asks the candidates in their order until one answers."""

    def __init__(
        self,
        candidates: Sequence[Candidate],
        *,
        retries: int = 2,
        accounts: Accounts | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        spread: Callable[[], float] = random.random,
    ) -> None:
        """Put models in a row.

        Args:
            candidates: at least one; the first is preferred.
            retries: times that a model is asked again before the next one is.
            accounts: counts what is used.
            sleep: waits; given so that tests need not.
            spread: gives numbers from 0 to 1, for the jitter.
        """
        if not candidates:
            raise ValueError("there must be a model to ask")
        self._candidates = tuple(candidates)
        self._retries = retries
        self._accounts = accounts or NoAccounts()
        self._sleep = sleep
        self._spread = spread

    @property
    def info(self) -> ChatModelInfo:
        """The preferred model's."""
        return self._candidates[0].model.info

    def count_tokens(self, text: str) -> int:
        """The most that any of them would make of it: the request must fit whichever answers."""
        return max(candidate.model.count_tokens(text) for candidate in self._candidates)

    async def close(self) -> None:
        """Nothing is held: the models are the registry's."""

    async def stream(self, request: ChatRequest) -> AsyncGenerator[StreamEvent, None]:
        """Answer a request; see `ChatModel.stream`.

        Raises:
            ChatModelError: nobody can answer; it is the first model's error.
        """
        first: ChatModelError | None = None
        reason = ""
        for number, candidate in enumerate(self._candidates):
            sent = _Sent()
            try:
                async with contextlib.aclosing(self._asked(candidate, request, sent)) as events:
                    async for event in events:
                        if reason:
                            yield Switched(candidate.model.info.id, reason)
                            reason = ""
                        yield event
                return
            except ChatModelError as error:
                _log.info("%s could not answer: %s", candidate.model.info.id, type(error).__name__)
                first = first or error
                if sent.committed or number + 1 == len(self._candidates):
                    raise error if sent.committed else first from None
                reason = str(error)

    async def _asked(
        self, candidate: Candidate, request: ChatRequest, sent: _Sent
    ) -> AsyncGenerator[StreamEvent, None]:
        """One model, asked until it answers or must be given up."""
        gate, info = candidate.gate, candidate.model.info
        self._accounts.check(info)
        if gate.wait_seconds > _LONGEST_ASKED:
            raise RateLimitedError(
                f"{info.title} asked to be left alone for {gate.wait_seconds:.0f} seconds more. Try again then, or"
                " choose another model.",
                retry_after=gate.wait_seconds,
            )
        permit = gate.admit()
        if permit is None:
            raise UnreachableError(
                f"{info.title} failed several times and is left alone for {gate.breaker.seconds_until_trial:.0f}"
                " seconds. Try again then, or choose another model."
            )
        verdict = gate.breaker.withdrawn
        try:
            for attempt in range(self._retries + 1):
                try:
                    async with gate.turn(), contextlib.aclosing(self._once(candidate, request, sent)) as events:
                        async for event in events:
                            yield event
                    verdict = gate.breaker.succeeded  # type: ignore[assignment]
                    return
                except ChatModelError as error:
                    if isinstance(error, (UnreachableError, StreamBrokenError)):
                        verdict = gate.breaker.failed  # type: ignore[assignment]
                    if not error.retryable or sent.events or attempt == self._retries:
                        raise
                    await self._pause(error, attempt, gate)
        finally:
            verdict(permit)

    async def _pause(self, error: ChatModelError, attempt: int, gate: Gate) -> None:
        """Wait before another try.

        Raises:
            ChatModelError: the same error, where the vendor asks for too long a wait.
        """
        asked = error.retry_after if isinstance(error, RateLimitedError) else None
        if asked is not None:
            gate.hold(asked)
            if asked > _LONGEST_ASKED:
                raise error
            await self._sleep(asked + self._spread() * min(1.0, asked / 4))
            return
        await self._sleep(min(_LONGEST_PAUSE, _FIRST_PAUSE * 2**attempt) * (0.5 + self._spread()))

    async def _once(self, candidate: Candidate, request: ChatRequest, sent: _Sent) -> AsyncGenerator[StreamEvent, None]:
        """One request; what it used is counted however it ends."""
        info = candidate.model.info
        counted = False
        try:
            async with contextlib.aclosing(candidate.model.stream(request)) as events:
                async for event in events:
                    if isinstance(event, StreamEnd):
                        event = dataclasses.replace(event, model=info.id, usage=priced(info, event.usage))
                        counted = True
                        self._accounts.record(info, request, event.usage, estimated=False)
                    sent.note(event)
                    yield event
        finally:
            if sent.events and not counted:
                # The vendor tells what was used at the end only; what was cut off or stopped is paid for all the same.
                usage = Usage(
                    input_tokens=request_tokens(request, candidate.model.count_tokens),
                    output_tokens=candidate.model.count_tokens("".join(sent.text)),
                )
                self._accounts.record(info, request, priced(info, usage), estimated=True)


def request_tokens(request: ChatRequest, count: Callable[[str], int]) -> int:
    """Tokens that a request is likely to be, frames and pictures included."""
    total = count(request.system) if request.system else 0
    for tool in request.tools:
        total += count(f"{tool.name} {tool.description} {dict(tool.schema)}")
    for message in request.messages:
        total += MESSAGE_TOKENS
        for part in message.parts:
            match part:
                case ImagePart():
                    total += IMAGE_TOKENS
                case ToolCallPart():
                    total += count(part.name + part.arguments)
                case ToolResultPart():
                    total += count(part.output)
                case TextPart():
                    total += count(part.text)
                case _:  # reasoning is dropped or cached by the vendors
                    continue
    return total


def priced(info: ChatModelInfo, usage: Usage) -> Usage:
    """The same with its cost in US dollars, where the model's prices are known."""
    if usage.cost is not None:
        return usage
    if info.input_price is None or info.output_price is None:
        return dataclasses.replace(usage, cost=None if info.leaves_computer else 0.0)
    cached_price = info.input_price if info.cached_price is None else info.cached_price
    fresh = max(0, usage.input_tokens - usage.cached_tokens)
    more_in, more_out = long_factors(info.id, usage.input_tokens)
    given = (fresh * info.input_price + usage.cached_tokens * cached_price) * more_in
    return dataclasses.replace(usage, cost=(given + usage.output_tokens * info.output_price * more_out) / 1_000_000)
