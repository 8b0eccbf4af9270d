"""Pairs of texts to token ids, for models that read a query and a passage together."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.embedding.tokenizing import clean, head
from engine.errors import ModelError

if TYPE_CHECKING:
    from numpy.typing import NDArray

_CHARS_PER_TOKEN = 16
_LEAST_PASSAGE = 16


@dataclass(frozen=True, slots=True)
class EncodedPair:
    """Token ids, and for each the text it belongs to (0 the first, 1 the second), shapes (tokens,)."""

    ids: NDArray[np.int64]
    types: NDArray[np.int64]


class PairTokenizer:
    """Token ids of pairs as a model was trained on them. Thread-safe: it is never changed after loading."""

    def __init__(self, path: Path, *, max_tokens: int) -> None:
        """Load a tokenizer's file.

        Args:
            path: `tokenizer.json`.
            max_tokens: of a pair, special ones included.

        Raises:
            ModelError: the file is not a tokenizer.
        """
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")  # as in engine.embedding.tokenizing
        import tokenizers

        try:
            tokenizer: Any = tokenizers.Tokenizer.from_file(str(path))
        except Exception as error:  # the library raises plain Exception
            raise ModelError(
                f"The tokenizer {path} cannot be read: {error}. Remove the model and install it again."
            ) from error
        padding = tokenizer.padding
        self.pad_id = int(padding["pad_id"]) if padding else 0
        tokenizer.no_padding()
        tokenizer.no_truncation()
        self._plain = tokenizer
        self._max_tokens = max_tokens
        self._special = tokenizer.num_special_tokens_to_add(is_pair=True)

    def encode(self, query: str, passages: Sequence[str]) -> list[EncodedPair]:
        """Each passage with the query. A long passage is cut, a query only where it would leave no room for one."""
        room = self._max_tokens - self._special
        query = self._cut(clean(query), max(1, room - max(_LEAST_PASSAGE, room // 2)))
        width = self._max_tokens * _CHARS_PER_TOKEN
        pairs = [(query, head(clean(passage), width)) for passage in passages]
        encoded = []
        for encoding in self._plain.encode_batch(pairs):
            over = len(encoding.ids) - self._max_tokens
            ids, types = np.asarray(encoding.ids, np.int64), np.asarray(encoding.type_ids, np.int64)
            if over > 0:
                # The last tokens of the passage go; what closes the pair stays.
                second = [at for at, part in enumerate(encoding.sequence_ids) if part == 1]
                kept = np.ones(len(ids), bool)
                kept[second[len(second) - over :]] = False
                ids, types = ids[kept], types[kept]
            encoded.append(EncodedPair(ids, types))
        return encoded

    def text_ids(self, text: str, *, most: int, width: int = 0) -> NDArray[np.int64]:
        """Ids of a text by itself, without special tokens around it, at most `most` of them."""
        text = head(clean(text), width or most * _CHARS_PER_TOKEN)
        return np.asarray(self._plain.encode(text, add_special_tokens=False).ids[:most], np.int64)

    def token(self, text: str) -> int | None:
        """The id of a text that is one token, or None."""
        found: int | None = self._plain.token_to_id(text)
        return found

    def _cut(self, text: str, most: int) -> str:
        text = head(text, most * _CHARS_PER_TOKEN)
        encoding = self._plain.encode(text, add_special_tokens=False)
        return text if len(encoding.ids) <= most else text[: encoding.offsets[most - 1][1]]
