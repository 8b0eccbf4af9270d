"""A change of the embedder: nothing is compared across models, nothing is lost, everything comes back."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from pathlib import Path

import pytest

from engine import Engine, MemoriesChanged, Notice, Settings
from tests.helpers import families
from tests.helpers.families import BERT, QWEN, Weights, Words

TEXTS = [f"word{n % 24} word{n * 5 % 24} word{n * 11 % 24} number{n}" for n in range(150)]


def bring(folder: Path, graph: bytes, words: Words, **config: object) -> Path:
    folder.mkdir()
    (folder / "model.onnx").write_bytes(graph)
    (folder / "tokenizer.json").write_text(words.file(), encoding="utf-8")
    (folder / "config.json").write_text(json.dumps({"max_position_embeddings": 64, **config}))
    return folder


@pytest.fixture
async def two_models(data_dir: Path, tmp_path: Path) -> Path:
    """A data folder with an encoder, `first`, and a decoder, `second`, and memories of the encoder."""
    encoder = families.encoder(Weights.random(len(BERT.vocabulary), seed=1), types=True)
    decoder = families.decoder(Weights.random(len(QWEN.vocabulary), seed=2), cache=True, positions=True)
    async with Engine.open(Settings(data_dir=data_dir)) as engine:
        await engine.import_model(bring(tmp_path / "first", encoder, BERT))
        await engine.import_model(bring(tmp_path / "second", decoder, QWEN, model_type="qwen3"))
    async with Engine.open(settings(data_dir, "first")) as engine:
        for start in range(0, len(TEXTS), 50):
            for text in TEXTS[start : start + 50]:
                await engine.remember(text, layer="assets")
    return data_dir


def settings(data_dir: Path, model: str) -> Settings:
    return Settings(data_dir=data_dir, embedding={"model": model})


def models(data_dir: Path) -> Counter[str]:
    connection = sqlite3.connect(data_dir / "magray.db")
    try:
        rows = connection.execute("SELECT model FROM vector").fetchall()
    finally:
        connection.close()
    return Counter(model.partition("@")[0] for (model,) in rows)


async def test_after_a_change_everything_is_found_by_words_and_then_by_meaning(two_models: Path) -> None:
    assert models(two_models) == {"first": 150}
    async with Engine.open(settings(two_models, "second")) as engine:
        heard: list[object] = []
        engine.events.subscribe(heard.append)
        await engine.pause_reembedding()
        (last,) = await engine.recall("number149", limit=1)
        assert last.memory.text == TEXTS[149]
        assert "dense" not in last.scores  # its vector is the other model's
        status = next(one for one in (await engine.status()).components if one.name == "reembedding")
        assert "it is paused" in status.summary
        assert int(status.figures["done"]) < 150

        await engine.resume_reembedding()
        await engine._reembedding.wait()
        assert models(two_models) == {"second": 150}
        assert MemoriesChanged(changed=150) in heard
        assert Notice(level="info", text="All memories are embedded by the new model.") in heard
        (hit,) = await engine.recall(TEXTS[149], limit=1)
        assert hit.memory.text == TEXTS[149]
        assert hit.scores["dense"] == pytest.approx(1, abs=1e-3)
        assert not any(one.name == "reembedding" for one in (await engine.status()).components)
        report = await engine.verify()
        assert report.problems == ()
        assert report.indexed["assets"] == 150


async def test_it_goes_on_where_a_stop_left_it_and_back_again(two_models: Path) -> None:
    async with Engine.open(settings(two_models, "second")) as engine:
        await engine.pause_reembedding()
    left = models(two_models)
    assert left["first"] > 0
    async with Engine.open(settings(two_models, "second")) as engine:
        await engine._reembedding.wait()
        assert models(two_models) == {"second": 150}
    async with Engine.open(settings(two_models, "first")) as engine:
        await engine._reembedding.wait()
        assert models(two_models) == {"first": 150}
        (hit,) = await engine.recall(TEXTS[7], limit=1)
        assert hit.memory.text == TEXTS[7]
        assert hit.scores["dense"] == pytest.approx(1, abs=1e-3)
        assert (await engine.verify()).problems == ()


async def test_what_is_remembered_or_erased_meanwhile_is_right(two_models: Path) -> None:
    async with Engine.open(settings(two_models, "second")) as engine:
        gone = await engine.memories(limit=20)
        new = await engine.remember("word3 word4 brandnew", layer="assets")
        await engine.delete_memories([memory.id for memory in gone[:10]])
        await engine.delete_memories([memory.id for memory in gone[10:]], erase=True)
        await engine._reembedding.wait()
        await engine.undelete_memories([memory.id for memory in gone[:10]])
        assert models(two_models) == {"second": 141}
        (hit,) = await engine.recall("brandnew", limit=1)
        assert hit.memory.id == new.id
        (back,) = await engine.recall(gone[0].text, limit=1)
        assert back.memory.id == gone[0].id
        assert back.scores["dense"] == pytest.approx(1, abs=1e-3)
        assert (await engine.verify()).problems == ()


@pytest.mark.expected_logs("the re-embedding stopped", "could not be loaded", "was not embedded")
async def test_a_model_that_fails_leaves_the_words(two_models: Path, tmp_path: Path) -> None:
    async with Engine.open(settings(two_models, "second")) as engine:
        await engine.pause_reembedding()
    (file,) = (two_models / "models" / "second").glob("*/model.onnx")
    content = bytearray(file.read_bytes())
    content[:] = bytes(len(content))  # same size: only loading it tells
    file.write_bytes(content)
    async with Engine.open(settings(two_models, "second")) as engine:
        await engine._reembedding.wait()
        status = next(one for one in (await engine.status()).components if one.name == "reembedding")
        assert status.state == "degraded"
        assert "then it stopped" in status.summary
        assert (await engine.recall("number149", limit=1))[0].memory.text == TEXTS[149]
