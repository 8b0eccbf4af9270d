"""An embedder that computes only what is not known yet, and the function that opens the one in use."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import psutil

from engine.embedding.cache import CacheFigures, EmbeddingCache, content_hash, memory_entries
from engine.embedding.disk_cache import DiskCache
from engine.embedding.onnx_embedder import OnnxEmbedder
from engine.embedding.s3fifo import S3Fifo
from engine.errors import MagrayError
from engine.models import catalog
from engine.models.store import ModelStore
from engine.paths import DataPaths
from engine.runtime.manager import Devices
from engine.settings import Settings
from engine.values import ComponentStatus

if TYPE_CHECKING:
    from numpy.typing import NDArray

_log = logging.getLogger(__name__)
_FEWEST_TOKENS = 256
_WRITE_EVERY = 1024  # vectors computed before they are written down


class CachedEmbedder:
    """Wraps the ONNX embedder with the two-level cache. Implements `Embedder`; thread-safe."""

    def __init__(self, inner: OnnxEmbedder, *, cache: EmbeddingCache, devices: Devices | None = None) -> None:
        self._inner = inner
        self._cache = cache
        self._own_devices = devices
        self._usual = (cache.room, inner.batch_tokens)
        self._warm_seconds: float | None = None
        self._failure: str | None = None

    @property
    def model_id(self) -> str:
        """As the inner embedder's: a cached vector is the same vector."""
        return self._inner.model_id

    @property
    def ident(self) -> str:
        """As the owner names the model: `bge-m3:fp16`."""
        return self._inner.ident

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        return self._inner.dimensions

    @property
    def languages(self) -> frozenset[str]:
        """Languages in which the vectors mean something."""
        return self._inner.languages

    @property
    def matryoshka(self) -> tuple[int, ...]:
        """Lengths to which its vectors may be cut, longest first; empty where they may not."""
        return self._inner.matryoshka

    @property
    def max_tokens(self) -> int:
        """Tokens of a text that are read, special ones included."""
        return self._inner.max_tokens

    @property
    def tokenizer_path(self) -> Path:
        """The file of the tokenizer, for splitters that count by themselves."""
        return self._inner.tokenizer_path

    @property
    def sizes(self) -> tuple[int, int]:
        """Vectors that the cache may hold in memory now, and tokens of a batch now."""
        return self._cache.room, self._inner.batch_tokens

    def fit(self, share: float) -> None:
        """Use so much of the usual memory from now on.

        Args:
            share: above 0, at most 1; batches keep 256 tokens at least, for one text must fit.
        """
        entries, tokens = self._usual
        self._cache.resize(max(1, int(entries * share)))
        self._inner.batch_tokens = min(tokens, max(_FEWEST_TOKENS, int(tokens * share)))
        if share < 1:
            self.trim()

    @property
    def figures(self) -> CacheFigures:
        """Hits and misses since it was opened."""
        return self._cache.figures

    def warm(self) -> None:
        """Load tokenizer and session, run once, check the files where that is due, drop old vectors.

        It blocks: call it off the UI thread.

        Raises:
            ModelError: a model file is missing or was altered.
            RuntimeUnavailableError: ONNX Runtime is missing or does not take the model.
        """
        start = time.perf_counter()
        try:
            self._inner.warm()
        except MagrayError as error:
            self._failure = str(error)
            raise
        self._failure = None
        self._warm_seconds = time.perf_counter() - start
        self._cache.prune()

    def trim(self) -> None:
        """Give memory that the last work needed back to the system: a few milliseconds, worth it when work ends."""
        self._inner.trim()

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embed texts to be found: (len(texts), dimensions), rows of length 1. Each different text is computed once.

        Raises:
            RuntimeUnavailableError: no execution provider can run the model.
        """
        prefix = self._inner.passage_prefix
        hashes = [content_hash(prefix + text) for text in texts]
        known = self._cache.get(hashes)
        missing: dict[bytes, str] = {key: text for key, text in zip(hashes, texts, strict=True) if key not in known}
        keys = list(missing)
        for start in range(0, len(keys), _WRITE_EVERY):
            part = keys[start : start + _WRITE_EVERY]
            computed = self._inner.embed_passages([missing[key] for key in part])
            fresh = {key: computed[row].copy() for row, key in enumerate(part)}
            self._cache.put(fresh)
            known.update(fresh)
        vectors = np.empty((len(hashes), self.dimensions), dtype=np.float32)
        for row, key in enumerate(hashes):
            vectors[row] = known[key]
        return vectors

    def embed_query(self, text: str) -> NDArray[np.float32]:
        """Embed one query: (dimensions,), length 1."""
        key = content_hash(self._inner.query_prefix + text)
        vector = self._cache.get([key]).get(key)
        if vector is None:
            vector = self._inner.embed_query(text)
            self._cache.put({key: vector.copy()}, at_once=False)
        return vector.copy()

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text without special tokens and without cutting."""
        return self._inner.count_tokens(texts)

    def forget(self, texts: Iterable[str]) -> None:
        """Remove every trace of texts from both levels of the cache, whatever model made it."""
        prefixes = {prefix for entry in catalog.ENTRIES for prefix in (entry.passage_prefix, entry.query_prefix)}
        prefixes |= {self._inner.passage_prefix, self._inner.query_prefix}  # the owner's own model has others
        self._cache.erase([content_hash(prefix + text) for text in texts for prefix in prefixes])

    def forget_all(self) -> None:
        """Empty both levels of the cache: of sentences and questions nobody knows any more what they were part of."""
        self._cache.clear()

    def component(self) -> ComponentStatus:
        """How it is, in plain words."""
        if self._failure is not None:
            return ComponentStatus(
                name="embedder",
                state="failed",
                summary=self._failure,
                mend="Until then nothing new can be remembered or found by meaning.",
                figures={"model": self.model_id},
            )
        choice = self._inner.choice
        figures = self._cache.figures
        numbers: dict[str, float | int | str] = {
            "model": self.model_id,
            "memory_hits": figures.memory_hits,
            "disk_hits": figures.disk_hits,
            "misses": figures.misses,
            "hit_rate": round(figures.hit_rate, 4),
            "vectors_in_memory": figures.entries,
        }
        if choice is None:
            return ComponentStatus(
                name="embedder", state="ok", summary="It is loaded when it is first needed.", figures=numbers
            )
        numbers["provider"] = choice.provider
        numbers["onnxruntime"] = choice.runtime.version
        if self._warm_seconds is not None:
            numbers["warm_seconds"] = round(self._warm_seconds, 3)
        return ComponentStatus(
            name="embedder",
            state="degraded" if choice.failing else "ok",
            summary=choice.summary,
            mend=choice.mend,
            figures=numbers,
        )

    def close(self) -> None:
        """Write what waits, close the cache, let go of the model. Safe to call twice."""
        self._inner.close()
        self._cache.close()
        if self._own_devices is not None:
            self._own_devices.close()


def reopen_embedder(model_id: str, settings: Settings, *, paths: DataPaths, devices: Devices) -> CachedEmbedder | None:
    """The embedder that made vectors once, whatever the settings name now; None where it is not there any more.

    Args:
        model_id: of those vectors.
        settings: as for `open_embedder`.
        paths: as for `open_embedder`.
        devices: as for `open_embedder`.
    """
    store = ModelStore(stamps=paths.cache / "models.json", installed=paths.models)
    entries = [entry for entry in catalog.ENTRIES if entry.bundled]
    entries += [one.manifest.current_entry for one in store.installed() if one.manifest is not None]
    for entry in entries:
        if entry.task == "embed" and entry.fingerprint == model_id:
            named = settings.embedding.model_copy(update={"model": entry.ident})
            try:
                return open_embedder(settings.model_copy(update={"embedding": named}), paths=paths, devices=devices)
            except MagrayError as error:
                _log.warning("the embedder %s cannot be used any more: %s", entry.ident, error)
    return None


def open_embedder(settings: Settings, *, paths: DataPaths, devices: Devices | None = None) -> CachedEmbedder:
    """The embedder that the settings name, with its cache. Quick: `warm` or the first text loads the model.

    Args:
        settings: `embedding.*` is used, and `runtime.*` where no devices are given.
        paths: the cache lies in its cache folder.
        devices: what models run on, shared with others; by default its own, closed with it.

    Raises:
        ModelError: the model is unknown, or one of its files is missing or has a wrong size.
    """
    options = settings.embedding
    store = ModelStore(stamps=paths.cache / "models.json", installed=paths.models)
    model = store.locate(store.find(options.model, task="embed"))
    entry = model.entry
    own = Devices(settings.runtime, notes=paths.device_notes) if devices is None else None
    inner = OnnxEmbedder(
        model, store=store, batch_tokens=options.batch_tokens, threads=options.threads, devices=devices or own
    )
    room = memory_entries(
        options.cache_memory_mb, dimensions=entry.dimensions, machine_bytes=psutil.virtual_memory().total
    )
    memory: S3Fifo[bytes, NDArray[np.float32]] = S3Fifo(room, seconds=options.cache_days * 86400)
    disk = DiskCache(
        paths.cache / "embeddings.db", model_id=inner.model_id, dimensions=entry.dimensions, days=options.cache_days
    )
    return CachedEmbedder(inner, cache=EmbeddingCache(memory=memory, disk=disk), devices=own)
