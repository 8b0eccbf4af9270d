"""Every option once: type, default, limits, help.

Layers, the strongest first: what the caller gives (command line), the environment (`MAGRAY_*`, nested by `__`),
`config.toml`, the profile's presets, the defaults written here.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from engine.errors import SettingsError
from engine.paths import DataPaths

Profile = Literal["desktop", "edge", "server", "realtime"]

PROFILES: dict[Profile, dict[str, Any]] = {
    "desktop": {},
    "edge": {
        "embedding": {"batch_tokens": 512, "cache_memory_mb": 8},
        "ingestion": {"worker_memory_mb": 512, "max_file_mb": 64},
        "index": {"ef_construction": 200},
    },
    "server": {
        "embedding": {"batch_tokens": 2048, "cache_memory_mb": 512},
        "ingestion": {"worker_memory_mb": 950, "max_file_mb": 1024},
        "index": {"merge_slice": 1024},
    },
    "realtime": {
        "embedding": {"batch_tokens": 512},
        "index": {"merge_slice": 64, "merge_tail": 256},
        "recall": {"ef_assets": 100},
    },
}
"""Groups of options that a profile presets; every other layer but the defaults wins over them."""


class _Group(BaseModel):
    model_config = ConfigDict(extra="ignore", validate_assignment=True, frozen=True)


class LayerSettings(_Group):
    """How long the layers remember."""

    interact_hours: float = Field(24, gt=0, le=24 * 365, description="Hours that Interact remembers.")
    insights_days: float = Field(90, gt=0, le=36500, description="Days that Insights remembers.")


class EmbeddingSettings(_Group):
    """How texts become vectors."""

    model: str = Field("all-minilm-l6-v2", min_length=1, description="The embedder in use, by its catalogue name.")
    threads: int = Field(0, ge=0, le=256, description="Threads of one inference; 0 uses every core.")
    batch_tokens: int = Field(
        1024,
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
        pattern=r"^(auto|cpu|coreml|(cuda|directml)(:\d{1,2})?)$",
        description="auto takes the fastest by measurement; cpu, cuda, cuda:1, directml or coreml forces one.",
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


class RecallSettings(_Group):
    """How memories are found."""

    limit: int = Field(10, ge=1, le=1000, description="Hits of a recall where no number is given.")
    ef_interact: int = Field(50, ge=10, le=4096, description="Width of the graph search in Interact.")
    ef_insights: int = Field(100, ge=10, le=4096, description="Width of the graph search in Insights.")
    ef_assets: int = Field(200, ge=10, le=4096, description="Width of the graph search in Assets.")


class RerankingSettings(_Group):
    """A second, closer look at the first hits."""

    mode: Literal["auto", "on", "off"] = Field(
        "auto", description="Read close hits again by a reranker; auto does so where one is installed and fast enough."
    )
    model: str = Field(
        "", description="The reranker in use, by its catalogue name; empty takes the smallest installed."
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
    backups_kept: int = Field(5, ge=1, le=1000, description="Copies made before migrations that are kept.")


class AppearanceSettings(_Group):
    """How the window looks."""

    scheme: Literal["system", "light", "dark"] = Field("system", description="Colours: the system's, light or dark.")
    language: str = Field("", description="Language of the window, as en or ru; empty takes the system's.")


class Settings(BaseSettings):
    """All options of one installation; `Settings(data_dir=...)` reads the environment and its `config.toml`."""

    model_config = SettingsConfigDict(
        env_prefix="MAGRAY_",
        env_nested_delimiter="__",
        extra="ignore",
        frozen=True,
        nested_model_default_partial_update=True,
    )

    data_dir: Path | None = Field(None, description="Folder of everything; empty takes the platform's folders.")
    profile: Profile = Field("desktop", description="Preset for groups of options.")
    offline: bool = Field(False, description="Reach nothing beyond this computer, whatever else is set up.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="What the log file holds.")
    layers: LayerSettings = Field(default_factory=LayerSettings)
    embedding: EmbeddingSettings = Field(default_factory=EmbeddingSettings)
    runtime: RuntimeSettings = Field(default_factory=RuntimeSettings)
    models: ModelSettings = Field(default_factory=ModelSettings)
    index: IndexSettings = Field(default_factory=IndexSettings)
    recall: RecallSettings = Field(default_factory=RecallSettings)
    reranking: RerankingSettings = Field(default_factory=RerankingSettings)
    ingestion: IngestionSettings = Field(default_factory=IngestionSettings)
    store: StoreSettings = Field(default_factory=StoreSettings)
    appearance: AppearanceSettings = Field(default_factory=AppearanceSettings)

    def __init__(self, **values: Any) -> None:
        """Read every layer.

        Raises:
            SettingsError: a value cannot be used; the message names the option and the layer it came from.
        """
        try:
            super().__init__(**values)
        except ValidationError as error:
            raise SettingsError(_explain(error, values)) from error

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
        data_dir = given.get("data_dir") or environment.get("data_dir")
        config_file = DataPaths.resolve(Path(data_dir) if data_dir else None).config_file
        file_values = read_config(config_file)
        file_values.pop("data_dir", None)  # a folder cannot name another one as itself
        profile = given.get("profile") or environment.get("profile") or file_values.get("profile") or "desktop"
        presets = PROFILES.get(cast("Profile", profile), {})
        return (
            init_settings,
            env_settings,
            _Fixed(settings_cls, file_values),
            _Fixed(settings_cls, presets),
        )

    @property
    def paths(self) -> DataPaths:
        """Where everything lives."""
        return DataPaths.resolve(self.data_dir)


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


def read_config(path: Path) -> dict[str, Any]:
    """The values of a `config.toml`, or nothing where there is none.

    Raises:
        SettingsError: the file cannot be read or is not TOML.
    """
    try:
        with path.open("rb") as file:
            return tomllib.load(file)
    except (FileNotFoundError, NotADirectoryError):  # a folder that is a file is told when it is opened
        return {}
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"{path} cannot be read ({error}). Mend or remove the file; without it the defaults are used."
        ) from error


def write_config(path: Path, option: str, value: Any) -> None:
    """Set one option (dotted name) in `config.toml`, keeping the rest; written aside, flushed, then renamed.

    `None` removes the option. The file's comments are not kept.

    Raises:
        SettingsError: the option is unknown, the value does not fit, or the file cannot be written.
    """
    import tomli_w

    known = {name for name, *_ in options()}
    if option not in known:
        raise SettingsError(f"There is no option {option}. `magray config list` shows them all.")
    values = read_config(path)
    group: dict[str, Any] = values
    *parents, last = option.split(".")
    for parent in parents:
        group = group.setdefault(parent, {})
    if value is None:
        group.pop(last, None)
    else:
        group[last] = value
    if value is not None:
        _check_option(option, value)
    temporary = path.with_suffix(".toml.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            tomli_w.dump(values, file)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        raise SettingsError(f"{path} cannot be written ({error}). The option was not changed.") from error


def options() -> list[tuple[str, Any, Any, str]]:
    """Every option as (dotted name, type, default, help), in the order of declaration."""
    rows: list[tuple[str, Any, Any, str]] = []
    for name, info in Settings.model_fields.items():
        inner = info.annotation
        if isinstance(inner, type) and issubclass(inner, _Group):
            for child, child_info in inner.model_fields.items():
                rows.append(
                    (f"{name}.{child}", child_info.annotation, child_info.default, child_info.description or "")
                )
        else:
            rows.append((name, info.annotation, info.default, info.description or ""))
    return rows


def get_option(settings: Settings, option: str) -> Any:
    """The value in force of a dotted name.

    Raises:
        SettingsError: the option is unknown.
    """
    value: Any = settings
    for part in option.split("."):
        fields = type(value).model_fields if isinstance(value, BaseModel) else {}
        if part not in fields:
            raise SettingsError(f"There is no option {option}. `magray config list` shows them all.")
        value = getattr(value, part)
    return value


def _check_option(option: str, value: Any) -> None:
    """Hold one value against its option's type and limits."""
    *parents, last = option.split(".")
    inner = Settings.model_fields[parents[0]].annotation if parents else None
    try:
        if isinstance(inner, type) and issubclass(inner, _Group):
            inner.model_validate({last: value})
        else:
            Settings.__pydantic_validator__.validate_assignment(Settings.model_construct(), last, value)
    except ValidationError as error:
        reasons = " ".join(f"{problem['msg']}." for problem in error.errors())
        raise SettingsError(f"{option} = {value!r} cannot be used: {reasons} The option was not changed.") from error


def _explain(error: ValidationError, given: dict[str, Any]) -> str:
    lines = []
    for problem in error.errors():
        name = ".".join(str(part) for part in problem["loc"])
        variable = "MAGRAY_" + name.upper().replace(".", "__")
        if name.split(".")[0] in given:
            origin = "the command line"
        elif variable in os.environ:
            origin = variable
        else:
            origin = "config.toml"
        lines.append(f"{name} = {problem.get('input')!r} (from {origin}): {problem['msg']}.")
    return "An option cannot be used. " + " ".join(lines)
