"""A change of the embedder that is killed in each of its phases: the next start goes on, or is back, and is right."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
from pathlib import Path

import pytest

from engine import Engine, Settings
from tests.helpers.two_models import TEXTS, is_right, models, prepare, tables

pytestmark = [pytest.mark.end2end, pytest.mark.timeout(300)]

VICTIM = """
import asyncio, os, signal, sys
from pathlib import Path
from engine import Engine, Settings
from engine.embedding.in_use import EmbedderInUse
from engine.memory.new_vectors import NewVectors
from engine.memory.reembedding import Reembedding
from engine.memory.store import vectors

phase = sys.argv[2]

def die(*args, **kwargs):
    sys.stdout.write("dying\\n")
    sys.stdout.flush()
    os.kill(os.getpid(), signal.SIGKILL)

def after(home, name, times=1):
    right, left = getattr(home, name), [times]
    def patched(*args, **kwargs):
        result = right(*args, **kwargs)
        left[0] -= 1
        if not left[0]:
            die()
        return result
    setattr(home, name, patched)

if phase == "named":
    Reembedding.begin = die
elif phase == "gathering":
    after(vectors, "gather", 3)
elif phase == "not committed":
    after(vectors, "take_gathered")
elif phase == "committed":
    EmbedderInUse.replace = die
elif phase == "cleaning":
    after(vectors, "clear_old", 3)
elif phase == "going back":
    NewVectors.drop = die

async def main():
    async with Engine.open(Settings(data_dir=Path(sys.argv[1]))) as engine:
        await engine.use_model("second")
        if phase == "going back":
            await engine.pause_reembedding()
            await engine.cancel_reembedding()
        await engine._parts.reembedding.wait()
        await asyncio.sleep(60)

asyncio.run(main())
"""


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL exists on POSIX only")
@pytest.mark.parametrize("phase", ["named", "gathering", "not committed", "committed", "cleaning", "going back"])
async def test_a_kill_in_each_phase_loses_nothing(tmp_path: Path, phase: str) -> None:
    data = await prepare(tmp_path / "data", tmp_path)
    run = [sys.executable, "-c", VICTIM, str(data), phase]
    done = await asyncio.to_thread(subprocess.run, run, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == -9, done.stderr
    assert done.stdout == "dying\n"
    last = "first" if phase == "going back" else "second"
    async with Engine.open(Settings(data_dir=data)) as engine:
        assert engine.settings.embedding.model == last
        (hit,) = await engine.recall(TEXTS[77], limit=1)
        assert hit.scores["dense"] == pytest.approx(1, abs=1e-3)  # whichever model it is, it is one
        async with asyncio.timeout(60):
            await engine._parts.reembedding.wait()
        assert await engine.reembedding() is None
        await is_right(engine, len(TEXTS), TEXTS[0], TEXTS[77], TEXTS[149])
    assert models(data) == {last: len(TEXTS)}
    assert tables(data) == {"vector"}


RESTLESS = """
import asyncio, sys
from pathlib import Path
from engine import Engine, Settings

async def remember(engine, name):
    for number in range(10_000):
        memory = await engine.remember(f"{name} {sys.argv[2]} {number} word{number % 24}", layer="assets")
        print(memory.id, flush=True)

async def main():
    async with Engine.open(Settings(data_dir=Path(sys.argv[1]))) as engine:
        print("open", flush=True)
        tasks = [asyncio.ensure_future(remember(engine, name)) for name in ("one", "two")]
        while True:
            for model in ("second", "first"):
                await engine.use_model(model)
                await engine._parts.reembedding.wait()

asyncio.run(main())
"""


async def killed_after(data: Path, start: int, seconds: float) -> list[str]:
    """Memories that were acknowledged before the kill."""
    run = [sys.executable, "-c", RESTLESS, str(data), str(start)]
    process = await asyncio.create_subprocess_exec(*run, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    assert await asyncio.wait_for(process.stdout.readline(), 60) == b"open\n"
    await asyncio.sleep(seconds)
    process.kill()
    told, _ = await process.communicate()
    return [line for line in told.decode().splitlines() if len(line) > 8]


@pytest.mark.skipif(sys.platform == "win32", reason="a kill there is told otherwise")
async def test_kills_at_random_while_the_embedder_goes_to_and_fro(tmp_path: Path) -> None:
    data = await prepare(tmp_path / "data", tmp_path)
    chance = random.Random(7)
    acknowledged: list[str] = []
    for start in range(4):
        acknowledged += await killed_after(data, start, chance.uniform(0.2, 2.5))
    assert len(acknowledged) > 20
    async with Engine.open(Settings(data_dir=data)) as engine:
        async with asyncio.timeout(60):
            await engine._parts.reembedding.wait()
        assert await engine.reembedding() is None
        for identity in acknowledged:
            await engine.memory(identity)
        report = await engine.verify()
        assert report.problems == ()
        assert models(data) == {engine.settings.embedding.model: report.memories}
    assert tables(data) == {"vector"}
