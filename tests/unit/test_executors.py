import asyncio
import threading

import pytest

from engine.executors import Executors, usable_cores


async def test_work_runs_on_the_named_thread() -> None:
    executors = Executors()
    try:
        name = await executors.run("store", lambda: threading.current_thread().name)
        assert name.startswith("magray-store")
        assert await executors.run("query", max, 3, 7) == 7
        assert executors.pool("io") is not executors.pool("store")
    finally:
        executors.close()
        executors.close()


async def test_the_writer_keeps_its_order() -> None:
    executors, order = Executors(), []
    try:
        await asyncio.gather(*(executors.run("store", order.append, index) for index in range(50)))
    finally:
        executors.close()
    assert order == list(range(50))


async def test_errors_come_back() -> None:
    executors = Executors()
    try:
        with pytest.raises(ZeroDivisionError):
            await executors.run("io", lambda: 1 / 0)
    finally:
        executors.close()


def test_there_is_at_least_one_core() -> None:
    assert usable_cores() >= 1
