"""Options about the life of memories, one group for each room."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from engine.settings_group import LIVE, Group


class LifeSettings(Group):
    """What becomes of memories that have cooled."""

    erase_after_days: float = Field(
        0,
        ge=0,
        le=36500,
        description="Days after which archived memories are erased for good, from conversations too; 0 keeps them.",
        json_schema_extra=LIVE,
    )


class ConsolidationSettings(Group):
    """Tidying memories up while nobody waits."""

    enabled: bool = Field(
        True,
        description="Merge what repeats, hide what a newer memory says otherwise, group what is related, and tell old "
        "sessions in short. Everything can be undone.",
        json_schema_extra=LIVE,
    )
    use_model: bool = Field(
        False,
        description="Let the chat model name groups and tell sessions in short; else they quote what was said.",
        json_schema_extra=LIVE,
    )


class PromotionSettings(Group):
    """Which memories rise to a longer-lived layer by themselves."""

    enabled: bool = Field(
        True,
        description="Let memories rise by themselves before their time is up, by a model that learns from use.",
        json_schema_extra=LIVE,
    )
    share: float = Field(
        0.3,
        ge=0.01,
        le=0.95,
        description="Share of the memories about to go that may rise.",
        json_schema_extra=LIVE,
    )
    explore: float = Field(
        0.05,
        ge=0,
        le=0.5,
        description="Share of these decisions left to chance, so that the model sees what it would have let go.",
        json_schema_extra=LIVE,
    )
    horizon_days: float = Field(
        14,
        ge=1,
        le=80,
        description="Days within which a memory must be used for its rise to count as right.",
        json_schema_extra=LIVE,
    )
    refit_hours: float = Field(
        24, ge=1, le=8760, description="Hours between two attempts to learn anew.", json_schema_extra=LIVE
    )
    refit_outcomes: int = Field(
        500, ge=60, le=100_000, description="New outcomes needed to learn anew.", json_schema_extra=LIVE
    )


class WatchSettings(Group):
    """Folders that are kept in step."""

    rescan_minutes: float = Field(
        60,
        ge=1,
        le=10080,
        description="Minutes between two looks through a whole folder, for changes that the system did not tell of.",
    )
    poll_minutes: float = Field(
        5, ge=0.5, le=1440, description="Minutes between two looks where the system tells of no changes at all."
    )
    quiet_seconds: float = Field(
        2, ge=0.1, le=3600, description="Seconds that a changed file must have been left alone before it is read."
    )
    gitignore: bool = Field(True, description="Pass over what .gitignore files in a watched folder name.")
    deleted: Literal["keep", "forget"] = Field(
        "keep",
        description="What becomes of a document whose file is gone: it is kept, or its memories are deleted, which can "
        "be undone.",
    )
    grace_days: float = Field(
        7, ge=0, le=3650, description="Days that a file must have been gone before its memories are deleted so."
    )


class BackupSettings(Group):
    """Backups that are made by themselves."""

    every: Literal["off", "daily", "weekly"] = Field(
        "weekly", description="How often a backup is made by itself.", json_schema_extra=LIVE
    )
    kept: int = Field(
        3, ge=1, le=1000, description="Backups made by the schedule that are kept.", json_schema_extra=LIVE
    )
    folder: str = Field(
        "",
        pattern=r"^(|[/~].*|[A-Za-z]:[\\/].*|\\\\.*)$",
        description="Whole path of the folder that backups go to; empty takes the one beside the database.",
        json_schema_extra=LIVE,
    )
    encrypted: bool = Field(
        False,
        description="Seal backups by the passphrase that lies in the system's key store.",
        json_schema_extra=LIVE,
    )


class StreamingSettings(Group):
    """Messages that other programs keep sending."""

    sessions: int = Field(100, ge=1, le=10_000, description="Live streams open at once.", json_schema_extra=LIVE)
    buffer_records: int = Field(
        50,
        ge=1,
        le=10_000,
        description="Messages of a stream that may wait to be kept, or to be embedded together.",
        json_schema_extra=LIVE,
    )
    buffer_ms: int = Field(
        1000,
        ge=0,
        le=60_000,
        description="Milliseconds after which waiting messages are kept and embedded, however few there are.",
        json_schema_extra=LIVE,
    )
    message_kb: int = Field(
        1024,
        ge=1,
        le=4096,
        description="Kilobytes of one message at most; larger texts are files.",
        json_schema_extra=LIVE,
    )
    idle_seconds: float = Field(
        60,
        ge=1,
        le=86_400,
        description="Seconds without a message after which a stream is let go.",
        json_schema_extra=LIVE,
    )


class BackgroundSettings(Group):
    """Work behind the owner's back, and what it leaves of the computer."""

    considerate: bool = Field(
        True,
        description="Put background work off on battery, while the computer is busy, or while its memory is short.",
        json_schema_extra=LIVE,
    )
    memory_warning: float = Field(
        85,
        ge=50,
        le=99,
        description="Percent of the computer's memory in use from which on caches shrink and a warning is given.",
        json_schema_extra=LIVE,
    )
    battery_low: float = Field(
        20,
        ge=0,
        le=100,
        description="Percent of the battery below which only the most urgent work is done.",
        json_schema_extra=LIVE,
    )
    busy_percent: float = Field(
        60,
        ge=1,
        le=100,
        description="Percent of the processor used by other programs from which on unimportant work waits.",
        json_schema_extra=LIVE,
    )
    memory_limit_mb: int = Field(
        0,
        ge=0,
        le=1_048_576,
        description="Megabytes that Magray itself should stay under: its caches shrink near them; 0 takes half of what "
        "the computer has.",
        json_schema_extra=LIVE,
    )
