from __future__ import annotations

import threading
from dataclasses import dataclass

import pytest
from hypothesis import settings, strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from engine.runtime.circuit_breaker import CircuitBreaker, Permit
from tests.helpers.clock import FakeClock


def failing(breaker: CircuitBreaker, times: int) -> None:
    for _ in range(times):
        permit = breaker.admit()
        assert permit is not None
        breaker.failed(permit)


def test_three_failures_in_a_row_open_it_and_a_success_between_does_not(fake_clock: FakeClock) -> None:
    breaker = CircuitBreaker(clock=fake_clock.monotonic)
    failing(breaker, 2)
    permit = breaker.admit()
    assert permit is not None
    breaker.succeeded(permit)
    failing(breaker, 2)
    assert breaker.state == "closed"
    failing(breaker, 1)
    assert breaker.state == "open"
    assert breaker.admit() is None
    assert breaker.seconds_until_trial == 300


def test_after_five_minutes_one_call_alone_is_the_trial(fake_clock: FakeClock) -> None:
    breaker = CircuitBreaker(clock=fake_clock.monotonic)
    failing(breaker, 3)
    fake_clock.advance(299.9)
    assert breaker.admit() is None
    fake_clock.advance(0.1)
    assert breaker.state == "half-open"
    trial = breaker.admit()
    assert trial is not None
    assert trial.trial
    assert breaker.admit() is None
    assert breaker.succeeded(trial)
    assert breaker.state == "closed"


def test_a_trial_that_fails_opens_it_for_as_long_again(fake_clock: FakeClock) -> None:
    breaker = CircuitBreaker(clock=fake_clock.monotonic)
    failing(breaker, 3)
    fake_clock.advance(300)
    trial = breaker.admit()
    assert trial is not None
    assert breaker.failed(trial)
    assert breaker.seconds_until_trial == 300


def test_a_trial_without_a_verdict_leaves_the_next_one_its_turn(fake_clock: FakeClock) -> None:
    breaker = CircuitBreaker(failures=1, clock=fake_clock.monotonic)
    failing(breaker, 1)
    fake_clock.advance(300)
    trial = breaker.admit()
    assert trial is not None
    breaker.withdrawn(trial)
    assert breaker.admit() is not None


def test_a_call_of_an_earlier_state_has_no_say(fake_clock: FakeClock) -> None:
    breaker = CircuitBreaker(failures=1, clock=fake_clock.monotonic)
    late = breaker.admit()
    assert late is not None
    failing(breaker, 1)
    assert not breaker.succeeded(late)
    assert breaker.state == "open"
    fake_clock.advance(300)
    assert not breaker.failed(late)
    assert breaker.state == "half-open"


def test_one_trial_however_many_ask(fake_clock: FakeClock) -> None:
    breaker = CircuitBreaker(failures=1, clock=fake_clock.monotonic)
    failing(breaker, 1)
    fake_clock.advance(300)
    start = threading.Barrier(8)
    got: list[Permit | None] = []

    def ask() -> None:
        start.wait()
        got.append(breaker.admit())

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(permit is not None for permit in got) == 1


@pytest.mark.parametrize(("failures", "seconds"), [(0, 1.0), (1, 0.0), (-1, 5.0)])
def test_numbers_must_make_sense(failures: int, seconds: float) -> None:
    with pytest.raises(ValueError, match="positive"):
        CircuitBreaker(failures=failures, seconds=seconds)


@dataclass
class Call:
    """A call under way, with the era of the model in which it was let through."""

    permit: Permit
    era: int


class BreakerMachine(RuleBasedStateMachine):
    """Any order of calls, outcomes, pauses and resets, held against a model that is written as the rules are told."""

    calls = Bundle("calls")

    def __init__(self) -> None:
        super().__init__()
        self.clock = FakeClock()
        self.breaker = CircuitBreaker(failures=3, seconds=300, clock=self.clock.monotonic)
        self.state = "closed"
        self.in_row = 0
        self.opened = 0.0
        self.trial: Call | None = None
        self.era = 0

    def turn(self, state: str) -> None:
        self.state, self.trial = state, None
        self.era += 1

    def pass_time(self) -> None:
        if self.state == "open" and self.clock.monotonic() - self.opened >= 300:
            self.turn("half-open")

    @rule(target=calls)
    def ask(self) -> Call | None:
        permit = self.breaker.admit()
        expected = self.state == "closed" or (self.state == "half-open" and self.trial is None)
        assert (permit is not None) == expected
        if permit is None:
            return None
        assert permit.trial == (self.state == "half-open")
        call = Call(permit, self.era)
        if permit.trial:
            self.trial = call
        return call

    @rule(call=consumes(calls))
    def succeed(self, call: Call | None) -> None:
        if call is None:
            return
        closed = self.breaker.succeeded(call.permit)
        assert closed == (call.era == self.era and call.permit.trial)
        if call.era == self.era:
            self.in_row = 0
            if call.permit.trial:
                self.turn("closed")

    @rule(call=consumes(calls))
    def fail(self, call: Call | None) -> None:
        if call is None:
            return
        opened = self.breaker.failed(call.permit)
        if call.era != self.era:
            assert not opened
            return
        self.in_row += 1
        assert opened == (call.permit.trial or self.in_row >= 3)
        if opened:
            self.opened = self.clock.monotonic()
            self.turn("open")

    @rule(call=consumes(calls))
    def withdraw(self, call: Call | None) -> None:
        if call is None:
            return
        self.breaker.withdrawn(call.permit)
        if call is self.trial:
            self.trial = None

    @rule(seconds=st.sampled_from([0.5, 100, 299, 300, 1000]))
    def wait(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.pass_time()

    @rule()
    def reset(self) -> None:
        self.breaker.reset()
        self.in_row = 0
        self.turn("closed")

    @invariant()
    def agrees(self) -> None:
        assert self.breaker.state == self.state
        assert self.breaker.failures == self.in_row
        assert self.breaker.seconds_until_trial == pytest.approx(
            self.opened + 300 - self.clock.monotonic() if self.state == "open" else 0
        )

    @invariant()
    def an_open_one_lets_nobody_through_and_ends(self) -> None:
        assert 0 <= self.breaker.seconds_until_trial <= 300


BreakerMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestBreakerMachine = BreakerMachine.TestCase
