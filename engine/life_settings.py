"""Options about the life of memories, one group for each room."""

from __future__ import annotations

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
