"""A hub of models on the loopback: a real HTTP server that serves files as the Hugging Face hub does, and badly."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

COMMIT = "c" * 40


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What goes wrong with one answer that should bring bytes."""

    kind: str
    """cut, status, wrong bytes, other size, no ranges, other offset, page, stall, longer, refuse range"""
    after: int = 0
    """Bytes sent before it happens."""
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request that came."""

    method: str
    path: str
    range: str | None
    encoding: str | None


class LoopbackHub:
    """Files by (repository, path), the faults of the next answers, and what was asked."""

    def __init__(self) -> None:
        self.files: dict[tuple[str, str], bytes] = {}
        self.faults: list[Fault] = []
        self.asked: list[Asked] = []
        self.redirects = True
        """Answer as the hub does: by a redirect to the storage, with size and checksum in headers."""
        self.tells_checksums = True
        self.knows_head = True
        self.moving: list[str] = []
        """Commits that the branch stands for at the next questions, one after the other; then the last one's."""
        self.elsewhere: str | None = None
        """Send every request on to this address."""
        self.small: set[str] = set()
        """Paths that are small files of the repository: their ETag is a Git blob id."""
        self.stalled = threading.Event()
        self.go_on = threading.Event()
        self.address = ""

    def add(self, repository: str, path: str, content: bytes) -> None:
        """Have a file."""
        self.files[repository, path] = content

    @property
    def body_requests(self) -> list[Asked]:
        """Requests that should bring bytes; redirects are not among them."""
        where = "/storage/" if self.redirects else "/"
        return [one for one in self.asked if one.method == "GET" and one.path.startswith(where)]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hub: LoopbackHub

    def log_message(self, *_: Any) -> None:
        return

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        hub, path = self.hub, unquote(self.path)
        hub.asked.append(
            Asked(
                method=self.command,
                path=path,
                range=self.headers.get("Range"),
                encoding=self.headers.get("Accept-Encoding"),
            )
        )
        if hub.elsewhere is not None:
            self._plain(302, {"Location": hub.elsewhere + urlsplit(self.path).path})
        elif self.command == "HEAD" and not hub.knows_head:
            self._plain(405, {})
        elif path.startswith("/storage/"):
            content = next(one for one in hub.files.values() if hashlib.sha256(one).hexdigest() == path[9:])
            self._bytes(content, {})
        else:
            self._resolve(path)

    def _resolve(self, path: str) -> None:
        hub = self.hub
        parts = path.removeprefix("/").split("/")
        content = hub.files.get(("/".join(parts[:2]), "/".join(parts[4:]))) if parts[2:3] == ["resolve"] else None
        if content is None:
            self._plain(404, {"X-Error-Code": "EntryNotFound"})
            return
        sha256 = hashlib.sha256(content).hexdigest()
        told: dict[str, str] = {}
        if hub.tells_checksums:
            told["X-Repo-Commit"] = self._commit(parts[3])
        if "/".join(parts[4:]) in hub.small:
            blob = hashlib.sha1(f"blob {len(content)}\0".encode() + content, usedforsecurity=False).hexdigest()
            self._bytes(content, {**told, "ETag": f'"{blob}"'})
        elif hub.redirects:
            if hub.tells_checksums:
                told |= {"X-Linked-ETag": f'"{sha256}"', "X-Linked-Size": str(len(content))}
            self._plain(302, {**told, "Location": f"/storage/{sha256}"})
        else:
            if hub.tells_checksums:
                told["ETag"] = f'"{sha256}"'
            self._bytes(content, told)

    def _commit(self, revision: str) -> str:
        """What a revision stands for now; a commit stands for itself."""
        moving = self.hub.moving
        if not moving or len(revision) == 40:
            return revision if len(revision) == 40 and moving else COMMIT
        return moving.pop(0) if len(moving) > 1 else moving[0]

    def _plain(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": "0"}.items():
            self.send_header(name, value)
        self.end_headers()

    def _bytes(self, content: bytes, headers: dict[str, str]) -> None:
        fault = self.hub.faults.pop(0) if self.hub.faults and self.command == "GET" else None
        kind = fault.kind if fault else ""
        if fault and kind == "status":
            self._plain(fault.status, fault.headers)
            return
        if kind == "page":
            headers, content = {"Content-Type": "text/html; charset=utf-8"}, b"<html>Please log in</html>"
        start, status, size = 0, 200, len(content)
        asked = self.headers.get("Range")
        if asked and kind not in ("no ranges", "page"):
            start = int(asked.removeprefix("bytes=").removesuffix("-"))
            if start >= size or kind == "refuse range":
                self._plain(416, {"Content-Range": f"bytes */{size}"})
                return
            status = 206
        told = size
        if kind == "other size":
            told = size + 5
        if kind == "wrong bytes":
            content = bytes(byte ^ 0xFF for byte in content)
        if kind == "longer":
            content += b"and more"
        body = content[start:]
        self.send_response(status)
        if status == 206:
            first = start + 3 if kind == "other offset" else start
            headers = {**headers, "Content-Range": f"bytes {first}-{told - 1}/{told}"}
        for name, value in headers.items():
            self.send_header(name, value)
        if kind == "longer":
            self.send_header("Connection", "close")  # no length is told: the end of the connection ends it
        else:
            self.send_header("Content-Length", str(len(body) + told - size))
        self.end_headers()
        if self.command == "HEAD":
            return
        if fault and kind in ("cut", "stall"):
            self.wfile.write(body[: fault.after])
            self.wfile.flush()
            if kind == "stall":
                self.hub.stalled.set()
                self.hub.go_on.wait(20)
            self.close_connection = True
            return
        self.wfile.write(body)
        self.close_connection = kind in ("longer", "other size")


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    block_on_close = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        return  # whoever downloads may hang up


@contextmanager
def loopback_hub() -> Iterator[LoopbackHub]:
    """A hub that listens until the block ends."""
    hub = LoopbackHub()
    handler = type("Handler", (_Handler,), {"hub": hub, "timeout": 20})
    server = _Server(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), name="loopback-hub")
    thread.start()
    hub.address = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield hub
    finally:
        hub.go_on.set()
        server.shutdown()
        thread.join()
        server.server_close()
