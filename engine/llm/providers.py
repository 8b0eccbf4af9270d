"""The providers of one engine: where they are, and one connection to each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from engine.errors import SettingsError
from engine.llm.base import ChatModel
from engine.llm.connection import Access, Connection
from engine.llm.keys import KeyStore
from engine.llm.local_models import LocalModels
from engine.llm.messages import ChatModelInfo, ProviderName
from engine.llm.network_thread import NetworkThread
from engine.network import stays_here

if TYPE_CHECKING:
    from engine.settings import Settings

_ADDRESSES: dict[ProviderName, tuple[str, str]] = {
    "openai": ("OPENAI_BASE_URL", "https://api.openai.com/v1"),
    "anthropic": ("ANTHROPIC_BASE_URL", "https://api.anthropic.com"),
}
"""The vendors' own variables for another address, and the address otherwise."""


class Providers:
    """Makes connections when they are first needed. Of one event loop."""

    def __init__(
        self,
        settings: Settings,
        *,
        environment: Mapping[str, str],
        keys: KeyStore,
        network: NetworkThread,
        local: LocalModels,
    ) -> None:
        self._settings = settings
        # Not the mapping itself: whatever showed this object would show every variable, keys too.
        self._variable: Callable[[str], str] = lambda name: environment.get(name, "").strip()
        self._keys = keys
        self._network = network
        self._local = local
        self._connections: dict[ProviderName, Connection] = {}

    def address(self, provider: ProviderName) -> str:
        """Where a provider is; empty where none is set, and for what runs in this process."""
        if provider == "compatible":
            return self._settings.llm.compatible.base_url.rstrip("/")
        if provider == "local":
            return ""
        variable, usual = _ADDRESSES[provider]
        return (self._variable(variable) or usual).rstrip("/")

    def leaves_computer(self, provider: ProviderName) -> bool:
        """Whether what is sent to a provider goes beyond this computer."""
        return provider != "local" and not stays_here(self.address(provider))

    def model(self, info: ChatModelInfo) -> ChatModel:
        """The model itself, without anything around it.

        Raises:
            ModelGoneError: it is to run here and is not installed.
            SettingsError: its provider is not set up.
        """
        match info.provider:
            case "openai":
                from engine.llm.openai_model import OpenAIModel

                return OpenAIModel(info, self.connection("openai"))
            case "anthropic":
                from engine.llm.anthropic_model import AnthropicModel

                return AnthropicModel(info, self.connection("anthropic"))
            case "compatible":
                from engine.llm.compatible_model import CompatibleModel

                return CompatibleModel(info, self.connection("compatible"))
            case "local":
                return self._local.model(info)

    def connection(self, provider: ProviderName) -> Connection:
        """The connection to a provider.

        Raises:
            SettingsError: its address is not set.
        """
        if provider not in self._connections:
            self._connections[provider] = Connection(self._access(provider), self._network, _opener(provider))
        return self._connections[provider]

    async def warm(self, provider: ProviderName) -> None:
        """Import a provider's SDK and read its key; opens no connection."""
        if provider != "local":
            await self.connection(provider).warm()

    def follow(self, settings: Settings) -> list[Connection]:
        """Take settings that changed.

        Returns:
            Connections that do not fit them any more, to be closed; they are opened anew when they are needed.
        """
        self._settings = settings
        old = []
        for provider, connection in tuple(self._connections.items()):
            if not self.address(provider) or connection.access != self._access(provider):
                old.append(self._connections.pop(provider))
        return old

    async def close(self) -> None:
        """Close every connection."""
        for connection in self._connections.values():
            await connection.close()

    def _access(self, provider: ProviderName) -> Access:
        llm, address = self._settings.llm, self.address(provider)
        if not address:
            raise SettingsError(
                "No address is set for the server. Set llm.compatible.base_url in the settings, as"
                " http://127.0.0.1:11434/v1."
            )
        return Access(
            provider=provider,
            base_url=address,
            key=lambda: self._keys.get(provider),
            needs_key=provider != "compatible",
            proxy=llm.proxy,
            offline=self._settings.offline,
            connect_seconds=llm.connect_seconds,
            silence_seconds=llm.silence_seconds,
        )


def _opener(provider: ProviderName) -> Callable[..., Any]:
    if provider == "anthropic":
        from engine.llm.anthropic_model import open_client as open_anthropic

        return open_anthropic
    if provider == "openai":
        from engine.llm.openai_model import open_client as open_openai

        return open_openai
    from engine.llm.compatible_model import open_client as open_compatible

    return open_compatible
