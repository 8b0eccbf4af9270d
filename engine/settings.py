"""Every option once: type, default, limits, help.

Layers, the strongest first: what the caller gives (command line), the environment (`MAGRAY_*`, nested by `__`),
`config.toml`, the profile's presets, the defaults written here.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

from pydantic import BaseModel, Field, PrivateAttr, ValidationError
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError as UnreadableVariable,
)

from engine.config_file import line_of, read_config
from engine.errors import SettingsError
from engine.life_settings import (
    BackgroundSettings,
    BackupSettings,
    ConsolidationSettings,
    LifeSettings,
    PromotionSettings,
    StreamingSettings,
    WatchSettings,
)
from engine.llm_settings import ChatSettings, LlmSettings
from engine.options import Option, describe, misfit
from engine.paths import DataPaths
from engine.settings_group import LIVE, Group as _Group

PREFIX = "MAGRAY_"
"""What every variable of the environment begins with."""

Origin = Literal["command line", "environment", "config.toml", "profile", "default"]
"""The layers, the strongest first."""

Profile = Literal["desktop", "edge", "server", "realtime"]

PROFILES: dict[Profile, dict[str, Any]] = {
    "desktop": {},
    "edge": {
        "embedding": {"batch_tokens": 256, "cache_memory_mb": 8},
        "ingestion": {"worker_memory_mb": 512, "max_file_mb": 64},
        "index": {"ef_construction": 200},
        "streaming": {"sessions": 20},
        "background": {"memory_limit_mb": 768},
    },
    "server": {
        "embedding": {"batch_tokens": 2048, "cache_memory_mb": 512},
        "ingestion": {"worker_memory_mb": 950, "max_file_mb": 1024},
        "index": {"merge_slice": 1024},
        "streaming": {"sessions": 1000},
        "background": {"busy_percent": 90},
    },
    "realtime": {
        "embedding": {"batch_tokens": 256},
        "index": {"merge_slice": 64, "merge_tail": 256},
        "recall": {"ef_assets": 100},
        "streaming": {"buffer_ms": 100},
    },
}
"""Groups of options that a profile presets; every other layer but the defaults wins over them."""


class LayerSettings(_Group):
    """How long the layers remember."""

    interact_hours: float = Field(24, gt=0, le=24 * 365, description="Hours that Interact remembers.")
    insights_days: float = Field(90, gt=0, le=36500, description="Days that Insights remembers.")


class EmbeddingSettings(_Group):
    """How texts become vectors."""

    model: str = Field(
        "all-minilm-l6-v2",
        min_length=1,
        description="The embedder in use, by its catalogue name.",
        json_schema_extra=LIVE,
    )
    threads: int = Field(0, ge=0, le=256, description="Threads of one inference; 0 uses every core.")
    batch_tokens: int = Field(
        512,
        ge=256,
        le=1_048_576,
        description="Tokens of one batch, padding included; a processor is fastest while a batch fits its cache.",
    )
    cache_memory_mb: int = Field(
        0,
        ge=0,
        le=65536,
        description="Megabytes for vectors kept in memory; 0 takes half a percent of the machine's, 64 at most.",
    )
    cache_days: float = Field(3, gt=0, le=3650, description="Days that an unused vector stays cached on disk.")


class RuntimeSettings(_Group):
    """What models run on."""

    device: str = Field(
        "auto",
        pattern=r"^(auto|cpu|coreml|(cuda|tensorrt|directml)(:\d{1,2})?)$",
        description="auto takes the fastest by measurement; cpu, cuda, cuda:1, tensorrt, directml, coreml force one.",
    )
    breaker_failures: int = Field(
        3, ge=1, le=1000, description="Failures in a row after which a device is left alone and the CPU computes."
    )
    breaker_seconds: float = Field(
        300, ge=1, le=86400, description="Seconds until a device that was left alone is tried again."
    )
    gpu_timeout_seconds: float = Field(
        30, ge=1, le=3600, description="Seconds that a device other than the CPU may take for one batch."
    )
    streams: int = Field(0, ge=0, le=4, description="Batches at the same time on such a device; 0 takes what suits it.")
    idle_minutes: float = Field(
        30, ge=0, le=10080, description="Minutes after which an unused model gives its memory back; 0 never."
    )


class ModelSettings(_Group):
    """Where models come from."""

    hub: str = Field(
        "https://huggingface.co",
        pattern=r"^https?://[^\s/?#]+(/[^\s?#]*)?$",
        description="Address that models are downloaded from: the Hugging Face hub or a mirror of it.",
    )


class IndexSettings(_Group):
    """The vector graphs. Changing these rebuilds them in the background."""

    m: int = Field(24, ge=4, le=128, description="Neighbours of a node in the graph (HNSW M).")
    ef_construction: int = Field(400, ge=16, le=4096, description="Width of the search while building (HNSW).")
    exact_below: int = Field(1000, ge=0, le=1_000_000, description="Layers smaller than this are searched exactly.")
    merge_tail: int = Field(
        512, ge=1, le=1_000_000, description="New vectors that may wait in the exact tail before they are merged."
    )
    merge_slice: int = Field(256, ge=1, le=100_000, description="Vectors merged before searches get their turn.")
    rebuild_deleted: float = Field(
        0.25, gt=0, lt=1, description="Share of deleted nodes above which a graph is built anew."
    )
    vectors: Literal["auto", "fp32", "fp16", "int8"] = Field(
        "auto",
        description="How full vectors are kept: fp16 and int8 in a mapped file beside a graph of shorter ones; auto "
        "does so with fp16 for models of more than 512 dimensions, fp32 keeps the graph whole.",
    )
    graph_dimensions: int = Field(
        0, ge=0, le=4096, description="Numbers of a vector in such a graph; 0 takes 256 where vectors are long."
    )


class RecallSettings(_Group):
    """How memories are found."""

    limit: int = Field(10, ge=1, le=1000, description="Hits of a recall where no number is given.")
    ef_interact: int = Field(50, ge=10, le=4096, description="Width of the graph search in Interact.")
    ef_insights: int = Field(100, ge=10, le=4096, description="Width of the graph search in Insights.")
    ef_assets: int = Field(200, ge=10, le=4096, description="Width of the graph search in Assets.")


class RerankingSettings(_Group):
    """A second, closer look at the first hits."""

    mode: Literal["auto", "on", "off"] = Field(
        "auto",
        description="Read close hits again by a reranker; auto does so where one is installed and fast enough.",
        json_schema_extra=LIVE,
    )
    model: str = Field(
        "",
        description="The reranker in use, by its catalogue name; empty takes the smallest installed.",
        json_schema_extra=LIVE,
    )
    passages: int = Field(20, ge=2, le=200, description="Hits at most that a reranker reads.")
    budget_ms: int = Field(
        400, ge=10, le=60_000, description="Milliseconds that it may take; after that the order stands as it was."
    )


class IngestionSettings(_Group):
    """How files are read."""

    chunk_tokens: int = Field(220, ge=32, le=8192, description="Tokens of a chunk at most.")
    file_seconds: float = Field(30, ge=1, le=3600, description="Seconds that reading one file may take.")
    worker_memory_mb: int = Field(900, ge=128, le=65536, description="Megabytes that the reading process may use.")
    max_file_mb: int = Field(512, ge=1, le=1_048_576, description="Larger files are skipped, in megabytes.")
    max_archive_mb: int = Field(
        512, ge=1, le=1_048_576, description="Megabytes that one archive may unpack to before it is refused."
    )
    max_archive_depth: int = Field(3, ge=0, le=16, description="Archives inside archives that are still opened.")
    ocr: bool = Field(True, description="Read pages without text by Tesseract where it is installed.")
    ignore: tuple[str, ...] = Field(
        (".git", ".hg", ".svn", "node_modules", "__pycache__", ".venv", ".DS_Store", "Thumbs.db"),
        description="Names of files and folders that are passed over when a folder is read.",
    )


class StoreSettings(_Group):
    """The database."""

    synchronous: Literal["FULL", "NORMAL"] = Field(
        "FULL", description="FULL survives a power cut after every call; NORMAL may lose the last moments."
    )
    backups_kept: int = Field(
        5, ge=1, le=1000, description="Backups made before migrations, and before restores, that are kept."
    )


class AppearanceSettings(_Group):
    """How the window looks."""

    scheme: Literal["system", "light", "dark"] = Field(
        "system", description="Colours: the system's, light or dark.", json_schema_extra={"needs_restart": False}
    )
    language: str = Field("", description="Language of the window, as en or ru; empty takes the system's.")


class Settings(BaseSettings):
    """All options of one installation; `Settings(data_dir=...)` reads the environment and its `config.toml`."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter="__",
        extra="ignore",
        frozen=True,
        nested_model_default_partial_update=True,
    )

    data_dir: Path | None = Field(None, description="Folder of everything; empty takes the platform's folders.")
    profile: Profile = Field("desktop", description="Preset for groups of options.")
    offline: bool = Field(
        False,
        description="Reach nothing beyond this computer, whatever else is set up.",
        json_schema_extra={"needs_restart": False},
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="What the log file holds.")
    layers: LayerSettings = Field(default_factory=LayerSettings)
    life: LifeSettings = Field(default_factory=LifeSettings)
    promotion: PromotionSettings = Field(default_factory=PromotionSettings)
    consolidation: ConsolidationSettings = Field(default_factory=ConsolidationSettings)
    embedding: EmbeddingSettings = Field(default_factory=EmbeddingSettings)
    runtime: RuntimeSettings = Field(default_factory=RuntimeSettings)
    models: ModelSettings = Field(default_factory=ModelSettings)
    index: IndexSettings = Field(default_factory=IndexSettings)
    recall: RecallSettings = Field(default_factory=RecallSettings)
    reranking: RerankingSettings = Field(default_factory=RerankingSettings)
    ingestion: IngestionSettings = Field(default_factory=IngestionSettings)
    watch: WatchSettings = Field(default_factory=WatchSettings)
    store: StoreSettings = Field(default_factory=StoreSettings)
    backup: BackupSettings = Field(default_factory=BackupSettings)
    streaming: StreamingSettings = Field(default_factory=StreamingSettings)
    background: BackgroundSettings = Field(default_factory=BackgroundSettings)
    llm: LlmSettings = Field(default_factory=LlmSettings)
    chat: ChatSettings = Field(default_factory=ChatSettings)
    appearance: AppearanceSettings = Field(default_factory=AppearanceSettings)

    _given: dict[str, Any] = PrivateAttr(default_factory=dict)

    def __init__(self, **values: Any) -> None:
        """Read every layer.

        Raises:
            SettingsError: a value cannot be used; the message names the option and the layer it came from.
        """
        try:
            super().__init__(**values)
        except ValidationError as error:
            raise SettingsError(_explain(error, values)) from error
        except UnreadableVariable as error:
            raise SettingsError(_explain_variable(error)) from error
        self._given = values

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Command line, environment, `config.toml`, profile; the defaults come last by themselves."""
        given = init_settings()
        environment = env_settings()
        file_values = _file_values(given, environment)
        return (
            init_settings,
            env_settings,
            _Fixed(settings_cls, file_values),
            _Fixed(settings_cls, _presets(given, environment, file_values)),
        )

    @property
    def paths(self) -> DataPaths:
        """Where everything lives."""
        return DataPaths.resolve(self.data_dir)

    @property
    def given(self) -> dict[str, Any]:
        """What the caller gave; the strongest layer."""
        return dict(self._given)


class _Fixed(PydanticBaseSettingsSource):
    """A layer whose values are known beforehand."""

    def __init__(self, settings_cls: type[BaseSettings], values: dict[str, Any]) -> None:
        super().__init__(settings_cls)
        self._values = values

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        """One value, by pydantic-settings' protocol."""
        return self._values.get(field_name), field_name, isinstance(self._values.get(field_name), dict)

    def __call__(self) -> dict[str, Any]:
        """All of them."""
        return self._values


@dataclass(frozen=True, slots=True)
class SettingsLayer:
    """The values of one layer as it stands now, by dotted name; unknown ones are among them."""

    origin: Origin
    values: dict[str, Any]


def layers(given: Mapping[str, Any]) -> tuple[SettingsLayer, ...]:
    """Every layer but the defaults, the strongest first, read anew and not held against the table.

    Args:
        given: what the command line or another caller names, nested as in the table.

    Raises:
        SettingsError: `config.toml` cannot be read, or a variable holds a list or group that cannot be parsed.
    """
    plain_given = {
        name: value.model_dump(exclude_unset=True) if isinstance(value, BaseModel) else value
        for name, value in given.items()
    }
    try:
        environment = EnvSettingsSource(Settings)()
    except UnreadableVariable as error:
        raise SettingsError(_explain_variable(error)) from error
    file_values = _file_values(plain_given, environment)
    return (
        SettingsLayer("command line", flat(plain_given)),
        SettingsLayer("environment", flat(environment)),
        SettingsLayer("config.toml", flat(file_values)),
        SettingsLayer("profile", flat(_presets(plain_given, environment, file_values))),
    )


def option_table() -> tuple[Option, ...]:
    """Every option once, in the order of declaration."""
    return describe(Settings, prefix=PREFIX)


def flat(values: Mapping[str, Any], model: type[BaseModel] = Settings, group: str = "") -> dict[str, Any]:
    """Nested values by dotted name; what is no group of the table stays one value."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        info = model.model_fields.get(name)
        inner = info.annotation if info is not None else None
        dotted = f"{group}.{name}" if group else name
        if isinstance(value, Mapping) and isinstance(inner, type) and issubclass(inner, BaseModel):
            found |= flat(value, inner, dotted)
        else:
            found[dotted] = value
    return found


def _file_values(given: Mapping[str, Any], environment: Mapping[str, Any]) -> dict[str, Any]:
    values = read_config(_config_file(given, environment))
    values.pop("data_dir", None)  # a folder cannot name another one as itself
    for option in option_table():
        if option.kind == "secret":
            _drop(values, option.name.split("."))  # a key never lies in a file, and one that does is not used
    return values


def _drop(values: dict[str, Any], parts: list[str]) -> None:
    inner: Any = values
    for part in parts[:-1]:
        inner = inner.get(part, {}) if isinstance(inner, dict) else {}
    if isinstance(inner, dict):
        inner.pop(parts[-1], None)


def _config_file(given: Mapping[str, Any], environment: Mapping[str, Any]) -> Path:
    data_dir = given.get("data_dir") or environment.get("data_dir")
    return DataPaths.resolve(Path(data_dir) if data_dir else None).config_file


def _presets(*layers: Mapping[str, Any]) -> dict[str, Any]:
    profile = next((layer["profile"] for layer in layers if layer.get("profile")), "desktop")
    # a profile of another type or name is told when the values are held against the table
    return PROFILES.get(cast("Profile", profile), {}) if isinstance(profile, str) else {}


def _explain(error: ValidationError, given: dict[str, Any]) -> str:
    table = {option.name: option for option in option_table()}
    variables = {name.upper(): name for name in os.environ}
    sentences = []
    for problem in error.errors():
        # the place inside a list or a choice of types follows the option's own name
        parts = [str(part) for part in problem["loc"]]
        option = next(
            (table[name] for end in range(len(parts), 0, -1) if (name := ".".join(parts[:end])) in table), None
        )
        name = option.name if option is not None else ".".join(parts)
        if name in flat(given) or (option is None and parts[0] in given):
            origin = "the command line"
        elif (variable := _variable(name, variables)) is not None:
            origin = variable
        else:
            file = _config_file(given, {"data_dir": os.environ.get(variables.get(f"{PREFIX}DATA_DIR", ""))})
            line = line_of(file, name)
            origin = f"{file}, line {line}" if line is not None else str(file)
        if option is None:
            sentences.append(f"{name} (from {origin}) cannot be used: it is a group of options and takes no value.")
        else:
            sentences.append(str(misfit(option, problem.get("input"), problem["type"], where=f"from {origin}")))
    return " ".join([*sentences, "Change it there or take it out; the default then holds."])


def _variable(name: str, variables: Mapping[str, str]) -> str | None:
    """The variable that an option's value comes from: its own, or one that holds a whole group as JSON."""
    parts = name.upper().split(".")
    for end in range(len(parts), 0, -1):
        if (found := variables.get(PREFIX + "__".join(parts[:end]))) is not None:
            return found
    return None


def _explain_variable(error: UnreadableVariable) -> str:
    group = str(error).partition('field "')[2].partition('"')[0]
    names = sorted(name for name in os.environ if name.upper().startswith(f"{PREFIX}{group.upper()}"))
    return (
        f"A variable of the environment cannot be used: {' or '.join(names) or PREFIX + group.upper()} must hold JSON, "
        'as ["a", "b"] for a list. Change it or take it out; the default then holds.'
    )
