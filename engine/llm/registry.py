"""All chat models of one engine: which one answers what, through which keys and connections."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from engine.errors import ModelGoneError, SettingsError
from engine.llm.base import ChatModel
from engine.llm.connection import Access, Connection
from engine.llm.fallback import Candidate, FallbackModel
from engine.llm.gate import Gate
from engine.llm.messages import PROVIDERS, ChatModelInfo, ProviderName, Purpose
from engine.llm.network_thread import NetworkThread
from engine.llm.secret import Secret

if TYPE_CHECKING:
    from engine.settings import Settings

_log = logging.getLogger(__name__)
_SMALL: frozenset[Purpose] = frozenset({"title", "extract"})
"""Purposes that a small model is good enough for."""


class ChatModels:
    """The chat models. Nothing is imported, read or sent before the first request."""

    def __init__(self, settings: Settings, *, environment: Mapping[str, str] = os.environ) -> None:
        self._settings = settings
        self._environment = environment
        self._network = NetworkThread()
        self._connections: dict[ProviderName, Connection] = {}
        self._gates: dict[ProviderName, Gate] = {}
        self._models: dict[str, ChatModel] = {}

    def available(self) -> bool:
        """Whether a chat model is set up. Opens no socket."""
        return bool(self._settings.llm.model)

    def answering(
        self, purpose: Purpose = "answer", model: str | None = None, *, conversation_id: str | None = None
    ) -> ChatModel:
        """The model for a purpose, with everything around it: fallback, retries, breaker, limits, counting.

        Args:
            purpose: what it is for; small work goes to the small model where one is set.
            model: `<provider>/<name>` instead of the one that the settings name.
            conversation_id: whose usage it is.

        Raises:
            SettingsError: no chat model is set up.
            ModelGoneError: there is none of that name.
        """
        llm = self._settings.llm
        chosen = model or (llm.small_model if purpose in _SMALL else "") or llm.model
        if not chosen:
            raise SettingsError("No language model is set up. Choose one in the settings: Chat models (llm.model).")
        names = dict.fromkeys((chosen, *llm.fallback))
        return FallbackModel(
            [Candidate(self._model(name), self._gate(_provider(name))) for name in names], retries=llm.retries
        )

    async def close(self) -> None:
        """Let go of every connection and end the thread."""
        for connection in self._connections.values():
            await connection.close()
        await self._network.close()

    def _gate(self, provider: ProviderName) -> Gate:
        return self._gates.setdefault(provider, Gate())

    def _model(self, name: str) -> ChatModel:
        if name not in self._models:
            self._models[name] = self._make(name)
        return self._models[name]

    def _make(self, name: str) -> ChatModel:
        provider = _provider(name)
        if provider == "compatible":
            from engine.llm.compatible_model import CompatibleModel

            connection = self._connection(provider)
            info = ChatModelInfo(
                id=name,
                title=name.partition("/")[2],
                provider=provider,
                tools=True,
                leaves_computer=connection.access.leaves_computer,
            )
            return CompatibleModel(info, connection)
        raise ModelGoneError(f"{name} is not known. Choose another model in the settings: Chat models.")

    def _connection(self, provider: ProviderName) -> Connection:
        if provider not in self._connections:
            from engine.llm.compatible_model import open_client

            llm = self._settings.llm
            if not llm.compatible.base_url:
                raise SettingsError("No address is set for the server. Set llm.compatible.base_url in the settings.")
            key = Secret(llm.compatible.api_key)
            access = Access(
                provider=provider,
                base_url=llm.compatible.base_url,
                key=lambda: key or None,
                needs_key=False,
                proxy=llm.proxy,
                offline=self._settings.offline,
                connect_seconds=llm.connect_seconds,
                silence_seconds=llm.silence_seconds,
            )
            self._connections[provider] = Connection(access, self._network, open_client)
        return self._connections[provider]


def _provider(name: str) -> ProviderName:
    found = name.partition("/")[0]
    for provider in PROVIDERS:
        if provider == found:
            return provider
    raise ModelGoneError(f"{name} is not known. A chat model is named as openai/NAME, anthropic/NAME or local/NAME.")
