from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from engine.runtime.batch_limit import BatchLimit
from engine.runtime.faults import DeviceError, FaultKind
from engine.runtime.splitting import run_in_parts


class Card:
    """Doubles numbers; has room for so many cells."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.sizes: list[int] = []
        self.refused: list[str] = []

    def run(self, inputs: Mapping[str, Any], into: Any) -> None:
        self.sizes.append(len(into))
        if into.size > self.room:
            raise MemoryError("no room")
        into[...] = inputs["ids"] * 2

    def batch(self, limit: BatchLimit, rows: int, tokens: int) -> None:
        ids = np.arange(rows * tokens, dtype=np.int64).reshape(rows, tokens)
        into = np.full((rows, tokens), np.nan, dtype=np.float32)
        run_in_parts({"ids": ids, "flag": np.array([1])}, into, limit=limit, run=self.run, refused=self.refused.append)
        assert np.array_equal(into, ids * 2)


@settings(max_examples=80, deadline=None)
@given(
    room=st.integers(40, 400),
    batches=st.lists(st.tuples(st.integers(1, 64), st.integers(1, 40)), min_size=1, max_size=30),
)
def test_every_row_is_computed_once_and_lands_where_it_belongs(room: int, batches: list[tuple[int, int]]) -> None:
    card, limit = Card(room), BatchLimit()
    for rows, tokens in batches:
        card.batch(limit, rows, tokens)


def test_the_size_that_fits_is_remembered_for_other_lengths() -> None:
    card, limit = Card(64), BatchLimit()
    card.batch(limit, 16, 8)
    assert card.sizes == [16, 8, 8]
    card.sizes.clear()
    card.batch(limit, 16, 16)  # twice as long, so half as many
    assert card.sizes == [4, 4, 4, 4]
    assert len(card.refused) == 1


def test_it_grows_back_slowly_and_forgets_the_limit_bit_by_bit() -> None:
    card, limit = Card(64), BatchLimit()
    card.batch(limit, 16, 8)
    card.room = 10_000
    before = limit.cells
    assert before == 64
    card.sizes.clear()
    for _ in range(9):
        card.batch(limit, 16, 8)
    assert set(card.sizes) == {8}
    for _ in range(90):
        card.batch(limit, 16, 8)
    assert card.sizes[-1] == 16
    assert limit.cells is not None
    assert limit.cells > before


def test_small_batches_say_nothing_about_larger_ones() -> None:
    card, limit = Card(64), BatchLimit()
    card.batch(limit, 16, 8)
    for _ in range(100):
        card.batch(limit, 1, 8)
    assert limit.cells == 64


def test_one_text_that_does_not_fit_is_a_failure() -> None:
    card = Card(10)
    with pytest.raises(DeviceError) as caught:
        card.batch(BatchLimit(), 4, 16)
    assert caught.value.kind is FaultKind.OUT_OF_MEMORY
    assert card.sizes == [4, 2, 1]


def test_other_failures_go_through_at_once() -> None:
    def run(inputs: Mapping[str, Any], into: Any) -> None:
        raise ValueError("something else\nin two lines")

    with pytest.raises(DeviceError, match=r"^something else$") as caught:
        run_in_parts({}, np.empty((4, 2)), limit=BatchLimit(), run=run, refused=lambda why: None)
    assert caught.value.kind is FaultKind.RAISED
    assert isinstance(caught.value.__cause__, ValueError)
