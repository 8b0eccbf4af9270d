"""Short memory, a low battery, a busy computer: what follows, when, and when it is over."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from engine import Engine, Settings
from engine.background_values import Load
from engine.events import Event, Notice
from engine.executors import Executors
from engine.memory.resources import OWNER_SECONDS, Resources
from engine.memory.sensors import Reading
from engine.memory.sync import IndexStatus
from tests.helpers.clock import FakeClock

GB = 1 << 30


class Embedder:
    """Remembers what it was told."""

    dimensions = 384

    def __init__(self) -> None:
        self.shares: list[float] = []

    @property
    def sizes(self) -> tuple[int, int]:
        share = self.shares[-1] if self.shares else 1.0
        return int(1000 * share), int(512 * share)

    def fit(self, share: float) -> None:
        self.shares.append(share)


class Sensors:
    """Gives what a test says."""

    def __init__(self) -> None:
        self.percent = 40.0
        self.own = GB
        self.others = 0.0
        self.battery: float | None = None
        self.on_battery = False
        self.broken = False

    def read(self) -> Reading:
        if self.broken:
            raise OSError("no such file")
        return Reading(
            memory_total=16 * GB,
            memory_used=int(16 * GB * self.percent / 100),
            own_memory=self.own,
            others_percent=self.others,
            battery_percent=self.battery,
            on_battery=self.on_battery,
        )


class House:
    """Resources with everything that a test moves."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.clock = FakeClock()
        self.sensors = Sensors()
        self.embedder = Embedder()
        self.heard: list[Event] = []
        self.released = 0
        self.executors = Executors()
        self.looked = asyncio.Event()
        self.again = asyncio.Event()
        self.asked_at = float("-inf")
        self.resources = Resources(
            settings,
            embedder=self.embedder,
            indexes=lambda: (IndexStatus(name="assets", state="ok", summary="", count=7, bytes=70, memory=700),),
            executors=self.executors,
            publish=self.heard.append,
            release=self._release,
            asked_at=lambda: self.asked_at,
            sensors=self.sensors,
            monotonic=self.clock.monotonic,
            sleep=self._sleep,
        )

    def _release(self) -> None:
        self.released += 1

    async def _sleep(self, seconds: float) -> None:
        self.looked.set()
        await self.again.wait()
        self.again.clear()

    def follow(self, **options: object) -> None:
        background = self.settings.background.model_copy(update=options)
        self.resources.follow(self.settings.model_copy(update={"background": background}))

    async def at(self, percent: float) -> str:
        self.sensors.percent = percent
        return (await self.resources.look()).pressure

    def notices(self) -> list[str]:
        return [event.text for event in self.heard if isinstance(event, Notice)]


@pytest.fixture
async def house(settings: Settings) -> AsyncIterator[House]:
    made = House(settings)
    yield made
    await made.resources.close()
    made.executors.close()


async def test_caches_shrink_as_memory_gets_short_and_grow_back(house: House) -> None:
    assert [await house.at(percent) for percent in (40, 84.9, 85.1, 92.4, 92.6, 99)] == [
        "none", "none", "short", "short", "critical", "critical",
    ]  # fmt: skip
    assert house.embedder.shares == [0.5, 0.25]
    assert house.released == 2
    assert [await house.at(percent) for percent in (88, 87.4, 81, 80.1, 79.9)] == [
        "critical", "short", "short", "short", "none",
    ]  # fmt: skip
    assert house.embedder.shares == [0.5, 0.25, 0.5, 1.0]
    assert house.released == 2  # nothing is given back where caches grow


async def test_the_owner_is_warned_once_and_again_only_after_a_while(house: House) -> None:
    for percent in (86, 90, 95, 86, 84, 86):
        await house.at(percent)
    (text,) = house.notices()
    assert text.startswith("The computer's memory is 86 % full.")
    await house.at(50)
    await house.at(90)
    assert len(house.notices()) == 1  # it was told a moment ago
    await house.at(50)
    house.clock.advance(hours=1)
    await house.at(90)
    assert len(house.notices()) == 2


async def test_its_own_memory_counts_too(house: House) -> None:
    house.follow(memory_limit_mb=2000)
    house.sensors.own = 2001 << 20
    status = await house.resources.look()
    assert (status.pressure, status.own_limit, status.share) == ("short", 2000 << 20, 0.5)
    assert "Magray uses 2,001 MB" in house.notices()[0]
    house.sensors.own = 1900 << 20
    assert (await house.resources.look()).pressure == "short"
    house.sensors.own = 1700 << 20
    assert (await house.resources.look()).pressure == "none"
    house.follow(memory_limit_mb=0)
    assert (await house.resources.look()).own_limit == 8 * GB


@pytest.mark.parametrize(
    ("changes", "load"),
    [
        ({}, Load()),
        ({"on_battery": True, "battery": 80.0}, Load(level="busy", reason="The computer runs on battery.")),
        ({"on_battery": True, "battery": 19.0}, Load(level="strained", reason="The battery is low.")),
        ({"on_battery": False, "battery": 5.0}, Load()),
        ({"percent": 86.0}, Load(level="busy", reason="The computer's memory is short.")),
        ({"percent": 96.0}, Load(level="strained", reason="The computer's memory is nearly full.")),
    ],
)
async def test_what_background_work_hears_of_the_computer(
    house: House, changes: dict[str, float | bool], load: Load
) -> None:
    for name, value in changes.items():
        setattr(house.sensors, name, value)
    assert (await house.resources.look()).load == load
    house.follow(considerate=False)
    assert house.resources.load() == Load()


async def test_a_short_burst_of_others_is_no_load_and_a_long_one_is(house: House) -> None:
    house.sensors.others = 90
    levels = [(await house.resources.look()).load.level for _ in range(3)]
    assert levels == ["calm", "busy", "busy"]
    house.sensors.others = 50  # between the two thresholds nothing changes
    assert [(await house.resources.look()).load.level for _ in range(5)] == ["busy"] * 5
    house.sensors.others = 0
    assert [(await house.resources.look()).load.level for _ in range(3)][-1] == "calm"


async def test_the_status_says_what_is_in_force(house: House) -> None:
    await house.at(86)
    status = house.resources.status()
    assert (status.cache_vectors, status.batch_tokens) == (500, 256)
    assert status.cache_bytes == 500 * (4 * 384 + 300)
    assert status.memory_percent == pytest.approx(86)
    (index,) = status.indexes
    assert (index.name, index.memories, index.memory_bytes, index.file_bytes) == ("assets", 7, 700, 70)


@pytest.mark.expected_logs("could not be read")
async def test_a_sensor_that_fails_is_tried_again(house: House) -> None:
    house.sensors.broken = True
    house.resources.start()
    await house.looked.wait()
    assert house.resources.status().memory_total == 0
    assert house.resources.status().memory_percent == 0
    house.sensors.broken = False
    house.looked.clear()
    house.again.set()
    await house.looked.wait()
    assert house.resources.status().memory_total == 16 * GB


async def test_a_real_engine_knows_its_computer_and_shrinks_and_grows(engine: Engine) -> None:
    status = await engine.resources()
    assert 0 < status.memory_used <= status.memory_total
    assert status.own_memory > 10 << 20
    assert {one.name for one in status.indexes} >= {"interact", "insights", "assets", "lexical"}
    embedder = engine._parts.embedder
    usual = embedder.sizes
    texts = [f"text number {number}" for number in range(20)]
    before = embedder.embed_passages(texts)
    embedder.fit(0.25)
    assert embedder.sizes == (int(usual[0] * 0.25), 256)
    assert (embedder.embed_passages(texts) == before).all()
    embedder.fit(1.0)
    assert embedder.sizes == usual


async def test_indexes_tell_what_they_take(engine: Engine) -> None:
    await engine.remember("one text", layer="assets")
    await asyncio.to_thread(engine._parts.indexes.settle)
    found = {one.name: one for one in (await engine.resources()).indexes}
    assert found["assets"].memories == 1
    assert found["assets"].memory_bytes == 384 * 4 + 16


async def test_options_hold_at_once(engine: Engine) -> None:
    await engine.change_option("background.memory_limit_mb", 1)
    status = await engine.resources()
    assert status.own_limit == 1 << 20
    assert status.pressure != "none"
    assert status.share < 1


async def test_unimportant_work_waits_while_the_owner_looks_things_up(house: House) -> None:
    assert house.resources.load().level == "calm"
    house.asked_at = house.clock.monotonic()
    assert house.resources.load() == Load(level="busy", reason="You are using Magray.")
    house.clock.advance(OWNER_SECONDS)
    assert house.resources.load().level == "calm"
    house.asked_at = house.clock.monotonic()
    house.follow(considerate=False)
    assert house.resources.load().level == "calm"
