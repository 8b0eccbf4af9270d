"""A saved hnswlib graph, rid of the vectors of its deleted nodes.

hnswlib marks a deleted node and keeps its vector: the graph needs the node's links. In the file the vector is covered
by that of a living neighbour, so that searches find their way as before and what was erased stands nowhere.

The layout is that of `HierarchicalNSW::saveIndex` in hnswlib 0.8 (hnswalg.h): a header of 96 bytes, then for each node
its links of the lowest level (a 16-bit count, a byte of marks, a byte of padding, 32-bit numbers of nodes), its vector
and its 64-bit label; the links of higher levels follow.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_HEADER = struct.Struct("=6QiI3QdQ")
"""Offset of level 0, room, nodes, bytes of a node, offset of its label and of its vector, highest level, entry node;
links of a node, of one on level 0, as it was asked for; scale of levels, ef of construction."""

_DELETED = 0x01
_AT_ONCE = 4096


def cover_deleted(path: Path) -> int:
    """Overwrite the vectors of deleted nodes in a saved graph; the caller flushes it.

    Returns:
        How many there were.

    Raises:
        ValueError: the file is laid out in another way.
        OSError: it cannot be written.
    """
    with path.open("rb") as file:
        header = file.read(_HEADER.size)
    if len(header) < _HEADER.size:
        raise ValueError(f"{path.name} is no graph")
    first, _, count, size, label_at, vector_at, *_ = _HEADER.unpack(header)
    if not count:
        return 0
    if first or not 4 < vector_at < label_at == size - 8 or path.stat().st_size < _HEADER.size + count * size:
        raise ValueError(f"{path.name} is laid out as no graph that is known here")
    nodes = np.memmap(path, np.uint8, "r+", offset=_HEADER.size, shape=(count, size))
    deleted = nodes[:, 2] & _DELETED != 0
    rows = np.flatnonzero(deleted)
    for start in range(0, len(rows), _AT_ONCE):
        some = rows[start : start + _AT_ONCE]
        nodes[some, vector_at:label_at] = _covers(nodes, some, deleted, vector_at, label_at)
    nodes.flush()
    return len(rows)


def _covers(
    nodes: NDArray[np.uint8], rows: NDArray[np.intp], deleted: NDArray[np.bool_], vector_at: int, label_at: int
) -> NDArray[np.uint8]:
    """For each row the vector of its nearest living neighbour, zeros where it has none; shape (n, bytes)."""
    links = np.ascontiguousarray(nodes[rows, :vector_at])
    counts = links[:, :2].copy().view("<u2")[:, 0]
    neighbours = links[:, 4:].copy().view("<u4").astype(np.intp)
    known = np.arange(neighbours.shape[1]) < counts[:, None]
    neighbours[~known | (neighbours >= len(nodes))] = 0
    living = known & ~deleted[neighbours]
    chosen = neighbours[np.arange(len(rows)), living.argmax(axis=1)]
    found = np.asarray(nodes[chosen, vector_at:label_at])
    found[~living.any(axis=1)] = 0
    return found
