"""What the engine and its worker say to each other: a JSON head and raw bytes, both with their lengths before them."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from typing import Any

_LENGTHS = struct.Struct("<IQ")
MAX_HEAD = 256 * 1024 * 1024
MAX_BODY = 2 * 1024 * 1024 * 1024


class FrameError(Exception):
    """What came is no frame: the other side is not what it should be."""


def write_frame(write: Callable[[bytes], object], head: dict[str, Any], body: bytes = b"") -> None:
    """Write one frame."""
    encoded = json.dumps(head, ensure_ascii=True, separators=(",", ":")).encode("ascii")
    write(_LENGTHS.pack(len(encoded), len(body)) + encoded)
    if body:
        write(body)


def read_frame(read: Callable[[int], bytes]) -> tuple[dict[str, Any], bytes] | None:
    """Read one frame; None where the other side has closed its end.

    Args:
        read: Gives at most so many bytes, none at the end.

    Raises:
        FrameError: the bytes are no frame.
    """
    lengths = _exactly(read, _LENGTHS.size)
    if lengths is None:
        return None
    head_length, body_length = _LENGTHS.unpack(lengths)
    if head_length > MAX_HEAD or body_length > MAX_BODY:
        raise FrameError("a frame of impossible length")
    encoded = _exactly(read, head_length)
    body = _exactly(read, body_length)
    if encoded is None or body is None:
        return None
    try:
        head = json.loads(encoded)
    except ValueError as error:
        raise FrameError("a head that is no JSON") from error
    return head, body


def _exactly(read: Callable[[int], bytes], count: int) -> bytes | None:
    parts: list[bytes] = []
    while count > 0:
        part = read(min(count, 1 << 20))
        if not part:
            return None
        parts.append(part)
        count -= len(part)
    return b"".join(parts)
