"""`magray memory export`: JSON Lines, one memory a line, the oldest first."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from engine.errors import MagrayError
from engine.values import to_json

if TYPE_CHECKING:
    from engine.engine import Engine


class ExportError(MagrayError):
    """The file cannot be written."""


async def export(engine: Engine, target: str) -> int:
    """Write every memory that is not deleted to a file (`-`: standard output) and return how many there were.

    The file appears whole or not at all: it is written aside, flushed and renamed.

    Raises:
        ExportError: the file cannot be written; what stood there before is untouched.
    """
    if target == "-":
        return await _write(engine, sys.stdout)
    path = Path(target).expanduser()
    aside = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with aside.open("w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            count = await _write(engine, file)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    except OSError as error:
        aside.unlink(missing_ok=True)
        reason = error.strerror or error
        raise ExportError(f"{path} cannot be written ({reason}). What stood there before is untouched.") from error
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    return count


async def _write(engine: Engine, file: TextIO) -> int:
    count = 0
    async for memory in engine.every_memory():
        file.write(json.dumps(to_json(memory), ensure_ascii=False) + "\n")
        count += 1
    return count
