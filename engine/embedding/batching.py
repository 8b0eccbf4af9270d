"""Batches of similar length within a budget of tokens, padding included."""

from __future__ import annotations

from collections.abc import Sequence


def plan_batches(lengths: Sequence[int], *, budget: int) -> list[list[int]]:
    """Sort by length and cut into batches.

    Texts of one batch are padded to its longest, so the cost of a batch is its size times its longest length, and never
    above the budget; a text that is longer than the budget stands alone. The longest come first: memory is at its
    peak in the first batch and is only reused afterwards.

    Args:
        lengths: tokens of each text.
        budget: tokens of a batch, padding included.

    Returns:
        Batches of positions in `lengths`. Every position stands in exactly one.
    """
    order = sorted(range(len(lengths)), key=lambda position: -lengths[position])
    batches: list[list[int]] = []
    batch: list[int] = []
    longest = 1
    for position in order:
        if batch and longest * (len(batch) + 1) > budget:
            batches.append(batch)
            batch = []
        if not batch:
            longest = max(1, lengths[position])
        batch.append(position)
    if batch:
        batches.append(batch)
    return batches
