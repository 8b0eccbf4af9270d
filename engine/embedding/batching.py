"""Batches of similar length within a budget of tokens, padding included."""

from __future__ import annotations

from collections.abc import Sequence

PADDING = 16
"""Tokens of padding that a batch may hold. Measured on two cores: one more run costs as much as 4 tokens, and the more
cores there are, the better they like a large batch."""

MOST_TEXTS = 128
"""Texts of a batch: one of very short texts is no quicker beyond that, and a failed one is computed again whole."""


def plan_batches(
    lengths: Sequence[int], *, budget: int, padding: int = PADDING, most: int = MOST_TEXTS
) -> list[list[int]]:
    """Sort by length and cut into batches.

    Texts of one batch are padded to its longest, so a batch costs its size times its longest length. A new one begins
    where that would pass the budget, and where the padding would cost more than another run. The longest come first:
    memory is at its peak in the first batch and is only reused afterwards.

    Args:
        lengths: tokens of each text.
        budget: tokens of a batch, padding included; a text that is longer stands alone.
        padding: tokens of padding in a batch at most.
        most: texts of a batch.

    Returns:
        Batches of positions in `lengths`. Every position stands in exactly one.
    """
    order = sorted(range(len(lengths)), key=lambda position: -lengths[position])
    batches: list[list[int]] = []
    batch: list[int] = []
    longest = wasted = 0
    for position in order:
        waste = longest - lengths[position]
        full = len(batch) >= most or longest * (len(batch) + 1) > budget
        if batch and (full or wasted + waste > padding):
            batches.append(batch)
            batch = []
        if not batch:
            longest = max(1, lengths[position])
            waste = wasted = 0
        batch.append(position)
        wasted += waste
    if batch:
        batches.append(batch)
    return batches
