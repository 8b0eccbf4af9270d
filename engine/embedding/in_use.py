"""The embedder that everything uses now, and the moment in which another one takes its place.

Whoever computes several vectors that belong together, or writes one down, holds the embedder by `held` meanwhile, so
that all are of one model. The one that was replaced is closed as soon as nobody holds it.
"""

from __future__ import annotations

import contextlib
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from engine.embedding.cached_embedder import CachedEmbedder
from engine.embedding.embedder import Embedder
from engine.values import ComponentStatus

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class EmbedderReplacedError(Exception):
    """Vectors were computed by a model that is no longer the one in use; they have to be computed again."""


@contextlib.contextmanager
def held(embedder: Embedder) -> Iterator[Embedder]:
    """One embedder for the whole block, even where another takes its place meanwhile."""
    if isinstance(embedder, EmbedderInUse):
        with embedder.hold() as current:
            yield current
    else:
        yield embedder


class EmbedderInUse:
    """Passes every call on to the embedder in use. Implements `Embedder`; thread-safe."""

    def __init__(self, embedder: CachedEmbedder) -> None:
        self._lock = threading.Lock()
        self._current = embedder
        self._next: CachedEmbedder | None = None
        self._holders: Counter[CachedEmbedder] = Counter()
        self._retired: set[CachedEmbedder] = set()
        self._share = 1.0

    @property
    def current(self) -> CachedEmbedder:
        """The one in use now."""
        return self._current

    @contextlib.contextmanager
    def hold(self) -> Iterator[CachedEmbedder]:
        """The one in use now, which stays open until the block ends."""
        with self._lock:
            embedder = self._current
            self._holders[embedder] += 1
        try:
            yield embedder
        finally:
            with self._lock:
                self._holders[embedder] -= 1
                due = not self._holders[embedder] and embedder in self._retired
                if not self._holders[embedder]:
                    del self._holders[embedder]
                if due:
                    self._retired.discard(embedder)
            if due:
                embedder.close()

    def prepare(self, embedder: CachedEmbedder | None) -> None:
        """The one that comes next computes vectors already, or there is none any more; `forget` reaches it too."""
        with self._lock:
            self._next = embedder

    def replace(self, embedder: CachedEmbedder) -> CachedEmbedder:
        """Use another one from now on.

        Returns:
            The one before, for `retire`.
        """
        with self._lock:
            old, self._current = self._current, embedder
            if self._next is embedder:
                self._next = None
            share = self._share
        if share != 1.0:
            embedder.fit(share)
        return old

    def retire(self, embedder: CachedEmbedder) -> None:
        """Close one that is not in use, at once or as soon as nobody holds it."""
        with self._lock:
            busy = self._holders[embedder] > 0
            if busy:
                self._retired.add(embedder)
        if not busy:
            embedder.close()

    def close(self) -> None:
        """Close all of them. Safe to call twice."""
        with self._lock:
            embedders = [self._current, *self._retired, *([self._next] if self._next is not None else [])]
            self._retired.clear()
        for embedder in embedders:
            embedder.close()

    @property
    def sizes(self) -> tuple[int, int]:
        """Vectors that the cache of the one in use may hold in memory, and tokens of its batches."""
        return self._current.sizes

    def fit(self, share: float) -> None:
        """Use so much of the usual memory from now on, whichever embedder it is; see `CachedEmbedder.fit`."""
        with self._lock:
            self._share = share
        with self.hold() as embedder:
            embedder.fit(share)

    @property
    def model_id(self) -> str:
        """Of the one in use."""
        return self._current.model_id

    @property
    def ident(self) -> str:
        """As the owner names the one in use."""
        return self._current.ident

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        return self._current.dimensions

    @property
    def languages(self) -> frozenset[str]:
        """Languages in which the vectors mean something."""
        return self._current.languages

    @property
    def matryoshka(self) -> tuple[int, ...]:
        """Lengths to which its vectors may be cut, longest first; empty where they may not."""
        return self._current.matryoshka

    @property
    def max_tokens(self) -> int:
        """Tokens of a text that are read, special ones included."""
        return self._current.max_tokens

    @property
    def tokenizer_path(self) -> Path:
        """The file of the tokenizer."""
        return self._current.tokenizer_path

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embed texts to be found: (len(texts), dimensions), rows of length 1."""
        with self.hold() as embedder:
            return embedder.embed_passages(texts)

    def embed_query(self, text: str) -> NDArray[np.float32]:
        """Embed one query: (dimensions,), length 1."""
        with self.hold() as embedder:
            return embedder.embed_query(text)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text without special tokens and without cutting."""
        with self.hold() as embedder:
            return embedder.count_tokens(texts)

    def warm(self) -> None:
        """Load the one in use and run it once; see `CachedEmbedder.warm`."""
        with self.hold() as embedder:
            embedder.warm()

    def trim(self) -> None:
        """Give memory that the last work needed back to the system."""
        with self.hold() as embedder:
            embedder.trim()

    def forget(self, texts: Iterable[str]) -> None:
        """Remove every trace of texts from the caches, also of the model that comes next."""
        doomed = list(texts)
        with self._lock:
            following = self._next
        with self.hold() as embedder:
            embedder.forget(doomed)
        if following is not None:
            following.forget(doomed)

    def forget_all(self) -> None:
        """Empty the caches, also of the model that comes next."""
        with self._lock:
            following = self._next
        with self.hold() as embedder:
            embedder.forget_all()
        if following is not None:
            following.forget_all()

    def component(self) -> ComponentStatus:
        """How the one in use is, in plain words."""
        with self.hold() as embedder:
            return embedder.component()
