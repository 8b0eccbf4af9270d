"""The engine: everything that Magray can do, behind one object without a screen."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Generator
from types import TracebackType
from typing import Any, Self

from engine import __version__
from engine.assembly import assemble
from engine.calls.attachments import AttachmentCalls
from engine.calls.background import BackgroundCalls
from engine.calls.backup import BackupCalls
from engine.calls.chat import ChatCalls
from engine.calls.consolidation import ConsolidationCalls
from engine.calls.conversations import ConversationCalls
from engine.calls.documents import DocumentCalls
from engine.calls.explorer import ExplorerCalls
from engine.calls.life import LifeCalls
from engine.calls.llm import LlmCalls
from engine.calls.map import MapCalls
from engine.calls.memories import MemoryCalls
from engine.calls.models import ModelCalls
from engine.calls.promotion import PromotionCalls
from engine.calls.settings import SettingsCalls
from engine.calls.streaming import StreamingCalls
from engine.calls.upkeep import UpkeepCalls
from engine.calls.watching import WatchingCalls
from engine.clock import Clock, utc_now
from engine.events import EventBus
from engine.settings import Settings

_log = logging.getLogger(__name__)


class Engine(
    MemoryCalls,
    LifeCalls,
    ChatCalls,
    AttachmentCalls,
    ConversationCalls,
    ConsolidationCalls,
    PromotionCalls,
    DocumentCalls,
    WatchingCalls,
    ModelCalls,
    LlmCalls,
    SettingsCalls,
    MapCalls,
    ExplorerCalls,
    UpkeepCalls,
    BackgroundCalls,
    StreamingCalls,
    BackupCalls,
):
    """One open data folder.

    ```python
    async with Engine.open(Settings(data_dir=folder)) as engine:
        await engine.ingest([path])
        answer = await engine.ask("When does the lease end?")
    ```

    All methods are coroutines of the loop that opened the engine; `engine.calls` holds them by what they are about.
    """

    def __init__(self, settings: Settings, *, clock: Clock = utc_now) -> None:
        """Use `Engine.open`."""
        self.settings = settings
        self._clock = clock
        self.events = EventBus()
        self._stack = contextlib.AsyncExitStack()
        self._closing: asyncio.Task[None] | None = None
        self._open = False

    @classmethod
    def open(cls, settings: Settings | None = None, *, clock: Clock = utc_now) -> _Opening:
        """Open a data folder; awaitable, and an async context manager.

        Args:
            settings: What the owner chose; None reads it.
            clock: Tells every part what time it is; the computer's unless a test has one of its own.

        Raises:
            SettingsError: an option cannot be used.
            StoreError: the data folder cannot be used; see `engine.errors` for each case. Nothing is left open.
            RuntimeUnavailableError: ONNX Runtime is missing.
            ModelError: the embedder's files are missing or damaged.
        """
        return _Opening(cls, settings, clock)

    async def _start(self) -> Self:
        try:
            self._parts = await assemble(self.settings, self.events, self._stack, clock=self._clock)
        except BaseException:
            await self._stack.aclose()
            raise
        self._open = True
        _log.info("engine %s is open", __version__)
        return self

    async def close(self) -> None:
        """Park running work, write what is pending, let go of everything. Concurrent calls wait for the first."""
        if self._closing is None:
            self._open = False
            self._closing = asyncio.ensure_future(self._stack.aclose())
        await asyncio.shield(self._closing)


class _Opening:
    """What `Engine.open` gives back: await it, or enter it."""

    def __init__(self, kind: type[Engine], settings: Settings | None, clock: Clock) -> None:
        self._kind = kind
        self._settings = settings
        self._clock = clock
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
        return await self._kind(self._settings or Settings(), clock=self._clock)._start()
