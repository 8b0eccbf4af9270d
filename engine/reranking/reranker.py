"""What every reranker can do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, slots=True, kw_only=True)
class Reranked:
    """What came of one reranking.

    Attributes:
        scores: From 0 to 1 for each passage in the order given, or None where it did not come to an end.
        seconds: It took.
        why_not: In a few words why there are no scores, or empty.
    """

    scores: tuple[float, ...] | None
    seconds: float
    why_not: str = ""


@runtime_checkable
class Reranker(Protocol):
    """Reads a query and each passage together and tells how well they fit. Thread-safe; calls block."""

    @property
    def model_id(self) -> str:
        """Names the model and everything else that changes its scores."""

    @property
    def languages(self) -> frozenset[str]:
        """ISO 639-1 codes of the languages that it reads; `{"*"}` for a multilingual one."""

    @property
    def passages(self) -> int:
        """Passages at most that are worth giving to it at once."""

    @property
    def ready(self) -> bool:
        """Whether it is wanted now. While it is not, nothing is waited for and nobody need be told."""

    def rerank(self, query: str, passages: Sequence[str]) -> Reranked:
        """Score passages within the time that it was given when it was opened; never raises for being late.

        Raises:
            RuntimeUnavailableError: no execution provider can run the model.
        """
