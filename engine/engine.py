"""The engine: everything that Magray can do, behind one object without a screen.

`Engine.open` builds the parts, gives each what it needs, and takes them down again in the opposite order.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
import os
import time
from collections.abc import AsyncIterator, Callable, Collection, Generator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from engine import __version__, health, values
from engine.agent.asking import Asker
from engine.device_values import DevicesStatus
from engine.embedding import open_embedder
from engine.embedding.cached_embedder import CachedEmbedder, reopen_embedder
from engine.errors import EngineClosedError, InvalidMemoryError, MagrayError, StoreFullError, StoreReadOnlyError
from engine.events import EventBus, Notice, StatusChanged
from engine.executors import Executors
from engine.ingestion.pipeline import IngestionPipeline
from engine.logs import LogFile
from engine.memory.conversations import Conversations
from engine.memory.indexes import Indexes
from engine.memory.memory import LayeredMemory
from engine.memory.migrations import migrate
from engine.memory.reembedding import Reembedding, give_up_old, settle_vectors
from engine.memory.retrieval import Retriever
from engine.memory.store import memories, recall_queries
from engine.memory.store.database import Database
from engine.model_values import ModelCorrections, ModelProgress, ModelStatus
from engine.models.manager import ModelManager
from engine.reranking.onnx_reranker import OnnxReranker, open_reranker
from engine.runtime.execution_providers import load_onnxruntime
from engine.runtime.manager import Devices
from engine.settings import Settings

_log = logging.getLogger(__name__)
_IDLE_CHECK_SECONDS = 60.0


class Engine:
    """One open data folder.

    ```python
    async with Engine.open(Settings(data_dir=folder)) as engine:
        await engine.ingest([path])
        answer = await engine.ask("When does the lease end?")
    ```

    All methods are coroutines of the loop that opened the engine.
    """

    def __init__(self, settings: Settings) -> None:
        """Use `Engine.open`."""
        self.settings = settings
        self.events = EventBus()
        self._stack = contextlib.AsyncExitStack()
        self._closing: asyncio.Task[None] | None = None
        self._open = False
        self._reranker_problem: str | None = None

    @classmethod
    def open(cls, settings: Settings | None = None) -> _Opening:
        """Open a data folder; awaitable, and an async context manager.

        Raises:
            SettingsError: an option cannot be used.
            StoreError: the data folder cannot be used; see `engine.errors` for each case. Nothing is left open.
            RuntimeUnavailableError: ONNX Runtime is missing.
            ModelError: the embedder's files are missing or damaged.
        """
        return _Opening(cls, settings)

    async def _start(self) -> Self:
        try:
            await self._build()
        except BaseException:
            await self._stack.aclose()
            raise
        self._open = True
        _log.info("engine %s is open", __version__)
        return self

    async def _build(self) -> None:
        settings, paths = self.settings, self.settings.paths
        try:
            paths.create()
            logs = LogFile(paths.logs, level=settings.log_level)
        except OSError as error:
            raise _folder_error(paths.data, error) from error
        self._stack.callback(logs.close)

        executors = Executors()
        self._stack.callback(executors.close)
        self._executors = executors
        self._models = ModelManager(settings, executors=executors, publish=self.events.publish)
        self._stack.push_async_callback(self._models.close)
        devices = self._devices = self._make_devices()
        self._stack.callback(devices.close)
        opening = asyncio.ensure_future(executors.run("inference", _open_embedder, settings, devices))
        store = Database(paths.database, lock_path=paths.lock, synchronous=settings.store.synchronous)
        try:
            await executors.run("store", store.open)
            self._stack.push_async_callback(executors.run, "store", store.close)
            await executors.run("store", migrate, store, backups=paths.backups, kept=settings.store.backups_kept)
        finally:
            # The store's failure is the one to tell, but the embedder must not be left behind.
            (result,) = await asyncio.gather(opening, return_exceptions=True)
            if not isinstance(result, BaseException):
                self._stack.callback(result.close)
        if isinstance(result, BaseException):
            raise result
        following = result
        embedder = self._embedder = await self._embedder_in_use(store, following, devices)
        reranker = self._reranker = await executors.run("io", self._open_reranker, devices)
        if reranker is not None:
            self._stack.callback(reranker.close)
        warming = asyncio.ensure_future(self._warm(embedder, reranker))
        self._stack.push_async_callback(asyncio.wait, [warming])
        self._stack.push_async_callback(_ended, asyncio.ensure_future(self._release_idle_models()))

        indexes = self._indexes = self._make_indexes(store, embedder)
        self._stack.push_async_callback(executors.run, "io", indexes.close)
        await executors.run("query", indexes.start)
        retriever = Retriever(
            store,
            indexes,
            embedder,
            settings.recall,
            settings.layers,
            reranker=reranker,
            aside=executors.pool("query"),
        )
        self._memory = LayeredMemory(
            store=store,
            indexes=indexes,
            retriever=retriever,
            embedder=embedder,
            executors=executors,
            events=self.events,
            settings=settings,
        )
        self._stack.push_async_callback(self._memory.close)
        self._conversations = Conversations(store=store, executors=executors, events=self.events)
        self._asker = Asker(
            memory=self._memory, conversations=self._conversations, embedder=embedder, executors=executors
        )
        self._pipeline = IngestionPipeline(
            store=store,
            memory=self._memory,
            embedder=embedder,
            executors=executors,
            events=self.events,
            settings=settings,
            paths=paths,
        )
        self._stack.push_async_callback(self._pipeline.close)
        await self._pipeline.start()
        self._reembedding = Reembedding(
            store=store,
            indexes=indexes,
            embedder=following,
            executors=executors,
            events=self.events,
            beside=following is not embedder,
        )
        self._stack.push_async_callback(self._reembedding.close)
        self._reembedding.start()
        self._store = store

    def _make_devices(self) -> Devices:
        loop = asyncio.get_running_loop()

        def notice(level: str, text: str) -> None:
            with contextlib.suppress(RuntimeError):  # the loop has ended; the log holds it too
                loop.call_soon_threadsafe(self.events.publish, Notice(level=level, text=text))

        def changed() -> None:
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(self.events.publish, StatusChanged(component="embedder"))

        devices = Devices(self.settings.runtime, notes=self.settings.paths.device_notes)
        devices.listen(notice=notice, changed=changed)
        return devices

    async def _release_idle_models(self) -> None:
        while True:
            await asyncio.sleep(_IDLE_CHECK_SECONDS)
            await self._executors.run("io", self._devices.release_idle)

    def _make_indexes(self, store: Database, embedder: CachedEmbedder) -> Indexes:
        loop, executors = asyncio.get_running_loop(), self._executors

        def notice(level: str, text: str) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(self.events.publish, Notice(level=level, text=text))

        def prune(upto: int) -> None:
            with store.write() as writer:
                recall_queries.prune_removals(writer, upto)

        def saved(upto: int) -> None:
            with contextlib.suppress(
                RuntimeError
            ):  # at the very end the pool takes nothing any more; the next start prunes
                executors.pool("store").submit(prune, upto)

        settings = self.settings
        return Indexes(
            store,
            folder=settings.paths.indexes,
            index=settings.index,
            recall=settings.recall,
            model_id=embedder.model_id,
            dimensions=embedder.dimensions,
            notice=notice,
            saved=saved,
        )

    async def _warm(self, embedder: CachedEmbedder, reranker: OnnxReranker | None) -> None:
        """Load the models behind the opening, so that neither the window nor the first question waits for them."""
        try:
            await self._executors.run("inference", embedder.warm)
        except MagrayError as error:
            # Everything that needs no vector goes on; whatever needs one raises the same error to its caller.
            _log.error("the embedder could not be loaded: %s", error)
            self.events.publish(Notice(level="error", text=str(error)))
        if reranker is None:
            return
        try:
            await self._executors.run("inference", reranker.warm)
        except MagrayError as error:
            _log.warning("the reranker could not be loaded: %s", error)
            self.events.publish(Notice(level="warning", text=str(error)))

    async def _embedder_in_use(self, store: Database, wanted: CachedEmbedder, devices: Devices) -> CachedEmbedder:
        """The embedder that the settings name, or the one before while memories are embedded anew."""
        old = await self._executors.run("store", settle_vectors, store, wanted.model_id)
        if not old:
            return wanted
        settings = self.settings
        found = await self._executors.run(
            "io", lambda: reopen_embedder(old, settings, paths=settings.paths, devices=devices)
        )
        if found is None:
            await self._executors.run("store", give_up_old, store)
            return wanted
        self._stack.callback(found.close)
        return found

    def _open_reranker(self, devices: Devices) -> OnnxReranker | None:
        try:
            return open_reranker(self.settings, paths=self.settings.paths, devices=devices)
        except MagrayError as error:  # recall is as good without it
            _log.warning("no reranker is used: %s", error)
            self._reranker_problem = str(error)
            return None

    async def close(self) -> None:
        """Park running work, write what is pending, let go of everything. Concurrent calls wait for the first."""
        if self._closing is None:
            self._open = False
            self._closing = asyncio.ensure_future(self._stack.aclose())
        await asyncio.shield(self._closing)

    # Remembering and recalling

    async def remember(
        self, text: str, *, layer: values.Layer = "interact", kind: values.Kind = "note", **fields: Any
    ) -> values.Memory:
        """Remember one text; `fields` are the other fields of `NewMemory`.

        Raises:
            InvalidMemoryError: a field cannot be used.
        """
        (memory,) = await self.remember_many([values.NewMemory(text=text, layer=layer, kind=kind, **fields)])
        return memory

    async def remember_many(self, new: Sequence[values.NewMemory]) -> list[values.Memory]:
        """Remember texts in one transaction, embedded in batches.

        Raises:
            InvalidMemoryError: one of them cannot be remembered; none was.
        """
        self._check()
        return await self._memory.remember_many(new)

    async def recall(
        self,
        query: str,
        *,
        limit: int | None = None,
        layer: values.Layer | None = None,
        kind: values.Kind | None = None,
        explain: bool = False,
    ) -> list[values.Hit]:
        """The memories that answer a query best, best first.

        Raises:
            InvalidMemoryError: the query is empty, or a filter cannot be used.
        """
        self._check()
        return await self._memory.recall(query, limit=limit, layer=layer, kind=kind, explain=explain)

    async def ask(self, question: str, *, conversation_id: str | None = None) -> values.Answer:
        """Answer a question from the memory, with citations.

        Raises:
            InvalidMemoryError: the question is empty.
            NotFoundError: there is no such conversation.
        """
        self._check()
        return await self._asker.ask(question, conversation_id=conversation_id)

    async def memory(self, memory_id: str) -> values.Memory:
        """One memory.

        Raises:
            NotFoundError: there is none.
        """
        self._check()
        return (await self._memory.get([memory_id]))[0]

    async def memories(
        self,
        *,
        layer: values.Layer | None = None,
        kind: values.Kind | None = None,
        deleted: bool = False,
        limit: int = 100,
        offset: int = 0,
    ) -> list[values.Memory]:
        """Memories, the newest first; with `deleted` those that can be brought back."""
        self._check()
        return await self._memory.page(layer=layer, kind=kind, deleted=deleted, limit=limit, offset=offset)

    async def every_memory(self) -> AsyncIterator[values.Memory]:
        """All memories that are not deleted, oldest first, a batch at a time."""
        self._check()
        last: str | None = None
        while True:
            batch = await self._executors.run("query", functools.partial(memories.after, self._store, last))
            for memory in batch:
                yield memory
            if not batch:
                return
            last = batch[-1].id

    async def delete_memories(self, ids: Collection[str], *, erase: bool = False) -> int:
        """Hide memories, or erase them for good.

        Returns:
            How many were there.
        """
        self._check()
        return await self._memory.delete(ids, erase=erase)

    async def undelete_memories(self, ids: Collection[str]) -> int:
        """Bring hidden memories back.

        Returns:
            How many were hidden.
        """
        self._check()
        return await self._memory.undelete(ids)

    # Upkeep

    async def status(self) -> values.EngineStatus:
        """Every component in plain words."""
        self._check()
        data = self.settings.paths.data
        memories, files = await self._memory.counts(), await self._pipeline.counts()
        documents, progress = await self._pipeline.document_count(), await self._pipeline.progress()
        return health.overview(
            (
                health.memory_component(memories, self._index_figures()),
                self._embedder.component(),
                *self._reembedding_components(),
                *self._reranker_components(),
                health.documents_component(files, documents, paused=progress.paused),
                health.language_model_component(),
                await self._executors.run("io", health.storage_component, data),
            ),
            memories=memories,
            documents=documents,
            conversations=await self._conversations.count(),
            data_dir=data,
            version=__version__,
        )

    def _reembedding_components(self) -> tuple[values.ComponentStatus, ...]:
        component = self._reembedding.component()
        return () if component is None else (component,)

    def _reranker_components(self) -> tuple[values.ComponentStatus, ...]:
        """None where none is installed: then there is nothing to tell."""
        if self._reranker is not None:
            return (self._reranker.component(),)
        return health.reranker_component(self._reranker_problem)

    async def verify(self) -> values.VerifyReport:
        """Hold the database against itself and against every index."""
        self._check()
        began = time.perf_counter()
        problems = await self._executors.run("io", self._store.quick_check)
        indexed, wrong = await self._executors.run("io", self._indexes.verify)
        return values.VerifyReport(
            memories=sum((await self._memory.counts()).values()),
            indexed=indexed,
            problems=(*problems, *wrong),
            seconds=time.perf_counter() - began,
        )

    async def rebuild(self) -> values.VerifyReport:
        """Throw the indexes away, build them from the database, and verify."""
        self._check()
        await self._executors.run("io", self._indexes.rebuild)
        return await self.verify()

    def _index_figures(self) -> dict[str, int | float | str]:
        statuses = self._indexes.status()
        return {
            # Layers below this size are searched exactly, so nothing in them waits for anything.
            "waiting": sum(one.tail for one in statuses if one.count > self.settings.index.exact_below),
            "rebuilding": sum(one.state == "building" for one in statuses),
            "failed": sum(one.state == "failed" for one in statuses),
            "index_bytes": sum(one.bytes for one in statuses),
        }

    # Conversations

    async def create_conversation(self, title: str = "") -> values.Conversation:
        """Begin a conversation; without a title the first question names it."""
        self._check()
        return await self._conversations.create(title)

    async def conversation(self, conversation_id: str) -> values.Conversation:
        """One conversation.

        Raises:
            NotFoundError: there is none.
        """
        self._check()
        return await self._conversations.get(conversation_id)

    async def conversations(self, query: str | None = None, *, limit: int = 200) -> list[values.Conversation]:
        """The last changed first; with a query those whose title or messages match it."""
        self._check()
        return await self._conversations.listing(query=query, limit=limit)

    async def rename_conversation(self, conversation_id: str, title: str) -> None:
        """Give a conversation another title."""
        self._check()
        await self._conversations.rename(conversation_id, title)

    async def delete_conversation(self, conversation_id: str) -> None:
        """Hide a conversation; `undelete_conversation` brings it back."""
        self._check()
        await self._conversations.delete(conversation_id)

    async def undelete_conversation(self, conversation_id: str) -> None:
        """Bring a hidden conversation back."""
        self._check()
        await self._conversations.undelete(conversation_id)

    async def messages(
        self, conversation_id: str, *, limit: int = 200, before: str | None = None
    ) -> list[values.Message]:
        """The last messages of a conversation, oldest first; with `before` those that stand before that message."""
        self._check()
        return await self._conversations.messages(conversation_id, limit=limit, before=before)

    # Ingestion and documents

    async def ingest(
        self,
        paths: Sequence[str | os.PathLike[str]],
        *,
        on_progress: Callable[[values.IngestProgress], None] | None = None,
    ) -> values.IngestReport:
        """Read files and folders into memory and wait until each file has a final state. Bad files never raise.

        Raises:
            StoreFullError: the disk is full; files that are not final stay queued, and go on after `resume_ingestion`.
            MagrayError: something else that lies in no file is in the way, such as the embedder.
        """
        self._check()
        return await self._pipeline.ingest(_paths(paths), on_progress=on_progress)

    async def enqueue(self, paths: Sequence[str | os.PathLike[str]]) -> str:
        """Queue files and folders and return at once; events tell the rest.

        Returns:
            The batch's id.
        """
        self._check()
        return await self._pipeline.enqueue(_paths(paths))

    async def ingest_text(self, text: str, *, title: str | None = None) -> values.Document:
        """Turn pasted text into a document.

        Raises:
            InvalidMemoryError: there is nothing visible in it.
        """
        self._check()
        return await self._pipeline.ingest_text(text, title=title)

    async def ingest_files(
        self, *, state: values.FileState | None = None, limit: int = 200, offset: int = 0
    ) -> list[values.IngestFile]:
        """Rows of the ingestion list: the newest batch first, each in the order met."""
        self._check()
        return await self._pipeline.files(state=state, limit=limit, offset=offset)

    async def ingest_counts(self) -> dict[values.FileState, int]:
        """Rows of the ingestion list by state."""
        self._check()
        return await self._pipeline.counts()

    async def ingest_progress(self) -> values.IngestProgress:
        """How far the ingestion is."""
        self._check()
        return await self._pipeline.progress()

    async def pause_ingestion(self) -> None:
        """Finish the file at hand, then wait."""
        self._check()
        await self._pipeline.pause()

    async def resume_ingestion(self) -> None:
        """Go on."""
        self._check()
        await self._pipeline.resume()

    async def cancel_ingestion(self, file_ids: Collection[str] | None = None) -> int:
        """Take these files, or all that are not final, off the queue.

        Returns:
            How many were cancelled.
        """
        self._check()
        return await self._pipeline.cancel(file_ids)

    async def retry_ingestion(self, file_ids: Collection[str] | None = None) -> int:
        """Queue these files, or all that failed, again.

        Returns:
            How many were queued.
        """
        self._check()
        return await self._pipeline.retry(file_ids)

    async def clear_ingestion_list(self) -> int:
        """Take rows in a final state off the list; documents and memories stay.

        Returns:
            How many were taken off.
        """
        self._check()
        return await self._pipeline.clear()

    async def documents(self, *, query: str | None = None, limit: int = 200, offset: int = 0) -> list[values.Document]:
        """Documents, the last read first; with a query those whose name or path holds it."""
        self._check()
        return await self._pipeline.documents(query=query, limit=limit, offset=offset)

    async def document(self, document_id: str) -> values.Document:
        """One document.

        Raises:
            NotFoundError: there is none.
        """
        self._check()
        return await self._pipeline.document(document_id)

    async def document_text(self, document_id: str) -> values.DocumentText:
        """A document's text as it was read."""
        self._check()
        return await self._pipeline.document_text(document_id)

    async def render_page(
        self, document_id: str, page: int, *, scale: float = 1.0, highlight: str | None = None
    ) -> values.RenderedPage:
        """Draw one page; `scale` in pixels per point, `highlight` the passage whose rectangles are wanted.

        Raises:
            NotFoundError: there is no such document or page.
            IngestionError: the file is gone or cannot be drawn.
        """
        self._check()
        return await self._pipeline.render_page(document_id, page, scale=scale, highlight=highlight)

    async def forget_document(self, document_id: str) -> int:
        """Erase a document with its text and every memory made of it; the file itself is not touched.

        Returns:
            How many memories were erased.
        """
        self._check()
        return await self._pipeline.forget(document_id)

    # Devices

    async def pause_reembedding(self) -> None:
        """Stop embedding memories anew after a change of the embedder, until `resume_reembedding` or the next start."""
        self._check()
        self._reembedding.pause()

    async def resume_reembedding(self) -> None:
        """Go on."""
        self._check()
        self._reembedding.resume()

    async def devices(self) -> DevicesStatus:
        """What this computer can compute on, what is used, why nothing better, and what would help."""
        self._check()
        return await self._executors.run("io", self._devices.status)

    async def retry_device(self) -> DevicesStatus:
        """Try again: forget every failure of a device and choose anew. It takes seconds; the CPU answers meanwhile."""
        self._check()
        await self._executors.run("io", self._devices.try_again)
        return await self.devices()

    # Models

    async def models(self) -> list[ModelStatus]:
        """Every model of the catalogue, then the owner's own."""
        self._check()
        return await self._models.statuses()

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
        return await self._models.download(model_id, variant=variant, on_progress=on_progress)

    async def cancel_model_download(self, model_id: str) -> bool:
        """Stop a download.

        Returns:
            Whether one was running.
        """
        self._check()
        return self._models.cancel(model_id)

    async def verify_model(self, model_id: str) -> ModelStatus:
        """Check every byte of an installed model.

        Raises:
            ModelError: it is not installed, or not what it should be.
        """
        self._check()
        return await self._models.verify(model_id)

    async def remove_model(self, model_id: str) -> int:
        """Take a model off the disk.

        Returns:
            Bytes that are free now.

        Raises:
            ModelError: it came with Magray, is in use, or is not there.
        """
        self._check()
        return await self._models.remove(model_id)

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
        return await self._models.import_model(Path(path), corrections=corrections, on_progress=on_progress)

    async def inspect_model(
        self, path: str | os.PathLike[str], *, corrections: ModelCorrections | None = None
    ) -> ModelStatus:
        """What an import would make of a folder or a zip; nothing is changed.

        Raises:
            ModelError: as for `import_model`.
        """
        self._check()
        return await self._models.propose(Path(path), corrections=corrections)

    def _check(self) -> None:
        if not self._open:
            raise EngineClosedError("Magray is closed; nothing was changed.")


def _paths(given: Sequence[str | os.PathLike[str]]) -> list[Path]:
    """Paths as given; one alone is taken as one, never as its letters (`/` among them).

    Raises:
        InvalidMemoryError: one of them is empty, which would mean the folder that the program was started in.
    """
    several = [given] if isinstance(given, (str, os.PathLike)) else list(given)
    if not all(os.fspath(path) for path in several):
        raise InvalidMemoryError("paths: one of them is empty. Nothing was added.")
    return [Path(path) for path in several]


class _Opening:
    """What `Engine.open` gives back: await it, or enter it."""

    def __init__(self, kind: type[Engine], settings: Settings | None) -> None:
        self._kind = kind
        self._settings = settings
        self._engine: Engine | None = None

    def __await__(self) -> Generator[Any, None, Engine]:
        return self._begin().__await__()

    async def __aenter__(self) -> Engine:
        self._engine = await self._begin()
        return self._engine

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._engine is not None:
            await self._engine.close()

    async def _begin(self) -> Engine:
        return await self._kind(self._settings or Settings())._start()


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait([task])


def _open_embedder(settings: Settings, devices: Devices) -> CachedEmbedder:
    """Open the embedder once it is sure that something can run it."""
    load_onnxruntime()
    return open_embedder(settings, paths=settings.paths, devices=devices)


def _folder_error(folder: Path, error: OSError) -> Exception:
    import errno

    if error.errno == errno.ENOSPC:
        return StoreFullError(f"The disk that holds {folder} is full. Make room and start again.")
    return StoreReadOnlyError(
        f"{error.filename or folder} cannot be written ({error.strerror}). "
        "Check its permissions, or choose another folder by --data-dir."
    )
