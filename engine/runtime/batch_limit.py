"""How large a batch fits into a device's memory, learned from those that did not."""

from __future__ import annotations

import threading

_PATIENCE = 20
_GROWTH = 1.25


class BatchLimit:
    """The largest batch to try, in cells: texts times tokens, padding included. Thread-safe.

    There is no limit until a batch did not fit. Then it is half that batch, and it grows by a quarter after 20 batches
    at the limit that fitted: memory that other programs took may have come back. A batch of one text is never cut.
    """

    def __init__(self, *, most: int | None = None) -> None:
        """Know nothing yet.

        Args:
            most: cells that are never exceeded, however much memory there is.
        """
        self._most = most
        self._lock = threading.Lock()
        self._cells: int | None = None
        self._streak = 0

    @property
    def cells(self) -> int | None:
        """The limit now; None where there is none."""
        with self._lock:
            return self._cells

    def rows(self, rows: int, row_cells: int) -> int:
        """How many of these texts may go into one batch, at least 1.

        Args:
            rows: texts at hand.
            row_cells: tokens of each, padding included.
        """
        with self._lock:
            known = [cells for cells in (self._cells, self._most) if cells is not None]
            return max(1, min(rows, min(known) // max(1, row_cells))) if known else rows

    def refused(self, cells: int) -> None:
        """A batch of that size did not fit."""
        with self._lock:
            half = max(1, cells // 2)
            self._cells = half if self._cells is None else min(self._cells, half)
            self._streak = 0

    def fitted(self, *, rows: int, row_cells: int) -> None:
        """A batch fitted. Only one that filled the limit says anything about a larger one."""
        with self._lock:
            if self._cells is None or (rows + 1) * row_cells <= self._cells:
                return
            self._streak += 1
            if self._streak >= _PATIENCE:
                self._cells = max(int(self._cells * _GROWTH), self._cells + 1)
                self._streak = 0

    def forget(self) -> None:
        """As new."""
        with self._lock:
            self._cells = None
            self._streak = 0
