"""What every derived index follows: open, catch up with the database, search, save, verify, rebuild, close.

SQLite is the truth. Each change has a sequence number; an index knows the last one it holds and reads what came
after, so that keeping up costs as much as was changed and never as much as there is. One thread (`indexes.py`)
changes the indexes; searches come from any thread.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexStatus:
    """A derived index in figures.

    Attributes:
        name: `interact`, `insights`, `assets`, or `lexical`.
        state: `loading` and `building` go on in the background while recall works; `failed` is told with a reason.
        summary: One sentence in plain words.
        count: Memories that it holds.
        merged: Of those, in the graph (for the lexical index: committed).
        tail: Of those, waiting in the exact tail.
        deleted: Nodes still in the graph that no search returns.
        last_sequence: The last change that it holds.
        bytes: Size of its files.
        memory: Bytes of the computer's memory that it takes, by formula; mapped files are not counted.
    """

    name: str
    state: Literal["loading", "building", "ok", "failed"]
    summary: str
    count: int = 0
    merged: int = 0
    tail: int = 0
    deleted: int = 0
    last_sequence: int = 0
    bytes: int = 0
    memory: int = 0


@runtime_checkable
class DerivedIndex(Protocol):
    """An index that can be thrown away and made again from the database."""

    @property
    def name(self) -> str:
        """The index's name in status, logs and file names."""

    @property
    def last_sequence(self) -> int:
        """Every change up to this one is held."""

    def open(self) -> None:
        """Take up what was saved; nothing saved is an empty index.

        Raises:
            IndexDamagedError: what was saved is torn, foreign or too old. The index is empty and can be used.
        """

    def catch_up(self) -> bool:
        """Read the next batch of changes.

        Returns:
            Whether everything committed so far is held now.
        """

    def work(self) -> bool:
        """Do a short slice of what may wait: merge, build anew.

        Returns:
            Whether there is more of it.
        """

    def save(self) -> int:
        """Put the index on the disk, whole or not at all.

        Returns:
            The last change held by what is saved; removals up to it are needed no more.

        Raises:
            OSError: it cannot be written; what was saved before stands.
        """

    def verify(self) -> list[str]:
        """Hold the index against the database.

        Returns:
            What is wrong, in plain words; empty where they agree.
        """

    def reset(self) -> None:
        """Forget everything; `catch_up` builds it anew."""

    def status(self) -> IndexStatus:
        """Figures. Called from any thread."""

    def close(self) -> None:
        """Let go of files and threads without saving."""
