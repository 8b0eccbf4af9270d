"""The embedder that runs an ONNX model from the catalogue."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from engine.embedding.batching import plan_batches
from engine.embedding.graph import EmbeddingGraph
from engine.embedding.tokenizing import Tokenizer
from engine.errors import ModelError, RuntimeUnavailableError
from engine.executors import usable_cores
from engine.models.store import LocatedModel, ModelStore
from engine.runtime.backend import Sample
from engine.runtime.buffers import Buffers, release_unused_memory
from engine.runtime.device_session import DeviceSession
from engine.runtime.execution_providers import CPU
from engine.runtime.manager import Devices
from engine.runtime.session import ProviderChoice
from engine.settings import RuntimeSettings

if TYPE_CHECKING:
    from numpy.typing import NDArray

_log = logging.getLogger(__name__)
S = TypeVar("S")
T = TypeVar("T")
_WINDOW = 512  # texts tokenised ahead
_CARD_TOKENS = 16_384  # of a batch for a graphics card, which is idle for most of a small one
_CARD_PADDING = 2048
_CPU_STREAMS = 2
"""Batches at the same time on the processor, whose cores else wait for each other within one. Two took 1.2 times the
work through two idle cores and 1.4 times through busy ones."""
_SAMPLE_TEXTS, _SAMPLE_TOKENS = 32, 128
_SAMPLE = "The lease of the office ends in May, and until then the rent of the four rooms is paid every quarter. "


@dataclass(frozen=True, slots=True)
class _Loaded:
    tokenizer: Tokenizer
    session: DeviceSession
    graph: EmbeddingGraph


class OnnxEmbedder:
    """Unit vectors from one ONNX model of any family. Implements `Embedder`; thread-safe.

    Tokenizer and session are loaded by `warm`, or by the first call that needs them. An 8-bit model is quantised
    dynamically: a tensor's scale is taken over the whole batch, so a text's vector depends a little on its company
    (cosine above 0.98 between any two batches).
    """

    def __init__(
        self,
        model: LocatedModel,
        *,
        store: ModelStore,
        batch_tokens: int = 512,
        threads: int = 0,
        devices: Devices | None = None,
    ) -> None:
        """Make an embedder; nothing is loaded yet.

        Args:
            model: where its files are.
            store: checks the files.
            batch_tokens: tokens of one run on the CPU, padding included.
            threads: of one run on the CPU; 0 takes every core.
            devices: decides what it runs on; by default its own, closed with it.
        """
        self._model = model
        self._entry = model.entry
        self._store = store
        self._batch_tokens = batch_tokens
        self._threads = threads
        self._buffers = Buffers()
        self._loading = threading.Lock()
        self._loaded: _Loaded | None = None
        self._devices = devices if devices is not None else Devices(RuntimeSettings())
        self._owns_devices = devices is None
        self._pools: dict[tuple[str, int], ThreadPoolExecutor] = {}
        self._closed = False

    @property
    def model_id(self) -> str:
        """Id and fingerprint from the catalogue."""
        return self._entry.fingerprint

    @property
    def ident(self) -> str:
        """As the owner names the model: `bge-m3:fp16`."""
        return self._entry.ident

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        return self._entry.dimensions

    @property
    def languages(self) -> frozenset[str]:
        """Languages in which the vectors mean something."""
        return self._entry.languages

    @property
    def matryoshka(self) -> tuple[int, ...]:
        """Lengths to which its vectors may be cut, longest first; empty where they may not."""
        return self._entry.matryoshka

    @property
    def max_tokens(self) -> int:
        """Tokens of a text that are read, special ones included."""
        return self._entry.max_tokens

    @property
    def batch_tokens(self) -> int:
        """Tokens of one run on the CPU, padding included."""
        return self._batch_tokens

    @batch_tokens.setter
    def batch_tokens(self, tokens: int) -> None:
        self._batch_tokens = tokens

    @property
    def passage_prefix(self) -> str:
        """What stands before a text to be found."""
        return self._entry.passage_prefix

    @property
    def query_prefix(self) -> str:
        """What stands before a query."""
        return self._entry.query_prefix

    @property
    def tokenizer_path(self) -> Path:
        """The file of the tokenizer, for splitters that count by themselves."""
        return self._model.tokenizer_path

    @property
    def _cpu_streams(self) -> int:
        """Who limits the threads of one run means all that it may take."""
        return 1 if self._threads or usable_cores() == 1 else _CPU_STREAMS

    @property
    def choice(self) -> ProviderChoice | None:
        """What the session runs on; None until it is loaded."""
        return None if self._loaded is None else self._loaded.session.choice

    def warm(self) -> None:
        """Load and run once, so that the first real call is quick. Then check the files in full, if that is due.

        Raises:
            ModelError: a file is missing or was altered.
            RuntimeUnavailableError: ONNX Runtime is missing or does not take the model.
        """
        self._embed(["A first run."])
        if not self._model.verified:
            self._model = self._store.verify(self._entry)

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embed texts to be found: (len(texts), dimensions), rows of length 1."""
        return self._embed([self._entry.passage_prefix + text for text in texts])

    def embed_query(self, text: str) -> NDArray[np.float32]:
        """Embed one query: (dimensions,), length 1."""
        vector: NDArray[np.float32] = self._embed([self._entry.query_prefix + text])[0]
        return vector

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text without special tokens and without cutting."""
        return self._load().tokenizer.count(texts)

    def trim(self) -> None:
        """Give memory that the last work needed back to the system; the next work takes it again."""
        loaded = self._loaded
        if loaded is not None:
            self._buffers.release()
            loaded.graph.embed(loaded.tokenizer.encode([""]), shrink=True)
            release_unused_memory()

    def close(self) -> None:
        """Let go of the model. Safe to call twice; calls afterwards raise."""
        with self._loading:
            self._closed = True
            loaded, self._loaded = self._loaded, None
            pools, self._pools = list(self._pools.values()), {}
        for pool in pools:
            pool.shutdown(wait=True, cancel_futures=True)
        if loaded is not None:
            self._devices.close_session(loaded.session)
        if self._owns_devices:
            self._devices.close()

    def _load(self) -> _Loaded:
        loaded = self._loaded
        if loaded is not None:
            return loaded
        with self._loading:
            self._check()
            if self._loaded is None:
                self._loaded = self._build()
            return self._loaded

    def _build(self) -> _Loaded:
        model = self._store.locate(self._entry)
        try:
            tokenizer = Tokenizer(model.tokenizer_path, max_tokens=self._entry.max_tokens)
            session = self._devices.open(
                model.model_path,
                model=self.model_id,
                threads=self._threads,
                accelerators=self._entry.accelerators,
                cpu_tokens=self._batch_tokens,
            )
        except (ModelError, RuntimeUnavailableError):
            self._store.verify(self._entry)  # where a file was altered, that is the truer reason
            raise
        try:
            graph = EmbeddingGraph(
                session,
                self._entry,
                pad_id=tokenizer.pad_id,
                trial=tokenizer.encode(["A first run.", _SAMPLE]),
                buffers=self._buffers,
                path=model.model_path,
            )
        except (ModelError, RuntimeUnavailableError):
            self._devices.close_session(session)
            self._store.verify(self._entry)
            raise
        _log.info("embedder %s: %s", self.model_id, session.choice.summary)
        loaded = _Loaded(tokenizer, session, graph)
        session.accelerate(lambda: self._sample(loaded))
        return loaded

    def _sample(self, loaded: _Loaded) -> Sample:
        """Texts of full length, no two alike, as a graphics card gets them."""
        length = min(_SAMPLE_TOKENS, self.max_tokens)
        (ids,) = loaded.tokenizer.encode([_SAMPLE * 40])
        return loaded.graph.sample([np.roll(ids[:length], shift) for shift in range(_SAMPLE_TEXTS)])

    def _embed(self, texts: list[str]) -> NDArray[np.float32]:
        loaded = self._load()
        vectors = np.empty((len(texts), self.dimensions), dtype=np.float32)
        if len(texts) <= _WINDOW:
            if texts:
                self._embed_window(loaded, loaded.tokenizer.encode(texts), vectors)
            return vectors
        # Tokenising releases the GIL: the next window is read while this one is computed.
        encode = loaded.tokenizer.encode
        following = self._submit("tokenizer", 1, encode, texts[:_WINDOW])
        for start in range(0, len(texts), _WINDOW):
            encoded = self._result(following)
            if start + _WINDOW < len(texts):
                following = self._submit("tokenizer", 1, encode, texts[start + _WINDOW : start + 2 * _WINDOW])
            self._embed_window(loaded, encoded, vectors[start : start + _WINDOW])
        return vectors

    def _embed_window(self, loaded: _Loaded, encoded: list[NDArray[np.int64]], vectors: NDArray[np.float32]) -> None:
        lengths = [len(ids) for ids in encoded]
        if loaded.graph.padding is None:
            batches = plan_batches(lengths, budget=self._batch_tokens, padding=0)
        elif loaded.session.device.provider == CPU:
            batches = plan_batches(lengths, budget=self._batch_tokens)
        else:
            budget = max(self._batch_tokens, _CARD_TOKENS)
            batches = plan_batches(lengths, budget=budget, padding=_CARD_PADDING)

        def compute(batch: list[int]) -> None:
            self._check()  # a long piece of work ends between two batches
            vectors[batch] = loaded.graph.embed([encoded[position] for position in batch])

        on_cpu = loaded.session.device.provider == CPU
        streams = self._cpu_streams if on_cpu else loaded.session.streams
        if streams == 1 or len(batches) == 1:
            for batch in batches:
                compute(batch)
            return
        # While one batch is computed, others are filled, copied and pooled. No more of them are under way than a device
        # takes, for each waits for its turn there.
        futures = [self._submit("stream", streams, compute, batch) for batch in batches]
        try:
            for future in futures:
                self._result(future)
        finally:
            for future in futures:
                future.cancel()

    def _submit(self, name: str, threads: int, work: Callable[[S], T], given: S) -> Future[T]:
        with self._loading:
            self._check()
            if (name, threads) not in self._pools:
                self._pools[name, threads] = ThreadPoolExecutor(threads, thread_name_prefix=f"magray-{name}")
            return self._pools[name, threads].submit(work, given)

    def _result(self, future: Future[T]) -> T:
        try:
            return future.result()
        except CancelledError:
            self._check()  # closing cancels what has not begun
            raise

    def _check(self) -> None:
        if self._closed:
            raise RuntimeUnavailableError("The embedder was closed. Nothing was changed; open Magray again.")
