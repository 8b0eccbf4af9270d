"""A panel of the settings on the real engine, for as long as a story about it takes."""

from __future__ import annotations

import gc
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QMainWindow, QWidget

from desktop.bridge import Bridge
from engine import Engine, Settings
from tests.helpers.desktop_parts import DesktopParts, until

Panel = TypeVar("Panel", bound=QWidget)


def play_panel(
    kind: Callable[..., Panel],
    parts: DesktopParts,
    folder: Path,
    story: Callable[[Panel, Engine], Coroutine[Any, Any, None]],
    *,
    ready: Callable[[Panel], bool],
) -> None:
    """Open the engine on a folder, show the panel, wait until it is ready, and let the story happen."""

    async def main() -> None:
        window, bridge = QMainWindow(), Bridge()
        async with Engine.open(Settings(data_dir=folder)) as engine:
            bridge.attach(engine)
            panel = kind(
                theme=parts.theme, icons=parts.icons, engine=engine, bridge=bridge, operations=parts.operations
            )
            window.setCentralWidget(panel)
            window.show()
            await until(lambda: ready(panel))
            try:
                await story(panel, engine)
            finally:
                await until(lambda: not parts.operations._tasks.names)
                bridge.detach()
        window.close()
        window.deleteLater()
        bridge.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # type: ignore[call-overload]

    parts.run(main)
    gc.collect()
