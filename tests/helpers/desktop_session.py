"""One run of the desktop inside a test: the real window, session and engine over a data folder of the test's own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent

from desktop import aio
from desktop.crash import CrashReporter
from desktop.main_window import MainWindow
from desktop.messages import Messages
from desktop.operations import Operations
from desktop.options import Options
from desktop.session import Session
from desktop.single_instance import SingleInstance
from desktop.window_state import WindowState
from engine import DataPaths, Engine
from tests.helpers.desktop_parts import DesktopParts, until

Story = Callable[["Run"], Awaitable[None]]


@dataclass
class Run:
    """What a story sees."""

    session: Session
    window: MainWindow
    messages: Messages
    state: WindowState
    data_dir: Path
    events: list[str]
    engine: Engine | None = None

    @property
    def library(self) -> object:
        """The views of documents."""
        return self.session._workspace.library

    async def answered(self, count: int) -> None:
        """Wait until so many answers stand in the transcript."""
        await until(lambda: sum(e.answer is not None for e in self.window.chat.transcript.entries) >= count, seconds=60)


def run_session(parts: DesktopParts, data_dir: Path, story: Story, *, opens: bool = True) -> list[str]:
    """Run the desktop until the story ends; then it is closed as its owner closes it.

    Args:
        parts: Theme and icons.
        data_dir: The data folder.
        story: Acts in the owner's place: once the engine is open, or at once.
        opens: Wait for the engine before the story begins.

    Returns:
        The events traced, in order.
    """
    messages, errors = Messages(), list[tuple[str, BaseException]]()
    tasks = aio.Tasks(on_error=lambda name, error: errors.append((name, error)))
    state = WindowState(data_dir)
    window = MainWindow(theme=parts.theme, icons=parts.icons, messages=messages, state=state)
    instance = SingleInstance(data_dir)
    assert instance.listen()
    events: list[str] = []
    crash = CrashReporter(messages=messages)
    session = Session(
        options=Options(data_dir=data_dir),
        paths=DataPaths.resolve(data_dir),
        app=parts.app,
        window=window,
        theme=parts.theme,
        icons=parts.icons,
        messages=messages,
        operations=Operations(tasks=tasks, messages=messages),
        tasks=tasks,
        crash=crash,
        state=state,
        instance=instance,
        trace=events.append,
    )
    run = Run(session, window, messages, state, data_dir, events)

    async def act() -> None:
        try:
            if opens:
                await until(lambda: "ready" in events, seconds=60)
                run.engine = session._workspace._engine
            await story(run)
        finally:
            window.close()

    async def main() -> int:
        acting = tasks.start(act(), name="the story")
        status = await session.main()
        await acting
        return status

    window.first_painted.connect(lambda: events.append("painted"))
    window.resize(1240, 780)
    window.show()
    try:
        assert aio.run(parts.app, main, on_error=lambda name, error: errors.append((name, error))) == 0
    finally:
        instance.close()
        state.save()
        crash._close_fault_file()
        parts.theme.set_scheme("light")
        session.deleteLater()
        window.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        assert not shiboken6.isValid(window)
    if errors:
        name, error = errors[0]
        raise AssertionError(f"{name} failed: {error!r}") from error
    return events
