"""Tokenising, inference and pooling overlap, within bounds, and leave the rest of the program its turn."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.embedding import onnx_embedder as onnx_embedder_module, pooling
from engine.embedding.onnx_embedder import _WINDOW, OnnxEmbedder
from engine.errors import RuntimeUnavailableError
from engine.models import catalog
from engine.models.store import ModelStore
from engine.runtime.execution_providers import CUDA
from engine.runtime.manager import Devices
from engine.settings import RuntimeSettings
from tests.helpers.backends import FaultyBackend, Lab

ENTRY = catalog.find("all-minilm-l6-v2")
BUDGET = 512
LONG = 30.0


class Bench:
    """Looks at every batch, and holds batches back until it is told to let them go."""

    def __init__(self) -> None:
        self.shapes: list[tuple[int, ...]] = []
        self.running = self.most = 0
        self.begun = threading.Semaphore(0)
        self.go = threading.Event()
        self.go.set()
        self._lock = threading.Lock()

    def deed(self, backend: FaultyBackend, inputs: Any, into: Any) -> None:
        with self._lock:
            self.shapes.append(inputs["input_ids"].shape)
            self.running += 1
            self.most = max(self.most, self.running)
        self.begun.release()
        assert self.go.wait(LONG)
        backend.compute(inputs, into)
        with self._lock:
            self.running -= 1

    def forget(self) -> None:
        self.shapes.clear()
        self.most = 0
        while self.begun.acquire(blocking=False):
            continue


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    yield made
    made.go.set()


def opened(bench: Bench, tmp_path: Path, *, card: bool, cores: int = 2, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(onnx_embedder_module, "usable_cores", lambda: cores)
    lab = Lab(accelerators=(CUDA,) if card else ())
    if card:
        lab.always = bench.deed
    else:
        lab.cpu = bench.deed
    options = RuntimeSettings(device="cuda" if card else "cpu", idle_minutes=0)
    devices = Devices(options, inventory=lab.inventory, opener=lab.open)
    store = ModelStore(stamps=tmp_path / "models.json")
    embedder = OnnxEmbedder(store.locate(ENTRY), store=store, batch_tokens=BUDGET, devices=devices)
    embedder.warm()
    assert devices.settle(LONG)
    bench.forget()
    return embedder, devices


@pytest.fixture
def on_cpu(bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[OnnxEmbedder]:
    embedder, devices = opened(bench, tmp_path, card=False, monkeypatch=monkeypatch)
    yield embedder
    bench.go.set()
    embedder.close()
    devices.close()


@pytest.fixture
def on_card(bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[OnnxEmbedder]:
    embedder, devices = opened(bench, tmp_path, card=True, monkeypatch=monkeypatch)
    yield embedder
    bench.go.set()
    embedder.close()
    devices.close()


class Noted:
    """A tokenizer that counts the windows it was given."""

    def __init__(self, tokenizer: Any) -> None:
        self.inner = tokenizer
        self.windows = 0
        self.begun = threading.Semaphore(0)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def encode(self, texts: list[str]) -> Any:
        self.windows += 1
        self.begun.release()
        return self.inner.encode(texts)


def noted(embedder: OnnxEmbedder) -> Noted:
    loaded = embedder._load()
    tokenizer = Noted(loaded.tokenizer)
    embedder._loaded = type(loaded)(tokenizer, loaded.session, loaded.graph)  # type: ignore[arg-type]
    return tokenizer


def behind(work: Any) -> tuple[threading.Thread, list[BaseException]]:
    caught: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:
            caught.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, caught


def test_the_next_window_is_tokenised_while_this_one_is_computed_and_no_further(
    on_cpu: OnnxEmbedder, bench: Bench
) -> None:
    tokenizer = noted(on_cpu)
    texts = [f"word {n}" for n in range(_WINDOW * 4)]
    bench.go.clear()
    thread, caught = behind(lambda: on_cpu.embed_passages(texts))
    assert bench.begun.acquire(timeout=LONG)  # the first window is being computed, and held there
    for _ in range(2):
        assert tokenizer.begun.acquire(timeout=LONG)
    time.sleep(0.2)
    assert tokenizer.windows == 2  # the one at hand and the next: what is read ahead is bounded
    bench.go.set()
    thread.join(LONG)
    assert not caught
    assert tokenizer.windows == 4


def test_one_batch_is_pooled_while_another_is_computed(
    on_cpu: OnnxEmbedder, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    pooled = pooling.pool
    overlapped: list[bool] = []

    def waiting(*arguments: Any) -> Any:
        if not overlapped:
            # This batch is computed; a third begins before it is pooled, as the second has.
            overlapped.append(all(bench.begun.acquire(timeout=LONG) for _ in range(2)))
        return pooled(*arguments)

    texts = ["some words " * 50 + str(n) for n in range(40)]
    monkeypatch.setattr(pooling, "pool", waiting)
    on_cpu.embed_passages(texts)
    assert overlapped == [True]
    assert bench.most == 2


def test_one_core_computes_one_batch_at_a_time(bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    embedder, devices = opened(bench, tmp_path, card=False, cores=1, monkeypatch=monkeypatch)
    embedder.embed_passages(["some words " * 50 + str(n) for n in range(20)])
    assert bench.most == 1
    embedder.close()
    devices.close()


def test_batches_stay_within_their_tokens_and_texts(on_cpu: OnnxEmbedder, bench: Bench) -> None:
    on_cpu.embed_passages([*("a" for _ in range(300)), *("some words " * (n % 60) for n in range(60))])
    assert max(rows for rows, _ in bench.shapes) == 128
    assert all(rows * tokens <= BUDGET or rows == 1 for rows, tokens in bench.shapes)


def test_a_card_gets_four_batches_at_a_time(
    on_card: OnnxEmbedder, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(onnx_embedder_module, "_CARD_TOKENS", 1024)  # so that a window has more of them than four
    bench.go.clear()
    texts = ["some words " * 4 + str(n) for n in range(_WINDOW)]
    thread, caught = behind(lambda: on_card.embed_passages(texts))
    for _ in range(4):
        assert bench.begun.acquire(timeout=LONG)
    assert not bench.begun.acquire(timeout=0.3)
    bench.go.set()
    thread.join(LONG * 2)
    assert not caught
    assert bench.most == 4
    assert max(rows for rows, _ in bench.shapes) <= 128
    assert all(rows * tokens <= 1024 for rows, tokens in bench.shapes)


def test_closing_ends_work_on_the_processor_between_two_batches(on_cpu: OnnxEmbedder, bench: Bench) -> None:
    bench.go.clear()
    thread, caught = behind(lambda: on_cpu.embed_passages(["some words " * 40 + str(n) for n in range(_WINDOW * 3)]))
    assert bench.begun.acquire(timeout=LONG)
    closing, _ = behind(on_cpu.close)
    while not on_cpu._closed:
        time.sleep(0.01)
    bench.go.set()
    thread.join(LONG)
    closing.join(LONG)
    assert isinstance(caught[0], RuntimeUnavailableError)
    assert len(bench.shapes) <= 3  # those that had begun


def test_another_thread_gets_its_turn_while_every_core_computes(onnx_embedder: OnnxEmbedder) -> None:
    texts = [f"word {n} " * 100 for n in range(60)]
    thread, caught = behind(lambda: onnx_embedder.embed_passages(texts))
    gaps: list[float] = []
    while thread.is_alive():
        before = time.perf_counter()
        time.sleep(0.005)  # as an event loop that waits for its next event
        gaps.append(time.perf_counter() - before)
    assert not caught
    assert len(gaps) > 10
    assert statistics.median(gaps) < 0.05  # a batch takes longer: the interpreter is free while it runs
