"""A server on the loopback that speaks the vendors' wire formats, and misbehaves when told to."""

from __future__ import annotations

import json
import select
import socket
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

from tests.helpers import vendor_wire as wire
from tests.helpers.vendor_wire import Reply

FaultKind = Literal["status", "cut", "malformed", "silence", "drip", "error event", "no end", "page", "refuse"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """How one request goes wrong; `after` events of the stream arrive before."""

    kind: FaultKind
    status: int = 500
    headers: dict[str, str] = field(default_factory=dict)
    message: str = "The server had an error"
    after: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    at: float


@dataclass(slots=True)
class Vendors:
    """The server. `script` holds what the next requests for an answer get, in order; then `reply` answers them all.

    Attributes:
        hung_up: set when a client closes its connection while an answer was under way.
        running: requests under way now; `most` is the most there ever were.
        pause: seconds before each event.
        loaded: whether Ollama has its model in memory.
    """

    address: str = ""
    reply: Reply = field(default_factory=Reply)
    script: deque[Reply | Fault] = field(default_factory=deque)
    asked: list[Asked] = field(default_factory=list)
    hung_up: threading.Event = field(default_factory=threading.Event)
    go_on: threading.Event = field(default_factory=threading.Event)
    running: int = 0
    most: int = 0
    pause: float = 0.0
    loaded: bool = True
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def answers_asked(self) -> list[Asked]:
        """Requests for an answer, without those for lists."""
        return [one for one in self.asked if one.path in wire.STREAMS]

    @property
    def v1(self) -> str:
        """The base address as OpenAI's SDK wants it."""
        return f"{self.address}/v1"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    vendors: Vendors

    def log_message(self, *args: Any) -> None:
        return

    def do_GET(self) -> None:
        self._note({})
        path = self.path.split("?")[0]
        if path == "/v1/models":
            anthropic = "anthropic-version" in {name.lower() for name in self.headers}
            self._json(200, wire.ANTHROPIC_MODELS if anthropic else wire.OPENAI_MODELS)
        elif path == "/api/tags":
            self._json(200, wire.OLLAMA_TAGS)
        elif path == "/api/ps":
            self._json(200, wire.OLLAMA_PS if self.vendors.loaded else {"models": []})
        else:
            self._json(404, {"error": "not found"})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"{}")
        self._note(body)
        if self.path == "/api/show":
            self._json(200, wire.OLLAMA_SHOW)
            return
        stream = wire.STREAMS.get(self.path)
        if stream is None:
            self._json(404, {"error": "not found"})
            return
        vendors = self.vendors
        with vendors.lock:
            step = vendors.script.popleft() if vendors.script else vendors.reply
            vendors.running += 1
            vendors.most = max(vendors.most, vendors.running)
        try:
            if isinstance(step, Fault):
                self._fail(step, list(stream(vendors.reply, body)))
            else:
                self._begin()
                for piece in stream(step, body):
                    if vendors.pause:
                        time.sleep(vendors.pause)
                    self._chunk(piece)
                self._chunk(b"")
        except (BrokenPipeError, ConnectionResetError):
            vendors.hung_up.set()
            self.close_connection = True
        finally:
            with vendors.lock:
                vendors.running -= 1

    def _note(self, body: dict[str, Any]) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        path = self.path.split("?")[0]
        asked = Asked(method=self.command, path=path, headers=headers, body=body, at=time.monotonic())
        self.vendors.asked.append(asked)

    def _fail(self, fault: Fault, pieces: list[bytes]) -> None:
        match fault.kind:
            case "status":
                self._json(fault.status, wire.error_body(self.path, fault.status, fault.message), fault.headers)
                return
            case "page":
                self._bytes(200, "text/html; charset=utf-8", b"<html><body>Please log in</body></html>")
                return
            case "refuse":
                self._hang_up()
                return
            case _:
                pass
        self._begin()
        if fault.kind == "drip":
            for byte in b"".join(pieces):
                self._chunk(bytes([byte]))
            self._chunk(b"")
            return
        for piece in pieces[: fault.after]:
            self._chunk(piece)
        if fault.kind == "cut":
            self._hang_up()
        elif fault.kind == "no end":
            self._chunk(b"")
        elif fault.kind == "malformed":
            name = "content_block_delta" if self.path == "/v1/messages" else None
            self._chunk(wire.event('{"type": "content_block_delta", "delta": {"text', name))
            self._chunk(b"")
        elif fault.kind == "error event":
            self._chunk(wire.error_event(self.path))
            self._chunk(b"")
        else:
            self._be_silent()

    def _be_silent(self) -> None:
        end = time.monotonic() + 20
        while time.monotonic() < end and not self.vendors.go_on.is_set():
            readable, _, _ = select.select([self.connection], [], [], 0.01)
            if readable and self.connection.recv(1, socket.MSG_PEEK) == b"":
                self.vendors.hung_up.set()
                break
        self.close_connection = True

    def _begin(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream; charset=utf-8")
        self.send_header("Transfer-Encoding", "chunked")
        self.send_header("Cache-Control", "no-cache")
        self.end_headers()

    def _chunk(self, data: bytes) -> None:
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def _json(self, status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        self._bytes(status, "application/json", json.dumps(body).encode(), headers)

    def _bytes(self, status: int, kind: str, content: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {**(headers or {}), "Content-Type": kind, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    block_on_close = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        return  # whoever asks may hang up


@contextmanager
def loopback_vendors() -> Iterator[Vendors]:
    """The vendors, listening until the block ends."""
    vendors = Vendors()
    handler = type("Handler", (_Handler,), {"vendors": vendors, "timeout": 20})
    server = _Server(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), name="loopback-vendors")
    thread.start()
    vendors.address = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield vendors
    finally:
        vendors.go_on.set()
        server.shutdown()
        thread.join()
        server.server_close()
