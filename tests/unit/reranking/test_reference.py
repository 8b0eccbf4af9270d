"""Both families of rerankers against their own libraries on torch: numbers that are stored with what made them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from engine.reranking.onnx_reranker import OnnxReranker
from engine.runtime.manager import Devices
from engine.settings import RuntimeSettings
from tests.helpers import reference

CLOSE = 1e-4
MODELS = {
    "bert-cross": "bert-cross",
    "xlm-r-cross": "xlm-r-cross",
    "qwen3-reranker-plain": "qwen3-reranker",
    "qwen3-reranker-cache": "qwen3-reranker",
}
NUMBERS = reference.numbers()
PASSAGES: list[str] = NUMBERS["judged"]
Open = Callable[[str], OnnxReranker]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Open]:
    devices = Devices(RuntimeSettings(device="cpu"))
    made: list[OnnxReranker] = []

    def build(name: str) -> OnnxReranker:
        made.append(reference.reranker_of(name, tmp_path / f"data{len(made)}", devices))
        return made[-1]

    yield build
    for one in made:
        one.close()
    devices.close()


@pytest.mark.parametrize("name", MODELS)
def test_scores_are_those_of_the_library(opened: Open, name: str) -> None:
    reranker = opened(name)
    for query, want in zip(NUMBERS["asked"], NUMBERS[MODELS[name]], strict=True):
        together = reranker.rerank(query, PASSAGES).scores
        assert together is not None
        np.testing.assert_allclose(together, want, atol=CLOSE)
        for passage, score in zip(PASSAGES, want, strict=True):
            alone = reranker.rerank(query, [passage]).scores
            assert alone is not None
            np.testing.assert_allclose(alone, [score], atol=CLOSE)


@pytest.mark.parametrize("name", MODELS)
def test_the_pairs_are_worth_asking_about(name: str) -> None:
    scores = np.array(NUMBERS[MODELS[name]])
    assert np.ptp(scores) > 0.05
    assert 0.02 < scores.mean() < 0.98  # the logistic is not at its end
    assert np.abs(np.diff(scores, axis=0)).max(axis=1).min() > 0.01  # the query matters


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
def test_odd_texts_get_scores(opened: Open, name: str) -> None:
    reranker = opened(name)
    for query in ("light", "", "\ud800", "\0"):
        scores = reranker.rerank(query, ODD).scores
        assert scores is not None
        assert all(0 <= score <= 1 for score in scores)
    scores = reranker.rerank("light " * 160_000, ["", "light", "light " * 50]).scores
    assert scores is not None
    assert np.isfinite(scores).all()
    query, want = NUMBERS["asked"][0], NUMBERS[MODELS[name]][0]
    beside = reranker.rerank(query, [*ODD, *PASSAGES]).scores
    assert beside is not None
    np.testing.assert_allclose(beside[len(ODD) :], want, atol=CLOSE)  # no harm to their neighbours
