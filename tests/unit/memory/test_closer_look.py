"""What a reranker may change in an order, and what it may not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np
import pytest

from engine.errors import RuntimeUnavailableError
from engine.memory.closer_look import ClosestHits, look_again
from engine.memory.query import understand
from engine.reranking.reranker import Reranked, Reranker
from engine.values import Memory

NOW = datetime(2026, 5, 1, tzinfo=UTC)
ASKED = understand("When does the lease end?", now=NOW)
FINAL = np.array([0.9, 0.3, 0.8, 0.7, 0.85])
ORDER = [0, 4, 2, 3, 1]


@dataclass
class ByLength:
    """Prefers long passages; implements the protocol and nothing else."""

    ready: bool = True
    languages: frozenset[str] = frozenset({"*"})
    passages: int = 20
    model_id: str = "by-length"
    result: Reranked | Exception | None = None
    asked: list[Sequence[str]] = field(default_factory=list)

    def rerank(self, query: str, passages: Sequence[str]) -> Reranked:
        self.asked.append(passages)
        if isinstance(self.result, Exception):
            raise self.result
        return self.result or Reranked(scores=tuple(len(one) / 100 for one in passages), seconds=0.01)


def memory(index: int) -> Memory:
    return Memory(
        id=str(index),
        text="x" * (10 + index),
        layer="assets",
        kind="note",
        occurred_at=NOW,
        created_at=NOW,
    )


def look(reranker: Reranker | None, gone: frozenset[int] = frozenset()) -> ClosestHits:
    return look_again(
        reranker,
        ASKED,
        order=ORDER,
        final=FINAL,
        read=lambda indexes: {index: memory(index) for index in indexes if index not in gone},
    )


def test_close_hits_take_its_order_and_the_rest_stays() -> None:
    closest = look(ByLength())
    assert closest.order == [4, 3, 2, 0, 1]  # 1 is far behind: longer than 0, and not read
    assert closest.final[closest.order].tolist() == [0.9, 0.85, 0.8, 0.7, 0.3]
    assert closest.scores == {4: 0.14, 3: 0.13, 2: 0.12, 0: 0.10}
    assert closest.note == ""
    assert FINAL.tolist() == [0.9, 0.3, 0.8, 0.7, 0.85]


def test_it_reads_no_more_than_it_wants() -> None:
    closest = look(ByLength(passages=2))
    assert closest.order == [4, 0, 2, 3, 1]
    assert set(closest.scores) == {0, 4}


@pytest.mark.parametrize(
    "reranker", [None, ByLength(ready=False), ByLength(languages=frozenset({"ru"})), ByLength(passages=1)]
)
def test_where_it_is_not_wanted_nothing_changes_and_nothing_is_said(reranker: ByLength | None) -> None:
    closest = look(reranker)
    assert (closest.order, closest.scores, closest.note) == (ORDER, {}, "")
    assert reranker is None or not reranker.asked


def test_when_its_time_runs_out_the_order_stands_and_says_so() -> None:
    closest = look(ByLength(result=Reranked(scores=None, seconds=1, why_not="its time ran out")))
    assert (closest.order, closest.scores) == (ORDER, {})
    assert closest.note == "The reranker did not order the hits: its time ran out."


@pytest.mark.expected_logs("the reranker failed, so the order stands as it was: no device")
def test_when_it_fails_the_order_stands_and_says_so() -> None:
    closest = look(ByLength(result=RuntimeUnavailableError("no device")))
    assert closest.order == ORDER
    assert closest.note == "The reranker did not order the hits: it failed."


def test_a_memory_that_is_gone_is_left_where_it_was() -> None:
    closest = look(ByLength(), gone=frozenset({4}))
    assert closest.order == [3, 2, 0, 4, 1]
    assert 4 not in closest.scores
