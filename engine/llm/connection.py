"""What the models of one vendor share: where it is, its key, its HTTP client, its SDK."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, Callable, Coroutine
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from engine.errors import ChatModelError, KeyMissingError, UnreachableError
from engine.llm import faults
from engine.llm.messages import ProviderName
from engine.llm.network_thread import NetworkThread
from engine.llm.secret import Secret
from engine.network import http_client, stays_here

if TYPE_CHECKING:
    import httpx2

T = TypeVar("T")
_PLAIN_SECONDS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """How to reach one vendor.

    Attributes:
        provider: whose it is.
        base_url: its address.
        key: gives the key, or None; may block, and is asked before each request.
        needs_key: whether it answers nobody without one.
        proxy: address of a proxy; empty takes the system's.
        offline: reach nothing beyond this computer.
        connect_seconds: to wait for a connection.
        silence_seconds: that it may be silent.
    """

    provider: ProviderName
    base_url: str
    key: Callable[[], Secret | None] = field(compare=False)
    needs_key: bool = True
    proxy: str = ""
    offline: bool = False
    connect_seconds: float = 10.0
    silence_seconds: float = 60.0

    @property
    def leaves_computer(self) -> bool:
        """Whether what is sent goes beyond this computer."""
        return not stays_here(self.base_url)


class Connection:
    """The SDK's client of one vendor, made when it is first needed, in the network thread. Close it."""

    def __init__(
        self, access: Access, network: NetworkThread, make: Callable[[Access, Secret | None, httpx2.AsyncClient], Any]
    ) -> None:
        """Name a vendor; nothing is imported or sent yet.

        Args:
            access: how to reach it.
            network: where its SDK runs.
            make: imports the SDK and makes its client; it may take a second.
        """
        self.access = access
        self.network = network
        self._make = make
        self._http: httpx2.AsyncClient | None = None
        self._client: Any = None
        self._key: Secret | None = None

    @property
    def key(self) -> Secret | None:
        """The key in use; None before the first request, or where none is needed."""
        return self._key

    def relay(self, make: Callable[[Any], AsyncGenerator[T, None]], *, model: str) -> AsyncGenerator[T, None]:
        """Iterate what `make` gives for the SDK's client; whatever it raises becomes a `ChatModelError`.

        Args:
            make: gets the client; runs in the network thread.
            model: the name that the vendor knows, for messages.
        """

        async def guarded() -> AsyncGenerator[T, None]:
            failure: ChatModelError | None = None
            begun = False
            try:
                client = await self._ready()
                async with contextlib.aclosing(make(client)) as events:
                    async for event in events:
                        begun = True
                        yield event
            except Exception as error:
                failure = self._explained(error, model, begun=begun)
            if failure is not None:
                # Raised out here, so that no exception of an SDK, which holds the request's headers, hangs on it.
                raise failure

        return self.network.relay(guarded)

    async def call(self, make: Callable[[Any], Coroutine[Any, Any, T]], *, model: str = "") -> T:
        """Await what `make` gives for the SDK's client; errors as for `relay`."""

        async def guarded() -> T:
            failure: ChatModelError
            try:
                return await make(await self._ready())
            except Exception as error:
                failure = self._explained(error, model, begun=False)
            raise failure

        return await self.network.run(guarded)

    async def plain(self, method: str, url: str, body: str | None = None) -> dict[str, Any]:
        """Ask the same server something beside its SDK, in the network thread; empty where it gives no JSON object."""
        import httpx2

        assert self._http is not None, "the SDK's client is made first"
        headers = {"Content-Type": "application/json"}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key.reveal()}"
        try:
            response = await self._http.request(method, url, content=body, headers=headers, timeout=_PLAIN_SECONDS)
            found = json.loads(response.content) if response.status_code == 200 else None
        except (httpx2.HTTPError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    async def warm(self) -> None:
        """Import the SDK and make its client before the first request; opens no connection."""
        await self.network.run(self._ready)

    async def close(self) -> None:
        """Let go of the connections. Calls afterwards make new ones."""
        http, self._http, self._client = self._http, None, None
        if http is not None:
            await self.network.run(http.aclose)

    async def _ready(self) -> Any:
        access = self.access
        if access.offline and access.leaves_computer:
            raise faults.offline(access.provider, access.base_url)
        key = await asyncio.to_thread(access.key)
        if access.needs_key and not key:
            raise KeyMissingError(
                f"No key is set for {faults.TITLES[access.provider]}. Set one in the settings, under Language models,"
                f" or in the variable {access.provider.upper()}_API_KEY."
            )
        if self._http is None:
            self._http = self._open()
        if self._client is None or (key and key.reveal()) != (self._key and self._key.reveal()):
            self._client, self._key = self._make(access, key, self._http), key
        return self._client

    def _open(self) -> httpx2.AsyncClient:
        access = self.access
        try:
            return http_client(
                access.base_url,
                offline=access.offline,
                proxy=access.proxy,
                connect_seconds=access.connect_seconds,
                silence_seconds=access.silence_seconds,
            )
        except ValueError:  # a proxy's address that is none; it may hold a password, so nothing of it is told
            raise UnreachableError(
                "The proxy for language models cannot be used: its address is not of the form http://HOST:PORT or"
                " socks5://HOST:PORT. Nothing was sent. Correct llm.proxy, or the proxy of the system."
            ) from None

    def _explained(self, error: Exception, model: str, *, begun: bool) -> ChatModelError:
        access = self.access
        return faults.explain(
            error, provider=access.provider, model=model, address=access.base_url, key=self._key, begun=begun
        )
