"""What the explorer asks the engine for."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from engine import (
    MEMORY_ORDERS,
    ConversationSource,
    DocumentSource,
    Engine,
    Hit,
    InvalidMemoryError,
    Memory,
    MemoryFilter,
    MemoryRow,
    NewMemory,
    NotFoundError,
    Settings,
)
from engine.memory.explorer import explained
from tests.helpers.clock import FakeClock

DAY = timedelta(days=1)


async def ids(engine: Engine, **fields: object) -> list[str]:
    return await engine.memory_ids(await engine.memory_numbers(MemoryFilter(**fields)))  # type: ignore[arg-type]


async def fill(engine: Engine) -> list[str]:
    """Five memories of every kind; their ids."""
    day = datetime(2026, 3, 1, tzinfo=UTC)
    conversation = await engine.create_conversation("Lease talk")
    found = await engine.remember_many(
        [
            NewMemory(text="The lease ends in May.", layer="assets", kind="fact", tags=("flat",), occurred_at=day),
            NewMemory(text="Notice is ninety days.", layer="assets", kind="fact", tags=("flat", "dates")),
            NewMemory(
                text="Ask about the deposit on Monday.",
                kind="message",
                source=ConversationSource(conversation.id, None),
                occurred_at=day + DAY,
            ),
            NewMemory(text="Decided to renew.", layer="insights", kind="decision", occurred_at=day + 2 * DAY),
            NewMemory(text="Bicycles stand in the yard.", layer="assets", kind="note", occurred_at=day - DAY),
        ]
    )
    return [memory.id for memory in found]


async def test_every_field_of_a_filter_narrows(engine: Engine, tmp_path: Path) -> None:
    a, b, c, d, e = await fill(engine)
    assert await ids(engine) == [e, d, c, b, a]
    assert await ids(engine, layers=("assets",)) == [e, b, a]
    assert await ids(engine, kinds=("decision", "message")) == [d, c]
    assert await ids(engine, sources=("conversation",)) == [c]
    assert await ids(engine, sources=("note",)) == [e, d, b, a]
    assert await ids(engine, sources=("document",)) == []
    assert await ids(engine, tags=("flat",)) == [b, a]
    assert await ids(engine, tags=("flat", "dates")) == [b]
    day = datetime(2026, 3, 1, tzinfo=UTC)
    assert await ids(engine, since=day, until=day + 2 * DAY) == [c, a]
    assert await ids(engine, expiring_within=2 * DAY) == [c]
    assert await ids(engine, expiring_within=100 * DAY) == [d, c]
    memory = await engine.memory(c)
    assert isinstance(memory.source, ConversationSource)
    assert await ids(engine, conversation_id=memory.source.conversation_id) == [c]
    assert await ids(engine, conversation_id="nobody") == []
    await engine.delete_memories([a])
    assert await ids(engine) == [e, d, c, b]
    assert await ids(engine, deleted=True) == [a]
    path = tmp_path / "rules.txt"
    path.write_text("Notice by e-mail counts when its receipt is confirmed.")
    await engine.ingest([path])
    (document,) = await engine.documents()
    found = await ids(engine, document_id=document.id)
    assert len(found) == document.chunks == 1
    assert await ids(engine, sources=("document",)) == found
    assert await ids(engine, document_id="nothing") == []


async def test_orders(engine: Engine) -> None:
    a, b, c, d, e = await fill(engine)
    everything = MemoryFilter()

    async def ordered(order: str, *, descending: bool) -> list[str]:
        numbers = await engine.memory_numbers(everything, order=order, descending=descending)  # type: ignore[arg-type]
        return await engine.memory_ids(numbers)

    assert await ordered("newest", descending=False) == [a, b, c, d, e]
    assert await ordered("said", descending=True) == [b, d, c, a, e]
    assert (await ordered("expires", descending=False))[:2] == [c, d]
    assert (await ordered("source", descending=False))[0] == c
    for order in MEMORY_ORDERS:
        assert sorted(await ordered(order, descending=True)) == sorted([a, b, c, d, e])
    with pytest.raises(InvalidMemoryError):
        await ordered("beauty", descending=True)


async def test_bad_filters_are_named(engine: Engine) -> None:
    with pytest.raises(InvalidMemoryError, match="layers"):
        await ids(engine, layers=("attic",))
    with pytest.raises(InvalidMemoryError, match="kinds"):
        await ids(engine, kinds=("smell",))
    with pytest.raises(InvalidMemoryError, match="since"):
        await ids(engine, since=datetime(2026, 1, 1))  # noqa: DTZ001 - that is what is tested


async def test_counts_follow_the_filter_but_not_its_layers(engine: Engine) -> None:
    await fill(engine)
    counts = await engine.memory_counts()
    assert counts.layers == {"interact": 1, "insights": 1, "assets": 3}
    assert counts.total == 5
    narrowed = await engine.memory_counts(MemoryFilter(layers=("assets",), kinds=("fact", "decision")))
    assert narrowed.layers == {"interact": 0, "insights": 1, "assets": 2}
    assert narrowed.total == 2
    assert await engine.memory_tags() == {"flat": 2, "dates": 1}
    oldest = await engine.first_memory_at()
    assert oldest is not None
    assert oldest <= datetime.now(UTC)


async def test_rows_hold_little_and_say_where_from(engine: Engine) -> None:
    conversation = await engine.create_conversation("Lease talk")
    long = await engine.remember("word\n" * 500)
    said = await engine.remember("Said here.", source=ConversationSource(conversation.id, None))
    numbers = await engine.numbers_of_memories([said.id, "nobody", long.id])
    rows = await engine.memory_rows([*numbers, 999_999])
    assert [rows[number].id for number in numbers] == [said.id, long.id]
    assert rows[numbers[0]].conversation == "Lease talk"
    assert not rows[numbers[0]].cut
    assert rows[numbers[1]].cut
    assert len(rows[numbers[1]].text) <= 400
    whole = await engine.memories_by_number([*numbers, 999_999])
    assert [memory.text for memory in whole] == [said.text, long.text]


async def test_a_search_is_the_chats_and_says_why(engine: Engine) -> None:
    *_, d, _ = await fill(engine)
    await engine.remember("Notice by e-mail counts too, and notice by letter.", layer="assets", kind="note")
    found = await engine.search_memories(MemoryFilter(text="notice of ninety days"))
    assert found[0].row.text == "Notice is ninety days."
    hits = await engine.recall("notice of ninety days", limit=200)
    assert [one.hit.memory.id for one in found] == [hit.memory.id for hit in hits if hit.score >= 0.2 * hits[0].score]
    assert [one.place for one in found] == [one.place_before for one in found] == list(range(1, len(found) + 1))
    for one in found:
        assert sum(one.shares.values()) == pytest.approx(1.0)
        assert 0 <= one.strength <= 1
    assert found[0].strength == 1
    assert found[0].places["words"] == 1
    narrowed = await engine.search_memories(MemoryFilter(text="notice", kinds=("decision", "message")))
    assert {one.row.kind for one in narrowed} <= {"decision", "message"}
    numbers = await engine.memory_numbers(MemoryFilter(text="renew", layers=("insights",)))
    assert await engine.memory_ids(numbers) == [d]


async def test_looking_does_not_count_as_use(engine: Engine) -> None:
    await fill(engine)
    await engine.search_memories(MemoryFilter(text="lease"))
    await engine._parts.memory.close()
    rows = await engine.memory_rows(await engine.memory_numbers(MemoryFilter()))
    assert {row.access_count for row in rows.values()} == {0}
    await engine.recall("lease")
    await engine._parts.memory.close()
    rows = await engine.memory_rows(await engine.memory_numbers(MemoryFilter(), order="recalled"))
    assert max(row.access_count for row in rows.values()) == 1


async def test_what_is_close(engine: Engine) -> None:
    a, b, *_ = await fill(engine)
    same = await engine.remember("The lease ends in May!", layer="interact", kind="fact")
    close = await engine.close_memories(a, limit=3)
    assert close[0].memory.id == same.id
    assert close[0].similarity > 0.8
    assert [one.similarity for one in close] == sorted((one.similarity for one in close), reverse=True)
    assert a not in {one.memory.id for one in close}
    assert len(close) == 3
    await engine.delete_memories([b])
    assert b not in {one.memory.id for one in await engine.close_memories(a)}
    with pytest.raises(NotFoundError):
        await engine.close_memories("nobody")


async def test_every_state_has_its_list(engine: Engine) -> None:
    a, b, c, d, e = await fill(engine)
    await engine.edit_memory(a, text="The lease ends in June.")
    await engine.archive_memories([d])
    await engine.supersede_memories([c], by=b)
    await engine.pin_memories([e])
    assert await ids(engine) == [e, b, a]
    assert await ids(engine, archived=True) == [d]
    assert await ids(engine, pinned=True) == [e]
    replaced = await engine.memories_by_number(await engine.memory_numbers(MemoryFilter(superseded=True)))
    assert {memory.text for memory in replaced} == {"The lease ends in May.", "Ask about the deposit on Monday."}
    (found,) = await engine.search_memories(MemoryFilter(text="renewal decision", archived=True))
    assert found.row.id == d
    assert found.row.archived
    await engine.delete_memories([e])
    (found,) = await engine.search_memories(MemoryFilter(text="YARD bicycles", deleted=True))
    assert found.row.id == e
    assert await engine.search_memories(MemoryFilter(text="harbour", deleted=True)) == []


async def test_what_was_known_on_a_past_day(settings: Settings, fake_clock: FakeClock) -> None:
    async with Engine.open(settings, clock=fake_clock.now) as engine:
        lease = await engine.remember("The lease ends in May.", layer="assets", kind="fact")
        rent = await engine.remember("The rent is 900.", layer="assets", kind="fact")
        fake_clock.advance(days=1)
        monday = fake_clock.now()
        fake_clock.advance(days=1)
        await engine.edit_memory(lease.id, text="The lease ends in June.")
        newer = await engine.remember("The rent is 950.", layer="assets", kind="fact")
        await engine.supersede_memories([rent.id], by=newer.id)

        async def texts(as_of: datetime | None, text: str = "") -> set[str]:
            numbers = await engine.memory_numbers(MemoryFilter(as_of=as_of, text=text))
            return {memory.text for memory in await engine.memories_by_number(numbers)}

        assert await texts(monday) == {"The lease ends in May.", "The rent is 900."}
        assert await texts(None) == {"The lease ends in June.", "The rent is 950."}
        assert await texts(monday - 10 * DAY) == set()
        assert "The lease ends in May." in await texts(monday, "When does the lease end?")
        assert (await engine.memory_counts(MemoryFilter(as_of=monday))).total == 2


def made(number: int, score: float, document: str | None = None, **scores: float) -> tuple[MemoryRow, Hit]:
    """A row and its hit with these figures."""
    now = datetime(2026, 3, 1, tzinfo=UTC)
    source = None if document is None else DocumentSource(document, "/lease.md", None, (), 0, 4)
    memory = Memory(
        id=str(number), text="text", layer="assets", kind="note", created_at=now, occurred_at=now, source=source
    )
    row = MemoryRow(
        number=number, id=str(number), text="text", cut=False, layer="assets", kind="note", title=None, source=source,
        conversation="", occurred_at=now, created_at=now, access_count=0, accessed_at=None, expires_at=None,
        pinned=False, tags=(), superseded=False, archived=False, deleted=False,
    )  # fmt: skip
    return row, Hit(memory=memory, score=score, scores=scores)


def test_places_before_and_after_reading_again() -> None:
    found = explained(
        [
            made(1, 0.9, fused=0.5, bm25=2.0, dense=0.2, rerank=3.0),
            made(2, 0.7, fused=0.9, bm25=4.0, dense=0.8, recency=0.02, rerank=1.0),
            made(3, 0.1, fused=0.1, dense=0.4),
        ]
    )
    assert [(one.place_before, one.place, one.reranked) for one in found] == [(2, 1, True), (1, 2, True), (3, 3, False)]
    assert found[1].places == {"words": 1, "meaning": 1, "other": 1}
    assert found[2].shares == {"meaning": 1.0}
    assert found[1].shares["meaning"] > found[1].shares["words"] > found[1].shares["other"] > 0
    assert [round(one.strength, 2) for one in found] == [1.0, 0.78, 0.11]
    assert explained([]) == []


def test_many_passages_of_one_document_give_way_in_the_places_before() -> None:
    hits = [made(number, 0.9 - number / 1000, "d", fused=0.9 - number / 1000) for number in range(4)]
    found = explained([*hits, made(9, 0.88, fused=0.88)])
    assert [one.place_before for one in found] == [1, 2, 3, 5, 4]


async def test_a_memory_without_a_vector_has_nothing_close(engine: Engine) -> None:
    memory = await engine.remember("Alone.")
    await engine._parts.memory.write(lambda store, writer: writer.execute_sql("UPDATE vector SET model = 'another'"))
    assert await engine.close_memories(memory.id) == []
