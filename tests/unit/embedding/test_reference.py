"""Every family of embedders against sentence-transformers on torch: numbers that are stored with what made them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.embedding.cached_embedder import CachedEmbedder
from engine.memory.shortening import Shortening
from engine.model_values import ModelCorrections
from engine.runtime.manager import Devices
from engine.settings import RuntimeSettings
from tests.helpers import reference

CLOSE = 1e-4
MODELS = {
    "bert-mean": "bert-mean",
    "xlm-r-cls": "xlm-r-cls",
    "qwen3-plain": "qwen3",
    "qwen3-positions": "qwen3",
    "qwen3-cache": "qwen3",
}
NUMBERS = reference.numbers()
TEXTS: list[str] = NUMBERS["texts"]
READ = 40
Open = Callable[..., CachedEmbedder]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Open]:
    devices = Devices(RuntimeSettings(device="cpu"))
    made: list[CachedEmbedder] = []

    def build(name: str, **options: Any) -> CachedEmbedder:
        made.append(reference.embedder_of(name, tmp_path / f"data{len(made)}", devices, **options))
        return made[-1]

    yield build
    for one in made:
        one.close()
    devices.close()


def of(name: str, what: str) -> Any:
    return np.array(NUMBERS[MODELS[name]][what], dtype=np.float32)


def test_the_texts_are_worth_asking_about() -> None:
    for name in set(MODELS.values()):
        tokens = NUMBERS[name]["tokens"]
        assert sum(count > READ for count in tokens) >= 2  # some are cut
        assert min(tokens) <= 2  # and some nearly empty
        vectors = np.array(NUMBERS[name]["passages"])
        likeness = vectors @ vectors.T - 2 * np.eye(len(TEXTS))
        assert likeness.max() < 0.995  # no text stands for another


@pytest.mark.parametrize("name", MODELS)
def test_together_and_alone(opened: Open, name: str) -> None:
    embedder = opened(name)
    together = embedder.embed_passages(TEXTS)
    np.testing.assert_allclose(together, of(name, "passages"), atol=CLOSE)
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    fresh = opened(name)  # its cache is empty
    alone = np.concatenate([fresh.embed_passages([text]) for text in TEXTS])
    np.testing.assert_allclose(alone, of(name, "passages"), atol=CLOSE)


@pytest.mark.parametrize("name", MODELS)
def test_queries_have_their_own_words_before_them(opened: Open, name: str) -> None:
    embedder = opened(name)
    given = np.stack([embedder.embed_query(text) for text in TEXTS])
    np.testing.assert_allclose(given, of(name, "queries"), atol=CLOSE)
    prompted = name != "bert-mean"
    assert np.allclose(of(name, "queries"), of(name, "passages"), atol=CLOSE) is not prompted


@pytest.mark.parametrize("name", MODELS)
def test_the_side_that_is_filled_up_changes_nothing(opened: Open, name: str) -> None:
    # Whichever side the catalogue names, the vectors are those of the text alone.
    embedder = opened(name, batch_tokens=16_384)
    embedder.warm()
    loaded = embedder._inner._loaded
    assert loaded is not None
    decoder = name.startswith("qwen3")
    assert loaded.graph.padding == ("left" if decoder else "right")
    for side in ("left", "right") if decoder else ("right",):
        loaded.graph.padding = side
        ids = loaded.tokenizer.encode([embedder._inner.passage_prefix + text for text in TEXTS])
        np.testing.assert_allclose(loaded.graph.embed(ids), of(name, "passages"), atol=CLOSE)


@pytest.mark.parametrize("name", MODELS)
def test_long_texts_are_cut_where_the_libraries_cut(opened: Open, name: str) -> None:
    embedder = opened(name)
    embedder.warm()
    loaded = embedder._inner._loaded
    assert loaded is not None
    counted = [len(ids) for ids in loaded.tokenizer.encode(TEXTS)]
    # transformers counts as it cuts: special tokens are among them, and the closing one stays.
    assert counted == [min(count, READ) for count in NUMBERS[MODELS[name]]["tokens"]]


@pytest.mark.parametrize("name", ["bert-mean", "qwen3-cache"])
@pytest.mark.parametrize("kept", [16, 8])
def test_a_cut_vector_is_that_of_the_library(opened: Open, name: str, kept: int) -> None:
    vectors = opened(name).embed_passages(TEXTS)
    want = np.array(NUMBERS[MODELS[name]]["cut"][str(kept)], dtype=np.float32)
    np.testing.assert_allclose(Shortening(vectors.shape[1], kept).apply(vectors), want, atol=CLOSE)


def test_the_order_of_a_first_token_and_a_mean_is_not_mixed_up(opened: Open) -> None:
    wrong = opened("xlm-r-cls", corrections=ModelCorrections(pooling="mean"))
    likeness = np.einsum("ij,ij->i", wrong.embed_passages(TEXTS), of("xlm-r-cls", "passages"))
    assert likeness.min() < 0.9  # the reference would tell


ODD = [
    "",
    " \t\r\n",
    "\0",
    "\ud800 light",
    "\udc00" * 50,
    "".join(map(chr, range(32))),
    "light " * 160_000,
    "x" * 1_000_000,
]


@pytest.mark.parametrize("name", MODELS)
def test_odd_texts_become_unit_vectors(opened: Open, name: str) -> None:
    embedder = opened(name)
    vectors = np.concatenate([embedder.embed_passages(ODD), [embedder.embed_query(text) for text in ODD]])
    assert np.isfinite(vectors).all()
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    beside = embedder.embed_passages([*ODD, *TEXTS])[len(ODD) :]
    np.testing.assert_allclose(beside, of(name, "passages"), atol=CLOSE)  # no harm to their neighbours
