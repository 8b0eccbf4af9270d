"""Every family of embedders against plain numpy that computes each text alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.embedding.onnx_embedder import OnnxEmbedder
from engine.errors import ModelError
from tests.helpers import families
from tests.helpers.families import BERT, MOST_TOKENS, QWEN, WIDTH, XLM_R, Weights, Words

TEXTS = [
    "word1",
    "word2 word3 word4",
    "",
    "word5 " * 11,
    "word6 unheard word7",
    "word8 word9 " * 40,  # longer than what is read
    "WORD3 word4",
    *(f"word{n % 24} " * (n % 9 + 1) for n in range(30)),
]
Make = Callable[..., OnnxEmbedder]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    made: list[OnnxEmbedder] = []

    def build(graph: bytes, words: Words, **fields: Any) -> OnnxEmbedder:
        model, store = families.located(tmp_path / f"models{len(made)}", graph, words, **fields)
        made.append(OnnxEmbedder(model, store=store, threads=1, batch_tokens=256))
        return made[-1]

    yield build
    for one in made:
        one.close()


def expected(
    weights: Weights, words: Words, texts: list[str], *, pooling: str, causal: bool = False, types: bool = False
) -> Any:
    """Unit vectors, one text at a time."""
    rows = []
    for one in texts:
        ids = words.single(one) or [0]
        hidden = weights.hidden(ids, [0] * len(ids) if types else None, causal=causal)
        row = {"mean": hidden.mean(axis=0), "cls": hidden[0], "last_token": hidden[-1]}[pooling]
        rows.append(row / np.linalg.norm(row))
    return np.stack(rows)


def weights_of(words: Words) -> Weights:
    return Weights.random(len(words.vocabulary), seed=7)


def test_bert_takes_the_mean(make: Make) -> None:
    weights = weights_of(BERT)
    embedder = make(families.encoder(weights, types=True), BERT, pooling="mean")
    given = embedder.embed_passages(TEXTS)
    np.testing.assert_allclose(given, expected(weights, BERT, TEXTS, pooling="mean", types=True), atol=1e-5)
    assert given.dtype == np.float32


def test_half_precision_and_another_output_name(make: Make) -> None:
    weights = weights_of(BERT)
    graph = families.encoder(weights, types=True, output="token_embeddings", half=True)
    given = make(graph, BERT).embed_passages(TEXTS)
    np.testing.assert_allclose(given, expected(weights, BERT, TEXTS, pooling="mean", types=True), atol=5e-3)


def test_xlm_r_takes_the_first_token(make: Make) -> None:
    weights = weights_of(XLM_R)
    embedder = make(families.encoder(weights, types=False), XLM_R, pooling="cls")
    np.testing.assert_allclose(
        embedder.embed_passages(TEXTS), expected(weights, XLM_R, TEXTS, pooling="cls"), atol=1e-5
    )


@pytest.mark.parametrize("cache", [False, True], ids=["plain", "cache"])
@pytest.mark.parametrize("positions", [False, True], ids=["own-positions", "position-ids"])
@pytest.mark.parametrize("padding", ["left", "right"])
def test_a_decoder_takes_the_last_token(make: Make, cache: bool, positions: bool, padding: str) -> None:
    weights = weights_of(QWEN)
    graph = families.decoder(weights, cache=cache, positions=positions)
    embedder = make(graph, QWEN, pooling="last_token", padding=padding)
    given = embedder.embed_passages(TEXTS)
    want = expected(weights, QWEN, TEXTS, pooling="last_token", causal=True)
    np.testing.assert_allclose(given, want, atol=1e-5)


def side(embedder: OnnxEmbedder) -> str | None:
    embedder.warm()
    loaded = embedder._loaded
    assert loaded is not None
    return loaded.graph.padding


def test_padding_goes_where_the_export_bears_it(make: Make) -> None:
    weights = weights_of(QWEN)
    want = expected(weights, QWEN, TEXTS, pooling="last_token", causal=True)
    fused = make(
        families.decoder(weights, cache=True, positions=False, mask="lengths"),
        QWEN,
        pooling="last_token",
        padding="left",  # as the catalogue may say of its authors' own code
    )
    assert side(fused) == "right"
    np.testing.assert_allclose(fused.embed_passages(TEXTS), want, atol=1e-5)

    last_column = families.decoder(weights, cache=False, positions=True, last_column=True)
    # Filled up with its closing token, this one would bear the right side too.
    pooled = make(last_column, replace(QWEN, pad="<|im_end|>"), pooling="none", padding="right")
    assert side(pooled) == "left"
    np.testing.assert_allclose(pooled.embed_passages(TEXTS), want, atol=1e-5)

    both = make(families.decoder(weights, cache=True, positions=True), QWEN, pooling="last_token", padding="left")
    assert side(both) == "left"


def test_a_graph_that_bears_no_padding_gets_none(make: Make) -> None:
    weights = weights_of(QWEN)
    graph = families.decoder(weights, cache=False, positions=False, mask="ignored", causal=False)
    embedder = make(graph, QWEN, pooling="last_token")
    assert side(embedder) is None
    want = expected(weights, QWEN, TEXTS, pooling="last_token")
    np.testing.assert_allclose(embedder.embed_passages(TEXTS), want, atol=1e-5)


def test_prefixes_stand_before_what_they_are_for(make: Make) -> None:
    weights = weights_of(XLM_R)
    embedder = make(
        families.encoder(weights, types=False), XLM_R, query_prefix="word20 word21 ", passage_prefix="word22 "
    )
    (passage,) = expected(weights, XLM_R, ["word22 word1"], pooling="mean")
    (query,) = expected(weights, XLM_R, ["word20 word21 word1"], pooling="mean")
    np.testing.assert_allclose(embedder.embed_passages(["word1"])[0], passage, atol=1e-5)
    np.testing.assert_allclose(embedder.embed_query("word1"), query, atol=1e-5)


def test_what_ends_every_text_ends_a_cut_one_too() -> None:
    ids = QWEN.single("word1 " * 200)
    assert len(ids) == MOST_TOKENS  # the reference itself keeps the rule that the tests above hold the embedder to
    assert ids[-1] == QWEN.vocabulary["<|endoftext|>"]


def test_a_model_without_a_pad_token_and_texts_without_any_token(make: Make) -> None:
    bare = Words(())
    weights = weights_of(bare)
    embedder = make(families.decoder(weights, cache=True, positions=True), bare, pooling="last_token")
    texts = ["", "word1 word2 word3", "   ", "word4"]
    given = embedder.embed_passages(texts)
    np.testing.assert_allclose(given, expected(weights, bare, texts, pooling="last_token", causal=True), atol=1e-5)


ODD = ["", "\0", "\ud800 word1", "\udc00" * 50, "".join(map(chr, range(32))), "word1 " * 170_000, "x" * 1_000_000]


@pytest.mark.parametrize("words", [BERT, QWEN], ids=["mean", "last-token"])
def test_odd_texts_become_unit_vectors(make: Make, words: Words) -> None:
    weights = weights_of(words)
    encoder = words is BERT
    graph = families.encoder(weights, types=True) if encoder else families.decoder(weights, cache=True, positions=True)
    embedder = make(graph, words, pooling="mean" if encoder else "last_token")
    vectors = embedder.embed_passages(ODD)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_a_graph_of_another_width_is_refused(make: Make) -> None:
    embedder = make(families.encoder(weights_of(BERT), types=True), BERT, dimensions=WIDTH * 2)
    with pytest.raises(ModelError, match=r"vectors of tokens of 32 dimensions, its outputs are last_hidden_state"):
        embedder.warm()


def test_a_reranker_is_no_embedder(make: Make) -> None:
    embedder = make(families.cross_encoder(weights_of(BERT), types=True), BERT)
    with pytest.raises(ModelError, match="its outputs are logits"):
        embedder.warm()


def test_a_model_that_gives_no_numbers_is_refused_at_once(make: Make) -> None:
    weights = weights_of(BERT)
    weights.table[:] = np.nan
    embedder = make(families.encoder(weights, types=True), BERT)
    with pytest.raises(ModelError, match="not finite for ordinary texts"):
        embedder.warm()


@pytest.mark.expected_logs("gives no usable vector for 1 texts")
def test_a_text_that_breaks_the_model_never_brings_nan(make: Make) -> None:
    weights = weights_of(BERT)
    weights.table[BERT.vocabulary["word13"]] = np.nan
    embedder = make(families.encoder(weights, types=True), BERT)
    vectors = embedder.embed_passages(["word1 word2", "word13 word2"])
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(
        vectors[:1], expected(weights, BERT, ["word1 word2"], pooling="mean", types=True), atol=1e-5
    )


def test_an_input_that_texts_do_not_have_is_named(make: Make) -> None:
    graph, x, _ = families._begin(weights_of(BERT), types=True, positions=False)
    graph.input("pixel_values", "batch", 3, kind=1)
    graph.add("Identity", x, into="last_hidden_state")
    graph.output("last_hidden_state", "batch", "sequence", WIDTH)
    embedder = make(graph.bytes(), BERT)
    with pytest.raises(ModelError, match="pixel_values"):
        embedder.warm()
