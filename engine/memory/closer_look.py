"""Close hits read again by a reranker: it decides between what the fused score cannot tell apart."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from engine.errors import MagrayError
from engine.memory.context import embedding_text
from engine.memory.query import Query
from engine.reranking.reranker import Reranker
from engine.values import Memory

if TYPE_CHECKING:
    from numpy.typing import NDArray

_log = logging.getLogger(__name__)

BAND = 0.5
"""A hit is close while its score is at least this share of the best one's: the rest is not worth the time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosestHits:
    """An order of candidates, best first.

    Attributes:
        order: Indexes of the candidates.
        final: Their final scores by index, shape (n,); they fall along the order of those that were read again.
        scores: The reranker's own, by index.
        note: What the owner should know where it was wanted and did not come to an end; else empty.
    """

    order: list[int]
    final: NDArray[np.float64]
    scores: dict[int, float] = field(default_factory=dict)
    note: str = ""


def look_again(
    reranker: Reranker | None,
    asked: Query,
    *,
    order: list[int],
    final: NDArray[np.float64],
    read: Callable[[Sequence[int]], dict[int, Memory]],
) -> ClosestHits:
    """Put the close ones among the first in the reranker's order; the others stay where they are.

    Args:
        reranker: None, and one that is not ready or does not read the query's language, leaves everything as it is.
        asked: The query.
        order: Indexes of the candidates, best first.
        final: Scores by index, shape (n,).
        read: Gives memories by index; one that is gone is left out.

    Returns:
        The new order, or the old one with a note where the reranker failed or its time ran out.
    """
    unchanged = ClosestHits(order=order, final=final)
    if reranker is None or not reranker.ready:
        return unchanged
    if "*" not in reranker.languages and asked.language not in reranker.languages:
        return unchanged
    close = _close(order, final, most=reranker.passages)
    memories = read(close) if len(close) > 1 else {}
    close = [index for index in close if index in memories]
    if len(close) < 2:
        return unchanged
    try:
        result = reranker.rerank(asked.text, [embedding_text(memories[index]) for index in close])
    except MagrayError as error:
        _log.warning("the reranker failed, so the order stands as it was: %s", error)
        return ClosestHits(order=order, final=final, note=_note("it failed"))
    if result.scores is None:
        return ClosestHits(order=order, final=final, note=_note(result.why_not))
    scores = dict(zip(close, result.scores, strict=True))
    again = sorted(close, key=lambda index: -scores[index])  # equal ones stay in the fused order
    new = final.copy()
    new[again] = np.sort(final[close])[::-1]
    seen = set(close)
    return ClosestHits(order=[*again, *(index for index in order if index not in seen)], final=new, scores=scores)


def _close(order: Sequence[int], final: NDArray[np.float64], *, most: int) -> list[int]:
    close: list[int] = []
    for index in order[:most]:
        if final[index] < BAND * final[order[0]]:
            break
        close.append(index)
    return close


def _note(why: str) -> str:
    return f"The reranker did not order the hits: {why}."
