"""Zip archives held against what they say of themselves.

Every byte is counted as it is inflated, whatever the headers say, and entries that share bytes are refused.
"""

from __future__ import annotations

import zipfile
import zlib
from itertools import pairwise
from pathlib import Path

from engine.ingestion.reading import Unreadable, skip

STEP = 1 << 18
"""Bytes handled at once."""
FALSE_SIZE = "it is damaged: the archive's figures about it are false"
TRUNCATED = "it is damaged: it ends in the middle"


def check_zip(path: Path, limit: int) -> None:
    """Inflate every entry of an Office or OpenDocument file, which are zip archives, and throw the bytes away.

    Raises:
        Unreadable: it is no zip archive, an entry lies about its size, entries overlap, or there is more than `limit`
            bytes.
    """
    with open_zip(path) as archive:
        refuse_overlaps(archive)
        total = 0
        for info in archive.infolist():
            if info.is_dir():
                continue
            if info.flag_bits & 1:
                raise skip("it is locked with a password; save a copy without one and add that")
            total += _inflated(path, archive, info, limit - total)
            if total > limit:
                raise skip(f"it unpacks to more than {limit / 1e6:,.0f} MB, as archive bombs do")


def open_zip(path: Path) -> zipfile.ZipFile:
    """Open an archive.

    Raises:
        Unreadable: it is none, or is damaged.
    """
    try:
        return zipfile.ZipFile(path)
    except (zipfile.BadZipFile, ValueError, EOFError, NotImplementedError) as error:
        raise Unreadable("it is damaged: its end or its table of contents is missing or makes no sense") from error


def refuse_overlaps(archive: zipfile.ZipFile) -> None:
    """Refuse entries that share bytes: an honest archive has none, and a few megabytes of them make petabytes.

    Raises:
        Unreadable: there are some.
    """
    spans = sorted((info.header_offset, info.header_offset + 30 + info.compress_size) for info in archive.infolist())
    for (_, end), (following, _) in pairwise(spans):
        if following < end:
            raise skip("its entries overlap, as only archive bombs have them; nothing was unpacked")


def _inflated(path: Path, archive: zipfile.ZipFile, info: zipfile.ZipInfo, limit: int) -> int:
    """Bytes that an entry really has, whatever its header says."""
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise skip("it is compressed by a method that cannot be undone here")
    size = 0
    with path.open("rb") as file:
        file.seek(info.header_offset)
        header = file.read(30)
        if len(header) < 30 or header[:4] != b"PK\x03\x04":
            raise Unreadable(FALSE_SIZE)
        file.seek(int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little"), 1)
        left = info.compress_size
        inflater = zlib.decompressobj(-15)
        while left > 0:
            data = file.read(min(STEP, left))
            if not data:
                raise Unreadable(TRUNCATED)
            left -= len(data)
            if info.compress_type == zipfile.ZIP_STORED:
                size += len(data)
                continue
            while data:
                try:
                    size += len(inflater.decompress(data, STEP))
                except zlib.error as error:
                    raise Unreadable("it is damaged: its compressed bytes make no sense") from error
                if size > limit:
                    return size
                data = inflater.unconsumed_tail
    if info.compress_type == zipfile.ZIP_DEFLATED:
        size += len(inflater.flush())
        if not inflater.eof and info.compress_size:
            raise Unreadable(TRUNCATED)
    if size != info.file_size:
        raise Unreadable(FALSE_SIZE)
    return size
