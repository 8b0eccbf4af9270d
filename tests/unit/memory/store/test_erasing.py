"""What repeats an erased memory: answers, what models saw, titles, attachments, summaries, the ingestion list."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.errors import NotFoundError
from engine.memory.migrations import migrate
from engine.memory.records import Attachment, Conversation, Draft, IngestFile, Message, Summary, View
from engine.memory.store import erasing, traces
from engine.memory.store.database import Database
from engine.values import ERASED, ConversationSource, Memory

GONE, KEPT = "a" * 32, "b" * 32
SECRET = "the safe opens with nine four seven two"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "magray.db", lock_path=tmp_path / "magray.lock")
    database.open()
    migrate(database, backups=tmp_path / "backups")
    with database.write() as writer:
        Conversation.insert(
            id="c", title="the safe opens with nine…", titled="question", created_at=1, updated_at=1
        ).execute(writer)
        Conversation.insert(id="d", title="the safe", titled="owner", created_at=1, updated_at=1).execute(writer)
    yield database
    database.close()


def memory(number: int = 1, *, message: str | None = None) -> Memory:
    from datetime import UTC, datetime

    source = ConversationSource("c", message) if message else None
    at = datetime(2024, 1, 1, tzinfo=UTC)
    return Memory(id=GONE, text=SECRET, layer="assets", kind="note", created_at=at, occurred_at=at, source=source)


def say(writer: Any, name: str, text: str, **fields: Any) -> None:
    row = {"id": name, "conversation": "c", "role": "assistant", "text": text, "created_at": 1, **fields}
    Message.insert(**row).execute(writer)


def answer(text: str, *, made_by: str = "openai/large") -> str:
    cited = [
        {"number": 1, "memory_id": KEPT, "quote": "kept", "source": None},
        {"number": 2, "memory_id": GONE, "quote": "nine four", "source": {"type": "document", "path": "/safe.txt"}},
    ]
    hits = [{"memory": {"id": one, "text": SECRET if one == GONE else "kept"}} for one in (KEPT, GONE)]
    return json.dumps({"text": text, "made_by": made_by, "question": "how?", "citations": cited, "hits": hits})


def everything(writer: Any) -> str:
    """Every text of every table."""
    tables = [name for (name,) in writer.execute_sql("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()]
    return repr([writer.execute_sql(f'SELECT * FROM "{name}"').fetchall() for name in tables])


def test_everything_that_repeats_it_is_covered(store: Database) -> None:
    with store.write() as writer:
        say(writer, "q", "how does the safe open?", role="user")
        text = f"It is grey [1]. You dial 9-4-7-2 [2]. In full: {SECRET}."
        say(writer, "a", text, answer=answer(text), thinking=f"I know: {SECRET}")
        say(writer, "later", f"You said that {SECRET.upper()}, right?", role="user")
        say(
            writer,
            "other",
            "nothing of it",
            answer=answer("x").replace(GONE, "c" * 32).replace(SECRET, "kept").replace("safe.txt", "x"),
        )
        seen = [
            {"kind": "memory", "title": "safe.txt", "text": SECRET, "memory_id": GONE},
            {"kind": "turn", "title": "you", "text": f"before: {SECRET}", "memory_id": None},
            {"kind": "memory", "title": "kept.txt", "text": "kept", "memory_id": KEPT},
        ]
        View.insert(message="a", data=json.dumps({"parts": seen})).execute(writer)
        Summary.insert(conversation="c", message=2, text=SECRET, model="m", created_at=1).execute(writer)
        Draft.insert(conversation="c", text=f"ask again: {SECRET}", updated_at=1).execute(writer)
        Attachment.insert(id="t", conversation="c", name="safe note", kind="memory", memory=GONE, created_at=1).execute(
            writer
        )
        done = erasing.redact(writer, [memory()])
        held = everything(writer)
        rows = {row.id: row for row in Message.select().execute(writer)}
        view = json.loads(View.select(View.data).scalar(writer))
        titles = dict(Conversation.select(Conversation.id, Conversation.title).tuples().execute(writer))
    assert (done.conversations, done.messages) == ({"c"}, 1)
    for word in ("seven two", "SEVEN TWO", "9-4-7-2", "safe note", "safe.txt"):
        assert word not in held, held[max(0, held.find(word) - 200) : held.find(word) + 60]
    assert rows["a"].text == f"It is grey [1]. {ERASED} In full: {ERASED}."
    assert rows["a"].thinking == ""
    stored = json.loads(rows["a"].answer)
    assert [hit["memory"]["id"] for hit in stored["hits"]] == [KEPT]
    assert [(one["quote"], one["source"]) for one in stored["citations"]] == [("kept", None), (ERASED, None)]
    assert stored["text"] == rows["a"].text
    assert rows["later"].text == f"You said that {ERASED}, right?"
    assert rows["other"].text == "nothing of it"
    assert [part["text"] for part in view["parts"]] == [ERASED, f"before: {ERASED}", "kept"]
    assert titles == {"c": ERASED, "d": "the safe"}


def test_the_message_that_it_was_made_of_is_covered(store: Database) -> None:
    with store.write() as writer:
        say(writer, "q", SECRET, role="user")
        say(writer, "q2", "something else", role="user")
        assert erasing.redact(writer, [memory(message="q")]).messages == 1
        texts = dict(Message.select(Message.id, Message.text).tuples().execute(writer))
        found = writer.execute_sql("SELECT count(*) FROM message_fts WHERE message_fts MATCH 'seven'").fetchone()
    assert texts == {"q": ERASED, "q2": "something else"}
    assert found == (0,)


def test_nothing_is_touched_where_nothing_repeats_it(store: Database) -> None:
    with store.write() as writer:
        say(writer, "q", "good morning", role="user")
        before = everything(writer)
        done = erasing.redact(writer, [memory()])
        assert (done.conversations, done.messages) == (set(), 0)
        assert everything(writer) == before


def test_a_forgotten_document_leaves_lists_attachments_and_answers(store: Database) -> None:
    document = "d" * 32
    with store.write() as writer:
        for number, (path, state) in enumerate((("/a/doc.pdf", "done"), ("/a/doc.pdf", "queued"), ("/b.md", "done"))):
            row = {"id": str(number), "batch": "x", "path": path, "state": state, "queued_at": 1}
            IngestFile.insert(**row, document=document if number == 0 else None).execute(writer)
        Attachment.insert(
            id="t", conversation="c", name="doc.pdf", kind="document", document=document, pages='["x"]', created_at=1
        ).execute(writer)
        cited = {"type": "document", "document_id": document, "path": "/a/doc.pdf"}
        stored = {
            "text": "t",
            "made_by": "m",
            "citations": [{"number": 1, "memory_id": KEPT, "quote": "from the doc", "source": cited}],
            "hits": [{"memory": {"id": KEPT, "source": cited}}],
        }
        say(writer, "a", "t", answer=json.dumps(stored))
        parts = [{"kind": "document", "title": "doc.pdf", "text": "whole", "document_id": document}]
        View.insert(message="a", data=json.dumps({"parts": parts})).execute(writer)
        erasing.forget_document(writer, document, "/a/doc.pdf")
        held = everything(writer)
        left = [row.path for row in IngestFile.select().execute(writer)]
    assert left == ["/a/doc.pdf", "/b.md"], "what is queued is to be read"
    for word in ("from the doc", "whole", "'doc.pdf'"):
        assert word not in held


def test_an_erased_conversation_takes_everything_with_it(store: Database) -> None:
    with store.write() as writer:
        say(writer, "q", SECRET, role="user")
        View.insert(message="q", data=json.dumps({"parts": []})).execute(writer)
        Summary.insert(conversation="c", message=1, text=SECRET, model="m", created_at=1).execute(writer)
        Draft.insert(conversation="c", text=SECRET, updated_at=1).execute(writer)
        Attachment.insert(id="t", conversation="c", name=SECRET, kind="picture", data=b"1", created_at=1).execute(
            writer
        )
        erasing.erase_conversation(writer, "c")
        assert "seven" not in everything(writer)
        assert [row.id for row in Conversation.select().execute(writer)] == ["d"]
        with pytest.raises(NotFoundError):
            erasing.erase_conversation(writer, "c")


def test_copies_are_noted_once(store: Database, tmp_path: Path) -> None:
    with store.write() as writer:
        traces.note_copies(writer, ["b.db"])
        traces.note_copies(writer, ["a.db", "b.db"])
        assert traces.copies_noted(writer) == ["a.db", "b.db"]
        assert traces.last_erased(writer) == 0
        traces.note_erased(writer, 7)
        assert traces.last_erased(writer) == 7
    assert traces.copies_with(tmp_path / "nowhere", [GONE]) == []
