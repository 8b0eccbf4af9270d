"""Queries over messages: one tree a conversation, of which one branch is shown. See `records.py` for its rules."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import peewee

from engine import values
from engine.errors import NotFoundError
from engine.memory.records import Attachment, Conversation, Message
from engine.memory.store import answer_json, attachments
from engine.memory.store.memories import from_us, now_us

TITLE_LENGTH = 60
"""Characters of the first question that become a conversation's title."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMessage:
    """One message to write.

    Attributes:
        role: Who speaks.
        text: What is said.
        parent: The message that it follows: None for the end of the branch that is shown, '' for none.
        answer: The whole answer behind it.
        stop: Why it ends, for an assistant's.
        model: Who wrote it, for an assistant's.
        usage: What it took.
        thinking: What was thought before.
        attachment_ids: What was given with it.
        created_at: Microseconds since 1970; None means now.
    """

    role: values.Role
    text: str
    parent: str | None = None
    answer: values.Answer | None = None
    stop: values.MessageStop | None = None
    model: str | None = None
    usage: values.MessageUsage | None = None
    thinking: str = ""
    attachment_ids: tuple[str, ...] = ()
    created_at: int | None = None


def add(writer: peewee.SqliteDatabase, conversation_id: str, new: NewMessage) -> values.Message:
    """Write one message, show it, and bring its conversation to the top; the first question names a conversation.

    Beside messages with the same parent it becomes a further version, and what followed the others is no longer shown.

    Raises:
        NotFoundError: there is no such conversation, parent or attachment.
    """
    row = Conversation.select(Conversation.title).where(
        Conversation.id == conversation_id, Conversation.deleted_at.is_null()
    )
    found = list(row.tuples().execute(writer))
    if not found:
        raise NotFoundError(f"There is no conversation {conversation_id}.")
    parent = _last_shown(writer, conversation_id) if new.parent is None else new.parent
    if new.parent:
        number = _number(writer, conversation_id, new.parent)
        if not is_shown(writer, conversation_id, number):
            show(writer, new.parent)
        _hide_behind(writer, conversation_id, number)
    elif new.parent == "":
        _hide_behind(writer, conversation_id, 0)
    _siblings(conversation_id, parent, chosen=False).execute(writer)
    at = now_us()
    wanted = uuid.uuid4().hex
    _check_attachments(writer, conversation_id, new.attachment_ids)
    Message.insert(
        id=wanted,
        conversation=conversation_id,
        role=new.role,
        text=new.text,
        created_at=at if new.created_at is None else new.created_at,
        parent=parent,
        attachments=json.dumps(list(new.attachment_ids)),
        **_written(new),
    ).execute(writer)
    changes: dict[str, Any] = {"updated_at": at}
    if not found[0][0] and new.role == "user":
        changes |= {"title": shorten(new.text), "titled": "question"}
    Conversation.update(**changes).where(Conversation.id == conversation_id).execute(writer)
    return get(writer, wanted)


def rewrite(writer: peewee.SqliteDatabase, message_id: str, new: NewMessage) -> values.Message:
    """Give a message another text, answer, end and usage; its place and its time stay.

    Raises:
        NotFoundError: there is no such message.
    """
    changed = Message.update(text=new.text, **_written(new)).where(Message.id == message_id).execute(writer)
    if not changed:
        raise NotFoundError(f"There is no message {message_id}.")
    return get(writer, message_id)


def get(reader: peewee.SqliteDatabase, message_id: str) -> values.Message:
    """One message, deleted or not, on whatever branch.

    Raises:
        NotFoundError: there is none.
    """
    return _values(reader, [_row(reader, message_id)])[0]


def page(
    reader: peewee.SqliteDatabase,
    conversation_id: str,
    *,
    limit: int = 200,
    border: str | None = None,
    side: Literal["before", "after", "around"] = "before",
) -> list[values.Message]:
    """Messages of the branch that is shown, oldest first, without deleted ones.

    Args:
        reader: The database.
        conversation_id: Whose.
        limit: How many at most.
        border: The message that `side` speaks of; None takes the last ones.
        side: Those before it, those behind it, or it with those on both sides.

    Raises:
        NotFoundError: there is no such message in this conversation.
    """
    query = Message.select().where(
        Message.conversation == conversation_id, Message.shown == True, Message.deleted_at.is_null()  # noqa: E712
    )  # fmt: skip
    number = None if border is None else _number(reader, conversation_id, border)
    later: list[dict[str, Any]] = []
    earlier: list[dict[str, Any]] = []
    room = limit
    if number is not None and side != "before":
        start = Message.number >= number if side == "around" else Message.number > number
        wanted = max(1, limit // 2) if side == "around" else limit
        rising = query.where(start).order_by(Message.number).limit(wanted)
        later = list(rising.dicts().execute(reader))
        room = 0 if side == "after" else limit - len(later)
    if room:
        falling = query.order_by(Message.number.desc()).limit(room)
        if number is not None:
            falling = falling.where(Message.number < number)
        earlier = list(falling.dicts().execute(reader))
        earlier.reverse()
    return _values(reader, [*earlier, *later])


def number_of(reader: peewee.SqliteDatabase, message_id: str) -> int:
    """The number that orders a message among all.

    Raises:
        NotFoundError: there is no such message.
    """
    return int(_row(reader, message_id)["number"])


def is_shown(reader: peewee.SqliteDatabase, conversation_id: str, number: int) -> bool:
    """Whether the message of this number stands on the branch that is shown."""
    query = Message.select(Message.shown).where(Message.conversation == conversation_id, Message.number == number)
    return any(bool(shown) for (shown,) in query.tuples().execute(reader))


def select_version(writer: peewee.SqliteDatabase, message_id: str, version: int) -> values.Message:
    """Show another version at a message's place, with what followed it when it was shown last.

    Raises:
        NotFoundError: there is no such message or version.
    """
    row = _row(writer, message_id)
    query = _beside(row["conversation"], row["parent"]).order_by(Message.number)
    ids = [wanted for (wanted,) in query.tuples().execute(writer)]
    if not 1 <= version <= len(ids):
        raise NotFoundError(f"There are {len(ids)} versions of this message and no number {version}.")
    show(writer, ids[version - 1])
    return get(writer, ids[version - 1])


def show(writer: peewee.SqliteDatabase, message_id: str) -> str:
    """Show the branch that a message stands on.

    Returns:
        The conversation.

    Raises:
        NotFoundError: there is no such message.
    """
    row = _row(writer, message_id)
    conversation = row["conversation"]
    path: list[tuple[int, str, str]] = []
    above = row
    while not above["shown"] or above["id"] == message_id:
        path.append((above["number"], above["id"], above["parent"]))
        if not above["parent"]:
            break
        above = _row(writer, above["parent"])
    first = path[-1]
    _hide_behind(writer, conversation, _number(writer, conversation, first[2]) if first[2] else 0)
    for number, _, parent in reversed(path):
        _siblings(conversation, parent, chosen=False).execute(writer)
        Message.update(shown=True, chosen=True).where(Message.number == number).execute(writer)
    below = message_id
    while True:  # what followed, the way it was chosen last
        query = Message.select(Message.number, Message.id).where(
            Message.conversation == conversation,
            Message.parent == below,
            Message.chosen == True,  # noqa: E712
        )
        found = list(query.order_by(Message.number.desc()).limit(1).tuples().execute(writer))
        if not found:
            return str(conversation)
        Message.update(shown=True).where(Message.number == found[0][0]).execute(writer)
        below = found[0][1]


def set_deleted(writer: peewee.SqliteDatabase, message_id: str, *, deleted: bool) -> str:
    """Hide a message, or bring it back; what follows it stays.

    Where nothing follows and other versions are left, the last of these is shown in its place.

    Returns:
        The conversation.

    Raises:
        NotFoundError: there is no such message.
    """
    row = _row(writer, message_id)
    conversation = str(row["conversation"])
    Message.update(deleted_at=now_us() if deleted else None).where(Message.id == message_id).execute(writer)
    if not deleted:
        show(writer, message_id)
    elif row["shown"] and _last_shown(writer, conversation) == message_id:
        others = _beside(conversation, row["parent"]).order_by(Message.number.desc()).limit(1)
        for (other,) in list(others.tuples().execute(writer)):
            show(writer, other)
    return conversation


def set_pinned(writer: peewee.SqliteDatabase, message_id: str, *, pinned: bool) -> str:
    """Mark a message to be kept at hand, or not.

    Returns:
        The conversation.

    Raises:
        NotFoundError: there is no such message.
    """
    conversation = str(_row(writer, message_id)["conversation"])
    Message.update(pinned=pinned).where(Message.id == message_id).execute(writer)
    return conversation


def pinned(reader: peewee.SqliteDatabase, conversation_id: str) -> list[values.Message]:
    """The pinned messages of the shown branch, oldest first."""
    query = Message.select().where(
        Message.conversation == conversation_id,
        Message.shown == True,  # noqa: E712
        Message.deleted_at.is_null(),
        Message.pinned == True,  # noqa: E712
    )
    return _values(reader, list(query.order_by(Message.number).dicts().execute(reader)))


def tree(reader: peewee.SqliteDatabase, conversation_id: str) -> list[tuple[values.Message, bool]]:
    """Every message that is not deleted, in the order written, with whether it stands on the shown branch."""
    query = Message.select().where(Message.conversation == conversation_id, Message.deleted_at.is_null())
    rows = list(query.order_by(Message.number).dicts().execute(reader))
    return [(value, bool(row["shown"])) for value, row in zip(_values(reader, rows), rows, strict=True)]


def shorten(text: str) -> str:
    """A title made of a text: its first line, cut at a word."""
    line = " ".join(text.split("\n", 1)[0].split())
    if len(line) <= TITLE_LENGTH:
        return line
    cut = line[:TITLE_LENGTH].rsplit(" ", 1)[0]
    return (cut if len(cut) > TITLE_LENGTH // 2 else line[:TITLE_LENGTH]).rstrip(" ,.;:–-") + "…"


def _written(new: NewMessage) -> dict[str, Any]:
    answer = None if new.answer is None else json.dumps(values.to_json(new.answer), ensure_ascii=False)
    usage = None if new.usage is None else json.dumps(values.to_json(new.usage))
    return {"answer": answer, "stop": new.stop, "model": new.model, "usage": usage, "thinking": new.thinking}


def _row(reader: peewee.SqliteDatabase, message_id: str) -> dict[str, Any]:
    found = list(Message.select().where(Message.id == message_id).dicts().execute(reader))
    if not found:
        raise NotFoundError(f"There is no message {message_id}.")
    row: dict[str, Any] = found[0]
    return row


def _number(reader: peewee.SqliteDatabase, conversation_id: str, message_id: str) -> int:
    query = Message.select(Message.number).where(Message.id == message_id, Message.conversation == conversation_id)
    found = list(query.tuples().execute(reader))
    if not found:
        raise NotFoundError(f"There is no message {message_id} in this conversation.")
    return int(found[0][0])


def _last_shown(reader: peewee.SqliteDatabase, conversation_id: str) -> str:
    """The end of the shown branch, deleted or not; '' where there is none."""
    query = Message.select(Message.id).where(Message.conversation == conversation_id, Message.shown == True)  # noqa: E712
    found = list(query.order_by(Message.number.desc()).limit(1).tuples().execute(reader))
    return str(found[0][0]) if found else ""


def _hide_behind(writer: peewee.SqliteDatabase, conversation_id: str, number: int) -> None:
    (
        Message.update(shown=False)
        .where(Message.conversation == conversation_id, Message.shown == True, Message.number > number)  # noqa: E712
        .execute(writer)
    )


def _siblings(conversation_id: str, parent: str, *, chosen: bool) -> Any:
    return Message.update(chosen=chosen).where(Message.conversation == conversation_id, Message.parent == parent)


def _beside(conversation_id: str, parent: str) -> Any:
    return Message.select(Message.id).where(
        Message.conversation == conversation_id, Message.parent == parent, Message.deleted_at.is_null()
    )


def _check_attachments(reader: peewee.SqliteDatabase, conversation_id: str, ids: Sequence[str]) -> None:
    query = Attachment.select(Attachment.id).where(Attachment.conversation == conversation_id, Attachment.id.in_(ids))
    known = {wanted for (wanted,) in query.tuples().execute(reader)} if ids else set()
    missing = [wanted for wanted in ids if wanted not in known]
    if missing:
        raise NotFoundError(
            f"There is no attachment {missing[0]} in this conversation. Nothing was sent; add it again."
        )


def _values(reader: peewee.SqliteDatabase, rows: Sequence[dict[str, Any]]) -> list[values.Message]:
    """Rows of one conversation as values, with their versions and attachments: three queries for a page."""
    if not rows:
        return []
    conversation = rows[0]["conversation"]
    versions = _versions(reader, conversation, sorted({row["parent"] for row in rows}))
    named = {wanted for row in rows for wanted in json.loads(row["attachments"])}
    given = attachments.by_ids(reader, sorted(named)) if named else {}
    found = []
    for row in rows:
        beside = versions.get(row["parent"], [row["id"]])
        found.append(
            values.Message(
                id=row["id"],
                conversation_id=conversation,
                role=row["role"],
                text=row["text"],
                created_at=from_us(row["created_at"]),
                answer=None if row["answer"] is None else answer_json.read_answer(json.loads(row["answer"])),
                parent=row["parent"] or None,
                version=beside.index(row["id"]) + 1 if row["id"] in beside else 1,
                versions=len(beside) if row["id"] in beside else 1,
                pinned=bool(row["pinned"]),
                stop=row["stop"],
                attachments=tuple(given[wanted] for wanted in json.loads(row["attachments"]) if wanted in given),
                model=row["model"],
                usage=None if row["usage"] is None else values.MessageUsage(**json.loads(row["usage"])),
                thinking=row["thinking"],
                deleted_at=None if row["deleted_at"] is None else from_us(row["deleted_at"]),
            )
        )
    return found


def _versions(reader: peewee.SqliteDatabase, conversation_id: str, parents: Sequence[str]) -> dict[str, list[str]]:
    """Ids of messages that are not deleted, by their parent, oldest first."""
    found: dict[str, list[str]] = {}
    for start in range(0, len(parents), 400):
        query = Message.select(Message.parent, Message.id).where(
            Message.conversation == conversation_id,
            Message.parent.in_(parents[start : start + 400]),
            Message.deleted_at.is_null(),
        )
        for parent, wanted in query.order_by(Message.number).tuples().execute(reader):
            found.setdefault(parent, []).append(wanted)
    return found
