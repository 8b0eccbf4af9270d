"""The worker process: limits that hold, crashes that are told, and nothing left behind."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from engine.executors import Executors
from engine.ingestion.frames import FrameError, read_frame, write_frame
from engine.ingestion.worker_client import Worker, WorkerError
from engine.ingestion.worker_process import worker_command
from tests.helpers.pdf import make_pdf
from tests.unit.ingestion.conftest import Reader

posix = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")


@pytest.fixture
async def executors() -> AsyncIterator[Executors]:
    pools = Executors()
    yield pools
    pools.close()


def slow_text(tmp_path: Path) -> Path:
    """Something that takes the worker seconds."""
    path = tmp_path / "slow.txt"
    path.write_text("".join(f"word{number} " for number in range(900_000)))
    return path


async def test_a_file_that_takes_too_long_ends_the_worker_and_the_next_is_read(reader: Reader, tmp_path: Path) -> None:
    note = tmp_path / "note.txt"
    note.write_text("A note.")
    await reader.read(note)
    began = time.monotonic()
    state, reason = await reader.reason(slow_text(tmp_path), seconds=0.5)
    assert (state, reason) == ("failed", "reading it took longer than 0.5 seconds")
    assert time.monotonic() - began < 5
    assert (await reader.read(note))["texts"] == ["A note."]


async def test_memory_is_limited(executors: Executors, tmp_path: Path, reader: Reader) -> None:
    path = tmp_path / "big.txt"
    path.write_bytes(b"some words " * 12_000_000)
    small = Worker(executors, memory_mb=200)
    reader.worker, kept = small, reader.worker
    try:
        state, reason = await reader.reason(path)
        assert state == "failed"
        assert reason == "reading it takes more than the 200 MB of memory allowed"
        note = tmp_path / "note.txt"
        note.write_text("A note.")
        assert (await reader.read(note))["texts"] == ["A note."]
    finally:
        reader.worker = kept
        await small.close()


@posix
async def test_a_crash_is_told_and_the_next_file_is_read(reader: Reader, tmp_path: Path) -> None:
    async def kill() -> None:
        while reader.worker.pid is None:  # noqa: ASYNC110 - nothing else tells
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.3)
        assert reader.worker.pid is not None
        os.kill(reader.worker.pid, signal.SIGSEGV)

    killing = asyncio.create_task(kill())
    state, reason = await reader.reason(slow_text(tmp_path))
    await killing
    assert (state, reason) == ("failed", "the reader crashed on this file")
    note = tmp_path / "note.txt"
    note.write_text("A note.")
    assert (await reader.read(note))["texts"] == ["A note."]


@posix
async def test_a_worn_worker_that_crashes_gets_another_try(reader: Reader, tmp_path: Path) -> None:
    note = tmp_path / "note.txt"
    note.write_text("A note.")
    await reader.read(note)
    assert reader.worker.pid is not None
    os.kill(reader.worker.pid, signal.SIGKILL)
    assert (await reader.read(note))["texts"] == ["A note."]


async def test_a_cancelled_request_does_not_answer_the_next(reader: Reader, tmp_path: Path) -> None:
    note = tmp_path / "note.txt"
    note.write_text("A note.")
    await reader.read(note)
    asking = asyncio.create_task(reader.read(slow_text(tmp_path)))
    await asyncio.sleep(0.2)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert (await reader.read(note))["texts"] == ["A note."]


async def test_an_idle_worker_ends(executors: Executors) -> None:
    worker = Worker(executors, memory_mb=900, idle_seconds=0.2)
    await worker.ask("ping", seconds=20)
    assert worker.running
    pid = worker.pid
    assert pid is not None
    async with asyncio.timeout(10):
        while psutil.pid_exists(pid):  # noqa: ASYNC110 - nothing else tells
            await asyncio.sleep(0.05)
    assert not worker.running
    await worker.ask("ping", seconds=20)
    assert worker.pid != pid
    await worker.close()


async def test_after_close_nothing_is_asked(executors: Executors) -> None:
    worker = Worker(executors, memory_mb=900)
    await worker.close()
    with pytest.raises(WorkerError, match="closing"):
        await worker.ask("ping", seconds=5)


def test_it_ends_with_its_standard_input() -> None:
    process = subprocess.Popen(worker_command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait(timeout=20) == 0
    assert process.stdout is not None
    process.stdout.close()


@posix
def test_it_ends_when_its_engine_is_killed(tmp_path: Path) -> None:
    script = (
        "import asyncio, sys\n"
        "from engine.executors import Executors\n"
        "from engine.ingestion.worker_client import Worker\n"
        "async def main():\n"
        "    worker = Worker(Executors(), memory_mb=900)\n"
        "    await worker.ask('ping', seconds=20)\n"
        "    print(worker.pid, flush=True)\n"
        "    await worker.ask('read', seconds=30, path=sys.argv[1], name='slow.txt', zip_limit=1,"
        " tokenizer=sys.argv[2], tokens=220)\n"
        "asyncio.run(main())\n"
    )
    tokenizer = Path("resources/models/all-minilm-l6-v2/tokenizer.json").resolve()
    engine = subprocess.Popen(
        [sys.executable, "-c", script, str(slow_text(tmp_path)), str(tokenizer)], stdout=subprocess.PIPE, text=True
    )
    assert engine.stdout is not None
    worker = int(engine.stdout.readline())
    engine.kill()
    engine.wait()
    engine.stdout.close()
    for _ in range(100):
        if not psutil.pid_exists(worker) or psutil.Process(worker).status() == psutil.STATUS_ZOMBIE:
            return
        time.sleep(0.05)
    pytest.fail("the worker outlived its engine by five seconds")


def test_what_libraries_print_does_not_get_between_the_frames() -> None:
    script = (
        "import os, sys\n"
        "from engine.ingestion import worker\n"
        "def noisy(request):\n"
        "    print('a library talks')\n"
        "    os.write(1, b'and so does its C code')\n"
        "    return {'ok': True, 'said': 'hello'}, b'body'\n"
        "worker._operations = lambda: {'ping': noisy}\n"
        "sys.exit(worker.main([]))\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    write_frame(process.stdin.write, {"op": "ping", "seconds": 5})
    process.stdin.flush()
    assert read_frame(process.stdout.read) == ({"ok": True, "said": "hello"}, b"body")
    _, words = process.communicate(timeout=20)
    assert b"and so does its C code" in words


async def test_it_draws_pages(reader: Reader, tmp_path: Path) -> None:
    path = make_pdf(tmp_path / "a.pdf", [["Words on a page."]])
    fields: dict[str, Any] = {"path": str(path), "inner": [], "page": 1, "scale": 1.0, "total_bytes": 1 << 20}
    reply = await reader.worker.ask("render", seconds=20, passage="Words on a", **fields)
    assert (reply.head["width"], reply.head["height"]) == (595, 842)
    assert len(reply.body) == 595 * 842 * 4
    assert len(reply.head["highlights"]) == 1


def test_frames_come_back_as_they_were() -> None:
    sent = bytearray()
    write_frame(sent.extend, {"a": "ü", "b": [1, None]}, b"\0bytes")
    write_frame(sent.extend, {})
    source = bytes(sent)
    place = 0

    def read(count: int) -> bytes:
        nonlocal place
        part = source[place : place + min(count, 3)]
        place += len(part)
        return part

    assert read_frame(read) == ({"a": "ü", "b": [1, None]}, b"\0bytes")
    assert read_frame(read) == ({}, b"")
    assert read_frame(read) is None


def test_what_is_no_frame_is_refused() -> None:
    with pytest.raises(FrameError):
        read_frame(lambda count: b"H" * count)
