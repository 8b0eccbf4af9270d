"""What the engine tells about devices, and trying again."""

from __future__ import annotations

import asyncio

import pytest

from engine import Engine, Settings, to_json
from engine.errors import EngineClosedError, SettingsError
from engine.events import Event, StatusChanged


async def test_what_computes_is_told(engine: Engine) -> None:
    await engine.remember("The key is with Ann.")
    status = await engine.devices()
    assert status.wanted == "auto"
    assert [provider.name for provider in status.providers] == ["CUDA", "TensorRT", "DirectML", "CoreML", "CPU"]
    (model,) = status.models
    assert model.model.startswith("all-minilm-l6-v2@")
    (cpu,) = (one for one in status.devices if one.device == "cpu")
    assert cpu.figures.calls > 0
    assert cpu.breaker == "closed"
    assert to_json(status)["providers"][-1]["name"] == "CPU"


async def test_trying_again_keeps_everything_working(engine: Engine) -> None:
    await engine.remember("The key is with Ann.")
    status = await asyncio.wait_for(engine.retry_device(), 120)
    assert status.models
    assert (await engine.recall("Who has the key?"))[0].memory.text == "The key is with Ann."


async def test_a_forced_device_that_is_not_there_is_a_degraded_embedder_with_a_mend(settings: Settings) -> None:
    runtime = settings.runtime.model_copy(update={"device": "directml:7"})
    async with Engine.open(settings.model_copy(update={"runtime": runtime})) as engine:
        await engine.remember("The key is with Ann.")
        status = await engine.status()
        (embedder,) = (one for one in status.components if one.name == "embedder")
        assert embedder.state == "degraded"
        assert embedder.summary.startswith("Runs on CPU. DirectML (card 7) is not used: ")
        assert embedder.mend
        assert embedder.figures["provider"] == "CPUExecutionProvider"
        assert (await engine.devices()).mend == embedder.mend


async def test_a_change_of_device_is_an_event(engine: Engine) -> None:
    heard: list[Event] = []
    engine.events.subscribe(heard.append)
    engine._parts.devices._moved()
    await asyncio.sleep(0.01)
    assert StatusChanged(component="embedder") in heard


async def test_closed_means_closed(settings: Settings) -> None:
    engine = await Engine.open(settings)
    await engine.close()
    with pytest.raises(EngineClosedError):
        await engine.devices()
    with pytest.raises(EngineClosedError):
        await engine.retry_device()


def test_the_option_names_devices_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAGRAY_RUNTIME__DEVICE", "gpu")
    with pytest.raises(SettingsError, match=r"runtime\.device = 'gpu' \(from MAGRAY_RUNTIME__DEVICE\)"):
        Settings()
