"""Queries over what is kept of background jobs."""

from __future__ import annotations

import peewee

from engine.memory.records import BackgroundJob
from engine.memory.store.memories import from_us, to_us
from engine.scheduler import JobRecord


def load(reader: peewee.SqliteDatabase) -> list[JobRecord]:
    """What is known of every job that ever ran or was paused."""
    return [
        JobRecord(
            name=row["name"],
            paused=row["paused"],
            ran_at=None if row["ran_at"] is None else from_us(row["ran_at"]),
            result=row["result"],
            failed=row["failed"],
        )
        for row in BackgroundJob.select().dicts().execute(reader)
    ]


def save(writer: peewee.SqliteDatabase, record: JobRecord) -> None:
    """Write one down, in the place of what was known before."""
    BackgroundJob.insert(
        name=record.name,
        paused=record.paused,
        ran_at=None if record.ran_at is None else to_us(record.ran_at),
        result=record.result,
        failed=record.failed,
    ).on_conflict_replace().execute(writer)
