"""Values about background work, live streams and the computer's resources that cross the engine's border."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Priority = Literal["high", "normal", "low"]
PRIORITIES: tuple[Priority, ...] = ("high", "normal", "low")

LoadLevel = Literal["calm", "busy", "strained"]
"""How much the computer can take: calm runs all background work, busy all but low priority, strained high alone."""

BackgroundState = Literal["running", "waiting", "resting", "paused"]
"""`running` now; `waiting`: it is due and waits for its turn or for a calmer computer; `resting` until its next time;
`paused` by the owner."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """How busy the computer is.

    Attributes:
        level: See `LoadLevel`.
        reason: Why it is not calm, in words; empty where it is.
    """

    level: LoadLevel = "calm"
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackgroundStatus:
    """One piece of work that goes on behind the owner's back, and how it stands with it.

    Attributes:
        name: What calls name it.
        title: What it does, in words.
        priority: Who goes first, and who waits while the computer is busy.
        state: See `BackgroundState`.
        paused: The owner paused it; what runs still does so until its next checkpoint only.
        done: How far it is, 0 to 1; None where that is not known or it does not run.
        words: What it is at; why it waits, where it does.
        ran_at: When it was last done, aware; None for never.
        next_at: When it is due, aware; None where it waits for no time.
        result: What it came to last time, or why it failed.
        failed: Whether it failed last time; it is tried again later.
        can_pause: Whether the owner may pause it.
        can_run: Whether the owner may ask for it at once.
    """

    name: str
    title: str
    priority: Priority
    state: BackgroundState
    paused: bool = False
    done: float | None = None
    words: str = ""
    ran_at: datetime | None = None
    next_at: datetime | None = None
    result: str = ""
    failed: bool = False
    can_pause: bool = True
    can_run: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A message is kept: it stands in the database and is found by its words from now on.

    Attributes:
        session: Whose message.
        number: Which one of its session since it was opened, counted from 1.
        ids: Its memory, or those of its parts in order where it was long.
        received_at: When it was given, aware.
        repeated: It had come before, by its `external_id`; nothing was written.
    """

    session: str
    number: int
    ids: tuple[str, ...]
    received_at: datetime
    repeated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamStatus:
    """One live stream.

    Attributes:
        session: Its name.
        opened_at: When it was opened, aware.
        last_at: When something came last, aware.
        kept: Messages acknowledged.
        waiting: Messages that are not in the database yet.
        waiting_bytes: Their size in UTF-8.
        problem: Why the last one could not be kept; empty where all is well.
    """

    session: str
    opened_at: datetime
    last_at: datetime
    kept: int
    waiting: int
    waiting_bytes: int
    problem: str = ""


MemoryPressure = Literal["none", "short", "critical"]
"""`short` from `background.memory_warning` on: caches shrink; `critical` halfway from there to full, and beyond."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexMemory:
    """What one index takes.

    Attributes:
        name: The layer, `lexical`, or `archive`.
        memories: Those that it holds.
        memory_bytes: Of the computer's memory, by formula (see docs/background.md); files that are only mapped are not
            counted, for the system takes them back when it needs room.
        file_bytes: On the disk.
    """

    name: str
    memories: int
    memory_bytes: int
    file_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourcesStatus:
    """What the computer has left, and what Magray makes of it.

    Attributes:
        memory_total: Bytes that there are: the computer's, or what its container allows.
        memory_used: Bytes of them in use by all programs.
        own_memory: Bytes in use by Magray's process.
        own_limit: Bytes that Magray means to stay under.
        pressure: See `MemoryPressure`.
        battery_percent: Charge, None where there is no battery.
        on_battery: Whether it runs on battery.
        others_percent: Share of the processor used by other programs, 0 to 100.
        load: How busy the computer is, and why background work waits.
        share: Of the usual size, what caches and batches have now: 1, 0.5 or 0.25.
        cache_vectors: Vectors that the embedder's cache may hold in memory now.
        cache_bytes: About as many bytes.
        batch_tokens: Tokens of one batch of the embedder now.
        indexes: What each index takes.
    """

    memory_total: int
    memory_used: int
    own_memory: int
    own_limit: int
    pressure: MemoryPressure
    battery_percent: float | None
    on_battery: bool
    others_percent: float
    load: Load
    share: float
    cache_vectors: int
    cache_bytes: int
    batch_tokens: int
    indexes: tuple[IndexMemory, ...] = ()

    @property
    def memory_percent(self) -> float:
        """Share of the memory in use by all programs, 0 to 100."""
        return 100 * self.memory_used / self.memory_total if self.memory_total else 0.0
