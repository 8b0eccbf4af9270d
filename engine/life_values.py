"""Values about the life of memories: what was done to them, by whom, and why.

Nothing here imports anything heavy, so that a front end can name these types before the engine is loaded.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Actor = Literal["owner", "magray"]
"""Who did it: the owner, or Magray by itself."""

LifeEvent = Literal[
    "edited",
    "promoted",
    "demoted",
    "kept",
    "cooled",
    "archived",
    "woken",
    "pinned",
    "unpinned",
    "tagged",
    "merged",
    "split",
    "folded",
    "superseded",
    "deleted",
    "restored",
    "undone",
]
"""What can happen to a memory. `cooled` is what `archived` is called where its time was simply over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One deed on one or many memories; it is undone as a whole.

    Attributes:
        id: Stable id; empty where there was nothing to do, so that nothing was logged.
        at: When.
        event: What was done; see `LifeEvent`.
        actor: Who did it.
        reason: Why, in words; may be empty.
        memories: Ids of those it changed or made.
        undone_at: When it was taken back.
        can_undo: Whether it may still be taken back. `undo_action` says why not where something stands in the way.
        undoes: The action that this one took back.
    """

    id: str
    at: datetime
    event: str
    actor: Actor = "owner"
    reason: str = ""
    memories: tuple[str, ...] = ()
    undone_at: datetime | None = None
    can_undo: bool = True
    undoes: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """What one action changed of one memory.

    Attributes:
        action: Id of the action; `undo_action` takes it.
        at: When.
        memory: Whose history it is.
        event: What was done; see `LifeEvent`.
        actor: Who did it.
        reason: Why, in words; may be empty.
        before: The changed fields as they were, by name; moments as ISO 8601 in UTC. Long texts are cut.
        after: The same fields as they became.
        undone: Whether it was taken back since.
    """

    action: str
    at: datetime
    memory: str
    event: str
    actor: Actor = "owner"
    reason: str = ""
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    undone: bool = False
