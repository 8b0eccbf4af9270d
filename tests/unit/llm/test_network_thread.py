"""The thread in which vendors are talked to."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, AsyncIterator

import pytest

from engine.errors import EngineClosedError
from engine.llm.network_thread import NetworkThread


@pytest.fixture
async def network() -> AsyncIterator[NetworkThread]:
    thread = NetworkThread("test-network")
    yield thread
    await thread.close()


async def test_runs_elsewhere_and_gives_the_result(network: NetworkThread) -> None:
    async def name() -> str:
        return threading.current_thread().name

    assert await network.run(name) == "test-network"


async def test_raises_what_it_raised(network: NetworkThread) -> None:
    async def fail() -> None:
        raise ValueError("over there")

    with pytest.raises(ValueError, match="over there"):
        await network.run(fail)


async def test_hands_over_everything_in_order_and_the_error_last(network: NetworkThread) -> None:
    async def count() -> AsyncGenerator[int, None]:
        for number in range(5000):
            yield number
        raise ValueError("after all")

    got: list[int] = []
    with pytest.raises(ValueError, match="after all"):
        async for number in network.relay(count):
            got.append(number)  # noqa: PERF401 - what came before the error is wanted
    assert got == list(range(5000))


async def test_closing_ends_the_generator_over_there_first(network: NetworkThread) -> None:
    ended: list[str] = []

    async def endless() -> AsyncGenerator[int, None]:
        try:
            while True:
                yield 1
                await asyncio.sleep(0.001)
        finally:
            await asyncio.sleep(0.01)
            ended.append("yes")

    stream = network.relay(endless)
    assert await anext(stream) == 1
    await stream.aclose()
    assert ended == ["yes"]


async def test_cancelling_a_run_cancels_it_over_there(network: NetworkThread) -> None:
    began, ended = threading.Event(), threading.Event()

    async def wait() -> None:
        began.set()
        try:
            await asyncio.sleep(60)
        finally:
            ended.set()

    task = asyncio.ensure_future(network.run(wait))
    await asyncio.to_thread(began.wait, 5)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended.is_set()


async def test_a_long_step_over_there_does_not_stop_this_loop(network: NetworkThread) -> None:
    import time

    async def slow() -> None:
        time.sleep(0.2)  # noqa: ASYNC251 - what a heavy import does

    task = asyncio.ensure_future(network.run(slow))
    began = asyncio.get_running_loop().time()
    turns = 0
    while not task.done():
        await asyncio.sleep(0.005)
        turns += 1
    assert turns > 10
    assert asyncio.get_running_loop().time() - began >= 0.15


async def test_closed_it_ends_what_runs_and_takes_nothing_more() -> None:
    network = NetworkThread("test-network")

    async def wait() -> None:
        await asyncio.sleep(60)

    task = asyncio.ensure_future(network.run(wait))
    await asyncio.sleep(0.02)
    await network.close()
    await network.close()
    with pytest.raises(EngineClosedError):
        await task
    with pytest.raises(EngineClosedError):
        await network.run(wait)
    assert "test-network" not in {thread.name for thread in threading.enumerate()}


async def test_unused_it_has_no_thread() -> None:
    network = NetworkThread("never")
    await network.close()
    assert "never" not in {thread.name for thread in threading.enumerate()}
