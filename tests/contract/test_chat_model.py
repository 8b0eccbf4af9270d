"""Every chat model keeps the same promises, over the real wire format of its vendor."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
import traceback
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.errors import (
    ChatModelError,
    KeyMissingError,
    KeyRefusedError,
    ModelGoneError,
    OfflineError,
    OverLongError,
    RateLimitedError,
    StreamBrokenError,
    UnreachableError,
)
from engine.llm import anthropic_model, compatible_model, genai, openai_model
from engine.llm.base import ChatModel
from engine.llm.connection import Access, Connection
from engine.llm.fallback import Candidate, FallbackModel
from engine.llm.gate import Gate
from engine.llm.genai import GenaiBackend
from engine.llm.local_model import LocalModel, LocalRunner
from engine.llm.messages import (
    ChatMessage,
    ChatModelInfo,
    ChatRequest,
    ImagePart,
    ReasoningDelta,
    ReasoningPart,
    StreamEnd,
    StreamEvent,
    TextDelta,
    TextPart,
    ToolCall,
    ToolCallPart,
    ToolResultPart,
    ToolSpec,
)
from engine.llm.network_thread import NetworkThread
from engine.llm.secret import Secret
from tests.helpers.tiny_chat import write_tiny_chat
from tests.helpers.vendor_wire import ENCRYPTED, SIGNATURE, Call, Reply
from tests.helpers.vendors import Fault, Vendors, loopback_vendors

CANARY = "sk-canary-5f0c7e21d9b84a"
NEEDS_GENAI = pytest.mark.skipif(not genai.installed(), reason="onnxruntime-genai is not installed")
KINDS = ("openai", "anthropic", "compatible", "fallback")
PLAIN = ChatRequest(messages=(ChatMessage.of("user", "When does the lease end?"),), system="Answer from the notes.")


@dataclass(slots=True)
class Bench:
    """One implementation, ready to be asked."""

    kind: str
    vendors: Vendors
    make: Callable[..., ChatModel]

    @property
    def model(self) -> ChatModel:
        return self.make()


@pytest.fixture(scope="module")
def server() -> Iterator[Vendors]:
    with loopback_vendors() as vendors:
        yield vendors


@pytest.fixture
def vendors(server: Vendors) -> Iterator[Vendors]:
    server.script.clear()
    server.asked.clear()
    server.reply, server.pause = Reply(), 0.0
    server.hung_up.clear()
    server.go_on.clear()
    yield server
    server.go_on.set()


@pytest.fixture(params=KINDS)
async def bench(request: pytest.FixtureRequest, vendors: Vendors) -> AsyncIterator[Bench]:
    """Each implementation that talks to a vendor."""
    async with _opened(request.param, vendors) as made:
        yield made


@pytest.fixture(params=(*KINDS, pytest.param("local", marks=NEEDS_GENAI)))
async def every(request: pytest.FixtureRequest, vendors: Vendors, tmp_path: Path) -> AsyncIterator[Bench]:
    """Each implementation, those in this process too."""
    if request.param != "local":
        async with _opened(request.param, vendors) as made:
            yield made
        return
    network = NetworkThread()
    runner = LocalRunner(idle_seconds=0)
    folder = write_tiny_chat(tmp_path / "tiny")
    info = ChatModelInfo(id="local/tiny", title="Tiny", provider="local", leaves_computer=False)

    def make(**_: object) -> ChatModel:
        return LocalModel(info, network=network, runner=runner, load=lambda: GenaiBackend(folder, title="Tiny"))

    yield Bench("local", vendors, make)
    await network.run(runner.close)
    await network.close()


@contextlib.asynccontextmanager
async def _opened(kind_wanted: str, vendors: Vendors) -> AsyncIterator[Bench]:
    network = NetworkThread()
    opened: list[Connection] = []

    def make(
        *,
        silence: float = 5.0,
        offline: bool = False,
        base_url: str | None = None,
        reasoning: bool = True,
        key: str | None = CANARY,
    ) -> ChatModel:
        kind = "compatible" if kind_wanted == "fallback" else kind_wanted
        address = base_url or (vendors.address if kind == "anthropic" else vendors.v1)
        access = Access(
            provider=kind,
            base_url=address,
            key=lambda: Secret(key) if key else None,
            needs_key=kind != "compatible",
            offline=offline,
            connect_seconds=2,
            silence_seconds=silence,
        )
        module = {"openai": openai_model, "anthropic": anthropic_model, "compatible": compatible_model}[kind]
        connection = Connection(access, network, module.open_client)
        opened.append(connection)
        name = {"openai": "gpt-5.5", "anthropic": "claude-sonnet-5", "compatible": "qwen3:4b"}[kind]
        info = ChatModelInfo(
            id=f"{kind}/{name}", title=name, provider=kind, tools=True, vision=True, reasoning=reasoning,
            input_price=2.0, cached_price=0.2, output_price=10.0,
        )  # fmt: skip
        types = {
            "openai": openai_model.OpenAIModel,
            "anthropic": anthropic_model.AnthropicModel,
            "compatible": compatible_model.CompatibleModel,
        }
        model: ChatModel = types[kind](info, connection)
        if kind_wanted == "fallback":
            return FallbackModel([Candidate(model, Gate())], retries=0)
        return model

    yield Bench(kind_wanted, vendors, make)
    for connection in opened:
        await connection.close()
    await network.close()


async def ask(model: ChatModel, request: ChatRequest = PLAIN) -> list[StreamEvent]:
    async with contextlib.aclosing(model.stream(request)) as events:
        return [event async for event in events]


def text_of(events: list[StreamEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


async def test_streams_and_ends(every: Bench) -> None:
    """What every one of them does, wherever it runs."""
    model = every.model
    assert isinstance(model, ChatModel)
    for _ in range(2):
        events = await ask(model)
        assert text_of(events) == "The lease ends in May."
        assert [type(event) for event in events].count(StreamEnd) == 1
        end = events[-1]
        assert isinstance(end, StreamEnd)
        assert end.stop == "end"
        assert end.usage.input_tokens > 0
        assert end.usage.output_tokens > 0
        await model.close()  # calls afterwards are safe


async def test_closing_early_leaves_it_ready_for_more(every: Bench) -> None:
    model = every.model
    for _ in range(3):
        stream = model.stream(PLAIN)
        first = await anext(stream)
        assert isinstance(first, TextDelta)
        await stream.aclose()
        with pytest.raises(StopAsyncIteration):
            await anext(stream)
    unused = model.stream(PLAIN)
    await unused.aclose()
    assert text_of(await ask(model)) == "The lease ends in May."


async def test_cancelling_leaves_it_ready_for_more(every: Bench) -> None:
    model = every.model
    for seconds in (0, 0.001, 0.02):
        task = asyncio.ensure_future(ask(model))
        await asyncio.sleep(seconds)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
    assert text_of(await ask(model)) == "The lease ends in May."


async def test_many_at_once(every: Bench) -> None:
    model = every.model
    answers = await asyncio.gather(*(ask(model) for _ in range(3)))
    assert [text_of(events) for events in answers] == ["The lease ends in May."] * 3


async def test_streams_text_as_it_comes(bench: Bench) -> None:
    events = await ask(bench.model)
    assert [event.text for event in events if isinstance(event, TextDelta)] == ["The lease", " ends in", " May."]
    end = events[-1]
    assert isinstance(end, StreamEnd)
    assert end.stop == "end"
    usage = end.usage
    assert (usage.input_tokens, usage.cached_tokens, usage.output_tokens) == (120, 100, 9)


async def test_sends_instructions_and_key_in_the_vendors_form(bench: Bench) -> None:
    await ask(bench.model)
    asked = bench.vendors.answers_asked[-1]
    assert asked.headers["authorization"] == f"Bearer {CANARY}"
    assert "Answer from the notes." in json.dumps(asked.body)
    assert asked.body["stream"] is True
    if bench.kind == "openai":
        assert asked.body["store"] is False
    if bench.kind == "anthropic":
        assert asked.body["system"][0]["cache_control"] == {"type": "ephemeral"}


async def test_nothing_is_sent_before_the_first_iteration(bench: Bench) -> None:
    stream = bench.model.stream(PLAIN)
    await asyncio.sleep(0.05)
    assert bench.vendors.asked == []
    await stream.aclose()


async def test_text_in_every_script_arrives_whole_byte_by_byte(bench: Bench) -> None:
    bench.vendors.reply = Reply(pieces=("Ende ", "Mai — ", "договор до мая ", "合同五月到期 ", "🏡"))
    bench.vendors.script.append(Fault(kind="drip"))
    events = await ask(bench.model)
    assert text_of(events) == "Ende Mai — договор до мая 合同五月到期 🏡"
    assert isinstance(events[-1], StreamEnd)


async def test_a_line_of_a_million_tokens_arrives(bench: Bench) -> None:
    long = "word " * 1_000_000
    bench.vendors.reply = Reply(pieces=("Here: ", long))
    events = await ask(bench.model)
    assert text_of(events) == "Here: " + long


async def test_reasoning_is_told_apart_and_can_be_sent_back(bench: Bench) -> None:
    bench.vendors.reply = Reply(thoughts=("Notes say", " May."), reasoning_tokens=5)
    request = ChatRequest(messages=PLAIN.messages, effort="high")
    events = await ask(bench.model, request)
    thoughts = [event for event in events if isinstance(event, ReasoningDelta)]
    assert "".join(event.text for event in thoughts) == "Notes say May."
    assert text_of(events) == "The lease ends in May."
    end = events[-1]
    assert isinstance(end, StreamEnd)
    assert end.usage.reasoning_tokens == 5
    opaque = next((event.opaque for event in thoughts if event.opaque), {})
    told = {"openai": ENCRYPTED, "anthropic": SIGNATURE}.get(bench.kind, "")
    assert told in json.dumps(dict(opaque))
    body = bench.vendors.answers_asked[-1].body
    effort = {
        "openai": lambda: body["reasoning"]["effort"],
        "anthropic": lambda: body["output_config"]["effort"],
    }.get(bench.kind, lambda: body["reasoning_effort"])()
    assert effort == "high"
    history = (
        *PLAIN.messages,
        ChatMessage("assistant", (ReasoningPart("Notes say May.", opaque), ToolCallPart("call_7", "weather", "{}"))),
        ChatMessage("tool", (ToolResultPart("call_7", "rain"),)),
    )
    await ask(bench.model, ChatRequest(messages=history, effort="high"))
    assert told in json.dumps(bench.vendors.answers_asked[-1].body)


async def test_tool_calls_come_whole_and_their_results_go_back(bench: Bench) -> None:
    bench.vendors.reply = Reply(pieces=("Let me look.",), calls=(Call(), Call(id="call_8", arguments=("{}",))))
    tool = ToolSpec(name="weather", description="Weather of a city", schema={"type": "object", "properties": {}})
    events = await ask(bench.model, ChatRequest(messages=PLAIN.messages, tools=(tool,)))
    calls = [event for event in events if isinstance(event, ToolCall)]
    assert [(call.id, call.name, json.loads(call.arguments)) for call in calls] == [
        ("call_7", "weather", {"city": "Paris"}),
        ("call_8", "weather", {}),
    ]
    end = events[-1]
    assert isinstance(end, StreamEnd)
    assert end.stop == "tool_calls"
    assert "Weather of a city" in json.dumps(bench.vendors.answers_asked[-1].body["tools"])
    history = (
        *PLAIN.messages,
        ChatMessage("assistant", (TextPart("Let me look."), ToolCallPart("call_7", "weather", '{"city": "Paris"}'))),
        ChatMessage("tool", (ToolResultPart("call_7", "It rains in Paris"),)),
    )
    bench.vendors.reply = Reply()
    assert text_of(await ask(bench.model, ChatRequest(messages=history, tools=(tool,)))) == "The lease ends in May."
    sent = json.dumps(bench.vendors.answers_asked[-1].body)
    assert "It rains in Paris" in sent
    assert "call_7" in sent


async def test_pictures_are_sent(bench: Bench) -> None:
    turn = ChatMessage("user", (TextPart("What is this?"), ImagePart(b"\x89PNG\r\n", "image/png")))
    await ask(bench.model, ChatRequest(messages=(turn,)))
    sent = json.dumps(bench.vendors.answers_asked[-1].body)
    assert "iVBORw0K" in sent
    assert "image/png" in sent


async def test_structured_output_is_asked_for(bench: Bench) -> None:
    schema = {
        "type": "object",
        "properties": {"facts": {"type": "array", "items": {"type": "string"}}},
        "required": ["facts"],
        "additionalProperties": False,
    }
    bench.vendors.reply = Reply(pieces=('{"facts": ', '["The lease ends in May."]}'))
    events = await ask(bench.model, ChatRequest(messages=PLAIN.messages, output_schema=schema))
    assert json.loads(text_of(events)) == {"facts": ["The lease ends in May."]}
    assert json.dumps(schema) in json.dumps(bench.vendors.answers_asked[-1].body)


@pytest.mark.parametrize("stop", ["length", "filtered"])
async def test_the_reason_of_the_end_is_told(bench: Bench, stop: str) -> None:
    bench.vendors.reply = Reply(stop=stop)
    end = (await ask(bench.model))[-1]
    assert isinstance(end, StreamEnd)
    assert end.stop == stop


@pytest.mark.parametrize(
    ("status", "message", "kind", "words"),
    [
        (401, f"Incorrect API key provided: {CANARY}", KeyRefusedError, "Set a new one"),
        (429, "Rate limit reached", RateLimitedError, "Try again"),
        (500, f"Boom {CANARY}", UnreachableError, "Try again later"),
        (404, "The model `x` does not exist (model_not_found)", ModelGoneError, "Choose another one"),
        (413, "request_too_large", OverLongError, "Shorten the message"),
        (400, "This model's maximum context length is 8192 tokens", OverLongError, "Shorten the message"),
        (400, f"Something odd about {CANARY}", ChatModelError, "Something odd"),
    ],
)
async def test_a_refusal_says_what_to_do(
    bench: Bench, status: int, message: str, kind: type[ChatModelError], words: str
) -> None:
    headers = {"Retry-After": "7"} if status == 429 else {}
    bench.vendors.script.append(Fault(kind="status", status=status, message=message, headers=headers))
    with pytest.raises(kind) as caught:
        await ask(bench.model)
    assert words in str(caught.value)
    if isinstance(caught.value, RateLimitedError):
        assert caught.value.retry_after == 7
    report = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    ours = [frame for frame in report.stack if frame.filename != __file__]
    assert len(ours) > 3
    assert CANARY not in str(caught.value) + "".join(repr(frame.locals) for frame in ours)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("after", [0, 5])
async def test_what_arrived_before_a_cut_stands(bench: Bench, after: int) -> None:
    bench.vendors.reply = Reply(pieces=("One", " two", " three", " four"))
    bench.vendors.script.append(Fault(kind="cut", after=after))
    got: list[StreamEvent] = []
    with pytest.raises((StreamBrokenError, UnreachableError)) as caught:
        async with contextlib.aclosing(bench.model.stream(PLAIN)) as events:
            async for event in events:
                got.append(event)  # noqa: PERF401 - what came before the error is wanted
    assert caught.value.retryable
    assert not any(isinstance(event, StreamEnd) for event in got)
    if after:
        assert text_of(got).startswith("One")


@pytest.mark.parametrize("kind", ["malformed", "no end", "error event", "page"])
async def test_what_is_no_answer_is_told(bench: Bench, kind: str) -> None:
    bench.vendors.script.append(Fault(kind=kind, after=4))
    with pytest.raises(ChatModelError) as caught:
        await ask(bench.model)
    assert caught.value.retryable


async def test_silence_ends_after_its_time(bench: Bench) -> None:
    bench.vendors.script.append(Fault(kind="silence", after=4))
    began = time.monotonic()
    with pytest.raises(StreamBrokenError, match="silent"):
        await ask(bench.make(silence=0.3))
    assert time.monotonic() - began < 5
    assert bench.vendors.hung_up.wait(5)


async def test_closing_closes_the_connection(bench: Bench) -> None:
    bench.vendors.reply = Reply(pieces=tuple(f"word {number} " for number in range(40)))
    bench.vendors.script.append(Fault(kind="silence", after=10))
    stream = bench.model.stream(PLAIN)
    assert isinstance(await anext(stream), TextDelta)
    assert not bench.vendors.hung_up.is_set()
    await stream.aclose()
    assert await asyncio.to_thread(bench.vendors.hung_up.wait, 5)
    with pytest.raises(StopAsyncIteration):
        await anext(stream)


async def test_cancelling_closes_the_connection(bench: Bench) -> None:
    bench.vendors.script.append(Fault(kind="silence", after=0))
    task = asyncio.ensure_future(ask(bench.model))
    while not bench.vendors.answers_asked:  # noqa: ASYNC110 - another thread notes it
        await asyncio.sleep(0.005)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await asyncio.to_thread(bench.vendors.hung_up.wait, 5)


async def test_many_answers_at_once_do_not_mix(bench: Bench) -> None:
    model = bench.model
    bench.vendors.script.extend(Reply(pieces=(f"answer {number}",) * 3) for number in range(4))
    texts = await asyncio.gather(*(ask(model) for _ in range(4)))
    assert sorted(text_of(events) for events in texts) == [f"answer {number}" * 3 for number in range(4)]


async def test_nobody_listening_is_told(bench: Bench) -> None:
    with pytest.raises(UnreachableError, match="cannot be reached"):
        await ask(bench.make(base_url="http://127.0.0.1:9/v1"))


async def test_offline_sends_nothing(bench: Bench) -> None:
    with pytest.raises(OfflineError, match="Offline is switched on"):
        await ask(bench.make(offline=True, base_url="http://192.0.2.1:8080/v1"))
    assert bench.vendors.asked == []


async def test_offline_still_reaches_this_computer(bench: Bench) -> None:
    assert text_of(await ask(bench.make(offline=True))) == "The lease ends in May."


async def test_a_vendor_that_needs_a_key_is_not_asked_without_one(bench: Bench) -> None:
    if bench.kind in ("compatible", "fallback"):
        assert text_of(await ask(bench.make(key=None))) == "The lease ends in May."
        return
    with pytest.raises(KeyMissingError, match="Set one in the settings"):
        await ask(bench.make(key=None))
    assert bench.vendors.asked == []


def test_counts_tokens_carefully(every: Bench) -> None:
    count = every.model.count_tokens
    assert count("") == 0
    assert 20 <= count("The lease of the flat in Harbour Street ends on the last day of May. " * 2) <= 60
    assert count("合同五月到期") >= 6
    assert count("a" * 1000) <= count("a" * 1001)
