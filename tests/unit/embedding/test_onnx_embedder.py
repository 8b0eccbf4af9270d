from __future__ import annotations

import shutil
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.embedding.onnx_embedder import OnnxEmbedder
from engine.errors import ModelError, RuntimeUnavailableError
from engine.models import catalog
from engine.models.store import LocatedModel, ModelStore
from engine.paths import resources

ENTRY = catalog.find("all-minilm-l6-v2")
FOLDER = resources() / "models"


def build(tmp_path: Path, **options: int) -> OnnxEmbedder:
    store = ModelStore(stamps=tmp_path / "models.json")
    return OnnxEmbedder(store.locate(ENTRY), store=store, **options)


def test_likeness_follows_meaning(onnx_embedder: OnnxEmbedder) -> None:
    texts = ["A cat sits on the mat.", "The kitten is lying on a rug.", "Interest rates rose by half a percent."]
    vectors = onnx_embedder.embed_passages(texts)
    cat, kitten, rates = vectors
    assert cat @ kitten > 0.5
    assert cat @ rates < 0.2
    assert onnx_embedder.embed_query("Where does the cat sit?") @ cat > 0.6


def test_known_likenesses(onnx_embedder: OnnxEmbedder) -> None:
    # The fp32 model's figures, from the quickstart of sentence-transformers' documentation.
    published = np.array([[1, 0.6660, 0.1046], [0.6660, 1, 0.1411], [0.1046, 0.1411, 1]])
    texts = ["The weather is lovely today.", "It's so sunny outside!", "He drove to the stadium."]
    vectors = onnx_embedder.embed_passages(texts)
    np.testing.assert_allclose(vectors @ vectors.T, published, atol=0.03)


def test_order_is_kept_whatever_the_lengths(onnx_embedder: OnnxEmbedder) -> None:
    texts = [f"number {n} " + "and more words " * (n * 7 % 40) for n in range(60)]
    together = onnx_embedder.embed_passages(texts)
    for position in (0, 17, 31, 59):
        alone = onnx_embedder.embed_query(texts[position])
        assert together[position] @ alone > 0.98
        assert int(np.argmax(together @ alone)) == position


def test_no_text_gives_no_row(onnx_embedder: OnnxEmbedder) -> None:
    assert onnx_embedder.embed_passages([]).shape == (0, 384)


def test_small_budgets_give_the_same_meaning(onnx_embedder: OnnxEmbedder, tmp_path: Path) -> None:
    texts = ["short", "a sentence of some words", "words " * 300, "another one"] * 3
    narrow = build(tmp_path, batch_tokens=256, threads=1)
    likeness = np.einsum("ij,ij->i", narrow.embed_passages(texts), onnx_embedder.embed_passages(texts))
    narrow.close()
    assert likeness.min() > 0.98


def test_more_than_a_window_is_tokenised_ahead(tmp_path: Path) -> None:
    embedder = build(tmp_path)
    texts = [f"text {n}" for n in range(1100)]
    vectors = embedder.embed_passages(texts)
    for position in (0, 511, 512, 1023, 1024, 1099):
        assert vectors[position] @ embedder.embed_query(texts[position]) > 0.97
    embedder.close()


def test_threads_get_their_own_rows(onnx_embedder: OnnxEmbedder) -> None:
    texts = [f"thread {n} says something of its own " * (n + 1) for n in range(4)]
    expected = [onnx_embedder.embed_query(text) for text in texts]
    wrong: list[int] = []

    def work(number: int) -> None:
        for _ in range(8):
            vectors = onnx_embedder.embed_passages([texts[number]] * 3)
            if (vectors @ expected[number]).min() < 0.999:
                wrong.append(number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_trim_changes_no_vector(onnx_embedder: OnnxEmbedder) -> None:
    before = onnx_embedder.embed_query("something to compare")
    onnx_embedder.embed_passages(["words " * 250] * 12)
    onnx_embedder.trim()
    assert np.array_equal(onnx_embedder.embed_query("something to compare"), before)


def test_warm_checks_the_files_once(tmp_path: Path) -> None:
    first = build(tmp_path)
    assert first.choice is None
    first.trim()  # nothing is loaded, so there is nothing to trim
    first.warm()
    assert first.choice is not None
    assert "CPU" in first.choice.summary
    assert (tmp_path / "models.json").exists()
    first.close()
    assert ModelStore(stamps=tmp_path / "models.json").locate(ENTRY).verified


def test_closed_means_closed(tmp_path: Path) -> None:
    embedder = build(tmp_path)
    embedder.close()
    embedder.close()
    with pytest.raises(RuntimeUnavailableError, match="closed"):
        embedder.embed_query("a")
    with pytest.raises(RuntimeUnavailableError, match="closed"):
        embedder.embed_passages(["a"] * 600)


def altered(tmp_path: Path, name: str, *, at: int, to: bytes) -> tuple[ModelStore, LocatedModel]:
    folder = tmp_path / "models" / ENTRY.id
    shutil.copytree(FOLDER / ENTRY.id, folder)
    file = folder / name
    file.chmod(0o644)
    with file.open("r+b") as stream:
        stream.seek(at)
        stream.write(to)
    store = ModelStore(stamps=tmp_path / "models.json", bundled=tmp_path / "models")
    return store, store.locate(ENTRY)


@pytest.mark.parametrize(
    ("name", "at", "to"),
    [
        ("model_int8.onnx", 0, b"\0" * 4096),  # does not load
        ("model_int8.onnx", 12_000_000, b"\x01" * 64),  # loads, and gives other vectors
        ("tokenizer.json", 0, b"[[[["),
    ],
)
def test_an_altered_file_is_named(tmp_path: Path, name: str, at: int, to: bytes) -> None:
    store, located = altered(tmp_path, name, at=at, to=to)
    embedder = OnnxEmbedder(located, store=store)
    with pytest.raises(ModelError, match=name):
        embedder.warm()
    embedder.close()


def test_a_model_of_another_kind_is_refused(tmp_path: Path, onnx_embedder: OnnxEmbedder) -> None:
    store = ModelStore(stamps=tmp_path / "models.json")
    assert onnx_embedder.dimensions == 384
    wrong = replace(ENTRY, dimensions=128)
    embedder = OnnxEmbedder(store.locate(wrong), store=store)
    with pytest.raises(ModelError, match="384"):
        embedder.warm()
    embedder.close()
