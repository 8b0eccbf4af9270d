"""Erasing for good: the rows, what repeats them, the caches, and word of the copies that cannot be changed.

The saved indexes follow on their own (`traces.note_erased`), within seconds and at the latest when Magray is closed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.embedding.embedder import Embedder
from engine.memory.backup.shelf import Shelf
from engine.memory.store import copies as database_copies, erasing, life, memories, traces
from engine.memory.store.database import Database

Further = Callable[[Database, Any], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """What was erased.

    Attributes:
        memories: How many of those that were asked for; what is hidden behind them is not counted.
        sequence: The last change that it made.
        conversations: Those whose messages lost quotes.
        copies: Backups that still hold some of it, or may: they are out of reach.
    """

    memories: int
    sequence: int
    conversations: frozenset[str]
    copies: tuple[Path, ...]


def erase(
    store: Database,
    embedder: Embedder,
    ids: Collection[str],
    *,
    backups: Shelf,
    further: Further | None = None,
    also: Collection[str] = (),
) -> Erasure:
    """Erase memories, in one transaction with what else is to go. Runs on the `store` thread.

    Args:
        store: The database.
        embedder: Its cache is emptied.
        ids: Of the memories; those that name nothing are passed over.
        backups: Where they lie.
        further: Changes more in the same transaction, after the memories are gone.
        also: Ids of the document or the conversation that goes with them.

    Raises:
        StoreFullError: the disk is full; nothing was erased.
    """
    with store.write() as writer:
        asked = memories.present(writer, ids)
        # earlier versions, and what is hidden behind them, say the same
        present = asked + memories.present(writer, life.related(writer, [memory.id for memory in asked]))
        gone = [memory.id for memory in present]
        redacted = erasing.redact(writer, present)
        memories.erase(store, writer, gone)
        if further is not None:
            further(store, writer)
        copies = backups.holding(database_copies.known_secret(writer), [*gone, *also])
        if copies:
            traces.note_copies(writer, [backups.short(path) for path in copies])
        sequence = store.last_sequence(writer)
        _forget_all(embedder)  # before the commit, so that a kill behind it leaves nothing in the cache
    store.fold()
    _forget_all(embedder)  # what was looked up meanwhile
    return Erasure(
        memories=len(asked), sequence=sequence, conversations=frozenset(redacted.conversations), copies=tuple(copies)
    )


def _forget_all(embedder: Embedder) -> None:
    forget = getattr(embedder, "forget_all", None)
    if forget is not None:
        forget()


def told(copies: Collection[Path]) -> str:
    """The backups that still hold something erased, in words for their owner."""
    there = [path for path in copies if path.exists()]
    away = [path for path in copies if path not in there]
    words = []
    if there:
        which = "A backup still holds" if len(there) == 1 else "Backups still hold"
        words.append(f"{which} what was erased: {_named(there)}.")
    if away:
        which = "A backup that is out of reach may" if len(away) == 1 else "Backups that are out of reach may"
        words.append(f"{which} hold it, too: {_named(away)}.")
    return " ".join([*words, "Delete what you need no more."])


def _named(paths: Collection[Path]) -> str:
    by_folder: dict[Path, list[str]] = {}
    for path in paths:
        by_folder.setdefault(path.parent, []).append(path.name)
    return "; ".join(f"{', '.join(names)} in {folder}" for folder, names in by_folder.items())
