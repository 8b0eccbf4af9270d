"""Where everything lives: one data folder when it is named, else the platform's own folders."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import platformdirs

APP = "Magray"


@dataclass(frozen=True, slots=True)
class DataPaths:
    """The places of one installation. Folders are made by `create`, not before."""

    data: Path
    config_file: Path
    cache: Path
    logs: Path

    @classmethod
    def resolve(cls, data_dir: Path | None) -> DataPaths:
        """Everything under `data_dir` where one is given, else the platform's folders.

        A relative `data_dir` is taken from the working folder and `~` is expanded.
        """
        if data_dir is not None:
            root = data_dir.expanduser().absolute()
            return cls(data=root, config_file=root / "config.toml", cache=root / "cache", logs=root / "logs")
        dirs = platformdirs.PlatformDirs(APP, appauthor=False, roaming=False)
        return cls(
            data=Path(dirs.user_data_dir),
            config_file=Path(dirs.user_config_dir) / "config.toml",
            cache=Path(dirs.user_cache_dir),
            logs=Path(dirs.user_log_dir),
        )

    @property
    def database(self) -> Path:
        """The truth."""
        return self.data / "magray.db"

    @property
    def lock(self) -> Path:
        """Held by the one process that has this data folder open."""
        return self.data / "magray.lock"

    @property
    def indexes(self) -> Path:
        """Derived indexes; may be deleted while the app is closed."""
        return self.data / "indexes"

    @property
    def models(self) -> Path:
        """Downloaded models."""
        return self.data / "models"

    @property
    def device_notes(self) -> Path:
        """How fast devices were, and which one a start died on; may be deleted."""
        return self.cache / "devices.json"

    @property
    def backups(self) -> Path:
        """Copies of the database made before migrations and on request."""
        return self.data / "backups"

    def create(self) -> None:
        """Make the folders, readable by their owner only where the system knows that.

        Raises:
            OSError: a folder cannot be made.
        """
        for folder in (self.data, self.config_file.parent, self.cache, self.logs, self.indexes, self.backups):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def resources() -> Path:
    """The folder of bundled data: beside `engine/` in a checkout, inside the bundle when frozen."""
    bundle = getattr(sys, "_MEIPASS", None)
    root = Path(bundle) if bundle else Path(__file__).resolve().parent.parent
    return root / "resources"
