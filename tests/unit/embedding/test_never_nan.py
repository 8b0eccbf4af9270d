"""A model that breaks on some texts: they are kept and found by their words, and no index ever holds a NaN."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import numpy as np
import pytest

from engine import Engine, NewMemory, Settings
from engine.settings import EmbeddingSettings
from tests.helpers import families
from tests.helpers.families import BERT, Weights

BROKEN = "word13"


def folder_of(tmp_path: Path) -> Path:
    weights = Weights.random(len(BERT.vocabulary), seed=7)
    weights.table[BERT.vocabulary[BROKEN]] = np.nan
    folder = tmp_path / "breaks"
    folder.mkdir()
    (folder / "model.onnx").write_bytes(families.encoder(weights, types=True))
    (folder / "tokenizer.json").write_text(BERT.file(), encoding="utf-8")
    return folder


@pytest.mark.expected_logs("gives no usable vector for")
async def test_what_a_model_cannot_read_is_found_by_words(tmp_path: Path) -> None:
    from engine.models.importing import Import
    from engine.models.store import ModelStore

    settings = Settings(data_dir=tmp_path / "data", embedding=EmbeddingSettings(model="breaks", threads=1))
    paths = settings.paths
    store = ModelStore(stamps=paths.cache / "models.json", installed=paths.models)
    Import(folder_of(tmp_path), store=store, staging=paths.data / "incoming", report=lambda _: None).run()
    texts = ["word1 word2", f"{BROKEN} word3", "word4 word5", f"word6 {BROKEN} word7"]
    async with Engine.open(settings) as engine:
        await engine.remember_many([NewMemory(text=text, layer="insights", kind="note") for text in texts])
        for query in (f"{BROKEN} word3", "word4 word5"):
            hits = await engine.recall(query)
            assert hits[0].memory.text == query
            assert all(np.isfinite(hit.score) for hit in hits)
        assert (await engine.verify()).problems == ()
    with sqlite3.connect(paths.database) as connection:
        blobs = [blob for (blob,) in connection.execute("SELECT data FROM vector")]
    connection.close()
    assert len(blobs) == len(texts)
    vectors = np.stack([np.frombuffer(blob, "<f4") for blob in blobs])
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3)
