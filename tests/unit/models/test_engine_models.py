"""Models through the engine's own interface."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import Engine, EngineClosedError, ModelError, ModelsChanged, ModelStatus, Settings, to_json
from tests.helpers import tiny_onnx
from tests.helpers.tiny_onnx import write_model


async def test_models_are_looked_after_while_the_engine_runs(settings: Settings, tmp_path: Path) -> None:
    folder = write_model(tmp_path / "mine", tiny_onnx.model(width=6))
    async with Engine.open(settings) as engine:
        heard: list[object] = []
        engine.events.subscribe(heard.append)
        rows = await engine.models()
        assert [row.id for row in rows if row.in_use] == ["all-minilm-l6-v2"]
        assert (await engine.inspect_model(folder)).dimensions == 6
        status = await engine.import_model(folder)
        assert isinstance(status, ModelStatus)
        assert to_json(status)["id"] == "mine"
        assert ModelsChanged(id="mine") in heard
        assert (await engine.verify_model("mine")).verified
        assert (await engine.verify_model("all-minilm-l6-v2")).state == "bundled"
        assert await engine.remove_model("mine") > 0
        assert not await engine.cancel_model_download("bge-m3")
        with pytest.raises(ModelError, match=r"came with Magray"):
            await engine.remove_model("all-minilm-l6-v2")
        with pytest.raises(ModelError, match=r"no model named bge-m9"):
            await engine.download_model("bge-m9")
    with pytest.raises(EngineClosedError):
        await engine.models()


async def test_an_own_embedder_is_used_after_a_start(data_dir: Path, tmp_path: Path) -> None:
    async with Engine.open(Settings(data_dir=data_dir)) as engine:
        await engine.import_model(write_model(tmp_path / "mine", tiny_onnx.model(width=8)))
    async with Engine.open(Settings(data_dir=data_dir, embedding={"model": "mine"})) as engine:
        await engine.remember("word3 word4 word5")
        assert (await engine.recall("word3"))[0].memory.text == "word3 word4 word5"
        with pytest.raises(ModelError, match=r"mine is in use"):
            await engine.remove_model("mine")


async def test_a_reranker_is_no_embedder(data_dir: Path, tmp_path: Path) -> None:
    async with Engine.open(Settings(data_dir=data_dir)) as engine:
        await engine.import_model(
            write_model(tmp_path / "ranker", tiny_onnx.model(output="logits", pooled=True, width=1))
        )
    with pytest.raises(ModelError, match=r"ranker is a reranker, not an embedder"):
        await Engine.open(Settings(data_dir=data_dir, embedding={"model": "ranker"}))
