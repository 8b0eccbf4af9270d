"""From token vectors to one unit vector a text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from engine.models.entry import Pooling

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


def pool(pooling: Pooling, given: NDArray[Any], mask: NDArray[np.int64]) -> NDArray[np.float32]:
    """One vector a text, by the way its model was trained for.

    Args:
        pooling: `mean` takes the mean of all tokens, `cls` the first one, `last_token` the last one (Zhang and others,
            Qwen3 Embedding, 2025), `none` what the graph has pooled by itself.
        given: (texts, tokens, dimensions), or (texts, dimensions) for `none`; single or half precision.
        mask: (texts, tokens), 1 for tokens of the text, which may be filled up on either side.

    Returns:
        (texts, dimensions), not scaled, in memory of its own. What stands in padding never counts, NaN neither.
    """
    if pooling == "none":
        return given.astype(np.float32)
    if pooling == "mean":
        pooled = mean_pool(given.astype(np.float32, copy=False), mask)
        if not np.isfinite(pooled).all():
            # A token that attends to nothing but padding may give NaN, and 0 times NaN is NaN.
            pooled = mean_pool(np.where(mask[:, :, None] > 0, given, 0).astype(np.float32), mask)
        return pooled
    if pooling == "cls":
        place = np.argmax(mask > 0, axis=1)
    else:
        place = mask.shape[1] - 1 - np.argmax(mask[:, ::-1] > 0, axis=1)
    taken: NDArray[np.float32] = given[np.arange(len(given)), place].astype(np.float32)
    return taken


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
