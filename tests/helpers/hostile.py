"""Files that mean harm, or only look like it, each made in well under a second."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
import zlib
from pathlib import Path

_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")


def overlapping_bomb(path: Path, *, kernel_mb: int = 100, entries: int = 100) -> Path:
    """An archive whose entries all share one kernel of zeros: `kernel_mb * entries` megabytes out of a hundred KB."""
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = bytes(1 << 20)
    checksum = 0
    packed = bytearray()
    for _ in range(kernel_mb):
        packed += squeeze.compress(block)
        checksum = zlib.crc32(block, checksum)
    packed += squeeze.flush()
    size = kernel_mb << 20
    name = b"kernel.txt"
    local = _LOCAL.pack(b"PK\x03\x04", 20, 0, 8, 0, 33, checksum, len(packed), size, len(name), 0) + name
    directory = bytearray()
    for number in range(entries):
        entry = b"zeros%05d.txt" % number
        directory += _CENTRAL.pack(
            b"PK\x01\x02", 20, 20, 0, 8, 0, 33, checksum, len(packed), size, len(entry), 0, 0, 0, 0, 0, 0
        )
        directory += entry
    start = len(local) + len(packed)
    end = _END.pack(b"PK\x05\x06", 0, 0, entries, entries, len(directory), start, 0)
    path.write_bytes(local + packed + directory + end)
    return path


def nested_bomb(path: Path, *, megabytes: int = 10, copies: int = 1000) -> Path:
    """An archive in an archive: `copies` files of `megabytes` each, 10 GB, and some KB when packed twice."""
    inner = io.BytesIO()
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    data = bytes(megabytes << 20)
    packed = squeeze.compress(data) + squeeze.flush()
    checksum = zlib.crc32(data)
    directory = bytearray()
    for number in range(copies):
        name = b"zeros%05d.txt" % number
        offset = inner.tell()
        sizes = (checksum, len(packed), len(data))
        inner.write(_LOCAL.pack(b"PK\x03\x04", 20, 0, 8, 0, 33, *sizes, len(name), 0) + name + packed)
        directory += _CENTRAL.pack(b"PK\x01\x02", 20, 20, 0, 8, 0, 33, *sizes, len(name), 0, 0, 0, 0, 0, offset)
        directory += name
    start = inner.tell()
    inner.write(directory + _END.pack(b"PK\x05\x06", 0, 0, copies, copies, len(directory), start, 0))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inner.zip", inner.getvalue())
    return path


def lying_zip(path: Path, *, name: str, data: bytes, says: int) -> Path:
    """An archive whose one entry says that it has `says` bytes, in both of its headers."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    raw = bytearray(path.read_bytes())
    struct.pack_into("<I", raw, 22, says)
    directory = raw.index(b"PK\x01\x02")
    struct.pack_into("<I", raw, directory + 24, says)
    path.write_bytes(raw)
    return path


def locked_zip(path: Path, *, name: str = "secret.txt") -> Path:
    """An archive whose entry is marked as encrypted."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, bytes(range(64)))
    raw = bytearray(path.read_bytes())
    raw[6] |= 1
    directory = raw.index(b"PK\x01\x02")
    raw[directory + 8] |= 1
    path.write_bytes(raw)
    return path


def nested_gzip(path: Path, *, depth: int) -> Path:
    """A text in gzip in gzip in gzip …"""
    data = b"The treasure lies under the oak."
    for _ in range(depth):
        data = gzip.compress(data, mtime=0)
    path.write_bytes(data)
    return path


def docx(path: Path, text: str, *, parts: dict[str, bytes] | None = None) -> Path:
    """A Word document of one paragraph, with other parts where they are given."""
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    body = f'<w:document xmlns:w="{word}"><w:body><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:body></w:document>'
    types = (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Override PartName="/word/document.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
    )
    relations = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
        'Target="word/document.xml"/></Relationships>'
    )
    files = {
        "[Content_Types].xml": types.encode(),
        "_rels/.rels": relations.encode(),
        "word/document.xml": body.encode(),
        **(parts or {}),
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path
