"""The files of a closed word index, held against the checksums that they carry."""

from __future__ import annotations

import json
import zlib
from pathlib import Path

_MAGIC = 1337


def check_files(folder: Path) -> None:
    """Hold every file of a closed index against the CRC-32 in its footer.

    tantivy ends a file with a JSON footer, the footer's length and a magic number, four bytes each, little-endian.

    Raises:
        ValueError: a file is torn, changed, or missing its footer.
        OSError: a file cannot be read.
    """
    meta = json.loads((folder / "meta.json").read_bytes())
    names = {segment["segment_id"].replace("-", "") for segment in meta["segments"]}
    for path in folder.iterdir():
        if path.name.split(".")[0] not in names:
            continue
        data = path.read_bytes()
        length, magic = (int.from_bytes(data[at : at + 4], "little") for at in (len(data) - 8, len(data) - 4))
        if len(data) < 8 or magic != _MAGIC or length > len(data) - 8:
            raise ValueError(f"{path.name} is torn")
        body = memoryview(data)[: len(data) - 8 - length]
        if zlib.crc32(body) != json.loads(data[len(body) : len(data) - 8])["crc"]:
            raise ValueError(f"{path.name} is not what was written")
