"""Anthropic's models, by its Messages API, with prompt caching and thinking.

Two points of each request are marked for the cache: the end of the instructions with the tools before them, and the
last turn before the newest, so that a long conversation is read from the cache at a tenth of the price.
(https://platform.claude.com/docs/en/build-with-claude/prompt-caching)
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING, Any

from engine.llm import faults
from engine.llm.anthropic_stream import Blocks, Counted
from engine.llm.connection import Access
from engine.llm.messages import (
    ChatMessage,
    ChatRequest,
    Effort,
    ImagePart,
    ReasoningPart,
    StopReason,
    StreamEnd,
    StreamEvent,
    TextPart,
    ToolCallPart,
    ToolResultPart,
)
from engine.llm.remote_model import RemoteModel
from engine.llm.secret import Secret

if TYPE_CHECKING:
    import httpx2

_STOPS: dict[str, StopReason] = {
    "end_turn": "end",
    "stop_sequence": "end",
    "pause_turn": "end",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "refusal": "filtered",
}
_CACHED = {"cache_control": {"type": "ephemeral"}}
_OUTPUT_TOKENS = 8192
"""Longest answer where neither the request nor the model's entry names one; the API wants a number."""
_BUDGETS: dict[Effort, int] = {"low": 2048, "medium": 8192, "high": 24576}
"""Tokens to think, for models whose thinking is budgeted."""
_BUDGETED = re.compile(r"claude-(?:3|(?:opus|sonnet|haiku)-4(?:-[015])?(?:-\d{8})?$)")
"""Models before 4.6: they think by a budget; later ones by an effort, as much as they see fit."""
_THINKS_ALWAYS = re.compile(r"claude-(?:fable|mythos|opus-5-[5-9]|opus-[6-9])")
"""Models whose thinking cannot be switched off, only kept short."""


def open_client(access: Access, key: Secret | None, http: httpx2.AsyncClient) -> Any:
    """The SDK's client; its own retries are off, ours stand around it."""
    import anthropic

    return anthropic.AsyncAnthropic(
        api_key=key.reveal() if key else "none",
        base_url=access.base_url,
        http_client=http,
        max_retries=0,
        timeout=http.timeout,
    )


class AnthropicModel(RemoteModel):
    """One model of Anthropic's."""

    async def _events(self, client: Any, request: ChatRequest) -> AsyncGenerator[StreamEvent, None]:
        access = self._connection.access
        stream = await client.messages.create(**self._body(request))
        stop: StopReason | None = None
        model, counted, blocks = self._name, Counted(), Blocks()
        begun = False
        try:
            while True:
                try:
                    event = await anext(stream)
                except StopAsyncIteration:
                    break
                begun = True
                match getattr(event, "type", None):
                    case "message_start":
                        model = event.message.model or model
                        counted.add(event.message.usage)
                    case "content_block_start":
                        for piece in blocks.start(event.index, event.content_block):
                            yield piece
                    case "content_block_delta":
                        for piece in blocks.add(event.index, event.delta):
                            yield piece
                    case "content_block_stop":
                        for piece in blocks.stop(event.index):
                            yield piece
                    case "message_delta":
                        counted.add(event.usage)
                        if event.delta.stop_reason:
                            stop = _STOPS.get(event.delta.stop_reason, "end")
                    case "message_stop" if stop is not None:
                        yield StreamEnd(stop=stop, model=model, usage=counted.usage(self._info))
                        return
                    case _:  # a kind of event that this version does not know
                        continue
        finally:
            await stream.close()
        if begun:
            raise faults.cut_off(access.provider, access.base_url)
        raise faults.malformed(access.provider, access.base_url)

    def _body(self, request: ChatRequest) -> dict[str, Any]:
        thinks = request.effort != "off" and self._info.reasoning
        body: dict[str, Any] = {
            "model": self._name,
            "max_tokens": request.max_output_tokens or self._info.output_tokens or _OUTPUT_TOKENS,
            "messages": _written(request.messages, thinks=thinks),
            "stream": True,
        }
        if request.system:
            body["system"] = [{"type": "text", "text": request.system, **_CACHED}]
        if request.tools:
            body["tools"] = [
                {"name": tool.name, "description": tool.description, "input_schema": dict(tool.schema)}
                for tool in request.tools
            ]
        output: dict[str, Any] = {}
        if thinks and _BUDGETED.match(self._name):
            budget = _BUDGETS[request.effort]
            body["thinking"] = {"type": "enabled", "budget_tokens": budget}
            # Thinking counts as output: what is left for the answer stays as it was asked for.
            body["max_tokens"] = min(body["max_tokens"] + budget, self._info.output_tokens or 64_000)
        elif thinks:
            body["thinking"] = {"type": "adaptive", "display": "summarized"}
            output["effort"] = request.effort
        elif self._info.reasoning and _THINKS_ALWAYS.match(self._name):
            output["effort"] = "low"
        elif self._info.reasoning and not _BUDGETED.match(self._name):
            body["thinking"] = {"type": "disabled"}  # these think unless they are told not to
        if request.output_schema is not None:
            output["format"] = {"type": "json_schema", "schema": dict(request.output_schema)}
        if output:
            body["output_config"] = output
        return body


def _written(messages: tuple[ChatMessage, ...], *, thinks: bool) -> list[dict[str, Any]]:
    """The turns as the API has them: tool results are the user's, empty texts are refused."""
    written: list[dict[str, Any]] = []
    for message in messages:
        blocks = [block for part in message.parts if (block := _block(part, thinks=thinks)) is not None]
        if not blocks:
            continue
        role = "assistant" if message.role == "assistant" else "user"
        if written and written[-1]["role"] == role:
            written[-1]["content"] += blocks
        else:
            written.append({"role": role, "content": blocks})
    if len(written) > 1 and written[-2]["content"][-1]["type"] in ("text", "image", "tool_use", "tool_result"):
        written[-2]["content"][-1] |= _CACHED
    return written


def _block(part: Any, *, thinks: bool) -> dict[str, Any] | None:
    match part:
        case TextPart():
            return {"type": "text", "text": part.text} if part.text.strip() else None
        case ImagePart():
            data = base64.b64encode(part.data).decode("ascii")
            return {"type": "image", "source": {"type": "base64", "media_type": part.media_type, "data": data}}
        case ReasoningPart():
            return dict(part.opaque["block"]) if thinks and part.opaque.get("provider") == "anthropic" else None
        case ToolCallPart():
            return {"type": "tool_use", "id": part.id, "name": part.name, "input": _object(part.arguments)}
        case ToolResultPart():
            return {
                "type": "tool_result",
                "tool_use_id": part.call_id,
                "content": part.output,
                "is_error": part.is_error,
            }
        case _:
            return None


def _object(arguments: str) -> dict[str, Any]:
    """A model's arguments as the object that the API wants back, even where the model wrote none."""
    try:
        value = json.loads(arguments)
    except json.JSONDecodeError:
        return {"arguments": arguments}
    return value if isinstance(value, dict) else {"arguments": value}
