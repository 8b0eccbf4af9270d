"""A year of use in some seconds: talk, things that prove useful, mistakes set right, nights, a long journey."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

from engine.memory.life.clock_watch import SECOND_LOOK
from tests.helpers.clock import FakeClock
from tests.helpers.life_house import LifeHouse

DAY = timedelta(days=1)
TOPICS = ("garden", "piano", "lease", "harbour", "recipe", "invoice", "journey", "meeting")


async def test_a_year(tmp_path: Path) -> None:
    chance = random.Random(7)
    clock = FakeClock(datetime(2025, 11, 1, 8, 0, tzinfo=UTC))
    async with LifeHouse(tmp_path / "data", clock=clock) as house:
        known: dict[datetime, set[str]] = {}
        pinned, assets, cooled = set[str](), set[str](), set[str]()
        for day in range(365):
            clock.advance(hours=16 if day else 0)
            if day == 200:
                clock.advance(days=40)  # a long journey: the computer is off
                await house.restart()
                assert (await house.life.sweep()).memories == (), "after so long a second look confirms it"
                clock.advance(seconds=SECOND_LOOK.total_seconds())
            if day % 90 == 45:
                await house.restart()
            if day == 100:
                await a_wrong_clock(house)
            action = await house.life.sweep()
            cooled |= set(action.memories)
            assert not pinned & set(action.memories)
            said = await house.add(*(f"{chance.choice(TOPICS)} talk {day} {n}" for n in range(3)), session=f"day {day}")
            (insight,) = await house.add(f"{chance.choice(TOPICS)} insight {day}", layer="insights")
            clock.advance(hours=4)
            useful = chance.choice(said)
            if day % 7 == 0:
                await house.life.promote([useful.id], reason="It was asked for.", actor="magray")
            if day % 30 == 0:
                await house.life.promote([insight.id], to="assets")
                assets.add(insight.id)
                known[clock.now()] = {insight.text}
            if day % 50 == 0:
                await house.life.pin([said[0].id])
                pinned.add(said[0].id)
            clock.advance(seconds=1)
            if day % 40 == 10 and assets:
                await house.life.edit(chance.choice(sorted(assets)), text=f"lease insight edited {day}")
            if day % 60 == 20:
                gone = await house.life.archive([said[1].id])
                await house.life.undo(gone.id)
            if day % 25 == 5:
                assert (await house.memory.recall(said[2].text, limit=1))[0].memory.id == said[2].id
            clock.advance(hours=4)
        clock.advance(days=2)
        await house.life.sweep()

        alive = {row[0]: row[1] for row in house.query("SELECT id, layer FROM memory WHERE label IS NOT NULL")}
        assert {memory for memory, layer in alive.items() if layer == "assets"} == assets
        assert pinned <= alive.keys()
        assert {memory for memory, layer in alive.items() if layer == "interact"} <= pinned
        now = house.store.now_us()
        assert house.query(
            "SELECT COUNT(*) FROM memory WHERE label IS NOT NULL AND expires_at < ? AND pinned = 0", now
        ) == [(0,)]
        insights = "FROM memory WHERE layer = 'insights' AND label IS NOT NULL AND pinned = 0"
        oldest = house.query(f"SELECT MIN(COALESCE(moved_at, created_at)) {insights}")[0][0]
        assert oldest > now - (91 * DAY + DAY) / timedelta(microseconds=1)
        total = house.query("SELECT COUNT(*) FROM memory WHERE version_of IS NULL")[0][0]
        assert total == 365 * 4 + 1, "nothing is ever lost"
        assert len(alive) + house.query("SELECT COUNT(*) FROM memory WHERE archived_at IS NOT NULL")[0][0] == total
        for moment, texts in known.items():
            assert texts <= await house.found(next(iter(texts)), as_of=moment, limit=5)
            assert texts & await house.found(next(iter(texts)), as_of=moment - DAY, limit=5) == set()
        assert await house.found("talk 33", archived=True, limit=5)
        assert await house.problems() == []


async def a_wrong_clock(house: LifeHouse) -> None:
    """For an hour the computer believes that a year has passed."""
    hot = house.query("SELECT COUNT(*) FROM memory WHERE label IS NOT NULL")
    house.clock.jump(timedelta(days=365))
    assert (await house.life.sweep()).memories == ()
    (memory,) = await house.add("harbour talk in the wrong year")
    house.clock.advance(hours=1)
    assert (await house.life.sweep()).memories == ()
    house.clock.jump(timedelta(days=-365))
    await house.life.sweep()
    assert (await house.get(memory.id)).expires_at == house.clock.now() + DAY
    assert house.query("SELECT COUNT(*) FROM memory WHERE label IS NOT NULL")[0][0] >= hot[0][0] - 4
