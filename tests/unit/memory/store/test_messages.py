import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine import ContextPart, ContextView, Draft, MessageUsage, NotFoundError
from engine.memory.migrations import migrate
from engine.memory.store import attachments, chat_notes, conversations, message_search, messages
from engine.memory.store.attachments import NewAttachment
from engine.memory.store.chat_notes import StoredSummary
from engine.memory.store.database import Database
from engine.memory.store.messages import NewMessage


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "magray.db", lock_path=tmp_path / "magray.lock")
    database.open()
    migrate(database, backups=tmp_path / "backups")
    yield database
    database.close()


def talk(store: Database, *texts: str) -> tuple[str, list[str]]:
    """A conversation of turns, the owner's first."""
    ids = []
    with store.write() as writer:
        made = conversations.create(writer, "")
        for place, text in enumerate(texts):
            new = NewMessage(role="assistant" if place % 2 else "user", text=text)
            ids.append(messages.add(writer, made.id, new).id)
    return made.id, ids


def again(store: Database, conversation: str, parent: str, text: str, role: str = "assistant") -> str:
    with store.write() as writer:
        return messages.add(writer, conversation, NewMessage(role=role, text=text, parent=parent)).id  # type: ignore[arg-type]


def shown(store: Database, conversation: str) -> list[str]:
    with store.read() as reader:
        return [f"{one.text} {one.version}/{one.versions}" for one in messages.page(reader, conversation)]


def test_an_answer_written_again_is_a_version(store: Database) -> None:
    conversation, ids = talk(store, "q1", "a1", "q2", "a2")
    again(store, conversation, ids[2], "a2 again")
    assert shown(store, conversation) == ["q1 1/1", "a1 1/1", "q2 1/1", "a2 again 2/2"]
    with store.write() as writer:
        assert messages.select_version(writer, ids[3], 1).id == ids[3]
    assert shown(store, conversation) == ["q1 1/1", "a1 1/1", "q2 1/1", "a2 1/2"]


def test_a_version_comes_back_with_what_followed_it_as_it_was(store: Database) -> None:
    conversation, ids = talk(store, "q1", "a1", "q2", "a2", "q3", "a3")
    again(store, conversation, ids[4], "a3 again")
    with store.write() as writer:
        messages.select_version(writer, ids[5], 1)
    edited = again(store, conversation, "", "q1 edited", role="user")
    again(store, conversation, edited, "other")
    assert shown(store, conversation) == ["q1 edited 2/2", "other 1/1"]
    with store.write() as writer:
        messages.select_version(writer, edited, 1)
    assert shown(store, conversation) == ["q1 1/2", "a1 1/1", "q2 1/1", "a2 1/1", "q3 1/1", "a3 1/2"]
    with store.write() as writer, pytest.raises(NotFoundError, match="2 versions"):
        messages.select_version(writer, edited, 3)


def test_a_hit_on_a_hidden_branch_can_be_shown(store: Database) -> None:
    conversation, ids = talk(store, "q1", "a1", "q2 herons", "a2")
    edited = again(store, conversation, ids[1], "q2 edited", role="user")
    again(store, conversation, edited, "a2 edited")
    with store.read() as reader:
        (hit,) = message_search.hits(reader, "herons")
    assert not hit.shown
    with store.write() as writer:
        messages.show(writer, hit.message_id)
    assert shown(store, conversation) == ["q1 1/1", "a1 1/1", "q2 herons 1/2", "a2 1/1"]


def test_answering_on_a_hidden_branch_shows_it(store: Database) -> None:
    conversation, ids = talk(store, "q1", "a1", "q2", "a2")
    again(store, conversation, "", "q1 edited", role="user")
    again(store, conversation, ids[2], "a2 again")
    assert shown(store, conversation) == ["q1 1/2", "a1 1/1", "q2 1/1", "a2 again 2/2"]


def test_a_deleted_message_leaves_the_rest_and_comes_back(store: Database) -> None:
    conversation, ids = talk(store, "q1", "a1 herons", "q2", "a2")
    with store.write() as writer:
        messages.set_deleted(writer, ids[1], deleted=True)
        messages.set_pinned(writer, ids[3], pinned=True)
    assert shown(store, conversation) == ["q1 1/1", "q2 1/1", "a2 1/1"]
    with store.read() as reader:
        assert message_search.hits(reader, "herons") == []
        assert messages.get(reader, ids[1]).deleted_at is not None
        assert [one.id for one in messages.pinned(reader, conversation)] == [ids[3]]
        assert conversations.get(reader, conversation).message_count == 3
    with store.write() as writer:
        messages.set_deleted(writer, ids[1], deleted=False)
    assert len(shown(store, conversation)) == 4


def test_a_deleted_version_gives_its_place_to_another(store: Database) -> None:
    conversation, ids = talk(store, "q1", "a1")
    second = again(store, conversation, ids[0], "a1 again")
    with store.write() as writer:
        messages.set_deleted(writer, second, deleted=True)
    assert shown(store, conversation) == ["q1 1/1", "a1 1/1"]
    with store.write() as writer:
        messages.set_deleted(writer, second, deleted=False)
    assert shown(store, conversation) == ["q1 1/1", "a1 again 2/2"]


def test_pages_on_every_side_of_a_message(store: Database) -> None:
    conversation, ids = talk(store, *(str(number) for number in range(20)))
    with store.read() as reader:

        def page(side: str, border: int, limit: int) -> list[str]:
            found = messages.page(reader, conversation, limit=limit, border=ids[border], side=side)  # type: ignore[arg-type]
            return [one.text for one in found]

        assert page("before", 5, 3) == ["2", "3", "4"]
        assert page("after", 5, 3) == ["6", "7", "8"]
        assert page("around", 5, 4) == ["3", "4", "5", "6"]
        assert page("around", 19, 4) == ["16", "17", "18", "19"]
        assert page("around", 0, 4) == ["0", "1"]
        with pytest.raises(NotFoundError):
            messages.page(reader, conversation, border="nobody")


def test_a_message_is_kept_whole(store: Database) -> None:
    conversation, ids = talk(store, "q1")
    with store.write() as writer:
        given = attachments.add(
            writer, conversation, NewAttachment(name="a.pdf", kind="document", pages=("one", "два"), characters=6)
        )
        seen = attachments.add(writer, conversation, NewAttachment(name="b.png", kind="picture", data=b"\x89PNG"))
        new = NewMessage(
            role="assistant",
            text="a1",
            stop="length",
            model="openai/small",
            usage=MessageUsage(input_tokens=3, cost=0.25),
            thinking="hm",
            attachment_ids=(given.id, seen.id),
        )
        written = messages.add(writer, conversation, new)
    assert written.attachments == (given, seen)
    assert (written.stop, written.model, written.thinking) == ("length", "openai/small", "hm")
    assert written.usage == MessageUsage(input_tokens=3, cost=0.25)
    assert written.parent == ids[0]
    with store.read() as reader:
        assert attachments.pages(reader, given.id) == ("one", "два")
        assert attachments.data(reader, seen.id) == b"\x89PNG"
    with store.write() as writer:
        longer = messages.rewrite(writer, written.id, NewMessage(role="assistant", text="a1 and more", stop="end"))
    assert (longer.text, longer.stop, longer.attachments) == ("a1 and more", "end", (given, seen))
    with pytest.raises(NotFoundError, match="attachment"), store.write() as writer:
        messages.add(writer, conversation, NewMessage(role="user", text="x", attachment_ids=("nobody",)))


def test_drafts_summaries_and_views(store: Database) -> None:
    conversation, ids = talk(store, "q1", "a1", "q2", "a2")
    view = ContextView(
        model="openai/small",
        parts=(ContextPart(kind="memory", title="a.pdf", tokens=3, text="t", number=1, memory_id="m"),),
        tokens=3,
        window=100,
        reserved=10,
        notes=("2 turns were summarised",),
    )
    with store.write() as writer:
        chat_notes.set_draft(writer, conversation, Draft(text="half a", attachment_ids=("x",)))
        chat_notes.set_view(writer, ids[3], view)
        number = messages.number_of(writer, ids[1])
        chat_notes.add_summary(writer, conversation, StoredSummary(number, "they spoke", "quotes"))
    with store.read() as reader:
        assert chat_notes.draft(reader, conversation) == Draft(text="half a", attachment_ids=("x",))
        assert chat_notes.draft(reader, "another") == Draft()
        assert chat_notes.view(reader, ids[3]) == view
        assert chat_notes.view(reader, ids[1]) is None
        assert chat_notes.summary(reader, conversation, before=number + 1) == StoredSummary(
            number, "they spoke", "quotes"
        )
        assert chat_notes.summary(reader, conversation, before=number) is None
    again(store, conversation, "", "q1 edited", role="user")
    with store.read() as reader:
        assert chat_notes.summary(reader, conversation, before=10_000) is None  # it tells of another branch
    with store.write() as writer:
        chat_notes.set_draft(writer, conversation, Draft())
        assert chat_notes.draft(writer, conversation) == Draft()


def test_the_last_page_of_a_long_conversation_costs_no_more_than_of_a_short_one(store: Database) -> None:
    def time_of(count: int) -> float:
        with store.write() as writer:
            made = conversations.create(writer, "x")
            rows = [
                (f"{made.id}-{n}", made.id, "user", f"message {n}", n, f"{made.id}-{n - 1}" if n else "")
                for n in range(count)
            ]
            writer.connection().executemany(
                "INSERT INTO message (id, conversation, role, text, created_at, parent, shown, chosen, pinned, "
                "thinking, attachments) VALUES (?, ?, ?, ?, ?, ?, 1, 1, 0, '', '[]')",
                rows,
            )
        best = 1e9
        with store.read() as reader:
            for _ in range(20):
                began = time.thread_time()
                assert messages.page(reader, made.id, limit=100)[-1].text == f"message {count - 1}"
                best = min(best, time.thread_time() - began)
        return best

    short, long = time_of(200), time_of(20_000)
    assert long < short * 3 + 0.004
