"""How soon the window is painted, and how soon the engine is ready with 10,000 memories."""

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from engine.bench import BenchContext, BenchUnavailableError, Figure
from engine.bench.desktop_process import MEMORIES, fill, open_window

_ENGINE_ALONE = """
import asyncio, sys, time
async def main():
    from engine import Engine, Settings
    began = time.perf_counter()
    engine = await Engine.open(Settings(data_dir=sys.argv[1]))
    await engine.recall("a first question", limit=5)
    print(time.perf_counter() - began, flush=True)
    await engine.close()
asyncio.run(main())
"""


async def run(context: BenchContext) -> Sequence[Figure]:
    """Alternate bare windows and desktops, so that both meet the same machine."""
    rounds, count = (2, 500) if context.quick else (7, MEMORIES)
    data_dir = context.work / "data"
    context.say(f"remembering {count:,} texts")
    await fill(data_dir, count)
    context.say("starting windows")
    bare, painted, ready, bare_cpu, painted_cpu = [], [], [], [], []
    for number in range(rounds + 1):
        bare_seconds, _, bare_work = await _measure(None)
        painted_seconds, ready_seconds, work = await _measure(data_dir)
        if number:  # the first of each reads the files from the disk
            bare.append(bare_seconds)
            painted.append(painted_seconds)
            ready.append(ready_seconds)
            bare_cpu.append(bare_work)
            painted_cpu.append(work)
    context.say("opening the engine alone")
    alone = [await _engine_alone(data_dir) for _ in range(rounds)]
    first, reference = statistics.median(painted), statistics.median(bare)
    return [
        Figure(name="first paint", value=first, unit="s", reference=reference, reference_name="bare PySide6 window"),
        Figure(name="first paint against a bare window", value=first / reference, unit="x", limit=2.5, sense="at most"),
        Figure(
            name="processor time to the first paint",
            value=statistics.median(painted_cpu),
            unit="s",
            reference=statistics.median(bare_cpu),
            reference_name="bare PySide6 window",
            note="which other work on the machine changes little",
        ),
        Figure(
            name=f"engine ready and a question recalled, {count:,} memories",
            value=statistics.median(value for value, _ in alone),
            unit="s",
            reference=statistics.median(value for _, value in alone),
            reference_name="the same with the start of Python",
            limit=1.5,
            sense="at most",
        ),
        Figure(name="desktop started and engine ready", value=statistics.median(ready), unit="s"),
    ]


async def _measure(data_dir: Path | None) -> tuple[float, float, float]:
    """Seconds to the first paint, to the engine, and processor seconds to the first paint."""
    window = await open_window(data_dir=data_dir)
    try:
        painted = await window.until("painted")
        work = window.cpu_seconds()
        ready = await window.until("ready") if data_dir is not None else painted
        return painted, ready, work
    finally:
        await window.close()


async def _engine_alone(data_dir: Path) -> tuple[float, float]:
    """Seconds of opening and a first recall, without and with the start of the process."""
    began = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-c", _ENGINE_ALONE, str(data_dir)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    line = await process.stdout.readline()
    whole = time.perf_counter() - began
    _, errors = await process.communicate()
    if not line:
        raise BenchUnavailableError(f"the engine did not open: {errors.decode(errors='replace')[-300:]}")
    return float(line), whole
