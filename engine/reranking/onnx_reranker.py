"""The reranker that runs an ONNX model, within a time budget."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from engine.embedding.batching import plan_batches
from engine.embedding.pairs import EncodedPair, PairTokenizer
from engine.errors import MagrayError, ModelError, RuntimeUnavailableError
from engine.models.store import LocatedModel, ModelStore
from engine.reranking.reranker import Reranked
from engine.reranking.scoring import Scoring, scoring_of
from engine.runtime.buffers import Buffers, release_unused_memory
from engine.runtime.device_session import DeviceSession
from engine.runtime.manager import Devices
from engine.settings import RerankingSettings
from engine.values import ComponentStatus

_log = logging.getLogger(__name__)
T = TypeVar("T")
_FAST = 0.5
"""Share of the budget that the trial may take for `auto` to call the machine fast enough: others work on it too."""
_BATCH_TOKENS = 1024
_SMOOTHING = 0.3
_LAST_WAIT = 0.05
"""Seconds beyond the budget that a batch under way is waited for."""
_CHOOSING_SECONDS = 120.0
_FORGETTING = 0.8
"""A rate that makes every recall too late is believed a little less each time, so that it is tried again."""
_QUERY = "When does the lease of the office end?"
_PASSAGE = (
    "The lease of the office ends in May, and until then the rent of the four rooms is paid every quarter. The key of"
    " the cellar hangs beside the door, and whoever leaves last turns off the light on the stairs and in the yard."
    " Letters go into the box at the gate, which is emptied at noon. "
) * 2
"""About as long as an ordinary chunk of a document."""


@dataclass(frozen=True, slots=True)
class _Loaded:
    session: DeviceSession
    scoring: Scoring


class OnnxReranker:
    """Scores query and passage together by one ONNX model. Implements `Reranker`; thread-safe.

    It is wanted only after `warm`, which loads the model and measures it: nobody waits for that. Scores are computed on
    a thread of its own, one question after the other, so that a recall waits for its budget and no longer, whatever a
    device does.
    """

    def __init__(
        self,
        model: LocatedModel,
        *,
        store: ModelStore,
        options: RerankingSettings,
        devices: Devices,
        threads: int = 0,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        """Make a reranker; nothing is loaded yet.

        Args:
            model: where its files are.
            store: checks the files.
            options: whether it is wanted, its time and its number of passages.
            devices: decides what it runs on.
            threads: of one run on the CPU; 0 takes every core.
            clock: seconds, never going back.
        """
        self._model = model
        self._entry = model.entry
        self._store = store
        self._options = options
        self._devices = devices
        self._threads = threads
        self._clock = clock
        self._buffers = Buffers()
        self._lock = threading.Lock()
        self._loaded: _Loaded | None = None
        self._line: ThreadPoolExecutor | None = None
        self._closed = False
        self._failure: str | None = None
        self._trial_seconds: float | None = None
        self._seconds_per_token = 0.0
        self._done = self._late = 0

    @property
    def model_id(self) -> str:
        """Id and fingerprint from the catalogue."""
        return self._entry.fingerprint

    @property
    def languages(self) -> frozenset[str]:
        """Languages that it reads."""
        return self._entry.languages

    @property
    def passages(self) -> int:
        """Passages at most that are worth giving to it at once."""
        return self._options.passages

    @property
    def fast(self) -> bool:
        """Whether the trial took no more than its share of the budget."""
        return self._trial_seconds is not None and self._trial_seconds <= _FAST * self._budget

    @property
    def ready(self) -> bool:
        """Whether it is wanted: it is loaded, and the owner turned it on or the machine is fast enough."""
        if self._loaded is None or self._failure is not None:
            return False
        return self._options.mode == "on" or (self._options.mode == "auto" and self.fast)

    @property
    def _budget(self) -> float:
        return self._options.budget_ms / 1000

    def prepare(self) -> None:
        """Load, and wait until it is decided what it runs on: a card may be fast enough where the processor is not.

        Raises:
            ModelError: a file is missing or was altered, or it is no reranker.
            RuntimeUnavailableError: ONNX Runtime is missing or does not take the model.
        """
        with self._noting_failure():
            self._load().session.settle(_CHOOSING_SECONDS)

    def warm(self) -> None:
        """Load, measure, and check the files in full where that is due. It blocks: call it off the UI thread.

        Raises:
            ModelError: a file is missing or was altered, or it is no reranker.
            RuntimeUnavailableError: ONNX Runtime is missing or does not take the model.
        """
        with self._noting_failure():
            loaded = self._load()
            pairs = loaded.scoring.encode(_QUERY, [_PASSAGE] * self.passages)
            scores = loaded.scoring.score(pairs[:1])  # the first run prepares things, so it is not measured
            if not np.isfinite(scores).all():
                raise ModelError(
                    f"The reranker {self._entry.ident} gives values that are not finite. Choose another variant of it."
                    " Recall goes on without it."
                )
            self._measure(loaded, pairs)
            if not self._model.verified:
                self._model = self._store.verify(self._entry)
        if not self.ready:
            self._let_go()

    def rerank(self, query: str, passages: Sequence[str]) -> Reranked:
        """Score passages. The clock is looked at between batches, and what would come too late is not begun.

        Raises:
            ModelError: the model cannot be loaded.
            RuntimeUnavailableError: no execution provider can run the model.
        """
        began = self._clock()
        loaded = self._load()
        if not loaded.session.loaded:  # nobody asked for long, and its memory was given back
            self._in_line(lambda: loaded.scoring.score(loaded.scoring.encode(_QUERY, [_PASSAGE])))
            return Reranked(scores=None, seconds=self._clock() - began, why_not="it is being loaded again")
        late = threading.Event()
        scoring = self._in_line(lambda: self._score(loaded, query, passages, began, late))
        try:
            return scoring.result(self._budget + _LAST_WAIT)
        except TimeoutError:
            late.set()
            self._late += 1
            return Reranked(scores=None, seconds=self._clock() - began, why_not="its time ran out")
        except CancelledError as error:
            raise _was_closed() from error

    def _score(
        self, loaded: _Loaded, query: str, passages: Sequence[str], began: float, late: threading.Event
    ) -> Reranked:
        pairs = loaded.scoring.encode(query, passages)
        scores = np.zeros(len(pairs), np.float32)
        for batch in self._plan(loaded, pairs):
            expected = self._seconds_per_token * _tokens(pairs, batch)
            start = self._clock()
            if late.is_set() or self._closed:
                return Reranked(scores=None, seconds=start - began, why_not="its time ran out")
            if start - began + expected > self._budget:
                self._late += 1
                self._seconds_per_token *= _FORGETTING
                return Reranked(scores=None, seconds=start - began, why_not="its time ran out")
            scores[batch] = loaded.scoring.score([pairs[position] for position in batch])
            self._learn((self._clock() - start) / _tokens(pairs, batch))
        seconds = self._clock() - began
        if late.is_set():
            return Reranked(scores=None, seconds=seconds, why_not="its time ran out")
        if seconds > self._budget:
            self._late += 1
            return Reranked(scores=None, seconds=seconds, why_not="its time ran out")
        if not np.isfinite(scores).all():
            return Reranked(scores=None, seconds=seconds, why_not="its numbers cannot be used")
        self._done += 1
        return Reranked(scores=tuple(scores.tolist()), seconds=seconds)

    def component(self) -> ComponentStatus:
        """How it is, in plain words."""
        figures: dict[str, float | int | str] = {"model": self._entry.ident, "done": self._done, "late": self._late}
        if self._trial_seconds is not None:
            figures["trial_ms"] = round(self._trial_seconds * 1000, 1)
        if self._failure is not None:
            return ComponentStatus(name="reranker", state="degraded", summary=self._failure, mend=_OFF, figures=figures)
        if self._trial_seconds is None:
            return ComponentStatus(name="reranker", state="ok", summary="It is being loaded.", figures=figures)
        took = f"{self.passages} passages take {self._trial_seconds * 1000:,.0f} ms"
        if not self.ready:
            return ComponentStatus(
                name="reranker",
                state="off",
                summary=f"{self._entry.name} is too slow here to be used by itself: {took}.",
                mend="To use it all the same: magray config set reranking.mode on.",
                figures=figures,
            )
        late = f"; {self._late} of {self._done + self._late} came too late" if self._late else ""
        return ComponentStatus(
            name="reranker", state="ok", summary=f"{self._entry.name} orders close hits: {took}{late}.", figures=figures
        )

    def close(self) -> None:
        """Let go of the model. Safe to call twice; calls afterwards raise."""
        with self._lock:
            self._closed = True
            line, self._line = self._line, None
        if line is not None:
            line.shutdown(wait=True, cancel_futures=True)
        self._let_go()

    def _in_line(self, work: Callable[[], T]) -> Future[T]:
        with self._lock:
            if self._closed:
                raise _was_closed()
            if self._line is None:
                self._line = ThreadPoolExecutor(1, thread_name_prefix="magray-reranker")
            return self._line.submit(work)

    @contextmanager
    def _noting_failure(self) -> Iterator[None]:
        try:
            yield
        except MagrayError as error:
            self._failure = str(error)
            raise
        self._failure = None

    def _let_go(self) -> None:
        with self._lock:
            loaded, self._loaded = self._loaded, None
        if loaded is not None:
            self._devices.close_session(loaded.session)
            self._buffers.release()
            release_unused_memory()

    def _load(self) -> _Loaded:
        loaded = self._loaded
        if loaded is not None:
            return loaded
        with self._lock:
            if self._closed:
                raise _was_closed()
            if self._loaded is None:
                self._loaded = self._build()
            return self._loaded

    def _build(self) -> _Loaded:
        model = self._store.locate(self._entry)
        session: DeviceSession | None = None
        try:
            tokenizer = PairTokenizer(model.tokenizer_path, max_tokens=self._entry.max_tokens)
            session = self._devices.open(
                model.model_path,
                model=self._entry.fingerprint,
                threads=self._threads,
                accelerators=self._entry.accelerators,
                cpu_tokens=_BATCH_TOKENS,
            )
            scoring = scoring_of(
                session, self._entry, tokenizer=tokenizer, buffers=self._buffers, path=model.model_path
            )
        except (ModelError, RuntimeUnavailableError):
            if session is not None:
                self._devices.close_session(session)
            self._store.verify(self._entry)  # where a file was altered, that is the truer reason
            raise
        session.accelerate(lambda: scoring.sample(_QUERY, _PASSAGE))
        return _Loaded(session, scoring)

    def _measure(self, loaded: _Loaded, pairs: list[EncodedPair]) -> None:
        """Time what one recall asks for. It stops once it is clear that this machine is too slow."""
        spent, done, tokens = 0.0, 0, 0
        for batch in self._plan(loaded, pairs):
            start = self._clock()
            loaded.scoring.score([pairs[position] for position in batch])
            spent += self._clock() - start
            done += len(batch)
            tokens += _tokens(pairs, batch)
            if spent > 2 * self._budget:
                break
        self._seconds_per_token = spent / max(1, tokens)
        self._trial_seconds = spent * len(pairs) / max(1, done)
        _log.info("reranker %s: %d passages in %.3f s", self.model_id, len(pairs), self._trial_seconds)

    def _plan(self, loaded: _Loaded, pairs: list[EncodedPair]) -> list[list[int]]:
        return plan_batches([len(pair.ids) for pair in pairs], budget=_BATCH_TOKENS, most=loaded.scoring.most)

    def _learn(self, seconds_per_token: float) -> None:
        known = self._seconds_per_token
        self._seconds_per_token = known + _SMOOTHING * (seconds_per_token - known) if known else seconds_per_token


def _was_closed() -> RuntimeUnavailableError:
    return RuntimeUnavailableError("The reranker was closed. Nothing was changed; open Magray again.")


_OFF = "Recall goes on without it. To have none: magray config set reranking.mode off."


def _tokens(pairs: Sequence[EncodedPair], batch: Sequence[int]) -> int:
    return max(1, max((len(pairs[position].ids) for position in batch), default=1) * len(batch))
