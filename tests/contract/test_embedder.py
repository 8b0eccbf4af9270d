"""What every embedder has to keep, whichever it is."""

from __future__ import annotations

import concurrent.futures
import random
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings as hypothesis_settings, strategies as st

from engine import Settings
from engine.embedding.cached_embedder import open_embedder
from engine.embedding.embedder import Embedder
from engine.embedding.onnx_embedder import OnnxEmbedder
from engine.models import catalog
from engine.models.store import ModelStore

ENTRIES = [entry for entry in catalog.ENTRIES if entry.task == "embed" and entry.bundled]


def bare(entry: catalog.ModelEntry, factory: pytest.TempPathFactory) -> tuple[Embedder, Callable[[], None]]:
    store = ModelStore(stamps=factory.mktemp("stamps") / "models.json")
    embedder = OnnxEmbedder(store.locate(entry), store=store)
    return embedder, embedder.close


def cached(entry: catalog.ModelEntry, factory: pytest.TempPathFactory) -> tuple[Embedder, Callable[[], None]]:
    options = Settings(data_dir=factory.mktemp("data"), embedding={"model": entry.id})
    embedder = open_embedder(options, paths=options.paths)
    return embedder, embedder.close


@pytest.fixture(
    scope="module",
    params=[(make, entry) for make in (bare, cached) for entry in ENTRIES],
    ids=lambda parameter: f"{parameter[0].__name__}-{parameter[1].id}",
)
def embedder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Embedder]:
    make, entry = request.param
    made, close = make(entry, tmp_path_factory)
    made.embed_passages([f"{number} " + "words " * 250 for number in range(12)])  # its threads are there from now on
    yield made
    close()


ODD = {
    "empty": "",
    "blanks": " \t\r\n\u00a0\u3000",
    "nul": "\0",
    "nul inside": "before\0after",
    "controls": "".join(map(chr, range(32))) + "\x7f\x80\x9f",
    "lone surrogate": "\ud800",
    "surrogates reversed": "text \udc00\ud800 text",
    "not characters": "\ufffe\uffff\U0010ffff",
    "right to left": "שלום \u202e עולם",
    "joined emoji": "👩‍👩‍👧‍👦" * 20,
    "combining": "e" + "\u0301" * 5000,
    "one word of 1 MB": "x" * 1_000_000,
    "1 MB of words": "memory " * 142_858,
    "1 MB of blanks": " " * 1_000_000,
    "1 MB of han": "記憶" * 500_000,
    "special tokens": "[CLS] [SEP] [PAD] [MASK]",
    "digits": "1234567890" * 1000,
}


def test_it_is_an_embedder_and_says_what_it_is(embedder: Embedder) -> None:
    assert isinstance(embedder, Embedder)
    assert embedder.model_id
    assert embedder.dimensions > 0
    assert embedder.max_tokens > 2
    assert embedder.languages
    assert all(code == "*" or (len(code) == 2 and code.islower()) for code in embedder.languages)


@pytest.mark.parametrize("text", ODD.values(), ids=ODD.keys())
def test_odd_texts_have_defined_vectors(embedder: Embedder, text: str) -> None:
    first = embedder.embed_query(text)
    assert_unit(first[None, :], embedder)
    assert np.array_equal(embedder.embed_query(text), first)
    passages = embedder.embed_passages([text, "and a plain one"])
    assert_unit(passages, embedder)


def test_odd_texts_do_no_harm_to_their_neighbours(embedder: Embedder) -> None:
    plain = ["A plain sentence about a garden.", "Another one, about the price of bread."]
    alone = embedder.embed_passages(plain)
    mixed = embedder.embed_passages([*(f"{text} " for text in ODD.values()), *(f"{text} " for text in plain)])
    assert_unit(mixed, embedder)
    assert np.einsum("ij,ij->i", mixed[-2:], alone).min() > 0.97


def test_shapes(embedder: Embedder) -> None:
    assert embedder.embed_passages([]).shape == (0, embedder.dimensions)
    assert embedder.embed_passages(["a"]).shape == (1, embedder.dimensions)
    assert embedder.embed_passages(("a", "b", "a")).shape == (3, embedder.dimensions)
    query = embedder.embed_query("a")
    assert query.shape == (embedder.dimensions,)
    assert query.dtype == np.float32


def test_rows_stand_in_the_order_of_the_texts(embedder: Embedder) -> None:
    subjects = ["volcanoes", "tax law", "bread baking", "sailing", "opera", "football", "beekeeping", "chess"]
    texts = [f"This is about {subject}. " + "More of it follows. " * (n * 5 % 17) for n, subject in enumerate(subjects)]
    shuffled = random.Random(4).sample(range(len(texts)), len(texts))
    rows = embedder.embed_passages([texts[position] for position in shuffled])
    single = np.stack([embedder.embed_passages([text])[0] for text in texts])
    for row, position in enumerate(shuffled):
        assert int(np.argmax(single @ rows[row])) == position
        assert rows[row] @ single[position] > 0.97


def test_what_stands_beyond_the_limit_is_not_read(embedder: Embedder) -> None:
    head = "word " * embedder.max_tokens
    assert embedder.embed_query(head + "volcanoes") @ embedder.embed_query(head + "tax law, opera, bread") > 0.9999


def test_counts(embedder: Embedder) -> None:
    assert embedder.count_tokens([]) == []
    assert embedder.count_tokens(["", " "]) == [0, 0]
    one, two, many = embedder.count_tokens(["garden", "garden bread", "garden " * 5000])
    assert (one, two) == (1, 2)
    assert many == 5000
    assert all(count >= 0 for count in embedder.count_tokens(list(ODD.values())))


def test_vectors_given_out_belong_to_the_caller(embedder: Embedder) -> None:
    kept = embedder.embed_query("mine to change").copy()
    for _ in range(2):
        given_out = embedder.embed_query("mine to change")
        given_out[:] = 0
        rows = embedder.embed_passages(["mine to change", "and this"])
        rows[:] = 0
    assert np.array_equal(embedder.embed_query("mine to change"), kept)


def test_threads_may_call_at_once(embedder: Embedder) -> None:
    def work(number: int) -> float:
        texts = [f"{number} says {word} " * (number % 5 + 1) for word in ("bread", "garden", "opera")]
        return float(np.einsum("ij,ij->i", embedder.embed_passages(texts), embedder.embed_passages(texts)).min())

    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        assert min(pool.map(work, range(24))) > 0.999


@hypothesis_settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(texts=st.lists(st.text(st.characters(), max_size=60), max_size=6))
def test_any_texts_have_unit_vectors(embedder: Embedder, texts: list[str]) -> None:
    assert_unit(embedder.embed_passages(texts), embedder)
    assert len(embedder.count_tokens(texts)) == len(texts)


def assert_unit(vectors: np.ndarray, embedder: Embedder) -> None:
    assert vectors.shape[1:] == (embedder.dimensions,)
    assert vectors.dtype == np.float32
    assert np.isfinite(vectors).all()
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
