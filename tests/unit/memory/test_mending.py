"""What does not agree is found, and what can be put right is, without a memory being changed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import numpy as np
import pytest

from engine import Engine, NewMemory, Settings

TEXTS = [f"note {number} about a harbour" for number in range(60)]


@pytest.fixture
async def house(settings: Settings) -> AsyncIterator[Engine]:
    changed = settings.model_copy(
        update={"index": settings.index.model_copy(update={"exact_below": 20, "merge_tail": 4})}
    )
    async with Engine.open(changed) as engine:
        await engine.remember_many([NewMemory(text=text, layer="assets") for text in TEXTS])
        await engine._parts.executors.run("io", engine._parts.indexes.settle)
        yield engine


async def sql(engine: Engine, *statements: tuple[Any, ...]) -> None:
    """Change the database behind everybody's back."""

    def run() -> None:
        store = engine._parts.store
        store.writer.execute_sql("PRAGMA foreign_keys=0")
        with store.write() as writer:
            for statement, *values in statements:
                writer.execute_sql(statement, values)
        store.writer.execute_sql("PRAGMA foreign_keys=1")

    await engine._parts.executors.run("store", run)


async def texts(engine: Engine) -> list[str]:
    return sorted([one.text for one in await engine.memories(limit=1000)])


async def test_nothing_is_wrong_and_nothing_is_mended(house: Engine) -> None:
    report = await house.verify(mend=True)
    assert (report.problems, report.mended, report.memories) == ((), (), 60)


async def test_only_the_damaged_index_is_built_anew(house: Engine) -> None:
    layer = house._parts.indexes.layers["assets"]
    labels = layer.labels()[:7]
    await house._parts.executors.run("io", lambda: layer._vectors.remove(labels.tolist()))
    report = await house.verify()
    assert report.problems == ("7 memories of assets are not in its vector index.",)
    assert report.mended == ()
    report = await house.verify(mend=True)
    assert report.problems == ()
    assert report.mended == ("The vector index of assets was built anew.",)
    assert (await house.verify()).problems == ()
    assert await texts(house) == sorted(TEXTS)


async def test_rows_that_point_nowhere_go_and_memories_stay(house: Engine) -> None:
    await sql(
        house,
        ("INSERT INTO page(document, page, text) VALUES (99, 1, 'lost')",),
        ("INSERT INTO vector(memory, model, dimensions, data) VALUES (100000, 'm', 1, x'00000000')",),
        ("INSERT INTO link(memory, part, kind) VALUES (1, 100001, 'part')",),
        ("UPDATE memory SET document = 77 WHERE number = 5",),
    )
    assert (await house.verify()).problems == ("4 rows point to rows that are not there",)
    report = await house.verify(mend=True)
    assert report.problems == ()
    assert report.mended == ("4 rows that pointed to nothing were removed or let go.",)
    assert await texts(house) == sorted(TEXTS)


async def test_vectors_that_are_missing_or_damaged_are_computed_anew(house: Engine) -> None:
    before = await vectors(house)
    broken = np.full(384, np.nan, "<f4").tobytes()
    await sql(
        house,
        ("DELETE FROM vector WHERE memory IN (3, 4, 5)",),
        ("UPDATE vector SET data = x'0011' WHERE memory = 10",),
        ("UPDATE vector SET data = ? WHERE memory = 11", broken),
        ("UPDATE vector SET data = ? WHERE memory = 12", bytes(4 * 384)),
        ("UPDATE vector SET dimensions = 7 WHERE memory = 13",),
    )
    report = await house.verify()
    assert "4 vectors are damaged; words alone find those memories." in report.problems
    assert "3 memories have no vector; words alone find them." in report.problems
    report = await house.verify(mend=True)
    assert report.problems == ()
    assert "7 vectors were computed anew." in report.mended
    after = await vectors(house)
    assert after.keys() == before.keys()
    for number, data in before.items():
        assert np.allclose(np.frombuffer(data, "<f4"), np.frombuffer(after[number], "<f4"), atol=1e-2)


async def vectors(engine: Engine) -> dict[int, bytes]:
    def read() -> dict[int, bytes]:
        with engine._parts.store.read() as reader:
            return dict(reader.execute_sql("SELECT memory, data FROM vector").fetchall())

    return await engine._parts.executors.run("query", read)


async def test_a_counter_that_stands_behind_is_put_right(house: Engine) -> None:
    await sql(house, ("UPDATE meta SET value = '40' WHERE key = 'sequence'",))
    report = await house.verify(mend=True)
    assert report.problems == ()
    assert report.mended[0] == "The counter of changes was put right."
    await house.remember("written after that", layer="assets")
    assert (await house.verify()).problems == ()


async def test_the_index_of_messages_is_built_anew(house: Engine) -> None:
    talk = await house.create_conversation("talk")
    await house.ask("Where is the harbour?", conversation_id=talk.id)
    await sql(house, ("INSERT INTO message_fts(message_fts) VALUES ('delete-all')",))
    assert await house.search_messages("harbour") == []
    report = await house.verify()
    assert report.problems == ("The index of messages does not hold what they say.",)
    report = await house.verify(mend=True)
    assert report.problems == ()
    assert report.mended == ("The index of messages was built anew.",)
    assert await house.search_messages("harbour")


async def test_damaged_pages_are_left_to_a_backup(house: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(house._parts.store, "quick_check", lambda: ["Tree 5 page 7: btreeInitPage() returns error 11"])
    report = await house.verify(mend=True)
    assert report.problems[-1] == "Pages of the database are damaged. Restore the youngest backup."
    assert report.mended == ()
