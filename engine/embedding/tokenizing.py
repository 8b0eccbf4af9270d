"""Texts to token ids: the only door to tokenizers."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.errors import ModelError

if TYPE_CHECKING:
    from numpy.typing import NDArray

_CHARS_PER_TOKEN = 16  # a first cut that holds enough tokens of nearly every text
_PIECE = 1 << 15  # characters that are counted at once
_BREAKS = " \n\t\r"


def clean(text: str) -> str:
    """The same text where it can be written as UTF-8, else with each lone surrogate replaced by U+FFFD."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


class Tokenizer:
    """Token ids of texts, cut at the model's limit. Thread-safe: it is never changed after loading."""

    def __init__(self, path: Path, *, max_tokens: int) -> None:
        """Load a tokenizer's file.

        Raises:
            ModelError: the file is not a tokenizer.
        """
        # Inference takes fifty times as long, so its own threads would gain nothing here. And with this set it
        # neither warns nor stops when a process forks. What the owner set himself is left alone.
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        import tokenizers

        try:
            tokenizer: Any = tokenizers.Tokenizer.from_file(str(path))
        except Exception as error:  # the library raises plain Exception
            raise ModelError(f"The tokenizer {path} cannot be read: {error}. Install Magray again.") from error
        padding = tokenizer.padding
        self.pad_id = int(padding["pad_id"]) if padding else 0
        tokenizer.no_padding()
        tokenizer.no_truncation()
        self._tokenizer = tokenizer
        self._max_tokens = max_tokens
        # What closes every text, as [SEP] does, closes a cut one too.
        special = tokenizer.encode("a").special_tokens_mask
        trailing = 0
        while trailing < len(special) and special[-1 - trailing]:
            trailing += 1
        self._trailing = trailing

    def encode(self, texts: Sequence[str]) -> list[NDArray[np.int64]]:
        """Ids of each text with special tokens, at most `max_tokens` of them."""
        encoded: list[NDArray[np.int64]] = []
        limit = self._max_tokens
        width = limit * _CHARS_PER_TOKEN
        heads = [head(clean(text), width) for text in texts]
        for position, encoding in enumerate(self._tokenizer.encode_batch_fast(heads)):
            text_length = len(texts[position])
            wider = width
            # A head of long unknown words or of blanks may hold too few tokens: read on.
            while len(encoding) < limit and wider < text_length:
                wider *= 4
                encoding = self._tokenizer.encode_batch_fast([head(clean(texts[position]), wider)])[0]
            ids = np.array(encoding.ids, dtype=np.int64)
            if len(ids) > limit:
                tail = ids[len(ids) - self._trailing :]
                ids = np.concatenate([ids[: limit - self._trailing], tail])
            encoded.append(ids)
        return encoded

    def count(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text without special tokens and without cutting."""
        counts = [0] * len(texts)
        pieces: list[str] = []
        owners: list[int] = []
        for position, text in enumerate(texts):
            for piece in _pieces(clean(text)):
                pieces.append(piece)
                owners.append(position)
        for owner, encoding in zip(
            owners, self._tokenizer.encode_batch_fast(pieces, add_special_tokens=False), strict=True
        ):
            counts[owner] += len(encoding)
        return counts


def head(text: str, width: int) -> str:
    """The first `width` characters, up to a break between words where there is one: its tokens begin the text's."""
    if len(text) <= width:
        return text
    cut = max(text.rfind(blank, width // 2, width) for blank in _BREAKS)
    return text[:cut] if cut > 0 else text[:width]


def _pieces(text: str) -> Iterator[str]:
    """Pieces that end where words do, so that their counts add up."""
    start = 0
    while len(text) - start > _PIECE:
        cut = max(text.rfind(blank, start + 1, start + _PIECE) for blank in _BREAKS)
        if cut < 0:
            break  # one word without end; cutting it would change the count
        yield text[start:cut]
        start = cut
    yield text[start:]
