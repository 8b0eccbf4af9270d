"""Erasing for good: the rows, what repeats them, the caches, and word of the copies that cannot be changed.

The saved indexes follow on their own (`traces.note_erased`), within seconds and at the latest when Magray is closed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.embedding.embedder import Embedder
from engine.memory.store import erasing, memories, traces
from engine.memory.store.database import Database

Further = Callable[[Database, Any], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """What was erased.

    Attributes:
        memories: How many.
        sequence: The last change that it made.
        conversations: Those whose messages lost quotes.
        copies: Copies of the database that still hold some of it.
    """

    memories: int
    sequence: int
    conversations: frozenset[str]
    copies: tuple[Path, ...]


def erase(
    store: Database, embedder: Embedder, ids: Collection[str], *, backups: Path, further: Further | None = None
) -> Erasure:
    """Erase memories, in one transaction with what else is to go. Runs on the `store` thread.

    Args:
        store: The database.
        embedder: Its cache is emptied.
        ids: Of the memories; those that name nothing are passed over.
        backups: Where copies of the database lie.
        further: Changes more in the same transaction, after the memories are gone.

    Raises:
        StoreFullError: the disk is full; nothing was erased.
    """
    with store.write() as writer:
        present = memories.present(writer, ids)
        gone = [memory.id for memory in present]
        redacted = erasing.redact(writer, present)
        memories.erase(store, writer, gone)
        if further is not None:
            further(store, writer)
        copies = traces.copies_with(backups, gone)
        if copies:
            traces.note_copies(writer, [path.name for path in copies])
        sequence = store.last_sequence(writer)
        _forget_all(embedder)  # before the commit, so that a kill behind it leaves nothing in the cache
    store.fold()
    _forget_all(embedder)  # what was looked up meanwhile
    return Erasure(
        memories=len(gone), sequence=sequence, conversations=frozenset(redacted.conversations), copies=tuple(copies)
    )


def _forget_all(embedder: Embedder) -> None:
    forget = getattr(embedder, "forget_all", None)
    if forget is not None:
        forget()


def told(copies: Collection[Path]) -> str:
    """The copies that still hold something erased, in words for their owner."""
    names = ", ".join(path.name for path in copies)
    folder = next(iter(copies)).parent
    which = "A copy of the database made before still holds" if len(copies) == 1 else "Copies made before still hold"
    return f"{which} what was erased: {names} in {folder}. Delete what you need no more."
