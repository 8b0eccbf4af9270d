import asyncio
import os
import sqlite3
import struct
import subprocess
import sys
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from engine import (
    Engine,
    EngineClosedError,
    InvalidMemoryError,
    MemoriesChanged,
    NewMemory,
    NotFoundError,
    Settings,
    StoreBusyError,
    StoreNewerError,
    StoreReadOnlyError,
)


def test_importing_the_engine_loads_nothing_heavy() -> None:
    code = (
        "import sys, engine\n"
        "heavy = {'numpy', 'onnxruntime', 'tokenizers', 'hnswlib', 'tantivy', 'peewee', 'kreuzberg', 'pydantic'}\n"
        "print(sorted(heavy & {name.split('.')[0] for name in sys.modules}))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"


async def test_what_is_remembered_is_found_at_once(engine: Engine) -> None:
    heard: list[object] = []
    leave = engine.events.subscribe(heard.append)
    memory = await engine.remember("The spare key hangs behind the boiler.", layer="assets")
    hits = await engine.recall("where is the spare key")
    leave()
    assert hits[0].memory.id == memory.id
    assert hits[0].scores
    assert MemoriesChanged(added=1) in heard


async def test_many_are_remembered_in_one_transaction_or_not_at_all(engine: Engine) -> None:
    with pytest.raises(InvalidMemoryError, match="external_id"):
        await engine.remember_many([NewMemory(text="a", external_id="1"), NewMemory(text="b", external_id="1")])
    assert await engine.memories() == []
    written = await engine.remember_many([NewMemory(text=f"number {index}") for index in range(50)])
    assert [memory.text for memory in written] == [f"number {index}" for index in range(50)]
    assert await engine.remember_many([]) == []


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"text": " \n\t"}, "text"),
        ({"text": "\u200b"}, "text"),
        ({"text": None}, "text"),
        ({"text": b"bytes"}, "text"),
        ({"text": "a", "speaker": 3}, "speaker"),
        ({"text": "a", "external_id": 3}, "external_id"),
        ({"text": "a", "tags": "abc"}, "tags"),
        ({"text": "a", "tags": (1, 2)}, "tags"),
        ({"text": "a", "occurred_at": "2020-01-01"}, "occurred_at"),
        ({"text": "a", "occurred_at": datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=9)))}, "occurred_at"),
        ({"text": "a", "vector": ["a"] * 384}, "vector"),
        ({"text": "a", "layer": "attic"}, "layer"),
        ({"text": "a", "kind": "poem"}, "kind"),
        ({"text": "a", "occurred_at": datetime(2026, 1, 1)}, "occurred_at"),  # noqa: DTZ001 - it is what is refused
        ({"text": "a", "vector": [1.0]}, "vector"),
        ({"text": "a", "vector": [float("nan")] * 384}, "vector"),
        ({"text": "a", "vector": [0.0] * 384}, "vector"),
        ({"text": "a", "external_id": ""}, "external_id"),
        ({"text": "a" * 5_000_000}, "text"),
    ],
)
async def test_what_cannot_be_remembered_names_the_field(engine: Engine, fields: dict[str, object], named: str) -> None:
    with pytest.raises(InvalidMemoryError, match=f"^{named}:"):
        await engine.remember_many([NewMemory(**fields)])  # type: ignore[arg-type]
    assert await engine.memories() == []


async def test_odd_texts_are_kept_or_mended_never_lost(engine: Engine) -> None:
    written = await engine.remember_many(
        [NewMemory(text="half \ud83d pair"), NewMemory(text="nul\x00inside"), NewMemory(text="bell \x07 rings")]
    )
    assert "half" in written[0].text
    assert "\ud83d" not in written[0].text
    assert written[1].text == "nul inside"
    assert written[2].text == "bell \x07 rings"
    assert (await engine.recall("half pair"))[0].memory.id == written[0].id


async def test_lone_surrogates_never_stop_a_write(engine: Engine) -> None:
    memory = await engine.remember("a", external_id="x\ud800")
    assert memory.external_id is not None
    assert "\ud800" not in memory.external_id
    conversation = await engine.create_conversation("one\ntwo\ud800\x00")
    assert conversation.title.startswith("one two")
    await engine.rename_conversation(conversation.id, "\ud800" + "x" * 10_000)
    assert len((await engine.conversation(conversation.id)).title) < 1000
    document = await engine.ingest_text("The lamp stands in the hall.", title="a\ud800")
    assert document.title == "a?"


@pytest.mark.parametrize("size", [1e38, 1e300, 1e-45, 1e-300])
async def test_a_given_vector_of_any_length_keeps_its_direction(engine: Engine, size: float) -> None:
    await engine.remember("words that stand in no question", vector=[size, *[0.0] * 382, size])
    with closing(sqlite3.connect(engine.settings.paths.database)) as database:
        (data,) = database.execute("SELECT data FROM vector").fetchone()
    assert struct.unpack("<384f", data)[0] == pytest.approx(2**-0.5)


@pytest.mark.timeout(60)
async def test_a_query_without_end_is_answered(engine: Engine) -> None:
    await engine.remember("The spare key hangs behind the boiler.")
    hits = await engine.recall("where is the spare key " + "z" * 3_000_000)
    assert hits


async def test_one_path_is_not_taken_for_its_letters(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("The lamp stands in the hall.")
    report = await engine.ingest(str(path))
    assert [file.path for file in report.files] == [str(path)]
    with pytest.raises(InvalidMemoryError, match="empty"):
        await engine.ingest([str(path), ""])


async def test_a_given_vector_is_used(engine: Engine) -> None:
    vector = [0.0] * 384
    vector[7] = 3.0
    memory = await engine.remember("something with its own vector", vector=vector)
    assert (await engine.memory(memory.id)).text == "something with its own vector"
    assert (await engine.verify()).problems == ()


@pytest.mark.parametrize(("query", "fields"), [("  ", {}), ("a", {"limit": 0}), ("a", {"layer": "attic"})])
async def test_recalls_that_cannot_be_answered(engine: Engine, query: str, fields: dict[str, object]) -> None:
    with pytest.raises(InvalidMemoryError):
        await engine.recall(query, **fields)  # type: ignore[arg-type]


async def test_deleting_can_be_undone_and_erasing_cannot(engine: Engine) -> None:
    memory = await engine.remember("The alarm code is 4711.", layer="assets")
    assert await engine.delete_memories([memory.id]) == 1
    assert await engine.recall("alarm code") == []
    assert [hidden.id for hidden in await engine.memories(deleted=True)] == [memory.id]
    assert await engine.undelete_memories([memory.id]) == 1
    assert [hit.memory.id for hit in await engine.recall("alarm code")] == [memory.id]
    assert await engine.delete_memories([memory.id], erase=True) == 1
    assert await engine.recall("alarm code") == []
    with pytest.raises(NotFoundError):
        await engine.memory(memory.id)
    assert (await engine.verify()).problems == ()


async def test_what_is_erased_stands_in_no_file_any_more(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "note.txt"
    path.write_text("The parcel waits under the vlimpsword bench.")
    memory = await engine.remember("The safe opens with xyzzyplugh.", title="quuxtitle")
    (row,) = (await engine.ingest([path])).files
    assert row.document_id is not None
    canaries = {b"xyzzyplugh", b"quuxtitle", b"vlimpsword"}

    def left() -> set[bytes]:
        found = set()
        for file in engine.settings.paths.data.rglob("*"):
            # The lexical index writes files beside its segments that are gone a moment later.
            with suppress(FileNotFoundError, IsADirectoryError):
                found |= {canary for canary in canaries if canary in file.read_bytes().lower()}
        return found

    assert left() == canaries
    await engine.delete_memories([memory.id], erase=True)
    await engine.forget_document(row.document_id)
    assert (await engine.verify()).problems == ()
    assert left() == set()


async def test_everything_is_there_after_a_restart(settings: Settings) -> None:
    async with Engine.open(settings) as engine:
        memory = await engine.remember("Aunt Vera lives in Perm.", layer="assets", speaker="Ann", session="s")
        conversation = await engine.create_conversation()
        await engine.ask("Where does aunt Vera live?", conversation_id=conversation.id)
    async with Engine.open(settings) as engine:
        assert (await engine.memory(memory.id)).text == memory.text
        answer = await engine.ask("Where does Vera live?")
        assert [citation.memory_id for citation in answer.citations] == [memory.id]
        messages = await engine.messages(conversation.id)
        assert [message.role for message in messages] == ["user", "assistant"]
        assert messages[1].answer is not None
        assert (await engine.conversation(conversation.id)).title == "Where does aunt Vera live?"
        assert (await engine.verify()).problems == ()


async def test_a_conversation_remembers_what_was_asked_and_does_not_answer_with_it(engine: Engine) -> None:
    conversation = await engine.create_conversation("Trip")
    question = "How much did the tickets to Kazan cost?"
    first = await engine.ask(question, conversation_id=conversation.id)
    again = await engine.ask(question, conversation_id=conversation.id)
    assert first.abstained
    assert again.abstained, "a question is no answer to itself"
    remembered = await engine.memories(layer="interact", kind="message")
    assert [memory.text for memory in remembered] == [question, question]
    assert (await engine.conversations(query="tickets"))[0].id == conversation.id


async def test_conversations_are_renamed_hidden_and_brought_back(engine: Engine) -> None:
    conversation = await engine.create_conversation("a")
    await engine.rename_conversation(conversation.id, " b  c ")
    assert (await engine.conversation(conversation.id)).title == "b c"
    await engine.delete_conversation(conversation.id)
    assert await engine.conversations() == []
    await engine.undelete_conversation(conversation.id)
    assert [one.id for one in await engine.conversations()] == [conversation.id]


async def test_an_answer_quotes_its_source_word_for_word(engine: Engine, tmp_path: Path) -> None:
    note = tmp_path / "lease.md"
    note.write_text("# Lease\n\nThe lease of the flat ends on 31 May 2027.\n\n# Pets\n\nDogs are not allowed.\n")
    report = await engine.ingest([note])
    assert [row.state for row in report.files] == ["done"]
    answer = await engine.ask("When does the lease of the flat end?")
    assert not answer.abstained
    assert answer.made_by == "quotes"
    citation = answer.citations[0]
    assert "31 May 2027" in citation.quote
    assert citation.source is not None
    assert citation.source.type == "document"
    assert citation.source.path == str(note)
    text = (await engine.document_text(citation.source.document_id)).pages[0]
    assert text[citation.source.start : citation.source.end] == citation.quote


async def test_status_says_it_in_plain_words(engine: Engine) -> None:
    await engine.remember("a fact", layer="insights")
    status = await engine.status()
    assert status.state == "ok", status
    assert status.memories == {"interact": 0, "insights": 1, "assets": 0}
    assert {"memory", "embedder", "documents", "language model", "storage"} <= {one.name for one in status.components}


async def test_walking_over_every_memory(engine: Engine) -> None:
    await engine.remember_many([NewMemory(text=f"number {index}") for index in range(450)])
    assert [memory.text async for memory in engine.every_memory()] == [f"number {index}" for index in range(450)]


async def test_calls_after_close_say_so(settings: Settings) -> None:
    engine = await Engine.open(settings)
    await asyncio.gather(engine.close(), engine.close())
    await engine.close()
    with pytest.raises(EngineClosedError):
        await engine.recall("anything")


async def test_a_second_engine_on_the_same_folder_is_refused(engine: Engine, settings: Settings) -> None:
    with pytest.raises(StoreBusyError):
        await Engine.open(settings)
    await engine.remember("the first one still works")


async def test_a_newer_database_is_refused_and_left_alone(settings: Settings) -> None:
    async with Engine.open(settings):
        pass
    plain = sqlite3.connect(settings.paths.database)
    plain.execute("PRAGMA user_version = 999")
    plain.close()
    before = settings.paths.database.read_bytes()
    with pytest.raises(StoreNewerError):
        await Engine.open(settings)
    assert settings.paths.database.read_bytes() == before


async def test_a_data_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("I am a file")
    with pytest.raises(StoreReadOnlyError, match="data"):
        await Engine.open(Settings(data_dir=tmp_path / "data"))


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="permissions do not bind the superuser")
async def test_a_read_only_data_folder(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o500)
    with pytest.raises(StoreReadOnlyError, match="cannot be written"):
        await Engine.open(Settings(data_dir=folder))


async def test_recall_while_remembering(engine: Engine) -> None:
    async def write() -> None:
        for index in range(20):
            await engine.remember(f"entry {index} of the log", occurred_at=datetime.now(UTC))

    async def read() -> None:
        for _ in range(20):
            await engine.recall("entry of the log")

    await asyncio.gather(write(), read(), read())
    assert len(await engine.recall("entry of the log", limit=50)) > 0


@pytest.mark.timeout(60)
async def test_recalls_that_fill_the_pool_do_not_wait_for_each_other(engine: Engine) -> None:
    await engine.remember_many([NewMemory(text=f"entry {index} of the log") for index in range(30)])
    found = await asyncio.gather(*(engine.recall(f"entry {index} of the log") for index in range(30)))
    assert [hits[0].memory.text for hits in found] == [f"entry {index} of the log" for index in range(30)]
