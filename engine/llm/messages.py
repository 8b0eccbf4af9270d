"""What goes to a chat model and what comes back, the same for every provider: frozen values without behaviour.

Nothing here imports an SDK.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

ProviderName = Literal["openai", "anthropic", "compatible", "local"]
PROVIDERS: tuple[ProviderName, ...] = ("openai", "anthropic", "compatible", "local")

Purpose = Literal["answer", "title", "extract", "summarise", "plan"]
"""What a request is for; small work may be routed to a small model."""

Effort = Literal["off", "low", "medium", "high"]
"""How long a model that can reason may do so."""

StopReason = Literal["end", "length", "tool_calls", "filtered", "stopped"]
"""Why a stream ended: by itself, at the token limit, to call tools, by the vendor's filter, by the owner."""


@dataclass(frozen=True, slots=True)
class TextPart:
    """Plain text."""

    text: str


@dataclass(frozen=True, slots=True)
class ImagePart:
    """One picture, as its file's bytes."""

    data: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class ReasoningPart:
    """What a model thought before it answered; `opaque` is the vendor's own form, to be sent back as it came."""

    text: str
    opaque: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ToolCallPart:
    """A model asks for a tool; `arguments` is a JSON object as text, exactly as the model wrote it."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class ToolResultPart:
    """What a tool gave back for the call with this id."""

    call_id: str
    output: str
    is_error: bool = False


Part = TextPart | ImagePart | ReasoningPart | ToolCallPart | ToolResultPart


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One turn. Tool results stand in turns of the role `tool`."""

    role: Literal["user", "assistant", "tool"]
    parts: tuple[Part, ...]

    @classmethod
    def of(cls, role: Literal["user", "assistant", "tool"], text: str) -> ChatMessage:
        """A turn of text alone."""
        return cls(role, (TextPart(text),))

    @property
    def text(self) -> str:
        """The turn's text parts, joined."""
        return "".join(part.text for part in self.parts if isinstance(part, TextPart))


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolSpec:
    """A tool as a model sees it; `schema` is the JSON schema of its arguments object."""

    name: str
    description: str
    schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatRequest:
    """One request to a chat model.

    Attributes:
        messages: The turns, oldest first; the last is the user's or a tool's.
        system: Instructions, before everything else. The longest stable prefix may be cached by the vendor.
        tools: What the model may call.
        max_output_tokens: The longest answer; None leaves it to the model.
        temperature: 0 to 2; None leaves it to the model. Models that take none are not given it.
        effort: How long to reason, where the model can.
        output_schema: JSON schema that the answer's text must fit (structured output); None for free text.
        purpose: What it is for.
    """

    messages: tuple[ChatMessage, ...]
    system: str = ""
    tools: tuple[ToolSpec, ...] = ()
    max_output_tokens: int | None = None
    temperature: float | None = None
    effort: Effort = "off"
    output_schema: Mapping[str, Any] | None = None
    purpose: Purpose = "answer"


@dataclass(frozen=True, slots=True)
class TextDelta:
    """More of the answer's text."""

    text: str


@dataclass(frozen=True, slots=True)
class ReasoningDelta:
    """More of what the model thinks; `opaque` comes once, at the end of a block, where the vendor has such a form."""

    text: str
    opaque: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A whole call of a tool; sent when its arguments are complete."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens of one request as the provider counts them; `cost` in US dollars, None where no price is known.

    Attributes:
        input_tokens: All that went in, cached ones included.
        cached_tokens: Of those, read from the vendor's cache.
        output_tokens: All that came out, reasoning included.
        reasoning_tokens: Of those, reasoning.
        cost: By the price list in use; 0 for models that run on this computer.
    """

    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    reasoning_tokens: int = 0
    cost: float | None = None


@dataclass(frozen=True, slots=True)
class Switched:
    """Another model takes over, told before its first text; comes only while no text was sent yet.

    Attributes:
        model: `<provider>/<name>` of the one that answers now.
        reason: Why the one before does not, in plain words.
    """

    model: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamEnd:
    """The last event of every stream that did not raise."""

    stop: StopReason
    model: str
    usage: Usage = field(default_factory=Usage)


StreamEvent = TextDelta | ReasoningDelta | ToolCall | Switched | StreamEnd


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatModelInfo:
    """What is known of one chat model.

    Attributes:
        id: `<provider>/<name>`, as settings and `Answer.made_by` write it.
        title: For people.
        provider: Whose it is.
        context_tokens: Window, input and output together; None where it is not known (then a careful 8,192 is taken).
        output_tokens: Longest answer; None where it is not known.
        input_price: US dollars for a million input tokens; None where it is not known, 0 on this computer.
        cached_price: The same for input read from the vendor's cache.
        output_price: The same for output.
        tools: It can call tools.
        vision: It can look at pictures.
        reasoning: It can reason at length.
        leaves_computer: Using it sends text beyond this computer.
        added_by_owner: It came from no list but from the owner's hand.
    """

    id: str
    title: str
    provider: ProviderName
    context_tokens: int | None = None
    output_tokens: int | None = None
    input_price: float | None = None
    cached_price: float | None = None
    output_price: float | None = None
    tools: bool = False
    vision: bool = False
    reasoning: bool = False
    leaves_computer: bool = True
    added_by_owner: bool = False
