"""What an index takes of the computer's memory, by formula: counted, since nobody can measure it inside of a process.

A graph node of hnswlib holds, in bytes, its vector (4 each number), its links on the ground floor (4 each of 2M, and 4
for how many), its label (8), its links above (4M + 4 on each floor, and 1 / (M - 1) floors on average: a node rises
from each floor with the chance 1 / M), an entry in the table of labels (about 40). For each node that there is room
for another 54 are kept: a lock (40), a pointer (8), its floor (4) and a mark for searches (2). A process grew by 36.9
MB for 20,000 vectors of 384 numbers with M = 24 and room for 5,000 more; the formula says 37.0.
"""

from __future__ import annotations

_LABEL, _LOOKUP, _ROOM = 8, 40, 54
_TAIL_ROW = 16
"""Bytes of a row of the exact tail beside its vector: its label, and its place in a table."""


def graph_bytes(nodes: int, *, room: int, dimensions: int, neighbours: int) -> int:
    """Bytes of a graph.

    Args:
        nodes: Deleted ones included.
        room: Nodes that still fit in.
        dimensions: Numbers of a vector.
        neighbours: M.
    """
    ground = 4 * dimensions + 8 * neighbours + 4 + _LABEL
    above = (4 * neighbours + 4) / (neighbours - 1)
    return int(nodes * (ground + above + _LOOKUP) + (nodes + room) * _ROOM)


def tail_bytes(rows: int, *, dimensions: int) -> int:
    """Bytes of vectors that are searched exactly."""
    return rows * (4 * dimensions + _TAIL_ROW)
