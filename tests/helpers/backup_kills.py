"""Kills a process that makes a backup and restores one before one of its operations on files, and looks afterwards.

Run as `python -m tests.helpers.backup_kills FOLDER SEED HOW_MANY`, as `kill_points.py`. What may be there after any
kill: the state before or the restored one, each whole; no readable copy but those that have their name; and every file
that has a backup's name is a whole backup.
"""

from __future__ import annotations

import ctypes
import json
import os
import random
import shutil
import sys
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from engine.errors import BackupError
from engine.memory.backup import file_format, making, restoring
from engine.memory.backup.making import Order
from engine.memory.backup.shelf import Shelf
from engine.memory.store import copies
from tests.helpers.kill_points import NEVER, apart
from tests.helpers.truth import Truth

AT = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
OLD, NEW = [f"old {number}" for number in range(40)], [f"new {number}" for number in range(30)]


def still() -> None:
    """Nothing is in the way."""


def order(truth: Truth, target: Path) -> Order:
    """A backup into this file."""
    with truth.store.write() as writer:
        secret = copies.secret(writer)
    return Order(target=target, reason="owner", created=AT, secret=secret, replace=True)


def prepare(folder: Path) -> None:
    """A database with a log, and a backup of another state of it."""
    truth = Truth(folder / "data")
    ids = truth.add(*NEW)
    making.make(truth.store.path, order(truth, folder / "new.magray-backup"), scratch=folder / "scratch", breathe=still)
    truth.erase(*ids)
    truth.add(*OLD)
    truth.close()


def work(folder: Path) -> None:
    """Back up what is there, restore the other state, begin as a start does."""
    truth = Truth(folder / "data")
    data = truth.folder
    making.make(
        truth.store.path, order(truth, data / "backups" / "old.magray-backup"), scratch=data / "backups", breathe=still
    )
    restoring.prepare(truth.store.path, folder / "new.magray-backup", None, breathe=still)
    truth.close()
    swap(data)


def swap(data: Path) -> None:
    """What a start does first."""
    restoring.swap(
        data / "magray.db", shelf=Shelf(data / "backups"), indexes=data / "indexes", now=datetime.now(UTC), kept=5
    )


def look(folder: Path) -> list[str]:
    """Start again, and say what is wrong."""
    data = folder / "data"
    swap(data)
    found = []
    allowed = {"magray.db", "magray.db-wal", "magray.db-shm", "magray.lock", "backups", "indexes"}
    found += [f"left behind: {path.name}" for path in data.iterdir() if path.name not in allowed]
    for path in (data / "backups").glob("*"):
        if path.suffix != file_format.SUFFIX:
            found += [f"left behind: backups/{path.name}"] if path.name != "backups.json" else []
            continue
        try:
            restoring.unpack(path, None, folder / "out.db", breathe=still)
            with copies.opened(folder / "out.db") as opened:
                texts = [row[0] for row in opened.execute("SELECT text FROM memory ORDER BY number")]
            if texts != OLD:
                found.append(f"{path.name} holds {texts[:3]}")
        except BackupError as error:
            found.append(f"{path.name}: {error}")
        (folder / "out.db").unlink(missing_ok=True)
    truth = Truth(data)
    with truth.store.read() as reader:
        texts = [row[0] for row in reader.execute_sql("SELECT text FROM memory ORDER BY number").fetchall()]
    found += truth.store.quick_check()
    truth.add("after")
    truth.close()
    if texts not in (OLD, NEW):
        found.append(f"neither the old state nor the new one: {texts[:3]} and {len(texts)} in all")
    kept = list((data / "backups").glob("magray-before-restore-*"))
    if texts == NEW and not kept:
        found.append("the state before was not kept")
    return found


def main(folder: Path, seed: int, how_many: int) -> None:
    """Kill at so many moments, chosen by the seed."""
    killer = ctypes.CDLL(os.environ["KILL_AT"])
    base, trial = folder / "base", folder / "trial"

    def lived(operation: int) -> int:
        killer.kill_at(ctypes.c_long(operation))
        work(trial)
        return int(killer.operations())

    apart(lambda: prepare(base))
    shutil.copytree(base, trial)
    count = apart(lambda: lived(NEVER))
    whole = apart(lambda: look(trial))
    chosen = sorted(random.Random(seed).sample(range(1, count + 1), min(how_many, count)))
    problems = {"without a kill": whole} if whole else {}
    outcomes = 0
    for operation in chosen:
        shutil.rmtree(trial)
        shutil.copytree(base, trial)
        said = apart(partial(lived, operation))
        if isinstance(said, list):
            problems[str(operation)] = said
        elif found := apart(lambda: look(trial)):
            problems[str(operation)] = found
        outcomes += 1
    print(json.dumps({"operations": count, "kills": outcomes, "problems": problems}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
