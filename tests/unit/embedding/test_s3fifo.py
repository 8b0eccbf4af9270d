from __future__ import annotations

import threading
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from engine.embedding.s3fifo import S3Fifo


class Ticks:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_value_put_is_found() -> None:
    cache: S3Fifo[str, int] = S3Fifo(4)
    cache.put("a", 1)
    assert cache.get("a") == 1
    assert "a" in cache
    assert cache.get("b") is None
    assert len(cache) == 1


def test_a_second_put_replaces_the_value() -> None:
    cache: S3Fifo[str, int] = S3Fifo(4)
    cache.put("a", 1)
    cache.put("a", 2)
    assert cache.get("a") == 2
    assert len(cache) == 1


def test_no_room_keeps_nothing() -> None:
    cache: S3Fifo[str, int] = S3Fifo(0)
    cache.put("a", 1)
    assert len(cache) == 0
    with pytest.raises(ValueError, match="negative"):
        S3Fifo(-1)


def test_a_stream_of_newcomers_does_not_push_out_what_is_used() -> None:
    cache: S3Fifo[int, int] = S3Fifo(100)
    for key in range(20):
        cache.put(key, key)
    for _ in range(3):
        for key in range(20):
            assert cache.get(key) == key
    for key in range(1000, 11000):
        cache.put(key, key)
    assert [key for key in range(20) if cache.get(key) is None] == []


def test_what_comes_back_soon_after_eviction_goes_to_main() -> None:
    cache: S3Fifo[int, int] = S3Fifo(10)
    for key in range(11):
        cache.put(key, key)
    assert 0 not in cache  # the oldest of small went, and ghost remembers it
    cache.put(0, 0)
    for key in range(100, 130):
        cache.put(key, key)
    assert cache.get(0) == 0


def test_time_to_live_counts_from_the_put() -> None:
    clock = Ticks()
    cache: S3Fifo[str, int] = S3Fifo(4, seconds=10, clock=clock)
    cache.put("a", 1)
    clock.now = 9.9
    assert cache.get("a") == 1
    clock.now = 10
    assert "a" not in cache
    assert cache.get("a") is None
    assert len(cache) == 0


def test_an_expired_entry_gets_no_further_round() -> None:
    clock = Ticks()
    cache: S3Fifo[int, int] = S3Fifo(2, seconds=1, clock=clock)
    cache.put(1, 1)
    for _ in range(3):
        cache.get(1)
    clock.now = 5
    cache.put(2, 2)
    cache.put(3, 3)
    cache.put(4, 4)
    assert 1 not in cache
    assert len(cache) <= 2


def test_discard_and_clear_leave_nothing() -> None:
    cache: S3Fifo[int, int] = S3Fifo(10)
    for key in range(11):
        cache.put(key, key)
    assert cache.discard(5)
    assert not cache.discard(5)
    assert cache.get(5) is None
    assert not cache.discard(0)  # only its trace was left
    cache.put(0, 0)
    for key in range(100, 130):
        cache.put(key, key)
    assert 0 not in cache  # without the trace it came as a newcomer
    cache.clear()
    assert len(cache) == 0


def test_many_threads_may_use_it() -> None:
    cache: S3Fifo[int, int] = S3Fifo(50)
    wrong: list[int] = []

    def work(seed: int) -> None:
        for step in range(3000):
            key = (step * 7 + seed * 13) % 120
            cache.put(key, key * 2)
            value = cache.get((key + 5) % 120)
            if value is not None and value != (key + 5) % 120 * 2:
                wrong.append(key)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert len(cache) == 50


@given(st.integers(1, 20), st.lists(st.tuples(st.booleans(), st.integers(0, 30)), max_size=300))
def test_it_never_grows_beyond_its_room_and_never_lies(capacity: int, steps: list[tuple[bool, int]]) -> None:
    cache: S3Fifo[int, int] = S3Fifo(capacity)
    latest: dict[int, int] = {}
    for number, (write, key) in enumerate(steps):
        if write:
            cache.put(key, number)
            latest[key] = number
            assert cache.get(key) == number  # what was just put is there
        else:
            value = cache.get(key)
            assert value is None or value == latest[key]
        assert len(cache) <= capacity


@given(st.integers(1, 20), st.lists(st.integers(0, 1000), max_size=100))
def test_it_holds_everything_until_it_is_full(capacity: int, keys: list[int]) -> None:
    cache: S3Fifo[int, int] = S3Fifo(capacity)
    for key in keys:
        cache.put(key, key)
    distinct = set(keys)
    if len(distinct) <= capacity:
        assert {key for key in distinct if key in cache} == distinct
    else:
        assert len(cache) == capacity


class Machine(RuleBasedStateMachine):
    """Against a plain dictionary with times: whatever the cache answers, the dictionary holds too."""

    @initialize(capacity=st.integers(1, 12), seconds=st.integers(1, 20))
    def begin(self, capacity: int, seconds: int) -> None:
        self.clock = Ticks()
        self.cache: S3Fifo[int, int] = S3Fifo(capacity, seconds=seconds, clock=self.clock)
        self.capacity, self.seconds = capacity, seconds
        self.model: dict[int, tuple[int, float]] = {}

    @rule(key=st.integers(0, 15), value=st.integers())
    def put(self, key: int, value: int) -> None:
        self.cache.put(key, value)
        self.model[key] = (value, self.clock.now + self.seconds)

    @rule(key=st.integers(0, 15))
    def get(self, key: int) -> None:
        value = self.cache.get(key)
        if value is not None:
            known, until = self.model[key]
            assert value == known
            assert self.clock.now < until

    @rule(key=st.integers(0, 15))
    def discard(self, key: int) -> None:
        self.cache.discard(key)
        self.model.pop(key, None)
        assert key not in self.cache

    @rule(ticks=st.integers(1, 10))
    def wait(self, ticks: int) -> None:
        self.clock.now += ticks

    @invariant()
    def bounded(self) -> None:
        cache: Any = self.cache
        assert len(cache) <= self.capacity
        assert not set(cache._small) & set(cache._main)
        assert len(cache._ghost) <= self.capacity


TestMachine = Machine.TestCase
TestMachine.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)


def test_it_can_be_made_smaller_and_larger() -> None:
    cache: S3Fifo[int, str] = S3Fifo(100)
    for number in range(100):
        cache.put(number, str(number))
    for _ in range(3):
        for number in range(90, 100):
            cache.get(number)
    cache.resize(20)
    assert (len(cache), cache.capacity) == (20, 20)
    assert all(number in cache for number in range(90, 100))  # what is used stays
    cache.resize(30)
    for number in range(200, 240):
        cache.put(number, str(number))
    assert len(cache) == 30
    cache.resize(0)
    cache.put(1, "nothing is kept")
    assert len(cache) == 0
    with pytest.raises(ValueError, match="negative"):
        cache.resize(-1)
