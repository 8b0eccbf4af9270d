"""Brings a database to the schema of this version: each step has a number and a name, and a backup is made before.

A new database is made from the models at once. An older one is backed up, then taken up one step at a time, each in one
transaction together with its number. A newer one is refused untouched.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.errors import StoreNewerError
from engine.memory import migration_2, migration_3
from engine.memory.backup import making
from engine.memory.backup.file_format import SUFFIX
from engine.memory.backup.making import Order
from engine.memory.backup.shelf import PLAIN, Shelf
from engine.memory.records import SCHEMA_VERSION
from engine.memory.store import copies, memories, schema
from engine.memory.store.database import Database

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Migration:
    """One step: from `version - 1` to `version`."""

    version: int
    name: str
    apply: Callable[[Any], None]


MIGRATIONS: tuple[Migration, ...] = (
    Migration(2, migration_2.NAME, migration_2.apply),
    Migration(3, migration_3.NAME, migration_3.apply),
)
"""Steps after version 1, oldest first; `SCHEMA_VERSION` is the last one's number."""


def migrate(
    database: Database,
    *,
    backups: Path,
    kept: int = 5,
    migrations: Sequence[Migration] = MIGRATIONS,
    version: int = SCHEMA_VERSION,
) -> list[str]:
    """Bring the open database to `version`. Runs on the `store` thread.

    Returns:
        The names of the steps taken.

    Raises:
        StoreNewerError: the database is newer than this program; nothing was changed.
        StoreFullError: there is no room for the backup; nothing was changed.
    """
    found = schema_version(database)
    if found > version:
        raise StoreNewerError(
            f"{database.path} was written by a newer Magray (its format is {found}, this one knows {version}). "
            "Nothing was changed. Install the newer version, or choose another --data-dir."
        )
    if found == 0:
        with database.write() as writer:
            schema.create(writer)
            writer.execute_sql(f"PRAGMA user_version={version}")
        return []
    steps = [step for step in migrations if step.version > found]
    if not steps:
        return []
    made = _back_up(database, Shelf(backups), found)
    for step in steps:
        _log.info("migrating to format %d (%s); the backup from before is %s", step.version, step.name, made)
        with database.write() as writer:
            step.apply(writer)
            writer.execute_sql(f"PRAGMA user_version={step.version}")
    _prune(backups, kept, made)
    return [step.name for step in steps]


def schema_version(database: Database) -> int:
    """The format of the open database; 0 for an empty one."""
    with database.errors():
        return int(database.writer.execute_sql("PRAGMA user_version").fetchone()[0])


def _back_up(database: Database, shelf: Shelf, schema_found: int) -> Path:
    """One backup before the first step: each step is whole or not at all, so that none between is of use."""
    at = memories.from_us(database.now_us())
    with database.write() as writer:
        secret = copies.secret(writer)
    target = shelf.name("migration", at, schema=schema_found)
    order = Order(target=target, reason="migration", created=at, secret=secret)
    made = making.make(database.path, order, scratch=shelf.home, breathe=lambda: None)
    shelf.note(made.path, made.contents, at)
    return made.path


def _prune(backups: Path, kept: int, made: Path) -> None:
    """Remove the oldest; the one just made is the youngest, though the clock may have been set back since."""
    found = [path for ending in (SUFFIX, PLAIN) for path in backups.glob(f"magray-format*{ending}") if path != made]
    older = sorted(found, key=lambda path: path.stat().st_mtime)
    for path in [*older, made][: max(0, len(older) + 1 - kept)]:
        path.unlink(missing_ok=True)
