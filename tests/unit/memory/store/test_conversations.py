from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine import Answer, Citation, ConversationSource, DocumentSource, Hit, Memory, NotFoundError
from engine.memory.migrations import migrate
from engine.memory.store import conversations, messages
from engine.memory.store.answer_json import read_answer
from engine.memory.store.database import Database
from engine.memory.store.message_search import MARK_CLOSE, MARK_OPEN, match_expression
from engine.memory.store.messages import NewMessage


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "magray.db", lock_path=tmp_path / "magray.lock")
    database.open()
    migrate(database, backups=tmp_path / "backups")
    yield database
    database.close()


def begin(store: Database, *texts: str, title: str = "") -> str:
    with store.write() as writer:
        made = conversations.create(writer, title)
        for text in texts:
            messages.add(writer, made.id, NewMessage(role="user", text=text))
    return made.id


def test_the_first_question_names_a_conversation(store: Database) -> None:
    wanted = begin(
        store, "When does the lease of the flat in Bauman street end, and how long before do I tell them?", "b"
    )
    with store.read() as reader:
        found = conversations.get(reader, wanted)
    assert found.title == "When does the lease of the flat in Bauman street end, and…"
    assert found.message_count == 2


def test_a_given_title_stays(store: Database) -> None:
    wanted = begin(store, "hello", title="Lease")
    with store.read() as reader:
        assert conversations.get(reader, wanted).title == "Lease"


@pytest.mark.parametrize(
    ("text", "title"),
    [("short", "short"), ("  two   words\nand more", "two words"), ("x" * 80, "x" * 60 + "…"), ("", "")],
)
def test_titles_are_cut_at_words(text: str, title: str) -> None:
    assert messages.shorten(text) == title


def test_the_last_changed_comes_first(store: Database) -> None:
    first, second = begin(store, "a"), begin(store, "b")
    with store.read() as reader:
        assert [one.id for one in conversations.listing(reader)] == [second, first]
    with store.write() as writer:
        messages.add(writer, first, NewMessage(role="assistant", text="again"))
    with store.read() as reader:
        assert [one.id for one in conversations.listing(reader)] == [first, second]


def test_search_finds_titles_and_contents_in_every_script(store: Database) -> None:
    lease = begin(store, "Когда заканчивается АРЕНДА квартиры?")
    router = begin(store, "which one did I buy", title="Router")
    with store.read() as reader:
        found = conversations.listing(reader, query="аренд")
        assert [one.id for one in found] == [lease]
        assert f"{MARK_OPEN}АРЕНДА{MARK_CLOSE}" in found[0].snippet
        assert [one.id for one in conversations.listing(reader, query="rout")] == [router]
        assert [one.id for one in conversations.listing(reader, query='"; DROP TABLE message; --')] == []
        assert conversations.listing(reader, query="  ") == conversations.listing(reader)


def test_what_was_typed_becomes_a_safe_expression() -> None:
    assert match_expression('the "lease') == '"the" "lease"*'
    assert match_expression('!? "') is None


def test_a_hidden_conversation_comes_back(store: Database) -> None:
    wanted = begin(store, "a")
    with store.write() as writer:
        conversations.set_deleted(writer, wanted, deleted=True)
    with store.read() as reader:
        assert conversations.listing(reader) == []
        assert conversations.count(reader) == 0
        with pytest.raises(NotFoundError):
            conversations.get(reader, wanted)
    with store.write() as writer:
        conversations.set_deleted(writer, wanted, deleted=False)
    with store.read() as reader:
        assert conversations.count(reader) == 1


@pytest.mark.parametrize("act", ["rename", "delete", "add"])
def test_a_conversation_that_is_not_there(store: Database, act: str) -> None:
    with pytest.raises(NotFoundError, match="nobody"), store.write() as writer:
        if act == "rename":
            conversations.rename(writer, "nobody", "x")
        elif act == "delete":
            conversations.set_deleted(writer, "nobody", deleted=True)
        else:
            messages.add(writer, "nobody", NewMessage(role="user", text="x"))


def test_pages_of_messages(store: Database) -> None:
    wanted = begin(store, *(str(index) for index in range(7)))
    with store.read() as reader:
        last = messages.page(reader, wanted, limit=3)
        before = messages.page(reader, wanted, limit=3, border=last[0].id)
    assert [message.text for message in last] == ["4", "5", "6"]
    assert [message.text for message in before] == ["1", "2", "3"]


def test_an_answer_is_kept_whole(store: Database) -> None:
    now = datetime(2026, 3, 4, 5, 6, 7, 8, tzinfo=UTC)
    source = DocumentSource(document_id="d", path="/a.pdf", page=4, heading=("Term", "Notice"), start=3, end=9)
    said = ConversationSource("c", None)
    answer = Answer(
        text="It ends. [1]",
        made_by="quotes",
        abstained=False,
        citations=(Citation(number=1, memory_id="m", quote="It ends.", source=source),),
        hits=(
            Hit(
                memory=Memory(
                    id="m", text="It ends.", layer="assets", kind="document_chunk", created_at=now, occurred_at=now,
                    source=source, tags=("a",), accessed_at=now,
                ),
                score=1.5,
                scores={"bm25": 2.0},
                reason="both words",
            ),
            Hit(
                memory=Memory(
                    id="n", text="x", layer="interact", kind="message", created_at=now, occurred_at=now, source=said
                ),
                score=0.5,
            ),
        ),
        question="When?",
        seconds=0.25,
    )  # fmt: skip
    wanted = begin(store, "When?")
    with store.write() as writer:
        messages.add(writer, wanted, NewMessage(role="assistant", text=answer.text, answer=answer))
    with store.read() as reader:
        stored = messages.page(reader, wanted)[-1]
    assert stored.answer == answer


def test_an_answer_of_another_version_is_still_read() -> None:
    stored = {"text": "It ends.", "made_by": "quotes", "abstained": False, "mood": "new in a later version"}
    assert read_answer(stored) == Answer(text="It ends.", made_by="quotes", abstained=False)


def test_pinned_ones_come_first_and_archived_ones_apart(store: Database) -> None:
    first, second, third = begin(store, "alpha"), begin(store, "beta"), begin(store, "gamma")
    with store.write() as writer:
        conversations.change(writer, first, pinned=True)
        changed = conversations.change(writer, second, archived=True, tags=("Flat", "flat", "Flat"), remembers=False)
    assert (changed.archived, changed.tags, changed.remembers) == (True, ("Flat", "flat"), False)
    with store.read() as reader:
        assert [one.id for one in conversations.listing(reader)] == [first, third]
        assert [one.id for one in conversations.listing(reader, archived=True)] == [second]
        assert [one.id for one in conversations.listing(reader, query="beta")] == [second]
        assert [one.id for one in conversations.listing(reader, query="flat")] == [second]
        assert [one.id for one in conversations.listing(reader, archived=True, tag="Flat")] == [second]
        assert conversations.listing(reader, archived=True, tag="Fla") == []
        assert conversations.tags(reader) == ["Flat", "flat"]
