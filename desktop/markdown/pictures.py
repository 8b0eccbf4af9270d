"""Pictures in a text: files of this computer and pictures that stand in the text itself. Nothing is ever fetched."""

from __future__ import annotations

import base64
import binascii
import re
from pathlib import Path
from urllib.parse import unquote_to_bytes

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize, Qt, QUrl
from PySide6.QtGui import QImage, QImageReader

_DATA = re.compile(r"data:image/(?:png|jpe?g|gif|webp|bmp)(;base64)?,", re.IGNORECASE)
_MOST_BYTES = 20_000_000
_MOST_PIXELS = 100_000_000


def load_picture(address: str, *, width: int, folder: Path | None = None) -> QImage | None:
    """A picture, made no wider than `width` pixels while it is read.

    Args:
        address: A path, a `file:` address, or `data:` with the picture itself.
        width: Device pixels.
        folder: Where relative paths begin; without it they lead nowhere.

    Returns:
        None for whatever is not on this computer or cannot be read as a picture.
    """
    reader = _reader(address, folder)
    if reader is None:
        return None
    reader.setAutoTransform(True)
    size: QSize = reader.size()
    if not size.isValid() or size.width() * size.height() > _MOST_PIXELS:
        return None
    if size.width() > width:
        reader.setScaledSize(size.scaled(width, size.height(), Qt.AspectRatioMode.KeepAspectRatio))
    image: QImage = reader.read()
    return None if image.isNull() else image


def _reader(address: str, folder: Path | None) -> QImageReader | None:
    if match := _DATA.match(address):
        if len(address) > _MOST_BYTES:
            return None
        data = unquote_to_bytes(address[match.end() :])
        if match[1]:
            try:
                data = base64.b64decode(data, validate=False)
            except binascii.Error:
                return None
        buffer = QBuffer()
        buffer.setData(QByteArray(data))
        buffer.open(QIODevice.OpenModeFlag.ReadOnly)
        reader = QImageReader(buffer)
        buffer.setParent(None)
        reader._buffer = buffer  # type: ignore[attr-defined]  # the reader does not hold what it reads
        return reader
    path = local_path(address, folder)
    if path is None:
        return None
    try:
        if not path.is_file() or path.stat().st_size > _MOST_BYTES:
            return None
    except OSError:
        return None
    return QImageReader(str(path))


def local_path(address: str, folder: Path | None) -> Path | None:
    """The file of this computer that an address names; None for any other."""
    url = QUrl(address)
    if url.isLocalFile():
        # `file://server/share` would be asked for over the network.
        return Path(url.toLocalFile()) if not url.host() else None
    if (url.scheme() and len(url.scheme()) > 1) or address.startswith(("//", "\\\\")):
        return None
    path = Path(QUrl.fromPercentEncoding(QByteArray(address.encode())))
    if path.is_absolute():
        return path
    return folder / path if folder is not None else None
