"""Language models on this computer: those of the catalogue that are installed, and the owner's own.

The owner's own lie in `chat-models/` of the data folder: a folder with `genai_config.json`, or a file `NAME.gguf`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from engine.errors import ChatModelError, ModelGoneError
from engine.llm import genai, gguf
from engine.llm.local_backend import LocalBackend
from engine.llm.local_model import LocalModel, LocalRunner
from engine.llm.messages import ChatModelInfo
from engine.llm.network_thread import NetworkThread
from engine.models.store import ModelStore
from engine.runtime.execution_providers import CUDA, DIRECTML

if TYPE_CHECKING:
    from engine.runtime.manager import Devices
    from engine.settings import Settings

_log = logging.getLogger(__name__)
OWN = "chat-models"
_ANY_DEVICE = (CUDA, DIRECTML)
_GGUF_WINDOW = 8192


def _check_memory(found: _Found) -> None:
    """Refuse what would push the computer into its swap, or be killed by it.

    Raises:
        ChatModelError: there is less memory free than the weights take.
    """
    files = [found.place] if found.is_file else [path for path in found.place.rglob("*") if path.is_file()]
    size, free = sum(path.stat().st_size for path in files), psutil.virtual_memory().available
    if size > free:
        raise ChatModelError(
            f"{found.title} takes about {size / 1e9:.1f} GB of memory, and {free / 1e9:.1f} GB are free. Close other"
            " programs, or choose a smaller model."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """One model on the disk."""

    name: str
    title: str
    place: Path
    accelerators: tuple[str, ...]

    @property
    def is_file(self) -> bool:
        return self.place.suffix.lower() == ".gguf"


class LocalModels:
    """Finds them and makes them. Methods may block for a moment, and are thread-safe but for `close`."""

    def __init__(self, settings: Settings, *, network: NetworkThread, devices: Devices | None) -> None:
        """Prepare; nothing is looked at yet.

        Args:
            settings: where the data lie, and how long an idle model stays loaded.
            network: whose loop waits for what is computed.
            devices: decides what a model runs on; None takes the processor.
        """
        paths = settings.paths
        self._own = paths.data / OWN
        self._store = ModelStore(stamps=paths.cache / "models.json", installed=paths.models)
        self._network = network
        self._devices = devices
        self._idle_seconds = settings.runtime.idle_minutes * 60
        self._runner: LocalRunner | None = None

    def listed(self) -> list[ChatModelInfo]:
        """Every one that is installed."""
        return [self._info(found) for found in self._find()]

    def model(self, info: ChatModelInfo) -> LocalModel:
        """One of them; nothing is loaded before it is asked.

        Raises:
            ModelGoneError: it is not installed.
        """
        found = next((one for one in self._find() if f"local/{one.name}" == info.id), None)
        if found is None:
            raise ModelGoneError(
                f"{info.id} is not installed. Download it in the settings: Models, or choose another model."
            )
        if self._runner is None:
            self._runner = LocalRunner(idle_seconds=self._idle_seconds)
        return LocalModel(info, network=self._network, runner=self._runner, load=self._loader(found))

    async def close(self) -> None:
        """Give the memory of the loaded one back."""
        runner, self._runner = self._runner, None
        if runner is not None:
            await self._network.run(runner.close)

    def _loader(self, found: _Found) -> Callable[[], LocalBackend]:
        def load() -> LocalBackend:
            _check_memory(found)
            if found.is_file:
                return gguf.GgufBackend(found.place, title=found.title)
            attempts = self._devices.attempts(found.accelerators) if self._devices is not None else ()
            return genai.GenaiBackend(found.place, title=found.title, attempts=attempts)

        return load

    def _find(self) -> list[_Found]:
        found = []
        for installed in self._store.installed():
            if installed.manifest is None or installed.problem is not None:
                continue
            entry = installed.manifest.current_entry
            if entry.task == "chat":
                accelerators = entry.accelerators
                found.append(
                    _Found(name=entry.ident, title=entry.name, place=installed.folder, accelerators=accelerators)
                )
        try:
            own = sorted(self._own.iterdir()) if self._own.is_dir() else []
        except OSError as error:
            _log.info("%s cannot be read: %s", self._own, error.strerror)
            own = []
        for place in own:
            if place.suffix.lower() == ".gguf" or (place / genai.CONFIG).is_file():
                name = place.stem if place.suffix.lower() == ".gguf" else place.name
                found.append(_Found(name=name, title=name, place=place, accelerators=_ANY_DEVICE))
        return found

    def _info(self, found: _Found) -> ChatModelInfo:
        return ChatModelInfo(
            id=f"local/{found.name}",
            title=found.title,
            provider="local",
            context_tokens=_GGUF_WINDOW if found.is_file else genai.window(found.place),
            input_price=0.0,
            cached_price=0.0,
            output_price=0.0,
            leaves_computer=False,
        )
