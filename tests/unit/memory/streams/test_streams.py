"""Live streams: acknowledged is kept, found at once by words, by meaning soon, bounded, cancelled, let go of."""

from __future__ import annotations

import asyncio
import sqlite3
import tracemalloc
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from engine import (
    Engine,
    EngineClosedError,
    InvalidMemoryError,
    MemoriesChanged,
    NewMemory,
    Receipt,
    Settings,
    StoreFullError,
    StreamError,
    StreamFullError,
)
from engine.memory.streams import vectors
from engine.memory.streams.hub import Streams
from engine.scheduler import Turn
from tests.helpers.clock import FakeClock


def texts(data_dir: Path) -> list[str]:
    """What another process sees of the database."""
    with sqlite3.connect(data_dir / "magray.db") as database:
        found = [text for (text,) in database.execute("SELECT text FROM memory ORDER BY number")]
    database.close()
    return found


def missing(data_dir: Path) -> int:
    with sqlite3.connect(data_dir / "magray.db") as database:
        (count,) = database.execute(
            "SELECT COUNT(*) FROM memory m LEFT JOIN vector v ON v.memory = m.number WHERE v.memory IS NULL"
        ).fetchone()
    database.close()
    return int(count)


async def until(true: Callable[[], object]) -> None:
    """Wait for something that no call waits for."""
    for _ in range(3000):
        if true():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never came true")


async def embedded(engine: Engine) -> None:
    """Wait until nothing lacks a vector."""
    await engine.run_background("vectors")


class Held:
    """Holds the one writer, so that messages gather."""

    def __init__(self, engine: Engine) -> None:
        self._release = asyncio.Event()
        loop = asyncio.get_running_loop()

        def wait() -> None:
            asyncio.run_coroutine_threadsafe(self._release.wait(), loop).result()

        self._future = loop.run_in_executor(engine._parts.executors.pool("store"), wait)

    async def release(self) -> None:
        self._release.set()
        await self._future


@pytest.fixture
async def held(engine: Engine) -> AsyncIterator[Held]:
    held = Held(engine)
    yield held
    await held.release()


async def test_a_receipt_means_that_it_is_in_the_database_and_found_by_its_words(
    engine: Engine, data_dir: Path
) -> None:
    async with engine.stream("build", layer="assets", tags=("ci",)) as stream:
        receipt = await stream.add("The quokka build failed in the linker.", speaker="ci")
        assert texts(data_dir) == ["The quokka build failed in the linker."]
        assert missing(data_dir) == 1
        (hit,) = await engine.recall("quokka", limit=1)
    memory = hit.memory
    assert receipt == Receipt(session="build", number=1, ids=(memory.id,), received_at=receipt.received_at)
    assert (memory.session, memory.layer, memory.tags, memory.speaker) == ("build", "assets", ("ci",), "ci")
    assert "dense" not in hit.scores
    await embedded(engine)
    assert missing(data_dir) == 0
    (hit,) = await engine.recall("The quokka build failed in the linker.", limit=1)
    assert hit.scores["dense"] > 0.5
    assert (await engine.verify()).problems == ()


async def test_what_came_just_now_is_found_beside_what_has_a_vector(engine: Engine) -> None:
    await engine.remember_many([NewMemory(text=f"Note number {n} about the garden", layer="assets") for n in range(60)])
    async with engine.stream("garden", layer="assets") as stream:
        await stream.add("The pump in the greenhouse hums.")
        (hit,) = await engine.recall("greenhouse pump", limit=1)
    assert hit.memory.text == "The pump in the greenhouse hums."


async def test_vectors_come_by_themselves(engine: Engine, data_dir: Path) -> None:
    heard: list[object] = []
    engine.events.subscribe(heard.append)
    await engine.change_option("streaming.buffer_ms", 1)
    async with engine.stream("log") as stream:
        for number in range(3):
            await stream.add(f"message {number}")
    await until(lambda: not missing(data_dir))
    await until(lambda: sum(event.added for event in heard if isinstance(event, MemoriesChanged)) == 3)


async def test_a_start_embeds_what_a_stop_left(settings: Settings, data_dir: Path) -> None:
    async with Engine.open(settings) as engine:
        await engine.pause_background("vectors")
        async with engine.stream("log", layer="assets") as stream:
            receipts = [await stream.add(f"The heron number {number} waded.") for number in range(40)]
        await engine.delete_memories(receipts[0].ids)
    assert missing(data_dir) == 40
    async with Engine.open(settings) as engine:
        assert next(one for one in await engine.background() if one.name == "vectors").paused
        await engine.resume_background("vectors")
        await embedded(engine)
        assert missing(data_dir) == 0
        assert (await engine.verify()).problems == ()
        assert engine._parts.indexes.layers["assets"].count == 39
        await engine.undelete_memories(receipts[0].ids)
        await asyncio.to_thread(engine._parts.indexes.settle)
        assert engine._parts.indexes.layers["assets"].count == 40


async def test_what_is_erased_before_it_was_embedded_leaves_nothing(engine: Engine, data_dir: Path) -> None:
    async with engine.stream("log") as stream:
        receipt = await stream.add("a secret of the moment")
        assert await engine.delete_memories(receipt.ids, erase=True) == 1
    await embedded(engine)
    assert texts(data_dir) == []
    assert (await engine.verify()).problems == ()


async def test_many_streams_share_their_transactions_and_each_keeps_its_order(
    engine: Engine, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commits = 0
    write = engine._parts.memory.write

    async def counted(change: Any) -> Any:
        nonlocal commits
        commits += 1
        return await write(change)

    monkeypatch.setattr(engine._parts.memory, "write", counted)
    held = Held(engine)

    async def send(name: str) -> list[int]:
        async with engine.stream(name) as stream:
            return [(await stream.add(f"{name} {number}")).number for number in range(5)]

    sending = [asyncio.create_task(send(f"s{number:02}")) for number in range(100)]
    await asyncio.sleep(0)
    assert len(await engine.streams()) == 100
    await held.release()
    assert await asyncio.gather(*sending) == [[1, 2, 3, 4, 5]] * 100
    found = texts(data_dir)
    assert len(found) == 500
    for number in range(100):
        own = [text for text in found if text.startswith(f"s{number:02} ")]
        assert own == [f"s{number:02} {one}" for one in range(5)]
    assert commits < 250
    assert await engine.streams() == []


async def test_put_waits_for_nobody_and_flush_says_when_it_is_kept(engine: Engine, data_dir: Path) -> None:
    await engine.change_option("streaming.buffer_ms", 60_000)
    stream = engine.stream("log")
    for number in range(49):
        await stream.put(f"line {number}")
    assert texts(data_dir) == []
    assert (stream.status().waiting, stream.status().kept) == (49, 0)
    await stream.put("line 49")  # the fiftieth fills the buffer
    await until(lambda: len(texts(data_dir)) >= 50)
    await stream.put("line 50")
    assert await stream.flush() == 51
    assert texts(data_dir) == [f"line {number}" for number in range(51)]
    await stream.put("line 51")
    await stream.close()
    await stream.close()
    assert texts(data_dir)[-1] == "line 51"


async def test_what_was_put_is_kept_after_a_while_however_little(engine: Engine, data_dir: Path) -> None:
    await engine.change_option("streaming.buffer_ms", 1)
    stream = engine.stream("log")
    await stream.put("alone")
    await until(lambda: texts(data_dir))
    await stream.close()


async def test_a_full_buffer_makes_the_sender_wait_and_then_says_so(engine: Engine, held: Held, data_dir: Path) -> None:
    await engine.change_option("streaming.buffer_records", 3)
    stream = engine.stream("log")
    adding = [asyncio.create_task(stream.add(f"line {number}")) for number in range(5)]
    await asyncio.sleep(0.05)
    assert stream.status().waiting == 3
    with pytest.raises(StreamFullError, match="send it again"):
        await stream.add("one too many", timeout=0.01)
    await held.release()
    assert [receipt.number for receipt in await asyncio.gather(*adding)] == [1, 2, 3, 4, 5]
    await stream.close()
    assert texts(data_dir) == [f"line {number}" for number in range(5)]


async def test_large_messages_go_through_one_by_one(engine: Engine, held: Held) -> None:
    stream = engine.stream("log")
    large = "word " * 20_000
    adding = [asyncio.create_task(stream.add(large)) for _ in range(3)]
    await until(lambda: stream.waiting)
    await asyncio.sleep(0.05)
    assert stream.status().waiting == 1
    await held.release()
    assert len({receipt.ids for receipt in await asyncio.gather(*adding)}) == 3
    await stream.close()


async def test_a_long_message_is_kept_in_parts_each_with_a_meaning(engine: Engine, data_dir: Path) -> None:
    lines = [f"At {hour} o'clock the river stood at {hour * 7} centimetres near the mill." for hour in range(2000)]
    message = "\n".join(lines)
    async with engine.stream("river", layer="assets", title="Gauge") as stream:
        receipt = await stream.add(message, external_id="gauge-1")
        again = await stream.add(message, external_id="gauge-1")
    assert len(receipt.ids) > 20
    assert "".join(texts(data_dir)) == message
    assert again == Receipt(session="river", number=2, ids=receipt.ids, received_at=again.received_at, repeated=True)
    first, second = await engine.memory(receipt.ids[0]), await engine.memory(receipt.ids[1])
    assert (first.external_id, second.external_id, second.title) == ("gauge-1", None, "Gauge")
    (hit,) = await engine.recall("river at 1933 o'clock", limit=1)
    assert "At 1933 o'clock" in hit.memory.text
    with pytest.raises(InvalidMemoryError, match="external_id"):
        await engine.stream("other").add("something else", external_id="gauge-1")


async def test_a_message_of_a_megabyte_is_taken_and_one_above_is_refused(engine: Engine, data_dir: Path) -> None:
    await engine.pause_background("vectors")
    async with engine.stream("log") as stream:
        line = "0123456789abcde "
        receipt = await stream.add(line * (1024 * 1024 // 16))
        for text in (line * (1024 * 1024 // 16) + "x", "é" * (512 * 1024 + 1)):
            with pytest.raises(StreamError, match="too large"):
                await stream.add(text)
    assert sum(map(len, texts(data_dir))) == 1024 * 1024
    assert len(receipt.ids) == len(texts(data_dir))


async def test_one_bad_message_does_not_take_others_with_it(engine: Engine, held: Held, data_dir: Path) -> None:
    streams = [engine.stream(name) for name in ("a", "b", "c")]
    await engine._parts.memory.recall("nothing yet")
    adding = [asyncio.create_task(stream.add(f"from {stream.name}", external_id="same")) for stream in streams]
    await asyncio.sleep(0.05)
    await held.release()
    done = await asyncio.gather(*adding, return_exceptions=True)
    assert [type(one) for one in done] == [Receipt, InvalidMemoryError, InvalidMemoryError]
    assert texts(data_dir) == ["from a"]
    assert streams[1].status().problem.startswith("external_id")


@pytest.mark.parametrize(
    ("text", "fields", "error"),
    [
        ("", {}, "text"),
        (7, {}, "text"),
        ("fine", {"layer": "cellar"}, "layer"),
        ("fine", {"session": "other"}, "session"),
        ("fine", {"mood": "good"}, "mood"),
        ("fine", {"occurred_at": datetime(2026, 1, 1)}, "occurred_at"),  # noqa: DTZ001
    ],
)
async def test_what_cannot_be_remembered_is_refused_with_the_field(
    engine: Engine, text: Any, fields: dict[str, Any], error: str
) -> None:
    async with engine.stream("log") as stream:
        with pytest.raises(InvalidMemoryError, match=error):
            await stream.add(text, **fields)
        assert (await stream.add("still open")).number == 1


async def test_a_message_may_bring_its_vector_and_its_time(engine: Engine, data_dir: Path) -> None:
    vector = [0.0] * 383 + [2.0]
    said = datetime(2020, 5, 17, 8, 0, tzinfo=UTC)
    async with engine.stream("log") as stream:
        receipt = await stream.add("with a vector", vector=vector, occurred_at=said)
    assert missing(data_dir) == 0
    assert (await engine.memory(receipt.ids[0])).occurred_at == said


async def test_cancelling_a_stream_drops_what_was_not_kept_and_nothing_else(engine: Engine, data_dir: Path) -> None:
    await engine.change_option("streaming.buffer_ms", 60_000)
    stream = engine.stream("log")
    await stream.add("kept")
    held = Held(engine)
    adding = asyncio.create_task(stream.add("being written"))
    await until(lambda: stream.waiting and not engine._parts.streams._queue)
    asked = asyncio.create_task(stream.add("asked for"))
    await stream.put("only put")
    await asyncio.sleep(0)
    cancelling = asyncio.create_task(stream.cancel())
    await asyncio.sleep(0.01)
    await held.release()
    assert await cancelling == 2
    assert (await adding).number == 2
    with pytest.raises(StreamError, match="cancelled"):
        await asked
    with pytest.raises(StreamError, match="closed"):
        await stream.add("after")
    assert texts(data_dir) == ["kept", "being written"]
    assert await engine.streams() == []


async def test_a_sender_that_stops_waiting_takes_its_message_back(engine: Engine, held: Held, data_dir: Path) -> None:
    await engine.change_option("streaming.buffer_records", 2)
    stream = engine.stream("log")
    first = asyncio.create_task(stream.add("first"))
    await until(lambda: stream.waiting and not engine._parts.streams._queue)
    second = asyncio.create_task(stream.add("second"))
    third = asyncio.create_task(stream.add("third"))
    await asyncio.sleep(0.05)
    second.cancel()
    await asyncio.sleep(0.05)
    await held.release()
    await asyncio.gather(first, third)
    with pytest.raises(asyncio.CancelledError):
        await second
    await stream.close()
    assert texts(data_dir) == ["first", "third"]


@pytest.mark.expected_logs("the background job")
async def test_a_full_disk_is_told_to_every_sender_and_the_next_message_is_kept(
    engine: Engine, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await engine.change_option("streaming.buffer_ms", 60_000)
    memory = engine._parts.memory
    write = memory.write

    async def full(change: Any) -> Any:
        raise StoreFullError("The disk is full.")

    monkeypatch.setattr(memory, "write", full)
    stream = engine.stream("log")
    with pytest.raises(StoreFullError):
        await stream.add("lost, and told")
    await stream.put("lost, and told later")
    with pytest.raises(StoreFullError):
        await stream.flush()
    assert stream.status().problem == "The disk is full."
    monkeypatch.setattr(memory, "write", write)
    await stream.add("kept")
    await stream.close()
    assert texts(data_dir) == ["kept"]


@pytest.mark.expected_logs("messages of live streams could not be kept")
async def test_a_fault_of_ours_is_told_and_the_writer_lives(
    engine: Engine, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory = engine._parts.memory
    write = memory.write

    async def slip(change: Any) -> Any:
        raise RuntimeError("a slip")

    monkeypatch.setattr(memory, "write", slip)
    stream = engine.stream("log")
    with pytest.raises(StreamError, match="a slip"):
        await stream.add("told")
    monkeypatch.setattr(memory, "write", write)
    await stream.add("kept")
    await stream.close()
    assert texts(data_dir) == ["kept"]


async def test_names_and_numbers_of_streams(engine: Engine) -> None:
    await engine.change_option("streaming.sessions", 2)
    first = engine.stream("a")
    with pytest.raises(StreamError, match="open already"):
        engine.stream("a")
    for name in ("", "  ", 7):
        with pytest.raises(InvalidMemoryError, match="session"):
            engine.stream(name)  # type: ignore[arg-type]
    with pytest.raises(InvalidMemoryError, match="mood"):
        engine.stream("b", mood="good")
    engine.stream("b")
    with pytest.raises(StreamError, match="2 streams are open"):
        engine.stream("c")
    await first.close()
    assert [status.session for status in await engine.streams()] == ["b"]
    engine.stream("a")


async def test_quiet_streams_are_let_go_of_and_come_back_by_themselves(engine: Engine, data_dir: Path) -> None:
    parts, clock = engine._parts, FakeClock()
    streams = Streams(
        memory=parts.memory,
        embedder=parts.embedder,
        executors=parts.executors,
        events=engine.events,
        settings=engine.settings,
        vectors_due=lambda: None,
        clock=clock,
        monotonic=clock.monotonic,
    )
    quiet, loud = streams.open("quiet", {}), streams.open("loud", {})
    clock.advance(seconds=59)
    await loud.add("here")
    assert streams.clean() == 0
    clock.advance(seconds=1)
    assert streams.clean() == 1
    assert [status.session for status in streams.statuses()] == ["loud"]
    await quiet.add("back again")
    assert [status.session for status in streams.statuses()] == ["loud", "quiet"]
    clock.advance(seconds=60)
    assert streams.clean() == 2
    other = streams.open("quiet", {})
    with pytest.raises(StreamError, match="open already"):
        await quiet.add("somebody else has the name")
    await other.close()
    await streams.close()
    with pytest.raises(StreamError, match="closed"):
        streams.open("late", {})
    assert texts(data_dir) == ["here", "back again"]


async def test_closing_magray_keeps_what_was_put(settings: Settings, data_dir: Path) -> None:
    async with Engine.open(settings) as engine:
        await engine.change_option("streaming.buffer_ms", 60_000)
        stream = engine.stream("log")
        await stream.put("the last word")
    assert texts(data_dir) == ["the last word"]
    with pytest.raises(StreamError, match="closed"):
        await stream.add("too late")
    with pytest.raises(EngineClosedError):
        engine.stream("late")


async def test_a_stream_takes_little_memory(engine: Engine, held: Held) -> None:
    await engine.change_option("streaming.buffer_ms", 60_000)
    line = "x" * 1000
    await engine.stream("warm").put(line + "0")
    tracemalloc.start()
    try:
        streams = [engine.stream(f"s{number}") for number in range(20)]
        before = tracemalloc.get_traced_memory()[0]
        opened = [engine.stream(f"t{number}") for number in range(20)]
        for stream in opened:
            for number in range(49):
                await stream.put(f"{line}{number}")
        each = (tracemalloc.get_traced_memory()[0] - before) / 20
    finally:
        tracemalloc.stop()
    assert each < 150_000  # 49 kB of texts among it: bytes of a full stream, with what Python adds
    for stream in (*streams, *opened):
        await stream.cancel()


async def test_while_messages_come_embedding_takes_short_turns(
    engine: Engine, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await engine.pause_background("vectors")
    async with engine.stream("log") as stream:
        for number in range(20):
            await stream.add(f"message {number}")
    parts = engine._parts
    monkeypatch.setattr(vectors, "BUSY_REST", 0.01)
    assert parts.streams.quiet() >= 0
    batches: list[str] = []
    moments = iter([0.0, 0.0])

    async def breathe() -> None:
        batches.append(f"{20 - missing(data_dir)} done")

    work = vectors.FirstVectors(
        store=parts.store,
        indexes=parts.indexes,
        embedder=parts.embedder,
        executors=parts.executors,
        quiet=lambda: next(moments, 60.0),
    )
    assert await work.run(Turn(breathe=breathe, report=lambda done, words: None)) == ""
    assert batches == ["8 done", "16 done", "20 done"]
    assert (await engine.verify()).problems == ()
