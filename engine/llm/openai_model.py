"""OpenAI's models, by its Responses API.

Nothing is kept at OpenAI (`store: false`): what a model reasoned comes back encrypted and is sent again with the next
turn. The form of the stream: https://platform.openai.com/docs/api-reference/responses-streaming
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import AsyncGenerator, Iterator
from typing import TYPE_CHECKING, Any

from engine.llm import faults
from engine.llm.compatible_model import data_url
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
    TextDelta,
    TextPart,
    ToolCall,
    ToolCallPart,
    ToolResultPart,
    Usage,
)
from engine.llm.remote_model import RemoteModel
from engine.llm.schemas import fits_strictly
from engine.llm.secret import Secret

if TYPE_CHECKING:
    import httpx2

_INCOMPLETE: dict[str, StopReason] = {"max_output_tokens": "length", "content_filter": "filtered"}


def open_client(access: Access, key: Secret | None, http: httpx2.AsyncClient) -> Any:
    """The SDK's client; its own retries are off, ours stand around it."""
    import openai

    return openai.AsyncOpenAI(
        api_key=key.reveal() if key else "none",
        base_url=access.base_url,
        http_client=http,
        max_retries=0,
        timeout=http.timeout,
    )


class OpenAIModel(RemoteModel):
    """One model of OpenAI's."""

    async def _events(self, client: Any, request: ChatRequest) -> AsyncGenerator[StreamEvent, None]:
        access = self._connection.access
        stream = await client.responses.create(**self._body(request))
        begun = False
        async with contextlib.aclosing(stream):
            while True:
                try:
                    event = await anext(stream)
                except StopAsyncIteration:
                    break
                begun = True
                match getattr(event, "type", None):
                    case "response.output_text.delta" | "response.refusal.delta":
                        yield TextDelta(event.delta)
                    case "response.reasoning_summary_text.delta" | "response.reasoning_text.delta":
                        yield ReasoningDelta(event.delta)
                    case "response.reasoning_summary_part.added" if event.summary_index > 0:
                        yield ReasoningDelta("\n\n")
                    case "response.output_item.done" if event.item.type == "function_call":
                        yield ToolCall(event.item.call_id, event.item.name, event.item.arguments or "{}")
                    case "response.output_item.done" if event.item.type == "reasoning":
                        item = event.item.to_dict(exclude_none=True)
                        yield ReasoningDelta("", {"provider": "openai", "item": item})
                    case "response.completed" | "response.incomplete":
                        yield self._end(event.response)
                        return
                    case "response.failed":
                        raise self._failure(event.response.error)
                    case "error":
                        raise self._failure(event)
                    case _:  # what belongs to tools of OpenAI's own, or is told twice
                        continue
        if begun:
            raise faults.cut_off(access.provider, access.base_url)
        raise faults.malformed(access.provider, access.base_url)

    def _failure(self, error: Any) -> Exception:
        access = self._connection.access
        body = {name: getattr(error, name, None) for name in ("code", "message")}
        return faults.of_event(
            body, provider=access.provider, model=self._name, address=access.base_url, key=self._connection.key
        )

    def _end(self, response: Any) -> StreamEnd:
        stop: StopReason = "end"
        if response.status == "incomplete":
            stop = _INCOMPLETE.get(getattr(response.incomplete_details, "reason", None) or "", "length")
        elif any(item.type == "function_call" for item in response.output or ()):
            stop = "tool_calls"
        found = response.usage
        usage = Usage()
        if found is not None:
            usage = Usage(
                input_tokens=found.input_tokens or 0,
                cached_tokens=getattr(found.input_tokens_details, "cached_tokens", None) or 0,
                output_tokens=found.output_tokens or 0,
                reasoning_tokens=getattr(found.output_tokens_details, "reasoning_tokens", None) or 0,
            )
        return StreamEnd(stop=stop, model=response.model or self._name, usage=usage)

    def _body(self, request: ChatRequest) -> dict[str, Any]:
        reasons = self._info.reasoning
        body: dict[str, Any] = {
            "model": self._name,
            "input": [item for message in request.messages for item in _written(message, reasons=reasons)],
            "stream": True,
            "store": False,
        }
        if request.system:
            body["instructions"] = request.system
        if request.max_output_tokens is not None:
            body["max_output_tokens"] = max(16, request.max_output_tokens)  # fewer are refused
        if reasons:
            if request.effort != "off":
                body["reasoning"] = {"effort": request.effort, "summary": "auto"}
            elif (least := _least_effort(self._name)) is not None:
                body["reasoning"] = {"effort": least}
            body["include"] = ["reasoning.encrypted_content"]
        elif request.temperature is not None:  # models that reason take none
            body["temperature"] = request.temperature
        if request.tools:
            body["tools"] = [
                {
                    "type": "function",
                    "name": tool.name,
                    "description": tool.description,
                    "parameters": dict(tool.schema),
                    "strict": False,
                }
                for tool in request.tools
            ]
        if request.output_schema is not None:
            schema = dict(request.output_schema)
            body["text"] = {
                "format": {"type": "json_schema", "name": "answer", "schema": schema, "strict": fits_strictly(schema)}
            }
        return body


def _least_effort(name: str) -> str | None:
    """The least effort that a model takes: `none` came with GPT-5.1, `minimal` with GPT-5, the o-series has `low`.

    None leaves it to the model: some know one effort only, and newer families are not known here.
    """
    if re.search(r"pro|codex|chat", name):
        return None
    if re.match(r"o\d", name):
        return "low"
    if re.match(r"gpt-5(-|$)", name):
        return "minimal"
    return "none" if re.match(r"gpt-(5\.|6)", name) else None


def _written(message: ChatMessage, *, reasons: bool) -> Iterator[dict[str, Any]]:
    """One turn as the API has it: messages, calls and their outputs are items of one list."""
    if message.role == "user":
        parts = [part for part in message.parts if isinstance(part, (TextPart, ImagePart))]
        yield {"type": "message", "role": "user", "content": [_content(part) for part in parts]}
        return
    for part in message.parts:
        match part:
            case ReasoningPart():
                if reasons and part.opaque.get("provider") == "openai":
                    yield dict(part.opaque["item"])
            case TextPart():
                if part.text:
                    yield {"role": "assistant", "content": part.text}
            case ToolCallPart():
                yield {"type": "function_call", "call_id": part.id, "name": part.name, "arguments": part.arguments}
            case ToolResultPart():
                yield {"type": "function_call_output", "call_id": part.call_id, "output": part.output}
            case ImagePart():
                continue  # only the owner shows pictures


def _content(part: TextPart | ImagePart) -> dict[str, Any]:
    if isinstance(part, TextPart):
        return {"type": "input_text", "text": part.text}
    return {"type": "input_image", "image_url": data_url(part), "detail": "auto"}
