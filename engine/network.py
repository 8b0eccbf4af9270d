"""Reaching the network, or not: the offline switch, proxies, and what belongs to this computer.

The switch is checked at two places. Every HTTP client made here refuses addresses beyond the loopback before it
connects. And while an `OfflineGuard` is held, Python's own audit hook refuses each socket of the whole process that
would connect or send beyond the loopback, and each look-up of a name in the DNS, whichever library asks.
(https://docs.python.org/3/library/audit_events.html: `socket.connect`, `socket.sendto`, `socket.getaddrinfo`, …)
It does not see what a compiled library would open by itself.
"""

from __future__ import annotations

import errno
import ipaddress
import socket
import sys
import threading
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    import httpx2

_REACHING = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
_LOOKING_UP = frozenset({"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo"})


class OfflineSocketError(OSError):
    """A socket would have left this computer while the offline switch is on; nothing was sent."""

    def __init__(self, where: str) -> None:
        super().__init__(errno.ENETUNREACH, f"Offline is switched on; {where} was not reached")


def is_loopback(host: str | None) -> bool:
    """Whether a host is this computer: an address of the loopback, or `localhost` and what ends with it."""
    name = (host or "").strip("[]").split("%")[0].rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)


def stays_here(url: str) -> bool:
    """Whether an address, as `http://127.0.0.1:11434/v1`, is one of this computer."""
    try:
        return is_loopback(urlsplit(url).hostname)
    except ValueError:
        return False


class _Switch:
    """How many guards are held in this process. An audit hook cannot be taken out again, so it asks here."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.held = 0
        self.hooked = False

    def watch(self, event: str, arguments: tuple[Any, ...]) -> None:
        """The audit hook. It is called for every event of the interpreter, so the common case comes first."""
        if not self.held or not event.startswith("socket."):
            return
        if event in _REACHING:
            family = getattr(arguments[0], "family", None)
            address = arguments[1]
            if family in (socket.AF_INET, socket.AF_INET6) and address is not None and not is_loopback(_host(address)):
                raise OfflineSocketError(f"the address {_host(address)}")
        elif event in _LOOKING_UP:
            host = _host(arguments[0])
            if host and not is_loopback(host):
                raise OfflineSocketError(f"the name {host}")


_SWITCH = _Switch()


def _host(address: Any) -> str:
    value = address[0] if isinstance(address, tuple) and address else address
    if isinstance(value, bytes):
        return value.decode("ascii", "replace")
    return "" if value is None else str(value)


class OfflineGuard:
    """Keeps the process offline from `hold` to `release`. Several may be held; the last one's release opens again."""

    def __init__(self) -> None:
        self._held = False

    def hold(self) -> None:
        """Begin."""
        with _SWITCH.lock:
            if self._held:
                return
            self._held = True
            _SWITCH.held += 1
            if not _SWITCH.hooked:
                _SWITCH.hooked = True
                sys.addaudithook(_SWITCH.watch)

    def set(self, offline: bool) -> None:
        """Begin or end."""
        if offline:
            self.hold()
        else:
            self.release()

    def release(self) -> None:
        """End. Safe to call twice."""
        with _SWITCH.lock:
            if self._held:
                self._held = False
                _SWITCH.held -= 1


def http_client(
    base_url: str, *, offline: bool, proxy: str, connect_seconds: float, silence_seconds: float
) -> httpx2.AsyncClient:
    """An HTTP client for one address. It follows no redirects: a key goes to no other place than the one it is for.

    Making one for HTTPS reads the certificates of the system, which takes tens of milliseconds.

    Args:
        base_url: what it is for; an address of the loopback is never reached through a proxy.
        offline: refuse everything beyond the loopback.
        proxy: its address; empty takes the system's.
        connect_seconds: to wait for a connection.
        silence_seconds: to wait for the next piece of an answer.
    """
    import httpx2

    here = stays_here(base_url)

    async def refuse(request: httpx2.Request) -> None:
        if offline and not is_loopback(request.url.host):
            raise OfflineSocketError(f"the address {request.url.host}")

    return httpx2.AsyncClient(
        timeout=httpx2.Timeout(silence_seconds, connect=connect_seconds, pool=connect_seconds),
        # Reading the certificates is for nothing where no TLS is spoken.
        verify=not base_url.startswith("http://"),
        proxy=proxy or None if not here else None,
        trust_env=not here,
        follow_redirects=False,
        event_hooks={"request": [refuse]},
    )
