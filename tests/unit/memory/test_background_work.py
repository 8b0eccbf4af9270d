"""Work that was there before the scheduler, as it is shown there: the change of an embedder, the indexes."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from engine import BackgroundStatus, Engine, Settings
from engine.background_values import Load
from engine.memory import reembedding
from engine.memory.resources import Resources
from tests.helpers.two_models import models, prepare


@pytest.fixture
async def two_models(data_dir: Path, tmp_path: Path) -> Path:
    """A data folder with two embedders, and memories of the first."""
    return await prepare(data_dir, tmp_path)


async def work(engine: Engine, name: str) -> BackgroundStatus | None:
    return next((one for one in await engine.background() if one.name == name), None)


async def until_state(engine: Engine, name: str, state: str) -> BackgroundStatus:
    for _ in range(3000):
        found = await work(engine, name)
        if found is not None and found.state == state:
            return found
        await asyncio.sleep(0.01)
    raise AssertionError(f"{name} never was {state}")


async def test_a_change_of_the_embedder_waits_for_a_calmer_computer(
    two_models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = Load(level="strained", reason="The battery is low.")
    monkeypatch.setattr(Resources, "load", lambda self: load)
    monkeypatch.setattr(reembedding, "_HELD_SECONDS", 0.01)
    async with Engine.open(Settings(data_dir=two_models, embedding={"model": "second"})) as engine:
        waiting = await until_state(engine, "reembedding", "waiting")
        assert waiting.words == "The battery is low."
        await engine.pause_background("reembedding")
        assert (await until_state(engine, "reembedding", "paused")).paused
        await engine.resume_background("reembedding")
        await until_state(engine, "reembedding", "waiting")
        load = Load()
        engine._parts.scheduler.look()
        await engine._parts.reembedding.wait()
        assert models(two_models) == {"second": 150}
        assert await work(engine, "reembedding") is None  # nothing is left to do


async def test_going_back_does_not_wait_for_a_calmer_computer(
    two_models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Resources, "load", lambda self: Load(level="strained", reason="The battery is low."))
    async with Engine.open(Settings(data_dir=two_models, embedding={"model": "second"})) as engine:
        await until_state(engine, "reembedding", "waiting")
        await engine.cancel_reembedding()
        assert await engine.reembedding() is None
    assert models(two_models) == {"first": 150}


async def test_the_indexes_are_listed_and_cannot_be_paused(engine: Engine) -> None:
    await engine.remember("one text")
    await asyncio.to_thread(engine._parts.indexes.settle)
    found = await until_state(engine, "indexes", "resting")
    assert (found.can_pause, found.can_run, found.priority) == (False, False, "high")
    await engine.pause_background()  # all that can be
    assert not (await until_state(engine, "indexes", "resting")).paused
    vectors = await work(engine, "vectors")
    assert vectors is not None
    assert vectors.paused


async def test_unused_models_are_let_go_of_by_a_job(engine: Engine) -> None:
    await engine.recall("something to load the model")
    done = await engine.run_background("idle_models")
    assert (done.failed, done.result) == (False, "")
