"""What the owner was told once and is not told again."""

from __future__ import annotations

import peewee

from engine.memory.records import Meta
from engine.memory.store.memories import now_us

_PREFIX = "said:"


def was_said(reader: peewee.SqliteDatabase, what: str) -> bool:
    """It was said before, in this run or an earlier one."""
    query = Meta.select(Meta.key).where(Meta.key == _PREFIX + what)
    return bool(list(query.tuples().execute(reader)))


def say(writer: peewee.SqliteDatabase, what: str) -> bool:
    """Remember that it is said now.

    Returns:
        Whether it was not said before.
    """
    if was_said(writer, what):
        return False
    Meta.insert(key=_PREFIX + what, value=str(now_us())).execute(writer)
    return True
