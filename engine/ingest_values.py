"""Values of the ingestion: files on their way into memory. `engine.values` gives them out with all others."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class FileState(StrEnum):
    """Where a file stands on its way into memory."""

    QUEUED = "queued"
    READING = "reading"
    EMBEDDING = "embedding"
    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def final(self) -> bool:
        """Nothing more happens to the file by itself."""
        return self in (FileState.DONE, FileState.SKIPPED, FileState.FAILED, FileState.CANCELLED)


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestFile:
    """One row of the ingestion list.

    Attributes:
        id: Stable id of the row.
        path: Absolute path; a member of an archive is `a.zip!/inner/b.pdf`.
        state: See `FileState`.
        reason: Why it was skipped or failed, or what the owner should know of a file that is done (pages without text).
        chunks: Memories made of it.
        seconds: Spent on it.
        size: Bytes.
        pages: Pages of the document, 0 where the format has none.
        pages_without_text: Of those, how many gave no text.
        document_id: The document it became.
        batch: The drop or call that it belongs to.
    """

    id: str
    path: str
    state: FileState
    reason: str | None = None
    chunks: int = 0
    seconds: float = 0.0
    size: int = 0
    pages: int = 0
    pages_without_text: int = 0
    document_id: str | None = None
    batch: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestProgress:
    """How far an ingestion is; sent at most ten times a second and once at the end.

    Attributes:
        total: Files known so far; it grows while folders are being walked.
        finished: Files in a final state.
        failed: Of those, failed.
        skipped: Of those, skipped.
        current: Path being read now, or None.
        seconds: Since the start.
        seconds_left: Estimate, or None while there is too little to tell.
        paused: The owner paused it.
        active: Something is queued or running.
    """

    total: int
    finished: int
    failed: int
    skipped: int
    current: str | None
    seconds: float
    seconds_left: float | None
    paused: bool
    active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestReport:
    """One row for every file met, in the order met."""

    files: tuple[IngestFile, ...]
    seconds: float
