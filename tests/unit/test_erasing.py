"""What was erased stands in no byte of the data folder: canaries of every kind are written, erased, and looked for."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from engine import ERASED, Engine, Memory, NewMemory, Notice, Settings
from engine.memory.lexical_index import BODY, SECTION, WINDOW, WordIndex
from engine.memory.store import copies, erasing
from engine.memory.store.erasing import cover
from tests.helpers.clock import FakeClock

DIMENSIONS = 384


def places(folder: Path, *canaries: bytes) -> list[str]:
    """Files that hold one of the canaries, with the canary."""
    found = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        data = path.read_bytes()
        lower = data.lower()
        found += [f"{path.relative_to(folder)}: {one[:40]!r}" for one in canaries if one in data or one in lower]
    return found


def forms(*words: str) -> list[bytes]:
    """Each word in the encodings that a file may hold it in."""
    texts = [form for word in words for form in (word, word.lower())]
    return [text.encode(encoding) for text in texts for encoding in ("utf-8", "utf-16-le", "utf-16-be")]


def known(folder: Path, word: str, *names: str) -> bool:
    """Whether the dictionaries of the word indexes hold a word; their files hold it letter by letter."""
    found = False
    for name in names or ("words", "sections", "archive/words"):
        index = WordIndex(folder / "indexes" / name)
        index.open()
        found |= any(index._searcher().doc_freq(field, word) > 0 for field in (BODY, WINDOW, SECTION))
        index.close()
    return found


def vector(seed: int) -> np.ndarray:
    made = np.random.default_rng(seed).standard_normal(DIMENSIONS).astype(np.float32)
    return made / np.linalg.norm(made)


def parts(engine: Engine, memory: Memory) -> list[bytes]:
    """Stretches of the bytes of a memory's vector, as float32 and float16."""
    query = "SELECT v.data FROM vector v JOIN memory m ON m.number = v.memory WHERE m.id = ?"
    with engine._parts.store.read() as reader:
        ((data,),) = reader.execute_sql(query, (memory.id,)).fetchall()
    unit = np.frombuffer(data, "<f4")
    return [unit[:16].tobytes(), unit[-16:].tobytes(), unit.astype("<f2")[:16].tobytes()]


async def settled(engine: Engine) -> None:
    await engine._parts.executors.run("io", engine._parts.indexes.settle)


@pytest.mark.parametrize("vectors", ["auto", "fp32"])
async def test_a_memory_leaves_no_byte(data_dir: Path, vectors: str) -> None:
    """In graphs on the disk, in the word index, in caches, in the write-ahead log."""
    settings = Settings(data_dir=data_dir, index={"exact_below": 20, "merge_tail": 4, "vectors": vectors})
    words = ["xanaduquartz", "zemblaopal", "brobdingnagtag", "erewhonspeaker", "lilliputsession", "external-laputa"]
    async with Engine.open(settings) as engine:
        secret = NewMemory(
            text="The vault code is xanaduquartz.",
            layer="assets",
            title="zemblaopal",
            tags=("brobdingnagtag",),
            speaker="erewhonspeaker",
            session="lilliputsession",
            external_id="external-laputa",
        )
        (first,) = await engine.remember_many([secret])
        (second,) = await engine.remember_many([NewMemory(text="Another word on xanaduquartz.", layer="assets")])
        filler = [NewMemory(text=f"note {n} of the garden", layer="assets", vector=vector(n)) for n in range(60)]
        await engine.remember_many(filler)
        await settled(engine)
        await engine._parts.executors.run("io", engine._parts.indexes.save)
        assert len(await engine.recall("xanaduquartz")) > 1
        bytes_of_vectors = [*parts(engine, first), *parts(engine, second)]
    for word in words:
        assert places(data_dir, *forms(word)), f"{word} was never there"
    assert places(data_dir / "indexes", *bytes_of_vectors), "the vectors were in no graph"
    assert known(data_dir, "xanaduquartz")
    async with Engine.open(settings) as engine:
        await engine.delete_memories([first.id])
        assert await engine.delete_memories([first.id, second.id], erase=True) == 2
    assert places(data_dir, *forms(*words), *bytes_of_vectors) == []
    assert not known(data_dir, "xanaduquartz")
    async with Engine.open(settings) as engine:
        assert (await engine.verify()).problems == ()
        assert len(await engine.memories(limit=1000)) == 60
        assert len(await engine.recall("which note is of the garden")) == 10


async def test_a_document_leaves_no_byte(data_dir: Path, tmp_path: Path) -> None:
    file = tmp_path / "kubla-khan-letter.md"
    file.write_text(
        "# Coleridgean heading\n\nThe alphriver runs through caverns measureless. It ends in a sunless sea.\n"
    )
    words = ["kubla-khan-letter", "alphriver", "coleridgean", "measureless"]
    async with Engine.open(Settings(data_dir=data_dir)) as engine:
        await engine.ingest([file])
        (document,) = await engine.documents()
        conversation = await engine.create_conversation()
        answer = await engine.ask("Where does the alphriver run?", conversation_id=conversation.id)
        assert any("alphriver" in citation.quote for citation in answer.citations)
        assert await engine.forget_document(document.id) > 0
        assert await engine.ingest_files() == []
        told = [message for message in await engine.messages(conversation.id) if message.role == "assistant"]
        assert ERASED in told[0].text
        assert told[0].answer is not None
        assert "measureless" not in repr(told[0])
        # the question was the owner's own, and is a memory of its own
        await engine.erase_conversation(conversation.id)
        assert await engine.conversations() == []
        assert await engine.memories() == []
    assert places(data_dir, *forms(*words)) == []


async def test_an_erased_memory_leaves_the_answers_that_quoted_it(data_dir: Path) -> None:
    async with Engine.open(Settings(data_dir=data_dir)) as engine:
        (kept,) = await engine.remember_many([NewMemory(text="The piano was tuned by Olaf in March.", layer="assets")])
        (gone,) = await engine.remember_many(
            [NewMemory(text="The piano was sold to wuthering Heathcliff in April.", layer="assets")]
        )
        conversation = await engine.create_conversation()
        for question in ("Who tuned the piano in March?", "To whom was the piano sold in April?"):
            await engine.ask(question, conversation_id=conversation.id)
        heard: list[object] = []
        engine.events.subscribe(heard.append)
        await engine.delete_memories([gone.id], erase=True)
        told = [message for message in await engine.messages(conversation.id) if message.role == "assistant"]
        assert "Olaf" in told[0].text
        assert "Heathcliff" not in repr(told)
        assert ERASED in told[1].text
        assert told[1].answer is not None
        cited = [citation for citation in told[1].answer.citations if citation.memory_id == gone.id]
        assert [(citation.quote, citation.source) for citation in cited] == [(ERASED, None)]
        assert kept.id in {hit.memory.id for message in told if message.answer for hit in message.answer.hits}
        assert gone.id not in {hit.memory.id for message in told if message.answer for hit in message.answer.hits}
        assert await engine.conversations("Heathcliff") == []
    assert places(data_dir, *forms("Heathcliff", "wuthering")) == []


async def test_a_question_that_is_erased_goes_from_the_conversation_and_its_title(data_dir: Path) -> None:
    async with Engine.open(Settings(data_dir=data_dir)) as engine:
        conversation = await engine.create_conversation()
        await engine.ask("Is my password still rumpelstiltskin99 or not?", conversation_id=conversation.id)
        (question,) = [one for one in await engine.memories() if "rumpelstiltskin99" in one.text]
        await engine.delete_memories([question.id], erase=True)
        (found,) = await engine.conversations()
        assert "rumpelstiltskin99" not in found.title
        assert (await engine.messages(conversation.id))[0].text == ERASED
    assert places(data_dir, *forms("rumpelstiltskin99")) == []


async def test_copies_that_still_hold_it_are_named(data_dir: Path) -> None:
    settings = Settings(data_dir=data_dir)
    async with Engine.open(settings) as engine:
        early = data_dir / "backups" / "magray-format0-early.db"
        copies.hot_copy(engine._parts.store.path, early, lambda: None)
        memory = await engine.remember("in the later copy only")
        late = data_dir / "backups" / "magray-format0-late.db"
        copies.hot_copy(engine._parts.store.path, late, lambda: None)
        (data_dir / "backups" / "other.db").write_bytes(b"no database")
        heard: list[object] = []
        engine.events.subscribe(heard.append)
        await engine.delete_memories([memory.id], erase=True)
        (notice,) = [event for event in heard if isinstance(event, Notice)]
        assert late.name in notice.text
        assert early.name not in notice.text
        storage = next(one for one in (await engine.status()).components if one.name == "storage")
        assert late.name in storage.summary
        late.unlink()
        storage = next(one for one in (await engine.status()).components if one.name == "storage")
        assert "backups from before" not in storage.summary


async def test_a_kill_right_after_erasing_leaves_it_to_the_next_start(data_dir: Path, tmp_path: Path) -> None:
    settings = Settings(data_dir=data_dir, index={"exact_below": 20, "merge_tail": 4})
    killed = tmp_path / "killed"
    async with Engine.open(settings) as engine:
        (memory,) = await engine.remember_many([NewMemory(text="xanaduquartz is the code", layer="assets")])
        many = [NewMemory(text=f"note {n} of the garden", layer="assets", vector=vector(n)) for n in range(60)]
        await engine.remember_many(many)
        await settled(engine)
        await engine._parts.executors.run("io", engine._parts.indexes.save)
        secret = parts(engine, memory)
        shutil.copytree(data_dir / "indexes", killed / "indexes")  # as they would stand if they had not followed
        await engine.delete_memories([memory.id], erase=True)
        for name in ("magray.db", "magray.db-wal"):
            shutil.copy(data_dir / name, killed)
    assert places(killed / "indexes", *secret), "the indexes had followed"
    assert known(killed, "xanaduquartz")
    async with Engine.open(Settings(data_dir=killed, index={"exact_below": 20, "merge_tail": 4})) as engine:
        await settled(engine)
    assert places(killed, *forms("xanaduquartz"), *secret) == []
    assert not known(killed, "xanaduquartz")


async def test_the_rest_of_a_file_that_was_edited_costs_no_new_index(data_dir: Path, tmp_path: Path) -> None:
    """Reading a changed file again replaces passages; its owner has erased nothing."""
    file = tmp_path / "notes.md"
    file.write_text("The lamp stands in the hall.")
    async with Engine.open(Settings(data_dir=data_dir)) as engine:
        await engine.ingest([file])
        file.write_text("The lamp stands in the attic now.")
        await engine.ingest([file])
        await settled(engine)
        assert not engine._parts.indexes.lexical.must_purge
        assert [one.text for one in await engine.memories()] == ["The lamp stands in the attic now."]


@pytest.mark.parametrize("made_by", ["openai/large", "quotes"])
def test_what_a_model_said_of_it_goes_by_sentences(made_by: str) -> None:
    text = "Olaf tuned it [1]. The buyer came from the moors [2]. Both are in the book [1][2]."
    row = {
        "text": text,
        "thinking": "the buyer is Heathcliff",
        "answer": json.dumps(
            {
                "made_by": made_by,
                "citations": [{"number": 2, "memory_id": "b", "quote": "the moors", "source": None}],
            }
        ),
    }
    changed = erasing._redact_message(row, {"b"}, ["a man of the moors bought it"])
    assert changed["thinking"] == ""
    if made_by == "quotes":
        assert changed["text"] == text.replace("the moors", ERASED)
    else:
        assert changed["text"] == f"Olaf tuned it [1]. {ERASED} {ERASED}"


@pytest.mark.parametrize(
    ("text", "passage", "covered"),
    [
        ("He said: one two three four five six!", "One two, three four five", f"He said: {ERASED} six!"),
        ("nothing of it", "one two three four five", "nothing of it"),
        ("The code is swordfish today.", "swordfish", f"The code is {ERASED} today."),
        ("東京タワーに行きました。明日も行きます。", "東京タワーに行きました。", f"{ERASED}明日も行きます。"),
        ("some text", "   ", "some text"),
    ],
)
def test_covering(text: str, passage: str, covered: str) -> None:
    assert cover(text, [passage]) == covered


async def test_what_a_kill_left_in_the_log_goes_at_the_next_start(data_dir: Path, tmp_path: Path) -> None:
    """A reader was in the way when it was erased, then the end came."""
    killed = tmp_path / "killed"
    killed.mkdir()
    async with Engine.open(Settings(data_dir=data_dir)) as engine:
        memory = await engine.remember("xanaduquartz is the code")
        with engine._parts.store.read() as reader:
            reader.execute_sql("SELECT count(*) FROM memory").fetchone()
            await engine.delete_memories([memory.id], erase=True)
            for name in ("magray.db", "magray.db-wal"):
                shutil.copy(data_dir / name, killed)
    assert places(killed, *forms("xanaduquartz")), "nothing was in the way"
    async with Engine.open(Settings(data_dir=killed)):
        assert places(killed, *forms("xanaduquartz")) == []


async def test_versions_merged_parts_history_and_archive_leave_no_byte(data_dir: Path) -> None:
    """What a memory said before, what is hidden behind it, and what was logged of it goes with it."""
    words = ["xanaduquartz", "zemblaopal", "brobdingnagtag", "lilliputtitle", "erewhonpart", "laputareason"]
    async with Engine.open(Settings(data_dir=data_dir)) as engine:
        life = engine._parts.life
        secret, twin, kept = await engine.remember_many(
            [
                NewMemory(text="The vault code is xanaduquartz today.", title="lilliputtitle", layer="assets"),
                NewMemory(text="The vault code, erewhonpart, is on paper.", layer="assets"),
                NewMemory(text="The garden gate is green.", layer="assets"),
            ]
        )
        earlier = parts(engine, secret)
        await engine.edit_memory(secret.id, text="The vault code is zemblaopal today.", title=None)
        await engine.tag_memories([secret.id], add=["brobdingnagtag"])
        await life.merge([secret.id, twin.id], keep=secret.id)
        reason = "Both came after: The vault code is zemblaopal today. And laputareason for xanaduquartz."
        await life.tag([secret.id, kept.id], add=["both"], reason=reason.replace("laputareason for ", ""))
        await life.tag([secret.id], add=["alone"], reason=reason)
        await engine.archive_memories([secret.id, twin.id])
        await settled(engine)
        assert {hit.memory.text for hit in await engine.recall("vault code", archived=True)} >= {
            "The vault code is zemblaopal today."
        }
        later = [*parts(engine, secret), *parts(engine, twin)]
        (version,) = await engine.memory_versions(secret.id)
        assert "xanaduquartz" in version.text
        await engine._parts.executors.run("io", engine._parts.indexes.save)
    for word in words:
        assert places(data_dir, *forms(word)), f"{word} was never there"
    assert known(data_dir, "xanaduquartz", "archive/words")
    async with Engine.open(Settings(data_dir=data_dir)) as engine:
        assert await engine.delete_memories([secret.id], erase=True) == 1
        assert [one.text for one in await engine.memories()] == ["The garden gate is green."]
        (entry,) = await engine.memory_history(kept.id)
        assert ERASED in entry.reason
        assert "vault code" not in entry.reason
    assert places(data_dir, *forms(*words), *earlier, *later) == []
    assert not known(data_dir, "xanaduquartz", "archive/words")
    async with Engine.open(Settings(data_dir=data_dir)) as engine:
        assert (await engine.verify()).problems == ()


async def test_an_answer_that_quoted_an_earlier_version_loses_it(data_dir: Path) -> None:
    async with Engine.open(Settings(data_dir=data_dir)) as engine:
        (memory,) = await engine.remember_many(
            [NewMemory(text="The piano was sold to wuthering Heathcliff in April.", layer="assets")]
        )
        conversation = await engine.create_conversation()
        answer = await engine.ask("To whom was the piano sold in April?", conversation_id=conversation.id)
        assert any("Heathcliff" in citation.quote for citation in answer.citations)
        await engine.edit_memory(memory.id, text="The piano was sold to Linton in May.")
        await engine.delete_memories([memory.id], erase=True)
        assert "Heathcliff" not in repr(await engine.messages(conversation.id))
    assert places(data_dir, *forms("Heathcliff", "Linton")) == []


async def test_what_is_erased_by_itself_after_long_leaves_no_byte(data_dir: Path) -> None:
    clock = FakeClock()
    settings = Settings(data_dir=data_dir, life={"erase_after_days": 10})
    async with Engine.open(settings, clock=clock) as engine:
        await engine.remember("xanaduquartz was said in passing")
        clock.advance(days=2)
        await engine._parts.life.sweep()
        clock.advance(days=11)
        assert [hit.memory.text for hit in await engine.recall("passing", archived=True)]
        await engine._parts.life.sweep()
        assert await engine.recall("passing", archived=True) == []
    assert places(data_dir, *forms("xanaduquartz")) == []


async def test_a_chunk_that_was_edited_stays_when_the_file_is_read_again(data_dir: Path, tmp_path: Path) -> None:
    """The file is what it was; its owner's words stand until the passage in the file changes."""
    file = tmp_path / "notes.md"
    file.write_text("# Hall\n\nThe lamp stands in the hall.\n\n# Attic\n\nThe trunk stands in the attic.\n")
    async with Engine.open(Settings(data_dir=data_dir)) as engine:
        await engine.ingest([file])
        lamp = next(one for one in await engine.memories() if "lamp" in one.text)
        trunk = next(one for one in await engine.memories() if "trunk" in one.text)
        await engine.edit_memory(lamp.id, text="The lamp stood in the hall until May.")
        split = await engine.split_memory(trunk.id, ["The trunk stands", "in the attic."])
        file.write_text(file.read_text() + "\n# Cellar\n\nThe wine lies in the cellar.\n")
        await engine.ingest([file])
        texts = {one.text for one in await engine.memories(superseded=False)}
        assert {"The lamp stood in the hall until May.", "The trunk stands", "in the attic."} <= texts
        assert any("wine" in text for text in texts)
        source = (await engine.memory(split.memories[1])).source
        assert source is not None
        assert source == (await engine.memory(trunk.id)).source or source.type == "document"
        (version,) = await engine.memory_versions(lamp.id)
        assert version.source == lamp.source
        file.write_text("# Hall\n\nThe lamp was sold.\n")
        await engine.ingest([file])
        assert [one.text.split("\n")[-1] for one in await engine.memories()] == ["The lamp was sold."]
        await settled(engine)
        assert (await engine.verify()).problems == ()


async def test_what_came_through_a_stream_leaves_no_byte_embedded_or_not(data_dir: Path) -> None:
    async with Engine.open(Settings(data_dir=data_dir)) as engine:
        await engine.remember("Something that stays.", layer="assets")
        async with engine.stream("zirkonbach", layer="assets") as stream:
            embedded = await stream.add("The parrot said quetzalwort.", external_id="ovolactate")
            await engine.run_background("vectors")
            await engine.pause_background("vectors")
            waiting = await stream.add("The parrot never said marzipanquell.", tags=("umbrafox",))
            await engine.recall("quetzalwort marzipanquell")
            (memory,) = [one for one in await engine.memories() if one.id == embedded.ids[0]]
            traces = parts(engine, memory)
        assert await engine.delete_memories([*embedded.ids, *waiting.ids], erase=True) == 2
        await engine.resume_background("vectors")
        await engine.run_background("vectors")
    words = ("quetzalwort", "marzipanquell", "zirkonbach", "ovolactate", "umbrafox")
    assert places(data_dir, *forms(*words), *traces) == []
    assert not any(known(data_dir, word) for word in words)
