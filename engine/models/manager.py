"""Everything that can be done with models, as coroutines: list, download, check, remove, import."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import filelock

from engine.errors import ModelError
from engine.events import Event, ModelProgressChanged, ModelsChanged
from engine.executors import Executors
from engine.model_values import ModelCorrections, ModelProgress, ModelStatus
from engine.models import catalog
from engine.models.entry import ModelEntry, Task
from engine.models.files import bytes_in, disk_error
from engine.models.importing import WORK, Import
from engine.models.overview import Overview
from engine.models.own_loop import run_in_own_loop
from engine.models.store import LocatedModel, ModelStore
from engine.paths import DataPaths
from engine.settings import Settings, option_table
from engine.settings_table import get_option

_INCOMING = ".incoming"
_CHANGE_SECONDS = 60.0  # another one renames for a moment only
_STALE_SECONDS = 86400.0  # an import that was begun longer ago has crashed
CHOICES: dict[Task, str] = {"embed": "embedding.model", "rerank": "reranking.model", "chat": "llm.model"}
"""The option that names the model in use, by task."""
_LOCAL = "local/"
"""What stands before a language model of this computer in its option, beside those of vendors."""
OnProgress = Callable[[ModelProgress], None]


def option_value(entry: ModelEntry) -> str:
    """What the option of `CHOICES` says where this model is in use."""
    return f"{_LOCAL}{entry.ident}" if entry.task == "chat" else entry.ident


class ModelManager:
    """The models of one data folder. Methods are coroutines of one loop; `close` ends what runs."""

    def __init__(
        self,
        settings: Settings,
        *,
        executors: Executors,
        paths: DataPaths | None = None,
        bundled: Path | None = None,
        publish: Callable[[Event], None] = lambda _: None,
    ) -> None:
        """Make a manager; nothing is read yet.

        Args:
            settings: `models.*`, `offline` and the models in use.
            executors: `io` is used.
            paths: by default the settings' own.
            bundled: folder of the models that came with the program, by default its resources.
            publish: is told of every change, on the loop.
        """
        self._settings = settings
        self._executors = executors
        self._publish = publish
        folders = paths or settings.paths
        self._root = folders.models
        self._incoming = self._root / _INCOMING
        self._store = ModelStore(stamps=folders.cache / "models.json", bundled=bundled, installed=self._root)
        self._running: dict[str, asyncio.Task[object]] = {}
        self._kept: Callable[[], frozenset[str]] = frozenset

    @property
    def settings(self) -> Settings:
        """What holds now."""
        return self._settings

    def follow(self, settings: Settings) -> None:
        """These hold from now on."""
        self._settings = settings

    def keep(self, names: Callable[[], frozenset[str]]) -> None:
        """Ask this for models that are in use whatever the settings name, before one is removed."""
        self._kept = names

    @property
    def in_use(self) -> frozenset[str]:
        """Names of the models that the settings use."""
        return frozenset(self._chosen_by)

    @property
    def _chosen_by(self) -> dict[str, str]:
        """Option by name of the model that it chooses."""
        known = {row.name for row in option_table()}
        found = {}
        for option in CHOICES.values():
            named = str(get_option(self._settings, option)).removeprefix(_LOCAL) if option in known else ""
            with contextlib.suppress(ModelError):
                named = catalog.find(named).ident  # the recommended variant may be named too
            if named:
                found[named] = option
        return found

    async def statuses(self) -> list[ModelStatus]:
        """Every model of the catalogue, then the owner's own."""
        return await self._executors.run("io", self._overview().all)

    async def status(self, ident: str) -> ModelStatus:
        """One of them.

        Raises:
            ModelError: no model has that name.
        """
        model_id, _ = catalog.split(ident)
        for one in await self.statuses():
            if one.id == model_id:
                return one
        catalog.find(ident)  # raises, with the names that there are
        raise ModelError(f"There is no model named {ident}.")

    async def download(
        self, ident: str, *, variant: str | None = None, on_progress: OnProgress | None = None
    ) -> ModelStatus:
        """Fetch, check and install a model of the catalogue. Awaits its end; cancelling keeps what has arrived.

        Args:
            ident: as `bge-m3` or `bge-m3:fp16`.
            variant: instead of the colon.
            on_progress: called on this loop, at most ten times a second.

        Raises:
            ModelError: there is no such model, it cannot be had, or it was not what it should be. Nothing half is
                installed, and what was installed before is still there.
            StoreFullError: the disk is full, or would be.
        """
        entry = catalog.find(f"{ident}:{variant}" if variant else ident)
        if entry.bundled:
            raise ModelError(f"{entry.id} came with Magray, so there is nothing to download.")
        if entry.ident in self._running:
            raise ModelError(f"{entry.ident} is being downloaded already.")
        report = self._reporter(on_progress)
        task = asyncio.ensure_future(
            run_in_own_loop(lambda: self._download(entry, report), name=f"magray-download-{entry.id}")
        )
        self._running[entry.ident] = task
        try:
            await task
        except asyncio.CancelledError:
            me = asyncio.current_task()
            if me is not None and me.cancelling():
                raise
            raise ModelError(
                f"The download of {entry.ident} was stopped. What arrived is kept: the next one goes on from there."
            ) from None
        finally:
            self._running.pop(entry.ident, None)
        self._publish(ModelsChanged(id=entry.id))
        return await self.status(entry.ident)

    def cancel(self, ident: str) -> bool:
        """Stop a download; what has arrived is kept, and the next one goes on from there.

        Returns:
            Whether one was running.
        """
        task = self._running.get(catalog.find(ident).ident)
        return task.cancel() if task is not None else False

    async def verify(self, ident: str) -> ModelStatus:
        """Check every byte of an installed model.

        Raises:
            ModelError: it is not installed, or a file is not what it should be; the message names it.
        """
        try:
            await self._executors.run("io", lambda: self._store.verify(self._store.find(self._there(ident))))
        finally:
            self._publish(ModelsChanged(id=catalog.split(ident)[0]))
        return await self.status(ident)

    async def remove(self, ident: str) -> int:
        """Take an installed model and what an interrupted download left of it off the disk.

        Returns:
            Bytes that are free now.

        Raises:
            ModelError: it came with Magray, is in use, is being downloaded, or is not there.
        """
        freed = await self._executors.run("io", self._remove, ident)
        self._publish(ModelsChanged(id=catalog.split(ident)[0]))
        return freed

    async def import_model(
        self, path: Path, *, corrections: ModelCorrections | None = None, on_progress: OnProgress | None = None
    ) -> ModelStatus:
        """Take a model in from a folder or a zip: one of the catalogue, known by its checksums, or the owner's own.

        Raises:
            ModelError: it is not a model that can be used, or not the one that it says. Nothing was changed.
            StoreFullError: the disk is full, or would be.
        """
        stop = threading.Event()
        job = Import(
            path,
            store=self._store,
            staging=self._incoming,
            report=self._reporter(on_progress),
            stopped=stop.is_set,
            installing=self._change,
            corrections=corrections,
        )
        running = asyncio.ensure_future(self._executors.run("io", job.run))
        try:
            located = await asyncio.shield(running)
        except asyncio.CancelledError:
            stop.set()
            await asyncio.wait([running])
            if not running.cancelled():
                running.exception()
            raise
        self._publish(ModelsChanged(id=located.entry.id))
        return await self.status(located.entry.id)

    async def propose(self, path: Path, *, corrections: ModelCorrections | None = None) -> ModelStatus:
        """What an import would make of a folder or a zip; nothing is installed.

        Raises:
            ModelError: as for `import_model`.
        """
        job = Import(path, store=self._store, staging=self._incoming, report=lambda _: None, corrections=corrections)
        found = await self._executors.run("io", job.look)
        return self._overview().describe(found.entry, {})

    async def chosen(self, ident: str) -> ModelEntry:
        """The entry of a model that can be put to use; `CHOICES` tells by which option.

        Raises:
            ModelError: there is none of that name, nothing here uses such a model, or it is not installed wholly.
        """
        return await self._executors.run("io", self._chosen, ident)

    async def close(self) -> None:
        """Stop what runs. What has arrived is kept."""
        running = list(self._running.values())
        for task in running:
            task.cancel()
        if running:
            await asyncio.wait(running)

    def _overview(self) -> Overview:
        return Overview(store=self._store, incoming=self._incoming, in_use=self.in_use)

    # The rest runs in threads.

    async def _download(self, entry: ModelEntry, report: OnProgress) -> LocatedModel:
        from engine.models.download import Download
        from engine.models.hub import Hub

        folder = self._incoming / entry.id / entry.variant
        with self._lock(entry.ident):
            if (there := self._up_to_date(entry)) is not None:
                return there
            async with Hub(self._settings.models.hub, offline=self._settings.offline) as hub:
                download = Download(entry, hub=hub, folder=folder, report=report)
                resolved = await download.run()
            with self._change():
                try:
                    for leftover in folder.iterdir():
                        if leftover.name not in {file.name for file in resolved.files}:
                            leftover.unlink()
                    located = self._store.install(
                        folder, entry=resolved, how="download", source=self._settings.models.hub
                    )
                except OSError as error:
                    raise disk_error(self._root, error) from error
                with contextlib.suppress(OSError):
                    folder.parent.rmdir()
        download.finish()
        return located

    def _up_to_date(self, entry: ModelEntry) -> LocatedModel | None:
        """The installed model where every byte is right and the catalogue knows no other one."""
        try:
            found = self._store.locate(entry)
            found = found if found.verified else self._store.verify(entry)
        except ModelError:
            return None
        theirs = {file.name: file.sha256 for file in found.entry.files}
        same = all(file.sha256 in (None, theirs.get(file.name)) for file in entry.files)
        return found if same else None

    def _reporter(self, on_progress: OnProgress | None) -> OnProgress:
        """Carries progress from another thread to the loop."""
        loop = asyncio.get_running_loop()

        def tell(progress: ModelProgress) -> None:
            self._publish(ModelProgressChanged(progress=progress))
            if on_progress is not None:
                on_progress(progress)

        def report(progress: ModelProgress) -> None:
            with contextlib.suppress(RuntimeError):  # the loop was closed: nobody looks any more
                loop.call_soon_threadsafe(tell, progress)

        return report

    @contextlib.contextmanager
    def _lock(self, name: str, *, patience: float = 0.0) -> Iterator[None]:
        """One at a time for one thing, in this process and in others; `patience` in seconds."""
        folder = self._root / ".locks"
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with filelock.FileLock(folder / f"{name.replace(':', '--')}.lock", timeout=patience):
                yield
        except filelock.Timeout as error:
            raise ModelError(f"Another Magray works on {name} just now. Try again when it has ended.") from error
        except OSError as error:
            raise disk_error(self._root, error) from error

    @contextlib.contextmanager
    def _change(self) -> Iterator[None]:
        """The moment in which folders are renamed. What crashed before is put right first."""
        with self._lock("models", patience=_CHANGE_SECONDS):
            self._store.recover()
            for work in self._incoming.glob(f"{WORK}*"):
                with contextlib.suppress(OSError):
                    if time.time() - work.stat().st_mtime > _STALE_SECONDS:
                        shutil.rmtree(work)
            yield

    def _there(self, ident: str) -> str:
        """A name as it was meant: a bare id means the one variant that is installed, where it is only one."""
        model_id, variant = catalog.split(ident)
        found = [one for one in self._store.installed() if one.id == model_id]
        known = catalog.known(model_id)
        if variant or known is None or known.bundled or len(found) != 1 or known.variant == found[0].variant:
            return ident
        return known.select(found[0].variant).ident if _has(known, found[0].variant) else ident

    def _chosen(self, ident: str) -> ModelEntry:
        entry = self._store.locate(self._store.find(self._there(ident))).entry
        if CHOICES.get(entry.task) not in {row.name for row in option_table()}:
            raise ModelError(f"{entry.ident} is for a task ({entry.task}) that this version of Magray does not have.")
        return entry

    def _remove(self, ident: str) -> int:
        model_id, _ = catalog.split(ident)
        known = catalog.known(model_id)
        if known is not None and known.bundled:
            raise ModelError(f"{known.id} came with Magray and stays: it is what Magray falls back to.")
        wanted = self._there(ident)
        if (option := self._chosen_by.get(wanted)) is not None:
            raise ModelError(
                f"{wanted} is in use: {option} names it. Choose another one first, as by"
                f" `magray config unset {option}`. Nothing was removed."
            )
        if wanted in self._kept():
            raise ModelError(
                f"{wanted} is in use until all memories are embedded by the other model. `magray status` tells how far"
                " that is. Nothing was removed."
            )
        _, variant = catalog.split(wanted)
        variant = variant or (known.variant if known is not None else "")
        if wanted in self._running:
            raise ModelError(f"{wanted} is being downloaded. Stop that first. Nothing was removed.")
        freed = 0
        partial = self._incoming / model_id / (variant or "own")
        with self._lock(wanted), self._change():
            try:
                for one in self._store.installed():
                    if one.id == model_id and one.variant == variant:
                        freed += self._store.remove(one)
                if partial.is_dir():
                    freed += bytes_in(partial)
                    shutil.rmtree(partial)
                    with contextlib.suppress(OSError):
                        partial.parent.rmdir()
            except OSError as error:
                raise ModelError(
                    f"{wanted} cannot be removed ({error.strerror}). Close what uses it and try again."
                ) from error
        if not freed:
            raise ModelError(f"{wanted} is not installed. `magray models list` shows what is.")
        return freed


def _has(entry: ModelEntry, variant: str) -> bool:
    return any(one.name == variant for one in entry.variants)
