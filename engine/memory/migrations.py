"""Brings a database to the schema of this version: each step has a number, a name, and a backup before it.

A new database is made from the models at once. An older one is copied to `backups/`, then taken up one step at a time,
each in one transaction together with its number. A newer one is refused untouched.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.errors import StoreNewerError
from engine.memory import migration_2, migration_3
from engine.memory.records import SCHEMA_VERSION
from engine.memory.store import schema
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
    taken: list[str] = []
    made: list[Path] = []
    for step in migrations:
        if step.version <= found:
            continue
        copy = backups / f"magray-format{step.version - 1}-{time.strftime('%Y%m%d-%H%M%S')}.db"
        database.backup(copy)
        _log.info("migrating to format %d (%s); the copy from before is %s", step.version, step.name, copy)
        with database.write() as writer:
            step.apply(writer)
            writer.execute_sql(f"PRAGMA user_version={step.version}")
        taken.append(step.name)
        made.append(copy)
    if taken:
        _prune(backups, kept, made)
    return taken


def schema_version(database: Database) -> int:
    """The format of the open database; 0 for an empty one."""
    with database.errors():
        return int(database.writer.execute_sql("PRAGMA user_version").fetchone()[0])


def _prune(backups: Path, kept: int, made: Sequence[Path]) -> None:
    """Remove the oldest copies; those just made are the youngest, though the clock may have been set back since."""
    older = [path for path in backups.glob("magray-format*.db") if path not in made]
    copies = [*sorted(older, key=lambda path: path.stat().st_mtime), *made]
    for path in copies[: max(0, len(copies) - kept)]:
        path.unlink(missing_ok=True)
