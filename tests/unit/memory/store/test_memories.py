from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, strategies as st

from engine import InvalidMemoryError, NewMemory, NotFoundError
from engine.memory.migrations import migrate
from engine.memory.records import Memory, Removal, Usage, Vector
from engine.memory.store import life_deeds, memories
from engine.memory.store.database import Database, rows
from tests.helpers.clock import FakeClock

VECTOR = np.eye(1, 4, dtype="<f4").tobytes()


@pytest.fixture
def store(tmp_path: Path, fake_clock: FakeClock) -> Iterator[Database]:
    database = Database(tmp_path / "magray.db", lock_path=tmp_path / "magray.lock", clock=fake_clock)
    database.open()
    migrate(database, backups=tmp_path / "backups")
    yield database
    database.close()


def new(text: str, **fields: object) -> memories.NewRow:
    memory = NewMemory(text=text, **fields)  # type: ignore[arg-type]
    return memories.NewRow(memory=memory, vector=VECTOR, model="m", dimensions=4)


def add(store: Database, *texts: str, **fields: object) -> list[str]:
    with store.write() as writer:
        numbers = memories.insert(store, writer, [new(text, **fields) for text in texts])
        return [memory.id for memory in memories.fetch(writer, numbers)]


def test_what_was_written_is_read_back(store: Database) -> None:
    said = datetime(2023, 5, 8, 13, 56, 0, 123456, tzinfo=timezone(timedelta(hours=3)))
    add(
        store,
        "I moved to Kazan",
        layer="insights",
        kind="message",
        speaker="Ann",
        occurred_at=said,
        session="s1",
        title="Letters",
        tags=("home", "город"),
        external_id="x1",
    )
    with store.read() as reader:
        (memory,) = memories.page(reader)
    assert (memory.text, memory.layer, memory.kind, memory.speaker) == (
        "I moved to Kazan",
        "insights",
        "message",
        "Ann",
    )
    assert memory.occurred_at == said
    assert memory.occurred_at.tzinfo is UTC
    assert (memory.session, memory.title, memory.tags, memory.external_id) == ("s1", "Letters", ("home", "город"), "x1")
    assert memory.source is None


def test_labels_sequences_and_numbers_follow_the_rules(store: Database) -> None:
    ids = add(store, "a", "b")
    with store.write() as writer:
        life_deeds.delete(store, writer, ids[:1])
        life_deeds.restore(store, writer, ids[:1])
    with store.read() as reader:
        found = rows(Memory.select().order_by(Memory.number), reader)
        removals = rows(Removal.select(), reader)
    assert [row.number for row in found] == [1, 2]
    assert [row.label for row in found] == [5, 2], "a label is drawn anew and never used twice"
    assert [row.sequence for row in found] == [5, 2]
    assert [(row.sequence, row.memory, row.label) for row in removals] == [(3, 1, 1)]


def test_an_external_id_that_is_taken_changes_nothing(store: Database) -> None:
    add(store, "a", external_id="same")
    with pytest.raises(InvalidMemoryError, match="external_id"):
        add(store, "b", external_id="same")
    with store.read() as reader:
        assert [memory.text for memory in memories.page(reader)] == ["a"]


def test_hidden_memories_are_counted_and_listed_apart(store: Database) -> None:
    ids = add(store, "a", "b", "c")
    with store.write() as writer:
        assert life_deeds.delete(store, writer, [ids[0], ids[0], "nobody"]) == 1
        assert life_deeds.delete(store, writer, [ids[0]]) == 0
    with store.read() as reader:
        assert memories.counts(reader) == {"interact": 2, "insights": 0, "assets": 0}
        assert [memory.text for memory in memories.page(reader)] == ["c", "b"]
        assert [memory.text for memory in memories.page(reader, deleted=True)] == ["a"]
    with store.write() as writer:
        assert life_deeds.restore(store, writer, ids) == 1
    with store.read() as reader:
        assert memories.counts(reader)["interact"] == 3


def test_erased_means_gone_from_every_table(store: Database) -> None:
    ids = add(store, "secret", "kept")
    with store.write() as writer:
        memories.log_usage(writer, "recalled", ids)
        assert memories.erase(store, writer, [ids[0], "nobody"]) == 1
    with store.read() as reader:
        assert [memory.text for memory in memories.page(reader)] == ["kept"]
        assert len(rows(Vector.select(), reader)) == 1
        assert [row.memory for row in rows(Usage.select(), reader)] == [ids[1]]
        assert [row.label for row in rows(Removal.select(), reader)] == [1]


def test_numbers_are_not_used_again_after_an_erasure(store: Database) -> None:
    ids = add(store, "a")
    with store.write() as writer:
        memories.erase(store, writer, ids)
    add(store, "b")
    with store.read() as reader:
        assert [row.number for row in rows(Memory.select(), reader)] == [3]


def test_filters_and_pages(store: Database) -> None:
    add(store, "a", "b", layer="assets")
    add(store, "c", kind="fact")
    with store.read() as reader:
        assert [memory.text for memory in memories.page(reader, layer="assets")] == ["b", "a"]
        assert [memory.text for memory in memories.page(reader, kind="fact")] == ["c"]
        assert [memory.text for memory in memories.page(reader, limit=1, offset=1)] == ["b"]


def test_use_is_counted(store: Database) -> None:
    ids = add(store, "a")
    with store.write() as writer:
        memories.log_usage(writer, "recalled", ids)
        memories.log_usage(writer, "remembered", ids)
        memories.log_usage(writer, "quoted", ids)
    with store.read() as reader:
        (memory,) = memories.by_ids(reader, ids)
    assert memory.access_count == 2
    assert memory.accessed_at is not None


def test_order_of_ids_and_numbers_is_kept(store: Database) -> None:
    ids = add(store, *(str(index) for index in range(1000)))
    wanted = ids[::-7]
    with store.read() as reader:
        assert [memory.id for memory in memories.by_ids(reader, wanted)] == wanted
        assert [memory.text for memory in memories.fetch(reader, [3, 1, 99999, 2])] == ["2", "0", "1"]


def test_an_id_that_names_nothing(store: Database) -> None:
    with store.read() as reader, pytest.raises(NotFoundError, match="nobody"):
        memories.by_ids(reader, ["nobody"])


def test_walking_over_everything(store: Database) -> None:
    add(store, *(str(index) for index in range(900)))
    seen: list[str] = []
    last = None
    while batch := memories.after(store, last):
        seen += [memory.text for memory in batch]
        last = batch[-1].id
    assert seen == [str(index) for index in range(900)]


@given(st.datetimes(timezones=st.just(UTC)))
def test_times_survive(moment: datetime) -> None:
    assert memories.from_us(memories.to_us(moment)) == moment


YEAR = 365 * 86400 * 1_000_000


def spoken(store: Database, session: str) -> list[str]:
    """Texts of a session in the order of their neighbourhood."""
    with store.read() as reader:
        query = Memory.select(Memory.text).where(Memory.group_key == f"s:{session}")
        return [text for (text,) in query.order_by(Memory.position, Memory.number).tuples().execute(reader)]


@pytest.mark.parametrize("jump", [-YEAR, YEAR, 0])
def test_a_conversation_keeps_its_order_when_the_clock_is_set(
    store: Database, fake_clock: FakeClock, jump: int
) -> None:
    began = store.now_us()
    add(store, "first", "second", session="talk")
    fake_clock.jump(timedelta(microseconds=jump))
    add(store, "third", session="talk")
    add(store, "fourth", session="talk")
    fake_clock.jump(timedelta(microseconds=1 - jump))
    add(store, "fifth", "sixth", session="talk")
    assert spoken(store, "talk") == ["first", "second", "third", "fourth", "fifth", "sixth"]
    with store.read() as reader:
        third = next(one for one in memories.page(reader) if one.text == "third")
    assert memories.to_us(third.occurred_at) == began + jump, "the time itself is what the clock said"


def test_what_has_a_time_stands_where_it_happened(store: Database) -> None:
    at = datetime(2024, 1, 1, tzinfo=UTC)
    for minute in (3, 1, 2):
        add(store, f"minute {minute}", session="talk", occurred_at=at + timedelta(minutes=minute))
    add(store, "now", session="talk")
    add(store, "minute 0", session="talk", occurred_at=at)
    assert spoken(store, "talk") == ["minute 0", "minute 1", "minute 2", "minute 3", "now"]
