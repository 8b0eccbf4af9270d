"""The words of what is not in the hot indexes: the archive, what was deleted, and earlier versions of edited memories.

An index of its own, so that recall is neither slower nor another for what has cooled: it holds words alone (no windows,
no sections), follows the database by the same protocol, and is searched only where the archive or a past day is asked
for. Which of its records a search may show is decided by the database.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from engine.memory.lexical_sync import LexicalIndex
from engine.memory.store import cold_queries
from engine.memory.store.recall_queries import Words
from engine.memory.sync import IndexStatus

_LAG = 5000
"""Most changes concern no cold memory. Only after so many of them it is written down that they were read."""


class ArchiveIndex(LexicalIndex):
    """Follows the database by the protocol of `sync.py`, as far as memories without a label go."""

    called = "the archive's word index"
    _has_sections = False

    @property
    def name(self) -> str:
        """`archive`."""
        return "archive"

    def save(self) -> int:
        """Write what waits."""
        if self._uncommitted or self._committed - self._durable > _LAG:
            self._commit()
        return self._durable

    def status(self) -> IndexStatus:
        """Figures."""
        found = super().status()
        summary = f"{found.count:,} cooled memories." if found.state == "ok" else "Being read."
        return IndexStatus(
            name=found.name,
            state=found.state,
            summary=summary,
            count=found.count,
            merged=found.merged,
            last_sequence=found.last_sequence,
            bytes=found.bytes,
        )

    def _concerned(self, touched: set[int], living: set[int], known: list[int]) -> set[int]:
        return (touched - living) | self._words.held(known)

    def _read_words(self, reader: Any, numbers: Collection[int]) -> dict[int, Words]:
        return cold_queries.words_of(reader, numbers)

    def _wanted(self, reader: Any) -> tuple[set[int], set[int]]:
        return set(cold_queries.numbers(reader)), set()
