"""Devices and models."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from engine.calls.settings import SettingsCalls
from engine.device_values import DevicesStatus
from engine.model_values import ModelCorrections, ModelProgress, ModelStatus, ReembeddingStatus
from engine.models.manager import CHOICES, option_value
from engine.settings import Settings


class ModelCalls(SettingsCalls):
    """Devices and models."""

    async def use_model(self, model_id: str) -> ReembeddingStatus | None:
        """Change to another installed embedder, reranker or language model while everything goes on.

        Memories are embedded anew in the background; the embedder before answers until all are, then both change places
        in one moment. Naming the one before meanwhile goes back. `config.toml` names the new one from now on, so that
        the next start goes on. A reranker is used at once, and loaded and measured behind that. A language model
        answers from now on, and is loaded when it is first asked.

        Returns:
            How the re-embedding stands; None where there is none.

        Raises:
            ModelError: there is no such model, it is not installed, or it cannot be used. Nothing was changed.
            RuntimeUnavailableError: ONNX Runtime does not take it. Nothing was changed.
            SettingsError: `config.toml` cannot be written, or the environment names another model.
        """
        self._check()
        entry = await self._parts.models.chosen(model_id)
        if entry.task == "chat":
            await self.change_option(CHOICES[entry.task], option_value(entry))
        else:
            self._follow_models(await self._parts.in_use.use(model_id))
        return await self._parts.reembedding.look()

    async def use_reranking(self, mode: Literal["auto", "on", "off"]) -> None:
        """Turn the reranker on or off from now on; `auto` leaves it to how fast it is here.

        Raises:
            ModelError: it is turned on, and none is installed.
            SettingsError: `config.toml` cannot be written, or the environment says otherwise.
        """
        self._check()
        self._follow_models(await self._parts.in_use.use_reranker(mode=mode))

    async def reembedding(self) -> ReembeddingStatus | None:
        """How far the memories are embedded anew after a change of the embedder; None where nothing is left of it."""
        self._check()
        return await self._parts.reembedding.look()

    async def pause_reembedding(self) -> None:
        """Stop embedding memories anew until `resume_reembedding`, also over the next starts."""
        self._check()
        await self._parts.reembedding.pause()

    async def resume_reembedding(self) -> None:
        """Go on; after a failure, try again."""
        self._check()
        await self._parts.reembedding.resume()

    async def cancel_reembedding(self) -> bool:
        """Go back to the embedder that is used meanwhile, and forget the other's vectors.

        Returns:
            Whether there was something to go back from.

        Raises:
            ModelError: the model before is gone, so that there is none to go back to.
            SettingsError: `config.toml` cannot be written, or the environment names the other model; it goes on.
        """
        self._check()
        cancelled = await self._parts.in_use.cancel_reembedding()
        self._follow_models(self._parts.in_use.settings)
        return cancelled

    def _follow_models(self, now: Settings) -> None:
        chosen = {"embedding": now.embedding, "reranking": now.reranking}
        if any(getattr(self.settings, name) != value for name, value in chosen.items()):
            self.settings = self.settings.model_copy(update=chosen)

    async def devices(self) -> DevicesStatus:
        """What this computer can compute on, what is used, why nothing better, and what would help."""
        self._check()
        return await self._parts.executors.run("io", self._parts.devices.status)

    async def retry_device(self) -> DevicesStatus:
        """Try again: forget every failure of a device and choose anew. It takes seconds; the CPU answers meanwhile."""
        self._check()
        await self._parts.executors.run("io", self._parts.devices.try_again)
        return await self.devices()

    async def models(self) -> list[ModelStatus]:
        """Every model of the catalogue, then the owner's own."""
        self._check()
        return await self._parts.models.statuses()

    async def download_model(
        self,
        model_id: str,
        *,
        variant: str | None = None,
        on_progress: Callable[[ModelProgress], None] | None = None,
    ) -> ModelStatus:
        """Fetch, check and install a model; awaits its end. What arrived is kept when it is cancelled or fails.

        Raises:
            ModelError: there is no such model, it cannot be had, or it is not what it should be.
            StoreFullError: the disk is full, or would be.
        """
        self._check()
        return await self._parts.models.download(model_id, variant=variant, on_progress=on_progress)

    async def cancel_model_download(self, model_id: str) -> bool:
        """Stop a download.

        Returns:
            Whether one was running.
        """
        self._check()
        return self._parts.models.cancel(model_id)

    async def verify_model(self, model_id: str) -> ModelStatus:
        """Check every byte of an installed model.

        Raises:
            ModelError: it is not installed, or not what it should be.
        """
        self._check()
        return await self._parts.models.verify(model_id)

    async def remove_model(self, model_id: str) -> int:
        """Take a model off the disk.

        Returns:
            Bytes that are free now.

        Raises:
            ModelError: it came with Magray, is in use, or is not there.
        """
        self._check()
        return await self._parts.models.remove(model_id)

    async def import_model(
        self,
        path: str | os.PathLike[str],
        *,
        corrections: ModelCorrections | None = None,
        on_progress: Callable[[ModelProgress], None] | None = None,
    ) -> ModelStatus:
        """Take a model in from a folder or a zip; `inspect_model` says beforehand what it would be.

        Raises:
            ModelError: it is not a model that can be used, or not the one that it says.
            StoreFullError: the disk is full, or would be.
        """
        self._check()
        return await self._parts.models.import_model(Path(path), corrections=corrections, on_progress=on_progress)

    async def inspect_model(
        self, path: str | os.PathLike[str], *, corrections: ModelCorrections | None = None
    ) -> ModelStatus:
        """What an import would make of a folder or a zip; nothing is changed.

        Raises:
            ModelError: as for `import_model`.
        """
        self._check()
        return await self._parts.models.propose(Path(path), corrections=corrections)
