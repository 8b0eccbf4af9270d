"""The embedder on devices that come and go: same vectors, in the same rows."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from engine.embedding.onnx_embedder import OnnxEmbedder
from engine.errors import RuntimeUnavailableError
from engine.models import catalog
from engine.models.store import ModelStore
from engine.runtime.execution_providers import CUDA
from engine.runtime.manager import Devices
from engine.settings import RuntimeSettings
from tests.helpers import backends
from tests.helpers.backends import Lab

ENTRY = catalog.find("all-minilm-l6-v2")
TEXTS = [f"number {n} says " + "some more words " * (n % 4) for n in range(150)]


@pytest.fixture
def lab() -> Iterator[Lab]:
    made = Lab(accelerators=(CUDA,))
    yield made
    made.released.set()


@pytest.fixture
def embedder(lab: Lab, tmp_path: Path) -> Iterator[OnnxEmbedder]:
    devices = Devices(RuntimeSettings(device="cuda", breaker_failures=1000), inventory=lab.inventory, opener=lab.open)
    store = ModelStore(stamps=tmp_path / "models.json")
    made = OnnxEmbedder(store.locate(ENTRY), store=store, threads=1, devices=devices)
    made.warm()
    assert devices.settle(60)
    lab.batches.clear()
    yield made
    lab.released.set()
    made.close()
    devices.close()


def test_a_card_gets_larger_batches_several_at_a_time_and_rows_stay_in_order(
    embedder: OnnxEmbedder, onnx_embedder: OnnxEmbedder, lab: Lab
) -> None:
    assert embedder.choice is not None
    assert embedder.choice.provider == CUDA
    vectors = embedder.embed_passages(TEXTS)
    assert max(rows for _, rows in lab.batches) == 128
    likeness = np.einsum("ij,ij->i", vectors, onnx_embedder.embed_passages(TEXTS))
    assert likeness.min() > 0.97  # batches in other company, see OnnxEmbedder
    assert np.array_equal(np.argmax(vectors[:40] @ vectors.T, axis=1), np.arange(40))


def test_whatever_fails_the_vectors_are_right(embedder: OnnxEmbedder, onnx_embedder: OnnxEmbedder, lab: Lab) -> None:
    chance = np.random.default_rng(9)
    kinds = (backends.good, backends.raises, backends.not_a_number, backends.fits(40), backends.out_of_memory)
    lab.deeds = [kinds[int(chance.integers(len(kinds)))] for _ in range(100)]
    vectors = embedder.embed_passages(TEXTS)
    likeness = np.einsum("ij,ij->i", vectors, onnx_embedder.embed_passages(TEXTS))
    assert likeness.min() > 0.97
    assert len(lab.deeds) < 100


def test_closing_ends_a_long_piece_of_work_between_two_batches(embedder: OnnxEmbedder, lab: Lab) -> None:
    lab.always = backends.slow(0.05)
    caught: list[BaseException] = []

    def work() -> None:
        try:
            embedder.embed_passages(TEXTS * 20)
        except RuntimeUnavailableError as error:
            caught.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    while len(lab.batches) < 3:
        thread.join(0.01)
    embedder.close()
    thread.join(30)
    assert not thread.is_alive()
    assert caught
    assert "closed" in str(caught[0])
