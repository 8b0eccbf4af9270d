"""Servers that speak OpenAI's Chat Completions: Ollama, LM Studio, llama.cpp, vLLM, and services on the network.

They agree on the stream's form and differ in what they leave out: some send no ids, no usage, no `[DONE]`, no final
reason; reasoning comes as `reasoning_content` or `reasoning`. All of that is taken as it comes.
"""

from __future__ import annotations

import base64
import contextlib
from collections.abc import AsyncGenerator, Iterator, Mapping
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from engine.llm import faults
from engine.llm.connection import Access
from engine.llm.messages import (
    ChatMessage,
    ChatRequest,
    ImagePart,
    ReasoningDelta,
    ReasoningPart,
    StopReason,
    StreamEnd,
    StreamEvent,
    TextPart,
    ToolCall,
    ToolCallPart,
    ToolResultPart,
    Usage,
)
from engine.llm.remote_model import RemoteModel
from engine.llm.schemas import fits_strictly
from engine.llm.secret import Secret
from engine.llm.thinking import ThoughtSplitter

if TYPE_CHECKING:
    import httpx2

_STOPS: dict[str, StopReason] = {
    "stop": "end",
    "length": "length",
    "tool_calls": "tool_calls",
    "function_call": "tool_calls",
    "content_filter": "filtered",
}


def open_client(access: Access, key: Secret | None, http: httpx2.AsyncClient) -> Any:
    """The SDK's client for a server that is not OpenAI's: nothing of the owner's account there is told to it."""
    import openai

    return openai.AsyncOpenAI(
        api_key=key.reveal() if key else "none",
        admin_api_key="",
        webhook_secret="",
        base_url=access.base_url,
        http_client=http,
        max_retries=0,
        timeout=http.timeout,
        organization="",
        project="",
    )


class CompatibleModel(RemoteModel):
    """One model of such a server."""

    async def _events(self, client: Any, request: ChatRequest) -> AsyncGenerator[StreamEvent, None]:
        access = self._connection.access
        stream = await client.chat.completions.create(**self._body(request))
        calls, splitter = _Calls(), ThoughtSplitter()
        stop: StopReason | None = None
        model, usage, begun = self._name, Usage(), False
        async with contextlib.aclosing(stream):
            while True:
                try:
                    chunk = await anext(stream)
                except StopAsyncIteration:
                    break
                begun = True
                model = getattr(chunk, "model", None) or model
                if getattr(chunk, "usage", None):
                    usage = _usage(chunk.usage)
                choices = getattr(chunk, "choices", None)
                if not choices:
                    if choices is None and not getattr(chunk, "usage", None):
                        raise faults.malformed(access.provider, access.base_url)
                    continue
                choice = choices[0]
                delta = choice.delta
                if delta is not None:
                    if thought := _thought(delta):
                        yield ReasoningDelta(thought)
                    if text := (delta.content or getattr(delta, "refusal", None)):
                        for piece in splitter.add(text):
                            yield piece
                    calls.add(delta.tool_calls or ())
                if choice.finish_reason:
                    stop = _STOPS.get(choice.finish_reason, "end")
        if stop is None:
            raise (
                faults.cut_off(access.provider, access.base_url)
                if begun
                else faults.malformed(access.provider, access.base_url)
            )
        for piece in splitter.end():
            yield piece
        found = calls.whole()
        for call in found:
            yield call
        # Some servers end with "stop" though they call tools.
        yield StreamEnd(stop="tool_calls" if found and stop == "end" else stop, model=model, usage=usage)

    def _body(self, request: ChatRequest) -> dict[str, Any]:
        body: dict[str, Any] = {
            "model": self._name,
            "messages": [*_system(request), *(item for message in request.messages for item in _written(message))],
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        if request.max_output_tokens is not None:
            body["max_tokens"] = request.max_output_tokens
        if request.temperature is not None:
            body["temperature"] = request.temperature
        if request.effort != "off" and self._info.reasoning:
            body["reasoning_effort"] = request.effort
        if request.tools:
            body["tools"] = [
                {
                    "type": "function",
                    "function": {"name": tool.name, "description": tool.description, "parameters": dict(tool.schema)},
                }
                for tool in request.tools
            ]
        if request.output_schema is not None:
            schema: dict[str, Any] = {"name": "answer", "schema": dict(request.output_schema)}
            schema["strict"] = fits_strictly(schema["schema"])
            body["response_format"] = {"type": "json_schema", "json_schema": schema}
        return body


class _Calls:
    """Puts the pieces of tool calls together; servers number them by `index`, and some only by their ids."""

    def __init__(self) -> None:
        self._pieces: dict[int, dict[str, str]] = {}

    def add(self, pieces: Any) -> None:
        for piece in pieces:
            index = piece.index if isinstance(getattr(piece, "index", None), int) else len(self._pieces)
            call = self._pieces.setdefault(index, {"id": "", "name": "", "arguments": ""})
            call["id"] = piece.id or call["id"]
            if piece.function is not None:
                call["name"] = piece.function.name or call["name"]
                call["arguments"] += piece.function.arguments or ""

    def whole(self) -> list[ToolCall]:
        return [
            ToolCall(call["id"] or f"call_{uuid4().hex[:12]}", call["name"], call["arguments"] or "{}")
            for _, call in sorted(self._pieces.items())
            if call["name"]
        ]


def _system(request: ChatRequest) -> list[dict[str, Any]]:
    return [{"role": "system", "content": request.system}] if request.system else []


def _written(message: ChatMessage) -> Iterator[dict[str, Any]]:
    """One turn as the server has it: each tool result is a message of its own."""
    if message.role == "tool":
        for part in message.parts:
            if isinstance(part, ToolResultPart):
                yield {"role": "tool", "tool_call_id": part.call_id, "content": part.output}
        return
    calls = [part for part in message.parts if isinstance(part, ToolCallPart)]
    pictures = [part for part in message.parts if isinstance(part, ImagePart)]
    written: dict[str, Any] = {"role": message.role}
    if pictures:
        written["content"] = [_content(part) for part in message.parts if isinstance(part, (TextPart, ImagePart))]
    else:
        written["content"] = message.text or (None if calls else "")
    thoughts = "".join(part.text for part in message.parts if isinstance(part, ReasoningPart))
    if thoughts and calls:
        written["reasoning_content"] = thoughts  # servers of reasoning models want it back while tools are called
    if calls:
        written["tool_calls"] = [
            {"id": part.id, "type": "function", "function": {"name": part.name, "arguments": part.arguments}}
            for part in calls
        ]
    yield written


def _content(part: TextPart | ImagePart) -> dict[str, Any]:
    if isinstance(part, TextPart):
        return {"type": "text", "text": part.text}
    return {"type": "image_url", "image_url": {"url": data_url(part)}}


def data_url(part: ImagePart) -> str:
    """A picture as RFC 2397 writes it."""
    return f"data:{part.media_type};base64,{base64.b64encode(part.data).decode('ascii')}"


def _thought(delta: Any) -> str:
    for name in ("reasoning_content", "reasoning"):
        value = getattr(delta, name, None)
        if isinstance(value, str) and value:
            return value
    return ""


def _usage(found: Any) -> Usage:
    given = getattr(found, "prompt_tokens_details", None)
    made = getattr(found, "completion_tokens_details", None)
    return Usage(
        input_tokens=_number(found, "prompt_tokens"),
        cached_tokens=_number(given, "cached_tokens"),
        output_tokens=_number(found, "completion_tokens"),
        reasoning_tokens=_number(made, "reasoning_tokens"),
    )


def _number(holder: Any, name: str) -> int:
    value = holder.get(name) if isinstance(holder, Mapping) else getattr(holder, name, None)
    return value if isinstance(value, int) else 0
