"""Memory of the whole app when it has nothing to do."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from engine.bench import BenchContext, Figure
from engine.bench.desktop_process import MEMORIES, Window, fill, open_window


async def run(context: BenchContext) -> Sequence[Figure]:
    """The desktop with 10,000 memories, and a bare window beside it."""
    count = 500 if context.quick else MEMORIES
    data_dir = context.work / "data"
    context.say(f"remembering {count:,} texts")
    await fill(data_dir, count)
    bare = await open_window(data_dir=None)
    try:
        await bare.until("painted")
        await _until_idle(bare)
        reference = bare.megabytes()
    finally:
        await bare.close()
    context.say("starting the desktop and waiting until it is idle")
    window = await open_window(data_dir=data_dir)
    try:
        await window.until("painted")
        await window.until("ready")
        await _until_idle(window)
        megabytes = window.megabytes()
    finally:
        await window.close()
    return [
        Figure(
            name=f"idle memory of the whole app, {count:,} memories",
            value=megabytes,
            unit="MB",
            reference=reference,
            reference_name="bare PySide6 window",
            limit=350,
            sense="at most",
        )
    ]


async def _until_idle(window: Window, *, quiet_seconds: float = 3.0, at_most: float = 60.0) -> None:
    """Until the process has used next to no processor time for some seconds."""
    waited = quiet = 0.0
    spent = window.cpu_seconds()
    while quiet < quiet_seconds and waited < at_most:
        await asyncio.sleep(0.5)
        waited += 0.5
        now = window.cpu_seconds()
        quiet = quiet + 0.5 if now - spent < 0.05 else 0.0
        spent = now
