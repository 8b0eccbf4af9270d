"""Long vectors made out of real ones, where no model of a thousand dimensions is at hand.

Sentences of LoCoMo, Cranfield and XQuAD, and the questions asked about them, are embedded by the bundled MiniLM (384
numbers). Passages beyond those sentences are sums of two of them, as in the latency bench. Each vector v then becomes
`turn @ ([v, 0.7 · features(v)] + noise)`:

- `features` are 640 random Fourier features of v (Rahimi and Recht, 2007), cos(Wv + b): numbers that depend on the text
  through its real vector, yet span directions that MiniLM's 384 cannot;
- the noise, .35 in length before everything is brought to length 1, is every text's own, and its spectrum falls as
  1 / sqrt(rank): what a longer model says of a text that MiniLM does not;
- `turn` is one random rotation, so that no number matters more than another and a plain cut would lose.

What comes of it has a full spectrum that falls slowly (the 256 strongest directions hold about .89 of the squared
length) and neighbours as close as real ones (cosines of about .6 for the nearest and .47 for the tenth). It is no
recording of a real model: another spectrum, as BGE-M3 or Qwen3 may have, would find more or less.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from engine.bench import BenchContext
from engine.bench.retrieval import read_collection
from engine.embedding import open_embedder
from engine.paths import DataPaths
from engine.settings import Settings

if TYPE_CHECKING:
    from numpy.typing import NDArray

DIMENSIONS = 1024
FEATURES, NOISE = 0.7, 0.35

_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_SHORTEST = 25
_AT_ONCE = 8192


def real_vectors(context: BenchContext) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Unit vectors of sentences and of questions, shapes (n, 384) and (m, 384).

    Raises:
        BenchUnavailableError: the collections are not there.
    """
    folders = sorted(path for path in context.collection("locomo").iterdir() if path.is_dir())
    if context.quick:
        folders = folders[:1]
    else:
        folders += [context.collection("cranfield"), context.collection("xquad") / "en"]
    collections = [read_collection(folder) for folder in folders]
    texts = [memory.text for collection in collections for memory in collection.memories]
    sentences = list(dict.fromkeys(part for text in texts for part in _SENTENCE.split(text) if len(part) > _SHORTEST))
    questions = [text for collection in collections for text in collection.questions.values()]
    settings = Settings(data_dir=context.work / "embedder")
    settings.paths.create()
    embedder = open_embedder(settings, paths=DataPaths.resolve(context.work / "embedder"))
    try:
        context.say(f"embedding {len(sentences):,} sentences and {len(questions):,} questions")
        asked = np.stack([embedder.embed_query(question) for question in questions])
        return embedder.embed_passages(sentences), asked
    finally:
        embedder.close()


class Lift:
    """Makes long vectors of real ones; the same ones for the same seed."""

    def __init__(self, source: int, *, seed: int = 3) -> None:
        self._order = np.random.default_rng(seed)
        added = DIMENSIONS - source
        self._weights = self._order.standard_normal((source, added)).astype(np.float32)
        self._phases = self._order.uniform(0, 2 * np.pi, added).astype(np.float32)
        turn, _ = np.linalg.qr(self._order.standard_normal((DIMENSIONS, DIMENSIONS)))
        self._turn = turn.astype(np.float32)
        spectrum = (1.0 + np.arange(DIMENSIONS)) ** -0.5
        self._spectrum = (NOISE * spectrum / np.linalg.norm(spectrum)).astype(np.float32)

    def passages(self, real: NDArray[np.float32], count: int) -> NDArray[np.float32]:
        """Shape (count, `DIMENSIONS`): the real ones first, then sums of two of them."""
        made = np.empty((count, DIMENSIONS), np.float32)
        for start in range(0, count, _AT_ONCE):
            size = min(_AT_ONCE, count - start)
            first, second = self._order.integers(0, len(real), (2, size))
            mixed = real[first] + 0.6 * real[second]
            own = real[start : start + size]
            mixed[: len(own)] = own
            made[start : start + size] = self.lift(mixed)
        return made

    def lift(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Shape (n, `DIMENSIONS`) of (n, source); rows of length 1."""
        unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        scale = FEATURES * np.sqrt(2 / self._weights.shape[1])
        features = scale * np.cos(unit @ self._weights + self._phases)
        whole = np.concatenate([unit, features], axis=1, dtype=np.float32)
        whole += self._spectrum * self._order.standard_normal(whole.shape, np.float32)
        turned = whole @ self._turn
        lengths = np.linalg.norm(turned, axis=1, keepdims=True)
        lifted: NDArray[np.float32] = (turned / lengths).astype(np.float32)
        return lifted


def nearest(vectors: NDArray[np.float32], queries: NDArray[np.float32], k: int) -> NDArray[np.int64]:
    """Places of the `k` nearest by exact comparison in full precision. Shape (queries, k)."""
    found = np.empty((len(queries), k), np.int64)
    for at, query in enumerate(queries):
        scores = vectors @ query
        best = np.argpartition(-scores, k)[:k]
        found[at] = best[np.argsort(-scores[best])]
    return found
