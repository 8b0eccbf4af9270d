"""Queries over what stands around messages: drafts, summaries, what models saw, what they took."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import peewee

from engine import values
from engine.chat_values import ContextView, Draft
from engine.memory.records import Draft as DraftRow, Message, ModelUsage, Summary, View
from engine.memory.store import answer_json
from engine.memory.store.memories import now_us

NOT_BEGUN = ""
"""Stands for the conversation that is not begun yet."""


@dataclass(frozen=True, slots=True)
class StoredSummary:
    """What was said up to and with the message of this number, in short."""

    upto: int
    text: str
    model: str


def draft(reader: peewee.SqliteDatabase, conversation_id: str) -> Draft:
    """What was typed in a conversation and not sent; empty where nothing was."""
    for row in DraftRow.select().where(DraftRow.conversation == conversation_id).dicts().execute(reader):
        return Draft(text=row["text"], attachment_ids=tuple(json.loads(row["attachments"])))
    return Draft()


def set_draft(writer: peewee.SqliteDatabase, conversation_id: str, new: Draft) -> None:
    """Keep what was typed; nothing at all takes the draft away."""
    DraftRow.delete().where(DraftRow.conversation == conversation_id).execute(writer)
    if new.text or new.attachment_ids:
        DraftRow.insert(
            conversation=conversation_id,
            text=new.text,
            attachments=json.dumps(list(new.attachment_ids)),
            updated_at=now_us(),
        ).execute(writer)


def summary(reader: peewee.SqliteDatabase, conversation_id: str, *, before: int) -> StoredSummary | None:
    """The summary that reaches furthest on the shown branch and ends before the message of this number."""
    query = (
        Summary.select(Summary.message, Summary.text, Summary.model)
        .join(Message, on=(Message.number == Summary.message))
        .where(
            Summary.conversation == conversation_id,
            Summary.message < before,
            Message.shown == True,  # noqa: E712
        )
        .order_by(Summary.message.desc(), Summary.number.desc())
        .limit(1)
    )
    for number, text, model in query.tuples().execute(reader):
        return StoredSummary(int(number), text, model)
    return None


def add_summary(writer: peewee.SqliteDatabase, conversation_id: str, new: StoredSummary) -> None:
    """Keep a summary."""
    Summary.insert(
        conversation=conversation_id, message=new.upto, text=new.text, model=new.model, created_at=now_us()
    ).execute(writer)


def set_view(writer: peewee.SqliteDatabase, message_id: str, view: ContextView) -> None:
    """Keep what a model saw before it wrote a message."""
    data = json.dumps(values.to_json(view), ensure_ascii=False)
    View.delete().where(View.message == message_id).execute(writer)
    View.insert(message=message_id, data=data).execute(writer)


def view(reader: peewee.SqliteDatabase, message_id: str) -> ContextView | None:
    """What a model saw before it wrote a message; None where no model took part."""
    for (data,) in View.select(View.data).where(View.message == message_id).tuples().execute(reader):
        return answer_json.read_view(json.loads(data))
    return None


def add_usage(writer: peewee.SqliteDatabase, **fields: Any) -> None:
    """Note what one request took; the fields are those of `records.ModelUsage` without `number` and `at`."""
    ModelUsage.insert(at=now_us(), **fields).execute(writer)
