"""One window for each data folder: a second start hands its wish to the first one and leaves."""

from __future__ import annotations

import json
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from desktop.instance_name import server_name

ANSWER_MS = 500
"""A running instance answers a local connection in less than a millisecond; this is for a busy machine."""
_MAX_MESSAGE = 1 << 20


def call_first_instance(data_dir: Path, *, paths: list[str] | None = None) -> bool:
    """Ask a window that already runs on this data folder to come to the front.

    Args:
        data_dir: The data folder.
        paths: Files and folders that the second start was given; the first window takes them.

    Returns:
        True when there is one and it took the wish.
    """
    socket = QLocalSocket()
    socket.connectToServer(server_name(data_dir))
    if not socket.waitForConnected(ANSWER_MS):
        return False
    socket.write(json.dumps({"raise": True, "paths": paths or []}).encode() + b"\n")
    taken = socket.waitForBytesWritten(ANSWER_MS) and socket.waitForReadyRead(ANSWER_MS * 4)
    socket.disconnectFromServer()
    return bool(taken)


class SingleInstance(QObject):
    """Listens for later starts on the same data folder."""

    called = Signal(list)
    """A later start asks for the window; with the paths it was given."""

    def __init__(self, data_dir: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._name = server_name(data_dir)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._connected)

    def listen(self) -> bool:
        """Begin to listen. The socket of an instance that died is taken over."""
        if self._server.listen(self._name):
            return True
        QLocalServer.removeServer(self._name)
        return self._server.listen(self._name)

    def close(self) -> None:
        """Stop listening."""
        self._server.close()

    def _connected(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.setParent(self)
            socket.readyRead.connect(lambda socket=socket: self._read(socket))
            socket.disconnected.connect(socket.deleteLater)

    def _read(self, socket: QLocalSocket) -> None:
        if socket.bytesAvailable() > _MAX_MESSAGE:
            socket.abort()
            return
        if not socket.canReadLine():
            return
        try:
            wish = json.loads(bytes(socket.readLine().data()))
            paths = [str(path) for path in wish.get("paths", [])]
        except (ValueError, AttributeError, TypeError):
            socket.abort()
            return
        socket.write(b"ok\n")
        socket.flush()
        self.called.emit(paths)
