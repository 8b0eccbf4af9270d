"""Queries over conversations and their messages."""

from __future__ import annotations

import json
import uuid
from datetime import datetime
from typing import Any

import peewee

from engine import values
from engine.errors import NotFoundError
from engine.memory.records import Conversation, Message
from engine.memory.store import message_search
from engine.memory.store.memories import from_us, now_us

TITLE_LENGTH = 60
"""Characters of the first question that become a conversation's title."""


def create(writer: peewee.SqliteDatabase, title: str) -> values.Conversation:
    """Begin a conversation."""
    at = now_us()
    wanted = uuid.uuid4().hex
    Conversation.insert(id=wanted, title=title, created_at=at, updated_at=at).execute(writer)
    return values.Conversation(id=wanted, title=title, created_at=from_us(at), updated_at=from_us(at))


def get(reader: peewee.SqliteDatabase, conversation_id: str) -> values.Conversation:
    """One conversation that is not deleted.

    Raises:
        NotFoundError: there is none.
    """
    query = _select().where(Conversation.id == conversation_id, Conversation.deleted_at.is_null())
    rows = list(query.dicts().execute(reader))
    if not rows:
        raise NotFoundError(f"There is no conversation {conversation_id}.")
    return _value(rows[0])


def listing(reader: peewee.SqliteDatabase, *, query: str | None = None, limit: int = 200) -> list[values.Conversation]:
    """Conversations, the last changed first; with a query those whose title or messages match it."""
    select = _select().where(Conversation.deleted_at.is_null()).order_by(Conversation.updated_at.desc())
    if query is None or not query.strip():
        return [_value(row) for row in select.limit(limit).dicts().execute(reader)]
    wanted = query.casefold().split()
    snippets = dict(message_search.search(reader, query, limit))
    found = []
    for row in select.dicts().execute(reader):
        title = row["title"].casefold()
        if row["id"] in snippets or all(word in title for word in wanted):
            found.append(_value(row, snippet=snippets.get(row["id"], "")))
            if len(found) == limit:
                break
    return found


def rename(writer: peewee.SqliteDatabase, conversation_id: str, title: str) -> None:
    """Give a conversation another title.

    Raises:
        NotFoundError: there is none.
    """
    changed = Conversation.update(title=title).where(Conversation.id == conversation_id).execute(writer)
    if not changed:
        raise NotFoundError(f"There is no conversation {conversation_id}.")


def set_deleted(writer: peewee.SqliteDatabase, conversation_id: str, *, deleted: bool) -> None:
    """Hide a conversation, or bring it back.

    Raises:
        NotFoundError: there is none.
    """
    moment = now_us() if deleted else None
    changed = Conversation.update(deleted_at=moment).where(Conversation.id == conversation_id).execute(writer)
    if not changed:
        raise NotFoundError(f"There is no conversation {conversation_id}.")


def add_message(
    writer: peewee.SqliteDatabase,
    conversation_id: str,
    role: values.Role,
    text: str,
    *,
    answer: values.Answer | None = None,
) -> values.Message:
    """Write one message and bring its conversation to the top; the first question names a conversation without a title.

    Raises:
        NotFoundError: there is no such conversation.
    """
    conversation = get(writer, conversation_id)
    at = now_us()
    wanted = uuid.uuid4().hex
    stored = None if answer is None else json.dumps(values.to_json(answer), ensure_ascii=False)
    Message.insert(id=wanted, conversation=conversation_id, role=role, text=text, answer=stored, created_at=at).execute(
        writer
    )
    changes: dict[str, Any] = {"updated_at": at}
    if not conversation.title and role == "user":
        changes["title"] = shorten(text)
    Conversation.update(**changes).where(Conversation.id == conversation_id).execute(writer)
    return values.Message(
        id=wanted, conversation_id=conversation_id, role=role, text=text, created_at=from_us(at), answer=answer
    )


def messages(
    reader: peewee.SqliteDatabase, conversation_id: str, *, limit: int = 200, before: str | None = None
) -> list[values.Message]:
    """The last messages of a conversation, oldest first; with `before` those that stand before that message."""
    query = Message.select().where(Message.conversation == conversation_id).order_by(Message.number.desc()).limit(limit)
    if before is not None:
        border = Message.select(Message.number).where(Message.id == before)
        query = query.where(Message.number < border)
    rows = list(query.dicts().execute(reader))
    return [_message(row) for row in reversed(rows)]


def count(reader: peewee.SqliteDatabase) -> int:
    """Conversations that are not deleted."""
    query = Conversation.select(peewee.fn.COUNT(Conversation.id)).where(Conversation.deleted_at.is_null())
    return int(next(iter(query.tuples().execute(reader)))[0])


def shorten(text: str) -> str:
    """A title made of a text: its first line, cut at a word."""
    line = " ".join(text.split("\n", 1)[0].split())
    if len(line) <= TITLE_LENGTH:
        return line
    cut = line[:TITLE_LENGTH].rsplit(" ", 1)[0]
    return (cut if len(cut) > TITLE_LENGTH // 2 else line[:TITLE_LENGTH]).rstrip(" ,.;:–-") + "…"


def _select() -> Any:
    number = (
        Message.select(peewee.fn.COUNT(Message.number)).where(Message.conversation == Conversation.id).alias("messages")
    )
    return Conversation.select(Conversation, number)


def _value(row: dict[str, Any], *, snippet: str = "") -> values.Conversation:
    return values.Conversation(
        id=row["id"],
        title=row["title"],
        created_at=from_us(row["created_at"]),
        updated_at=from_us(row["updated_at"]),
        message_count=row["messages"],
        snippet=snippet,
    )


def _message(row: dict[str, Any]) -> values.Message:
    return values.Message(
        id=row["id"],
        conversation_id=row["conversation"],
        role=row["role"],
        text=row["text"],
        created_at=from_us(row["created_at"]),
        answer=None if row["answer"] is None else read_answer(json.loads(row["answer"])),
    )


def read_answer(stored: dict[str, Any]) -> values.Answer:
    """An answer as it was before `to_json`; unknown fields are passed over, missing ones take defaults."""
    return values.Answer(
        text=stored["text"],
        made_by=stored["made_by"],
        abstained=stored["abstained"],
        citations=tuple(
            values.Citation(
                number=one["number"], memory_id=one["memory_id"], quote=one["quote"], source=_source(one.get("source"))
            )
            for one in stored.get("citations", ())
        ),
        hits=tuple(_hit(one) for one in stored.get("hits", ())),
        question=stored.get("question", ""),
        message_id=stored.get("message_id"),
        seconds=stored.get("seconds", 0.0),
    )


def _hit(stored: dict[str, Any]) -> values.Hit:
    memory = dict(stored["memory"])
    moments = ("created_at", "occurred_at", "accessed_at", "expires_at", "valid_to", "deleted_at")
    for name in moments:
        if memory.get(name) is not None:
            memory[name] = datetime.fromisoformat(memory[name])
    memory["tags"] = tuple(memory.get("tags", ()))
    memory["source"] = _source(memory.get("source"))
    known = values.Memory.__dataclass_fields__
    return values.Hit(
        memory=values.Memory(**{name: value for name, value in memory.items() if name in known}),
        score=stored["score"],
        scores=stored.get("scores", {}),
        reason=stored.get("reason", ""),
    )


def _source(stored: dict[str, Any] | None) -> values.Source | None:
    if stored is None:
        return None
    if stored["type"] == "document":
        return values.DocumentSource(
            document_id=stored["document_id"],
            path=stored["path"],
            page=stored["page"],
            heading=tuple(stored["heading"]),
            start=stored["start"],
            end=stored["end"],
        )
    return values.ConversationSource(stored["conversation_id"], stored["message_id"])
