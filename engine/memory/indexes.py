"""All derived indexes of one engine, and the one thread that keeps them in step with the database.

The thread loads what was saved, reads what was committed since, and, when nothing waits, merges, writes sections and
saves. Recall never waits for it longer than it wants to: what is not indexed yet is read from the database.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import EngineClosedError, IndexDamagedError, StoreError
from engine.memory import word_tail
from engine.memory.archive_index import ArchiveIndex
from engine.memory.layer_index import LayerIndex
from engine.memory.lexical_sync import LexicalIndex, WordHits
from engine.memory.store import traces
from engine.memory.store.database import Database
from engine.memory.sync import DerivedIndex, IndexStatus
from engine.settings import IndexSettings, RecallSettings
from engine.values import LAYERS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_log = logging.getLogger(__name__)

BUSY_SECONDS = 0.05
"""While changes come closer together than this, reading them goes before merging and writing sections ..."""

OVERDUE_SECONDS = 2.0
"""... unless those have waited for so long."""

SAVE_CHANGES = 2000
"""New or removed vectors after which a layer is saved, once it has been quiet for a while."""

SAVE_QUIET_SECONDS = 5.0
SAVE_OVERDUE_SECONDS = 60.0
"""A save writes and hashes whole graphs, so it lets recalls that follow each other go first, but not for longer."""

REST_SECONDS = 30.0
"""Without a change for so long, the word index gives its writer's memory back."""

TOO_FAR = 20_000
"""So many changes behind, as while it is built anew, the word index is not waited for."""

COMMIT_SECONDS, SLOW_SECONDS = 0.02, 5.0
"""A commit of the word index takes 12 ms on an idle computer. After a longer one no recall waits, where it need not."""

RETRY_SECONDS = 5.0
"""After an error (a full disk, a locked file) the thread waits for so long before it tries again."""

NAMES = {"lexical": "The word index", "archive": "The archive's word index"}


class Indexes:
    """Owned by the engine. `start`, then use from any thread, then `close`."""

    def __init__(
        self,
        database: Database,
        *,
        folder: Path,
        index: IndexSettings,
        recall: RecallSettings,
        model_id: str,
        dimensions: int,
        matryoshka: Sequence[int] = (),
        notice: Callable[[str, str], None] | None = None,
        saved: Callable[[int], None] | None = None,
        words_saved: Callable[[int], None] | None = None,
    ) -> None:
        """Nothing is read or started here.

        Args:
            database: The open truth.
            folder: Where the indexes are saved.
            index: Options of the graphs.
            recall: Options of searching.
            model_id: The embedder whose vectors are indexed.
            dimensions: Numbers in a vector.
            matryoshka: Lengths to which its vectors may be cut, longest first.
            notice: Called on the indexing thread with (level, plain words) when the owner should know something.
            saved: Called on the indexing thread when removals up to a sequence are needed by no saved index.
            words_saved: Called on the indexing thread when the saved word index holds the changes up to a sequence.
        """
        self._database = database
        self._folder = folder
        self._index = index
        self._widths = {"interact": recall.ef_interact, "insights": recall.ef_insights, "assets": recall.ef_assets}
        self.layers: dict[str, LayerIndex] = self._layers_of(model_id, dimensions, matryoshka)
        self.lexical = LexicalIndex(database, folder)
        self.archive = ArchiveIndex(database, folder / "archive")
        self._all: tuple[DerivedIndex, ...] = (*self.layers.values(), self.lexical, self.archive)
        self._notice = notice
        self._saved = saved
        self._words_saved = words_saved
        self._saved_at: dict[str, int] = {}
        self._condition = threading.Condition()
        self._target = 0
        self._words_opened = self._closing = False
        self._pending = True
        self._jobs: list[tuple[Callable[[], Any], Future[Any]]] = []
        self._changed_at = self._worked_at = time.monotonic()
        self._searched_at = self._merged_at = 0.0
        self._slow_at, self._tail = -SLOW_SECONDS, word_tail.WordTail(database)
        self._due_since: float | None = None  # when a save was first put off
        self._told = False
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to load in the background. Recall works at once."""
        with self._database.read() as reader:
            self._target = self._database.last_sequence(reader)
        self._thread = threading.Thread(target=self._run, name="magray-index", daemon=True)
        self._thread.start()

    def use_vectors(self, model_id: str, dimensions: int, matryoshka: Sequence[int] = ()) -> None:
        """All vectors are of another model now: index those from the first one on, and let go of what was there.

        Never blocks. Recall looks into the database until they are read, as after a start.
        """
        layers = self._layers_of(model_id, dimensions, matryoshka)
        with self._condition:
            old, self.layers = self.layers, layers
            self._all = (*layers.values(), self.lexical, self.archive)
            for layer in layers:
                self._saved_at.pop(layer, None)  # what is saved is of the other model
            if self._thread is not None and not self._closing:
                self._jobs += [(index.close, Future()) for index in old.values()]
            self._pending = True
            self._changed_at = time.monotonic()
            self._condition.notify_all()

    def changed(self, sequence: int) -> None:
        """A transaction with changes up to `sequence` was committed. Never blocks."""
        with self._condition:
            self._target = max(self._target, sequence)
            self._pending = True
            self._changed_at = time.monotonic()
            self._condition.notify_all()

    @property
    def target(self) -> int:
        """The last change that is known to be committed."""
        return self._target

    def wait_for(self, sequence: int, timeout: float = 2.0, *, nearly: bool = False) -> bool:
        """Wait until the word index holds the changes up to `sequence`.

        Not where the index is being loaded or lies `TOO_FAR` behind: recall goes on with what is there. With `nearly`
        for `COMMIT_SECONDS` at most where so little is missing that `search_words` reads it from the database.

        Returns:
            Whether it holds them.
        """
        if self._words_opened and self.lexical.last_sequence >= sequence:
            return True
        end = time.monotonic() + timeout
        with self._condition:
            self._condition.wait_for(lambda: self._words_opened or self._closing, timeout)
            behind = sequence - self.lexical.last_sequence
            moment = COMMIT_SECONDS if time.monotonic() - self._slow_at > SLOW_SECONDS else 0.0
            patience = moment if nearly and behind <= word_tail.MOST else max(0.0, end - time.monotonic())
            if behind <= TOO_FAR:
                self._condition.wait_for(lambda: self.lexical.last_sequence >= sequence or self._closing, patience)
        return self.lexical.last_sequence >= sequence

    def wait_for_archive(self, sequence: int, timeout: float = 2.0) -> bool:
        """Wait until the archive's word index holds the changes up to `sequence`.

        Returns:
            Whether it holds them.
        """
        with self._condition:
            self._condition.wait_for(lambda: self.archive.last_sequence >= sequence or self._closing, timeout)
        return self.archive.last_sequence >= sequence

    def search_vectors(
        self, layer: str, query: NDArray[np.float32], k: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The `k` memories of a layer nearest to a unit vector: labels and cosines, best first."""
        return self.layers[layer].search(query, k, upto=self._target)

    def search_words(
        self,
        text: str,
        *,
        limit: int,
        phrases: tuple[str, ...] = (),
        layer: str | None = None,
        kind: str | None = None,
    ) -> WordHits:
        """BM25 over records, windows and sections."""
        self._searched_at = time.monotonic()
        asked = word_tail.Asked(text=text, limit=limit, phrases=phrases, layer=layer, kind=kind)
        return self._tail.search(self.lexical, asked, target=self._target)

    def status(self) -> tuple[IndexStatus, ...]:
        """Figures of every index."""
        return tuple(index.status() for index in self._all)

    def verify(self) -> tuple[dict[str, int], list[str]]:
        """Hold every index against the database. Blocks; what was committed before the call is compared.

        Returns:
            What each index holds, and what is wrong, in plain words.
        """

        def check() -> tuple[dict[str, int], list[str]]:
            while True:
                looked_at = self._all
                problems = [problem for index in looked_at for problem in index.verify()]
                if looked_at is self._all:  # else the model changed meanwhile
                    return {index.name: index.status().count for index in looked_at}, problems

        found: tuple[dict[str, int], list[str]] = self._on_thread(check)
        return found

    def rebuild(self) -> None:
        """Build every index anew from the database, and save it. Blocks; recall goes on."""
        self._on_thread(lambda: self._build(self._all))

    def mend(self) -> list[str]:
        """Build those indexes anew that do not agree with the database. Blocks; recall goes on.

        Returns:
            What was done, in words.
        """

        def build() -> list[str]:
            damaged = tuple(index for index in self._all if index.verify())
            self._build(damaged)
            return [f"{NAMES.get(one.name, f'The vector index of {one.name}')} was built anew." for one in damaged]

        mended: list[str] = self._on_thread(build)
        return mended

    def _build(self, indexes: tuple[DerivedIndex, ...]) -> None:
        for index in indexes:
            index.reset()
        for index in indexes:
            while not index.catch_up():
                self._tell()
            self._tell()
            while index.work():
                if self._closing:
                    return
                self._read_changes()
        self._save(indexes)

    def settle(self) -> None:
        """Wait until everything committed is indexed and merged. Benchmarks and tests use it."""

        def work() -> None:
            self._read_changes()
            while self._work():
                self._read_changes()

        self._on_thread(work)

    def save(self) -> None:
        """Save every index now. Blocks."""
        self._on_thread(lambda: self._save(self._all))

    def close(self) -> None:
        """Save what changed and end the thread; the next start reads the rest. Safe to call twice."""
        with self._condition:
            self._closing = True
            self._condition.notify_all()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _layers_of(self, model_id: str, dimensions: int, matryoshka: Sequence[int]) -> dict[str, LayerIndex]:
        return {
            layer: LayerIndex(
                layer,
                self._database,
                self._folder,
                settings=self._index,
                model=model_id,
                dimensions=dimensions,
                ef=self._widths[layer],
                matryoshka=matryoshka,
            )
            for layer in LAYERS
        }

    def _on_thread(self, job: Callable[[], Any]) -> Any:
        future: Future[Any] = Future()
        with self._condition:
            if self._closing or self._thread is None:
                raise EngineClosedError("Magray is closed.")
            self._jobs.append((job, future))
            self._condition.notify_all()
        return future.result()

    def _run(self) -> None:
        opened = False
        try:
            while True:
                try:
                    if not opened:
                        self._open()
                        opened = True
                    if not self._step():
                        break
                    self._told = False
                except Exception as error:  # the thread must outlive a full disk, and even a fault of ours
                    self._failed(error)
            self._finish()
        finally:
            with self._condition:
                self._closing = True
                jobs, self._jobs = self._jobs, []
                self._condition.notify_all()
            for _, future in jobs:
                future.set_exception(EngineClosedError("Magray is closed."))
            for index in self._all:
                index.close()

    def _open(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        for left_over in self._folder.glob("grow-*.hnsw"):  # of a kill while a graph grew
            left_over.unlink(missing_ok=True)
        order: tuple[DerivedIndex, ...] = (self.lexical, *self.layers.values(), self.archive)
        for index in order:
            try:
                index.open()
            except IndexDamagedError as error:
                name = NAMES.get(index.name, f"The vector index of {index.name}")
                _log.warning("%s cannot be used (%s); it is built anew", name, error)
                if self._notice is not None:
                    self._notice(
                        "warning",
                        f"{name} was damaged or out of date and is being built anew. Nothing is lost; search goes on.",
                    )
            self._saved_at[index.name] = index.last_sequence
            with self._condition:
                self._words_opened = True  # the first of the order
                self._condition.notify_all()

    def _step(self) -> bool:
        """One round of the thread. Returns whether to go on."""
        with self._condition:
            if self._closing:
                return False
            jobs, self._jobs = self._jobs, []
            pending, self._pending = self._pending, False
        for job, future in jobs:
            try:
                future.set_result(job())
            except BaseException as error:
                future.set_exception(error)
        if pending:
            self._read_changes()
        now = time.monotonic()
        if now - self._changed_at < BUSY_SECONDS and now - self._worked_at < OVERDUE_SECONDS:
            with self._condition:
                if not (self._pending or self._jobs or self._closing):
                    self._condition.wait(BUSY_SECONDS)
            return True
        more = self._work()
        self._worked_at = time.monotonic()
        if not more:
            self._rest()
        return True

    def _read_changes(self) -> None:
        """Bring every index up to now; the word index first, since recall waits for it."""
        order: tuple[DerivedIndex, ...] = (self.lexical, *self.layers.values(), self.archive)
        done = False
        while not done and not self._closing:
            began = time.monotonic()  # a batch of each in turn: none waits until another has read a long import
            behind = [index for index in order if not index.catch_up()]
            self._slow_at = began if time.monotonic() - began > COMMIT_SECONDS else self._slow_at
            done = not behind
            self._tell()

    def _work(self) -> bool:
        """A slice of each index's work. Returns whether there is more."""
        more = [index for index in self._all if index.work()]
        if more:
            self._merged_at = time.monotonic()
        return bool(more)

    def _tell(self) -> None:
        with self._condition:
            self._condition.notify_all()

    def _rest(self) -> None:
        """Nothing to do: save what has gathered, then wait for a change."""
        now = time.monotonic()
        quiet = now - self._changed_at
        wait = SAVE_QUIET_SECONDS - quiet
        if wait <= 0:
            self._save(self._scrubbed())
            for words in (self.lexical, self.archive):
                if words.must_purge:
                    words.purge()
                    self._pending = True
            if self._pending:
                return
            wait = self._save_when_calm(calm=now - max(self._searched_at, self._merged_at))
        if quiet >= REST_SECONDS:
            self.lexical.rest()
            self.archive.rest()
        elif wait <= 0:
            wait = REST_SECONDS - quiet
        with self._condition:
            if not (self._pending or self._jobs or self._closing):
                self._condition.wait(wait + 0.01 if wait > 0 else None)

    def _save_when_calm(self, *, calm: float) -> float:
        """Save the layers in which much has changed, unless searches or merges go on.

        Args:
            calm: Seconds since the last search and the last merge.

        Returns:
            Seconds after which to look again, 0 where nothing is left to save.
        """
        due = [index for index in self.layers.values() if index.changes >= max(SAVE_CHANGES, index.count // 10)]
        if not due:
            self._due_since = None
            return 0.0
        now = time.monotonic()
        self._due_since = now if self._due_since is None else self._due_since
        waited = now - self._due_since
        if calm < SAVE_QUIET_SECONDS and waited < SAVE_OVERDUE_SECONDS:
            return min(SAVE_QUIET_SECONDS - calm, SAVE_OVERDUE_SECONDS - waited)
        self._due_since = None
        self._save((self.lexical, self.archive, *due))
        return 0.0

    def _scrubbed(self) -> tuple[LayerIndex, ...]:
        """Layers whose saved files may hold vectors that were erased since, ready to be saved without them."""
        with self._database.read() as reader:
            erased = traces.last_erased(reader)
        found = [
            index for index in self.layers.values() if index.changes and self._saved_at.get(index.name, 0) < erased
        ]
        for index in found:
            index.scrub()
        return tuple(found)

    def _save(self, indexes: tuple[DerivedIndex, ...]) -> None:
        for index in indexes:
            self._saved_at[index.name] = index.save()
        if self._saved is not None and len(self._saved_at) == len(self._all):
            self._saved(min(self._saved_at.values()))

    def _failed(self, error: Exception) -> None:
        if self._closing:
            _log.warning("an index could not be brought up to date (%s); the next start does it", error)
            return
        expected = isinstance(error, (OSError, StoreError, ValueError))
        _log.error("the indexes cannot be kept up to date: %s", error, exc_info=None if expected else error)
        told, self._told = self._told, True
        if self._notice is not None and not told:
            self._notice(
                "error",
                f"The search index could not be brought up to date ({error}). Everything is kept in the database; "
                "Magray tries again in a moment.",
            )
        with self._condition:
            self._pending = True
            self._condition.wait_for(lambda: self._closing, RETRY_SECONDS)

    def _finish(self) -> None:
        try:
            if self.lexical.must_purge:
                for index in self.layers.values():
                    while not index.catch_up():
                        continue
                self._scrubbed()
                few = self.lexical.status().count <= TOO_FAR
                self.lexical.reset()
                while few and not self.lexical.catch_up():
                    continue
            if self.archive.must_purge:
                few = self.archive.status().count <= TOO_FAR
                self.archive.reset()
                while few and not self.archive.catch_up():
                    continue
            self.lexical.save()
            self._saved_at["lexical"] = self.lexical.last_sequence
            self._saved_at["archive"] = self.archive.save()
            if self._words_saved is not None:
                self._words_saved(self.lexical.last_sequence)
            self._save(tuple(index for index in self.layers.values() if index.changes))
        except (OSError, StoreError, ValueError) as error:
            _log.warning("the indexes were not saved (%s); the next start brings them up to date", error)
