"""What the memory explorer asks for and is given: frozen values without behaviour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from engine.values import Hit, Kind, Layer, Memory, Source

SourceKind = Literal["document", "conversation", "note"]
SOURCE_KINDS: tuple[SourceKind, ...] = ("document", "conversation", "note")

MemoryOrder = Literal["newest", "said", "recalled", "used", "expires", "source"]
"""`newest`: when it was recorded; `said`: when it happened; `recalled`: how often it was recalled; `used`: when last;
`expires`: what fades first, and what stays for ever last; `source`: the file, then the conversation."""
MEMORY_ORDERS: tuple[MemoryOrder, ...] = ("newest", "said", "recalled", "used", "expires", "source")

SHOWN_LETTERS = 400
"""Letters of a memory that a row holds: a line of a table never shows more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryFilter:
    """Which memories are meant. Every field narrows; the default means everything that is alive.

    Attributes:
        layers: Only these; none named means all. The same for `kinds` and `sources`.
        kinds: Only these.
        sources: Only what came from these: documents, conversations, or notes (neither).
        conversation_id: Only what came from this conversation.
        document_id: Only what came from this document.
        since: Said at this moment or later (aware).
        until: Said before this moment (aware).
        tags: With every one of these tags.
        pinned: Only what is pinned.
        expiring_within: Only what fades within this time, overdue ones too.
        superseded: Only what a newer memory replaced, versions before an edit too. Without it, those are left out.
        archived: Only what has cooled. Without it, those are left out.
        deleted: Only what was deleted and can come back. Without it, those are left out.
        text: Words to recall; hits come in the order of recall.
        as_of: What was known at this moment (aware): recorded before, and neither replaced nor deleted by then.
    """

    layers: tuple[Layer, ...] = ()
    kinds: tuple[Kind, ...] = ()
    sources: tuple[SourceKind, ...] = ()
    conversation_id: str | None = None
    document_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    tags: tuple[str, ...] = ()
    pinned: bool = False
    expiring_within: timedelta | None = None
    superseded: bool = False
    archived: bool = False
    deleted: bool = False
    text: str = ""
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryRow:
    """The little of a memory that a line of a table shows; datetimes are aware and in UTC.

    Attributes:
        number: What `memory_numbers` gives.
        id: Of the memory.
        text: Its first `SHOWN_LETTERS` letters.
        cut: Whether there is more.
        conversation: Title of the conversation that it came from, where that is known.
    """

    number: int
    id: str
    text: str
    cut: bool
    layer: Layer
    kind: Kind
    title: str | None
    source: Source | None
    conversation: str
    occurred_at: datetime
    created_at: datetime
    access_count: int
    accessed_at: datetime | None
    expires_at: datetime | None
    pinned: bool
    tags: tuple[str, ...]
    superseded: bool
    archived: bool
    deleted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundMemory:
    """One hit of a search in the explorer, with what each signal gave to it.

    Attributes:
        row: What a table shows of it.
        hit: The memory with the figures of every stage.
        strength: Its score as a share of the best one's, from 0 to 1.
        shares: By signal (`words`, `meaning`, `nearby`, `whole`, `other`) its part of this hit's score, from 0 to 1;
            they sum up to 1.
        places: By signal its place among the hits, from 1; absent where the signal did not see it.
        place_before: Its place before the hits were read again by a reranker, from 1.
        place: Its place now, from 1.
        reranked: Whether it was read again.
    """

    row: MemoryRow
    hit: Hit
    strength: float
    shares: Mapping[str, float] = field(default_factory=dict)
    places: Mapping[str, int] = field(default_factory=dict)
    place_before: int = 0
    place: int = 0
    reranked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryCounts:
    """How many memories a filter finds, in each layer as if all layers were asked for."""

    layers: Mapping[str, int]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseMemory:
    """A memory near another one; `similarity` is the cosine of their vectors, 1 for the same direction."""

    memory: Memory
    similarity: float
