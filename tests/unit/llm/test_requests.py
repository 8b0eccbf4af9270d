"""What each vendor is asked, where the common contract does not say it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from engine.errors import RateLimitedError
from engine.llm import anthropic_model, openai_model
from engine.llm.anthropic_stream import Counted
from engine.llm.connection import Access, Connection
from engine.llm.faults import explain
from engine.llm.known import describe
from engine.llm.messages import ChatMessage, ChatRequest, Effort, StreamEnd, TextPart, ToolCallPart, ToolResultPart
from engine.llm.network_thread import NetworkThread
from engine.llm.schemas import fits_strictly
from engine.llm.secret import Secret
from tests.helpers.vendors import Vendors, loopback_vendors

CLOSED = {"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": False}
HELLO = (ChatMessage.of("user", "hello"),)


@pytest.fixture(scope="module")
def vendors() -> Iterator[Vendors]:
    with loopback_vendors() as found:
        yield found


@pytest.fixture
async def network() -> AsyncIterator[NetworkThread]:
    thread = NetworkThread()
    yield thread
    await thread.close()


async def asked(network: NetworkThread, vendors: Vendors, ident: str, request: ChatRequest) -> dict[str, Any]:
    """The body that a request becomes."""
    provider = ident.partition("/")[0]
    module = openai_model if provider == "openai" else anthropic_model
    address = vendors.v1 if provider == "openai" else vendors.address
    access = Access(provider=provider, base_url=address, key=lambda: Secret("sk-a"))
    connection = Connection(access, network, module.open_client)
    kind = openai_model.OpenAIModel if provider == "openai" else anthropic_model.AnthropicModel
    _ = [event async for event in kind(describe(ident), connection).stream(request)]
    await connection.close()
    return vendors.answers_asked[-1].body


@pytest.mark.parametrize(
    ("name", "effort", "reasoning"),
    [
        ("gpt-6-sol", "off", {"effort": "none"}),
        ("gpt-5.5", "off", {"effort": "none"}),
        ("gpt-5-mini", "off", {"effort": "minimal"}),
        ("o4-mini", "off", {"effort": "low"}),
        ("gpt-5.5-pro", "off", None),
        ("gpt-9", "off", None),
        ("gpt-4.1", "off", None),
        ("gpt-4.1", "high", None),
        ("gpt-6-sol", "high", {"effort": "high", "summary": "auto"}),
    ],
)
async def test_openai_is_asked_for_no_more_thought_than_wanted(
    network: NetworkThread, vendors: Vendors, name: str, effort: Effort, reasoning: dict[str, str] | None
) -> None:
    body = await asked(network, vendors, f"openai/{name}", ChatRequest(messages=HELLO, effort=effort, temperature=0.3))
    assert body.get("reasoning") == reasoning
    assert ("temperature" in body) is (name == "gpt-4.1")


@pytest.mark.parametrize(
    ("name", "effort", "thinking", "wanted"),
    [
        ("claude-sonnet-5-5", "off", {"type": "disabled"}, None),
        ("claude-opus-5-5", "off", None, "low"),
        ("claude-fable-5-1", "off", None, "low"),
        ("claude-haiku-4-5", "off", None, None),
        ("claude-haiku-4-5", "medium", {"type": "enabled", "budget_tokens": 8192}, None),
        ("claude-opus-4-5", "low", {"type": "enabled", "budget_tokens": 2048}, None),
        ("claude-opus-5-5", "high", {"type": "adaptive", "display": "summarized"}, "high"),
        ("claude-sonnet-4-6", "high", {"type": "adaptive", "display": "summarized"}, "high"),
    ],
)
async def test_anthropic_is_asked_in_the_way_of_each_generation(
    network: NetworkThread,
    vendors: Vendors,
    name: str,
    effort: Effort,
    thinking: dict[str, Any] | None,
    wanted: str | None,
) -> None:
    request = ChatRequest(messages=HELLO, effort=effort, max_output_tokens=1000, temperature=0.3)
    body = await asked(network, vendors, f"anthropic/{name}", request)
    assert body.get("thinking") == thinking
    assert body.get("output_config", {}).get("effort") == wanted
    assert "temperature" not in body
    budget = (thinking or {}).get("budget_tokens", 0)
    assert body["max_tokens"] == 1000 + budget


async def test_anthropic_marks_instructions_and_the_turn_before_the_last_for_its_cache(
    network: NetworkThread, vendors: Vendors
) -> None:
    turns = (
        ChatMessage.of("user", "one"),
        ChatMessage("assistant", (TextPart("two"), TextPart("  "), ToolCallPart("c1", "look", "not json"))),
        ChatMessage("tool", (ToolResultPart("c1", "found", is_error=True),)),
        ChatMessage.of("user", "three"),
        ChatMessage.of("assistant", "four"),
        ChatMessage.of("user", "five"),
    )
    body = await asked(network, vendors, "anthropic/claude-sonnet-5-5", ChatRequest(messages=turns, system="Be kind."))
    assert body["system"] == [{"type": "text", "text": "Be kind.", "cache_control": {"type": "ephemeral"}}]
    messages = body["messages"]
    assert [message["role"] for message in messages] == ["user", "assistant", "user", "assistant", "user"]
    marked = [block for message in messages for block in message["content"] if "cache_control" in block]
    assert [block["text"] for block in marked] == ["four"]
    call = messages[1]["content"][-1]
    assert call["input"] == {"arguments": "not json"}
    result = messages[2]["content"][0]
    assert (result["type"], result["is_error"]) == ("tool_result", True)
    assert not any(block.get("text", "x").strip() == "" for message in messages for block in message["content"])


async def test_anthropic_counts_what_is_written_to_the_cache(network: NetworkThread, vendors: Vendors) -> None:
    counted = Counted()
    usage = type("Usage", (), {"input_tokens": 100, "cache_creation_input_tokens": 1000, "output_tokens": 10})
    counted.add(usage)
    counted.add(type("Usage", (), {"cache_read_input_tokens": 500, "output_tokens": 20}))
    told = counted.usage(describe("anthropic/claude-sonnet-5-5"))
    assert (told.input_tokens, told.cached_tokens, told.output_tokens) == (1600, 500, 20)
    assert told.cost == pytest.approx(((100 + 1250) * 2 + 500 * 0.1 + 20 * 10) / 1e6)
    assert isinstance(StreamEnd(stop="end", model="x", usage=told), StreamEnd)


def test_an_account_without_credit_is_told_whatever_the_status() -> None:
    error = type("BadRequestError", (Exception,), {})("no")
    error.status_code = 400
    error.body = {"error": {"type": "invalid_request_error", "message": "Your credit balance is too low"}}
    told = explain(error, provider="anthropic", model="claude-sonnet-5-5", address="https://api.anthropic.com")
    assert isinstance(told, RateLimitedError)
    assert not told.retryable
    assert "used up" in str(told)


@pytest.mark.parametrize(
    ("schema", "strict"),
    [
        ({**CLOSED, "required": ["a"]}, True),
        ({**CLOSED, "required": []}, False),
        ({**CLOSED, "required": ["a"], "additionalProperties": True}, False),
        ({"type": "array", "items": {"type": "object"}}, False),
        ({"anyOf": [{"type": "string"}, {"type": "object"}]}, False),
        ({"type": "string"}, True),
        ({"$defs": {"x": {"type": "object"}}, "type": "string"}, False),
    ],
)  # fmt: skip
def test_strictness_is_asked_only_of_schemas_that_allow_it(schema: dict[str, Any], strict: bool) -> None:
    assert fits_strictly(schema) is strict
