"""What the filter bar tells beside the filter: counts by layer, tags, conversations, and when the first memory came."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from desktop.memory.as_of_band import AsOfBand
from desktop.memory.filter_bar import FilterBar
from desktop.operations import Operation, Operations
from engine import Conversation, MemoryCounts

if TYPE_CHECKING:
    from engine import Engine

_TALKS_LISTED = 20


class FilterFacts(QObject):
    """Fetches them, and hands them to the bar and the band. A failure is logged only: the views say it aloud."""

    def __init__(
        self, *, filters: FilterBar, band: AsOfBand, operations: Operations, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._filters = filters
        self._band = band
        self._operations = operations
        self._engine: Engine | None = None
        filters.menu_shown.connect(self.fetch_choices)

    def attach(self, engine: Engine) -> None:
        """Ask this engine from now on."""
        self._engine = engine
        self.count()
        self.fetch_choices()

    def count(self) -> None:
        """How many memories the filter means in each layer."""
        engine, wanted = self._engine, self._filters.filter
        if engine is None:
            return

        def put(counts: MemoryCounts) -> None:
            self._filters.show_counts(counts)

        self._operations.start(
            Operation(
                name="count memories", run=lambda: engine.memory_counts(wanted), success=put, owner=self,
                failure=lambda error: _log(error, "count memories"), replaces="count memories",
            )
        )  # fmt: skip

    def fetch_choices(self) -> None:
        """Tags and conversations to choose from, and the day that the slider begins at."""
        engine = self._engine
        if engine is None:
            return

        async def fetch() -> tuple[dict[str, int], list[Conversation], datetime | None]:
            return (
                await engine.memory_tags(),
                await engine.conversations(limit=_TALKS_LISTED),
                await engine.first_memory_at(),
            )

        def put(found: tuple[dict[str, int], list[Conversation], datetime | None]) -> None:
            tags, talks, first = found
            self._filters.show_tags(tags)
            self._filters.show_conversations(talks)
            self._band.set_first(first)

        self._operations.start(
            Operation(
                name="what can be filtered", run=fetch, success=put, owner=self, replaces="what can be filtered",
                failure=lambda error: _log(error, "what can be filtered"),
            )
        )  # fmt: skip


def _log(error: Exception, name: str) -> None:
    Operations.describe(error, name=name)
