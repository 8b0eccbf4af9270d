"""No test reaches beyond this computer: every socket that would is refused with the address in the message."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest


class NetworkRefusedError(OSError):
    """A test tried to reach beyond the loopback."""


def is_loopback(address: object) -> bool:
    """Whether a socket address stays on this computer. A name other than localhost does not: it would be looked up."""
    if not isinstance(address, tuple):
        return True  # the path of a Unix socket
    host = str(address[0]).split("%")[0]
    if host in ("", "localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@pytest.fixture(autouse=True)
def _no_network(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    if request.node.get_closest_marker("network"):
        yield
        return

    def guarded(name: str) -> None:
        original: Callable[..., Any] = getattr(socket.socket, name)

        def call(self: socket.socket, *arguments: Any) -> Any:
            address = arguments[-1] if name == "sendto" else arguments[0]
            if not is_loopback(address):
                raise NetworkRefusedError(f"a test may not reach {address!r}; only the loopback is open")
            return original(self, *arguments)

        monkeypatch.setattr(socket.socket, name, call, raising=True)

    for name in ("connect", "connect_ex", "sendto"):
        guarded(name)
    look_up = socket.getaddrinfo

    def getaddrinfo(host: Any, *arguments: Any, **options: Any) -> Any:
        plain = host.decode() if isinstance(host, bytes) else host
        if plain is not None and not is_loopback((plain, 0)):
            raise NetworkRefusedError(f"a test may not look up {plain!r}; only the loopback is open")
        return look_up(host, *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    yield
