from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine import ModelError, Settings
from engine.embedding import CachedEmbedder, open_embedder
from engine.embedding.cache import EmbeddingCache
from engine.embedding.disk_cache import DiskCache
from engine.embedding.onnx_embedder import OnnxEmbedder
from engine.embedding.s3fifo import S3Fifo


class Counting(OnnxEmbedder):
    """The real embedder, which also notes what it was given to compute."""

    computed: list[str]

    def embed_passages(self, texts: Sequence[str]) -> Any:
        self.computed.extend(texts)
        return super().embed_passages(texts)

    def embed_query(self, text: str) -> Any:
        self.computed.append(text)
        return super().embed_query(text)


@pytest.fixture
def counting(onnx_embedder: OnnxEmbedder) -> Counting:
    inner = Counting.__new__(Counting)
    inner.__dict__.update(onnx_embedder.__dict__)  # shares the loaded session
    inner.computed = []
    return inner


@pytest.fixture
def cached(counting: Counting, tmp_path: Path) -> Iterator[CachedEmbedder]:
    cache = cache_at(tmp_path, counting)
    yield CachedEmbedder(counting, cache=cache)
    cache.close()


def cache_at(folder: Path, inner: OnnxEmbedder) -> EmbeddingCache:
    disk = DiskCache(folder / "embeddings.db", model_id=inner.model_id, dimensions=384, days=3)
    return EmbeddingCache(memory=S3Fifo(1000), disk=disk)


def test_only_what_is_missing_is_computed(cached: CachedEmbedder, counting: Counting) -> None:
    first = cached.embed_passages(["one", "two", "one"])
    assert sorted(counting.computed) == ["one", "two"]
    second = cached.embed_passages(["three", "two", "one"])
    assert sorted(counting.computed) == ["one", "three", "two"]
    assert np.array_equal(first[0], first[2])
    assert np.array_equal(second[1], first[1])
    assert np.array_equal(second[2], first[0])


def test_after_a_restart_nothing_is_computed(counting: Counting, tmp_path: Path) -> None:
    texts = [f"text {n}" for n in range(40)]
    cache = cache_at(tmp_path, counting)
    before = CachedEmbedder(counting, cache=cache).embed_passages(texts)
    cache.close()
    counting.computed.clear()
    again = cache_at(tmp_path, counting)
    embedder = CachedEmbedder(counting, cache=again)
    assert np.array_equal(embedder.embed_passages(texts), before)
    assert counting.computed == []
    assert embedder.figures.disk_hits == 40
    again.close()


def test_a_query_and_an_equal_passage_share_a_vector(cached: CachedEmbedder, counting: Counting) -> None:
    vector = cached.embed_query("the same words")
    assert np.array_equal(cached.embed_passages(["the same words"])[0], vector)
    assert counting.computed == ["the same words"]


def test_a_caller_may_change_what_it_was_given(cached: CachedEmbedder) -> None:
    first = cached.embed_query("mine")
    kept = first.copy()
    first[:] = 0
    rows = cached.embed_passages(["mine"])
    rows[:] = 7
    assert np.array_equal(cached.embed_query("mine"), kept)


def test_forgotten_texts_are_computed_anew(cached: CachedEmbedder, counting: Counting, tmp_path: Path) -> None:
    vector = cached.embed_passages(["secret", "public"])[0]
    cached.forget(["secret"])
    assert all(vector.tobytes() not in file.read_bytes() for file in tmp_path.glob("embeddings.db*"))
    counting.computed.clear()
    cached.embed_passages(["secret", "public"])
    assert counting.computed == ["secret"]


def test_threads_may_share_it(cached: CachedEmbedder) -> None:
    texts = [f"shared text {n}" for n in range(30)]
    results: list[np.ndarray] = []
    threads = [threading.Thread(target=lambda: results.append(cached.embed_passages(texts))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 4
    for rows in results[1:]:
        assert np.einsum("ij,ij->i", rows, results[0]).min() > 0.97


def test_it_tells_how_it_is(settings: Settings) -> None:
    embedder = open_embedder(settings, paths=settings.paths)
    assert embedder.component().state == "ok"
    assert "first needed" in embedder.component().summary
    embedder.warm()
    embedder.embed_passages(["a", "b"])
    embedder.embed_passages(["a", "b"])
    component = embedder.component()
    assert component.summary == "Runs on CPU."
    assert component.figures["hit_rate"] == 0.5
    assert component.figures["provider"] == "CPUExecutionProvider"
    embedder.trim()
    assert embedder.count_tokens(["hello world"]) == [2]
    assert embedder.tokenizer_path.name == "tokenizer.json"
    embedder.close()
    embedder.close()


def test_a_failed_start_is_told(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    embedder = open_embedder(settings, paths=settings.paths)
    monkeypatch.setitem(__import__("sys").modules, "onnxruntime", None)
    with pytest.raises(Exception, match="ONNX Runtime"):
        embedder.warm()
    component = embedder.component()
    assert component.state == "failed"
    assert "--extra cpu" in component.summary
    monkeypatch.undo()
    embedder.warm()
    assert embedder.component().state == "ok"
    embedder.close()


def test_an_unknown_model_is_refused(data_dir: Path) -> None:
    settings = Settings(data_dir=data_dir, embedding={"model": "no-such-model"})
    with pytest.raises(ModelError, match=r"no-such-model.*all-minilm-l6-v2"):
        open_embedder(settings, paths=settings.paths)


def test_opening_loads_neither_onnxruntime_nor_tokenizers(settings: Settings) -> None:
    import subprocess
    import sys

    program = (
        "import sys\nfrom pathlib import Path\n"
        "from engine import Settings\nfrom engine.embedding import open_embedder\n"
        f"settings = Settings(data_dir=Path({str(settings.data_dir)!r}))\n"
        "open_embedder(settings, paths=settings.paths).close()\n"
        "loaded = {'onnxruntime', 'tokenizers'} & set(sys.modules)\nassert not loaded, loaded\n"
    )
    root = Path(__file__).resolve().parents[3]
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60, cwd=root)
