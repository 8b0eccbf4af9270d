from datetime import UTC, datetime, timedelta

import pytest

from engine.clock import monotonic_of, utc_now
from engine.memory.life.clock_watch import LONG_OFF, SECOND_LOOK, SETTLED, ClockWatch
from tests.helpers.clock import FakeClock

YEAR = timedelta(days=365)
MINUTES = timedelta(minutes=1)


@pytest.fixture
def watch(fake_clock: FakeClock) -> ClockWatch:
    made = ClockWatch(fake_clock, monotonic=fake_clock.monotonic)
    made.begin(fake_clock.now())
    made.look()
    return made


def test_a_clock_in_step_is_believed(fake_clock: FakeClock, watch: ClockWatch) -> None:
    for step in (5, 60, 3 * 24 * 60, 400 * 24 * 60):
        fake_clock.advance(minutes=step)
        look = watch.look()
        assert (look.state, look.now) == ("steady", fake_clock.now())
    fake_clock.jump(timedelta(minutes=9))
    assert watch.look().state == "steady", "network time moves a clock a little"
    assert watch.now() == fake_clock.now()


def test_nothing_before_is_nothing_to_doubt(fake_clock: FakeClock) -> None:
    watch = ClockWatch(fake_clock, monotonic=fake_clock.monotonic)
    watch.begin(None)
    assert watch.now() == fake_clock.now()
    assert watch.look().state == "steady"


@pytest.mark.parametrize("jump", [YEAR, -YEAR, timedelta(days=8), timedelta(hours=-2)])
def test_a_jump_is_held_until_it_has_stood_for_a_day(fake_clock: FakeClock, watch: ClockWatch, jump: timedelta) -> None:
    expected = fake_clock.now()
    fake_clock.jump(jump)
    look = watch.look()
    assert (look.state, look.first, look.jump) == ("held", True, jump)
    assert look.now == watch.now() == expected
    fake_clock.advance(minutes=5)
    look = watch.look()
    assert (look.state, look.first, look.now) == ("held", False, expected + 5 * MINUTES)
    fake_clock.advance(seconds=SETTLED.total_seconds())
    look = watch.look()
    assert (look.state, look.now) == ("accepted", fake_clock.now())
    assert watch.look().state == "steady"


def test_a_computer_that_slept_needs_a_second_look_only(fake_clock: FakeClock, watch: ClockWatch) -> None:
    fake_clock.jump(timedelta(days=3))
    assert watch.now() == fake_clock.now(), "who opens a laptop on Monday is not told that it is Friday"
    assert watch.look().state == "held"
    fake_clock.advance(seconds=SECOND_LOOK.total_seconds())
    assert watch.look().state == "accepted"


@pytest.mark.parametrize("jump", [YEAR, -YEAR])
def test_a_clock_that_comes_back_is_believed_at_once(fake_clock: FakeClock, watch: ClockWatch, jump: timedelta) -> None:
    fake_clock.jump(jump)
    watch.look()
    fake_clock.advance(hours=3)
    fake_clock.jump(-jump)
    look = watch.look()
    assert (look.state, look.now, look.jump) == ("returned", fake_clock.now(), jump)
    assert watch.look().state == "steady"


def test_a_second_jump_begins_the_wait_anew(fake_clock: FakeClock, watch: ClockWatch) -> None:
    fake_clock.jump(YEAR)
    watch.look()
    fake_clock.advance(hours=23)
    fake_clock.jump(YEAR)
    assert watch.look().first
    fake_clock.advance(hours=2)
    assert watch.look().state == "held"


@pytest.mark.parametrize(
    ("gap", "state"), [(timedelta(days=20), "steady"), (LONG_OFF + MINUTES, "held"), (YEAR, "held"), (-YEAR, "held")]
)
def test_the_next_start_confirms_by_a_second_look(fake_clock: FakeClock, gap: timedelta, state: str) -> None:
    watch = ClockWatch(fake_clock, monotonic=fake_clock.monotonic)
    watch.begin(fake_clock.now() - gap)
    assert watch.look().state == state
    fake_clock.advance(seconds=SECOND_LOOK.total_seconds())
    assert watch.look().state == ("steady" if state == "steady" else "accepted")


def test_which_second_clock_belongs_to_a_clock(fake_clock: FakeClock) -> None:
    assert monotonic_of(fake_clock) == fake_clock.monotonic
    assert monotonic_of(fake_clock.now)() == fake_clock.now().timestamp()
    first = monotonic_of(utc_now)()
    assert 0 < first <= monotonic_of(utc_now)()
    assert utc_now().tzinfo is UTC
    assert utc_now() > datetime(2024, 1, 1, tzinfo=UTC)
