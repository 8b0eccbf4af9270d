"""What every embedder can do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@runtime_checkable
class Embedder(Protocol):
    """Turns texts into unit vectors. Implementations are thread-safe; calls block and release the GIL."""

    @property
    def model_id(self) -> str:
        """Names the model and everything else that changes its vectors; vectors of two ids are never compared."""

    @property
    def dimensions(self) -> int:
        """Length of a vector."""

    @property
    def languages(self) -> frozenset[str]:
        """ISO 639-1 codes of the languages in which its vectors mean something; `{"*"}` for a multilingual one."""

    @property
    def max_tokens(self) -> int:
        """Tokens of a text that are read, special tokens included; the rest is cut."""

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embed texts to be found. Shape (len(texts), dimensions), rows of length 1, never NaN.

        Raises:
            RuntimeUnavailableError: no execution provider can run the model.
        """

    def embed_query(self, text: str) -> NDArray[np.float32]:
        """Embed one query. Shape (dimensions,), length 1."""

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text without special tokens and without cutting."""
