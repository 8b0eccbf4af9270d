"""Stretches of sessions and documents as texts of their own: a record is found by what its whole sitting is about.

A section spans a range of record numbers, which rise and never change: a record added to a long chat rewrites one
bounded section and no other. Writing is put off until nothing else waits, and a section changed many times is written
once.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from engine.memory.context import context_line, said
from engine.memory.lexical_index import SECTION, WordIndex
from engine.memory.store import recall_queries
from engine.memory.store.database import Database
from engine.memory.store.memories import from_us

SESSION_SECTION = 512
DOCUMENT_SECTION = 128
"""Numbers that a section spans: a section of a session is a sitting, one of a document some tens of pages."""

SECTIONS_AT_ONCE = 64
"""Sections written before new changes get their turn."""

Section = tuple[str, int]
"""A group and which stretch of it."""


def section_of(group_key: str, number: int) -> Section:
    """The section that a memory of a group belongs to; it never changes."""
    return group_key, number // _span(group_key)


def section_id(section: Section) -> int:
    """A section's name in the index, 63 bits."""
    digest = hashlib.blake2b(f"{section[0]}#{section[1]}".encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


class SectionIndex:
    """The word index of sections. Changed by one thread, searched by any."""

    def __init__(self, folder: Path) -> None:
        self._index = WordIndex(folder)
        self._waiting: dict[Section, None] = {}
        self.last_sequence = 0
        """Every section stands as it was after this change, or later."""

    def open(self) -> None:
        """Open what was committed.

        Raises:
            IndexDamagedError: it is torn.
        """
        self._index.open()
        self.last_sequence = self._index.state()

    def create(self) -> None:
        """Begin an empty index."""
        self._waiting.clear()
        self.last_sequence = 0
        self._index.create()
        self._index.commit(0)

    def mark(self, group_key: str, number: int) -> None:
        """A memory of this group changed: its section is to be written again."""
        self._waiting[section_of(group_key, number)] = None

    def write(self, database: Database, *, upto: int) -> bool:
        """Write some of the sections that wait. With the last of them, everything up to change `upto` is written.

        Returns:
            Whether more wait.
        """
        if not self._waiting:
            return False
        some = list(self._waiting)[:SECTIONS_AT_ONCE]
        with database.read() as reader:
            texts = {section: _text(reader, section) for section in some}
        done = len(some) == len(self._waiting)
        try:
            for section, text in texts.items():
                self._index.put_section(section_id(section), text)
            self._index.commit(upto if done else self.last_sequence)
        except ValueError:  # whatever tantivy meets: a full disk, a file that cannot be written
            self._index.abandon()
            raise
        for section in some:
            del self._waiting[section]
        if done:
            self.last_sequence = upto
        return not done

    def search(self, text: str, *, limit: int) -> dict[int, float]:
        """BM25 by section id, best first."""
        return self._index.search(text, (SECTION,), limit=limit)[0]

    def ids(self) -> set[int]:
        """Ids of every section held."""
        return set(self._index.all_numbers("section_id"))

    def check(self) -> None:
        """Hold every file against its CRC.

        Raises:
            ValueError: a file is torn or changed.
            OSError: a file cannot be read.
        """
        self._index.check()

    def size(self) -> int:
        """Bytes of its files."""
        return self._index.size()

    def rest(self) -> None:
        """Give the writer's memory and threads back."""
        self._index.rest()

    def close(self) -> None:
        """Let go of everything."""
        self._index.close()


def _span(group_key: str) -> int:
    return DOCUMENT_SECTION if group_key.startswith("d:") else SESSION_SECTION


def _text(reader: Any, section: Section) -> str:
    key, stretch = section
    span = _span(key)
    lines: list[str] = []
    place = ""
    for text, speaker, occurred_at, title, heading in recall_queries.section_words(
        reader, key, stretch * span, (stretch + 1) * span - 1
    ):
        here = context_line(title, tuple(json.loads(heading)))
        if here != place:
            lines.append(here)
            place = here
        lines.append(said(text, speaker, from_us(occurred_at)))
    return "\n".join(lines)
