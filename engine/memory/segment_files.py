"""The files of a closed word index, held against the checksums that they carry, and rid of what a kill left over."""

from __future__ import annotations

import contextlib
import json
import re
import zlib
from pathlib import Path

_MAGIC = 1337
_TEMPORARY = ".tmp"
"""What the names of tantivy's files begin with until they are whole and renamed."""
_SEGMENT_FILE = re.compile(r"([0-9a-f]{32})\.(.+)")


def sweep(folder: Path) -> int:
    """Remove what no commit names: files of a commit or a merge that a kill or a full disk cut off.

    They are more than waste. A list of deleted records is named by its segment and the number of the operation that it
    stands at; a writer that begins again from the last commit counts to the same number, finds the name taken, and can
    never commit. No writer may be open.

    Returns:
        How many were removed. One that the system holds on to stays.

    Raises:
        ValueError: the index cannot be told, for its `meta.json` is torn.
        OSError: it cannot be read.
    """
    segments = _segments(folder)
    count = 0
    for path in folder.iterdir():
        if not _named(path.name, segments):
            with contextlib.suppress(OSError):
                path.unlink()
                count += 1
    return count


def check_files(folder: Path) -> None:
    """Hold every file of a closed index against the CRC-32 in its footer.

    tantivy ends a file with a JSON footer, the footer's length and a magic number, four bytes each, little-endian.

    Raises:
        ValueError: a file is torn, changed, or missing its footer.
        OSError: a file cannot be read.
    """
    segments = _segments(folder)
    for path in folder.iterdir():
        if path.name.split(".")[0] not in segments or not _named(path.name, segments):
            continue
        data = path.read_bytes()
        length, magic = (int.from_bytes(data[at : at + 4], "little") for at in (len(data) - 8, len(data) - 4))
        if len(data) < 8 or magic != _MAGIC or length > len(data) - 8:
            raise ValueError(f"{path.name} is torn")
        body = memoryview(data)[: len(data) - 8 - length]
        if zlib.crc32(body) != json.loads(data[len(body) : len(data) - 8])["crc"]:
            raise ValueError(f"{path.name} is not what was written")


def _segments(folder: Path) -> dict[str, str]:
    """The segments of the last commit, each with the name that its list of deleted records ends in."""
    found = {}
    for segment in json.loads((folder / "meta.json").read_bytes())["segments"]:
        deletes = segment.get("deletes")
        found[segment["segment_id"].replace("-", "")] = f"{deletes['opstamp']}.del" if deletes else ""
    return found


def _named(name: str, segments: dict[str, str]) -> bool:
    """Whether a file belongs to the last commit, or is none of a segment's."""
    if name.startswith(_TEMPORARY):
        return False
    match = _SEGMENT_FILE.fullmatch(name)
    if match is None:
        return True
    segment, ending = match.groups()
    return segment in segments and (not ending.endswith(".del") or ending == segments[segment])
