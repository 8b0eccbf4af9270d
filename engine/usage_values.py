"""What language models used, and what is told of their providers: frozen values without behaviour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

KeyPlace = Literal["system", "environment", "session", "none"]
"""Where a key lies: the operating system's store, a variable of the environment, this session's memory, nowhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageLine:
    """Sums over requests to language models.

    Attributes:
        key: What they have in common: a day as 2026-03-14, a model's id, a conversation's id; empty for all together.
        requests: How many.
        input_tokens: All that went in, cached ones included.
        cached_tokens: Of those, read from the vendor's cache.
        output_tokens: All that came out, reasoning included.
        reasoning_tokens: Of those, reasoning.
        cost: US dollars, as far as prices are known.
        unpriced: Requests whose price is not known, so that `cost` lacks them.
    """

    key: str = ""
    requests: int = 0
    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    reasoning_tokens: int = 0
    cost: float = 0.0
    unpriced: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageReport:
    """What language models used over a span of days.

    Attributes:
        since: First day, as 2026-03-01.
        until: Last day.
        total: All of it.
        by_day: One line a day that has any, the oldest first.
        by_model: One line a model, the dearest first.
        by_conversation: One line a conversation, the dearest first.
        month_cost: US dollars of the present month, whatever the span is.
        budget: The monthly budget, US dollars; 0 where none is set.
        over_budget_allowed: The owner said to go on beyond the budget until the month ends.
    """

    since: str
    until: str
    total: UsageLine
    by_day: tuple[UsageLine, ...]
    by_model: tuple[UsageLine, ...]
    by_conversation: tuple[UsageLine, ...]
    month_cost: float
    budget: float
    over_budget_allowed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderTest:
    """What came of trying a provider.

    Attributes:
        provider: `openai`, `anthropic`, `compatible` or `local`.
        ok: It answers.
        words: One sentence for the owner, with what to do where it does not.
        seconds: How long it took.
        models: Chat models that it offers.
    """

    provider: str
    ok: bool
    words: str
    seconds: float
    models: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundServer:
    """A server of language models that listens on this computer.

    Attributes:
        name: Which program it is likely to be.
        base_url: What to set as `llm.compatible.base_url`.
        models: Names of what it offers.
    """

    name: str
    base_url: str
    models: tuple[str, ...]
