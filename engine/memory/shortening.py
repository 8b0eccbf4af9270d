"""Shorter vectors for a graph: a cut of those trained for it (Matryoshka), or the owner's own main directions.

Both keep the inner products of unit vectors as well as so few numbers can: a Matryoshka model puts what matters most
first (Kusupati and others, https://arxiv.org/abs/2205.13147), and for other models the directions in which the owner's
vectors are longest are learned (principal components of the vectors as they are: taking the mean out first found less,
.987 against .996 of the ten nearest among the first fifty of 192 numbers). What is shortened is brought to length 1
again. The graph only proposes: full vectors decide.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.errors import IndexDamagedError

if TYPE_CHECKING:
    from numpy.typing import NDArray

SAMPLE = 20_000
"""Vectors that directions are learned from at most."""

_SMALLEST = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Shortening:
    """How vectors of `dimensions` become vectors of `kept` numbers.

    Attributes:
        dimensions: Numbers of a full vector.
        kept: Numbers of a short one.
        directions: Shape (kept, dimensions), orthonormal rows; None takes the first numbers as they are.
        learned_from: Vectors that the directions were learned from; 0 where none were.
    """

    dimensions: int
    kept: int
    directions: NDArray[np.float32] | None = None
    learned_from: int = 0

    def apply(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Short unit vectors of full ones: shape (n, kept) of (n, dimensions), or (kept,) of (dimensions,)."""
        short = vectors[..., : self.kept] if self.directions is None else vectors @ self.directions.T
        length = np.maximum(np.linalg.norm(short, axis=-1, keepdims=True), _SMALLEST)
        return np.ascontiguousarray(short / length, dtype=np.float32)

    def to_bytes(self) -> bytes:
        """The directions for a file."""
        if self.directions is None:
            return b""
        buffer = io.BytesIO()
        np.save(buffer, self.directions.astype("<f4"), allow_pickle=False)
        return buffer.getvalue()


def learned(vectors: NDArray[np.float32], kept: int) -> Shortening:
    """The directions in which these vectors, shape (n, dimensions), are longest.

    They are eigenvectors of the matrix of second moments (Eckart and Young, 1936: no other subspace of that size keeps
    more of the vectors).
    """
    dimensions = vectors.shape[1]
    moments = vectors.T.astype(np.float64) @ vectors / max(1, len(vectors))
    _, columns = np.linalg.eigh(moments)  # eigenvalues rise
    directions = np.ascontiguousarray(columns[:, ::-1][:, :kept].T, dtype=np.float32)
    return Shortening(dimensions, kept, directions, len(vectors))


def from_bytes(data: bytes, *, dimensions: int, kept: int, learned_from: int) -> Shortening:
    """What `to_bytes` wrote.

    Raises:
        IndexDamagedError: it is nothing of that shape.
    """
    if not data:
        return Shortening(dimensions, kept)
    try:
        directions = np.load(io.BytesIO(data), allow_pickle=False)
    except (ValueError, EOFError, OSError) as error:
        raise IndexDamagedError(f"the directions cannot be read ({error})") from error
    if directions.shape != (kept, dimensions) or not np.isfinite(directions).all():
        raise IndexDamagedError(f"the directions have the shape {directions.shape}, wanted is {(kept, dimensions)}")
    return Shortening(dimensions, kept, directions.astype(np.float32), learned_from)
