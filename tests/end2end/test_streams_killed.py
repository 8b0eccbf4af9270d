"""A process that streams is killed, again and again: what was acknowledged is there, and gets its vector."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import pytest

from engine import Engine, Settings

pytestmark = [pytest.mark.end2end, pytest.mark.timeout(300)]

STREAMS = 20


async def life(data_dir: Path, name: str, acknowledged: int) -> dict[str, str]:
    """Let it live until so much was acknowledged, kill it, and say what was acknowledged by then."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "engine.bench.stream_victim",
        str(data_dir),
        name,
        str(STREAMS),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    known: dict[str, str] = {}
    while len(known) < acknowledged:
        line = await process.stdout.readline()
        assert line, "it ended by itself"
        key, text = json.loads(line)
        known[key] = text
    process.kill()
    rest = await process.stdout.read()  # what it had said before it died
    for line in rest.splitlines():
        key, text = json.loads(line)
        known[key] = text
    await process.wait()
    return known


async def test_nothing_acknowledged_is_lost(data_dir: Path) -> None:
    known: dict[str, str] = {}
    for number, acknowledged in enumerate((1, 60, 400)):
        known |= await life(data_dir, f"life {number}", acknowledged)
    async with Engine.open(Settings(data_dir=data_dir)) as engine:
        found = [memory async for memory in engine.every_memory()]
        present = {memory.external_id: memory.text for memory in found}
        assert {key: present.get(key) for key in known} == known
        last = list(known.values())[-1]
        hits = await engine.recall(f'"{last}"', limit=3)
        assert last in [hit.memory.text for hit in hits]
        await engine.run_background("vectors")
        assert (await engine.verify()).problems == ()
        assert engine._parts.indexes.layers["assets"].count == len(found)
        async with engine.stream("stream 0", layer="assets") as stream:  # sent again, kept once
            key, text = next(iter(known.items()))
            assert (await stream.add(text, external_id=key)).repeated
