"""Trying again, taking the next model, sharing load, counting: over real connections to the loopback's vendors."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field

import pytest

from engine.errors import (
    BudgetReachedError,
    KeyRefusedError,
    RateLimitedError,
    StreamBrokenError,
    UnreachableError,
)
from engine.llm.compatible_model import CompatibleModel, open_client
from engine.llm.connection import Access, Connection
from engine.llm.fallback import Candidate, FallbackModel, priced, request_tokens
from engine.llm.gate import BREAKER_FAILURES, Gate
from engine.llm.messages import (
    ChatMessage,
    ChatModelInfo,
    ChatRequest,
    ImagePart,
    ReasoningDelta,
    StreamEnd,
    StreamEvent,
    Switched,
    TextDelta,
    TextPart,
    ToolSpec,
    Usage,
)
from engine.llm.network_thread import NetworkThread
from tests.helpers.clock import FakeClock
from tests.helpers.vendor_wire import Reply
from tests.helpers.vendors import Fault, Vendors, loopback_vendors

REQUEST = ChatRequest(messages=(ChatMessage.of("user", "When does the lease end?"),))


@dataclass(slots=True)
class Book:
    """Counts what was used."""

    lines: list[tuple[str, Usage, bool]] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)

    def check(self, info: ChatModelInfo) -> None:
        if info.id in self.refused:
            raise BudgetReachedError("This month's budget is used up.")

    def record(self, info: ChatModelInfo, request: ChatRequest, usage: Usage, *, estimated: bool) -> None:
        self.lines.append((info.id, usage, estimated))


@dataclass(slots=True)
class Row:
    """Two vendors one behind the other, and what is noted of them."""

    first: Vendors
    second: Vendors
    models: list[CompatibleModel]
    gates: list[Gate]
    clock: FakeClock
    book: Book = field(default_factory=Book)
    pauses: list[float] = field(default_factory=list)

    def model(self, *, retries: int = 2, count: int = 2) -> FallbackModel:
        async def sleep(seconds: float) -> None:
            self.pauses.append(seconds)
            self.clock.advance(seconds)

        row = [Candidate(model, gate) for model, gate in zip(self.models, self.gates, strict=True)]
        return FallbackModel(row[:count], retries=retries, accounts=self.book, sleep=sleep, spread=lambda: 0.5)


@pytest.fixture
def servers() -> Iterator[tuple[Vendors, Vendors]]:
    with loopback_vendors() as first, loopback_vendors() as second:
        yield first, second


@pytest.fixture
async def row(servers: tuple[Vendors, Vendors], fake_clock: FakeClock) -> AsyncIterator[Row]:
    network = NetworkThread()
    connections = [
        Connection(
            Access(provider="compatible", base_url=one.v1, key=lambda: None, needs_key=False, silence_seconds=5),
            network,
            open_client,
        )
        for one in servers
    ]
    models = [
        CompatibleModel(
            ChatModelInfo(
                id=f"compatible/{name}", title=name, provider="compatible", input_price=1.0, output_price=2.0
            ),
            connection,
        )
        for name, connection in zip(("large", "small"), connections, strict=True)
    ]
    gates = [Gate(clock=fake_clock.monotonic), Gate(clock=fake_clock.monotonic)]
    yield Row(*servers, models, gates, fake_clock)
    for connection in connections:
        await connection.close()
    await network.close()


async def ask(model: FallbackModel) -> list[StreamEvent]:
    async with contextlib.aclosing(model.stream(REQUEST)) as events:
        return [event async for event in events]


def text_of(events: list[StreamEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


async def test_the_first_answers_and_the_second_is_not_asked(row: Row) -> None:
    events = await ask(row.model())
    assert text_of(events) == "The lease ends in May."
    assert row.second.asked == []
    end = events[-1]
    assert isinstance(end, StreamEnd)
    assert end.model == "compatible/large"
    assert end.usage.cost == pytest.approx((120 * 1.0 + 9 * 2.0) / 1e6)
    assert row.book.lines == [("compatible/large", end.usage, False)]


async def test_a_passing_fault_is_tried_again_with_growing_pauses(row: Row) -> None:
    row.first.script.extend([Fault(kind="status", status=500), Fault(kind="refuse")])
    events = await ask(row.model())
    assert text_of(events) == "The lease ends in May."
    assert len(row.first.answers_asked) == 3
    assert row.pauses == [0.5, 1.0]
    assert not any(isinstance(event, Switched) for event in events)


async def test_retry_after_is_honoured(row: Row) -> None:
    row.first.script.append(Fault(kind="status", status=429, headers={"Retry-After": "3"}))
    assert text_of(await ask(row.model())) == "The lease ends in May."
    assert row.pauses == [pytest.approx(3.375)]
    assert row.second.asked == []


async def test_a_long_retry_after_leads_to_the_next(row: Row) -> None:
    row.first.script.append(Fault(kind="status", status=429, headers={"Retry-After": "600"}))
    events = await ask(row.model())
    assert isinstance(events[0], Switched)
    assert events[0].model == "compatible/small"
    assert "600 seconds" in events[0].reason
    assert row.pauses == []
    again = await ask(row.model())
    assert isinstance(again[0], Switched)
    assert len(row.first.answers_asked) == 1  # it was left alone as it had asked
    row.clock.advance(601)
    assert not isinstance((await ask(row.model()))[0], Switched)


async def test_a_used_up_account_is_not_tried_again(row: Row) -> None:
    row.first.script.append(Fault(kind="status", status=429, message="You exceeded your current quota (billing)"))
    assert isinstance((await ask(row.model()))[0], Switched)
    assert len(row.first.answers_asked) == 1


async def test_the_next_takes_over_and_says_why(row: Row) -> None:
    row.first.script.append(Fault(kind="status", status=401))
    events = await ask(row.model())
    switched = events[0]
    assert isinstance(switched, Switched)
    assert switched.model == "compatible/small"
    assert "does not take the key" in switched.reason
    assert [type(event) for event in events].count(Switched) == 1
    end = events[-1]
    assert isinstance(end, StreamEnd)
    assert end.model == "compatible/small"


@pytest.mark.parametrize("kind", ["cut", "error event", "no end"])
async def test_text_already_streamed_is_never_repeated(row: Row, kind: str) -> None:
    row.first.script.append(Fault(kind=kind, after=3))
    got: list[StreamEvent] = []
    with pytest.raises((StreamBrokenError, RateLimitedError)):
        async for event in row.model().stream(REQUEST):
            got.append(event)  # noqa: PERF401 - what came before the error is wanted
    assert text_of(got) == "The lease ends in"
    assert len(row.first.answers_asked) == 1
    assert row.second.asked == []
    ((ident, usage, estimated),) = row.book.lines
    assert (ident, estimated) == ("compatible/large", True)
    assert usage.output_tokens > 0
    assert usage.input_tokens > 0


async def test_thoughts_alone_do_not_bind(row: Row) -> None:
    row.first.reply = Reply(thoughts=("Hm", " so"))
    row.first.script.append(Fault(kind="cut", after=3))
    events = await ask(row.model())
    kinds = [type(event) for event in events]
    assert kinds[:3] == [ReasoningDelta, ReasoningDelta, Switched]
    assert text_of(events) == "The lease ends in May."
    assert len(row.first.answers_asked) == 1


async def test_when_nobody_answers_the_first_ones_error_is_told(row: Row) -> None:
    row.first.script.append(Fault(kind="status", status=401))
    row.second.script.extend([Fault(kind="status", status=500)] * 3)
    with pytest.raises(KeyRefusedError):
        await ask(row.model())
    assert len(row.second.answers_asked) == 3


async def test_the_breaker_leaves_a_broken_vendor_alone_and_tries_it_later(row: Row) -> None:
    row.first.script.extend([Fault(kind="status", status=500)] * BREAKER_FAILURES)
    for _ in range(BREAKER_FAILURES):
        assert text_of(await ask(row.model(retries=0))) == "The lease ends in May."
    asked = len(row.first.answers_asked)
    events = await ask(row.model(retries=0))
    assert isinstance(events[0], Switched)
    assert "left alone" in events[0].reason
    assert len(row.first.answers_asked) == asked
    with pytest.raises(UnreachableError, match="left alone for 30"):
        await ask(row.model(retries=0, count=1))
    row.clock.advance(31)
    assert not isinstance((await ask(row.model(retries=0)))[0], Switched)
    assert row.gates[0].breaker.state == "closed"


async def test_retries_of_one_answer_count_once_for_the_breaker(row: Row) -> None:
    row.first.script.extend([Fault(kind="status", status=500)] * 3)
    await ask(row.model(retries=2))
    assert row.gates[0].breaker.failures == 1


async def test_a_budget_used_up_leads_to_a_model_that_costs_nothing(row: Row) -> None:
    row.book.refused.add("compatible/large")
    events = await ask(row.model())
    assert isinstance(events[0], Switched)
    assert "budget" in events[0].reason
    assert row.first.asked == []
    row.book.refused.add("compatible/small")
    with pytest.raises(BudgetReachedError):
        await ask(row.model())


async def test_stopping_is_counted_and_lets_the_vendor_go(row: Row) -> None:
    row.first.script.append(Fault(kind="silence", after=3))
    stream = row.model().stream(REQUEST)
    assert isinstance(await anext(stream), TextDelta)
    await stream.aclose()
    assert await asyncio.to_thread(row.first.hung_up.wait, 5)
    ((_, usage, estimated),) = row.book.lines
    assert estimated
    assert usage.cost is not None
    assert usage.cost > 0
    assert row.gates[0].running == 0
    assert row.gates[0].breaker.failures == 0


async def test_no_more_than_so_many_at_once(row: Row) -> None:
    row.first.pause = 0.01
    row.gates[0] = Gate(parallel=2, clock=row.clock.monotonic)
    model = row.model()
    await asyncio.gather(*(ask(model) for _ in range(6)))
    assert row.first.most == 2
    assert len(row.first.answers_asked) == 6


async def test_no_more_than_so_many_a_minute(monkeypatch: pytest.MonkeyPatch, fake_clock: FakeClock) -> None:
    gate = Gate(per_minute=2, clock=fake_clock.monotonic)
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)
        fake_clock.advance(seconds)

    monkeypatch.setattr("engine.llm.gate.asyncio.sleep", sleep)
    for _ in range(4):
        async with gate.turn():
            fake_clock.advance(1)
    assert waited == [58.0]


def test_an_empty_row_is_refused() -> None:
    with pytest.raises(ValueError, match="a model to ask"):
        FallbackModel([])


def test_costs_by_the_price_list() -> None:
    info = ChatModelInfo(
        id="openai/gpt-6-sol", title="", provider="openai", input_price=2.0, cached_price=0.2, output_price=10.0
    )
    usage = Usage(input_tokens=1_000, cached_tokens=400, output_tokens=100)
    assert priced(info, usage).cost == pytest.approx((600 * 2 + 400 * 0.2 + 100 * 10) / 1e6)
    long = Usage(input_tokens=300_000, output_tokens=100)
    assert priced(info, long).cost == pytest.approx((300_000 * 2 * 2 + 100 * 10 * 1.5) / 1e6)
    unknown = ChatModelInfo(id="openai/new", title="", provider="openai")
    assert priced(unknown, usage).cost is None
    here = ChatModelInfo(id="local/new", title="", provider="local", leaves_computer=False)
    assert priced(here, usage).cost == 0.0


def test_a_whole_request_is_counted() -> None:
    def count(text: str) -> int:
        return len(text)

    plain = ChatRequest(messages=(ChatMessage.of("user", "four"),), system="seven77")
    assert request_tokens(plain, count) == 4 + 6 + 7
    picture = ChatMessage("user", (TextPart("four"), ImagePart(b"x", "image/png")))
    assert request_tokens(ChatRequest(messages=(picture,)), count) > 1000
    tool = ToolSpec(name="a", description="b", schema={})
    assert request_tokens(ChatRequest(messages=plain.messages, tools=(tool,)), count) > 10
