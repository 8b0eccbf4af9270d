"""Options of language models and of the conversations with them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from engine.settings_group import LIVE, Group


class CompatibleSettings(Group):
    """A server that speaks OpenAI's Chat Completions: Ollama, LM Studio, llama.cpp, vLLM."""

    base_url: str = Field(
        "",
        pattern=r"^(https?://[^\s?#]+)?$",
        description="Address of the server, as http://127.0.0.1:11434/v1; empty where there is none.",
        json_schema_extra=LIVE,
    )
    api_key: str = Field(
        "",
        repr=False,
        description="Its key, if it wants one. Taken from the environment only.",
        json_schema_extra={"secret": True},
    )


class LlmSettings(Group):
    """Which language models answer."""

    model: str = Field(
        "",
        pattern=r"^((openai|anthropic|compatible|local)/\S+)?$",
        description="The chat model, as openai/NAME or local/NAME; empty answers by quotes.",
        json_schema_extra=LIVE,
    )
    fallback: tuple[str, ...] = Field(
        (),
        description="Chat models that are asked in this order when the first cannot answer; quotes come last.",
        json_schema_extra=LIVE,
    )
    small_model: str = Field(
        "",
        pattern=r"^((openai|anthropic|compatible|local)/\S+)?$",
        description="The chat model for titles and extraction; empty takes the chat model.",
        json_schema_extra=LIVE,
    )
    effort: Literal["off", "low", "medium", "high"] = Field(
        "off", description="How long a model that can reason may do so.", json_schema_extra=LIVE
    )
    max_output_tokens: int = Field(
        2048, ge=16, le=1_000_000, description="Tokens of an answer at most.", json_schema_extra=LIVE
    )
    connect_seconds: float = Field(
        10, gt=0, le=600, description="Seconds to wait for a connection.", json_schema_extra=LIVE
    )
    silence_seconds: float = Field(
        60,
        gt=0,
        le=3600,
        description="Seconds that a model may be silent before the stream counts as broken.",
        json_schema_extra=LIVE,
    )
    retries: int = Field(
        2,
        ge=0,
        le=10,
        description="Times that a request is tried again before another model is.",
        json_schema_extra=LIVE,
    )
    proxy: str = Field(
        "",
        description="Proxy for language models; empty takes the system's. Loopback never uses one.",
        json_schema_extra=LIVE,
    )
    equals: tuple[str, ...] = Field(
        (),
        description="Chat models as good as the chat model; requests go to whichever has the least to do.",
        json_schema_extra=LIVE,
    )
    parallel: int = Field(
        4, ge=1, le=64, description="Requests to one provider at the same time.", json_schema_extra=LIVE
    )
    requests_per_minute: int = Field(
        0,
        ge=0,
        le=100_000,
        description="Requests to one provider begun in any minute; 0 sets no limit.",
        json_schema_extra=LIVE,
    )
    monthly_budget: float = Field(
        0,
        ge=0,
        le=1_000_000,
        description="US dollars a month after which Magray asks before it goes on; 0 sets none.",
        json_schema_extra=LIVE,
    )
    compatible: CompatibleSettings = Field(default_factory=CompatibleSettings)


class ChatSettings(Group):
    """What goes to a chat model with a question, and what is kept of a conversation."""

    memory_tokens: int = Field(
        2000,
        ge=64,
        le=1_000_000,
        description="Tokens of recalled passages that go with a question.",
        json_schema_extra=LIVE,
    )
    document_tokens: int = Field(
        16_000,
        ge=256,
        le=10_000_000,
        description="Tokens of attached documents that go with a question.",
        json_schema_extra=LIVE,
    )
    history_tokens: int = Field(
        8000,
        ge=256,
        le=10_000_000,
        description="Tokens of the conversation so far that go word for word; older turns are summarised.",
        json_schema_extra=LIVE,
    )
    extract: bool = Field(
        True,
        description="Draw facts, decisions and preferences from conversations once they pause.",
        json_schema_extra=LIVE,
    )
    pause_seconds: float = Field(
        90,
        ge=0,
        le=86_400,
        description="Seconds without a word after which a conversation counts as paused.",
        json_schema_extra=LIVE,
    )
    titles: bool = Field(
        True, description="Let the chat model give conversations their titles.", json_schema_extra=LIVE
    )
