"""Nearest neighbours of many memories among each other, as a map needs them: almost all of them, without an index.

The layers' graphs answer one question at a time and hold living memories alone, each layer its own. A map asks for the
neighbours of everything that a filter lets through. Inverted lists do that with a few large products of matrices: the
vectors are gathered around centres, and each list is compared with the lists of the nearest centres only (Jégou, Douze
and Schmid, "Product quantization for nearest neighbor search", 2011, section IV: the coarse quantizer).

Everything comes in slices, so that whoever runs it may stop between two of them.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Rows = NDArray[np.float16]
    Found = NDArray[np.int32]

EXACT_BELOW = 6144
"""Up to so many rows everything is compared with everything."""

_CENTRES = 256
_PROBED = 14
"""Lists that each list is compared with; with 50,000 vectors of MiniLM .95 of the fifteen nearest are found so."""

_TRAINED_ON = 12_000
_ROUNDS = 6
_SLICE = 4096
"""Rows converted to float32 at a time."""


def nearest(rows: Rows, k: int, *, seed: int = 0) -> Generator[None, None, Found]:
    """The `k` nearest others of every row, by cosine.

    Args:
        rows: Unit vectors, shape (n, dimensions); n must be above k.
        k: Neighbours of each.
        seed: The same rows and seed give the same answer.

    Yields:
        None after each slice of work.

    Returns:
        Numbers of rows, shape (n, k), nearest first.
    """
    count = len(rows)
    found = np.empty((count, k), np.int32)
    if count <= EXACT_BELOW:
        everything = np.arange(count)
        whole = rows.astype(np.float32)
        for start in range(0, count, 512):
            found[start : start + 512] = _best(everything[start : start + 512], everything, whole, whole, start, k)
            yield
        return found
    lists, near = yield from _gather(rows, seed)
    for own, probed in zip(lists, near, strict=True):
        if not len(own):
            continue
        others = np.concatenate([lists[one] for one in probed])
        if len(others) <= k:
            others = np.arange(count)
        theirs = rows[others].astype(np.float32)
        for start in range(0, len(own), 1024):
            some = own[start : start + 1024]
            found[some] = _best(some, others, rows[some].astype(np.float32), theirs, None, k)
            yield
    return found


def nearest_of(rows: Rows, new: NDArray[np.int64], among: NDArray[np.int64], k: int) -> Generator[None, None, Found]:
    """The `k` rows `among` others that are nearest to each of the `new` ones, exactly.

    Args:
        rows: Unit vectors, shape (n, dimensions).
        new: Rows that are asked about, shape (m,).
        among: Rows that may be answers, shape (a,), a at least k, none of them new.
        k: Neighbours of each.

    Yields:
        None after each slice.

    Returns:
        Numbers of rows, shape (m, k), nearest first.
    """
    best = np.full((len(new), k), -np.inf, np.float32)
    found = np.zeros((len(new), k), np.int32)
    for at in range(0, len(among), _SLICE):
        some = among[at : at + _SLICE]
        theirs = rows[some].astype(np.float32)
        for start in range(0, len(new), 1024):
            part = slice(start, start + 1024)
            scores = rows[new[part]].astype(np.float32) @ theirs.T
            both = np.concatenate([best[part], scores], axis=1)
            names = np.concatenate([found[part], np.broadcast_to(some.astype(np.int32), scores.shape)], axis=1)
            top = _top(both, k)
            best[part] = np.take_along_axis(both, top, axis=1)
            found[part] = np.take_along_axis(names, top, axis=1)
            yield
    return found


def _best(
    own: NDArray[np.int64],
    others: NDArray[np.int64],
    mine: NDArray[np.float32],
    theirs: NDArray[np.float32],
    start: int | None,
    k: int,
) -> Found:
    """Nearest of `others` to each of `own`, itself left out; `start`: where `own` begins in others, if it does."""
    scores = mine[start : start + len(own)] @ theirs.T if start is not None else mine @ theirs.T
    if start is not None:
        scores[np.arange(len(own)), np.arange(start, start + len(own))] = -np.inf
    else:
        scores[own[:, None] == others[None, :]] = -np.inf
    return others[_top(scores, k)].astype(np.int32)


def _top(scores: NDArray[np.float32], k: int) -> NDArray[np.int64]:
    """Columns of the `k` highest of each row, highest first; equal ones by column, so that it is always the same."""
    some = np.sort(np.argpartition(scores, -k, axis=1)[:, -k:], axis=1)
    order = np.argsort(-np.take_along_axis(scores, some, axis=1), axis=1, kind="stable")
    return np.take_along_axis(some, order, axis=1)


def _gather(rows: Rows, seed: int) -> Generator[None, None, tuple[list[NDArray[np.int64]], NDArray[np.int64]]]:
    """Lists of rows around centres, and for each list the lists to look at; spherical k-means on a sample."""
    count = len(rows)
    chance = np.random.default_rng(seed)
    centres_wanted = int(min(_CENTRES, max(8, count**0.5)))
    sample = rows[np.sort(chance.permutation(count)[:_TRAINED_ON])].astype(np.float32)
    centres = sample[np.sort(chance.permutation(len(sample))[:centres_wanted])]
    for _ in range(_ROUNDS):
        member = (sample @ centres.T).argmax(axis=1)
        order = np.argsort(member, kind="stable")
        held, first = np.unique(member[order], return_index=True)
        sums = np.add.reduceat(sample[order], first, axis=0)
        centres[held] = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)
        yield
    member = np.empty(count, np.int64)
    for start in range(0, count, _SLICE):
        part = slice(start, start + _SLICE)
        member[part] = (rows[part].astype(np.float32) @ centres.T).argmax(axis=1)
        yield
    order = np.argsort(member, kind="stable")
    bounds = np.searchsorted(member[order], np.arange(len(centres) + 1))
    lists = [order[bounds[one] : bounds[one + 1]] for one in range(len(centres))]
    return lists, np.argsort(-(centres @ centres.T), axis=1, kind="stable")[:, : min(_PROBED, len(centres))]
