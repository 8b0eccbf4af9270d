"""Talking to the Hugging Face hub, or to a mirror of it.

A file's address is `<hub>/<repository>/resolve/<revision>/<path>`. The hub answers with a redirect to its storage;
`X-Linked-Size` and `X-Linked-ETag` tell size and SHA-256 of a large file, `ETag` the Git blob id of a small one (see
`get_hf_file_metadata` in huggingface_hub). Redirects are followed here and not in the HTTP library, so that the offline
switch and the rule against leaving HTTPS hold at every hop.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

import httpx2

from engine import __version__
from engine.errors import ModelError

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504, 520, 522, 524})
"""Answers that may be another one soon."""
_HOPS = 6
_LONGEST_WAIT = 120.0  # seconds; a hub that asks for more is told to the owner
_FIRST_WAIT = 0.5
_TRIES = 6

Sleep = Callable[[float], Awaitable[None]]


class InterruptedTransferError(Exception):
    """A transfer ended too early in a way that may pass.

    Attributes:
        wait: Seconds that the hub asked to wait, or None.
    """

    def __init__(self, why: str, *, wait: float | None = None) -> None:
        super().__init__(why)
        self.wait = wait


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteFile:
    """What a hub tells of a file.

    Attributes:
        size: Bytes, or None.
        sha256: Of its content, or None.
        blob: Its Git blob id (SHA-1 over a header and the content), or None.
        commit: The commit that the revision stands for, or None.
    """

    size: int | None
    sha256: str | None
    blob: str | None
    commit: str | None


class Patience:
    """How long to wait before another try: twice as long each time, less one try, until something arrives."""

    def __init__(self, what: str, *, sleep: Sleep, on_wait: Callable[[str], None] | None = None) -> None:
        self._what = what
        self._sleep = sleep
        self._on_wait = on_wait
        self._failures = 0

    def renew(self) -> None:
        """Bytes arrived: count from the beginning again."""
        self._failures = 0

    async def wait(self, error: InterruptedTransferError) -> None:
        """Wait before the next try.

        Raises:
            ModelError: there have been enough of them, or the hub asks for too long a wait.
        """
        self._failures += 1
        pause = _FIRST_WAIT * 2 ** (self._failures - 1) if error.wait is None else error.wait
        if self._failures >= _TRIES or pause > _LONGEST_WAIT:
            again = f" in {pause / 60:.0f} minutes" if pause > _LONGEST_WAIT else " later"
            raise ModelError(
                f"{self._what} could not be fetched: {error}. What arrived is kept."
                f" Try again{again}: it goes on where it stopped."
            ) from error
        if self._on_wait is not None:
            self._on_wait(str(error))
        await self._sleep(pause)


class Hub:
    """One address that models come from. Of one event loop; close it."""

    def __init__(
        self, address: str, *, offline: bool = False, sleep: Sleep = asyncio.sleep, timeout_seconds: float = 20.0
    ) -> None:
        """Name a hub; nothing is sent yet.

        Args:
            address: as `https://huggingface.co`.
            offline: reach nothing beyond this computer.
            sleep: waits; given so that tests need not.
            timeout_seconds: for a connection, and for each piece of an answer.
        """
        self.address = address.rstrip("/")
        self._offline = offline
        self._sleep = sleep
        self._timeout = timeout_seconds
        self._clients: dict[bool, httpx2.AsyncClient] = {}

    async def __aenter__(self) -> Hub:
        return self

    async def __aexit__(self, *_: object) -> None:
        for client in self._clients.values():
            await client.aclose()
        self._clients.clear()

    @property
    def trusted(self) -> bool:
        """Whether nobody on the way can change what is read: HTTPS, or this computer itself."""
        url = _parse(self.address)
        return url.scheme == "https" or is_loopback(url.host)

    def patience(self, what: str, *, on_wait: Callable[[str], None] | None = None) -> Patience:
        """A fresh count of tries for one file."""
        return Patience(what, sleep=self._sleep, on_wait=on_wait)

    def url(self, repository: str, revision: str, path: str) -> str:
        """A file's address."""
        return f"{self.address}/{quote(repository)}/resolve/{quote(revision, safe='')}/{quote(path)}"

    async def describe(self, repository: str, revision: str, path: str) -> RemoteFile:
        """Ask what a file is, without fetching it.

        Raises:
            ModelError: there is no such file, the hub cannot be reached, or it must not be.
        """
        patience = self.patience(path)
        while True:
            try:
                response = await self._send("HEAD", repository, revision, path)
            except InterruptedTransferError as error:
                await patience.wait(error)
                continue
            await response.aclose()
            return _described(response.headers, complete=response.status_code == 200)

    @contextlib.asynccontextmanager
    async def open(
        self, repository: str, revision: str, path: str, *, start: int = 0
    ) -> AsyncIterator[httpx2.Response]:
        """Ask for a file from a byte on; the answer's status is 200, 206 or 416.

        Raises:
            ModelError: there is no such file, or the hub must not be reached.
            InterruptedTransferError: it failed in a way that may pass.
        """
        headers = {"Range": f"bytes={start}-"} if start else {}
        response = await self._send("GET", repository, revision, path, headers=headers)
        try:
            yield response
        except httpx2.TransportError as error:
            raise InterruptedTransferError(f"the connection to {response.url.host} broke ({_first(error)})") from error
        except httpx2.DecodingError as error:
            raise InterruptedTransferError(f"{response.url.host} sent what cannot be unpacked") from error
        finally:
            await response.aclose()

    async def _send(
        self, method: str, repository: str, revision: str, path: str, *, headers: Mapping[str, str] | None = None
    ) -> httpx2.Response:
        url = _parse(self.url(repository, revision, path))
        for _ in range(_HOPS):
            response = await self._ask(method, url, headers or {})
            location = response.headers.get("location")
            if response.status_code not in _REDIRECTS or not location:
                break
            if method == "HEAD" and "x-linked-etag" in response.headers:
                return response
            await response.aclose()
            try:
                target = url.join(location)
            except httpx2.InvalidURL as error:
                raise ModelError(
                    f"{url.host} sends on to {location[:200]!r}, which is no address. Nothing was installed."
                    " Check models.hub."
                ) from error
            if url.scheme == "https" and target.scheme != "https":
                raise ModelError(
                    f"{url.host} sends on to {target.scheme}://{target.host}, which anybody on the way could change."
                    " Nothing was installed. Check the address in models.hub."
                )
            url = target
        else:
            raise ModelError(
                f"{self.address} sends from one address to the next for {path} without an end."
                " Nothing was installed. Check the address in models.hub."
            )
        try:
            _check_answer(response, method=method, file=f"{path} of {repository} at {revision}")
        except BaseException:
            await response.aclose()
            raise
        return response

    async def _ask(self, method: str, url: httpx2.URL, headers: Mapping[str, str]) -> httpx2.Response:
        near = is_loopback(url.host)
        if self._offline and not near:
            raise ModelError(
                f"Magray is set to stay offline, so {url.host} was not asked. `magray config set offline false` allows"
                " it; `magray models import` takes a model from a folder or a zip."
            )
        client = self._client(near=near)
        given = {"Accept-Encoding": "identity", "User-Agent": f"magray/{__version__}", **headers}
        try:
            return await client.send(client.build_request(method, url, headers=given), stream=True)
        except httpx2.UnsupportedProtocol as error:
            raise ModelError(f"{url} is not an address to download from. Check models.hub.") from error
        except httpx2.TimeoutException as error:
            raise InterruptedTransferError(f"{url.host} does not answer") from error
        except httpx2.TransportError as error:
            if "CERTIFICATE_VERIFY_FAILED" in str(error):
                raise ModelError(
                    f"The certificate of {url.host} is not trusted by this computer, so nothing was fetched. Where a"
                    " network checks traffic itself, its certificate belongs into the system's store."
                ) from error
            raise InterruptedTransferError(f"{url.host} cannot be reached ({_first(error)})") from error

    def _client(self, *, near: bool) -> httpx2.AsyncClient:
        """Two of them: what stays on this computer never goes through a proxy."""
        client = self._clients.get(near)
        if client is None:
            try:
                client = httpx2.AsyncClient(timeout=self._timeout, follow_redirects=False, trust_env=not near)
            except (ImportError, ValueError, httpx2.InvalidURL) as error:
                raise ModelError(
                    f"The proxy that this system names cannot be used ({_first(error)}). Nothing was fetched."
                    " Check HTTPS_PROXY, HTTP_PROXY and ALL_PROXY."
                ) from error
            self._clients[near] = client
        return client


def is_loopback(host: str) -> bool:
    """Whether a host is this computer: a loopback address, or localhost by name. No name is looked up."""
    name = host.strip("[]").rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _parse(address: str) -> httpx2.URL:
    try:
        url = httpx2.URL(address)
    except httpx2.InvalidURL as error:
        raise ModelError(f"{address} is not an address ({error}). Check models.hub.") from error
    if url.scheme not in ("http", "https") or not url.host:
        raise ModelError(f"{address} is not an address to download from. Check models.hub.")
    return url


def _check_answer(response: httpx2.Response, *, method: str, file: str) -> None:
    status, host = response.status_code, response.url.host
    if status in (200, 206) or (status == 416 and method == "GET"):
        if response.headers.get("content-type", "").startswith("text/html"):
            raise ModelError(
                f"{host} answered with a web page in place of {file}. Nothing was installed. A network that asks for a"
                " login does so, and a wrong address in models.hub does too."
            )
        return
    if method == "HEAD" and status in (405, 501):
        return  # a plain mirror; what the catalogue knows has to do
    if status in _PASSING:
        raise InterruptedTransferError(
            f"{host} answers {status} {response.reason_phrase}".rstrip(), wait=_retry_after(response.headers)
        )
    if status == 404:
        why, mend = f"{host} has no {file}", "Check models.hub; a newer Magray may know where the file is now."
    elif status in (401, 403):
        why = f"{host} does not give {file} without a login (status {status})"
        mend = "The models of the catalogue need none: check models.hub, and whether the network lets it through."
    elif status == 407:
        why, mend = "the proxy asks for a login", "Write it into HTTPS_PROXY, as http://name:password@host:port."
    else:
        why, mend = f"{host} answers {status} for {file}", "Check models.hub."
    raise ModelError(f"Nothing was fetched: {why}. {mend}")


def _described(headers: httpx2.Headers, *, complete: bool) -> RemoteFile:
    linked = headers.get("x-linked-etag")
    etag = (linked or headers.get("etag") or "").removeprefix("W/").strip('"').lower()
    commit = headers.get("x-repo-commit", "")
    length = headers.get("x-linked-size") or (headers.get("content-length") if complete and not linked else None)
    packed = headers.get("content-encoding", "identity") != "identity"
    from_hub = bool(linked or commit)  # any server may send an ETag that only looks like a checksum
    return RemoteFile(
        size=int(length) if length and length.isdigit() and not packed else None,
        sha256=etag if from_hub and re.fullmatch(r"[0-9a-f]{64}", etag) else None,
        blob=etag if from_hub and re.fullmatch(r"[0-9a-f]{40}", etag) else None,
        commit=commit if re.fullmatch(r"[0-9a-f]{40}", commit) else None,
    )


def _retry_after(headers: httpx2.Headers) -> float | None:
    """Seconds of `Retry-After` (RFC 9110, 10.2.3); its other form, a date, is left to the ordinary waits."""
    told = headers.get("retry-after", "").strip()
    return float(told) if told.isdigit() else None


def _first(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:200] if lines else type(error).__name__
