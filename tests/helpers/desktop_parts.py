"""The parts that every view of the desktop takes, and a loop to run them in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtWidgets import QApplication

from desktop import aio
from desktop.icons import Icons
from desktop.messages import Messages
from desktop.operations import Operations
from desktop.theme import Theme
from engine import resources


@dataclass
class DesktopParts:
    """Real parts; `errors` holds what failed without a handler."""

    app: QApplication
    theme: Theme
    icons: Icons
    messages: Messages
    operations: Operations
    errors: list[tuple[str, BaseException]] = field(default_factory=list)

    @property
    def views(self) -> dict[str, Any]:
        """The arguments that every view of documents takes."""
        return {
            "theme": self.theme,
            "icons": self.icons,
            "operations": self.operations,
            "messages": self.messages,
        }

    def run(self, main: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Run a coroutine in the desktop's own loop; a failure that nobody handled fails the test."""

        async def wrapped() -> int:
            await main()
            return 0

        self.errors.clear()
        aio.run(self.app, wrapped, on_error=lambda name, error: self.errors.append((name, error)))
        if self.errors:
            name, error = self.errors[0]
            raise AssertionError(f"{name} failed: {error!r}") from error


def make_parts(app: QApplication) -> DesktopParts:
    """Make them with the light scheme and the bundled fonts and icons."""
    folder = resources()
    theme = Theme(app, fonts=folder / "fonts", scheme="light")
    messages = Messages()
    errors: list[tuple[str, BaseException]] = []
    tasks = aio.Tasks(on_error=lambda name, error: errors.append((name, error)))
    operations = Operations(tasks=tasks, messages=messages)
    icons = Icons(folder=folder / "icons", theme=theme)
    return DesktopParts(app, theme, icons, messages, operations, errors)


async def until(condition: Callable[[], bool], *, seconds: float = 5.0) -> None:
    """Wait until something holds.

    Raises:
        AssertionError: it did not within the time.
    """
    end = asyncio.get_running_loop().time() + seconds
    while not condition():
        assert asyncio.get_running_loop().time() < end, "it did not happen in time"
        await asyncio.sleep(0.005)
