"""The offline switch at the socket, and what counts as this computer."""

from __future__ import annotations

import asyncio
import socket
import urllib.request
from collections.abc import Iterator

import httpx2
import pytest

from engine.errors import OfflineError
from engine.llm.faults import explain
from engine.network import OfflineGuard, OfflineSocketError, http_client, is_loopback, stays_here
from tests.helpers.vendors import loopback_vendors

FAR = "192.0.2.1"  # TEST-NET-1 (RFC 5737): nobody is there


@pytest.fixture
def guard() -> Iterator[OfflineGuard]:
    held = OfflineGuard()
    held.hold()
    yield held
    held.release()


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("127.0.0.1", True), ("127.8.9.10", True), ("::1", True), ("[::1]", True), ("localhost", True),
        ("api.localhost", True), ("localhost.", True), ("::ffff:127.0.0.1", True),
        ("0.0.0.0", False), ("10.0.0.1", False), ("192.168.1.4", False), ("localhost.evil.com", False),
        ("example.com", False), ("::ffff:10.0.0.1", False), ("fe80::1%eth0", False), ("", False), (None, False),
    ],
)  # fmt: skip
def test_what_this_computer_is(host: str | None, here: bool) -> None:
    assert is_loopback(host) is here


def test_addresses_that_stay_here() -> None:
    assert stays_here("http://127.0.0.1:11434/v1")
    assert stays_here("http://[::1]:8080")
    assert not stays_here("https://api.openai.com/v1")
    assert not stays_here("http://127.0.0.1@evil.com/v1")
    assert not stays_here("http://[broken")


@pytest.mark.network
def test_every_way_out_of_a_socket_is_refused(guard: OfflineGuard) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as tcp:
        for call in (tcp.connect, tcp.connect_ex):
            with pytest.raises(OfflineSocketError, match=FAR):
                call((FAR, 443))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        with pytest.raises(OfflineSocketError, match=FAR):
            udp.sendto(b"x", (FAR, 53))
        with pytest.raises(OfflineSocketError, match=FAR):
            udp.sendmsg([b"x"], [], 0, (FAR, 53))
        with pytest.raises(OfflineSocketError, match=FAR):
            udp.connect((FAR, 53))
    with pytest.raises(OfflineSocketError, match=FAR):
        socket.create_connection((FAR, 443), timeout=1)


@pytest.mark.network
def test_no_name_is_looked_up(guard: OfflineGuard) -> None:
    for look_up in (
        lambda: socket.getaddrinfo("example.invalid", 443),
        lambda: socket.gethostbyname("example.invalid"),
        lambda: socket.gethostbyname_ex("example.invalid"),
        lambda: socket.gethostbyaddr(FAR),
        lambda: socket.getnameinfo((FAR, 80), 0),
    ):
        with pytest.raises(OfflineSocketError):
            look_up()


@pytest.mark.network
async def test_asyncio_and_other_libraries_are_refused_too(guard: OfflineGuard) -> None:
    with pytest.raises(OfflineSocketError):
        await asyncio.open_connection(FAR, 443)
    with pytest.raises(OfflineSocketError):
        await asyncio.get_running_loop().getaddrinfo("example.invalid", 443)
    with pytest.raises(OSError, match="Offline is switched on"):
        await asyncio.to_thread(urllib.request.urlopen, f"http://{FAR}/", timeout=1)
    async with httpx2.AsyncClient(trust_env=False) as client:
        with pytest.raises(httpx2.ConnectError) as caught:
            await client.get(f"http://{FAR}/")
    told = explain(caught.value, provider="openai", model="gpt-5.5", address=f"http://{FAR}")
    assert isinstance(told, OfflineError)


async def test_the_loopback_stays_open(guard: OfflineGuard) -> None:
    with loopback_vendors() as vendors:
        port = int(vendors.address.rpartition(":")[2])
        _, writer = await asyncio.open_connection("localhost", port, family=socket.AF_INET)
        writer.close()
        await writer.wait_closed()


@pytest.mark.network
def test_released_it_lets_through_again() -> None:
    first, second = OfflineGuard(), OfflineGuard()
    first.hold()
    second.hold()
    first.release()
    first.release()
    with pytest.raises(OfflineSocketError):
        socket.getaddrinfo(FAR, 80)
    second.set(False)
    assert socket.getaddrinfo(FAR, 80)
    second.set(True)
    with pytest.raises(OfflineSocketError):
        socket.getaddrinfo(FAR, 80)
    second.release()


async def test_a_client_refuses_before_it_opens_a_socket() -> None:
    client = http_client("https://192.0.2.1", offline=True, proxy="", connect_seconds=1, silence_seconds=1)
    async with client:
        with pytest.raises(OfflineSocketError):
            await client.get("https://192.0.2.1/")


async def test_the_loopback_never_goes_through_the_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://192.0.2.9:3128")
    monkeypatch.setenv("HTTP_PROXY", "http://192.0.2.9:3128")
    with loopback_vendors() as vendors:
        for proxy in ("", "http://192.0.2.9:3128"):
            client = http_client(vendors.v1, offline=False, proxy=proxy, connect_seconds=1, silence_seconds=1)
            async with client:
                assert (await client.get(f"{vendors.v1}/models")).status_code == 200


async def test_everything_else_goes_through_the_proxy() -> None:
    with loopback_vendors() as vendors:
        client = http_client(
            "http://192.0.2.1/v1", offline=False, proxy=vendors.address, connect_seconds=2, silence_seconds=2
        )
        async with client:
            await client.get("http://192.0.2.1/v1/models")
        assert [one.path for one in vendors.asked] == ["http://192.0.2.1/v1/models"]


async def test_redirects_are_not_followed() -> None:
    client = http_client("https://192.0.2.1", offline=False, proxy="", connect_seconds=1, silence_seconds=1)
    async with client:
        assert client.follow_redirects is False
