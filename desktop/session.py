"""One run of the desktop: from the painted window to an engine that has put everything away."""

from __future__ import annotations

import asyncio
import importlib
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from desktop.aio import Tasks
from desktop.bridge import Bridge
from desktop.crash import CrashReporter
from desktop.icons import Icons
from desktop.main_window import MainWindow
from desktop.messages import Messages
from desktop.operations import Operations
from desktop.options import Options
from desktop.signals import EndSignals
from desktop.single_instance import SingleInstance
from desktop.start_errors import explain
from desktop.theme import Theme
from desktop.window_state import WindowState
from desktop.words import moment_words
from desktop.workspace import Workspace
from engine import DataPaths, StoreDamagedError

if TYPE_CHECKING:
    from engine import BackupInfo, Engine, Settings

_log = logging.getLogger(__name__)

Drive = Callable[["Engine", MainWindow], Awaitable[None]]
"""Acts in the owner's place; see `run_desktop`."""

_SAY_CLOSING_AFTER = 0.15
"""Seconds. A close that is quicker says nothing: a page that flashes up is worse than none."""
_QUIT = "quit"
_AGAIN = "again"
_RESTORE = "restore"


class Session(QObject):
    """Opens the engine behind the painted window, hands it to the workspace, and closes both."""

    def __init__(
        self,
        *,
        options: Options,
        paths: DataPaths,
        app: QApplication,
        window: MainWindow,
        theme: Theme,
        icons: Icons,
        messages: Messages,
        operations: Operations,
        tasks: Tasks,
        crash: CrashReporter,
        state: WindowState,
        instance: SingleInstance,
        trace: Callable[[str], None],
        drive: Drive | None = None,
    ) -> None:
        super().__init__()
        self._options = options
        self._paths = paths
        self._app = app
        self._window = window
        self._theme = theme
        self._icons = icons
        self._messages = messages
        self._operations = operations
        self._tasks = tasks
        self._crash = crash
        self._state = state
        self._trace = trace
        self._drive = drive
        self._bridge = Bridge(self)
        self._workspace = Workspace(
            window=window, theme=theme, icons=icons, messages=messages, operations=operations, state=state
        )
        self._end = asyncio.Event()
        self._choice: asyncio.Future[str] | None = None
        window.close_wanted.connect(self.close)
        window.notice.triggered.connect(self._chosen)
        instance.called.connect(self._called)
        app.commitDataRequest.connect(lambda _manager: self._state.save())

    async def main(self) -> int:
        """Run until the owner closes the window."""
        signals = EndSignals(self.close)
        self._window.conversations.status.set_status("busy", self.tr("Waking up…"))
        try:
            if self._window.close_asked:
                self.close()  # before anybody listened
            self._crash.watch_faults(self._paths.logs)
            self._window.chat.bar.start()
            # The icon is drawn in seven sizes: not before the window is there.
            self._app.setWindowIcon(self._icons.application_icon())
            engine = await self._open()
            if engine is not None:
                await self._run(engine)
        finally:
            signals.close()
            self._window.remember_geometry()
            self._state.save()
            await self._tasks.cancel()
            self._window.finish_closing()
        return 0

    async def _run(self, engine: Engine) -> None:
        try:
            self._bridge.attach(engine)
            self._workspace.attach(engine, self._bridge)
            self._trace("ready")
            self._workspace.add_paths(self._options.paths)
            await (self._end.wait() if self._drive is None else self._drive(engine, self._window))
        finally:
            self._bridge.detach()
            await self._put_away(engine)

    # Opening

    async def _open(self) -> Engine | None:
        """The engine, or None when the owner gave up."""
        while not self._end.is_set():
            try:
                settings = await asyncio.to_thread(self._read_settings)
                self._follow(settings)
                return await self._open_engine(settings)
            except Exception as error:
                if self._drive is not None:
                    raise  # nobody is there to choose
                _log.error("the engine could not be opened", exc_info=error)
                if not await self._say_problem(error):
                    return None
        return None

    def _read_settings(self) -> Settings:
        """In a thread: the settings, and the import of everything that the engine needs."""
        engine = importlib.import_module("engine")
        settings: Settings = engine.Settings(data_dir=self._options.data_dir)
        _ = engine.Engine
        return settings

    async def _open_engine(self, settings: Settings) -> Engine | None:
        from engine import Engine

        opening = asyncio.ensure_future(Engine.open(settings).__aenter__())
        await _first_of(self._end, opening)
        if self._end.is_set():
            # Closed while it was opening: what is open by then is closed again.
            self._say_closing()
            engine = await opening
            await engine.close()
            return None
        return await opening

    def _follow(self, settings: Settings) -> None:
        """Colours and language as the settings say; the first is seen at once, the second at the next start."""
        self._state.scheme = settings.appearance.scheme
        self._state.language = settings.appearance.language
        self._theme.set_scheme(settings.appearance.scheme)

    async def _say_problem(self, error: Exception) -> bool:
        """Fill the window with what went wrong.

        Returns:
            True to try again.
        """
        problem = explain(error, data_dir=self._paths.data)
        buttons = {_AGAIN: self.tr("Try again"), _QUIT: self.tr("Close Magray")}
        backup = await asyncio.to_thread(self._youngest_backup) if isinstance(error, StoreDamagedError) else None
        if backup is not None and backup.created is not None:
            words = self.tr("Restore the backup of {0}").format(moment_words(backup.created))
            buttons = {_RESTORE: words, **buttons}
        self._window.notice.show_notice(
            title=problem.title, words=problem.words, icon="warning", role="warning", buttons=buttons
        )
        self._window.show_notice()
        self._trace("problem")
        self._choice = asyncio.get_running_loop().create_future()
        await _first_of(self._choice, self._end)
        choice = self._choice.result() if self._choice.done() and not self._end.is_set() else _QUIT
        self._choice = None
        if choice == _RESTORE and backup is not None:
            try:
                await asyncio.to_thread(self._prepare_restore, backup.path)
            except Exception as failure:
                _log.error("the backup could not be restored", exc_info=failure)
                return await self._say_problem(failure)
        if choice != _QUIT:
            self._window.show_workspace()
        return choice != _QUIT

    def _youngest_backup(self) -> BackupInfo | None:
        from engine import youngest_backup

        return youngest_backup(self._read_settings())

    def _prepare_restore(self, path: str) -> None:
        from engine import prepare_restore

        prepare_restore(self._read_settings(), path)

    def _chosen(self, name: str) -> None:
        if self._choice is not None and not self._choice.done():
            self._choice.set_result(name)

    # Being called, and closing

    def _called(self, paths: list[str]) -> None:
        self._window.come_forward()
        self._workspace.add_paths(paths)

    def close(self) -> None:
        """Begin to end this run."""
        self._state.save()
        self._end.set()

    def _say_closing(self) -> None:
        self._window.notice.show_notice(
            title=self.tr("Putting things away"),
            words=self.tr("What is being read is parked and goes on at the next start. Nothing is lost."),
            icon="memory",
            buttons={},
        )
        self._window.show_notice()

    async def _put_away(self, engine: Engine) -> None:
        """Close the engine; the window says so where that takes a moment."""
        self._window.remember_geometry()
        loop = asyncio.get_running_loop()
        saying = loop.call_later(_SAY_CLOSING_AFTER, self._say_closing)
        try:
            await engine.close()
        finally:
            saying.cancel()


async def _first_of(*things: asyncio.Event | asyncio.Future[Any]) -> None:
    """Wait until one event is set or one future is done. Futures are left as they are."""
    waits = [asyncio.ensure_future(thing.wait()) for thing in things if isinstance(thing, asyncio.Event)]
    futures: list[asyncio.Future[Any]] = [thing for thing in things if not isinstance(thing, asyncio.Event)]
    try:
        await asyncio.wait([*waits, *futures], return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
