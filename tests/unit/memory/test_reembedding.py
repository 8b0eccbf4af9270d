"""A change of the embedder: nothing is compared across models, nothing is lost, everything comes back."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest

from engine import ComponentStatus, Engine, MemoriesChanged, Notice, Settings
from tests.helpers.two_models import TEXTS, is_right, models, prepare, tables


@pytest.fixture
async def two_models(data_dir: Path, tmp_path: Path) -> Path:
    """A data folder with an encoder, `first`, and a decoder, `second`, and memories of the encoder."""
    return await prepare(data_dir, tmp_path)


def settings(data_dir: Path, model: str) -> Settings:
    return Settings(data_dir=data_dir, embedding={"model": model})


async def component(engine: Engine) -> ComponentStatus | None:
    return next((one for one in (await engine.status()).components if one.name == "reembedding"), None)


def forget(data_dir: Path, model: str) -> None:
    """Take a model away behind everybody's back."""
    shutil.rmtree(data_dir / "models" / model)


async def test_the_old_model_is_used_until_the_new_vectors_are_there_and_then_at_once(two_models: Path) -> None:
    async with Engine.open(settings(two_models, "second")) as engine:
        heard: list[object] = []
        engine.events.subscribe(heard.append)
        (hit,) = await engine.recall(TEXTS[149], limit=1)
        assert hit.scores["dense"] > 0.99  # still by the model that made its vector
        await engine.remember("word3 word4 afterwards", layer="assets")
        await engine._parts.reembedding.wait()
        assert models(two_models) == {"second": 151}
        assert any("second, which is used from now on" in one.text for one in heard if isinstance(one, Notice))
        await is_right(engine, 151, TEXTS[149], "word3 word4 afterwards")
        assert await engine.reembedding() is None
    async with Engine.open(settings(two_models, "second")) as engine:
        await engine._parts.reembedding.wait()
        await is_right(engine, 151, TEXTS[149], "word3 word4 afterwards")


async def test_a_start_with_the_old_name_goes_back(two_models: Path) -> None:
    async with Engine.open(settings(two_models, "second")) as engine:
        await engine.pause_reembedding()
    async with Engine.open(settings(two_models, "first")) as engine:
        await engine._parts.reembedding.wait()
        assert models(two_models) == {"first": 150}
        await is_right(engine, 150, TEXTS[7])
    assert tables(two_models) == {"vector"}


async def test_gathering_goes_on_where_a_stop_left_it(two_models: Path) -> None:
    async with Engine.open(settings(two_models, "second")) as engine:
        await engine.pause_reembedding()
        status = await engine.reembedding()
        assert status is not None
        assert status.paused
        assert status.can_cancel
        assert (status.from_model, status.to_model) == ("first", "second")
        told = await component(engine)
        assert told is not None
        assert "it is paused" in told.summary
    async with Engine.open(settings(two_models, "second")) as engine:
        await asyncio.sleep(0.3)
        status = await engine.reembedding()
        assert status is not None
        assert status.paused  # as the owner left it
        assert models(two_models) == {"first": 150}
        await engine.resume_reembedding()
        await engine._parts.reembedding.wait()
        await is_right(engine, 150, TEXTS[7])
        assert models(two_models) == {"second": 150}


async def test_without_the_old_model_all_is_found_by_words_and_then_by_meaning(two_models: Path) -> None:
    forget(two_models, "first")
    async with Engine.open(settings(two_models, "second")) as engine:
        heard: list[object] = []
        engine.events.subscribe(heard.append)
        await engine.pause_reembedding()
        (last,) = await engine.recall("number149", limit=1)
        assert last.memory.text == TEXTS[149]
        assert "dense" not in last.scores  # its vector is the other model's
        await engine.resume_reembedding()
        await engine._parts.reembedding.wait()
        assert models(two_models) == {"second": 150}
        assert MemoriesChanged(changed=150) in heard
        (hit,) = await engine.recall(TEXTS[149], limit=1)
        assert hit.memory.text == TEXTS[149]
        assert hit.scores["dense"] == pytest.approx(1, abs=1e-3)
        assert await component(engine) is None
        assert (await engine.verify()).problems == ()


@pytest.mark.parametrize("old_is_there", [True, False])
async def test_what_is_remembered_or_erased_meanwhile_is_right(two_models: Path, old_is_there: bool) -> None:
    if not old_is_there:
        forget(two_models, "first")
    async with Engine.open(settings(two_models, "second")) as engine:
        gone = await engine.memories(limit=20)
        new = await engine.remember("word3 word4 brandnew", layer="assets")
        await engine.delete_memories([memory.id for memory in gone[:10]])
        await engine.delete_memories([memory.id for memory in gone[10:]], erase=True)
        await engine._parts.reembedding.wait()
    async with Engine.open(settings(two_models, "second")) as engine:
        await engine._parts.reembedding.wait()
        await engine.undelete_memories([memory.id for memory in gone[:10]])
        assert models(two_models) == {"second": 141}
        (hit,) = await engine.recall("brandnew", limit=1)
        assert hit.memory.id == new.id
        (back,) = await engine.recall(gone[0].text, limit=1)
        assert back.memory.id == gone[0].id
        assert back.scores["dense"] == pytest.approx(1, abs=1e-3)
        assert (await engine.verify()).problems == ()


@pytest.mark.expected_logs("the re-embedding stopped", "could not be loaded", "was not embedded")
async def test_a_new_model_that_fails_leaves_everything_as_it_was(two_models: Path) -> None:
    (file,) = (two_models / "models" / "second").glob("*/model.onnx")
    file.write_bytes(bytes(file.stat().st_size))  # same size: only loading it tells
    async with Engine.open(settings(two_models, "second")) as engine:
        await engine._parts.reembedding.wait()
        status = await component(engine)
        assert status is not None
        assert status.state == "degraded"
        assert "then it stopped" in status.summary
        (hit,) = await engine.recall(TEXTS[149], limit=1)
        assert hit.scores["dense"] > 0.99
    assert models(two_models) == {"first": 150}


async def test_what_is_edited_meanwhile_gets_the_vector_of_its_new_text(two_models: Path) -> None:
    """Texts that were gathered, or were being embedded, before they changed; and earlier versions, for days past."""
    async with Engine.open(settings(two_models, "second")) as engine:
        chosen = (await engine.memories(limit=30))[::6]
        for number, memory in enumerate(chosen):
            await engine.edit_memory(memory.id, text=f"word{number} changed{number} meanwhile")
        await engine.undo_action((await engine.actions(1))[0].id)
        await engine._parts.reembedding.wait()
        assert models(two_models) == {"second": 150 + len(chosen)}
        for number, memory in enumerate(chosen[:-1]):
            (hit,) = await engine.recall(f"word{number} changed{number} meanwhile", limit=1)
            assert hit.memory.id == memory.id
            assert hit.scores["dense"] == pytest.approx(1, abs=1e-3)
            (before,) = await engine.recall(memory.text, limit=1, as_of=memory.created_at)
            assert (before.memory.text, before.memory.version_of) == (memory.text, memory.id)
            assert before.scores["dense"] == pytest.approx(1, abs=1e-3)
        (hit,) = await engine.recall(chosen[-1].text, limit=1)
        assert (hit.memory.id, hit.memory.text) == (chosen[-1].id, chosen[-1].text)
        assert hit.scores["dense"] == pytest.approx(1, abs=1e-3)
        assert (await engine.verify()).problems == ()
