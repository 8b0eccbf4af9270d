"""Queries over what was said, without the answers behind it: what goes to a model, and what facts are drawn from."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import peewee

from engine import values
from engine.errors import NotFoundError
from engine.memory.records import Memory, Message
from engine.memory.store import chat_notes
from engine.memory.store.chat_notes import StoredSummary
from engine.memory.store.memories import from_us


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of the branch that is shown."""

    number: int
    id: str
    conversation_id: str
    role: values.Role
    text: str
    created_at: datetime
    attachment_ids: tuple[str, ...] = ()
    model: str | None = None


@dataclass(frozen=True, slots=True)
class History:
    """What was said before a message.

    Attributes:
        turns: The last turns, oldest first.
        earlier: How many stand before these.
        summary: The summary that reaches furthest.
    """

    turns: tuple[Turn, ...] = ()
    earlier: int = 0
    summary: StoredSummary | None = None


def history(reader: peewee.SqliteDatabase, conversation_id: str, *, before: str | None, limit: int) -> History:
    """What was said in a conversation before a message, or all of it.

    Raises:
        NotFoundError: there is no such message.
    """
    border = None if before is None else _number(reader, before)
    query = _shown(conversation_id)
    if border is not None:
        query = query.where(Message.number < border)
    rows = list(query.order_by(Message.number.desc()).limit(limit).dicts().execute(reader))
    turns = tuple(_turn(row) for row in reversed(rows))
    earlier = 0
    if len(rows) == limit:
        older = Message.select(peewee.fn.COUNT(Message.number)).where(
            *_on_branch(conversation_id), Message.number < turns[0].number
        )
        earlier = int(next(iter(older.tuples().execute(reader)))[0])
    last = border if border is not None else (turns[-1].number + 1 if turns else 0)
    return History(turns, earlier, chat_notes.summary(reader, conversation_id, before=last))


def behind(reader: peewee.SqliteDatabase, conversation_id: str, number: int, *, limit: int) -> list[Turn]:
    """The first turns of the shown branch behind a number, oldest first."""
    query = _shown(conversation_id).where(Message.number > number).order_by(Message.number).limit(limit)
    return [_turn(row) for row in query.dicts().execute(reader)]


def by_ids(reader: peewee.SqliteDatabase, ids: Sequence[str]) -> list[Turn]:
    """Turns by id, on whatever branch; ids that name nothing are left out."""
    query = _columns().where(Message.id.in_(list(ids))).order_by(Message.number)
    return [_turn(row) for row in query.dicts().execute(reader)]


def remembered(reader: peewee.SqliteDatabase, conversation_id: str) -> set[str]:
    """Ids of the messages of a conversation that were remembered, and are still."""
    query = Memory.select(Memory.message_id).where(
        Memory.group_key == f"s:{conversation_id}", Memory.deleted_at.is_null(), Memory.message_id.is_null(False)
    )
    return {str(wanted) for (wanted,) in query.tuples().execute(reader)}


def _shown(conversation_id: str) -> Any:
    return _columns().where(*_on_branch(conversation_id))


def _columns() -> Any:
    return Message.select(
        Message.number,
        Message.id,
        Message.conversation,
        Message.role,
        Message.text,
        Message.created_at,
        Message.attachments,
        Message.model,
    )


def _on_branch(conversation_id: str) -> tuple[Any, ...]:
    return (
        Message.conversation == conversation_id,
        Message.shown == True,  # noqa: E712
        Message.deleted_at.is_null(),
    )


def _number(reader: peewee.SqliteDatabase, message_id: str) -> int:
    query = Message.select(Message.number).where(Message.id == message_id)
    for (number,) in query.tuples().execute(reader):
        return int(number)
    raise NotFoundError(f"There is no message {message_id}.")


def _turn(row: dict[str, Any]) -> Turn:
    return Turn(
        number=row["number"],
        id=row["id"],
        conversation_id=row["conversation"],
        role=row["role"],
        text=row["text"],
        created_at=from_us(row["created_at"]),
        attachment_ids=tuple(json.loads(row["attachments"])),
        model=row["model"],
    )
