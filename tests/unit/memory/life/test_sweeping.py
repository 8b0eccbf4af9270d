from datetime import timedelta
from pathlib import Path

import pytest

from engine.memory.life import sweeping
from engine.memory.life.clock_watch import SECOND_LOOK, SETTLED
from engine.memory.life.jobs import expiry_job
from engine.scheduler import Turn
from tests.helpers.clock import FakeClock
from tests.helpers.life_house import LifeHouse

YEAR = timedelta(days=365)


async def test_what_has_outlived_its_layer_cools(house: LifeHouse) -> None:
    (short,) = await house.add("said just now")
    (long,) = await house.add("proved useful", layer="insights")
    (ever,) = await house.add("stays here", layer="assets")
    house.clock.advance(hours=23.9)
    assert (await house.life.sweep()).memories == ()
    house.clock.advance(hours=0.2)
    assert await house.found("said just now") == set() or short.text not in await house.found("said just now")
    action = await house.life.sweep()
    assert (action.memories, action.event, action.actor) == ((short.id,), "cooled", "magray")
    house.clock.advance(days=90)
    assert (await house.life.sweep()).memories == (long.id,)
    house.clock.advance(days=4000)
    assert (await house.life.sweep()).memories == ()
    assert (await house.get(ever.id)).archived_at is None
    assert await house.found("said useful", archived=True) == {short.text, long.text}
    assert await house.problems() == []


async def test_expired_things_are_in_the_archive_before_the_run(house: LifeHouse) -> None:
    (memory,) = await house.add("said just now")
    house.clock.advance(days=2)
    assert await house.found("said") == set()
    assert await house.found("said", archived=True) == {memory.text}


async def test_many_slices_are_one_action(house: LifeHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeping, "SLICE", 10)
    monkeypatch.setattr(sweeping, "MANY", 20)
    await house.add(*(f"note {n} here" for n in range(35)))
    house.clock.advance(days=2)
    breaths = 0

    async def breathe() -> None:
        nonlocal breaths
        breaths += 1

    action = await house.life.sweep(breathe=breathe)
    assert (len(action.memories), breaths) == (35, 3)
    assert "35 memories" in house.notices()[0]
    await house.life.undo(action.id)
    assert house.query("SELECT COUNT(*) FROM memory WHERE label IS NOT NULL") == [(35,)]
    assert (await house.life.sweep()).memories == (), "they have another term"
    assert await house.problems() == []


async def test_a_clock_a_year_ahead_archives_nothing_until_it_is_certain(house: LifeHouse) -> None:
    (memory,) = await house.add("said just now", layer="insights")
    await house.life.sweep()
    house.clock.jump(YEAR)
    assert (await house.life.sweep()).memories == ()
    assert "went ahead by 365 days" in house.notices()[0]
    assert await house.found("said") == {memory.text}, "recall does not believe it either"
    house.clock.advance(hours=2)
    assert (await house.life.sweep()).memories == ()
    assert len(house.notices()) == 1, "it is told once"
    house.clock.advance(seconds=SETTLED.total_seconds())
    action = await house.life.sweep()
    assert action.memories == (memory.id,)
    await house.life.undo(action.id)
    assert await house.found("said") == {memory.text}


async def test_a_clock_that_was_ahead_for_a_while_makes_nothing_immortal(house: LifeHouse) -> None:
    await house.life.sweep()
    house.clock.jump(YEAR)
    await house.life.sweep()
    (memory,) = await house.add("said in the wrong year")
    house.clock.jump(-YEAR)
    await house.life.sweep()
    assert (await house.get(memory.id)).expires_at == house.clock.now() + timedelta(hours=24)
    assert (await house.life.history(memory.id))[0].actor == "magray"
    house.clock.advance(hours=25)
    assert (await house.life.sweep()).memories == (memory.id,)


async def test_a_clock_that_was_behind_for_a_while_lets_nothing_expire_early(house: LifeHouse) -> None:
    (before,) = await house.add("said before", layer="insights")
    await house.life.sweep()
    house.clock.jump(-20 * YEAR)
    await house.life.sweep()
    assert "set back by 7,300 days" in house.notices()[0]
    (memory,) = await house.add("said with an empty battery")
    house.clock.advance(hours=1)
    house.clock.jump(20 * YEAR)
    assert (await house.life.sweep()).memories == ()
    assert (await house.get(memory.id)).expires_at == house.clock.now() + timedelta(hours=24)
    assert (await house.get(before.id)).expires_at == before.expires_at


async def test_a_clock_that_is_set_right_backwards_shortens_what_would_live_too_long(house: LifeHouse) -> None:
    await house.life.sweep()
    (memory,) = await house.add("said")
    house.clock.jump(-YEAR)
    assert (await house.life.sweep()).memories == ()
    house.clock.advance(seconds=SETTLED.total_seconds() + 60)
    await house.life.sweep()
    assert (await house.get(memory.id)).expires_at == house.clock.now() + timedelta(hours=24)
    house.clock.advance(hours=25)
    assert (await house.life.sweep()).memories == (memory.id,)


async def test_a_long_pause_is_confirmed_by_a_second_look(house: LifeHouse) -> None:
    (memory,) = await house.add("said")
    await house.life.sweep()
    await house.memory.close()
    house.clock.advance(days=200)
    await house.restart()
    assert (await house.life.sweep()).memories == ()
    house.clock.advance(seconds=SECOND_LOOK.total_seconds())
    assert (await house.life.sweep()).memories == (memory.id,)


async def test_summer_time_is_no_jump(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from datetime import UTC, datetime

    monkeypatch.setenv("TZ", "Europe/Berlin")
    clock = FakeClock(datetime(2026, 3, 29, 0, 30, tzinfo=UTC))
    async with LifeHouse(tmp_path / "data", clock=clock) as house:
        await house.add("said in the night of the change")
        for _ in range(12):
            clock.advance(minutes=5)
            assert (await house.life.sweep()).memories == ()
        assert house.notices() == []


async def test_what_has_been_cold_for_long_is_erased_where_the_owner_wants_it(tmp_path: Path) -> None:
    async with LifeHouse(tmp_path / "data", life={"erase_after_days": 30}) as house:
        gone, pinned = await house.add("said just now", "pinned just now")
        house.clock.advance(days=2)
        await house.life.sweep()
        await house.life.pin([pinned.id])
        house.clock.advance(days=29)
        await house.life.sweep()
        assert len(house.query("SELECT id FROM memory")) == 2
        house.clock.advance(days=2)
        await house.life.sweep()
        assert house.query("SELECT id FROM memory") == [(pinned.id,)]
        assert house.query("SELECT COUNT(*) FROM history WHERE memory = ?", gone.id) == [(0,)]
        assert await house.found("said", archived=True) == {pinned.text}
        assert await house.problems() == []


async def test_without_that_option_nothing_is_erased(house: LifeHouse) -> None:
    await house.add("said just now")
    house.clock.advance(days=2)
    await house.life.sweep()
    house.clock.advance(days=10_000)
    await house.life.sweep()
    assert house.query("SELECT COUNT(*) FROM memory") == [(1,)]
    house.life.follow(house.settings.model_copy(update={"life": type(house.settings.life)(erase_after_days=1)}))
    await house.life.sweep()
    assert house.query("SELECT COUNT(*) FROM memory") == [(0,)]


async def test_the_job_says_what_it_did(house: LifeHouse) -> None:
    job = expiry_job(house.life)

    async def breathe() -> None:
        return None

    turn = Turn(breathe=breathe, report=lambda done, words: None)
    assert await job.run(turn) == ""
    await house.add("one", "two words")
    house.clock.advance(days=2)
    assert await job.run(turn) == "2 memories archived."
    assert job.name == "expiry"
