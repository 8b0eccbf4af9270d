"""Whatever clocks, load and owner do: one job at a time, none paused runs, and in the end everything was done."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from hypothesis import given, settings, strategies as st

from engine.background_values import PRIORITIES, Load
from engine.events import Event
from engine.scheduler import Job, JobRecord, Scheduler, Turn
from tests.helpers.clock import FakeClock

_EVERY = {"high": timedelta(minutes=1), "normal": timedelta(minutes=10), "low": timedelta(hours=1)}

steps = st.one_of(
    st.tuples(st.just("pass"), st.floats(0, 7200)),
    st.tuples(st.just("jump"), st.floats(-4e7, 4e7)),
    st.tuples(st.just("load"), st.sampled_from(["calm", "busy", "strained"])),
    st.tuples(st.just("pause"), st.sampled_from([*PRIORITIES, None])),
    st.tuples(st.just("resume"), st.sampled_from([*PRIORITIES, None])),
    st.tuples(st.just("restart"), st.none()),
)


class Book:
    """Records in memory."""

    def __init__(self) -> None:
        self.records: dict[str, JobRecord] = {}

    async def load(self) -> list[JobRecord]:
        return list(self.records.values())

    async def save(self, record: JobRecord) -> None:
        self.records[record.name] = record


async def live(script: list[tuple[str, object]]) -> None:
    clock, book, heard = FakeClock(), Book(), list[Event]()
    ahead = timedelta(0)
    load = Load()
    going: list[str] = []
    ran: dict[str, int] = dict.fromkeys(PRIORITIES, 0)

    async def until_woken(wake: asyncio.Event, seconds: float) -> None:
        await wake.wait()

    async def begin() -> Scheduler:
        made = Scheduler(
            book=book,
            publish=heard.append,
            clock=lambda: clock.now() + ahead,
            load=lambda: load,
            monotonic=clock.monotonic,
            wait=until_woken,
        )
        for priority in PRIORITIES:
            made.add(Job(name=priority, title=priority, run=job(priority), every=_EVERY[priority], priority=priority))
        await made.start()
        return made

    def job(name: str):  # type: ignore[no-untyped-def]
        async def run(turn: Turn) -> str:
            for _ in range(3):
                assert not going
                going.append(name)
                await asyncio.sleep(0)
                going.remove(name)
                await turn.breathe()
            ran[name] += 1
            return ""

        return run

    async def look(scheduler: Scheduler) -> None:
        scheduler.look()
        for _ in range(60):
            await asyncio.sleep(0)

    scheduler = await begin()
    for what, value in script:
        before = dict(ran)
        paused = {one.name for one in scheduler.jobs() if one.paused}
        match what, value:
            case "pass", float(seconds):
                clock.advance(seconds)
            case "jump", float(seconds):
                ahead += timedelta(seconds=seconds)
            case "load", str(level):
                load = Load(level=level, reason="So it is.")  # type: ignore[arg-type]
            case "pause", name:
                await scheduler.pause(name)  # type: ignore[arg-type]
                paused |= {name} if isinstance(name, str) else set(PRIORITIES)
            case "resume", name:
                await scheduler.resume(name)  # type: ignore[arg-type]
                paused -= {name} if isinstance(name, str) else set(PRIORITIES)
            case "restart", _:
                await scheduler.close()
                going.clear()
                scheduler = await begin()
        await look(scheduler)
        assert all(ran[name] == before[name] for name in paused)
        assert all(ran[name] - before[name] <= 2 for name in ran)  # never made up for, time after time
    load = Load()
    await scheduler.resume()
    before = dict(ran)
    for _ in range(3):
        clock.advance(hours=1)
        await look(scheduler)
    assert all(ran[name] > before[name] for name in ran)
    await scheduler.close()
    assert not going


@settings(max_examples=60, deadline=None)
@given(st.lists(steps, max_size=25))
def test_nothing_breaks_the_order(script: list[tuple[str, object]]) -> None:
    asyncio.run(live(script))
