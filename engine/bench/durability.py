"""Kills the engine at random moments of remembering, deleting and ingesting, and looks at what is there afterwards."""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from engine.bench import BenchContext, Figure

KILLS = 200
QUICK_KILLS = 10
START_EVERY, FILES_EVERY = 8, 6
"""Every so many lives end while opening or recovering; every so many only read files, and end after the first is done
(beside all the other work a file takes longer than most lives)."""


@dataclass(slots=True)
class Ledger:
    """What was acknowledged over all lives of the victim, and what was found wrong."""

    live: dict[str, str] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    files: dict[str, int] = field(default_factory=dict)
    acknowledged: int = 0
    deletions: int = 0
    lost: set[str] = field(default_factory=set)
    returned: set[str] = field(default_factory=set)
    torn: set[str] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)
    checks: int = 0
    memories: int = 0

    def expected(self) -> dict[str, Any]:
        """What the next life must find."""
        return {"live": self.live, "deleted": sorted(self.deleted), "files": self.files}

    def hear(self, words: list[Any]) -> None:
        """Take one line of the victim."""
        match words:
            case ["remembered", dict() as new]:
                self.live.update(new)
                self.acknowledged += len(new)
            case ["deleting", list() as keys]:
                for key in keys:  # until acknowledged either outcome is right
                    self.live.pop(key, None)
            case ["deleted", list() as keys]:
                self.deleted.update(keys)
                self.deletions += len(keys)
            case ["ingested", str() as path, int() as chunks]:
                self.files[path] = chunks
            case ["checked", dict() as found]:
                self.checks += 1
                self.memories = found["memories"]
                self.lost.update(found["lost"])
                self.returned.update(found["returned"])
                self.torn.update(found["torn"])
                self.problems += [f"restart {self.checks}: {problem}" for problem in found["problems"]]
            case _:
                return  # "working" tells of no memory


async def run(context: BenchContext) -> Sequence[Figure]:
    """Kill, restart, compare; see `figures` for what is told."""
    kills = QUICK_KILLS if context.quick else KILLS
    dice = random.Random(20260101)
    ledger = Ledger()
    orphans = crashes = 0
    data_dir, files = context.work / "data", context.work / "files"
    files.mkdir()
    for number in range(kills + 1):
        last = number == kills
        in_start = not last and number % START_EVERY == START_EVERY - 1
        mode = "files" if number % FILES_EVERY == FILES_EVERY - 1 else "all"
        life = _Life(
            seed=number,
            mode=mode,
            delay=0.0 if last else dice.uniform(0.0, dice.choice((0.3, 1.0, 2.0))),
            until="" if in_start else "working" if mode == "all" or last else "ingested",
        )
        clean, left = await _live(ledger, life, data_dir=data_dir, files=files)
        orphans += left
        crashes += not clean
        if (number + 1) % 10 == 0:
            context.say(f"{number + 1} kills, {ledger.acknowledged} memories acknowledged, {len(ledger.lost)} lost")
    return figures(ledger, kills=kills, orphans=orphans, crashes=crashes)


@dataclass(frozen=True, slots=True)
class _Life:
    """One start of the victim: what it works on, and when it ends: `delay` seconds after it said `until`."""

    seed: int
    mode: str
    delay: float
    until: str


async def _live(ledger: Ledger, life: _Life, *, data_dir: Path, files: Path) -> tuple[bool, int]:
    """Start the victim, let it work, kill it.

    Returns:
        Whether it lived until it was killed, and how many processes it left behind.
    """
    expected = files.parent / "expected.json"
    expected.write_text(json.dumps(ledger.expected()), encoding="utf-8")
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "engine.bench.victim", str(data_dir), str(expected), str(files), str(life.seed), life.mode),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        limit=64 * 1024 * 1024,
    )
    assert child.stdout is not None
    assert child.stderr is not None
    reached = asyncio.Event()

    async def listen(stream: asyncio.StreamReader) -> None:
        while line := await stream.readline():
            with suppress(json.JSONDecodeError):  # the line that was being written when the end came
                words = json.loads(line)
                ledger.hear(words)
                if words[0] == life.until:
                    reached.set()

    listener = asyncio.create_task(listen(child.stdout))
    errors = asyncio.create_task(child.stderr.read())
    if life.until:
        waiting = asyncio.create_task(reached.wait())
        await asyncio.wait({waiting, listener}, timeout=120, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
    await asyncio.sleep(life.delay)
    clean = child.returncode is None
    helpers: list[psutil.Process] = []
    with suppress(psutil.NoSuchProcess):
        helpers = psutil.Process(child.pid).children(recursive=True)
    if clean:
        child.kill()
    await child.wait()
    await listener
    text = (await errors).decode(errors="replace").strip()
    if not clean:
        ledger.problems.append(f"it ended by itself: {text.splitlines()[-1] if text else 'without a word'}")
    return clean, await _left_behind(helpers)


async def _left_behind(helpers: list[psutil.Process]) -> int:
    """How many of the victim's own processes outlive it by more than some seconds."""
    end = time.monotonic() + 10
    while helpers and time.monotonic() < end:
        helpers = [helper for helper in helpers if helper.is_running() and helper.status() != psutil.STATUS_ZOMBIE]
        if helpers:
            await asyncio.sleep(0.02)
    for helper in helpers:
        with suppress(psutil.NoSuchProcess):
            helper.kill()
    return len(helpers)


def figures(ledger: Ledger, *, kills: int, orphans: int, crashes: int) -> list[Figure]:
    """Everything that must be nought, beside how much there was to lose."""

    def nought(name: str, value: int, note: str = "") -> Figure:
        return Figure(name=name, value=value, limit=0, sense="at most", note=note)

    problems = "; ".join(dict.fromkeys(ledger.problems))[:300]
    return [
        Figure(name="kills", value=kills, note=f"{ledger.checks} restarts checked"),
        Figure(name="memories acknowledged", value=ledger.acknowledged, note=f"{ledger.memories} in the database now"),
        Figure(name="deletions acknowledged", value=ledger.deletions),
        Figure(name="files acknowledged", value=len(ledger.files)),
        nought("acknowledged memories lost", len(ledger.lost)),
        nought("deleted memories that came back", len(ledger.returned)),
        nought("files with passages missing", len(ledger.torn)),
        nought("problems between database and indexes", len(ledger.problems), problems),
        nought("ends that were no kills", crashes),
        nought("processes left behind", orphans),
    ]
