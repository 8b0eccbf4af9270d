"""What the vendors send, byte for byte in the shape of recorded streams: OpenAI (Responses and Chat Completions),
Anthropic (Messages), Ollama. One `Reply` says what a model answers; each vendor's form is made from it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

CREATED = 1_793_000_000
SIGNATURE = "EqQBCgIYAhIM-signature"
ENCRYPTED = "gAAAAABo-encrypted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A tool call in a reply; its arguments come in the pieces given."""

    id: str = "call_7"
    name: str = "weather"
    arguments: tuple[str, ...] = ('{"city": ', '"Paris"}')


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a model answers, piece by piece."""

    pieces: tuple[str, ...] = ("The lease", " ends in", " May.")
    thoughts: tuple[str, ...] = ()
    calls: tuple[Call, ...] = ()
    stop: str = "end"  # end, length, filtered; tool calls are seen by themselves
    input_tokens: int = 120
    cached_tokens: int = 100
    output_tokens: int = 9
    reasoning_tokens: int = 0
    model: str = field(default="")


def event(data: dict[str, Any] | str, name: str | None = None) -> bytes:
    """One server-sent event."""
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
    return (f"event: {name}\n" if name else "").encode() + f"data: {text}\n\n".encode()


def chat_completions(reply: Reply, body: dict[str, Any]) -> Iterator[bytes]:
    """`POST /v1/chat/completions` with `stream`."""
    model = reply.model or body["model"]

    def chunk(delta: dict[str, Any] | None, finish: str | None = None, **more: Any) -> bytes:
        choices = [] if delta is None else [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}]
        return event(
            {
                "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": CREATED, "model": model,
                "system_fingerprint": "fp_ollama", "choices": choices, **more,
            }
        )  # fmt: skip

    yield chunk({"role": "assistant", "content": ""})
    for thought in reply.thoughts:
        yield chunk({"reasoning_content": thought, "content": None})
    for piece in reply.pieces:
        yield chunk({"content": piece})
    for index, call in enumerate(reply.calls):
        for number, arguments in enumerate(call.arguments):
            piece: dict[str, Any] = {"index": index, "function": {"arguments": arguments}}
            if number == 0:
                piece |= {"id": call.id, "type": "function"}
                piece["function"]["name"] = call.name
            yield chunk({"tool_calls": [piece]})
    stops = {"end": "tool_calls" if reply.calls else "stop", "length": "length", "filtered": "content_filter"}
    yield chunk({}, stops[reply.stop])
    if (body.get("stream_options") or {}).get("include_usage"):
        yield chunk(
            None,
            usage={
                "prompt_tokens": reply.input_tokens,
                "completion_tokens": reply.output_tokens,
                "total_tokens": reply.input_tokens + reply.output_tokens,
                "prompt_tokens_details": {"cached_tokens": reply.cached_tokens},
                "completion_tokens_details": {"reasoning_tokens": reply.reasoning_tokens},
            },
        )
    yield event("[DONE]")


def responses(reply: Reply, body: dict[str, Any]) -> Iterator[bytes]:
    """`POST /v1/responses` with `stream`."""
    number = 0

    def send(kind: str, **fields: Any) -> bytes:
        nonlocal number
        data = {"type": kind, "sequence_number": number, **fields}
        number += 1
        return event(data, kind)

    def response(status: str, output: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
        return {
            "id": "resp_1", "object": "response", "created_at": CREATED, "status": status, "background": False,
            "error": None, "incomplete_details": None, "instructions": body.get("instructions"),
            "max_output_tokens": body.get("max_output_tokens"), "model": reply.model or f"{body['model']}-2026-07-01",
            "output": output, "parallel_tool_calls": True, "previous_response_id": None,
            "reasoning": {"effort": None, "summary": None}, "store": False, "temperature": 1.0,
            "text": {"format": {"type": "text"}}, "tool_choice": "auto", "tools": [], "top_p": 1.0,
            "truncation": "disabled", "usage": None, "user": None, "metadata": {}, **more,
        }  # fmt: skip

    output: list[dict[str, Any]] = []
    yield send("response.created", response=response("in_progress", []))
    yield send("response.in_progress", response=response("in_progress", []))
    if reply.thoughts:
        place = {"item_id": "rs_1", "output_index": len(output)}
        item: dict[str, Any] = {"id": "rs_1", "type": "reasoning", "summary": [], "encrypted_content": "gAAA-part"}
        yield send("response.output_item.added", output_index=len(output), item=item)
        yield send(
            "response.reasoning_summary_part.added", **place, summary_index=0, part={"type": "summary_text", "text": ""}
        )
        for thought in reply.thoughts:
            yield send("response.reasoning_summary_text.delta", **place, summary_index=0, delta=thought)
        whole = "".join(reply.thoughts)
        yield send("response.reasoning_summary_text.done", **place, summary_index=0, text=whole)
        item = {**item, "summary": [{"type": "summary_text", "text": whole}], "encrypted_content": ENCRYPTED}
        yield send("response.output_item.done", output_index=len(output), item=item)
        output.append(item)
    if reply.pieces:
        place = {"item_id": "msg_1", "output_index": len(output), "content_index": 0}
        item = {"id": "msg_1", "type": "message", "status": "in_progress", "content": [], "role": "assistant"}
        part = {"type": "output_text", "annotations": [], "logprobs": [], "text": ""}
        yield send("response.output_item.added", output_index=len(output), item=item)
        yield send("response.content_part.added", **place, part=part)
        for piece in reply.pieces:
            yield send("response.output_text.delta", **place, delta=piece, logprobs=[], obfuscation="x7")
        text = "".join(reply.pieces)
        yield send("response.output_text.done", **place, text=text, logprobs=[])
        part = {**part, "text": text}
        yield send("response.content_part.done", **place, part=part)
        item = {**item, "status": "completed", "content": [part]}
        yield send("response.output_item.done", output_index=len(output), item=item)
        output.append(item)
    for index, call in enumerate(reply.calls):
        place = {"item_id": f"fc_{index}", "output_index": len(output)}
        item = {
            "id": f"fc_{index}", "type": "function_call", "status": "in_progress", "arguments": "",
            "call_id": call.id, "name": call.name,
        }  # fmt: skip
        yield send("response.output_item.added", output_index=len(output), item=item)
        for arguments in call.arguments:
            yield send("response.function_call_arguments.delta", **place, delta=arguments, obfuscation="q")
        item = {**item, "status": "completed", "arguments": "".join(call.arguments)}
        yield send("response.function_call_arguments.done", **place, name=call.name, arguments=item["arguments"])
        yield send("response.output_item.done", output_index=len(output), item=item)
        output.append(item)
    usage = {
        "input_tokens": reply.input_tokens,
        "input_tokens_details": {"cached_tokens": reply.cached_tokens, "cache_write_tokens": 0},
        "output_tokens": reply.output_tokens,
        "output_tokens_details": {"reasoning_tokens": reply.reasoning_tokens},
        "total_tokens": reply.input_tokens + reply.output_tokens,
    }
    if reply.stop == "end":
        yield send("response.completed", response=response("completed", output, usage=usage))
    else:
        reason = {"length": "max_output_tokens", "filtered": "content_filter"}[reply.stop]
        details = {"reason": reason}
        yield send(
            "response.incomplete", response=response("incomplete", output, usage=usage, incomplete_details=details)
        )


def messages(reply: Reply, body: dict[str, Any]) -> Iterator[bytes]:
    """`POST /v1/messages` with `stream`."""

    def send(kind: str, **fields: Any) -> bytes:
        return event({"type": kind, **fields}, kind)

    fresh = reply.input_tokens - reply.cached_tokens
    usage = {
        "input_tokens": fresh, "cache_creation_input_tokens": 0, "cache_read_input_tokens": reply.cached_tokens,
        "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0}, "output_tokens": 1,
        "service_tier": "standard",
    }  # fmt: skip
    yield send(
        "message_start",
        message={
            "id": "msg_01", "type": "message", "role": "assistant", "model": reply.model or body["model"],
            "content": [], "stop_reason": None, "stop_sequence": None, "usage": usage,
        },
    )  # fmt: skip
    index = 0
    if reply.thoughts:
        block: dict[str, Any] = {"type": "thinking", "thinking": "", "signature": ""}
        yield send("content_block_start", index=index, content_block=block)
        for thought in reply.thoughts:
            yield send("content_block_delta", index=index, delta={"type": "thinking_delta", "thinking": thought})
        yield send("content_block_delta", index=index, delta={"type": "signature_delta", "signature": SIGNATURE})
        yield send("content_block_stop", index=index)
        index += 1
    yield event({"type": "ping"}, "ping")
    if reply.pieces:
        yield send("content_block_start", index=index, content_block={"type": "text", "text": ""})
        for piece in reply.pieces:
            yield send("content_block_delta", index=index, delta={"type": "text_delta", "text": piece})
        yield send("content_block_stop", index=index)
        index += 1
    for call in reply.calls:
        block = {"type": "tool_use", "id": call.id, "name": call.name, "input": {}}
        yield send("content_block_start", index=index, content_block=block)
        for arguments in ("", *call.arguments):
            yield send(
                "content_block_delta", index=index, delta={"type": "input_json_delta", "partial_json": arguments}
            )
        yield send("content_block_stop", index=index)
        index += 1
    stops = {"end": "tool_use" if reply.calls else "end_turn", "length": "max_tokens", "filtered": "refusal"}
    yield send(
        "message_delta",
        delta={"stop_reason": stops[reply.stop], "stop_sequence": None},
        usage={
            "output_tokens": reply.output_tokens,
            "output_tokens_details": {"thinking_tokens": reply.reasoning_tokens},
        },
    )
    yield send("message_stop")


STREAMS = {"/v1/chat/completions": chat_completions, "/v1/responses": responses, "/v1/messages": messages}


def error_body(path: str, status: int, message: str) -> dict[str, Any]:
    """A refusal in the vendor's own form."""
    kinds = {
        400: ("invalid_request_error", None), 401: ("authentication_error", "invalid_api_key"),
        404: ("not_found_error", "model_not_found"), 413: ("request_too_large", None),
        429: ("rate_limit_error", "rate_limit_exceeded"), 500: ("api_error", "server_error"),
        529: ("overloaded_error", None),
    }  # fmt: skip
    kind, code = kinds.get(status, ("api_error", None))
    if path == "/v1/messages":
        return {"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_011"}
    return {"error": {"message": message, "type": kind, "param": None, "code": code}}


def error_event(path: str) -> bytes:
    """An error that the vendor tells in the middle of a stream."""
    if path == "/v1/messages":
        return event({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}, "error")
    if path == "/v1/responses":
        told = {"type": "error", "code": "rate_limit_exceeded", "message": "Slow down", "param": None,
                "sequence_number": 9}  # fmt: skip
        return event(told, "error")
    return event({"error": {"message": "Slow down", "type": "rate_limit_error", "code": "rate_limit_exceeded"}})


OPENAI_MODELS = {
    "object": "list",
    "data": [
        {"id": name, "object": "model", "created": CREATED, "owned_by": "openai"}
        for name in ("gpt-5.5", "gpt-5.4-mini", "text-embedding-3-small", "gpt-audio-mini", "brand-new-model")
    ],
}

ANTHROPIC_MODELS = {
    "data": [
        {
            "type": "model", "id": "claude-sonnet-5", "display_name": "Claude Sonnet 5",
            "created_at": "2026-05-01T00:00:00Z", "lifecycle": "active", "max_input_tokens": 500000,
            "max_tokens": 64000, "capabilities": {"image_input": {"supported": True},
            "thinking": {"supported": True, "types": {"adaptive": {"supported": True}, "enabled": {"supported": True},
            "disabled": {"supported": True}, "between_tools": {"supported": False}}}},
        },
        {
            "type": "model", "id": "claude-old", "display_name": "Claude Old", "created_at": "2023-01-01T00:00:00Z",
            "lifecycle": "retired", "max_input_tokens": 9000, "max_tokens": 1000,
        },
    ],
    "has_more": False, "first_id": "claude-sonnet-5", "last_id": "claude-old",
}  # fmt: skip

OLLAMA_TAGS = {
    "models": [
        {
            "name": "qwen3:4b", "model": "qwen3:4b", "modified_at": "2026-10-01T08:00:00Z", "size": 2_600_000_000,
            "digest": "e55aed6fe643", "capabilities": ["completion", "tools", "thinking"],
            "details": {"format": "gguf", "family": "qwen3", "families": ["qwen3"], "parameter_size": "4.0B",
                        "quantization_level": "Q4_K_M"},
        }
    ]
}  # fmt: skip

OLLAMA_PS = {"models": [{"name": "qwen3:4b", "model": "qwen3:4b", "size": 3_000_000_000, "context_length": 16384}]}

OLLAMA_SHOW = {
    "capabilities": ["completion", "tools", "thinking"],
    "details": {"family": "qwen3"},
    "model_info": {"general.architecture": "qwen3", "qwen3.context_length": 40960},
}
