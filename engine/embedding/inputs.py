"""What a graph of any family is fed with, found out from its own inputs.

Encoders take `input_ids` and `attention_mask`, some `token_type_ids` too. Decoders add `position_ids` and, where they
were exported to write text, keys and values of earlier tokens (`past_key_values.*`): of those there are none here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.errors import ModelError
from engine.models.entry import Padding
from engine.runtime.backend import Shape
from engine.runtime.buffers import Buffers

if TYPE_CHECKING:
    from numpy.typing import NDArray

_PAST = "past_key_values"
_KEPT_LOGITS = "num_logits_to_keep"
_WHOLE_NUMBERS = ("int64", "int32")
_KNOWN = ("input_ids", "attention_mask", "token_type_ids", "position_ids")


class GraphInputs:
    """Makes a graph's inputs from token ids. Thread-safe: it keeps nothing but what the graph wants."""

    def __init__(self, inputs: Mapping[str, Shape], types: Mapping[str, str], *, pad_id: int, path: Path) -> None:
        """Look at what a graph takes.

        Args:
            inputs: shapes by name.
            types: numpy's names of the numbers, by name of input.
            pad_id: fills up texts that are shorter than others; any token will do, for the mask hides it.
            path: the file, for messages.

        Raises:
            ModelError: it wants something that a text does not have.
        """
        self._pad_id = pad_id
        self._token_inputs: dict[str, np.dtype[Any]] = {}
        self._past: list[tuple[str, int, int, np.dtype[Any]]] = []
        self._kept: tuple[tuple[int, ...], np.dtype[Any]] | None = None
        for name, shape in inputs.items():
            kind = types.get(name, "")
            if name in _KNOWN and kind in _WHOLE_NUMBERS:
                self._token_inputs[name] = np.dtype(kind)
            elif name.startswith(_PAST) and kind in ("float32", "float16") and len(shape) == 4:
                heads, width = shape[1], shape[3]
                if not isinstance(heads, int) or not isinstance(width, int):
                    raise _unknown(path, name, f"of shape {shape}")
                self._past.append((name, heads, width, np.dtype(kind)))
            elif name == _KEPT_LOGITS and kind in _WHOLE_NUMBERS and len(shape) <= 1:
                self._kept = ((1,) * len(shape), np.dtype(kind))
            else:
                raise _unknown(path, name, f"of {kind or 'an unknown type'}")
        if "input_ids" not in self._token_inputs:
            raise ModelError(f"{path} takes no input_ids, so it cannot read texts. Import another model.")

    @property
    def decoder(self) -> bool:
        """Whether it takes what only decoders take."""
        return bool(self._past) or "position_ids" in self._token_inputs

    @property
    def keeps_logits(self) -> bool:
        """Whether it can be told to compute logits for the last token alone."""
        return self._kept is not None

    def mask(self, batch: Sequence[NDArray[np.int64]], buffers: Buffers, *, padding: Padding) -> NDArray[np.int64]:
        """1 for tokens of a text and 0 for what fills it up: (texts, longest). A text without any token gets one."""
        mask = buffers.take("mask", (len(batch), _longest(batch)), np.int64)
        mask[...] = 0
        for row, tokens in enumerate(batch):
            mask[row, _place(max(1, len(tokens)), mask.shape[1], padding)] = 1
        return mask

    def make(
        self,
        batch: Sequence[NDArray[np.int64]],
        mask: NDArray[np.int64],
        buffers: Buffers,
        *,
        padding: Padding,
        types: Sequence[NDArray[np.int64]] | None = None,
    ) -> dict[str, NDArray[Any]]:
        """The graph's inputs, in this thread's buffers.

        Args:
            batch: token ids of each text.
            mask: of `mask`, for the same batch and side.
            buffers: where the arrays lie.
            padding: the side that is filled up.
            types: to which of two texts each token belongs, where there are two; else 0.

        Returns:
            Arrays by input name; the first axis is the texts'.
        """
        made: dict[str, NDArray[Any]] = {}
        for name, kind in self._token_inputs.items():
            array: NDArray[Any] = buffers.take(f"input {name}", mask.shape, kind.type)
            if name == "input_ids":
                _fill(array, batch, padding, self._pad_id)
            elif name == "attention_mask":
                array[...] = mask
            elif name == "position_ids":
                # Counted from the text's own first token, as transformers counts where texts are filled up.
                np.maximum(np.cumsum(mask, axis=1) - 1, 0, out=array, casting="unsafe")
            elif types is None:
                array[...] = 0
            else:
                _fill(array, types, padding, 0)
            made[name] = array
        for name, heads, width, kind in self._past:
            made[name] = np.zeros((len(batch), heads, 0, width), dtype=kind)
        if self._kept is not None:
            made[_KEPT_LOGITS] = np.ones(self._kept[0], dtype=self._kept[1])
        return made


def _longest(batch: Sequence[NDArray[np.int64]]) -> int:
    return max(1, *(len(tokens) for tokens in batch))


def _place(length: int, room: int, padding: Padding) -> slice:
    return slice(room - length, room) if padding == "left" else slice(0, length)


def _fill(array: NDArray[Any], batch: Sequence[NDArray[np.int64]], padding: Padding, rest: int) -> None:
    array[...] = rest
    for row, tokens in enumerate(batch):
        array[row, _place(len(tokens), array.shape[1], padding)] = tokens


def _unknown(path: Path, name: str, what: str) -> ModelError:
    return ModelError(
        f"{path} wants the input {name} ({what}), which texts do not have. Magray takes models with input_ids,"
        " attention_mask, token_type_ids, position_ids and past_key_values. Choose another variant of the model."
    )
