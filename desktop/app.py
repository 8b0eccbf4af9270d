"""The composition root: builds every part of the desktop, gives each what it needs, and runs them.

Order of a start: the window is painted, with nothing imported that it does not show; then asyncio and the session;
then settings, engine and everything heavy are imported and opened in a thread; then the views get the engine.
Order of an end: the window says so, the engine parks its work, the loop ends.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from desktop.i18n import install_language
from desktop.icons import Icons
from desktop.instance_name import may_run
from desktop.main_window import MainWindow
from desktop.messages import Messages
from desktop.options import Options
from desktop.theme import SchemeChoice, Theme
from desktop.window_state import WindowState
from engine import DataPaths, __version__, resources

if TYPE_CHECKING:
    from desktop.session import Drive

_SWITCH_SECONDS = 0.001
_PAINT_PATIENCE_MS = 3000


def make_application(arguments: list[str]) -> QApplication:
    """The QApplication, named before anything asks for its name."""
    QGuiApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
    QGuiApplication.setDesktopFileName("magray")
    app = QApplication(arguments)
    app.setApplicationName("Magray")
    app.setApplicationDisplayName("Magray")
    app.setApplicationVersion(__version__)
    return app


def scheme_choice(name: str) -> SchemeChoice:
    """A stored scheme, or the system's where it is none."""
    return name if name in ("system", "light", "dark") else "system"  # type: ignore[return-value]


def run_desktop(options: Options, *, drive: Drive | None = None) -> int:
    """Run the desktop until its window is closed.

    Args:
        options: The command line.
        drive: Run in the owner's place once the engine is open; the desktop ends when it has returned.

    Returns:
        The exit status: 0 closed, or handed over to a window that was there already.
    """
    started = time.perf_counter()
    # A thread of the engine that computes in Python keeps the interpreter for this long before it gives way. With
    # Python's own 5 ms a burst of signals was held for 370 ms by two such threads, with 1 ms for 50.
    sys.setswitchinterval(_SWITCH_SECONDS)
    paths = DataPaths.resolve(options.data_dir)
    app = make_application(sys.argv[:1])

    if may_run(paths.data):
        from desktop.single_instance import call_first_instance

        if call_first_instance(paths.data, paths=list(options.paths)):
            return 0

    def trace(event: str) -> None:
        if options.trace_start:
            line = {"event": event, "seconds": round(time.perf_counter() - started, 4), "monotonic": time.monotonic()}
            sys.stderr.write(json.dumps(line) + "\n")
            sys.stderr.flush()

    messages = Messages()
    state = WindowState(paths.data)
    folder = resources()
    install_language(app, folder=folder / "translations", language=state.language)
    theme = Theme(app, fonts=folder / "fonts", scheme=scheme_choice(state.scheme))
    icons = Icons(folder=folder / "icons", theme=theme)
    window = MainWindow(theme=theme, icons=icons, messages=messages, state=state)
    window.first_painted.connect(lambda: trace("painted"))
    window.show()
    wait_for_paint(window)
    gc.enable()

    # Everything else is imported behind the painted window.
    from desktop import aio
    from desktop.crash import CrashReporter
    from desktop.operations import Operations
    from desktop.session import Session
    from desktop.single_instance import SingleInstance

    crash = CrashReporter(messages=messages)
    crash.install()
    tasks = aio.Tasks(on_error=crash.report)
    operations = Operations(tasks=tasks, messages=messages)
    instance = SingleInstance(paths.data)
    instance.listen()
    session = Session(
        options=options,
        paths=paths,
        app=app,
        window=window,
        theme=theme,
        icons=icons,
        messages=messages,
        operations=operations,
        tasks=tasks,
        crash=crash,
        state=state,
        instance=instance,
        trace=trace,
        drive=drive,
    )
    try:
        return aio.run(app, session.main, on_error=crash.report)
    finally:
        instance.close()
        state.save()
        crash.uninstall()
        if window.starts_again:
            from desktop.starting_again import start_again

            start_again(options)


def wait_for_paint(window: MainWindow) -> None:
    """Let Qt work until the window is on the screen; a screen that never shows it is not waited for long."""
    loop = QEventLoop()
    window.first_painted.connect(loop.quit)
    QTimer.singleShot(_PAINT_PATIENCE_MS, loop.quit)
    loop.exec()
