"""A reranker in a running engine."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from engine import ComponentStatus, Engine, Settings
from tests.helpers import families
from tests.helpers.families import BERT, QWEN, Weights

NOTES = ("word1 word2 word3", "word1 word2 word9 word10", "word1 word2 word4 word11", "word1 word2 word5 word6")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A cross-encoder as someone may bring it on a stick."""
    home = tmp_path / "judge"
    home.mkdir()
    graph = families.cross_encoder(Weights.random(len(BERT.vocabulary), seed=11), types=True)
    (home / "model.onnx").write_bytes(graph)
    (home / "tokenizer.json").write_text(BERT.file(), encoding="utf-8")
    (home / "config.json").write_text(json.dumps({"model_type": "bert", "max_position_embeddings": 64}))
    return home


async def reranker_of(engine: Engine) -> ComponentStatus | None:
    """Its status once it has been loaded."""
    async with asyncio.timeout(30):
        while True:
            components = (await engine.status()).components
            found = next((one for one in components if one.name == "reranker"), None)
            if found is None or found.state != "ok" or "trial_ms" in found.figures:
                return found
            await asyncio.sleep(0.02)


async def test_without_one_there_is_nothing_to_tell(settings: Settings) -> None:
    async with Engine.open(settings) as engine:
        await engine.remember("word1 word2")
        assert await reranker_of(engine) is None
        assert "rerank" not in (await engine.recall("word1"))[0].scores


async def test_an_installed_one_orders_close_hits(data_dir: Path, folder: Path) -> None:
    async with Engine.open(Settings(data_dir=data_dir)) as engine:
        await engine.import_model(folder)
    wanted = {"mode": "on", "budget_ms": 60_000}
    async with Engine.open(Settings(data_dir=data_dir, reranking=wanted)) as engine:
        status = await reranker_of(engine)
        assert status is not None
        assert status.state == "ok"
        assert status.figures["model"] == "judge"
        for note in NOTES:
            await engine.remember(note, layer="assets")
        hits = await engine.recall("word1 word2", explain=True)
        read = [hit for hit in hits if "rerank" in hit.scores]
        assert len(read) >= 2
        judged = [hit.scores["rerank"] for hit in read]
        assert judged == sorted(judged, reverse=True)
        assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
        assert "rerank " in read[0].reason
        assert not any("did not order" in hit.reason for hit in hits)


async def test_a_brought_language_model_orders_by_yes_and_no(data_dir: Path, tmp_path: Path) -> None:
    home = tmp_path / "qwen3-reranker"
    home.mkdir()
    weights = Weights.random(len(QWEN.vocabulary), seed=5, most=512)
    (home / "model.onnx").write_bytes(families.decoder(weights, cache=True, positions=True, logits=True))
    (home / "tokenizer.json").write_text(QWEN.file(), encoding="utf-8")
    async with Engine.open(Settings(data_dir=data_dir)) as engine:
        assert (await engine.import_model(home)).task == "rerank"
    async with Engine.open(Settings(data_dir=data_dir, reranking={"mode": "on", "budget_ms": 60_000})) as engine:
        status = await reranker_of(engine)
        assert status is not None
        assert status.figures["model"] == "qwen3-reranker"
        for note in NOTES:
            await engine.remember(note, layer="assets")
        judged = [hit.scores["rerank"] for hit in await engine.recall("word1 word2") if "rerank" in hit.scores]
        assert len(judged) >= 2
        assert judged == sorted(judged, reverse=True)


async def test_when_the_time_runs_out_each_hit_says_so(data_dir: Path, folder: Path) -> None:
    async with Engine.open(Settings(data_dir=data_dir, reranking={"mode": "off"})) as engine:
        await engine.import_model(folder)
        for note in NOTES:
            await engine.remember(note, layer="assets")
        before = [hit.memory.text for hit in await engine.recall("word1 word2")]
    wanted = {"mode": "on", "budget_ms": 10, "passages": 200}
    async with Engine.open(Settings(data_dir=data_dir, reranking=wanted)) as engine:
        assert (await reranker_of(engine)) is not None
        engine._parts.in_use.reranker._seconds_per_token = 1.0  # type: ignore[union-attr] # as on a machine that is far too slow
        hits = await engine.recall("word1 word2")
        assert [hit.memory.text for hit in hits] == before
        assert all(hit.reason.endswith("The reranker did not order the hits: its time ran out.") for hit in hits)
        assert not any("rerank" in hit.scores for hit in hits)


@pytest.mark.expected_logs("no reranker is used")
async def test_one_that_cannot_be_had_is_named_and_recall_goes_on(data_dir: Path) -> None:
    async with Engine.open(Settings(data_dir=data_dir, reranking={"model": "bge-reranker-v2-m3"})) as engine:
        await engine.remember("word1 word2")
        assert len(await engine.recall("word1")) == 1
        status = await reranker_of(engine)
        assert status is not None
        assert status.state == "degraded"
        assert "bge-reranker-v2-m3 is not installed" in status.summary
