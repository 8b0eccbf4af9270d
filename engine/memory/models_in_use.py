"""The embedder and the reranker in use, and changing them while everything goes on.

A new embedder is loaded and tried before anything is written. Then `config.toml` names it, so that a start after a
sudden end goes on with the change, and the memories are embedded anew (`reembedding.py`). Going back writes the old
name first, and then forgets what was gathered. A reranker changes at once: nothing that is stored depends on it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Literal

from engine.embedding.cached_embedder import CachedEmbedder, open_embedder
from engine.embedding.in_use import EmbedderInUse
from engine.errors import MagrayError, ModelError, SettingsError
from engine.events import EventBus, Notice, StatusChanged
from engine.executors import Executors
from engine.memory.reembedding import Reembedding
from engine.memory.retrieval import Retriever
from engine.models.manager import CHOICES, ModelManager
from engine.reranking.onnx_reranker import OnnxReranker
from engine.reranking.opening import open_reranker
from engine.runtime.manager import Devices
from engine.settings import Settings, layers
from engine.settings_table import find_option, write_option

_log = logging.getLogger(__name__)
RerankingMode = Literal["auto", "on", "off"]


class ModelsInUse:
    """Owned by the engine. Methods belong to its loop; each change waits for the one before."""

    def __init__(
        self,
        settings: Settings,
        *,
        executors: Executors,
        events: EventBus,
        devices: Devices,
        models: ModelManager,
        embedder: EmbedderInUse,
        reembedding: Reembedding,
        retriever: Retriever,
        reranker: OnnxReranker | None,
        problem: str | None,
    ) -> None:
        """Nothing is changed or loaded yet.

        Args:
            settings: What the owner chose.
            executors: `io` opens models, `inference` runs them for the first time.
            events: Hear what changed.
            devices: What models run on.
            models: Knows which are installed, and must not remove those in use.
            embedder: In use.
            reembedding: Brings the next embedder into its place.
            retriever: Uses the reranker.
            reranker: In use, if there is one.
            problem: Why there is none although one was asked for.
        """
        self._settings = settings
        self._executors = executors
        self._events = events
        self._devices = devices
        self._models = models
        self._reembedding = reembedding
        self._retriever = retriever
        self._changing = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self.embedder = embedder
        self.reranker = reranker
        self.reranker_problem = problem
        models.keep(self._kept)

    @property
    def settings(self) -> Settings:
        """What holds now."""
        return self._settings

    def start(self) -> None:
        """Load the models behind the opening, so that neither the window nor the first question waits for them."""
        self._behind(self._warm_all())

    async def use(self, ident: str) -> Settings:
        """Change to another embedder or reranker, which must be installed.

        An embedder is used as soon as all memories are embedded by it; naming the one in use meanwhile goes back. A
        reranker is used from now on, and `reranking.mode` becomes `auto` where it was `off`.

        Returns:
            The settings that hold now.

        Raises:
            ModelError: there is no such model, it is not installed or for another task, or it cannot be used here.
            RuntimeUnavailableError: ONNX Runtime does not take it.
            SettingsError: `config.toml` cannot be written, or the environment names another model.
        """
        entry = await self._models.chosen(ident)
        if entry.task == "rerank":
            mode = self._settings.reranking.mode
            return await self.use_reranker(model=entry.ident, mode="auto" if mode == "off" else mode)
        async with self._changing:
            await self._change_embedder(entry.ident, write=True)
            return self._settings

    async def use_reranker(self, *, model: str | None = None, mode: RerankingMode | None = None) -> Settings:
        """Choose the reranker, or turn it on or off, from now on. None leaves what is.

        Returns:
            The settings that hold now.

        Raises:
            ModelError: none is installed, or not the one that is named.
            SettingsError: `config.toml` cannot be written, or the environment says otherwise.
        """
        chosen = {"model": model, "mode": mode}
        async with self._changing:
            now = self._settings.reranking
            changes = {name: value for name, value in chosen.items() if value not in (None, getattr(now, name))}
            if not changes:
                return self._settings
            wanted = self._having("reranking", changes)
            opened = await self._executors.run("io", self._open_reranker, wanted)
            try:
                for name, value in changes.items():
                    await self._write(f"reranking.{name}", value)
            except MagrayError:
                if opened is not None:
                    await self._executors.run("io", opened.close)
                raise
            await self._take_reranker(opened)
            self._follow(wanted)
            return self._settings

    async def follow(self, settings: Settings) -> None:
        """Do what `config.toml` says by now, as after an option was changed; what cannot be had is told.

        Args:
            settings: What holds from now on.
        """
        try:
            async with self._changing:
                if settings.embedding.model != self._settings.embedding.model:
                    await self._change_embedder(settings.embedding.model, write=False)
                if settings.reranking != self._settings.reranking:
                    wanted = self._settings.model_copy(update={"reranking": settings.reranking})
                    await self._take_reranker(await self._executors.run("io", self._open_reranker, wanted))
                self._follow(settings)
        except MagrayError as error:
            self._events.publish(Notice(level="warning", text=str(error)))

    async def cancel_reembedding(self) -> bool:
        """Go back to the embedder that is used meanwhile. Nothing was lost, and nothing stays of the other's vectors.

        Returns:
            Whether there was something to go back from.

        Raises:
            ModelError: the model before is gone.
            SettingsError: `config.toml` cannot be written, or the environment names the other model; it goes on.
        """
        async with self._changing:
            if self._reembedding.following is None:
                if self._reembedding.status() is None:
                    return False
                raise ModelError(
                    "The model that made the other vectors is gone, so there is nothing to go back to. Nothing was"
                    " changed. Install it and choose it by `magray models use`."
                )
            return await self._go_back(write=True)

    async def close(self) -> None:
        """Wait until models that are being loaded are, and let go of the reranker; the embedder has its own end."""
        if self._tasks:
            await asyncio.wait(self._tasks)
        if self.reranker is not None:
            await self._executors.run("io", self.reranker.close)

    # Embedders

    async def _change_embedder(self, ident: str, *, write: bool) -> None:
        following = self._reembedding.following
        if following is not None and ident == following.ident:
            return
        wanted = self._having("embedding", {"model": ident})
        if ident == self.embedder.ident:
            if following is None or not await self._go_back(write=write):
                if write:
                    await self._write(CHOICES["embed"], ident)
                self._follow(wanted)
            return
        opened = await self._executors.run("io", self._open_embedder, wanted)
        try:
            if write:
                await self._write(CHOICES["embed"], ident)
        except MagrayError:
            await self._executors.run("io", opened.close)
            raise
        self._follow(wanted)
        await self._reembedding.begin(opened)

    async def _go_back(self, *, write: bool) -> bool:
        if not await self._reembedding.stop():
            return False  # the change had been made a moment before
        try:
            if write:
                await self._write(CHOICES["embed"], self.embedder.ident)
        except MagrayError:
            self._reembedding.start(self._reembedding.following)
            raise
        await self._reembedding.drop()
        self._follow(self._having("embedding", {"model": self.embedder.ident}))
        self._events.publish(Notice(level="info", text=f"{self.embedder.ident} stays in use. Nothing was lost."))
        return True

    def _open_embedder(self, wanted: Settings) -> CachedEmbedder:
        """Open an embedder and try it: one that does not run is refused before anything depends on it."""
        embedder = open_embedder(wanted, paths=wanted.paths, devices=self._devices)
        try:
            embedder.warm()
        except MagrayError:
            embedder.close()
            raise
        return embedder

    # Rerankers

    def _open_reranker(self, wanted: Settings) -> OnnxReranker | None:
        return open_reranker(wanted, paths=wanted.paths, devices=self._devices)

    async def _take_reranker(self, opened: OnnxReranker | None) -> None:
        old, self.reranker, self.reranker_problem = self.reranker, opened, None
        await self._executors.run("io", self._retriever.use_reranker, opened)
        if old is not None:
            await self._executors.run("io", old.close)
        if opened is not None:
            self._behind(self._warm_reranker(opened))
        self._events.publish(StatusChanged(component="reranker"))

    # Both

    async def _warm_all(self) -> None:
        try:
            await self._executors.run("inference", self.embedder.warm)
        except MagrayError as error:
            # Everything that needs no vector goes on; whatever needs one raises the same error to its caller.
            _log.error("the embedder could not be loaded: %s", error)
            self._events.publish(Notice(level="error", text=str(error)))
        if self.reranker is not None:
            await self._warm_reranker(self.reranker)

    async def _warm_reranker(self, reranker: OnnxReranker) -> None:
        try:
            await self._executors.run("io", reranker.prepare)  # a card may take a minute to be tried
            await self._executors.run("inference", reranker.warm)
        except MagrayError as error:
            if reranker is self.reranker:  # else it was replaced meanwhile
                _log.warning("the reranker could not be loaded: %s", error)
                self._events.publish(Notice(level="warning", text=str(error)))
        self._events.publish(StatusChanged(component="reranker"))

    def _behind(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _having(self, group: str, changes: dict[str, str]) -> Settings:
        return self._settings.model_copy(
            update={group: getattr(self._settings, group).model_copy(update=dict(changes))}
        )

    def _follow(self, settings: Settings) -> None:
        self._settings = settings
        # The manager follows other options too, which may have changed since these were read.
        chosen = {"embedding": settings.embedding, "reranking": settings.reranking}
        self._models.follow(self._models.settings.model_copy(update=chosen))

    def _kept(self) -> frozenset[str]:
        """Models that must not be removed, whatever the settings name."""
        following = self._reembedding.following
        return frozenset({self.embedder.ident, *([] if following is None else [following.ident])})

    async def _write(self, option: str, value: str) -> None:
        """Write one option down, unless a stronger layer would win over it at the next start."""

        def write() -> None:
            for layer in layers(self._settings.given):
                if layer.origin == "environment" and layer.values.get(option, value) != value:
                    raise SettingsError(
                        f"{find_option(option).variable} in the environment says {layer.values[option]}, which is"
                        f" stronger than config.toml. Nothing was changed. Take that out first."
                    )
            write_option(self._settings.paths, option, value)

        await self._executors.run("io", write)
