"""Makes the tables of a new database from the models."""

from __future__ import annotations

import peewee

from engine.memory.records import TABLES, Meta
from engine.memory.store import message_search
from engine.memory.store.memories import now_us


def create(writer: peewee.SqliteDatabase) -> None:
    """Make every table, index and trigger inside the caller's transaction."""
    for table in TABLES:
        peewee.SchemaManager(table, database=writer).create_all(safe=False)
    message_search.create(writer)
    Meta.insert(key="sequence", value="0").execute(writer)
    Meta.insert(key="created_at", value=str(now_us())).execute(writer)
