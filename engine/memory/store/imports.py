"""Writes conversations of other programs, with their branches and their times."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

import peewee

from engine.memory.exchange.imported import ImportedConversation
from engine.memory.records import Conversation, Message
from engine.memory.store import conversations, messages
from engine.memory.store.memories import insert_rows, now_us


def write(writer: peewee.SqliteDatabase, wanted: Sequence[ImportedConversation]) -> tuple[list[str], int]:
    """Write conversations inside the caller's transaction.

    Returns:
        Their ids, and how many messages they hold.
    """
    made: list[str] = []
    count = 0
    for one in wanted:
        conversation = conversations.create(
            writer, one.title or _title(one), external_id=one.external_id, created_at=one.created_at
        )
        rows = _rows(conversation.id, one)
        insert_rows(writer, Message, rows)
        last = next(
            iter(
                Message.select(peewee.fn.MAX(Message.number))
                .where(Message.conversation == conversation.id)
                .tuples()
                .execute(writer)
            )
        )[0]
        # What was said elsewhere is history: no facts are drawn from it.
        changes: dict[str, Any] = {"extracted": last or 0, "updated_at": max(row["created_at"] for row in rows)}
        Conversation.update(**(changes | one.stored)).where(Conversation.id == conversation.id).execute(writer)
        made.append(conversation.id)
        count += len(rows)
    return made, count


def _rows(conversation_id: str, one: ImportedConversation) -> list[dict[str, Any]]:
    ids = {message.key: uuid.uuid4().hex for message in one.messages}
    branch = one.branch()
    chosen = {message.parent: message.key for message in one.messages}
    chosen |= {message.parent: message.key for message in one.messages if message.key in branch}
    at = now_us() if one.created_at is None else one.created_at
    rows: list[dict[str, Any]] = []
    for message in one.messages:
        at = max(at, message.created_at) if message.created_at is not None else at + 1
        rows.append(
            {
                "id": ids[message.key],
                "conversation": conversation_id,
                "role": message.role,
                "text": message.text,
                "created_at": message.created_at if message.created_at is not None else at,
                "parent": ids[message.parent] if message.parent is not None else "",
                "shown": message.key in branch,
                "chosen": chosen[message.parent] == message.key,
                "stop": "end" if message.role == "assistant" else None,
                "model": message.model,
                **message.stored,
            }
        )
    return rows


def _title(one: ImportedConversation) -> str:
    return messages.shorten(next((message.text for message in one.messages if message.role == "user"), ""))
