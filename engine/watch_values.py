"""What the engine says of watched folders and of documents one by one: frozen values without behaviour."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from engine.values import Document

FolderState = Literal["watching", "polling", "paused", "away", "looking"]
"""`watching`: the system tells of every change; `polling`: it does not, so the folder is looked through every few
minutes; `paused` by the owner; `away`: it is not there now, and its documents are kept; `looking` through it now."""

DocumentState = Literal["read", "partly", "waiting", "missing", "set_aside"]
"""`read` whole; `partly`: some pages gave no text; `waiting`: it is in the queue to be read; `missing`: the file is not
where it was; `set_aside`: it was missing for so long that its memories were deleted, which can be undone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedFolder:
    """A folder that is kept in step with the memory.

    Attributes:
        id: Stable.
        path: Absolute.
        state: See `FolderState`.
        paused: Whether the owner paused it.
        ignore: Its own patterns, as in a `.gitignore` file that lies in it.
        added_at: Aware.
        scanned_at: When it was last looked through whole, aware; None for never.
        files: Files in it that were taken note of.
        documents: Documents in memory that lie in it, missing ones too.
        waiting: Files in it that wait to be read.
        problem: What is in the way, in words; None where nothing is.
    """

    id: str
    path: str
    state: FolderState
    paused: bool
    ignore: tuple[str, ...]
    added_at: datetime
    scanned_at: datetime | None
    files: int
    documents: int
    waiting: int = 0
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentDetails:
    """All that is known of one document.

    Attributes:
        document: What the list shows of it.
        state: See `DocumentState`.
        pages_read: Pages that gave text; 0 where the format has no pages.
        pages_skipped: Numbers, from 1, of the pages that gave none.
        why: What is to be said of how it was read, as the reason for skipped pages; None where there is nothing.
        passages: Memories made of it that are alive now; the owner may have deleted some.
        uses: How often its memories were recalled, quoted or opened.
        used_at: When last, aware; None for never.
        folder: The watched folder that it lies in.
    """

    document: Document
    state: DocumentState
    pages_read: int
    pages_skipped: tuple[int, ...]
    why: str | None
    passages: int
    uses: int
    used_at: datetime | None
    folder: WatchedFolder | None
