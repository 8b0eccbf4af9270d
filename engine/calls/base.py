"""What every group of calls stands on: the open engine's parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.errors import EngineClosedError
from engine.events import EventBus
from engine.settings import Settings

if TYPE_CHECKING:
    from engine.agent.asking import Asker
    from engine.agent.chat.parts import ChatParts
    from engine.embedding.in_use import EmbedderInUse
    from engine.executors import Executors
    from engine.ingestion.pipeline import IngestionPipeline
    from engine.ingestion.watcher import FolderWatcher
    from engine.llm.registry import ChatModels
    from engine.llm.usage import UsageBook
    from engine.logs import LogFile
    from engine.memory.backup.backups import Backups
    from engine.memory.consolidation.consolidator import Consolidator
    from engine.memory.conversations import Conversations
    from engine.memory.indexes import Indexes
    from engine.memory.life.life_cycle import LifeCycle
    from engine.memory.memory import LayeredMemory
    from engine.memory.models_in_use import ModelsInUse
    from engine.memory.promotion.promotion import Promotion
    from engine.memory.reembedding import Reembedding
    from engine.memory.resources import Resources
    from engine.memory.store.database import Database
    from engine.memory.streams.hub import Streams
    from engine.models.manager import ModelManager
    from engine.network import OfflineGuard
    from engine.runtime.manager import Devices
    from engine.scheduler import Scheduler


@dataclass(slots=True, kw_only=True)
class Parts:
    """What an open engine is made of; `engine.assembly` builds it and takes it down again."""

    executors: Executors
    logs: LogFile
    store: Database
    devices: Devices
    models: ModelManager
    embedder: EmbedderInUse
    in_use: ModelsInUse
    indexes: Indexes
    memory: LayeredMemory
    life: LifeCycle
    consolidator: Consolidator
    promotion: Promotion
    conversations: Conversations
    asker: Asker
    chat: ChatParts
    pipeline: IngestionPipeline
    watcher: FolderWatcher
    reembedding: Reembedding
    scheduler: Scheduler
    streams: Streams
    resources: Resources
    backups: Backups
    llm: ChatModels
    usage: UsageBook
    offline: OfflineGuard


class Calls:
    """A group of the engine's calls; each is a coroutine of the loop that opened the engine."""

    settings: Settings
    events: EventBus
    _parts: Parts
    _open: bool

    def _check(self) -> None:
        if not self._open:
            raise EngineClosedError("Magray is closed; nothing was changed.")
