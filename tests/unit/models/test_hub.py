from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from engine.errors import ModelError
from engine.models.entry import ModelEntry
from engine.models.hub import Hub, InterruptedTransferError, is_loopback
from tests.helpers.hub import Fault, LoopbackHub, loopback_hub

REPOSITORY, PATH = "somebody/small-model", "onnx/model.onnx"


class Waits:
    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


async def read(client: Hub, *, patience: bool = True) -> bytes:
    waiting = client.patience(PATH)
    while True:
        try:
            async with client.open(REPOSITORY, "main", PATH) as response:
                return await response.aread()
        except InterruptedTransferError as error:
            if not patience:
                raise
            await waiting.wait(error)


@pytest.mark.parametrize(
    ("host", "near"),
    [
        ("localhost", True),
        ("LOCALHOST.", True),
        ("hub.localhost", True),
        ("127.0.0.1", True),
        ("127.8.9.10", True),
        ("::1", True),
        ("[::1]", True),
        ("::1%lo", True),
        ("0.0.0.0", False),
        ("192.168.0.1", False),
        ("localhost.example.com", False),
        ("huggingface.co", False),
        ("", False),
    ],
)
def test_what_is_this_computer(host: str, near: bool) -> None:
    assert is_loopback(host) is near


async def test_addresses_are_written_as_the_hub_wants_them() -> None:
    async with Hub("https://hub.example/mirror/") as client:
        assert client.url("a/b c", "refs/pr/1", "onnx/é.onnx") == (
            "https://hub.example/mirror/a/b%20c/resolve/refs%2Fpr%2F1/onnx/%C3%A9.onnx"
        )
        assert client.trusted
    async with Hub("http://192.168.0.5") as client:
        assert not client.trusted


STATUSES: dict[int, str] = {
    404: r"has no onnx/model\.onnx of somebody/small-model at main",
    401: r"without a login \(status 401\)",
    403: r"without a login \(status 403\)",
    407: r"the proxy asks for a login",
    451: r"answers 451",
    400: r"answers 400",
}


@pytest.mark.parametrize("status", STATUSES)
async def test_a_final_answer_is_told_at_once(hub: LoopbackHub, status: int) -> None:
    hub.add(REPOSITORY, PATH, b"content")
    hub.faults = [Fault(kind="status", status=status)]
    waits = Waits()
    async with Hub(hub.address, sleep=waits) as client:
        with pytest.raises(ModelError, match=STATUSES[status]) as caught:
            await read(client)
    assert str(caught.value).startswith("Nothing was fetched")
    assert waits.seconds == []


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
async def test_a_passing_answer_is_tried_again(hub: LoopbackHub, status: int) -> None:
    hub.add(REPOSITORY, PATH, b"content")
    hub.faults = [Fault(kind="status", status=status)] * 3
    waits = Waits()
    async with Hub(hub.address, sleep=waits) as client:
        assert await read(client) == b"content"
    assert waits.seconds == [0.5, 1.0, 2.0]


async def test_a_hub_that_stays_away_is_told_in_the_end(hub: LoopbackHub) -> None:
    hub.add(REPOSITORY, PATH, b"content")
    hub.faults = [Fault(kind="status", status=503)] * 20
    waits = Waits()
    async with Hub(hub.address, sleep=waits) as client:
        with pytest.raises(ModelError, match=r"answers 503.*Try again later: it goes on where it stopped"):
            await read(client)
    assert waits.seconds == [0.5, 1.0, 2.0, 4.0, 8.0]


async def test_a_hub_says_how_long_to_wait(hub: LoopbackHub) -> None:
    hub.add(REPOSITORY, PATH, b"content")
    hub.faults = [
        Fault(kind="status", status=429, headers={"Retry-After": "17"}),
        Fault(kind="status", status=429, headers={"Retry-After": "Fri, 20 Nov 2026 12:00:00 GMT"}),
    ]
    waits = Waits()
    async with Hub(hub.address, sleep=waits) as client:
        assert await read(client) == b"content"
        assert waits.seconds == [17.0, 1.0]
        hub.faults = [Fault(kind="status", status=429, headers={"Retry-After": "3600"})]
        with pytest.raises(ModelError, match=r"answers 429.*Try again in 60 minutes"):
            await read(client)


async def test_nobody_at_the_address() -> None:
    with loopback_hub() as gone:
        address = gone.address
    waits = Waits()
    async with Hub(address, sleep=waits) as client:
        with pytest.raises(ModelError, match=r"127\.0\.0\.1 cannot be reached"):
            await read(client)
        with pytest.raises(ModelError, match=r"127\.0\.0\.1 cannot be reached"):
            await client.describe(REPOSITORY, "main", PATH)


async def test_a_hub_that_does_not_go_on(hub: LoopbackHub) -> None:
    hub.add(REPOSITORY, PATH, b"content")
    hub.faults = [Fault(kind="stall", after=2)]
    async with Hub(hub.address, sleep=Waits(), timeout_seconds=0.2) as client:
        with pytest.raises(InterruptedTransferError, match=r"the connection to 127\.0\.0\.1 broke"):
            await read(client, patience=False)
    hub.go_on.set()


async def test_a_server_that_never_answers() -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent:
        async with Hub(f"http://127.0.0.1:{silent.getsockname()[1]}", sleep=Waits(), timeout_seconds=0.1) as client:
            with pytest.raises(InterruptedTransferError, match=r"127\.0\.0\.1 does not answer"):
                await read(client, patience=False)


async def test_a_web_page_in_place_of_the_file(hub: LoopbackHub) -> None:
    hub.add(REPOSITORY, PATH, b"content")
    hub.faults = [Fault(kind="page")]
    async with Hub(hub.address) as client:
        with pytest.raises(ModelError, match=r"answered with a web page in place of onnx/model\.onnx"):
            await read(client)


@pytest.mark.parametrize("address", ["ftp://127.0.0.1", "http://", "127.0.0.1", "http://[::1", "https:///x"])
async def test_what_is_no_address(address: str) -> None:
    async with Hub(address) as client:
        with pytest.raises(ModelError, match=r"is not an address"):
            await read(client)


async def test_offline_reaches_this_computer_and_nothing_else(hub: LoopbackHub) -> None:
    hub.add(REPOSITORY, PATH, b"content")
    async with Hub(hub.address, offline=True) as client:
        assert await read(client) == b"content"
    async with Hub("https://huggingface.co", offline=True) as client:
        for call in (read(client), client.describe(REPOSITORY, "main", PATH)):
            with pytest.raises(ModelError, match=r"set to stay offline, so huggingface\.co was not asked"):
                await call


async def test_offline_holds_behind_a_redirect_too(hub: LoopbackHub) -> None:
    hub.elsewhere = "http://models.example"
    async with Hub(hub.address, offline=True) as client:
        with pytest.raises(ModelError, match=r"so models\.example was not asked"):
            await read(client)


async def test_https_is_never_left() -> None:
    async with Hub("https://hub.example") as client:
        target = "http://elsewhere.example/x"

        async def ask(method: str, url: object, headers: object) -> object:
            import httpx2

            return httpx2.Response(302, headers={"Location": target}, request=httpx2.Request(method, str(url)))

        client._ask = ask  # type: ignore[method-assign,assignment]
        with pytest.raises(ModelError, match=r"sends on to http://elsewhere\.example, which anybody"):
            await read(client)
        target = "https://hub.example/again"
        with pytest.raises(ModelError, match=r"from one address to the next"):
            await read(client)


async def test_a_redirect_to_nowhere(hub: LoopbackHub) -> None:
    hub.elsewhere = "http://127.0.0.1:nine"
    async with Hub(hub.address) as client:
        with pytest.raises(ModelError, match=r"sends on to 'http://127\.0\.0\.1:nine.*which is no address"):
            await read(client)


async def test_a_mirror_that_sends_on_to_another_hub(hub: LoopbackHub) -> None:
    hub.add(REPOSITORY, PATH, b"content")
    with loopback_hub() as mirror:
        mirror.elsewhere = hub.address
        async with Hub(mirror.address) as client:
            assert await read(client) == b"content"
            assert (await client.describe(REPOSITORY, "main", PATH)).size == 7


async def test_this_computer_is_asked_without_the_proxy(hub: LoopbackHub, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.add(REPOSITORY, PATH, b"content")
    with loopback_hub() as proxy:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, proxy.address)
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
        async with Hub(hub.address) as client:
            assert await read(client) == b"content"
        assert proxy.asked == []


async def test_everything_else_goes_through_the_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    with loopback_hub() as proxy:
        proxy.elsewhere = "http://127.0.0.1:9"  # the proxy answers by itself; who was asked is what counts
        for name in ("HTTP_PROXY", "http_proxy"):
            monkeypatch.setenv(name, proxy.address)
        async with Hub("http://models.example", sleep=Waits()) as client:
            with pytest.raises(ModelError, match=r"127\.0\.0\.1 cannot be reached"):
                await read(client)
        assert {urlsplit(one.path).netloc for one in proxy.asked} == {"models.example"}


async def test_a_proxy_that_cannot_be_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "gopher://127.0.0.1:1")
    monkeypatch.setenv("all_proxy", "gopher://127.0.0.1:1")
    async with Hub("http://models.example", sleep=Waits()) as client:
        with pytest.raises(ModelError, match=r"The proxy that this system names cannot be used"):
            await read(client)


async def test_an_etag_of_any_server_is_no_checksum(hub: LoopbackHub) -> None:
    hub.add(REPOSITORY, PATH, b"content")
    hub.redirects = False
    async with Hub(hub.address) as client:
        told = await client.describe(REPOSITORY, "main", PATH)
        assert told.sha256 is not None
        hub.tells_checksums = False
        told = await client.describe(REPOSITORY, "main", PATH)
        assert (told.sha256, told.blob, told.size) == (None, None, 7)


async def test_without_checksum_and_without_https_nothing_is_taken(entry: ModelEntry, tmp_path: Path) -> None:
    import dataclasses

    from engine.models.download import Download
    from engine.models.hub import RemoteFile

    files = tuple(dataclasses.replace(file, sha256=None) for file in entry.files)
    async with Hub("http://192.168.0.5") as client:

        async def describe(*_: str) -> RemoteFile:
            return RemoteFile(size=None, sha256="0" * 64, blob=None, commit=None)

        client.describe = describe  # type: ignore[method-assign]
        job = Download(
            dataclasses.replace(entry, files=files, variants=()),
            hub=client,
            folder=tmp_path / "in",
            report=lambda _: None,
        )
        with pytest.raises(ModelError, match=r"is not asked over HTTPS"):
            await job.run()
