"""Microsoft's older container of files in a file (MS-CFB): its streams by name, no further than the file reaches."""

from __future__ import annotations

import struct

_END = 0xFFFFFFF0
"""Numbers of sectors from here on mean that a chain ends."""
_ENTRY = 128
_SHIFTS = range(7, 17)


def streams(data: bytes, wanted: frozenset[str]) -> dict[str, bytes]:
    """The streams of these names, wherever they lie in the container.

    Raises:
        ValueError: it is no such container, or its tables make no sense.
    """
    try:
        return _streams(data, wanted)
    except (struct.error, IndexError) as error:
        raise ValueError("the container's tables make no sense") from error


def _streams(data: bytes, wanted: frozenset[str]) -> dict[str, bytes]:
    shift, small_shift = struct.unpack_from("<HH", data, 30)
    if data[:8] != bytes.fromhex("d0cf11e0a1b11ae1") or shift not in _SHIFTS or small_shift >= shift:
        raise ValueError("it is no container")
    first_entry, _, cutoff, first_small = struct.unpack_from("<4I", data, 48)
    size = 1 << shift
    last = (len(data) - 1) >> shift

    def sector(number: int) -> bytes:
        return data[(number + 1) * size : (number + 2) * size].ljust(size, b"\0")

    tables = list(struct.unpack_from("<109I", data, 76))
    more, count = struct.unpack_from("<2I", data, 68)
    for _ in range(min(count, last)):
        if more >= last:
            break
        *numbers, more = struct.unpack(f"<{size // 4}I", sector(more))
        tables += numbers
    chain: list[int] = []
    for table in tables:
        if table < last:
            chain += struct.unpack(f"<{size // 4}I", sector(table))

    def whole(start: int) -> bytes:
        parts = []
        for _ in range(last + 1):
            if start >= _END or start > last or start >= len(chain):
                break
            parts.append(sector(start))
            start = chain[start]
        return b"".join(parts)

    directory = whole(first_entry)
    small_table = whole(first_small)
    small_chain = struct.unpack(f"<{len(small_table) // 4}I", small_table)
    small_data = b""
    found: dict[str, bytes] = {}
    for place in range(0, len(directory) - _ENTRY + 1, _ENTRY):
        length, kind = struct.unpack_from("<HB", directory, place + 64)
        start, low = struct.unpack_from("<2I", directory, place + 116)
        name = directory[place : place + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
        if kind == 5:
            small_data = whole(start)
        elif kind == 2 and name in wanted and name not in found:
            if low >= cutoff:
                found[name] = whole(start)[:low]
            else:
                parts = []
                for _ in range(len(small_chain)):
                    if start >= len(small_chain):
                        break
                    parts.append(small_data[start << small_shift : (start + 1) << small_shift])
                    start = small_chain[start]
                found[name] = b"".join(parts)[:low]
    return found
