"""Turns the engine's events into Qt signals. Nothing else in the desktop subscribes to the engine."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, assert_never

from PySide6.QtCore import QObject, Signal

from engine import (
    BackgroundChanged,
    ConversationsChanged,
    DocumentsChanged,
    Event,
    IngestFilesChanged,
    IngestProgressChanged,
    MemoriesChanged,
    MemoriesRemembered,
    ModelProgressChanged,
    ModelsChanged,
    Notice,
    ReembeddingChanged,
    SettingsChanged,
    StatusChanged,
    WatchedFoldersChanged,
)

if TYPE_CHECKING:
    from engine import Engine


class Bridge(QObject):
    """One signal for each kind of event. `detach` unregisters; nothing is heard after it."""

    ingest_progress = Signal(object)
    """`IngestProgress`"""
    ingest_files = Signal(object)
    """`tuple[IngestFile, ...]`"""
    memories_changed = Signal(object)
    """`MemoriesChanged`"""
    memories_remembered = Signal(object)
    """`MemoriesRemembered`"""
    conversations_changed = Signal(str)
    """The conversation's id"""
    documents_changed = Signal(object)
    """The document's id or None"""
    status_changed = Signal(str)
    """The component's name"""
    model_progress = Signal(object)
    """`ModelProgress`"""
    models_changed = Signal(str)
    """The model's id"""
    reembedding_changed = Signal(object)
    """`ReembeddingStatus` or None"""
    background_changed = Signal(object)
    """`BackgroundStatus`"""
    watched_folders_changed = Signal()
    settings_changed = Signal(str)
    """The option's dotted name"""
    notice = Signal(object)
    """`Notice`"""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._unsubscribe: Callable[[], None] | None = None

    def attach(self, engine: Engine) -> None:
        """Hear the engine's events, which come on this thread's loop."""
        self.detach()
        self._unsubscribe = engine.events.subscribe(self._hear)

    def detach(self) -> None:
        """Stop hearing. Safe to call twice."""
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None

    def _hear(self, event: Event) -> None:
        match event:
            case IngestProgressChanged():
                self.ingest_progress.emit(event.progress)
            case IngestFilesChanged():
                self.ingest_files.emit(event.files)
            case MemoriesChanged():
                self.memories_changed.emit(event)
            case MemoriesRemembered():
                self.memories_remembered.emit(event)
            case ConversationsChanged():
                self.conversations_changed.emit(event.conversation_id)
            case DocumentsChanged():
                self.documents_changed.emit(event.document_id)
            case StatusChanged():
                self.status_changed.emit(event.component)
            case ModelProgressChanged():
                self.model_progress.emit(event.progress)
            case ModelsChanged():
                self.models_changed.emit(event.id)
            case ReembeddingChanged():
                self.reembedding_changed.emit(event.status)
            case WatchedFoldersChanged():
                self.watched_folders_changed.emit()
            case BackgroundChanged():
                self.background_changed.emit(event.status)
            case SettingsChanged():
                self.settings_changed.emit(event.name)
            case Notice():
                self.notice.emit(event)
            case _:
                assert_never(event)
