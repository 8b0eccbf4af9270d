"""What happened on which day of the owner's calendar."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from engine import DayActivity, Engine, InvalidMemoryError, MemoryFilter, Settings
from engine.calls.map import by_day


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[Engine]:
    async with Engine.open(Settings(data_dir=tmp_path / "data")) as opened:
        yield opened


def us(moment: datetime) -> int:
    return int(moment.timestamp()) * 1_000_000


def write(engine: Engine, sql: str, *given: Any) -> None:
    with engine._parts.store.write() as writer:
        writer.execute_sql(sql, given)


async def lived(engine: Engine) -> list[str]:
    """Two memories with a life around midnight."""
    first = await engine.remember("The lease ends in May.", layer="assets")
    second = await engine.remember("Ask about the deposit.", layer="interact", tags=("money",))
    ids = [first.id, second.id]
    moments = (datetime(2026, 3, 1, 23, 30, tzinfo=UTC), datetime(2026, 3, 2, 0, 30, tzinfo=UTC))
    for one, moment in zip(ids, moments, strict=True):
        write(engine, "UPDATE memory SET created_at = ? WHERE id = ?", us(moment), one)
        write(engine, "INSERT INTO usage (at, event, memory) VALUES (?, 'recalled', ?)", us(moment), one)
        write(engine, "INSERT INTO usage (at, event, memory) VALUES (?, 'opened', ?)", us(moment), one)
    history = (
        "INSERT INTO history (action, at, memory, event, actor, reason, before, after, undone_at) "
        "VALUES ('a', ?, ?, ?, 'owner', '', '{}', '{}', ?)"
    )
    later = us(datetime(2026, 4, 9, 12, tzinfo=UTC))
    write(engine, history, later, ids[0], "promoted", None)
    write(engine, history, later, ids[0], "promoted", later)  # taken back
    write(engine, history, later, ids[1], "demoted", None)
    return ids


async def test_days_are_those_of_the_zone(engine: Engine) -> None:
    await lived(engine)
    assert await engine.memory_activity(MemoryFilter(), zone=UTC) == [
        DayActivity(day=date(2026, 3, 1), added=1, recalled=1),
        DayActivity(day=date(2026, 3, 2), added=1, recalled=1),
        DayActivity(day=date(2026, 4, 9), promoted=1),
    ]
    east = await engine.memory_activity(MemoryFilter(), zone=timezone(timedelta(hours=5, minutes=45)))
    assert [(day.day.isoformat(), day.added) for day in east] == [("2026-03-02", 2), ("2026-04-09", 0)]
    west = await engine.memory_activity(MemoryFilter(), zone=timezone(timedelta(hours=-3, minutes=-30)))
    assert [(day.day.isoformat(), day.added) for day in west] == [("2026-03-01", 2), ("2026-04-09", 0)]


async def test_a_filter_counts_its_memories_alone_and_all_their_days(engine: Engine) -> None:
    await lived(engine)
    only = MemoryFilter(layers=("interact",), since=datetime(2030, 1, 1, tzinfo=UTC))
    assert await engine.memory_activity(only, zone=UTC) == [DayActivity(day=date(2026, 3, 2), added=1, recalled=1)]
    tagged = await engine.memory_activity(MemoryFilter(tags=("money",)), zone=UTC)
    assert [day.added for day in tagged] == [1]
    assert await engine.memory_activity(MemoryFilter(tags=("none",)), zone=UTC) == []


async def test_a_search_counts_what_it_finds(engine: Engine) -> None:
    await lived(engine)
    found = await engine.memory_activity(MemoryFilter(text="lease", layers=("assets",)), zone=UTC)
    assert found == [
        DayActivity(day=date(2026, 3, 1), added=1, recalled=1),
        DayActivity(day=date(2026, 4, 9), promoted=1),
    ]


async def test_deleted_memories_leave_their_days(engine: Engine) -> None:
    ids = await lived(engine)
    await engine.delete_memories([ids[0]])
    assert [day.day for day in await engine.memory_activity(MemoryFilter(), zone=UTC)] == [date(2026, 3, 2)]


async def test_a_filter_that_cannot_be_used_is_refused(engine: Engine) -> None:
    with pytest.raises(InvalidMemoryError):
        await engine.memory_activity(MemoryFilter(layers=("cellar",)))  # type: ignore[arg-type]


async def test_this_computers_days_are_the_default(engine: Engine) -> None:
    await engine.remember("Now.")
    here = datetime.now(UTC).astimezone().date()
    (day,) = await engine.memory_activity(MemoryFilter())
    assert day.added == 1
    assert abs(day.day - here) <= timedelta(days=1)  # midnight may pass meanwhile


def test_a_day_of_a_clock_change_has_its_hours() -> None:
    zone = ZoneInfo("Europe/Berlin")
    begins = datetime(2026, 3, 29, tzinfo=zone)  # 23 hours long
    quarters = [(us(begins) // 900_000_000 + step, 1) for step in range(24 * 4)]
    assert by_day({"added": quarters}, zone) == [
        DayActivity(day=date(2026, 3, 29), added=92),
        DayActivity(day=date(2026, 3, 30), added=4),
    ]
