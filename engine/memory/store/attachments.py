"""Queries over what was given with messages."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import peewee

from engine import values
from engine.errors import NotFoundError
from engine.memory.records import Attachment
from engine.memory.store.memories import now_us


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAttachment:
    """One attachment to write: `pages` for a document of this conversation alone, `data` for a picture."""

    name: str
    kind: Literal["document", "picture", "memory"]
    media_type: str = ""
    size: int = 0
    characters: int = 0
    document_id: str | None = None
    memory_id: str | None = None
    problem: str | None = None
    pages: tuple[str, ...] = ()
    data: bytes | None = None


def add(writer: peewee.SqliteDatabase, conversation_id: str, new: NewAttachment) -> values.Attachment:
    """Write one attachment.

    Raises:
        NotFoundError: there is no such conversation.
    """
    wanted = uuid.uuid4().hex
    try:
        Attachment.insert(
            id=wanted,
            conversation=conversation_id,
            name=new.name,
            kind=new.kind,
            media_type=new.media_type,
            size=new.size,
            characters=new.characters,
            document=new.document_id,
            memory=new.memory_id,
            problem=new.problem,
            pages=json.dumps(new.pages, ensure_ascii=False) if new.pages else None,
            data=new.data,
            created_at=now_us(),
        ).execute(writer)
    except peewee.IntegrityError as error:
        raise NotFoundError(f"There is no conversation {conversation_id}.") from error
    return by_ids(writer, [wanted])[wanted]


def by_ids(reader: peewee.SqliteDatabase, ids: Sequence[str]) -> dict[str, values.Attachment]:
    """Attachments by id; ids that name nothing are left out."""
    columns = (
        Attachment.id, Attachment.name, Attachment.kind, Attachment.media_type, Attachment.size, Attachment.characters,
        Attachment.document, Attachment.memory, Attachment.problem,
    )  # fmt: skip
    query = Attachment.select(*columns).where(Attachment.id.in_(list(ids)))
    return {row["id"]: _value(row) for row in query.dicts().execute(reader)}


def pages(reader: peewee.SqliteDatabase, attachment_id: str) -> tuple[str, ...]:
    """The text of a document that belongs to one conversation, page by page.

    Raises:
        NotFoundError: there is none.
    """
    return tuple(json.loads(_column(reader, attachment_id, Attachment.pages) or "[]"))


def data(reader: peewee.SqliteDatabase, attachment_id: str) -> bytes:
    """The bytes of a picture; empty for anything else.

    Raises:
        NotFoundError: there is no such attachment.
    """
    return bytes(_column(reader, attachment_id, Attachment.data) or b"")


def _column(reader: peewee.SqliteDatabase, attachment_id: str, column: Any) -> Any:
    found = list(Attachment.select(column).where(Attachment.id == attachment_id).tuples().execute(reader))
    if not found:
        raise NotFoundError(f"There is no attachment {attachment_id}.")
    return found[0][0]


def _value(row: dict[str, Any]) -> values.Attachment:
    return values.Attachment(
        id=row["id"],
        name=row["name"],
        kind=row["kind"],
        media_type=row["media_type"],
        size=row["size"],
        characters=row["characters"],
        document_id=row["document"],
        memory_id=row["memory"],
        problem=row["problem"],
    )
