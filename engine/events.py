"""What the engine tells while it works, and the small bus it tells it on.

A subscriber is called on the engine's event loop and must return at once; a front end turns these into its own signals.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.background_values import BackgroundStatus
from engine.model_values import ModelProgress, ReembeddingStatus
from engine.values import IngestFile, IngestProgress

if TYPE_CHECKING:
    from engine.settings import Settings

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestProgressChanged:
    """The ingestion moved on; at most ten times a second."""

    progress: IngestProgress


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestFilesChanged:
    """Rows of the ingestion list that are new or changed, collected for a tenth of a second."""

    files: tuple[IngestFile, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoriesChanged:
    """Memories were added, changed or removed."""

    added: int = 0
    changed: int = 0
    removed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoriesRemembered:
    """Facts, decisions and preferences were drawn from a conversation; `Engine.undo_remembered` takes them back."""

    conversation_id: str
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationsChanged:
    """A conversation was made, renamed, deleted or has a new message."""

    conversation_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentsChanged:
    """A document was added, read again or forgotten."""

    document_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusChanged:
    """A component changed its state; ask `Engine.status` for the whole."""

    component: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelProgressChanged:
    """A download or an import of a model moved on."""

    progress: ModelProgress


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelsChanged:
    """A model was installed, removed, checked or found damaged; ask `Engine.models` for the whole."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReembeddingChanged:
    """Memories are embedded anew after a change of the embedder; at most once a second. None: that is over."""

    status: ReembeddingStatus | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BackgroundChanged:
    """A piece of background work began, moved on, ended or was paused; at most four times a second each."""

    status: BackgroundStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedFoldersChanged:
    """A watched folder was added or removed, or how it stands with one is different; ask `Engine.watched_folders`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsChanged:
    """An option was changed; `settings` are those that hold from now on (most options wait for the next start)."""

    name: str
    settings: Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something the owner should know, in plain words.

    Attributes:
        level: `info`, `warning` or `error`.
        text: What happened and what can be done about it.
        action: What a front end may offer to do: `resume_ingestion`, `show_backups`, or `get_model:ID` or
            `use_model:ID` for a model of the catalogue.
    """

    level: str
    text: str
    action: str | None = None


Event = (
    IngestProgressChanged
    | IngestFilesChanged
    | MemoriesChanged
    | MemoriesRemembered
    | ConversationsChanged
    | DocumentsChanged
    | StatusChanged
    | ModelProgressChanged
    | ModelsChanged
    | ReembeddingChanged
    | BackgroundChanged
    | WatchedFoldersChanged
    | SettingsChanged
    | Notice
)
Subscriber = Callable[[Event], None]


MOST_WAITING = 50


class EventBus:
    """Calls every subscriber in order of subscription. Not thread-safe: publish on the engine's loop only.

    A notice that nobody hears yet, as one from the opening, waits for the first subscriber.
    """

    def __init__(self) -> None:
        self._subscribers: list[Subscriber] = []
        self._inside: list[Subscriber] = []
        self._waiting: list[Notice] = []

    def subscribe(self, subscriber: Subscriber, *, inside: bool = False) -> Callable[[], None]:
        """Add a subscriber; the first one is told the notices that waited, before this returns.

        Args:
            subscriber: Called with every event.
            inside: It is a part of the engine itself: notices go on waiting for somebody who shows them.

        Returns:
            A function that takes it out again; calling it twice is harmless.
        """
        if inside:
            self._inside.append(subscriber)
            return lambda: self._inside.remove(subscriber) if subscriber in self._inside else None
        self._subscribers.append(subscriber)
        waiting, self._waiting = self._waiting, []
        for notice in waiting:
            _hand(notice, subscriber)

        def unsubscribe() -> None:
            if subscriber in self._subscribers:
                self._subscribers.remove(subscriber)

        return unsubscribe

    def publish(self, event: Event) -> None:
        """Hand an event to everyone. A subscriber that raises is logged and the others still hear it."""
        if not self._subscribers and isinstance(event, Notice):
            self._waiting = [*self._waiting, event][-MOST_WAITING:]
        for subscriber in (*self._inside, *self._subscribers):
            _hand(event, subscriber)


def _hand(event: Event, subscriber: Subscriber) -> None:
    try:
        subscriber(event)
    except Exception:
        _log.exception("a subscriber failed on %s", type(event).__name__)
