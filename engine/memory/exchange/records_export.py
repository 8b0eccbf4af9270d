"""Carrying memories out: a JSON Lines file that appears whole or not at all."""

from __future__ import annotations

import base64
import contextlib
import errno
import json
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from engine.errors import BackupError, StoreFullError
from engine.memory.store import carrying
from engine.memory.store.carrying import Carried
from engine.memory.store.database import Database
from engine.memory.store.memories import BATCH

Breathe = Callable[[], None]


def lines(store: Database, *, ids: Sequence[str] | None = None, vectors: bool = False) -> Iterator[list[str]]:
    """Every memory that is not deleted, the oldest first, or those of these ids; each a line with its end.

    A few hundred are read at a time, so that neither they nor their writers wait for the whole.
    """
    for batch in _batches(store, ids, vectors):
        yield [_line(one) for one in batch]


def _line(one: Carried) -> str:
    told = carrying.plain(one)
    if one.vector is not None:
        model, dimensions, data = one.vector
        told["vector"] = {"model": model, "dimensions": dimensions, "data": base64.b64encode(data).decode("ascii")}
    return json.dumps(told, ensure_ascii=False) + "\n"


def export(
    store: Database, path: Path, *, ids: Sequence[str] | None = None, vectors: bool = False, breathe: Breathe
) -> int:
    """Write memories to a file. Blocks; any thread.

    Returns:
        How many.

    Raises:
        StoreFullError: the disk is full.
        BackupError: the file cannot be written; what stood there before is untouched.
    """
    aside = path.with_name(f".{path.name}.{os.getpid()}.new")
    count = 0
    try:
        # a path may hold bytes that are no characters: they stay escapes of JSON
        with aside.open("w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            for batch in lines(store, ids=ids, vectors=vectors):
                file.writelines(batch)
                count += len(batch)
                breathe()
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            aside.unlink(missing_ok=True)
        untouched = "What stood there before is untouched."
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StoreFullError(f"The disk that holds {path} is full. {untouched} Make room and try again.") from error
        raise BackupError(f"{path} cannot be written ({error.strerror or error}). {untouched}") from error
    except BaseException:
        with contextlib.suppress(OSError):
            aside.unlink(missing_ok=True)
        raise
    return count


def _batches(store: Database, ids: Sequence[str] | None, vectors: bool) -> Iterator[list[Carried]]:
    if ids is not None:
        wanted = list(dict.fromkeys(ids))
        for start in range(0, len(wanted), BATCH):
            with store.read() as reader:
                batch = carrying.some(reader, wanted[start : start + BATCH], vectors=vectors)
            yield batch
        return
    last = 0
    while True:
        with store.read() as reader:
            batch = carrying.page(reader, last, vectors=vectors)
        if not batch:
            return
        yield batch
        last = batch[-1].row["number"]
