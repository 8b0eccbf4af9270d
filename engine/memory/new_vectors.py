"""What of a re-embedding runs in threads: reading texts, computing vectors, writing them, and the change of places."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from engine.memory.context import embedding_text
from engine.memory.indexes import Indexes
from engine.memory.store import recall_queries, vectors
from engine.memory.store.database import Database

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.embedding.cached_embedder import CachedEmbedder
    from engine.embedding.in_use import EmbedderInUse

_LAST_SECONDS = 1.0
"""What came while the last batches were computed is embedded with the writer standing still, if it takes no longer."""
_FEWEST_LAST, _MOST_LAST = 8, 256
_CLEARED = 2000
_SMOOTHING = 0.3


def settle_vectors(store: Database, model: str) -> str:
    """Decide at a start which model's vectors count. Runs on the `store` thread, before any index is opened.

    Args:
        store: The open database.
        model: Of the embedder that the settings name.

    Returns:
        The model whose embedder is to be used until the new vectors are gathered, or empty where `model` is used now.
    """
    with store.write() as writer:
        known = vectors.known_model(writer)
        if known == model:
            vectors.drop_gathered(writer)  # the owner went back
            return ""
        if not vectors.any_vector(writer):
            vectors.drop_gathered(writer)
            vectors.note_model(writer, model)
            return ""
        return known


def give_up_old(store: Database) -> None:
    """The old embedder is gone, so the new one is used at once. Runs on the `store` thread."""
    with store.write() as writer:
        vectors.drop_gathered(writer)
        vectors.note_model(writer, "")


class NewVectors:
    """Vectors of one embedder for all memories: beside those in use, or each in the place of a foreign one."""

    def __init__(
        self,
        *,
        store: Database,
        indexes: Indexes,
        in_use: EmbedderInUse,
        still: Callable[[], contextlib.AbstractContextManager[None]],
        ending: Callable[[], bool],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Nothing is read yet.

        Args:
            store: The open database.
            indexes: Follow what is replaced.
            in_use: Another takes its place in `change`.
            still: While the block lasts no recall runs.
            ending: Whether nobody wants it any more.
            clock: Seconds, never going back.
        """
        self._store = store
        self._indexes = indexes
        self._in_use = in_use
        self._still = still
        self._ending = ending
        self._clock = clock
        self._following: CachedEmbedder | None = None
        self.seconds_each: float | None = None
        """That one memory takes; None until a batch has told."""

    def begin(self, following: CachedEmbedder | None) -> None:
        """Whose vectors from now on; None stands for the embedder in use."""
        self._following = following
        self.seconds_each = None

    @property
    def spare(self) -> int:
        """How many memories may be left for `change`."""
        if self._following is None:
            return 0
        fitting = _LAST_SECONDS / max(self.seconds_each, 1e-6) if self.seconds_each is not None else 0
        return max(_FEWEST_LAST, min(_MOST_LAST, int(fitting)))

    # On any thread

    def is_settled(self) -> bool:
        """Whether every vector is known to be of the embedder in use."""
        with self._store.read() as reader:
            return vectors.known_model(reader) == self._in_use.model_id

    def is_paused(self) -> bool:
        """Whether the owner paused it, now or before the last start."""
        with self._store.read() as reader:
            return vectors.is_paused(reader)

    def count(self) -> tuple[int, int]:
        """Memories that wait for a vector, and memories in all."""
        with self._store.read() as reader:
            total = vectors.count_memories(reader)
            if self._following is not None:
                return vectors.count_missing(reader), total
            return vectors.count_foreign(reader, self._in_use.model_id), total

    def next_texts(self, after: int, limit: int) -> dict[int, str]:
        """What is embedded for the next memories without a vector, by their numbers above `after`, rising."""
        with self._store.read() as reader:
            if self._following is not None:
                numbers = vectors.next_missing(reader, after=after, limit=limit)
            else:
                numbers = vectors.next_foreign(reader, self._in_use.model_id, after=after, limit=limit)
            found = recall_queries.memories_of(reader, numbers)
        return {number: embedding_text(found[number]) for number in numbers if number in found}

    def embed(self, texts: list[str]) -> NDArray[np.float32]:
        """Their vectors, shape (len(texts), dimensions)."""
        began = self._clock()
        computed = (self._following or self._in_use).embed_passages(texts)
        each, known = (self._clock() - began) / len(texts), self.seconds_each
        self.seconds_each = each if known is None else known + _SMOOTHING * (each - known)
        return computed

    # On the `store` thread

    def note_paused(self, paused: bool) -> None:
        """Remember what the owner wants over the next starts."""
        with self._store.write() as writer:
            vectors.note_paused(writer, paused)

    def note_settled(self) -> None:
        """Every vector is of the embedder in use."""
        with self._store.write() as writer:
            vectors.note_model(writer, self._in_use.model_id)

    def make_room(self) -> None:
        """Begin to gather, or go on."""
        if self._following is not None:
            with self._store.write() as writer:
                vectors.begin_gathering(writer, self._following.model_id)

    def write(self, texts: Mapping[int, str], computed: NDArray[np.float32]) -> None:
        """Write vectors down in one transaction; memories that were erased meanwhile are passed over."""
        following, store = self._following, self._store
        embedder = following or self._in_use
        model, dimensions = embedder.model_id, embedder.dimensions
        rows = [
            (number, vector.astype("<f4", copy=False).tobytes()) for number, vector in zip(texts, computed, strict=True)
        ]
        sequence = 0
        with store.write() as writer:
            # one that was edited while its text was embedded is embedded again
            now = recall_queries.memories_of(writer, list(texts))
            edited = {number for number, one in now.items() if embedding_text(one) != texts[number]}
            rows = [row for row in rows if row[0] not in edited]
            if following is not None:
                there = vectors.gather(writer, rows, model=model, dimensions=dimensions)
            else:
                there = vectors.replace(store, writer, rows, model=model, dimensions=dimensions)
                sequence = store.last_sequence(writer)
        if sequence:
            self._indexes.changed(sequence)
        gone = [text for number, text in texts.items() if number not in there and number not in edited]
        if gone:  # erased while they were embedded: the cache must not know them either
            self._in_use.forget(gone)

    def change(self) -> bool:
        """Embed the last few, then let the following embedder take the place of the one in use.

        It is one job of the only thread that writes, so that nothing is remembered between the last vector and the
        change, and what was embedded by the old model before is refused after it (`EmbedderReplacedError`).

        Returns:
            Whether it has; not where too much has come meanwhile, or nobody wants it any more.
        """
        following = self._following
        if following is None:
            return False
        last = self.next_texts(0, self.spare + 1)
        if len(last) > self.spare or self._ending():
            return False
        if last:
            self.write(last, following.embed_passages(list(last.values())))
        if self._ending():
            return False
        with self._still():
            with self._store.write() as writer:
                vectors.take_gathered(writer, following.model_id)
            old = self._in_use.replace(following)
            self._indexes.use_vectors(following.model_id, following.dimensions, following.matryoshka)
        self._in_use.retire(old)
        return True

    def drop(self) -> None:
        """Forget what was gathered."""
        with self._store.write() as writer:
            vectors.drop_gathered(writer)

    def clear_old(self) -> bool:
        """Take away some vectors that nobody uses any more; tells whether there are more."""
        with self._store.write() as writer:
            return vectors.clear_old(writer, limit=_CLEARED)
