"""Kills a process that writes the database and its indexes before one of its operations on files, and looks afterwards.

Run as `python -m tests.helpers.kill_points FOLDER SEED HOW_MANY` with the compiled `kill_at.c` in `LD_PRELOAD` and its
path in `KILL_AT`. Every kill starts from the same folder, so a seed and a number name one moment for good. Prints one
JSON document: how many operations there were, which were chosen, and what was wrong after each.
"""

from __future__ import annotations

import ctypes
import json
import os
import random
import shutil
import sys
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from engine.errors import IndexDamagedError
from engine.memory.lexical_sync import LexicalIndex
from engine.memory.records import Memory
from engine.memory.store import recall_queries
from tests.helpers.truth import Index, Truth, follow

STEPS = 5
NEVER = 1_000_000_000


def indexes(truth: Truth) -> list[Index]:
    """All kinds, small enough that graphs are built."""
    return [truth.lexical_index(), *(truth.layer_index(layer, exact_below=10) for layer in ("assets", "interact"))]


def prepare(folder: Path) -> None:
    """A database whose word index has several segments, and saved graphs."""
    truth = Truth(folder)
    made = indexes(truth)
    for index in made:
        index.open()
    for sitting in range(6):
        truth.add(*[f"first{sitting}-{n} common" for n in range(8)], session=f"sitting {sitting % 3}")
        for index in made:
            follow(index)
    truth.add(*[f"talk{n} common" for n in range(25)], layer="interact", session="talk")
    for index in made:
        follow(index)
        index.save()
        index.close()
    truth.close()


def work(folder: Path, seed: int) -> None:
    """Change and save at random, always in the same way for a seed."""
    dice = random.Random(seed)
    truth = Truth(folder)
    words, *graphs = indexes(truth)
    assert isinstance(words, LexicalIndex)
    made = [words, *graphs]
    for index in made:
        index.open()
    for step in range(STEPS):
        with truth.store.read() as reader:
            rows = list(Memory.select(Memory.id, Memory.label.is_null()).tuples().execute(reader))
        living, hidden = [one for one, away in rows if not away], [one for one, away in rows if away]
        match dice.choice(("add", "delete", "erase", "undelete", "move", "save", "purge", "rest")):
            case "add":
                texts = [f"new{step}-{n} common" for n in range(dice.randint(1, 30))]
                truth.add(*texts, layer=dice.choice(("assets", "interact")), session=dice.choice((None, "talk")))
            case "delete":
                truth.delete(*dice.sample(living, 5))
            case "erase":
                truth.erase(*dice.sample(living + hidden, 5))
            case "undelete":
                truth.undelete(*hidden[:3])
            case "move":
                truth.move(dice.choice(living), "interact")
            case "save":
                upto = min(index.save() for index in made)
                with truth.store.write() as writer:
                    recall_queries.prune_removals(writer, upto)
            case "purge":
                words.purge()
                follow(words)
            case "rest":
                words.rest()
        if dice.random() < 0.8:
            for index in made:
                follow(index)


def look(folder: Path) -> list[str]:
    """Open, catch up, compare; then change something more, since an index may be right and yet stuck."""
    truth = Truth(folder)
    made = indexes(truth)
    found = []
    for index in made:
        try:
            index.open()
        except IndexDamagedError as error:  # rebuilding after a mere kill is work for nothing, and a false alarm
            found.append(f"{index.name} was taken for damaged: {error}")
    for change in ("none", "erase and add"):
        if change != "none":
            with truth.store.read() as reader:
                (first, *_) = Memory.select(Memory.id).where(Memory.label.is_null(False)).tuples().execute(reader)
            truth.erase(*first)
            truth.add("after the kill")
        for index in made:
            try:
                follow(index)
            except ValueError as error:
                found.append(f"{index.name} is stuck: {error}")
            found += index.verify()
    found += truth.store.quick_check()
    for index in made:
        index.close()
    truth.close()
    return found


def apart(job: Callable[[], Any]) -> Any:
    """Run in a process of its own; None where that was killed."""
    end, begin = os.pipe()
    process = os.fork()
    if process == 0:
        try:
            told = json.dumps(job())
        except BaseException:
            told = json.dumps([traceback.format_exc()])
        os.write(begin, told.encode())
        os._exit(0)
    os.close(begin)
    with os.fdopen(end, "rb") as pipe:
        text = pipe.read()
    os.waitpid(process, 0)
    return json.loads(text) if text else None


def main(folder: Path, seed: int, how_many: int) -> None:
    """Kill at so many moments, chosen by the seed."""
    killer = ctypes.CDLL(os.environ["KILL_AT"])
    base, trial = folder / "base", folder / "trial"

    def lived(operation: int) -> int:
        killer.kill_at(ctypes.c_long(operation))
        work(trial, seed)
        return int(killer.operations())

    apart(lambda: prepare(base))
    shutil.copytree(base, trial)
    count = apart(lambda: lived(NEVER))
    chosen = sorted(random.Random(seed).sample(range(1, count + 1), min(how_many, count)))
    problems = {}
    for operation in chosen:
        shutil.rmtree(trial)
        shutil.copytree(base, trial)
        said = apart(partial(lived, operation))  # threads may come to the end in fewer operations
        if isinstance(said, list):
            problems[operation] = said
        elif found := apart(lambda: look(trial)):
            problems[operation] = found
    print(json.dumps({"operations": count, "kills": len(chosen), "problems": problems}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
