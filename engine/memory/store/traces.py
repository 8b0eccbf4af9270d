"""Traces that erasing leaves outside of the rows themselves, and what was noted of them.

`meta.erased` is the change at which something was erased last. It is written with the erasing, so that a saved index
can tell whether it may still hold what is gone: one whose files are older must be written anew.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Sequence
from pathlib import Path

import peewee

from engine.memory.records import Meta, Removal

_ERASED, _COPIES = "erased", "copies_with_erased"
_AT_ONCE = 400


def note_erased(writer: peewee.SqliteDatabase, sequence: int) -> None:
    """Something was erased by this change."""
    Meta.insert(key=_ERASED, value=str(sequence)).on_conflict_replace().execute(writer)


def last_erased(reader: peewee.SqliteDatabase) -> int:
    """The change by which something was erased last; 0 for never."""
    return int(_value(reader, _ERASED) or 0)


def forget_groups(writer: peewee.SqliteDatabase, upto: int) -> None:
    """Forget the sessions of what was removed; the saved word index, which alone asks for them, holds it all.

    Args:
        writer: The transaction.
        upto: The last change that the saved word index holds.
    """
    query = Removal.update(group_key=None).where(Removal.sequence <= upto, Removal.group_key.is_null(False))
    query.execute(writer)


def note_copies(writer: peewee.SqliteDatabase, names: Collection[str]) -> None:
    """These copies of the database hold something that was erased."""
    found = sorted({*copies_noted(writer), *names})
    Meta.insert(key=_COPIES, value=json.dumps(found, ensure_ascii=False)).on_conflict_replace().execute(writer)


def copies_noted(reader: peewee.SqliteDatabase) -> list[str]:
    """Names of copies that held something erased; some may be gone since."""
    return list(json.loads(_value(reader, _COPIES) or "[]"))


def copies_with(folder: Path, memory_ids: Sequence[str]) -> list[Path]:
    """Copies of the database in a folder that hold one of these memories; an unreadable one is passed over."""
    return [path for path in sorted(folder.glob("*.db")) if holds(path, memory_ids)]


def holds(path: Path, memory_ids: Sequence[str]) -> bool:
    """Whether a copy of the database holds one of these memories; not where it cannot be read."""
    try:
        copy = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
    except sqlite3.Error:
        return False
    try:
        for start in range(0, len(memory_ids), _AT_ONCE):
            some = memory_ids[start : start + _AT_ONCE]
            marks = ",".join("?" * len(some))
            if copy.execute(f"SELECT 1 FROM memory WHERE id IN ({marks}) LIMIT 1", some).fetchone() is not None:
                return True
    except sqlite3.Error:  # it is no database, or of a format without memories
        return False
    finally:
        copy.close()
    return False


def _value(reader: peewee.SqliteDatabase, key: str) -> str:
    rows = list(Meta.select(Meta.value).where(Meta.key == key).tuples().execute(reader))
    return str(rows[0][0]) if rows else ""
