"""Language models: which there are, their keys, what they used."""

from __future__ import annotations

from datetime import date

from engine.calls.base import Calls
from engine.llm.messages import ChatModelInfo, ProviderName
from engine.usage_values import FoundServer, KeyPlace, ProviderTest, UsageReport

KEYED: tuple[ProviderName, ...] = ("openai", "anthropic")
"""Providers that answer nobody without a key."""


class LlmCalls(Calls):
    """Language models: which there are, their keys, what they used."""

    async def chat_models(self, *, refresh: bool = False) -> list[ChatModelInfo]:
        """Every chat model that can be chosen.

        Args:
            refresh: ask the providers for their lists; without it nothing is sent.
        """
        self._check()
        return await self._parts.llm.models(refresh=refresh)

    async def usable_chat_models(self) -> list[ChatModelInfo]:
        """Those that could answer: their provider's key is there, or they want none. Opens no socket."""
        self._check()
        models = await self._parts.llm.models()
        wanted = {model.provider for model in models}
        keyed = [one for one in KEYED if one in wanted and await self._parts.llm.key_place(one) != "none"]
        return [model for model in models if model.provider not in KEYED or model.provider in keyed]

    def chat_model_ready(self) -> bool:
        """Whether a chat model is set up that can be asked, as far as it is known without asking."""
        self._check()
        return self._parts.llm.available()

    async def test_provider(self, provider: ProviderName) -> ProviderTest:
        """Try a provider's address and key; never raises for what the provider does."""
        self._check()
        return await self._parts.llm.test(provider)

    async def probe_servers(self) -> list[FoundServer]:
        """Look for servers of language models on this computer; nothing leaves it."""
        self._check()
        return await self._parts.llm.probe_loopback()

    async def set_key(self, provider: ProviderName, key: str | None) -> KeyPlace:
        """Keep a provider's key in the system's store, or for this session where there is none; None forgets it.

        Returns:
            Where a key lies now.
        """
        self._check()
        return await self._parts.llm.set_key(provider, key)

    async def key_place(self, provider: ProviderName) -> KeyPlace:
        """Where a provider's key lies."""
        self._check()
        return await self._parts.llm.key_place(provider)

    async def usage(self, since: date | None = None, until: date | None = None) -> UsageReport:
        """What language models used and cost.

        Args:
            since: the first day; None takes the first of the month.
            until: the last day; None takes today.
        """
        self._check()
        # On the writer's thread, so that what was asked a moment ago is counted.
        return await self._parts.executors.run("store", self._parts.usage.report, since, until)

    async def allow_over_budget(self) -> None:
        """Go on beyond the monthly budget until the month ends."""
        self._check()
        await self._parts.llm.allow_over_budget()

    async def add_chat_model(self, info: ChatModelInfo) -> None:
        """Describe a chat model by hand; it stands before what is known of it otherwise.

        Raises:
            ModelGoneError: its id names no provider.
            SettingsError: it cannot be kept.
        """
        self._check()
        await self._parts.llm.add_model(info)

    async def remove_chat_model(self, model_id: str) -> None:
        """Forget a chat model that was added by hand.

        Raises:
            NotFoundError: none of this id was.
        """
        self._check()
        await self._parts.llm.remove_model(model_id)
