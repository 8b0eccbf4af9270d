"""From token vectors to one unit vector a text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SMALLEST = 1e-12


def mean_pool(
    hidden: NDArray[np.float32], mask: NDArray[np.int64], *, out: NDArray[np.float32] | None = None
) -> NDArray[np.float32]:
    """Mean of the token vectors that the mask keeps (Reimers and Gurevych, Sentence-BERT, 2019, section 3).

    Args:
        hidden: (texts, tokens, dimensions), token vectors.
        mask: (texts, tokens), 1 for tokens of the text and 0 for padding.
        out: (texts, dimensions), written and returned where given.

    Returns:
        (texts, dimensions). A text without any token becomes zeros.
    """
    weights = mask.astype(np.float32)
    counts = weights.sum(axis=1, keepdims=True)
    weights /= np.maximum(counts, 1.0)
    # One row times one matrix for each text: this runs in BLAS and makes no copy of the token vectors.
    pooled = np.matmul(weights[:, None, :], hidden)[:, 0, :]
    if out is None:
        return np.ascontiguousarray(pooled)
    out[...] = pooled
    return out


def normalize(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Scale rows to Euclidean length 1, in place.

    A row that has no direction (zeros, or a value that is not finite) becomes the first unit vector: defined, and
    never NaN.

    Args:
        vectors: (texts, dimensions), changed and returned.
    """
    lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
    unusable = ~np.isfinite(lengths) | (lengths < _SMALLEST)
    if unusable.any():
        vectors[unusable] = 0.0
        vectors[unusable, 0] = 1.0
        lengths[unusable] = 1.0
    vectors /= lengths[:, None]
    return vectors
