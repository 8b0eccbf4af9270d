"""A data folder with two embedders of one length and two kinds, `first` and `second`, and memories of the first."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from pathlib import Path

from engine import Engine, Settings
from tests.helpers import families
from tests.helpers.families import BERT, QWEN, Weights, Words

TEXTS = [f"word{n % 24} word{n // 24} word{(n * 7 + n // 24) % 24} number{n}" for n in range(150)]


def bring(folder: Path, graph: bytes, words: Words, **config: object) -> Path:
    """A model's folder, as on a stick."""
    folder.mkdir()
    (folder / "model.onnx").write_bytes(graph)
    (folder / "tokenizer.json").write_text(words.file(), encoding="utf-8")
    (folder / "config.json").write_text(json.dumps({"max_position_embeddings": 64, **config}))
    return folder


def encoder(folder: Path, *, seed: int = 1) -> Path:
    """An encoder's folder."""
    return bring(folder, families.encoder(Weights.random(len(BERT.vocabulary), seed=seed), types=True), BERT)


def decoder(folder: Path) -> Path:
    """A decoder's folder."""
    graph = families.decoder(Weights.random(len(QWEN.vocabulary), seed=2), cache=True, positions=True)
    return bring(folder, graph, QWEN, model_type="qwen3")


async def prepare(data_dir: Path, sticks: Path, texts: list[str] = TEXTS) -> Path:
    """Install both and remember the texts by the first, which `config.toml` names from then on."""
    async with Engine.open(Settings(data_dir=data_dir)) as engine:
        await engine.import_model(encoder(sticks / "first"))
        await engine.import_model(decoder(sticks / "second"))
        await engine.use_model("first")
        await engine._parts.reembedding.wait()
        for start in range(0, len(texts), 50):
            for text in texts[start : start + 50]:
                await engine.remember(text, layer="assets")
    return data_dir


def models(data_dir: Path) -> Counter[str]:
    """Vectors in the database by model."""
    connection = sqlite3.connect(data_dir / "magray.db")
    try:
        rows = connection.execute("SELECT model FROM vector").fetchall()
    finally:
        connection.close()
    return Counter(model.partition("@")[0] for (model,) in rows)


def tables(data_dir: Path) -> set[str]:
    """Names of the tables that hold vectors."""
    connection = sqlite3.connect(data_dir / "magray.db")
    try:
        rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'vector%'")
        return {name for (name,) in rows.fetchall()}
    finally:
        connection.close()


async def is_right(engine: Engine, count: int, *texts: str) -> None:
    """The index holds so many vectors of the model in use, and each text is found by its own."""
    # A disk that is slow to flush keeps the word index behind for longer than a recall waits.
    indexes = engine._parts.indexes
    assert await engine._parts.executors.run("query", indexes.wait_for, indexes.target, 60.0)
    for text in texts:
        (hit,) = await engine.recall(text, limit=1)
        assert hit.memory.text == text, (hit.memory.text, text, dict(hit.scores))
        assert abs(hit.scores["dense"] - 1) < 1e-3
    report = await engine.verify()
    assert report.problems == ()
    assert report.indexed["assets"] == count
