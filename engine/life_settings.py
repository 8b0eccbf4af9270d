"""Options about the life of memories, one group for each room."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from engine.settings_group import LIVE, Group


class LifeSettings(Group):
    """What becomes of memories that have cooled."""

    erase_after_days: float = Field(
        0,
        ge=0,
        le=36500,
        description="Days after which archived memories are erased for good, from conversations too; 0 keeps them.",
        json_schema_extra=LIVE,
    )


class WatchSettings(Group):
    """Folders that are kept in step."""

    rescan_minutes: float = Field(
        60,
        ge=1,
        le=10080,
        description="Minutes between two looks through a whole folder, for changes that the system did not tell of.",
    )
    poll_minutes: float = Field(
        5, ge=0.5, le=1440, description="Minutes between two looks where the system tells of no changes at all."
    )
    quiet_seconds: float = Field(
        2, ge=0, le=3600, description="Seconds that a changed file must have been left alone before it is read."
    )
    gitignore: bool = Field(True, description="Pass over what .gitignore files in a watched folder name.")
    deleted: Literal["keep", "forget"] = Field(
        "keep",
        description="What becomes of a document whose file is gone: it is kept, or its memories are deleted, which can "
        "be undone.",
    )
    grace_days: float = Field(
        7, ge=0, le=3650, description="Days that a file must have been gone before its memories are deleted so."
    )
