from __future__ import annotations

import threading
import time

import pytest

from engine.runtime.abandonable import AbandonableThreads, HungError


def test_a_call_gives_its_result_from_another_thread() -> None:
    threads = AbandonableThreads("test-abandon")
    assert threads.call(lambda: threading.current_thread().name, seconds=5) == "test-abandon"
    threads.close()


def test_threads_are_used_again() -> None:
    threads = AbandonableThreads("test-abandon")
    seen = {threads.call(threading.get_ident, seconds=5) for _ in range(5)}
    assert len(seen) == 1
    threads.close()


def test_what_a_call_raises_is_raised_here() -> None:
    threads = AbandonableThreads("test-abandon")
    with pytest.raises(ZeroDivisionError):
        threads.call(lambda: 1 // 0, seconds=5)
    assert threads.call(lambda: 7, seconds=5) == 7
    threads.close()


def test_a_call_that_hangs_is_left_behind_and_the_next_has_a_thread_of_its_own() -> None:
    threads = AbandonableThreads("test-abandon")
    release = threading.Event()
    began = time.perf_counter()
    with pytest.raises(HungError, match=r"0\.1 s"):
        threads.call(lambda: release.wait(30), seconds=0.1)
    assert time.perf_counter() - began < 5
    assert threads.abandoned == 1
    assert threads.call(lambda: "alive", seconds=5) == "alive"
    release.set()  # it wakes up, finds nobody waiting, and ends: the guard of leftover threads holds it to that
    threads.close()


def test_no_more_calls_at_once_than_there_is_room_for() -> None:
    threads = AbandonableThreads("test-abandon", size=2)
    lock = threading.Lock()
    running = most = 0

    def work() -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.02)
        with lock:
            running -= 1

    callers = [threading.Thread(target=lambda: threads.call(work, seconds=10)) for _ in range(6)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert most == 2
    threads.close()


def test_waiting_for_a_turn_has_a_limit_too() -> None:
    threads = AbandonableThreads("test-abandon")
    release = threading.Event()
    first = threading.Thread(target=lambda: threads.call(lambda: release.wait(30), seconds=30))
    first.start()
    while not any(thread.name == "test-abandon" for thread in threading.enumerate()):
        time.sleep(0.001)
    with pytest.raises(HungError, match="no turn"):
        threads.call(lambda: None, seconds=0.05)
    assert threads.abandoned == 0
    release.set()
    first.join()
    threads.close()
