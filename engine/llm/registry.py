"""All chat models of one engine: which one answers what, through which keys and connections."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from engine.errors import (
    ChatModelError,
    SettingsError,
)
from engine.health import language_model_component
from engine.llm.base import ChatModel
from engine.llm.fallback import Candidate, FallbackModel
from engine.llm.faults import TITLES
from engine.llm.gate import Gate
from engine.llm.keys import VARIABLES, KeyStore
from engine.llm.local_model import LocalModel
from engine.llm.local_models import LocalModels
from engine.llm.messages import PROVIDERS, ChatModelInfo, ProviderName, Purpose
from engine.llm.network_thread import NetworkThread
from engine.llm.probing import PORTS, probe_loopback
from engine.llm.providers import Providers
from engine.llm.routing import no_key, provider_of, route
from engine.llm.secret import Secret
from engine.llm.shelf import Shelf
from engine.llm.system_keys import SystemKeys, find_system_keys
from engine.usage_values import FoundServer, KeyPlace, ProviderTest
from engine.values import ComponentStatus

if TYPE_CHECKING:
    from engine.executors import Executors
    from engine.llm.usage import UsageBook
    from engine.runtime.manager import Devices
    from engine.settings import Settings

_LEARN_SECONDS = 2.0


class ChatModels:
    """The chat models of one engine. Nothing is imported, read or sent before the first request."""

    def __init__(
        self,
        settings: Settings,
        *,
        executors: Executors,
        environment: Mapping[str, str] = os.environ,
        find_keys: Callable[[], SystemKeys | None] | None = None,
        devices: Devices | None = None,
    ) -> None:
        """Prepare them.

        Args:
            settings: `llm.*` and `offline`.
            executors: where files are read and written.
            environment: its variables; the vendors' own addresses and keys are taken from there.
            find_keys: gives the system's store for keys; None looks for it.
            devices: decides what a model on this computer runs on; None takes the processor.
        """
        self._settings = settings
        self._executors = executors
        given = {"compatible": Secret(settings.llm.compatible.api_key)} if settings.llm.compatible.api_key else {}
        self.keys = KeyStore(environment, given=given, find=find_keys or find_system_keys)  # type: ignore[arg-type]
        self._network = NetworkThread()
        self._local = LocalModels(settings, network=self._network, devices=devices)
        self._providers = Providers(
            settings, environment=environment, keys=self.keys, network=self._network, local=self._local
        )
        self._gates: dict[ProviderName, Gate] = {}
        self._models: dict[str, ChatModel] = {}
        self._shelf = Shelf(settings, executors=executors, providers=self._providers, local=self._local)
        self._book: UsageBook | None = None
        self._closing: set[asyncio.Task[None]] = set()
        self._learned = False

    def count_in(self, book: UsageBook) -> None:
        """Count what is used in this book from now on."""
        self._book = book
        book.allowed_month = self._shelf.own.over_budget_month

    def follow(self, settings: Settings) -> None:
        """Take settings that changed. They hold at once: answers that come over an address of before are cut off."""
        self._settings = settings
        self._learned = False
        self._models.clear()
        self._gates.clear()
        if self._book is not None:
            self._book.budget = settings.llm.monthly_budget
        for connection in self._providers.follow(settings):
            task = asyncio.ensure_future(connection.close())
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)

    async def look_for_keys(self) -> None:
        """Read the keys of the providers in use, so that `available` knows of those that are missing."""
        found = {name.partition("/")[0] for name in self._names("answer", None)}
        for provider in PROVIDERS:
            if provider in found and VARIABLES[provider]:
                await self._executors.run("io", self.keys.get, provider)

    def available(self) -> bool:
        """Whether a chat model is set up whose key is not known to be missing. Opens no socket."""
        return any(not self._unable(name) for name in self._names("answer", None))

    def answering(
        self, purpose: Purpose = "answer", model: str | None = None, *, conversation: str | None = None
    ) -> ChatModel:
        """The model for a purpose, with everything around it: fallback, retries, breaker, limits, counting.

        Args:
            purpose: what it is for; small work goes to the small model where one is set.
            model: `<provider>/<name>` instead of the one that the settings name.
            conversation: whose usage it is.

        Raises:
            SettingsError: no chat model is set up.
            KeyMissingError: none of them has a key.
            ModelGoneError: there is none of that name.
        """
        names = self._names(purpose, model)
        if not names:
            raise SettingsError("No language model is set up. Choose one in the settings, under Language models.")
        able = [name for name in names if not self._unable(name)]
        if not able:
            raise no_key(provider_of(names[0]))
        return FallbackModel(
            [Candidate(self._model(name), self._gate(name)) for name in able],
            retries=self._settings.llm.retries,
            accounts=self._book.of(conversation) if self._book is not None else None,
        )

    def component(self) -> ComponentStatus:
        """Which model answers, and why not where it does not."""
        names = self._names("answer", None)
        if not names:
            return language_model_component()
        first, provider = names[0], provider_of(names[0])
        if self._settings.offline and self._providers.leaves_computer(provider):
            return language_model_component(
                first, problem="Offline is switched on", mend="Switch it off, or choose a model on this computer."
            )
        if self._unable(first):
            return language_model_component(
                first, problem="no key is set", mend="Set one in the settings, under Language models."
            )
        if self._gate(first).breaker.state == "open":
            return language_model_component(
                first, problem="it failed several times in a row", mend="It is tried again in a moment."
            )
        return language_model_component(first)

    async def warm(self, purpose: Purpose = "answer") -> None:
        """Make the model for a purpose ready, so that the first answer need not wait.

        The SDK is imported and the key read, or a model of this computer loaded. A server that was never asked what it
        offers is asked once, since it may cut what is longer than its window without a word.
        """
        for name in self._names(purpose, None)[:1]:
            provider = provider_of(name)
            with contextlib.suppress(ChatModelError, SettingsError, TimeoutError):  # told when it is really asked
                if isinstance(model := self._model(name), LocalModel):
                    await model.warm()
                    continue
                await self._providers.warm(provider)
                if provider == "compatible" and not self._learned and not self._shelf.told(provider):
                    self._learned = True
                    await asyncio.wait_for(self._shelf.fetch(provider), _LEARN_SECONDS)
                    self._models.clear()

    async def models(self, *, refresh: bool = False) -> list[ChatModelInfo]:
        """Every chat model that can be chosen: the providers' lists, what is known beforehand, the owner's own.

        Args:
            refresh: ask the providers; one that does not answer keeps the list that it gave before.
        """
        if refresh:
            await self._shelf.refresh(offline=self._settings.offline)
            self._models.clear()
        return await self._shelf.models([*self._names("answer", None), *self._names("title", None)])

    async def test(self, provider: ProviderName) -> ProviderTest:
        """Ask a provider for its list of models and tell how it went; never raises for what the provider does."""
        began = time.perf_counter()
        try:
            await self._executors.run("io", self.keys.look_again, provider)
            models = await self._shelf.fetch(provider)
        except (ChatModelError, SettingsError) as error:
            seconds = time.perf_counter() - began
            return ProviderTest(provider=provider, ok=False, words=str(error), seconds=seconds)
        self._gates.pop(provider, None)  # whatever it failed at before is over
        self._models.clear()
        title = TITLES[provider]
        words = f"{title} answers and offers {len(models)} chat model{'' if len(models) == 1 else 's'}."
        seconds = time.perf_counter() - began
        return ProviderTest(provider=provider, ok=True, words=words, seconds=seconds, models=len(models))

    async def probe_loopback(self, ports: Sequence[tuple[int, str]] = PORTS) -> list[FoundServer]:
        """Look for servers on this computer."""
        return await self._network.run(lambda: probe_loopback(ports))

    async def set_key(self, provider: ProviderName, text: str | None) -> KeyPlace:
        """Keep a key, or forget it.

        Returns:
            Where a key lies now.
        """
        if text is not None and text.strip():
            place = await self._executors.run("io", self.keys.set, provider, text)
        else:
            place = await self._executors.run("io", self.keys.forget, provider)
        self._gates.pop(provider, None)
        return place

    async def key_place(self, provider: ProviderName) -> KeyPlace:
        """Where the key in use lies."""
        return await self._executors.run("io", self.keys.place, provider)

    async def add_model(self, info: ChatModelInfo) -> None:
        """Keep a model that the owner describes; it stands before what is known of it otherwise."""
        await self._shelf.add(info)
        self._models.pop(info.id, None)

    async def remove_model(self, ident: str) -> None:
        """Forget a model that the owner added.

        Raises:
            NotFoundError: the owner added none of this id.
        """
        await self._shelf.remove(ident)
        self._models.pop(ident, None)

    async def allow_over_budget(self) -> None:
        """Go on beyond the budget until the month ends."""
        if self._book is not None:
            month = self._book.allow()
            await self._executors.run("io", self._shelf.own.allow_over_budget, month)

    async def close(self) -> None:
        """Let go of every connection and end the thread."""
        if self._closing:
            await asyncio.wait(self._closing)
        await self._local.close()
        await self._providers.close()
        await self._network.close()

    def _names(self, purpose: Purpose, model: str | None) -> list[str]:
        return route(self._settings.llm, purpose, model, self._gate)

    def _unable(self, name: str) -> bool:
        """Whether it is known already that a model cannot be asked."""
        provider = provider_of(name)
        return bool(VARIABLES[provider]) and provider != "compatible" and self.keys.missing(provider)

    def _gate(self, name: str) -> Gate:
        provider, llm = provider_of(name), self._settings.llm
        if provider not in self._gates:
            self._gates[provider] = Gate(parallel=llm.parallel, per_minute=llm.requests_per_minute)
        return self._gates[provider]

    def _model(self, name: str) -> ChatModel:
        if name not in self._models:
            self._models[name] = self._providers.model(self._shelf.info(name))
        return self._models[name]
