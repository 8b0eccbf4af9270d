"""Which models are asked for what, and in which order."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from engine.errors import KeyMissingError, ModelGoneError
from engine.llm.faults import TITLES
from engine.llm.gate import Gate
from engine.llm.keys import VARIABLES
from engine.llm.messages import PROVIDERS, ProviderName, Purpose

if TYPE_CHECKING:
    from engine.llm_settings import LlmSettings

_SMALL: frozenset[Purpose] = frozenset({"title", "extract"})
"""Purposes that a small model is good enough for."""


def route(llm: LlmSettings, purpose: Purpose, model: str | None, gate: Callable[[str], Gate]) -> list[str]:
    """Ids in the order in which they are asked; equals stand with the least busy first.

    Args:
        llm: what the owner chose.
        purpose: what it is for; small work goes to the small model where one is set.
        model: `<provider>/<name>` instead of the one that the settings name.
        gate: gives the gate of a model's provider.
    """
    chosen = model or (llm.small_model if purpose in _SMALL else "") or llm.model
    if not chosen:
        return []
    first = [chosen]
    if chosen == llm.model and llm.equals:
        equals = [chosen, *(name for name in llm.equals if _is_known(name) and name != chosen)]
        first = sorted(equals, key=lambda name: (gate(name).running, gate(name).used))
    # A misspelt name further down must not keep the others from answering.
    return list(dict.fromkeys((*first, *(name for name in llm.fallback if _is_known(name)))))


def provider_of(name: str) -> ProviderName:
    """The provider of a model's id.

    Raises:
        ModelGoneError: the id names none.
    """
    found = name.partition("/")[0]
    for provider in PROVIDERS:
        if provider == found:
            return provider
    raise ModelGoneError(f"{name} is not known. A chat model is named as openai/NAME, anthropic/NAME or local/NAME.")


def no_key(provider: ProviderName) -> KeyMissingError:
    """The error for a provider without a key."""
    variable = " or ".join(VARIABLES[provider])
    return KeyMissingError(
        f"No key is set for {TITLES[provider]}. Set one in the settings, under Language models, or in the variable"
        f" {variable}."
    )


def _is_known(name: str) -> bool:
    return name.partition("/")[0] in PROVIDERS
