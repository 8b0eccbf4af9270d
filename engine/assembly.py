"""How an open engine is put together: each part gets what it needs, and all come down again in the opposite order."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

from engine.agent.asking import Asker
from engine.agent.chat.condensing import Condensing
from engine.agent.chat.parts import build_chat
from engine.agent.language import language
from engine.calls.base import Parts
from engine.clock import Clock, monotonic_of, utc_now
from engine.embedding import open_embedder
from engine.embedding.cached_embedder import CachedEmbedder, reopen_embedder
from engine.embedding.in_use import EmbedderInUse
from engine.errors import MagrayError, SettingsError, StoreFullError, StoreReadOnlyError
from engine.events import EventBus, Notice, StatusChanged
from engine.executors import Executors
from engine.ingestion.missing_shelf import MissingShelf
from engine.ingestion.pipeline import IngestionPipeline
from engine.ingestion.watcher import FolderWatcher
from engine.llm.kept_passphrase import KeptPassphrase
from engine.llm.registry import ChatModels
from engine.llm.usage import UsageBook
from engine.logs import LogFile
from engine.memory.background import idle_models_job, indexes_outside, reembedding_outside
from engine.memory.backup import restoring
from engine.memory.backup.backups import Backups, chosen_folder
from engine.memory.backup.shelf import Shelf
from engine.memory.consolidation.consolidator import Consolidator
from engine.memory.consolidation.parts import Room
from engine.memory.conversations import Conversations
from engine.memory.indexes import Indexes
from engine.memory.job_book import StoredJobs
from engine.memory.life.clock_watch import ClockWatch
from engine.memory.life.jobs import expiry_job
from engine.memory.life.life_cycle import LifeCycle
from engine.memory.memory import LayeredMemory
from engine.memory.migrations import migrate
from engine.memory.models_in_use import ModelsInUse
from engine.memory.new_vectors import give_up_old, settle_vectors
from engine.memory.promotion.jobs import promotion_job, refit_job
from engine.memory.promotion.promotion import Promotion
from engine.memory.reembedding import Reembedding
from engine.memory.resources import Resources
from engine.memory.retrieval import Retriever
from engine.memory.store import recall_queries, traces
from engine.memory.store.database import Database
from engine.memory.streams.hub import Streams
from engine.memory.streams.vectors import NAME as VECTORS, FirstVectors
from engine.models.manager import ModelManager
from engine.network import OfflineGuard
from engine.reranking.onnx_reranker import OnnxReranker
from engine.reranking.opening import open_reranker
from engine.runtime.buffers import release_unused_memory
from engine.runtime.execution_providers import load_onnxruntime
from engine.runtime.manager import Devices
from engine.scheduler import Job, Scheduler, Turn
from engine.settings import Settings
from engine.settings_table import unknown_options

_log = logging.getLogger(__name__)


async def assemble(
    settings: Settings, events: EventBus, stack: contextlib.AsyncExitStack, *, clock: Clock = utc_now
) -> Parts:
    """Build every part of an engine.

    Args:
        settings: what the owner chose.
        events: where the parts tell what happens.
        stack: gets what takes each part down again; unwind it whether this returns or raises.
        clock: tells every part what time it is.

    Raises:
        StoreError: the data folder cannot be used.
        RuntimeUnavailableError: ONNX Runtime is missing.
        ModelError: the embedder's files are missing or damaged.
    """
    paths = settings.paths
    try:
        paths.create()
        logs = LogFile(paths.logs, level=settings.log_level)
    except OSError as error:
        raise _folder_error(paths.data, error) from error
    stack.callback(logs.close)
    _tell_unknown_options(settings, events)

    offline = OfflineGuard()
    stack.callback(offline.release)
    offline.set(settings.offline)
    executors = Executors()
    stack.callback(executors.close)
    models = ModelManager(settings, executors=executors, publish=events.publish)
    stack.push_async_callback(models.close)
    devices = _devices(settings, events)
    stack.callback(devices.close)
    llm = ChatModels(settings, executors=executors, devices=devices)
    stack.push_async_callback(llm.close)
    shelf = Shelf(paths.backups, chosen_folder(settings.backup))
    store, wanted = await _store_and_embedder(settings, executors, devices, stack, clock, shelf, events)
    usage = UsageBook(store, pool=executors.pool("store"), budget=settings.llm.monthly_budget, publish=events.publish)
    await executors.run("query", usage.load)
    llm.count_in(usage)
    stack.push_async_callback(_ended, asyncio.ensure_future(llm.look_for_keys()))
    embedder = EmbedderInUse(await _embedder_in_use(store, wanted, settings, executors, devices, stack))
    stack.callback(embedder.close)
    reranker, problem = await executors.run("io", _open_reranker, settings, devices)

    indexes = _indexes(settings, store, embedder, executors, events)
    stack.push_async_callback(executors.run, "io", indexes.close)
    await executors.run("query", indexes.start)
    watch = ClockWatch(clock, monotonic=monotonic_of(clock))
    retriever = Retriever(
        store,
        indexes,
        embedder,
        settings.recall,
        settings.layers,
        reranker=reranker,
        aside=executors.pool("query"),
        clock=clock,
        believed=watch.now,
    )
    memory = LayeredMemory(
        store=store,
        indexes=indexes,
        retriever=retriever,
        embedder=embedder,
        executors=executors,
        events=events,
        settings=settings,
        shelf=shelf,
    )
    stack.push_async_callback(memory.close)
    life = LifeCycle(
        memory=memory,
        store=store,
        embedder=embedder,
        executors=executors,
        events=events,
        settings=settings,
        watch=watch,
    )
    await life.start()
    conversations = Conversations(store=store, executors=executors, events=events)
    asker = Asker(memory=memory, embedder=embedder, executors=executors)
    pipeline = IngestionPipeline(
        store=store,
        memory=memory,
        embedder=embedder,
        executors=executors,
        events=events,
        settings=settings,
        paths=paths,
    )
    stack.push_async_callback(pipeline.close)
    await pipeline.start()
    watcher = FolderWatcher(
        store=store,
        pipeline=pipeline,
        executors=executors,
        events=events,
        settings=settings,
        paths=paths,
        clock=clock,
        shelf=MissingShelf(memory=memory, life=life, store=store, events=events),
    )
    stack.push_async_callback(watcher.close)
    await watcher.start()
    chat = build_chat(
        asker=asker,
        memory=memory,
        conversations=conversations,
        library=pipeline,
        models=llm,
        executors=executors,
        events=events,
        settings=settings,
    )
    stack.push_async_callback(chat.close)
    await chat.start()
    reembedding = Reembedding(
        store=store,
        indexes=indexes,
        embedder=embedder,
        executors=executors,
        events=events,
        still=retriever.standing_still,
        held=lambda: scheduler.held_words("normal"),
    )
    in_use = ModelsInUse(
        settings,
        executors=executors,
        events=events,
        devices=devices,
        models=models,
        embedder=embedder,
        reembedding=reembedding,
        retriever=retriever,
        reranker=reranker,
        problem=problem,
    )
    stack.push_async_callback(in_use.close)
    stack.push_async_callback(reembedding.close)
    in_use.start()
    resources = Resources(
        settings,
        embedder=embedder,
        indexes=indexes.status,
        executors=executors,
        publish=events.publish,
        release=release_unused_memory,
        asked_at=memory.recalled_at,
    )
    stack.push_async_callback(resources.close)
    book = StoredJobs(store, executors)
    scheduler = Scheduler(book=book, publish=events.publish, clock=clock, load=resources.load)
    stack.push_async_callback(scheduler.close)
    scheduler.add(idle_models_job(devices, executors))
    backups = Backups(
        store=store,
        shelf=shelf,
        executors=executors,
        events=events,
        settings=settings.backup,
        passphrases=KeptPassphrase(),
        clock=clock,
    )
    stack.push_async_callback(backups.close)
    scheduler.add(backups.job())
    scheduler.add(_watch_job(watcher, settings))
    scheduler.add(expiry_job(life))
    scheduler.add_outside(indexes_outside(indexes))
    scheduler.add_outside(reembedding_outside(reembedding))
    streams = Streams(
        memory=memory,
        embedder=embedder,
        executors=executors,
        events=events,
        settings=settings,
        vectors_due=partial(scheduler.ask, VECTORS),
        clock=clock,
    )
    stack.push_async_callback(streams.close)
    first_vectors = FirstVectors(
        store=store, indexes=indexes, embedder=embedder, executors=executors, quiet=streams.quiet
    )
    scheduler.add(first_vectors.job())
    scheduler.add(streams.job())
    consolidator = Consolidator(
        Room(
            store=store,
            indexes=indexes,
            memory=memory,
            life=life,
            embedder=embedder,
            executors=executors,
            language=language(),
            clock=watch.now,
            writer=Condensing(llm, settings),
        ),
        settings,
        events=events,
    )
    scheduler.add(consolidator.job())
    promotion = Promotion(
        store=store, life=life, embedder=embedder, executors=executors, settings=settings, clock=watch.now
    )
    stack.callback(events.subscribe(promotion.heard, inside=True))
    scheduler.add(promotion_job(promotion))
    scheduler.add(refit_job(promotion))
    if await first_vectors.missing():
        scheduler.ask(VECTORS)
    resources.start()
    await scheduler.start()
    reembedding.start(None if wanted is embedder.current else wanted)
    return Parts(
        executors=executors,
        logs=logs,
        store=store,
        devices=devices,
        models=models,
        embedder=embedder,
        in_use=in_use,
        indexes=indexes,
        memory=memory,
        life=life,
        consolidator=consolidator,
        promotion=promotion,
        conversations=conversations,
        asker=asker,
        chat=chat,
        pipeline=pipeline,
        watcher=watcher,
        reembedding=reembedding,
        scheduler=scheduler,
        streams=streams,
        resources=resources,
        backups=backups,
        llm=llm,
        usage=usage,
        offline=offline,
    )


def _watch_job(watcher: FolderWatcher, settings: Settings) -> Job:
    """Looks through watched folders for what the system did not tell; they look through themselves after a start."""

    async def run(turn: Turn) -> str:
        return await watcher.look_through(turn.breathe)

    every = timedelta(minutes=settings.watch.rescan_minutes)
    return Job(name="watch", title="Look through watched folders", run=run, every=every, first_after=every)


def _tell_unknown_options(settings: Settings, events: EventBus) -> None:
    try:
        words = [str(unknown) for unknown in unknown_options(settings)]
    except SettingsError as error:  # the file was broken since the settings were read: that waits for the next start
        words = [str(error)]
    for text in words:
        _log.warning("%s", text)
        events.publish(Notice(level="warning", text=text))


async def _store_and_embedder(
    settings: Settings,
    executors: Executors,
    devices: Devices,
    stack: contextlib.AsyncExitStack,
    clock: Clock,
    shelf: Shelf,
    events: EventBus,
) -> tuple[Database, CachedEmbedder]:
    """The database, migrated, and the embedder that the settings name; both are opened at once."""
    paths = settings.paths
    opening = asyncio.ensure_future(executors.run("inference", _open_embedder, settings, devices))
    store = Database(paths.database, lock_path=paths.lock, synchronous=settings.store.synchronous, clock=clock)
    try:
        swapped: list[restoring.Swapped | None] = []
        kept = settings.store.backups_kept

        def restore() -> None:
            swapped.append(restoring.swap(store.path, shelf=shelf, indexes=paths.indexes, now=clock(), kept=kept))

        await executors.run("store", store.open, before=restore)
        _tell_restored(swapped[0], events)
        stack.push_async_callback(executors.run, "store", store.close)
        await executors.run("store", migrate, store, backups=paths.backups, kept=kept)
        await executors.run("store", store.fold)  # what a kill left in the log may have been erased since
    finally:
        # The store's failure is the one to tell, but the embedder must not be left behind.
        (result,) = await asyncio.gather(opening, return_exceptions=True)
        if not isinstance(result, BaseException):
            stack.callback(result.close)
    if isinstance(result, BaseException):
        raise result
    return store, result


def _tell_restored(swapped: restoring.Swapped | None, events: EventBus) -> None:
    if swapped is None:
        return
    kept = f" The state before is kept as {swapped.kept}." if swapped.kept is not None else ""
    text = swapped.problem or f"The backup was restored.{kept} Search reads it anew in the background."
    events.publish(Notice(level="info" if swapped.restored else "warning", text=text, action="show_backups"))


def _open_embedder(settings: Settings, devices: Devices) -> CachedEmbedder:
    """Open the embedder once it is sure that something can run it."""
    load_onnxruntime()
    return open_embedder(settings, paths=settings.paths, devices=devices)


async def _embedder_in_use(
    store: Database,
    wanted: CachedEmbedder,
    settings: Settings,
    executors: Executors,
    devices: Devices,
    stack: contextlib.AsyncExitStack,
) -> CachedEmbedder:
    """The embedder that the settings name, or the one before while memories are embedded anew."""
    old = await executors.run("store", settle_vectors, store, wanted.model_id)
    if not old:
        return wanted
    found = await executors.run("io", lambda: reopen_embedder(old, settings, paths=settings.paths, devices=devices))
    if found is None:
        await executors.run("store", give_up_old, store)
        return wanted
    stack.callback(found.close)
    return found


def _open_reranker(settings: Settings, devices: Devices) -> tuple[OnnxReranker | None, str | None]:
    try:
        return open_reranker(settings, paths=settings.paths, devices=devices), None
    except MagrayError as error:  # recall is as good without it
        _log.warning("no reranker is used: %s", error)
        return None, str(error)


def _devices(settings: Settings, events: EventBus) -> Devices:
    devices = Devices(settings.runtime, notes=settings.paths.device_notes)
    loop = asyncio.get_running_loop()

    def changed() -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(events.publish, StatusChanged(component="embedder"))

    devices.listen(notice=_notices(events), changed=changed)
    return devices


def _indexes(
    settings: Settings, store: Database, embedder: EmbedderInUse, executors: Executors, events: EventBus
) -> Indexes:
    def prune(upto: int) -> None:
        with store.write() as writer:
            recall_queries.prune_removals(writer, upto)

    def forget_groups(upto: int) -> None:
        with store.write() as writer:
            traces.forget_groups(writer, upto)

    def later(job: Callable[[int], None], upto: int) -> None:
        # At the very end the pool takes nothing any more; the next start prunes.
        with contextlib.suppress(RuntimeError):
            executors.pool("store").submit(job, upto)

    return Indexes(
        store,
        folder=settings.paths.indexes,
        index=settings.index,
        recall=settings.recall,
        model_id=embedder.model_id,
        dimensions=embedder.dimensions,
        matryoshka=embedder.matryoshka,
        notice=_notices(events),
        saved=partial(later, prune),
        words_saved=partial(later, forget_groups),
    )


def _notices(events: EventBus) -> Callable[[str, str], None]:
    """Tells the owner something from any thread."""
    loop = asyncio.get_running_loop()

    def notice(level: str, text: str) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended; the log holds it too
            loop.call_soon_threadsafe(events.publish, Notice(level=level, text=text))

    return notice


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait([task])


def _folder_error(folder: Path, error: OSError) -> MagrayError:
    if error.errno == errno.ENOSPC:
        return StoreFullError(f"The disk that holds {folder} is full. Make room and start again.")
    return StoreReadOnlyError(
        f"{error.filename or folder} cannot be written ({error.strerror}). "
        "Check its permissions, or choose another folder by --data-dir."
    )
