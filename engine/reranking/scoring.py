"""The two ways in which a model says how well a passage fits a query.

A cross-encoder gives one number for a pair, whose logistic is the score (Nogueira and Cho, "Passage re-ranking with
BERT", 2019). A language model trained for it is asked and would answer yes or no: the score is the probability of yes
among the two (Zhang and others, "Qwen3 Embedding: advancing text embedding and reranking through foundation models",
2025, section 2).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from engine.embedding.inputs import GraphInputs
from engine.embedding.pairs import EncodedPair, PairTokenizer
from engine.errors import ModelError
from engine.models.entry import ModelEntry
from engine.runtime.backend import Sample
from engine.runtime.buffers import Buffers
from engine.runtime.device_session import DeviceSession

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SAMPLE_PAIRS = 16
_SYSTEM = (
    "<|im_start|>system\nJudge whether the Document meets the requirements based on the Query and the Instruct"
    ' provided. Note that the answer can only be "yes" or "no".<|im_end|>\n<|im_start|>user\n'
)
_ANSWER = "<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n"
_INSTRUCTION = "Given a web search query, retrieve relevant passages that answer the query"
"""The frame that Qwen3-Reranker was trained in, word for word from its model card."""


class Scoring(Protocol):
    """One way. Thread-safe."""

    @property
    def most(self) -> int:
        """Pairs at most in one run."""

    def encode(self, query: str, passages: Sequence[str]) -> list[EncodedPair]:
        """Token ids of each pair."""

    def score(self, batch: Sequence[EncodedPair], *, shrink: bool = False) -> NDArray[np.float32]:
        """Scores from 0 to 1 of a batch, (pairs,); not finite where the model's own numbers are not."""

    def sample(self, query: str, passage: str) -> Sample:
        """A batch by which devices are compared, in arrays of its own."""


def scoring_of(
    session: DeviceSession, entry: ModelEntry, *, tokenizer: PairTokenizer, buffers: Buffers, path: Path
) -> Scoring:
    """The way that a graph's logits ask for.

    Raises:
        ModelError: it has no logits of either kind; the message tells what it has.
    """
    inputs = GraphInputs(session.inputs, session.types, pad_id=tokenizer.pad_id, path=path)
    outputs = {name: shape for name, shape in session.outputs.items() if not name.startswith("present")}
    name = entry.output or ("logits" if "logits" in outputs or len(outputs) != 1 else next(iter(outputs)))
    shape = outputs.get(name, ())
    kind = session.types.get(name, "")
    if kind in ("float32", "float16"):
        if len(shape) == 1 or (len(shape) == 2 and not (isinstance(shape[1], int) and shape[1] != 1)):
            return CrossEncoding(session, inputs, tokenizer, buffers, output=name, flat=len(shape) == 1)
        if len(shape) == 3 and isinstance(shape[2], int) and shape[2] > 1:
            return YesNo(
                session, inputs, tokenizer, buffers, output=name, words=shape[2], most=entry.max_tokens, path=path
            )
    found = ", ".join(f"{one} {list(outputs[one])}" for one in outputs) or "none"
    raise ModelError(
        f"{path} cannot order passages: it should give one logit a pair, or logits of words, and its outputs are"
        f" {found}. Choose another reranker. Recall goes on without one."
    )


class CrossEncoding:
    """One logit a pair. The pairs of a batch are filled up on the right, as encoders take it."""

    most = 8
    """So that the clock is looked at often enough."""

    def __init__(
        self,
        session: DeviceSession,
        inputs: GraphInputs,
        tokenizer: PairTokenizer,
        buffers: Buffers,
        *,
        output: str,
        flat: bool,
    ) -> None:
        self._session = session
        self._inputs = inputs
        self._tokenizer = tokenizer
        self._buffers = buffers
        self._output = output
        self._flat = flat
        self._dtype = _dtype(session, output)

    def encode(self, query: str, passages: Sequence[str]) -> list[EncodedPair]:
        """The query, then the passage, as the tokenizer's own template for pairs has it."""
        return self._tokenizer.encode(query, passages)

    def score(self, batch: Sequence[EncodedPair], *, shrink: bool = False) -> NDArray[np.float32]:
        """The logistic of each logit, (pairs,)."""
        ids = [pair.ids for pair in batch]
        mask = self._inputs.mask(ids, self._buffers, padding="right")
        made = self._inputs.make(ids, mask, self._buffers, padding="right", types=[pair.types for pair in batch])
        shape = (len(batch),) if self._flat else (len(batch), 1)
        logits: NDArray[Any] = self._buffers.take("logits", shape, self._dtype)
        self._session.run(made, self._output, logits, shrink=shrink)
        return _logistic(logits.reshape(-1).astype(np.float32))

    def sample(self, query: str, passage: str) -> Sample:
        """Pairs of one length, no two alike."""
        (pair,) = self._tokenizer.encode(query, [passage])
        ids = [np.roll(pair.ids, shift) for shift in range(_SAMPLE_PAIRS)]
        mask = self._inputs.mask(ids, self._buffers, padding="right")
        made = self._inputs.make(ids, mask, self._buffers, padding="right", types=[pair.types] * len(ids))
        shape = (len(ids),) if self._flat else (len(ids), 1)
        return Sample(_copies(made), self._output, shape, dtype=np.dtype(self._dtype).name)


class YesNo:
    """Logits of all words at the last token. One pair a run: logits of a batch would fill gigabytes."""

    most = 1

    def __init__(
        self,
        session: DeviceSession,
        inputs: GraphInputs,
        tokenizer: PairTokenizer,
        buffers: Buffers,
        *,
        output: str,
        words: int,
        most: int,
        path: Path,
    ) -> None:
        yes, no = tokenizer.token("yes"), tokenizer.token("no")
        if yes is None or no is None or max(yes, no) >= words:
            raise ModelError(
                f"{path} gives logits of words, but its tokenizer has no tokens for yes and no, so it cannot order"
                " passages. Choose another reranker. Recall goes on without one."
            )
        self._yes, self._no = yes, no
        self._session = session
        self._inputs = inputs
        self._tokenizer = tokenizer
        self._buffers = buffers
        self._output = output
        self._words = words
        self._dtype = _dtype(session, output)
        self._before = tokenizer.text_ids(_SYSTEM, most=1 << 12)
        self._after = tokenizer.text_ids(_ANSWER, most=1 << 12)
        self._room = most - len(self._before) - len(self._after)
        if self._room < 8:
            raise ModelError(
                f"{path} reads {most} tokens only, which leaves no room for a passage. Recall goes on without it."
            )

    def encode(self, query: str, passages: Sequence[str]) -> list[EncodedPair]:
        """The frame with query and passage; the passage's end is cut where it is too long."""
        encoded = []
        # A text may hold marks of the frame: they must not end it, so they are taken apart.
        asked = _plain(query)
        for passage in passages:
            text = f"<Instruct>: {_INSTRUCTION}\n<Query>: {asked}\n<Document>: {_plain(passage)}"
            ids = np.concatenate([self._before, self._tokenizer.text_ids(text, most=self._room), self._after])
            encoded.append(EncodedPair(ids, np.zeros_like(ids)))
        return encoded

    def score(self, batch: Sequence[EncodedPair], *, shrink: bool = False) -> NDArray[np.float32]:
        """The probability of yes among yes and no, (pairs,)."""
        found = [self._difference(pair.ids, shrink=shrink) for pair in batch]
        return _logistic(np.asarray(found, np.float32))

    def sample(self, query: str, passage: str) -> Sample:
        """One pair, as this way always takes."""
        (pair,) = self.encode(query, [passage])
        mask = self._inputs.mask([pair.ids], self._buffers, padding="right")
        made = self._inputs.make([pair.ids], mask, self._buffers, padding="right")
        shape = (1, 1 if self._inputs.keeps_logits else len(pair.ids), self._words)
        return Sample(_copies(made), self._output, shape, cpu_rows=1, dtype=np.dtype(self._dtype).name)

    def _difference(self, ids: NDArray[np.int64], *, shrink: bool) -> float:
        mask = self._inputs.mask([ids], self._buffers, padding="right")
        made = self._inputs.make([ids], mask, self._buffers, padding="right")
        rows = 1 if self._inputs.keeps_logits else len(ids)
        logits: NDArray[Any] = self._buffers.take("logits", (1, rows, self._words), self._dtype)
        self._session.run(made, self._output, logits, shrink=shrink)
        last = logits[0, -1]
        return float(last[self._yes]) - float(last[self._no])  # softmax over two is the logistic of the difference


def _copies(made: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    return {name: array.copy() for name, array in made.items()}


def _plain(text: str) -> str:
    return text.replace("<|", "< |")


def _dtype(session: DeviceSession, output: str) -> type[np.floating[Any]]:
    return np.float16 if session.types.get(output) == "float16" else np.float32


def _logistic(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    # By tanh, which does not overflow.
    scores: NDArray[np.float32] = (0.5 + 0.5 * np.tanh(0.5 * logits)).astype(np.float32)
    return scores
