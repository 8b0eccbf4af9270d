"""A loaded graph of any embedder family: token ids in, one vector a text out."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.embedding import pooling
from engine.embedding.inputs import GraphInputs
from engine.embedding.outputs import choose_output
from engine.errors import ModelError, RuntimeUnavailableError
from engine.models.entry import ModelEntry, Padding
from engine.runtime.backend import Sample
from engine.runtime.buffers import Buffers
from engine.runtime.device_session import DeviceSession

if TYPE_CHECKING:
    from numpy.typing import NDArray

_log = logging.getLogger(__name__)
_SIDES: tuple[Padding, Padding] = ("right", "left")
_SAME, _SAME_IN_BITS = 0.995, 0.97
"""Least cosine of a text alone and the same text filled up, in floating point and with quantised weights: 8 bits lose
.02 by the company of other texts. A graph that stays below is no wronger for it, only slower."""
_NEARLY = 0.01
"""By so much the other side must be better than the catalogue's."""


class EmbeddingGraph:
    """What the graph takes and gives is read off the graph, how token vectors become one off the catalogue.

    Thread-safe.
    """

    def __init__(
        self,
        session: DeviceSession,
        entry: ModelEntry,
        *,
        pad_id: int,
        trial: Sequence[NDArray[np.int64]],
        buffers: Buffers,
        path: Path,
    ) -> None:
        """Find out how a graph is used, and whether it gives vectors at all.

        Args:
            session: the loaded graph; it stays its owner's.
            entry: its description.
            pad_id: what fills up texts.
            trial: token ids of two ordinary texts of different lengths.
            buffers: where arrays lie.
            path: the file, for messages.

        Raises:
            ModelError: it takes or gives something else than texts and vectors, or values that are not finite.
            RuntimeUnavailableError: it cannot be run.
        """
        self._entry = entry
        self._session = session
        self._buffers = buffers
        self._inputs = GraphInputs(session.inputs, session.types, pad_id=pad_id, path=path)
        self._output = choose_output(entry, session.outputs, session.types, path=path)
        half = session.types.get(self._output) == "float16"
        self._dtype: type[np.floating[Any]] = np.float16 if half else np.float32
        alone = [self.pooled([ids], side="right") for ids in trial]
        if not all(np.isfinite(vector).all() for vector in alone):
            raise ModelError(
                f"{path} gives values that are not finite for ordinary texts, so nothing could be found by them."
                " Choose another variant of the model. Your memories are untouched."
            )
        self.padding = self._choose_side(trial, alone)

    padding: Padding | None
    """The side on which texts are filled up; None where it bears no padding: then all of a batch are equally long."""

    def embed(self, batch: Sequence[NDArray[np.int64]], *, shrink: bool = False) -> NDArray[np.float32]:
        """Unit vectors of texts: (texts, dimensions). Where `padding` is None, all must be equally long."""
        pooled = self.pooled(batch, side=self.padding or "right", shrink=shrink)
        lost = int((~np.isfinite(pooled)).any(axis=1).sum())
        if lost:
            name = self._entry.ident
            _log.warning("%s gives no usable vector for %d texts: they are found by words only", name, lost)
        return pooling.normalize(pooled)

    def pooled(self, batch: Sequence[NDArray[np.int64]], *, side: Padding, shrink: bool = False) -> NDArray[np.float32]:
        """One vector a text, as the model gives it: (texts, dimensions), not scaled, perhaps not finite."""
        mask = self._inputs.mask(batch, self._buffers, padding=side)
        inputs = self._inputs.make(batch, mask, self._buffers, padding=side)
        given: NDArray[Any] = self._buffers.take("given", self._shape(mask), self._dtype)
        self._session.run(inputs, self._output, given, shrink=shrink)
        return pooling.pool(self._entry.pooling, given, mask)

    def sample(self, batch: Sequence[NDArray[np.int64]]) -> Sample:
        """A batch by which devices are compared, in arrays of its own; the texts are equally long."""
        mask = self._inputs.mask(batch, self._buffers, padding="right")
        made = self._inputs.make(batch, mask, self._buffers, padding="right")
        inputs = {name: array.copy() for name, array in made.items()}
        return Sample(inputs, self._output, self._shape(mask), dtype=np.dtype(self._dtype).name)

    def _shape(self, mask: NDArray[np.int64]) -> tuple[int, ...]:
        """Of the output for a batch."""
        wide = self._entry.dimensions
        return (len(mask), wide) if self._entry.pooling == "none" else (*mask.shape, wide)

    def _choose_side(self, trial: Sequence[NDArray[np.int64]], alone: Sequence[NDArray[np.float32]]) -> Padding | None:
        """The side on which the graph bears padding.

        Encoders hide it by their mask. Decoders differ by how they were exported: fused attention (as
        GroupQueryAttention) counts tokens from the left edge, others want the last token at the right edge. So it is
        tried: a text must get the same vector alone and beside a longer one.
        """
        entry = self._entry
        if entry.padding == "right" and not self._inputs.decoder and entry.pooling in ("mean", "cls"):
            return "right"
        short = min(range(len(trial)), key=lambda position: len(trial[position]))
        longer = np.concatenate([*trial, *trial])[: max(entry.max_tokens, len(trial[short]) + 1)]
        expected = pooling.normalize(alone[short].copy())[0]

        def likeness(side: Padding) -> float:
            try:
                beside = self.pooled([trial[short], longer], side=side)[:1]
            except RuntimeUnavailableError as error:
                _log.info("%s takes no two texts at once: %s", entry.ident, error)
                return -1.0
            return float(pooling.normalize(beside)[0] @ expected) if np.isfinite(beside).all() else -1.0

        found = {side: likeness(side) for side in _SIDES}
        best = max(_SIDES, key=lambda side: found[side] + (_NEARLY if side == entry.padding else 0.0))
        _log.info("%s: likeness of texts that are filled up on each side %s", entry.ident, found)
        least = _SAME if entry.quantization in ("fp32", "fp16") else _SAME_IN_BITS
        return best if found[best] >= least else None
