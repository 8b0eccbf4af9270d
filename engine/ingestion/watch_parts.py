"""What every watched folder is kept in step with."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from engine.clock import Clock
from engine.events import EventBus
from engine.executors import Executors
from engine.memory.store.database import Database
from engine.settings import Settings


class Shelf(Protocol):
    """Deletes memories so that it can be undone. The life of memories has one."""

    async def put_aside(self, ids: Sequence[str], reason: str) -> str:
        """Delete memories; the answer is the action's id, empty where there was nothing to do."""

    async def bring_back(self, action: str) -> None:
        """Undo that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchParts:
    """The parts of the engine that a watched folder stands on.

    Attributes:
        queue: Puts files into the queue of files to read: paths with their sizes. Returned means committed.
        nested: The watched folders that lie inside one, by its path.
        changed: Something that the owner sees of a folder is different now.
    """

    store: Database
    executors: Executors
    events: EventBus
    settings: Settings
    own_folders: tuple[Path, ...]
    clock: Clock
    queue: Callable[[Sequence[tuple[str, int]]], Awaitable[None]]
    nested: Callable[[str], frozenset[str]]
    changed: Callable[[], None]
    shelf: Shelf
