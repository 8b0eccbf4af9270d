import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings as hypothesis_settings, strategies as st

from engine import Answer, Citation, ConversationImportError, DocumentSource, Engine
from engine.memory.exchange import markdown, reading
from engine.memory.store.messages import NewMessage

KEYS = (
    *("mapping", "chat_messages", "message", "author", "role", "content", "parts", "parent", "sender", "text"),
    *("format", "version", "messages", "conversation", "create_time", "id"),
)


def node(key: str, parent: str | None, role: str, text: str, **fields: Any) -> dict[str, Any]:
    message = {
        "id": key, "author": {"role": role}, "create_time": 1_700_000_000.5, "recipient": "all",
        "content": {"content_type": "text", "parts": [text]}, "metadata": {"model_slug": "gpt-4o"}, **fields,
    }  # fmt: skip
    return {"id": key, "parent": parent, "children": [], "message": message}


def chatgpt() -> dict[str, Any]:
    nodes = [
        {"id": "root", "parent": None, "children": ["sys"], "message": None},
        node("sys", "root", "system", "You are helpful."),
        node("q1", "sys", "user", "Where do herons nest?"),
        node("a1", "q1", "assistant", "In trees.\ue200cite\ue202turn0\ue201"),
        node("call", "q1", "assistant", "search(herons)", recipient="web"),
        node("tool", "call", "tool", "results"),
        node("a2", "tool", "assistant", "In tall trees near water【4†source】."),
        node("q2", "a2", "user", "And storks?"),
    ]
    nodes[3]["message"]["metadata"]["is_visually_hidden_from_conversation"] = False
    return {
        "title": "Herons", "conversation_id": "c-1", "create_time": 1_700_000_000,
        "current_node": "q2", "mapping": {one["id"]: one for one in nodes},
    }  # fmt: skip


def claude() -> dict[str, Any]:
    return {
        "uuid": "u-1", "name": "Storks", "created_at": "2025-03-01T10:00:00.000000Z",
        "chat_messages": [
            {"uuid": "m1", "sender": "human", "text": "Where do storks nest?", "created_at": "2025-03-01T10:00:01Z",
             "content": [{"type": "text", "text": "Where do storks nest?"}],
             "attachments": [{"file_name": "notes.txt", "extracted_content": "On chimneys."}], "files": []},
            {"uuid": "m2", "sender": "assistant", "text": "", "created_at": "2025-03-01T10:00:09Z",
             "content": [{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "On chimneys."}]},
        ],
    }  # fmt: skip


def write(path: Path, document: object) -> Path:
    path.write_text(json.dumps(document, ensure_ascii=False), "utf-8")
    return path


async def test_chatgpt_comes_in_with_its_branches_and_times(engine: Engine, tmp_path: Path) -> None:
    file = tmp_path / "export.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("conversations.json", json.dumps([chatgpt()]))
        archive.writestr("user.json", "{}")
        archive.writestr("chat.html", "<html></html>")
    report = await engine.import_conversations(file)
    assert (len(report.conversations), report.messages, report.problems) == (1, 4, ())
    (listed,) = await engine.conversations()
    assert (listed.title, listed.created_at.year, listed.updated_at.year) == ("Herons", 2023, 2023)
    shown = await engine.messages(listed.id)
    assert [(one.role, one.text, one.version, one.versions) for one in shown] == [
        ("user", "Where do herons nest?", 1, 1),
        ("assistant", "In tall trees near water.", 2, 2),
        ("user", "And storks?", 1, 1),
    ]
    assert shown[1].model == "chatgpt/gpt-4o"
    assert (await engine.select_version(shown[1].id, 1)).text == "In trees."
    (hit,) = await engine.search_messages("storks")
    assert hit.conversation_title == "Herons"


async def test_claude_comes_in(engine: Engine, tmp_path: Path) -> None:
    report = await engine.import_conversations(write(tmp_path / "conversations.json", [claude()]))
    (first, second) = await engine.messages(report.conversations[0])
    assert first.text == "Where do storks nest?\n\n[notes.txt]\n\n```\nOn chimneys.\n```"
    assert (second.text, second.model, second.created_at.second) == ("On chimneys.", "claude/unknown", 9)


async def test_what_was_imported_before_is_left_alone(engine: Engine, tmp_path: Path) -> None:
    await engine.import_conversations(write(tmp_path / "a.json", [chatgpt()]))
    again = await engine.import_conversations(write(tmp_path / "b.json", [chatgpt(), claude()]))
    assert (len(again.conversations), again.known) == (1, 1)
    assert len(await engine.conversations()) == 2


async def test_no_facts_are_drawn_from_what_was_imported(engine: Engine, tmp_path: Path) -> None:
    entry = chatgpt()
    entry["mapping"]["q2"]["message"]["content"]["parts"] = ["Remember that my bank is in Kazan."]
    report = await engine.import_conversations(write(tmp_path / "a.json", [entry]))
    assert await engine._parts.chat.extraction.draw(report.conversations[0]) == []


async def test_one_broken_conversation_does_not_keep_the_others_out(engine: Engine, tmp_path: Path) -> None:
    broken = {"title": "Torn", "mapping": {"x": {"message": {"author": None}}}}
    report = await engine.import_conversations(
        write(tmp_path / "conversations.json", [broken, "nonsense", {"title": "Other"}, chatgpt()])
    )
    assert len(report.conversations) == 1
    assert [problem.split(":")[0] for problem in report.problems] == [
        "conversations.json, “Torn”",
        "conversations.json, conversation 2",
        "conversations.json, “Other”",
    ]


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("conversations.json", b'[{"title": "Herons", "mapping": {"a"', "cut off"),
        ("conversations.json", b"", "cut off"),
        ("conversations.json", b"[]", "No conversation was found"),
        ("conversations.json", b'[{"title": "a"} {"title": "b"}]', "cut off"),
        ("conversations.json", b'[{"title": "a"},', "cut off"),
        ("conversations.json", b'[{"title": "a"}] and more', "cut off"),
        ("conversations.json", b'{"something": "else"}', "form of no export"),
        ("conversations.json", b'"\xff\xfe\xfa"', "UTF-8"),
        ("conversations.json", b"[" * 100_000, "nested too deeply|cut off"),
        ("export.zip", b"PK\x03\x04 torn", "UTF-8|cut off|damaged"),
        ("talk.md", b"# A title\n\nJust prose.\n", "no turns"),
        ("own.json", b'{"format": "magray-conversation", "version": 99}', "newer Magray"),
    ],
)
async def test_a_broken_export_says_what_is_wrong_and_changes_nothing(
    engine: Engine, tmp_path: Path, name: str, data: bytes, words: str
) -> None:
    conversation = await engine.create_conversation("Mine")
    (tmp_path / name).write_bytes(data)
    with pytest.raises(ConversationImportError, match=words) as raised:
        await engine.import_conversations(tmp_path / name)
    assert "Nothing was imported" in str(raised.value)
    assert [one.id for one in await engine.conversations()] == [conversation.id]


async def test_an_empty_zip_and_a_missing_file(engine: Engine, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("readme.pdf", "x")
    with pytest.raises(ConversationImportError, match=r"holds no conversations\.json"):
        await engine.import_conversations(tmp_path / "a.zip")
    with pytest.raises(ConversationImportError, match="could not be read"):
        await engine.import_conversations(tmp_path / "gone.json")


async def talk(engine: Engine) -> str:
    """A conversation with versions, a citation, and texts that look like the form they are written in."""
    conversation = await engine.create_conversation("Lease & co")
    store = engine._parts.conversations
    source = DocumentSource(document_id="d", path="/home/x/lease.pdf", page=4, heading=(), start=0, end=9)
    answer = Answer(
        text="It ends [1].", made_by="local/m", abstained=False,
        citations=(Citation(number=1, memory_id="m", quote="It ends.", source=source),), question="When?",
    )  # fmt: skip
    asked = await store.write(conversation.id, NewMessage(role="user", text="When?\n\n## You\n\n**Sources**\nx"))
    await store.write(conversation.id, NewMessage(role="assistant", text="No idea.", model="quotes", stop="end"))
    new = NewMessage(
        role="assistant", text=answer.text, answer=answer, model="local/m", stop="length", parent=asked.id, thinking="h"
    )
    await store.write(conversation.id, new)
    await store.write(conversation.id, NewMessage(role="user", text="```\n## Assistant\n```\nthanks"))
    return conversation.id


async def test_json_goes_out_and_comes_in_whole(engine: Engine, tmp_path: Path) -> None:
    wanted = await talk(engine)
    await engine.set_conversation(wanted, tags=["flat"], pinned=True)
    (tmp_path / "a.json").write_text(await engine.export_conversation(wanted, "json"), "utf-8")
    report = await engine.import_conversations(tmp_path / "a.json")
    copy = report.conversations[0]
    conversation = await engine.conversation(copy)
    assert (conversation.title, conversation.tags, conversation.pinned) == ("Lease & co", ("flat",), True)

    async def told(conversation_id: str) -> list[tuple[Any, ...]]:
        kept = await engine.messages(conversation_id)
        names = ("role", "text", "created_at", "answer", "version", "versions", "stop", "model", "thinking")
        return [tuple(getattr(one, name) for name in names) for one in kept]

    assert await told(copy) == await told(wanted)


async def test_markdown_goes_out_and_comes_in(engine: Engine, tmp_path: Path) -> None:
    wanted = await talk(engine)
    text = await engine.export_conversation(wanted)
    assert text.startswith("# Lease & co\n")
    assert "> [1] lease.pdf, page 4: “It ends.”" in text
    (tmp_path / "a.md").write_text(text, "utf-8")
    report = await engine.import_conversations(tmp_path / "a.md")
    copied = await engine.messages(report.conversations[0])
    assert [(one.role, one.text) for one in copied] == [(one.role, one.text) for one in await engine.messages(wanted)]
    assert copied[1].model == "local/m"


@pytest.mark.parametrize(
    "text",
    [
        "# T\n\n## User\n\nHello there\n\n## Assistant\n\nHi.\n",
        "**User:** Hello there\n\n**ChatGPT:** Hi.\n",
        "Human: Hello there\n\nAssistant: Hi.\n",
        "### You said:\nHello there\n\n### ChatGPT said:\nHi.\n",
        "# Вы\nHello there\n# Ассистент\nHi.",
    ],
)
def test_talks_that_were_written_down_elsewhere(text: str) -> None:
    read = markdown.read(text, title="talk")
    assert [(one.role, one.text) for one in read.messages] == [("user", "Hello there"), ("assistant", "Hi.")]


@hypothesis_settings(max_examples=100, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=6),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(KEYS),
                inner | st.sampled_from(["user", "human", "text", "magray-conversation"]),
                max_size=5,
            )
        ),
        max_leaves=25,
    )
)
def test_whatever_a_file_holds_the_error_is_a_clear_one(document: object) -> None:
    export = reading.Export()
    text = json.dumps(document)
    given = list(reading._entries(text))
    assert given == (document if isinstance(document, list) else given)
    reading._read_one("a.json", text.encode(), export)
    for one in export.conversations:
        keys = [message.key for message in one.messages]
        for place, message in enumerate(one.messages):
            assert message.parent is None or message.parent in keys[:place]
