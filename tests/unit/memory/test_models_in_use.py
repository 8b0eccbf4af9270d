"""Changing embedder and reranker in a running engine: at once for everybody, and never half."""

from __future__ import annotations

import asyncio
import json
import threading
from pathlib import Path
from typing import Any

import pytest

from engine import Engine, MemoriesChanged, ModelError, ReembeddingChanged, Settings, SettingsError
from engine.config_file import read_config
from engine.embedding.cache import content_hash
from tests.helpers import families
from tests.helpers.families import BERT, Weights
from tests.helpers.two_models import TEXTS, bring, encoder, is_right, models, prepare, tables


@pytest.fixture
async def two_models(data_dir: Path, tmp_path: Path) -> Path:
    return await prepare(data_dir, tmp_path)


def named(data_dir: Path) -> Any:
    """The embedder that the next start takes."""
    return read_config(Settings(data_dir=data_dir).paths.config_file)["embedding"]["model"]


async def through(engine: Engine) -> None:
    async with asyncio.timeout(60):
        await engine._parts.reembedding.wait()


class Slow:
    """Holds an embedder's batches until it is told to go on."""

    def __init__(self, embedder: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        self.begun, self.go = threading.Event(), threading.Event()
        compute = embedder.embed_passages

        def slow(texts: list[str]) -> Any:
            self.begun.set()
            assert self.go.wait(30)
            return compute(texts)

        monkeypatch.setattr(embedder, "embed_passages", slow)


async def test_the_embedder_changes_under_running_recalls_and_remembers(two_models: Path) -> None:
    async with Engine.open(Settings(data_dir=two_models)) as engine:
        heard: list[object] = []
        engine.events.subscribe(heard.append)
        seen: set[str] = set()
        over = asyncio.Event()

        async def recall(offset: int) -> int:
            rounds = 0
            while not over.is_set() or rounds < 3:
                text = TEXTS[(offset + rounds * 7) % 150]
                (hit,) = await engine.recall(text, limit=1)
                assert hit.memory.text == text
                assert hit.scores["dense"] == pytest.approx(1, abs=1e-3)  # query and memory are of one model
                seen.add(engine._parts.embedder.ident)
                rounds += 1
            return rounds

        async def remember(name: str) -> list[str]:
            texts: list[str] = []
            while not over.is_set() or len(texts) < 3:
                texts.append(f"{name}{len(texts)} word{len(texts) % 24} word{len(texts) * 7 % 24}")
                await engine.remember(texts[-1], layer="assets")
                await asyncio.sleep(0.005)
            return texts

        recalls = [asyncio.ensure_future(recall(offset)) for offset in (0, 50)]
        remembers = [asyncio.ensure_future(remember(name)) for name in ("sooner", "later")]
        await asyncio.sleep(0.2)
        status = await engine.use_model("second")
        assert status is not None
        assert (status.from_model, status.to_model) == ("first", "second")
        assert (await engine.models())[-1].in_use
        await through(engine)
        over.set()
        await asyncio.gather(*recalls)
        new = [text for texts in await asyncio.gather(*remembers) for text in texts]
        assert seen == {"first", "second"}
        assert await engine.reembedding() is None
        assert engine.settings.embedding.model == "second"
        assert named(two_models) == "second"
        assert models(two_models) == {"second": 150 + len(new)}
        await is_right(engine, 150 + len(new), TEXTS[3], *new[-3:], new[0])
        told = [one.status for one in heard if isinstance(one, ReembeddingChanged)]
        assert told[-1] is None
        assert told[0] is not None
        assert any(isinstance(one, MemoriesChanged) and one.changed >= 150 for one in heard)
    assert tables(two_models) == {"vector"}
    async with Engine.open(Settings(data_dir=two_models)) as engine:
        assert await engine.reembedding() is None
        await is_right(engine, 150 + len(new), TEXTS[3], new[0])


async def test_what_the_old_model_embedded_before_the_change_is_not_written_after_it(
    two_models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Engine.open(Settings(data_dir=two_models)) as engine:
        old = engine._parts.embedder.current
        held = Slow(old, monkeypatch)
        # On a thread of its own: the pool for inference has one, and the re-embedding needs it.
        memory = engine._parts.memory
        run = engine._parts.executors.run

        async def aside(name: Any, function: Any, *args: Any, **kwargs: Any) -> Any:
            if function == memory._vectors:
                return await asyncio.to_thread(function, *args)
            return await run(name, function, *args, **kwargs)

        monkeypatch.setattr(memory._executors, "run", aside)
        remembering = asyncio.ensure_future(engine.remember("word1 word2 between", layer="assets"))
        await asyncio.to_thread(held.begun.wait, 30)
        await engine.use_model("second")
        await through(engine)
        assert engine._parts.embedder.ident == "second"
        assert not remembering.done()
        held.go.set()
        await remembering
        assert models(two_models) == {"second": 151}
        await is_right(engine, 151, "word1 word2 between")
        with pytest.raises(Exception, match="closed"):  # nobody holds the old one any more
            old._inner.embed_passages(["word1"])


async def test_a_question_is_answered_by_one_model_throughout(
    two_models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Engine.open(Settings(data_dir=two_models)) as engine:
        old = engine._parts.embedder.current
        asked: list[str] = []
        query = old.embed_query

        def noted(text: str) -> Any:
            asked.append(text)
            return query(text)

        with engine._parts.embedder.hold() as current:
            await engine.use_model("second")
            await through(engine)
            monkeypatch.setattr(old, "embed_query", noted)
            assert current is old
            similar = current.embed_passages(["word5 word6"]) @ current.embed_query("word5 word6")
            assert similar == pytest.approx(1, abs=1e-3)
        assert asked == ["word5 word6"]


async def test_documents_are_read_in_while_the_embedder_changes(two_models: Path, tmp_path: Path) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    for number in range(12):
        text = "\n\n".join(f"word{number} word{part} word{number * part % 24} document{number}" for part in range(20))
        (folder / f"{number}.txt").write_text(text)
    async with Engine.open(Settings(data_dir=two_models)) as engine:
        reading = asyncio.ensure_future(engine.ingest([folder]))
        await asyncio.sleep(0.3)
        await engine.use_model("second")
        report = await reading
        await through(engine)
        assert [one.reason for one in report.files] == [None] * 12
        count = sum((await engine.status()).memories.values())
        assert count > 150
        assert models(two_models) == {"second": count}
        assert (await engine.verify()).problems == ()


async def test_what_is_erased_leaves_the_next_models_cache_too(two_models: Path) -> None:
    async with Engine.open(Settings(data_dir=two_models)) as engine:
        await engine.use_model("second")
        following = engine._parts.reembedding.following
        if following is not None:  # else it was through already, and the one in use is asked
            await engine.pause_reembedding()
        second = following or engine._parts.embedder.current
        gone = (await engine.memories(limit=200))[-1]
        second.embed_passages([gone.text])
        key = content_hash(gone.text)
        assert second._cache.get([key])
        await engine.delete_memories([gone.id], erase=True)
        assert not second._cache.get([key])
        await engine.resume_reembedding()
        await through(engine)
        assert models(two_models) == {"second": 149}
        assert not second._cache.get([key])


async def test_going_back_loses_nothing_and_leaves_nothing(two_models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with Engine.open(Settings(data_dir=two_models)) as engine:
        await engine.use_model("second")
        await engine.pause_reembedding()
        status = await engine.reembedding()
        assert status is not None
        assert status.paused
        assert status.seconds_left is None
        await engine.remember("word1 word2 meanwhile", layer="assets")
        assert named(two_models) == "second"
        assert await engine.cancel_reembedding()
        assert await engine.reembedding() is None
        assert named(two_models) == "first"
        assert engine.settings.embedding.model == "first"
        await through(engine)
        assert models(two_models) == {"first": 151}
        assert tables(two_models) == {"vector"}
        await is_right(engine, 151, TEXTS[9], "word1 word2 meanwhile")
        assert not await engine.cancel_reembedding()
        await engine.use_model("second")  # and again, to the end this time
        await through(engine)
        assert models(two_models) == {"second": 151}


async def test_naming_the_one_in_use_goes_back_too_and_a_third_takes_over(two_models: Path, tmp_path: Path) -> None:
    async with Engine.open(Settings(data_dir=two_models)) as engine:
        await engine.import_model(encoder(tmp_path / "third", seed=7))
        await engine.use_model("second")
        await engine.pause_reembedding()
        assert await engine.use_model("first") is None
        assert named(two_models) == "first"
        await engine.use_model("second")
        await engine.pause_reembedding()
        status = await engine.use_model("third")
        assert status is not None
        assert status.to_model == "third"
        assert not status.paused  # the pause was the other one's
        await through(engine)
        assert models(two_models) == {"third": 150}
        await is_right(engine, 150, TEXTS[40])
    assert tables(two_models) == {"vector"}


async def test_models_on_either_side_of_a_change_cannot_be_removed(two_models: Path) -> None:
    async with Engine.open(Settings(data_dir=two_models)) as engine:
        await engine.use_model("second")
        await engine.pause_reembedding()
        for name in ("first", "second"):
            with pytest.raises(ModelError, match="is in use"):
                await engine.remove_model(name)
        await engine.resume_reembedding()
        await through(engine)
        assert await engine.remove_model("first") > 0


async def test_a_model_that_cannot_be_used_changes_nothing(two_models: Path) -> None:
    (file,) = (two_models / "models" / "second").glob("*/model.onnx")
    file.write_bytes(bytes(file.stat().st_size))
    async with Engine.open(Settings(data_dir=two_models)) as engine:
        for name in ("second", "bge-m3", "nonsense"):
            with pytest.raises(ModelError):
                await engine.use_model(name)
        assert named(two_models) == "first"
        assert await engine.reembedding() is None
        await is_right(engine, 150, TEXTS[0])


async def test_a_stronger_layer_is_not_fought(two_models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAGRAY_EMBEDDING__MODEL", "first")
    async with Engine.open(Settings(data_dir=two_models)) as engine:
        with pytest.raises(SettingsError, match="MAGRAY_EMBEDDING__MODEL in the environment says first"):
            await engine.use_model("second")
        assert named(two_models) == "first"
        assert await engine.reembedding() is None


async def test_without_memories_the_embedder_changes_at_once(data_dir: Path, tmp_path: Path) -> None:
    async with Engine.open(Settings(data_dir=data_dir)) as engine:
        await engine.import_model(encoder(tmp_path / "first"))
        await engine.use_model("first")
        await through(engine)
        assert engine._parts.embedder.ident == "first"
        await engine.remember("word1 word2 word3", layer="assets")
        await is_right(engine, 1, "word1 word2 word3")


async def test_an_option_that_was_changed_is_followed(two_models: Path) -> None:
    async with Engine.open(Settings(data_dir=two_models)) as engine:
        wanted = engine.settings.embedding.model_copy(update={"model": "second"})
        await engine._parts.in_use.follow(engine.settings.model_copy(update={"embedding": wanted}))
        await through(engine)
        assert models(two_models) == {"second": 150}


async def test_other_options_that_changed_meanwhile_stay_changed(data_dir: Path, tmp_path: Path) -> None:
    async with Engine.open(Settings(data_dir=data_dir)) as engine:
        await engine.import_model(encoder(tmp_path / "first"))
        await engine.change_option("offline", True)
        await engine.use_model("first")
        await through(engine)
        assert engine.settings.offline
        assert engine._parts.models.settings.offline
        with pytest.raises(ModelError, match="stay offline"):
            await engine.download_model("bge-m3")


async def test_a_reranker_is_chosen_and_turned_off_and_on_while_running(data_dir: Path, tmp_path: Path) -> None:
    graph = families.cross_encoder(Weights.random(len(BERT.vocabulary), seed=11), types=True)
    stick = bring(tmp_path / "judge", graph, BERT, model_type="bert")
    async with Engine.open(Settings(data_dir=data_dir, reranking={"mode": "off", "budget_ms": 60_000})) as engine:
        await engine.import_model(stick)
        for note in ("word1 word2 word3", "word1 word2 word9 word10", "word1 word2 word4 word11"):
            await engine.remember(note, layer="assets")

        async def judged(wanted: bool) -> None:
            async with asyncio.timeout(30):
                found = not wanted
                while found is not wanted:
                    found = any("rerank" in hit.scores for hit in await engine.recall("word1 word2"))

        await judged(False)
        await engine.use_model("judge")
        assert engine.settings.reranking.model == "judge"
        assert engine.settings.reranking.mode == "auto"
        await judged(True)
        await engine.use_reranking("off")
        await judged(False)
        assert not any(one.name == "reranker" for one in (await engine.status()).components)
        await engine.use_reranking("on")
        await judged(True)
        assert json.loads(json.dumps(read_config(engine.settings.paths.config_file)["reranking"])) == {
            "model": "judge",
            "mode": "on",
        }
        with pytest.raises(ModelError):
            await engine.use_model("ms-marco-minilm-l6-v2")
        await judged(True)
