"""What every group of options is."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict

LIVE: dict[str, Any] = {"needs_restart": False}
"""Marks an option that the running engine follows at once; for `json_schema_extra`."""


class Group(BaseModel):
    """Options that belong together; frozen, and silent about names that it does not know."""

    model_config = ConfigDict(extra="ignore", validate_assignment=True, frozen=True)
