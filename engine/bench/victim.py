"""The process that the durability bench kills: works without rest and says what has been acknowledged.

Started as `python -m engine.bench.victim DATA_DIR EXPECTED.json FILES_DIR SEED MODE`. It opens the engine, holds it
against what the file says must be there, writes the result as its first line, and then remembers, deletes and ingests
until it is killed. Each line on standard output is one JSON list, written after the call that it speaks of has returned
(`"deleting"` before, since a deletion that was under way may have happened or not).
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import random
import sys
import uuid
from pathlib import Path
from typing import Any

from engine.engine import Engine
from engine.settings import Settings
from engine.values import NewMemory

_WORDS = (
    "harbour", "lease", "window", "engine", "ledger", "winter", "garden", "copper", "signal", "bridge", "paper",
    "river", "meadow", "invoice", "lantern", "orchard", "quarry", "summit", "velvet", "harvest", "canvas",
    "tunnel", "marble", "thunder", "whisper", "compass", "anchor", "festival", "granite", "horizon",
)  # fmt: skip


def say(*words: Any) -> None:
    """Write one line to the pipe at once; after it the parent knows, whatever happens to this process."""
    os.write(1, (json.dumps(words) + "\n").encode())


def digest(text: str) -> str:
    """Names a text, so that a lost or mangled one shows."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


async def check(engine: Engine, expected: dict[str, Any]) -> None:
    """Hold the memory against what was acknowledged before the last kill."""
    present: dict[str, str] = {}
    passages: dict[str, int] = {}
    async for memory in engine.every_memory():
        if memory.external_id is not None:
            present[memory.external_id] = digest(memory.text)
        elif memory.source is not None and memory.source.type == "document":
            passages[memory.source.path] = passages.get(memory.source.path, 0) + 1
    report = await engine.verify()
    say(
        "checked",
        {
            "lost": [key for key, value in expected["live"].items() if present.get(key) != value],
            "returned": [key for key in expected["deleted"] if key in present],
            "torn": [path for path, count in expected["files"].items() if passages.get(path, 0) != count],
            "problems": list(report.problems),
            "memories": report.memories,
        },
    )


def sentence(dice: random.Random) -> str:
    """Some words that occur nowhere else together."""
    return " ".join(dice.choices(_WORDS, k=dice.randint(5, 30))) + f" {uuid.uuid4().hex}"


async def remember_and_delete(engine: Engine, dice: random.Random) -> None:
    """Remember one, remember many, delete, in random order."""
    ids: dict[str, str] = {}
    while True:
        what = dice.random()
        if what < 0.2 and ids:
            keys = dice.sample(sorted(ids), k=min(len(ids), dice.randint(1, 3)))
            say("deleting", keys)
            await engine.delete_memories([ids.pop(key) for key in keys], erase=dice.random() < 0.5)
            say("deleted", keys)
            continue
        count = 1 if what < 0.7 else dice.randint(2, 40)
        new = [
            NewMemory(text=sentence(dice), external_id=uuid.uuid4().hex, layer=dice.choice(("assets", "interact")))
            for _ in range(count)
        ]
        for memory in await engine.remember_many(new):
            assert memory.external_id is not None
            ids[memory.external_id] = memory.id
        say("remembered", {item.external_id: digest(item.text) for item in new})


async def ingest(engine: Engine, dice: random.Random, folder: Path) -> None:
    """Write a note of a few paragraphs and read it in, again and again."""
    while True:
        path = folder / f"{uuid.uuid4().hex}.md"
        paragraphs = [
            " ".join(sentence(dice) for _ in range(dice.randint(2, 8))) + "." for _ in range(dice.randint(1, 12))
        ]
        path.write_text(f"# {sentence(dice)}\n\n" + "\n\n".join(paragraphs), encoding="utf-8")
        report = await engine.ingest([path])
        for file in report.files:
            if file.state == "done":
                say("ingested", file.path, file.chunks)


async def work(data_dir: Path, expected: dict[str, Any], files: Path, seed: int, *, mode: str) -> None:
    """Check, then work until the end comes from outside: on `all` at once, or on `files` alone."""
    dice = random.Random(seed)
    async with Engine.open(Settings(data_dir=data_dir)) as engine:
        await check(engine, expected)
        say("working")
        reading = ingest(engine, random.Random(seed + 1), files)
        if mode == "files":
            await reading
        else:
            await asyncio.gather(remember_and_delete(engine, dice), reading)


def main(arguments: list[str]) -> None:
    """Run with the five arguments named above."""
    data_dir, expected, files, seed, mode = arguments
    content = json.loads(Path(expected).read_text(encoding="utf-8"))
    asyncio.run(work(Path(data_dir), content, Path(files), int(seed), mode=mode))


if __name__ == "__main__":
    main(sys.argv[1:])
