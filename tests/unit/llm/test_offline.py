"""Offline: whatever is set up, nothing tries to leave this computer, and everything here goes on."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine import Engine, MagrayError, OfflineError, Settings
from engine.llm.messages import ChatMessage, ChatRequest, StreamEnd
from tests.helpers.memory_keys import MemoryKeys
from tests.helpers.vendors import Vendors, loopback_vendors

FAR = "192.0.2.1"
HELLO = ChatRequest(messages=(ChatMessage.of("user", "hello"),))


@pytest.fixture
def vendors() -> Iterator[Vendors]:
    with loopback_vendors() as found:
        yield found


@pytest.fixture
def reached(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Addresses beyond the loopback that a socket really went to, or that were really looked up."""
    found: list[Any] = []
    connect, look_up = socket.socket.connect, socket.getaddrinfo

    def noted(self: socket.socket, address: Any) -> None:
        connect(self, address)
        if self.family in (socket.AF_INET, socket.AF_INET6) and not str(address[0]).startswith(("127.", "::1")):
            found.append(address)

    def noted_name(host: Any, *arguments: Any, **options: Any) -> Any:
        answer = look_up(host, *arguments, **options)
        if host not in (None, "127.0.0.1", "localhost", "::1"):
            found.append(host)
        return answer

    monkeypatch.setattr(socket.socket, "connect", noted)
    monkeypatch.setattr(socket, "getaddrinfo", noted_name)
    return found


@pytest.mark.network
async def test_every_provider_and_the_hub_stay_silent(
    data_dir: Path, vendors: Vendors, reached: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    system = MemoryKeys()
    system.kept = {"openai": "sk-a", "anthropic": "sk-b"}
    monkeypatch.setattr("engine.llm.registry.find_system_keys", lambda: system)
    monkeypatch.setenv("OPENAI_BASE_URL", f"http://{FAR}/v1")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://vendor.invalid")
    data_dir.mkdir()
    (data_dir / "config.toml").write_text(
        f"""offline = true
models.hub = "http://{FAR}"
llm = {{model = "openai/gpt-5.5", retries = 0, compatible.base_url = "http://{FAR}:8080/v1"}}
""",
        "utf-8",
    )
    async with Engine.open(Settings(data_dir=data_dir)) as engine:
        registry = engine._parts.llm
        for model in ("openai/gpt-5.5", "anthropic/claude-sonnet-5", "compatible/any"):
            with pytest.raises(OfflineError, match="nothing was sent"):
                _ = [event async for event in registry.answering(model=model).stream(HELLO)]
        for provider in ("openai", "anthropic", "compatible"):
            assert "Offline" in (await engine.test_provider(provider)).words
        assert await engine.chat_models(refresh=True)
        wanted = next(model.id for model in await engine.models() if model.state == "available")
        with pytest.raises(MagrayError, match="offline"):
            await engine.download_model(wanted)
        # What knows nothing of the switch is held by the socket itself.
        with pytest.raises(OSError, match="Offline is switched on"):
            socket.create_connection((FAR, 80), timeout=1)
        with pytest.raises(OSError, match="Offline is switched on"):
            socket.getaddrinfo("vendor.invalid", 80)
        assert reached == []
        # A server on this computer answers all the same, and the switch holds at once either way.
        await engine.change_option("llm.compatible.base_url", vendors.v1)
        events = [event async for event in registry.answering(model="compatible/any").stream(HELLO)]
        assert isinstance(events[-1], StreamEnd)
        await engine.change_option("offline", False)
        assert socket.getaddrinfo(FAR, 80)
        await engine.change_option("offline", True)
        with pytest.raises(OSError, match="Offline is switched on"):
            socket.getaddrinfo(FAR, 80)
    assert socket.getaddrinfo(FAR, 80)


@pytest.mark.network
async def test_switching_on_closes_what_was_open(
    data_dir: Path, vendors: Vendors, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A vendor behind a proxy on this computer is beyond it all the same."""
    monkeypatch.setenv("OPENAI_BASE_URL", f"http://{FAR}/v1")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-a")
    settings = Settings(data_dir=data_dir, llm={"model": "openai/gpt-5.5", "retries": 0, "proxy": vendors.address})
    async with Engine.open(settings) as engine:
        registry = engine._parts.llm
        with pytest.raises(MagrayError):  # the loopback's server is no proxy; what matters is that it was asked
            _ = [event async for event in registry.answering().stream(HELLO)]
        assert vendors.asked[-1].path == f"http://{FAR}/v1/responses"
        asked = len(vendors.asked)
        await engine.change_option("offline", True)
        with pytest.raises(OfflineError):
            _ = [event async for event in registry.answering().stream(HELLO)]
        assert len(vendors.asked) == asked
