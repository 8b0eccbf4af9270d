"""What counts as a use of a memory, and how much a place in a list had to do with it.

A use is something that only a memory of worth brings about: it was quoted in an answer, opened, confirmed, or its owner
edited, pinned, kept, promoted or tagged it. To be recalled is no use: what is kept is recalled more often for being
kept, and a model that learned from recalls would learn from itself. Only as a feature does a recall among the first
`SEEN` count, because somebody looked for it. What happens within `TOGETHER` is one use: a recall and the quote made of
it.

The first of a list is used more often for standing there. The chance that anybody looks at rank r is taken to be
(1 / r)^SEVERITY (Joachims, Swaminathan and Schnabel 2017), and a use weighs its inverse, at most `MOST`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from engine.memory.store.promotion_queries import OWNER_DEEDS, Use

USES = frozenset({"quoted", "cited", "opened", "confirmed", *OWNER_DEEDS})
SEEN = 3
TOGETHER = 60_000_000
"""Microseconds."""
SEVERITY = 0.5
MOST = 3.0


def counts_as_use(use: Use) -> bool:
    """Whether it is a use for the features: a use, or a recall among the first."""
    return use.event in USES or (use.event == "recalled" and use.rank is not None and use.rank <= SEEN)


def moments(uses: Iterable[Use]) -> list[int]:
    """When one memory was used, in microseconds, oldest first; what happened together counts once."""
    found: list[int] = []
    for use in sorted(uses, key=lambda one: one.at):
        if counts_as_use(use) and (not found or use.at - found[-1] > TOGETHER):
            found.append(use.at)
    return found


def outcome(uses: Sequence[Use], *, after: int, until: int) -> tuple[int, float]:
    """What became of a judged memory within its horizon.

    Args:
        uses: What happened to it.
        after: When it was judged, in microseconds.
        until: The end of the horizon.

    Returns:
        1 if it was used, and what its weight is multiplied by.
    """
    real = [use for use in uses if use.event in USES and after < use.at <= until]
    if not real:
        return 0, 1.0
    # Something the owner did by itself needs no correction; among the rest the best-placed use says most.
    return 1, min(inverse_of_being_seen(use.rank) for use in real)


def inverse_of_being_seen(rank: int | None) -> float:
    """1 / (1 / rank)^SEVERITY, at most `MOST`; 1 outside of lists."""
    return 1.0 if rank is None else min(float(rank) ** SEVERITY, MOST)
