from __future__ import annotations

import itertools

from hypothesis import given, strategies as st

from engine.embedding.batching import PADDING, plan_batches


def test_nothing_gives_no_batch() -> None:
    assert plan_batches([], budget=256) == []


def test_longest_first_and_similar_lengths_together() -> None:
    assert plan_batches([5, 100, 6, 98], budget=200) == [[1, 3], [2, 0]]


def test_a_text_beyond_the_budget_stands_alone() -> None:
    assert plan_batches([500, 10], budget=100) == [[0], [1]]


def test_equal_lengths_keep_their_order() -> None:
    assert plan_batches([7, 7, 7], budget=100) == [[0, 1, 2]]


def test_a_long_text_does_not_make_short_ones_dear() -> None:
    assert plan_batches([4, 4, 4, 200], budget=1024) == [[3], [0, 1, 2]]


def test_more_padding_may_be_allowed() -> None:
    assert plan_batches([40, 60], budget=1024, padding=20) == [[1, 0]]
    assert plan_batches([40, 60], budget=1024, padding=19) == [[1], [0]]


@given(st.lists(st.integers(0, 300), max_size=200), st.integers(1, 2000))
def test_every_text_once_in_order_of_length_within_the_budget(lengths: list[int], budget: int) -> None:
    batches = plan_batches(lengths, budget=budget)
    assert sorted(position for batch in batches for position in batch) == list(range(len(lengths)))
    planned = [lengths[position] for batch in batches for position in batch]
    assert planned == sorted(lengths, reverse=True)
    for batch in batches:
        sizes = [lengths[position] for position in batch]
        assert max(1, *sizes) * len(batch) <= budget or len(batch) == 1
        assert sum(max(1, *sizes) - size for size in sizes) <= PADDING + len(batch)


@given(st.lists(st.integers(1, 300), min_size=2, max_size=200))
def test_no_two_batches_could_have_been_one(lengths: list[int]) -> None:
    budget = 1024
    batches = plan_batches(lengths, budget=budget)
    for batch, following in itertools.pairwise(batches):
        joined = [lengths[position] for position in (*batch, following[0])]
        padding = sum(joined[0] - size for size in joined)
        assert joined[0] * len(joined) > budget or padding > PADDING
