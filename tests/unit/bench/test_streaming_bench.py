"""The bench of live streams measures what it says."""

from __future__ import annotations

import random
from pathlib import Path

from engine import Engine
from engine.bench import streaming


async def test_an_arrival_is_counted_until_it_is_found(engine: Engine) -> None:
    async with engine.stream("one", layer="assets") as stream:
        taken = await streaming._arrival(engine, stream, "unheard", random.Random(1))
    assert taken > 0
    (hit,) = await engine.recall("unheard", limit=1)
    assert "unheard" in hit.memory.text


async def test_streams_stay_under_their_limit(engine: Engine) -> None:
    await engine.pause_background("vectors")
    opened, full = await streaming._memory(engine)
    assert opened.value < full.value
    assert full.passed
    assert await engine.streams() == []


def test_percentiles_stand_beside_the_bare_database(tmp_path: Path) -> None:
    times = [float(number) for number in range(1, 101)]
    middle, late = streaming._percentiles("arrival", times, "note", bare=streaming._bare(tmp_path, 5))
    assert (middle.value, middle.limit, middle.passed) == (51.0, None, None)
    assert (late.value, late.limit, late.passed) == (96.0, streaming.ARRIVAL_LIMIT, False)
    assert late.reference is not None
    (_, unlimited) = streaming._percentiles("arrival", times, "note", limit=None)
    assert unlimited.passed is None
