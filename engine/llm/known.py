"""What is known of the vendors' models: windows, prices, abilities.

Prices are US dollars for a million tokens as the vendors published them on the date below
(https://developers.openai.com/api/docs/pricing, https://platform.claude.com/docs/en/about-claude/pricing). They
change; the owner can give a model other ones. A model that is not here has no price, and its cost is not counted.
"""

from __future__ import annotations

import dataclasses
import re

from engine.llm.messages import ChatModelInfo, ProviderName

PRICES_AS_OF = "2026-11-05"

_DATED = re.compile(r"-(\d{4}-\d{2}-\d{2}|\d{8}|latest)$")
_NOT_CHAT = re.compile(
    r"embedding|audio|tts|whisper|image|moderation|realtime|transcribe|dall-e|sora|search|instruct|babbage|davinci"
    r"|computer-use|deep-research|live|translate|gpt-3\.5|decision"
)

# name: context, longest answer, input, cached input, output; R reasons, V sees pictures, T calls tools
_OPENAI: dict[str, tuple[int, int, float, float, float, str]] = {
    "gpt-6-astra": (1_050_000, 128_000, 10.0, 1.0, 50.0, "RVT"),
    "gpt-6.1-sol": (1_050_000, 128_000, 2.0, 0.1, 10.0, "RVT"),
    "gpt-6-sol": (1_050_000, 128_000, 2.0, 0.2, 10.0, "RVT"),
    "gpt-6-luna": (1_050_000, 128_000, 0.1, 0.01, 0.5, "RVT"),
    "gpt-5.6-sol": (1_050_000, 128_000, 4.0, 0.4, 20.0, "RVT"),
    "gpt-5.6-luna": (1_050_000, 128_000, 0.2, 0.02, 1.2, "RVT"),
    "gpt-5.5": (1_050_000, 128_000, 5.0, 0.5, 30.0, "RVT"),
    "gpt-5.4": (1_050_000, 128_000, 2.5, 0.25, 15.0, "RVT"),
    "gpt-5.4-mini": (400_000, 128_000, 0.75, 0.075, 4.5, "RVT"),
    "gpt-5.4-nano": (400_000, 128_000, 0.2, 0.02, 1.25, "RVT"),
    "gpt-5.2": (400_000, 128_000, 1.75, 0.175, 14.0, "RVT"),
    "gpt-5.1": (400_000, 128_000, 1.25, 0.125, 10.0, "RVT"),
    "gpt-5": (400_000, 128_000, 1.25, 0.125, 10.0, "RVT"),
    "gpt-5-mini": (400_000, 128_000, 0.25, 0.025, 2.0, "RVT"),
    "gpt-5-nano": (400_000, 128_000, 0.05, 0.005, 0.4, "RVT"),
    "gpt-4.1": (1_047_576, 32_768, 2.0, 0.5, 8.0, "VT"),
    "gpt-4.1-mini": (1_047_576, 32_768, 0.4, 0.1, 1.6, "VT"),
    "gpt-4.1-nano": (1_047_576, 32_768, 0.1, 0.025, 0.4, "VT"),
    "gpt-4o": (128_000, 16_384, 2.5, 1.25, 10.0, "VT"),
    "gpt-4o-mini": (128_000, 16_384, 0.15, 0.075, 0.6, "VT"),
    "o3": (200_000, 100_000, 2.0, 0.5, 8.0, "RVT"),
    "o4-mini": (200_000, 100_000, 1.1, 0.275, 4.4, "RVT"),
}
_ANTHROPIC: dict[str, tuple[int, int, float, float, float, str]] = {
    "claude-fable-5-1": (1_000_000, 128_000, 10.0, 0.25, 50.0, "RVT"),
    "claude-fable-5": (1_000_000, 128_000, 10.0, 1.0, 50.0, "RVT"),
    "claude-opus-5-5": (1_000_000, 128_000, 4.0, 0.2, 20.0, "RVT"),
    "claude-opus-5": (1_000_000, 128_000, 5.0, 0.5, 25.0, "RVT"),
    "claude-sonnet-5-5": (1_000_000, 128_000, 2.0, 0.1, 10.0, "RVT"),
    "claude-sonnet-5": (1_000_000, 128_000, 2.0, 0.2, 10.0, "RVT"),
    "claude-haiku-5-5": (1_000_000, 128_000, 0.1, 0.01, 0.5, "RVT"),
    "claude-opus-4-8": (1_000_000, 128_000, 5.0, 0.5, 25.0, "RVT"),
    "claude-opus-4-7": (1_000_000, 128_000, 5.0, 0.5, 25.0, "RVT"),
    "claude-opus-4-6": (1_000_000, 128_000, 5.0, 0.5, 25.0, "RVT"),
    "claude-sonnet-4-6": (1_000_000, 64_000, 3.0, 0.3, 15.0, "RVT"),
    "claude-opus-4-5": (200_000, 64_000, 5.0, 0.5, 25.0, "RVT"),
    "claude-haiku-4-5": (200_000, 64_000, 1.0, 0.1, 5.0, "RVT"),
}
_TABLES = {"openai": _OPENAI, "anthropic": _ANTHROPIC}
_LONG: dict[str, tuple[int, float, float]] = {
    "anthropic/claude-haiku-5-5": (100_000, 5.0, 5.0),
    **{f"openai/{name}": (272_000, 2.0, 1.5) for name in _OPENAI if name.startswith(("gpt-6", "gpt-5.6", "gpt-5.5"))},
    "openai/gpt-5.4": (272_000, 2.0, 1.5),
}
"""Input tokens above which a whole request costs more, and how many times more its input and output do."""


def known_models(provider: ProviderName) -> list[ChatModelInfo]:
    """Every model of a vendor that this version knows."""
    return [describe(f"{provider}/{name}") for name in _TABLES.get(provider, {})]


def describe(ident: str, *, title: str = "", leaves_computer: bool = True) -> ChatModelInfo:
    """What is known of a model, by its id; of a dated one (`…-2026-04-23`) what is known of its family.

    Args:
        ident: `<provider>/<name>`.
        title: for people; empty takes the name.
        leaves_computer: whether using it sends text beyond this computer.
    """
    found, _, name = ident.partition("/")
    provider: ProviderName = (
        "openai"
        if found == "openai"
        else "anthropic"
        if found == "anthropic"
        else "local"
        if found == "local"
        else "compatible"
    )
    table = _TABLES.get(provider, {})
    row = table.get(name) or table.get(_DATED.sub("", name))
    info = ChatModelInfo(id=ident, title=title or name, provider=provider, leaves_computer=leaves_computer)
    if provider == "compatible":
        # What a server cannot do it refuses with words of its own.
        return dataclasses.replace(info, tools=True)
    if row is None:
        # A newer one: it is likely to be able to do what its family does, and nothing is known of its price.
        return dataclasses.replace(info, tools=True, vision=True, reasoning=_reasons(provider, name))
    context, longest, price, cached, output, abilities = row
    return dataclasses.replace(
        info,
        context_tokens=context,
        output_tokens=longest,
        input_price=price,
        cached_price=cached,
        output_price=output,
        tools="T" in abilities,
        vision="V" in abilities,
        reasoning="R" in abilities,
    )


def is_chat(provider: ProviderName, name: str) -> bool:
    """Whether a model of a vendor's list takes part in a conversation of text."""
    return provider != "openai" or _NOT_CHAT.search(name) is None


def long_factors(ident: str, input_tokens: int) -> tuple[float, float]:
    """How many times more the input and the output of a request of this length cost."""
    row = _LONG.get(ident) or _LONG.get(_DATED.sub("", ident))
    return (row[1], row[2]) if row is not None and input_tokens > row[0] else (1.0, 1.0)


def _reasons(provider: ProviderName, name: str) -> bool:
    if provider == "anthropic":
        return not name.startswith("claude-3-")
    return provider == "openai" and re.match(r"o\d|gpt-([5-9]|\d{2})", name) is not None and "chat" not in name
