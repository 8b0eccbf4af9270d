"""Reading a stream of Anthropic's Messages API: its blocks, and its counts.

The form: https://platform.claude.com/docs/en/build-with-claude/streaming
"""

from __future__ import annotations

import json
from typing import Any

from engine.llm.known import long_factors
from engine.llm.messages import ChatModelInfo, ReasoningDelta, StreamEvent, TextDelta, ToolCall, Usage

_CACHE_WRITE = 1.25
"""Price of what is written to the cache, in prices of plain input."""


class Blocks:
    """Puts the blocks of an answer together."""

    def __init__(self) -> None:
        self._open: dict[int, dict[str, Any]] = {}

    def start(self, index: int, block: Any) -> list[StreamEvent]:
        """A block begins; text may come with it."""
        kind = getattr(block, "type", "")
        self._open[index] = {"type": kind, "text": "", "signature": ""}
        if kind == "tool_use":
            self._open[index] |= {"id": block.id, "name": block.name, "input": block.input}
        elif kind == "redacted_thinking":
            self._open[index]["data"] = block.data
        elif kind == "text" and block.text:
            return [TextDelta(block.text)]
        return []

    def add(self, index: int, delta: Any) -> list[StreamEvent]:
        """More of a block."""
        block = self._open.setdefault(index, {"type": "text", "text": "", "signature": ""})
        match getattr(delta, "type", None):
            case "text_delta":
                return [TextDelta(delta.text)]
            case "thinking_delta":
                block["text"] += delta.thinking
                return [ReasoningDelta(delta.thinking)]
            case "signature_delta":
                block["signature"] += delta.signature
            case "input_json_delta":
                block["text"] += delta.partial_json
            case _:  # citations of Anthropic's own search
                pass
        return []

    def stop(self, index: int) -> list[StreamEvent]:
        """A block is whole: calls are told now, and the form in which thoughts are sent back."""
        block = self._open.pop(index, {"type": ""})
        match block["type"]:
            case "tool_use":
                arguments = block["text"] or json.dumps(block["input"] or {}, ensure_ascii=False)
                return [ToolCall(block["id"], block["name"], arguments)]
            case "thinking":
                whole = {"type": "thinking", "thinking": block["text"], "signature": block["signature"]}
                return [ReasoningDelta("", {"provider": "anthropic", "block": whole})]
            case "redacted_thinking":
                whole = {"type": "redacted_thinking", "data": block["data"]}
                return [ReasoningDelta("", {"provider": "anthropic", "block": whole})]
            case _:
                return []


class Counted:
    """The last told counts; later ones replace earlier ones."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}

    def add(self, usage: Any) -> None:
        """Take what an event tells."""
        names = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "output_tokens")
        for name in names:
            if isinstance(value := getattr(usage, name, None), int):
                self._counts[name] = value
        thought = getattr(getattr(usage, "output_tokens_details", None), "thinking_tokens", None)
        if isinstance(thought, int):
            self._counts["thinking_tokens"] = thought

    def usage(self, info: ChatModelInfo) -> Usage:
        """All of it, with its cost where the model's prices are known: what is written to the cache costs more."""
        counts = self._counts
        fresh, written = counts.get("input_tokens", 0), counts.get("cache_creation_input_tokens", 0)
        cached, made = counts.get("cache_read_input_tokens", 0), counts.get("output_tokens", 0)
        cost = None
        if info.input_price is not None and info.output_price is not None:
            cached_price = info.input_price if info.cached_price is None else info.cached_price
            more_in, more_out = long_factors(info.id, fresh + written + cached)
            given = (fresh + written * _CACHE_WRITE) * info.input_price + cached * cached_price
            cost = (given * more_in + made * info.output_price * more_out) / 1_000_000
        return Usage(
            input_tokens=fresh + written + cached,
            cached_tokens=cached,
            output_tokens=made,
            reasoning_tokens=counts.get("thinking_tokens", 0),
            cost=cost,
        )
