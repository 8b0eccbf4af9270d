"""One job at a time, the important first, nothing missed and nothing done twice, whatever the clock says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import pytest

from engine.background_values import BackgroundStatus, Load, Priority
from engine.errors import EngineClosedError, NotFoundError, StoreFullError
from engine.events import BackgroundChanged, Event, Notice
from engine.scheduler import Job, JobRecord, Outside, OutsideLook, Scheduler, Turn
from tests.helpers.clock import FakeClock

HOUR = timedelta(hours=1)


class Book:
    """Records that outlive a scheduler."""

    def __init__(self) -> None:
        self.records: dict[str, JobRecord] = {}
        self.full = False
        self.written = 0

    async def load(self) -> list[JobRecord]:
        return list(self.records.values())

    async def save(self, record: JobRecord) -> None:
        await asyncio.sleep(0)
        if self.full:
            raise StoreFullError("The disk is full.")
        self.records[record.name] = record
        self.written += 1


class House:
    """A scheduler with clocks, a load and a book that a test moves."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.ahead = timedelta(0)
        self.book = Book()
        self.load = Load()
        self.heard: list[Event] = []
        self.ran: list[str] = []
        self.scheduler = self.make()

    def make(self) -> Scheduler:
        async def until_woken(wake: asyncio.Event, seconds: float) -> None:
            await wake.wait()

        self.scheduler = Scheduler(
            book=self.book,
            publish=self.heard.append,
            clock=lambda: self.clock.now() + self.ahead,
            load=lambda: self.load,
            monotonic=self.clock.monotonic,
            wait=until_woken,
        )
        return self.scheduler

    def add(
        self,
        name: str,
        run: Callable[[Turn], Awaitable[str]] | None = None,
        *,
        every: timedelta | None = HOUR,
        priority: Priority = "normal",
    ) -> None:
        async def note(turn: Turn) -> str:
            self.ran.append(name)
            return f"{name} done"

        self.scheduler.add(Job(name=name, title=name.title(), run=run or note, every=every, priority=priority))

    async def after(self, **time: float) -> None:
        self.clock.advance(**time)
        self.scheduler.look()
        for _ in range(40):
            await asyncio.sleep(0)

    def status(self, name: str) -> BackgroundStatus:
        return next(one for one in self.scheduler.jobs() if one.name == name)

    def notices(self) -> list[str]:
        return [event.text for event in self.heard if isinstance(event, Notice)]


@pytest.fixture
async def house() -> AsyncIterator[House]:
    made = House()
    yield made
    await made.scheduler.close()


async def test_a_job_runs_after_the_start_and_then_every_so_often(house: House) -> None:
    house.add("tidy")
    await house.scheduler.start()
    await house.after(seconds=19)
    assert house.ran == []
    await house.after(seconds=1)
    assert house.ran == ["tidy"]
    status = house.status("tidy")
    assert (status.state, status.result, status.failed) == ("resting", "tidy done", False)
    assert status.ran_at == house.clock.now()
    assert status.next_at == house.clock.now() + HOUR
    await house.after(minutes=59)
    assert house.ran == ["tidy"]
    await house.after(minutes=1)
    assert house.ran == ["tidy", "tidy"]


async def test_what_was_missed_is_done_once(house: House) -> None:
    house.add("tidy")
    await house.scheduler.start()
    await house.after(seconds=20)
    await house.scheduler.close()
    house.clock.advance(days=40)
    house.make()
    house.add("tidy")
    await house.scheduler.start()
    await house.after()
    assert len(house.ran) == 1
    await house.after(seconds=20)
    assert len(house.ran) == 2
    await house.after(minutes=30)
    assert len(house.ran) == 2


async def test_a_restart_does_not_do_again_what_was_done_just_now(house: House) -> None:
    house.add("tidy")
    await house.scheduler.start()
    await house.after(seconds=20)
    await house.scheduler.close()
    house.clock.advance(minutes=10)
    house.make()
    house.add("tidy")
    await house.scheduler.start()
    await house.after(minutes=40)
    assert len(house.ran) == 1
    await house.after(minutes=10)
    assert len(house.ran) == 2


@pytest.mark.parametrize("jump", [timedelta(days=-365), timedelta(days=365)])
async def test_a_clock_that_jumps_by_a_year_neither_stops_a_job_nor_repeats_it(house: House, jump: timedelta) -> None:
    house.add("tidy")
    await house.scheduler.start()
    await house.after(seconds=20)
    house.ahead = jump
    await house.after(minutes=1)
    extra = int(jump > timedelta(0))  # who lives a year later has missed one
    assert len(house.ran) == 1 + extra
    await house.after(minutes=59)
    await house.after(minutes=1)
    assert len(house.ran) == 2 + extra
    house.ahead = timedelta(0)
    await house.after(minutes=1)
    assert len(house.ran) == 3
    await house.scheduler.close()
    house.make()
    house.add("tidy")
    await house.scheduler.start()
    await house.after(hours=1)
    assert len(house.ran) == 4


async def test_a_last_run_in_the_future_does_not_keep_a_job_from_running(house: House) -> None:
    house.book.records["tidy"] = JobRecord(name="tidy", ran_at=house.clock.now() + timedelta(days=400))
    house.add("tidy")
    await house.scheduler.start()
    await house.after(seconds=20)
    assert house.ran == ["tidy"]
    assert house.book.records["tidy"].ran_at == house.clock.now()


async def test_after_a_sleep_of_the_computer_what_is_due_is_done_at_once(house: House) -> None:
    house.add("tidy")
    await house.scheduler.start()
    await house.after(seconds=20)
    house.ahead = timedelta(hours=9)  # the monotonic clock stood still
    await house.after()
    assert len(house.ran) == 2


async def test_one_at_a_time_and_the_important_first(house: House) -> None:
    going: set[str] = set()
    most = 0

    def job(name: str) -> Callable[[Turn], Awaitable[str]]:
        async def run(turn: Turn) -> str:
            nonlocal most
            going.add(name)
            most = max(most, len(going))
            await asyncio.sleep(0)
            going.discard(name)
            house.ran.append(name)
            return ""

        return run

    house.add("low", job("low"), priority="low")
    house.add("normal", job("normal"))
    house.add("high", job("high"), priority="high")
    await house.scheduler.start()
    await house.after(seconds=20)
    assert house.ran == ["high", "normal", "low"]
    assert most == 1


async def test_a_long_job_lets_a_more_important_one_go_first(house: House) -> None:
    steps = asyncio.Event()

    async def long(turn: Turn) -> str:
        house.ran.append("long 1")
        await steps.wait()
        await turn.breathe()
        house.ran.append("long 2")
        return ""

    house.add("long", long, priority="low")
    house.add("quick", priority="high", every=None)
    house.add("other", priority="low", every=None)
    await house.scheduler.start()
    await house.after(seconds=20)
    house.scheduler.ask("quick")
    house.scheduler.ask("other")
    steps.set()
    await house.after()
    assert house.ran == ["long 1", "quick", "long 2", "other"]


@pytest.mark.parametrize(
    ("level", "runs"), [("calm", "high normal low"), ("busy", "high normal"), ("strained", "high")]
)
async def test_the_load_decides_what_runs(house: House, level: str, runs: str) -> None:
    house.load = Load(level=level, reason="The computer runs on battery.")  # type: ignore[arg-type]
    for priority in ("high", "normal", "low"):
        house.add(priority, priority=priority)
    await house.scheduler.start()
    await house.after(seconds=20)
    assert house.ran == runs.split()
    if level != "calm":
        assert (house.status("low").state, house.status("low").words) == ("waiting", "The computer runs on battery.")
    house.load = Load()
    await house.after(seconds=5)
    assert sorted(house.ran) == ["high", "low", "normal"]


async def test_a_load_that_rises_halts_a_job_at_its_next_checkpoint(house: House) -> None:
    begun = asyncio.Event()

    async def long(turn: Turn) -> str:
        for step in range(3):
            house.ran.append(str(step))
            turn.report(step / 3, f"step {step}")
            await begun.wait()
            await turn.breathe()
        return "all steps"

    house.add("long", long, priority="low")
    await house.scheduler.start()
    await house.after(seconds=20)
    house.load = Load(level="busy", reason="The computer is busy.")
    begun.set()
    await house.after(seconds=2)
    assert house.ran == ["0"]
    status = house.status("long")
    assert (status.state, status.done, status.words) == ("waiting", 0.0, "The computer is busy.")
    house.load = Load()
    await house.after(seconds=5)
    assert house.ran == ["0", "1", "2"]
    assert house.status("long").result == "all steps"


async def test_what_waits_for_a_day_goes_although_the_computer_is_busy(house: House) -> None:
    house.load = Load(level="busy", reason="The computer is busy.")
    house.add("backup", every=timedelta(days=1), priority="low")
    await house.scheduler.start()
    await house.after(hours=23)
    assert house.ran == []
    await house.after(hours=2)
    assert house.ran == ["backup"]


@pytest.mark.expected_logs("the load could not be told")
async def test_a_sensor_that_fails_holds_nothing_back(house: House, caplog: pytest.LogCaptureFixture) -> None:
    def broken() -> Load:
        raise OSError("no such file")

    house.scheduler = Scheduler(
        book=house.book, publish=house.heard.append, load=broken, clock=house.clock, monotonic=house.clock.monotonic
    )
    house.add("tidy", priority="low", every=None)
    await house.scheduler.start()
    house.scheduler.ask("tidy")
    await house.after()
    assert house.ran == ["tidy"]
    assert "the load could not be told" in caplog.text


async def test_a_paused_job_rests_over_restarts_until_it_is_resumed(house: House) -> None:
    house.add("tidy")
    await house.scheduler.start()
    await house.scheduler.pause("tidy")
    await house.after(hours=2)
    assert house.ran == []
    assert house.status("tidy").state == "paused"
    await house.scheduler.close()
    house.make()
    house.add("tidy")
    await house.scheduler.start()
    await house.after(hours=2)
    assert house.ran == []
    await house.scheduler.resume("tidy")
    await house.after()
    assert house.ran == ["tidy"]


async def test_pausing_halts_a_running_job_at_its_checkpoint_and_others_go_on(house: House) -> None:
    more = asyncio.Event()

    async def long(turn: Turn) -> str:
        house.ran.append("begun")
        await more.wait()
        await turn.breathe()
        house.ran.append("ended")
        return ""

    house.add("long", long)
    house.add("other", priority="low")
    await house.scheduler.start()
    await house.after(seconds=20)
    await house.scheduler.pause("long")
    assert (house.status("long").state, house.status("long").paused) == ("running", True)
    more.set()
    await house.after()
    assert house.status("long").state == "paused"
    assert house.ran == ["begun", "other"]
    await house.scheduler.resume("long")
    await house.after()
    assert house.ran == ["begun", "other", "ended"]


async def test_all_can_be_paused_together_with_what_runs_by_itself(house: House) -> None:
    paused: list[bool] = []

    async def pause() -> None:
        paused.append(True)

    async def resume() -> None:
        paused.append(False)

    house.add("tidy")
    house.scheduler.add_outside(
        Outside(name="own", title="Own", look=lambda: OutsideLook(state="running"), pause=pause, resume=resume)
    )
    house.scheduler.add_outside(Outside(name="idle", title="Idle", look=lambda: None))
    await house.scheduler.start()
    await house.scheduler.pause()
    assert [(one.name, one.paused) for one in house.scheduler.jobs()] == [("tidy", True), ("own", False)]
    assert paused == [True]
    await house.scheduler.resume()
    await house.after(seconds=20)
    assert (paused, house.ran) == ([True, False], ["tidy"])
    await house.scheduler.pause("own")
    assert paused == [True, False, True]
    house.scheduler.tell("own")
    told = house.heard[-1]
    assert isinstance(told, BackgroundChanged)
    assert (told.status.name, told.status.can_run) == ("own", False)


async def test_the_owner_may_ask_for_a_job_whatever_holds_it_back(house: House) -> None:
    house.load = Load(level="strained", reason="Memory is nearly full.")
    house.add("backup", priority="low")
    await house.scheduler.start()
    await house.scheduler.pause("backup")
    asked = asyncio.create_task(house.scheduler.run_now("backup"))
    await house.after()
    status = await asked
    assert (status.result, status.state, house.ran) == ("backup done", "paused", ["backup"])
    assert house.status("backup").paused


async def test_two_who_ask_wait_for_one_run_and_one_may_stop_waiting(house: House) -> None:
    more = asyncio.Event()

    async def long(turn: Turn) -> str:
        house.ran.append("long")
        await more.wait()
        return "done"

    house.add("long", long)
    await house.scheduler.start()
    asked = [asyncio.create_task(house.scheduler.run_now("long")) for _ in range(2)]
    await house.after()
    asked[0].cancel()
    more.set()
    await house.after()
    assert (await asked[1]).result == "done"
    assert house.ran == ["long"]


@pytest.mark.expected_logs("the background job tidy failed")
async def test_a_failing_job_is_told_once_and_tried_less_and_less_often(house: House) -> None:
    broken = True

    async def fail(turn: Turn) -> str:
        house.ran.append("try")
        if broken:
            raise StoreFullError("The disk is full. Make room.")
        return "well"

    house.add("tidy", fail, every=timedelta(minutes=1))
    await house.scheduler.start()
    await house.after(seconds=20)
    assert house.notices() == [
        "Tidy: this could not be done. The disk is full. Make room. It will be tried again later."
    ]
    assert house.status("tidy").failed
    await house.after(minutes=1)
    assert len(house.ran) == 1
    await house.after(minutes=1)
    assert len(house.ran) == 2
    await house.after(minutes=3)
    assert len(house.ran) == 2
    await house.after(minutes=1)
    assert len(house.ran) == 3
    for _ in range(20):
        await house.after(hours=6)
    assert len(house.ran) == 23  # never less often than every six hours
    assert len(house.notices()) == 1
    broken = False
    await house.after(hours=6)
    assert (house.status("tidy").failed, house.status("tidy").result) == (False, "well")
    broken = True
    await house.after(minutes=1)
    assert len(house.notices()) == 2


@pytest.mark.expected_logs("the background job tidy")
@pytest.mark.parametrize("error", [RuntimeError("a slip"), asyncio.CancelledError()])
async def test_any_failure_is_one_and_the_next_job_has_its_turn(house: House, error: BaseException) -> None:
    async def fail(turn: Turn) -> str:
        raise error

    house.add("tidy", fail, priority="high", every=None)
    house.add("other")
    await house.scheduler.start()
    house.scheduler.ask("tidy")
    await house.after(seconds=20)
    assert house.status("tidy").failed
    assert "a slip" not in house.status("tidy").result  # it may be a text of the owner's
    assert house.ran == ["other"]


@pytest.mark.expected_logs("was not written")
async def test_a_full_disk_does_not_stop_the_jobs(house: House) -> None:
    house.book.full = True
    house.add("tidy")
    await house.scheduler.start()
    await house.after(seconds=20)
    await house.after(hours=1)
    assert len(house.ran) == 2


async def test_a_job_of_every_minute_is_written_down_every_ten_minutes_only(house: House) -> None:
    house.add("tidy", every=timedelta(minutes=1))
    await house.scheduler.start()
    for _ in range(31):
        await house.after(minutes=1)
    assert len(house.ran) == 31
    assert house.book.written == 4


async def test_closing_ends_what_runs_and_keeps_what_is_done(house: House) -> None:
    committed: list[int] = []

    async def long(turn: Turn) -> str:
        for step in range(100):
            committed.append(step)
            await turn.breathe()
            await asyncio.sleep(3600 if step == 5 else 0)
        return ""

    house.add("long", long)
    await house.scheduler.start()
    await house.after(seconds=20)
    asked = asyncio.create_task(house.scheduler.run_now("long"))
    await asyncio.sleep(0)
    await house.scheduler.close()
    with pytest.raises(EngineClosedError):
        await asked
    with pytest.raises(EngineClosedError):
        await house.scheduler.run_now("long")
    assert committed == list(range(6))
    assert "long" not in house.book.records  # it is begun anew at the next start


async def test_a_checkpoint_after_the_close_ends_a_job(house: House) -> None:
    begun = asyncio.Event()
    ended: list[str] = []

    async def stubborn(turn: Turn) -> str:
        begun.set()
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            ended.append("heard")
        await turn.breathe()
        ended.append("never")
        return ""

    house.add("long", stubborn)
    await house.scheduler.start()
    await house.after(seconds=20)
    assert begun.is_set()
    await house.scheduler.close()
    await house.scheduler.close()
    assert ended == ["heard"]


async def test_progress_is_told_now_and_then_only(house: House) -> None:
    async def busy(turn: Turn) -> str:
        for step in range(1000):
            turn.report(step / 999, "counting")
        return ""

    house.add("count", busy)
    await house.scheduler.start()
    await house.after(seconds=20)
    told = [event for event in house.heard if isinstance(event, BackgroundChanged)]
    assert 2 <= len(told) <= 4


async def test_a_job_that_comes_later_has_its_record_too(house: House) -> None:
    house.book.records["late"] = JobRecord(name="late", paused=True)
    await house.scheduler.start()
    house.add("late")
    assert house.status("late").paused
    with pytest.raises(ValueError, match="late"):
        house.add("late")


async def test_unknown_names_are_told(house: House) -> None:
    house.scheduler.add_outside(Outside(name="own", title="Own", look=lambda: None))
    await house.scheduler.start()
    for call in (house.scheduler.pause, house.scheduler.resume, house.scheduler.run_now):
        with pytest.raises(NotFoundError, match="own"):
            await call("own")


async def test_outside_work_is_told_whether_there_is_room(house: House) -> None:
    assert house.scheduler.held_words("low") == ""
    house.load = Load(level="busy", reason="The computer is busy.")
    house.scheduler.look()
    assert house.scheduler.held_words("low") == "The computer is busy."
    assert house.scheduler.held_words("normal") == ""


async def test_the_real_wait_sleeps_until_something_happens() -> None:
    ran = asyncio.Event()

    async def run(turn: Turn) -> str:
        ran.set()
        return ""

    scheduler = Scheduler(book=Book(), publish=lambda event: None)
    scheduler.add(Job(name="soon", title="Soon", run=run, every=HOUR, first_after=timedelta(milliseconds=1)))
    await scheduler.start()
    try:
        async with asyncio.timeout(30):
            await ran.wait()
    finally:
        await scheduler.close()
