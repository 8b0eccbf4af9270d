"""Magray's engine: a private memory that reads files, recalls and answers, without a screen and without a network.

Importing this package loads none of the heavy parts: names are resolved when they are first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.background_values import (
        BackgroundState as BackgroundState,
        BackgroundStatus as BackgroundStatus,
        IndexMemory as IndexMemory,
        Load as Load,
        Receipt as Receipt,
        ResourcesStatus as ResourcesStatus,
        StreamStatus as StreamStatus,
    )
    from engine.backup_values import (
        BackupInfo as BackupInfo,
        BackupPlan as BackupPlan,
        BackupReason as BackupReason,
        ImportProblem as ImportProblem,
        ImportReport as ImportReport,
    )
    from engine.chat_values import (
        Answered as Answered,
        Asked as Asked,
        ChatStep as ChatStep,
        ContextPart as ContextPart,
        ContextView as ContextView,
        ConversationsImport as ConversationsImport,
        Draft as Draft,
        Failed as Failed,
        MessageHit as MessageHit,
        Reading as Reading,
        Recalled as Recalled,
        Recalling as Recalling,
        Remembered as Remembered,
        Said as Said,
        Sees as Sees,
        Switched as Switched,
        Thinking as Thinking,
    )
    from engine.consolidation_values import ClusterInfo as ClusterInfo, ConsolidationReport as ConsolidationReport
    from engine.device_values import (
        DeviceFigures as DeviceFigures,
        DevicesStatus as DevicesStatus,
        DeviceState as DeviceState,
        Gpu as Gpu,
        ModelDevice as ModelDevice,
        ProviderStatus as ProviderStatus,
    )
    from engine.engine import Engine as Engine
    from engine.errors import (
        BackupDamagedError as BackupDamagedError,
        BackupError as BackupError,
        BudgetReachedError as BudgetReachedError,
        ChatModelError as ChatModelError,
        ConversationImportError as ConversationImportError,
        EngineClosedError as EngineClosedError,
        IndexDamagedError as IndexDamagedError,
        IngestionError as IngestionError,
        InvalidMemoryError as InvalidMemoryError,
        KeyMissingError as KeyMissingError,
        KeyRefusedError as KeyRefusedError,
        MagrayError as MagrayError,
        MemoryImportError as MemoryImportError,
        ModelError as ModelError,
        ModelGoneError as ModelGoneError,
        NotFoundError as NotFoundError,
        OfflineError as OfflineError,
        OptionError as OptionError,
        OverLongError as OverLongError,
        PassphraseError as PassphraseError,
        RateLimitedError as RateLimitedError,
        RuntimeUnavailableError as RuntimeUnavailableError,
        SettingsError as SettingsError,
        StoreBusyError as StoreBusyError,
        StoreDamagedError as StoreDamagedError,
        StoreError as StoreError,
        StoreFullError as StoreFullError,
        StoreNewerError as StoreNewerError,
        StoreReadOnlyError as StoreReadOnlyError,
        StreamBrokenError as StreamBrokenError,
        StreamError as StreamError,
        StreamFullError as StreamFullError,
        UnreachableError as UnreachableError,
    )
    from engine.events import (
        BackgroundChanged as BackgroundChanged,
        ConversationsChanged as ConversationsChanged,
        DocumentsChanged as DocumentsChanged,
        Event as Event,
        IngestFilesChanged as IngestFilesChanged,
        IngestProgressChanged as IngestProgressChanged,
        MemoriesChanged as MemoriesChanged,
        MemoriesRemembered as MemoriesRemembered,
        ModelProgressChanged as ModelProgressChanged,
        ModelsChanged as ModelsChanged,
        Notice as Notice,
        ReembeddingChanged as ReembeddingChanged,
        SettingsChanged as SettingsChanged,
        StatusChanged as StatusChanged,
        WatchedFoldersChanged as WatchedFoldersChanged,
    )
    from engine.explorer_values import (
        MEMORY_ORDERS as MEMORY_ORDERS,
        SOURCE_KINDS as SOURCE_KINDS,
        CloseMemory as CloseMemory,
        FoundMemory as FoundMemory,
        MemoryCounts as MemoryCounts,
        MemoryFilter as MemoryFilter,
        MemoryOrder as MemoryOrder,
        MemoryRow as MemoryRow,
        SourceKind as SourceKind,
    )
    from engine.life_values import (
        Action as Action,
        Actor as Actor,
        HistoryEntry as HistoryEntry,
        LifeEvent as LifeEvent,
        PromotionDrift as PromotionDrift,
        PromotionFeature as PromotionFeature,
        PromotionStatus as PromotionStatus,
        PromotionVersion as PromotionVersion,
        PromotionView as PromotionView,
    )
    from engine.llm.known import PRICES_AS_OF as PRICES_AS_OF
    from engine.llm.messages import (
        PROVIDERS as PROVIDERS,
        ChatModelInfo as ChatModelInfo,
        ProviderName as ProviderName,
        Usage as Usage,
    )
    from engine.map_values import (
        DayActivity as DayActivity,
        MapCluster as MapCluster,
        MapStage as MapStage,
        MapUpdate as MapUpdate,
    )
    from engine.memory.backup.rescue import (
        prepare_restore as prepare_restore,
        youngest_backup as youngest_backup,
    )
    from engine.model_values import (
        ModelCorrections as ModelCorrections,
        ModelProgress as ModelProgress,
        ModelStatus as ModelStatus,
        ModelVariant as ModelVariant,
        ReembeddingStatus as ReembeddingStatus,
    )
    from engine.options import Option as Option
    from engine.paths import DataPaths as DataPaths, resources as resources
    from engine.settings import Settings as Settings, option_table as option_table
    from engine.settings_table import (
        OptionState as OptionState,
        UnknownOption as UnknownOption,
        check_option as check_option,
        paths_of as paths_of,
        read_options as read_options,
        reset_option as reset_option,
        unknown_options as unknown_options,
        write_option as write_option,
    )
    from engine.usage_values import (
        FoundServer as FoundServer,
        KeyPlace as KeyPlace,
        ProviderTest as ProviderTest,
        UsageLine as UsageLine,
        UsageReport as UsageReport,
    )
    from engine.values import (
        ERASED as ERASED,
        KINDS as KINDS,
        LAYERS as LAYERS,
        QUOTES as QUOTES,
        Answer as Answer,
        Attachment as Attachment,
        Citation as Citation,
        ComponentStatus as ComponentStatus,
        Conversation as Conversation,
        ConversationSource as ConversationSource,
        Document as Document,
        DocumentSource as DocumentSource,
        DocumentText as DocumentText,
        EngineStatus as EngineStatus,
        FileState as FileState,
        Hit as Hit,
        IngestFile as IngestFile,
        IngestProgress as IngestProgress,
        IngestReport as IngestReport,
        Kind as Kind,
        Layer as Layer,
        Memory as Memory,
        Message as Message,
        MessageStop as MessageStop,
        MessageUsage as MessageUsage,
        NewMemory as NewMemory,
        Rectangle as Rectangle,
        RenderedPage as RenderedPage,
        Role as Role,
        Source as Source,
        Unsourced as Unsourced,
        VerifyReport as VerifyReport,
        to_json as to_json,
    )
    from engine.watch_values import (
        DocumentDetails as DocumentDetails,
        DocumentState as DocumentState,
        FolderState as FolderState,
        WatchedFolder as WatchedFolder,
    )

__version__ = "0.1.0"

_HOMES = {
    "engine.background_values": (
        "BackgroundState", "BackgroundStatus", "IndexMemory", "Load", "Receipt", "ResourcesStatus", "StreamStatus",
    ),
    "engine.backup_values": ("BackupInfo", "BackupPlan", "BackupReason", "ImportProblem", "ImportReport"),
    "engine.chat_values": (
        "Answered", "Asked", "ChatStep", "ContextPart", "ContextView", "ConversationsImport", "Draft", "Failed",
        "MessageHit", "Reading", "Recalled", "Recalling", "Remembered", "Said", "Sees", "Switched", "Thinking",
    ),
    "engine.device_values": (
        "DeviceFigures", "DeviceState", "DevicesStatus", "Gpu", "ModelDevice", "ProviderStatus",
    ),
    "engine.engine": ("Engine",),
    "engine.errors": (
        "BackupDamagedError", "BackupError", "MemoryImportError", "PassphraseError",
        "BudgetReachedError", "ChatModelError", "ConversationImportError", "EngineClosedError", "IndexDamagedError",
        "IngestionError", "InvalidMemoryError", "KeyMissingError", "KeyRefusedError", "MagrayError", "ModelError",
        "ModelGoneError", "NotFoundError", "OfflineError", "OptionError", "OverLongError", "RateLimitedError",
        "RuntimeUnavailableError", "SettingsError", "StoreBusyError",
        "StoreDamagedError", "StoreError", "StoreFullError",
        "StoreNewerError", "StoreReadOnlyError", "StreamBrokenError", "StreamError", "StreamFullError",
        "UnreachableError",
    ),
    "engine.events": (
        "BackgroundChanged", "ConversationsChanged", "DocumentsChanged", "Event", "IngestFilesChanged",
        "IngestProgressChanged", "MemoriesChanged", "MemoriesRemembered", "ModelProgressChanged", "ModelsChanged",
        "Notice", "ReembeddingChanged", "SettingsChanged", "StatusChanged", "WatchedFoldersChanged",
    ),
    "engine.consolidation_values": ("ClusterInfo", "ConsolidationReport"),
    "engine.explorer_values": (
        "MEMORY_ORDERS", "SOURCE_KINDS", "CloseMemory", "FoundMemory", "MemoryCounts", "MemoryFilter", "MemoryOrder",
        "MemoryRow", "SourceKind",
    ),
    "engine.life_values": (
        "Action", "Actor", "HistoryEntry", "LifeEvent", "PromotionDrift", "PromotionFeature", "PromotionStatus",
        "PromotionVersion", "PromotionView",
    ),
    "engine.llm.known": ("PRICES_AS_OF",),
    "engine.llm.messages": ("PROVIDERS", "ChatModelInfo", "ProviderName", "Usage"),
    "engine.map_values": ("DayActivity", "MapCluster", "MapStage", "MapUpdate"),
    "engine.memory.backup.rescue": ("prepare_restore", "youngest_backup"),
    "engine.model_values": (
        "ModelCorrections", "ModelProgress", "ModelStatus", "ModelVariant", "ReembeddingStatus",
    ),
    "engine.options": ("Option",),
    "engine.paths": ("DataPaths", "resources"),
    "engine.settings": ("Settings", "option_table"),
    "engine.settings_table": (
        "OptionState", "UnknownOption", "check_option", "paths_of", "read_options", "reset_option", "unknown_options",
        "write_option",
    ),
    "engine.usage_values": ("FoundServer", "KeyPlace", "ProviderTest", "UsageLine", "UsageReport"),
    "engine.values": (
        "ERASED", "KINDS", "LAYERS", "QUOTES", "Answer", "Attachment", "Citation", "ComponentStatus", "Conversation",
        "ConversationSource", "Document", "DocumentSource", "DocumentText", "EngineStatus", "FileState", "Hit",
        "IngestFile", "IngestProgress", "IngestReport", "Kind", "Layer", "Memory", "Message", "MessageStop",
        "MessageUsage", "NewMemory", "Rectangle", "RenderedPage", "Role", "Source", "Unsourced", "VerifyReport",
        "to_json",
    ),
    "engine.watch_values": ("DocumentDetails", "DocumentState", "FolderState", "WatchedFolder"),
}  # fmt: skip
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}

__all__ = ["__version__", *sorted(_HOME_OF)]  # noqa: PLE0604 - built from the table above


def __getattr__(name: str) -> Any:
    module = _HOME_OF.get(name)
    if module is None:
        raise AttributeError(f"module 'engine' has no attribute {name!r}")
    value = getattr(importlib.import_module(module), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
