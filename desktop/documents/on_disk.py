"""Opening a file in the program of the system, and showing it in its folder."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QProcess, QUrl
from PySide6.QtGui import QDesktopServices

from desktop.messages import Messages
from desktop.operations import Operation, Operations
from desktop.words import file_name, file_on_disk


class FilesOnDisk:
    """Hands files over to the system. Whether a file is there is looked up off the UI thread: it may lie far away."""

    def __init__(self, *, operations: Operations, messages: Messages) -> None:
        self._operations = operations
        self._messages = messages

    def open(self, path: str) -> None:
        """Open the file (the archive where the path names a member of one) in the program that the system chose."""
        self._hand_over(path, open_in_system)

    def reveal(self, path: str) -> None:
        """Show the file in its folder."""
        self._hand_over(path, reveal_in_folder)

    def _hand_over(self, path: str, act: Callable[[Path], bool]) -> None:
        on_disk = Path(file_on_disk(path))

        async def look() -> bool:
            return await asyncio.to_thread(on_disk.exists)

        def go(exists: bool) -> None:
            if not exists:
                self._messages.warning(
                    QCoreApplication.translate(
                        "Documents",
                        "{0} is no longer at {1}. What was read of it is kept; its text can still be opened here.",
                    ).format(file_name(path), on_disk.parent),
                    key=f"gone:{path}",
                )
            elif not act(on_disk):
                self._messages.warning(
                    QCoreApplication.translate(
                        "Documents", "The system has no program for {0}. It lies in {1}."
                    ).format(on_disk.name, on_disk.parent),
                    key=f"open:{path}",
                )

        self._operations.start(Operation(name="look for a file", run=look, success=go))


def open_in_system(path: Path) -> bool:
    """Open a file or a folder; False where the system would not."""
    return QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))


def reveal_in_folder(path: Path) -> bool:
    """Show a file selected in its folder, or the folder alone where the system cannot select."""
    if sys.platform == "win32":
        return QProcess.startDetached("explorer.exe", ["/select,", str(path)])[0]
    if sys.platform == "darwin":
        return QProcess.startDetached("open", ["-R", str(path)])[0]
    return _reveal_by_dbus(path) or open_in_system(path.parent)


def _reveal_by_dbus(path: Path) -> bool:
    """Ask the file manager over D-Bus, without waiting for its answer."""
    from PySide6.QtDBus import QDBusConnection, QDBusMessage

    bus = QDBusConnection.sessionBus()
    interface = bus.interface() if bus.isConnected() else None
    name = "org.freedesktop.FileManager1"
    if interface is None or not interface.isServiceRegistered(name).value():
        return False
    message = QDBusMessage.createMethodCall(name, "/org/freedesktop/FileManager1", name, "ShowItems")
    message.setArguments([[QUrl.fromLocalFile(str(path)).toString()], ""])
    return bus.send(message)
