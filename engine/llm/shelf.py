"""What chat models there are, and what is known of each: lists of providers, the price list, the owner's own."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine.errors import ChatModelError, NotFoundError, SettingsError
from engine.llm.known import describe, known_models
from engine.llm.lists import ModelLists, fetch_models
from engine.llm.local_models import LocalModels
from engine.llm.messages import PROVIDERS, ChatModelInfo, ProviderName
from engine.llm.own_models import OwnModels
from engine.llm.providers import Providers
from engine.llm.routing import provider_of

if TYPE_CHECKING:
    from engine.executors import Executors
    from engine.settings import Settings

_log = logging.getLogger(__name__)


class Shelf:
    """Of one event loop; files are read and written on the `io` threads, small ones where they are asked for."""

    def __init__(self, settings: Settings, *, executors: Executors, providers: Providers, local: LocalModels) -> None:
        self._executors = executors
        self._providers = providers
        self._local = local
        self._lists = ModelLists(settings.paths.cache / "chat-models.json")
        self.own = OwnModels(settings.paths.data / "chat-models.json")

    def info(self, name: str) -> ChatModelInfo:
        """What is known of a model; the owner's word stands before the provider's, and that before the price list.

        Raises:
            ModelGoneError: the id names no provider.
        """
        provider = provider_of(name)
        own = next((info for info in self.own.models() if info.id == name), None)
        listed = next((info for info in self._listed(provider) if info.id == name), None)
        return own or listed or describe(name, leaves_computer=self._providers.leaves_computer(provider))

    def told(self, provider: ProviderName) -> list[ChatModelInfo]:
        """What a provider told when it was last asked at its present address."""
        address = self._providers.address(provider)
        return self._lists.get(provider, address) if address else []

    async def models(self, chosen: Sequence[str]) -> list[ChatModelInfo]:
        """Every chat model that can be chosen, those that the settings name among them."""
        found: dict[str, ChatModelInfo] = {}
        for provider in PROVIDERS:
            for info in await self._executors.run("io", self._listed, provider):
                found[info.id] = info
        for info in self.own.models():
            found[info.id] = info
        for name in chosen:
            found.setdefault(name, self.info(name))
        return list(found.values())

    async def fetch(self, provider: ProviderName) -> list[ChatModelInfo]:
        """Ask a provider what it offers, and keep that.

        Raises:
            ChatModelError: it does not answer.
            SettingsError: its address is not set.
        """
        if provider == "local":
            return await self._executors.run("io", self._local.listed)
        models = await fetch_models(self._providers.connection(provider))
        await self._executors.run("io", self._lists.put, provider, self._providers.address(provider), models)
        return models

    async def refresh(self, *, offline: bool) -> None:
        """Ask every provider; one that does not answer keeps the list that it gave before."""
        await asyncio.gather(*(self._refresh(provider) for provider in PROVIDERS if self._reachable(provider, offline)))

    async def add(self, info: ChatModelInfo) -> None:
        """Keep a model that the owner describes.

        Raises:
            ModelGoneError: its id names no provider.
            SettingsError: it cannot be kept.
        """
        provider_of(info.id)
        await self._executors.run("io", self.own.add, dataclasses.replace(info, added_by_owner=True))

    async def remove(self, ident: str) -> None:
        """Forget a model that the owner added.

        Raises:
            NotFoundError: the owner added none of this id.
        """
        if not await self._executors.run("io", self.own.remove, ident):
            raise NotFoundError(f"{ident} was not added by hand, so there is nothing to take away.")

    def _listed(self, provider: ProviderName) -> list[ChatModelInfo]:
        return self._local.listed() if provider == "local" else self.told(provider) or known_models(provider)

    def _reachable(self, provider: ProviderName, offline: bool) -> bool:
        leaves = self._providers.leaves_computer(provider)
        return provider != "local" and bool(self._providers.address(provider)) and not (offline and leaves)

    async def _refresh(self, provider: ProviderName) -> None:
        try:
            await self.fetch(provider)
        except (ChatModelError, SettingsError) as error:
            _log.info("the list of %s was not fetched: %s", provider, type(error).__name__)
