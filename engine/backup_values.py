"""Values about backups, and about memories that are carried out and in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

BackupReason = Literal["owner", "schedule", "migration", "restore"]
"""Who wanted it: the owner, the schedule, a change of the database's format, or a restore, before it took place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupInfo:
    """One backup.

    Attributes:
        path: Absolute path of its file.
        size: Bytes of the file.
        created: When it was made; None where that cannot be read.
        encrypted: It needs a passphrase.
        reason: Why it was made; see `BackupReason`.
        app: The version of Magray that made it.
        schema: The format of its database.
        memories: Memories in it, deleted ones included; None where only the passphrase would tell.
        documents: Documents in it, or None likewise.
        conversations: Conversations in it, or None likewise.
        verified_at: When it was last read to its end and found whole, since it was last written; None for never here.
        holds_erased: Something that was erased since is in it, or may be.
        problem: Why it cannot be used, in words; None where nothing is known against it.
    """

    path: str
    size: int
    created: datetime | None
    encrypted: bool = False
    reason: BackupReason = "owner"
    app: str = ""
    schema: int | None = None
    memories: int | None = None
    documents: int | None = None
    conversations: int | None = None
    verified_at: datetime | None = None
    holds_erased: bool = False
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupPlan:
    """How backups are made by themselves.

    Attributes:
        every: `off`, `daily` or `weekly`.
        folder: Where they go.
        encrypted: Whether they are sealed by the passphrase in the system's key store.
        passphrase_known: Whether that store holds one; None where it was not asked for want of a store or of a need.
        last: When the youngest backup was made; None where there is none.
        due: When the next one is to be made; None where none is.
        waits_for_restart: A restore is ready and takes place at the next start.
    """

    every: Literal["off", "daily", "weekly"]
    folder: str
    encrypted: bool
    passphrase_known: bool | None
    last: datetime | None
    due: datetime | None
    waits_for_restart: bool = False


@dataclass(frozen=True, slots=True)
class ImportProblem:
    """A line that was not imported: its number, from 1, and why."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What became of a file of memories.

    Attributes:
        lines: Lines that were not empty.
        added: Memories that are new.
        present: Memories that were there already.
        failed: Lines that were not imported.
        embedded: New memories whose vectors were computed here.
        problems: The first of the failed lines, and why.
        seconds: It took.
    """

    lines: int
    added: int
    present: int
    failed: int
    embedded: int
    problems: tuple[ImportProblem, ...] = field(default=())
    seconds: float = 0.0
