"""Queries over conversations; their messages are in `messages.py`."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from typing import Any

import peewee

from engine import values
from engine.errors import NotFoundError
from engine.memory.records import Conversation, Message
from engine.memory.store import message_search
from engine.memory.store.memories import from_us, now_us


def create(
    writer: peewee.SqliteDatabase,
    title: str,
    *,
    by: str = "owner",
    external_id: str | None = None,
    created_at: int | None = None,
) -> values.Conversation:
    """Begin a conversation; `by` says whose the title is, see `records.py`."""
    at = now_us() if created_at is None else created_at
    wanted = uuid.uuid4().hex
    Conversation.insert(
        id=wanted,
        title=title,
        titled=by if title else "",
        created_at=at,
        updated_at=at,
        external_id=external_id,
    ).execute(writer)
    return get(writer, wanted)


def known(reader: peewee.SqliteDatabase, external_ids: Sequence[str]) -> set[str]:
    """Which of these ids of another program were imported already; a deleted conversation counts as imported."""
    found: set[str] = set()
    for start in range(0, len(external_ids), 400):
        query = Conversation.select(Conversation.external_id).where(
            Conversation.external_id.in_(list(external_ids[start : start + 400]))
        )
        found |= {str(wanted) for (wanted,) in query.tuples().execute(reader)}
    return found


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


def listing(
    reader: peewee.SqliteDatabase,
    *,
    query: str | None = None,
    limit: int = 200,
    archived: bool = False,
    tag: str | None = None,
    folder: str | None = None,
) -> list[values.Conversation]:
    """Conversations, pinned ones first, then the last changed.

    With a query, those whose title, tags, folder or messages match it, whether archived or not; else the archived ones,
    or the others. With a folder those in it alone, with '' those in none.
    """
    select = (
        _select()
        .where(Conversation.deleted_at.is_null())
        .order_by(Conversation.pinned.desc(), Conversation.updated_at.desc())
    )
    if tag is not None:
        select = select.where(Conversation.tags.contains(json.dumps(tag, ensure_ascii=False)))
    if folder is not None:
        select = select.where(Conversation.folder == folder)
    if query is None or not query.strip():
        rows = select.where(Conversation.archived == archived).limit(limit).dicts().execute(reader)
        return [_value(row) for row in rows]
    wanted = query.casefold().split()
    snippets = dict(message_search.search(reader, query, limit))
    found = []
    for row in select.dicts().execute(reader):
        name = f"{row['title']} {' '.join(json.loads(row['tags']))} {row['folder']}".casefold()
        if row["id"] in snippets or all(word in name for word in wanted):
            found.append(_value(row, snippet=snippets.get(row["id"], "")))
            if len(found) == limit:
                break
    return found


def rename(writer: peewee.SqliteDatabase, conversation_id: str, title: str, *, by: str = "owner") -> None:
    """Give a conversation another title; `by` says whose it is, see `records.py`.

    Raises:
        NotFoundError: there is none.
    """
    changed = (
        Conversation.update(title=title, titled=by if title else "")
        .where(Conversation.id == conversation_id)
        .execute(writer)
    )
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


def change(
    writer: peewee.SqliteDatabase,
    conversation_id: str,
    *,
    pinned: bool | None = None,
    archived: bool | None = None,
    tags: Sequence[str] | None = None,
    remembers: bool | None = None,
) -> values.Conversation:
    """Set marks of a conversation; None leaves one as it is.

    Raises:
        NotFoundError: there is none.
    """
    wanted: dict[str, Any] = {"pinned": pinned, "archived": archived, "remembers": remembers}
    wanted["tags"] = None if tags is None else json.dumps(list(dict.fromkeys(tags)), ensure_ascii=False)
    changes = {name: value for name, value in wanted.items() if value is not None}
    if changes:
        Conversation.update(**changes).where(Conversation.id == conversation_id).execute(writer)
    return get(writer, conversation_id)


def set_folder(writer: peewee.SqliteDatabase, conversation_ids: Sequence[str], folder: str) -> None:
    """Put conversations into a folder; '' takes them out of theirs.

    Raises:
        NotFoundError: one of them is not there; none was moved, as the caller's transaction ends.
    """
    for one in dict.fromkeys(conversation_ids):
        get(writer, one)
        Conversation.update(folder=folder).where(Conversation.id == one).execute(writer)


def folders(reader: peewee.SqliteDatabase) -> list[tuple[str, int]]:
    """Folders in use with how many conversations each lists, in the order of the alphabet; archived ones do not count.

    A folder whose conversations are all archived is there still, with 0.
    """
    shown = peewee.fn.SUM(peewee.Case(None, [(Conversation.archived == False, 1)], 0))  # noqa: E712
    query = Conversation.select(Conversation.folder, shown).group_by(Conversation.folder)
    query = query.where(Conversation.deleted_at.is_null(), Conversation.folder != "")
    found = [(str(name), int(count)) for name, count in query.tuples().execute(reader)]
    return sorted(found, key=lambda one: (one[0].casefold(), one[0]))


def rename_folder(writer: peewee.SqliteDatabase, folder: str, name: str) -> int:
    """Give a folder another name, that of another one to unite them, '' to take it away; deleted conversations follow.

    Returns:
        How many conversations are in it, deleted ones too.
    """
    return int(Conversation.update(folder=name).where(Conversation.folder == folder).execute(writer))


def tags(reader: peewee.SqliteDatabase) -> list[str]:
    """Every tag in use, in the order of the alphabet."""
    query = Conversation.select(Conversation.tags).where(Conversation.deleted_at.is_null(), Conversation.tags != "[]")
    found = {tag for (stored,) in query.tuples().execute(reader) for tag in json.loads(stored)}
    return sorted(found, key=lambda tag: (tag.casefold(), tag))


def titled(reader: peewee.SqliteDatabase, conversation_id: str) -> str:
    """Who named a conversation: '' nobody, `question`, `model`, `owner`."""
    query = Conversation.select(Conversation.titled).where(Conversation.id == conversation_id)
    return next((str(by) for (by,) in query.tuples().execute(reader)), "owner")


def extracted(reader: peewee.SqliteDatabase, conversation_id: str) -> int:
    """Number of the last message that facts were drawn from."""
    query = Conversation.select(Conversation.extracted).where(Conversation.id == conversation_id)
    return next((int(number) for (number,) in query.tuples().execute(reader)), 0)


def set_extracted(writer: peewee.SqliteDatabase, conversation_id: str, number: int) -> None:
    """Facts were drawn from everything up to this message."""
    Conversation.update(extracted=number).where(Conversation.id == conversation_id).execute(writer)


def waiting(reader: peewee.SqliteDatabase, *, since: int) -> list[str]:
    """Conversations that remember and hold messages from which no facts were drawn yet; `since`: changed after that."""
    later = Message.select(Message.number).where(
        Message.conversation == Conversation.id, Message.number > Conversation.extracted, Message.role == "user"
    )
    query = Conversation.select(Conversation.id).where(
        Conversation.deleted_at.is_null(),
        Conversation.remembers == True,  # noqa: E712
        Conversation.updated_at >= since,
        peewee.fn.EXISTS(later),
    )
    return [wanted for (wanted,) in query.tuples().execute(reader)]


def count(reader: peewee.SqliteDatabase) -> int:
    """Conversations that are not deleted."""
    query = Conversation.select(peewee.fn.COUNT(Conversation.id)).where(Conversation.deleted_at.is_null())
    return int(next(iter(query.tuples().execute(reader)))[0])


def _select() -> Any:
    number = (
        Message.select(peewee.fn.COUNT(Message.number))
        .where(
            Message.conversation == Conversation.id,
            Message.shown == True,  # noqa: E712
            Message.deleted_at.is_null(),
        )
        .alias("messages")
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
        pinned=bool(row["pinned"]),
        archived=bool(row["archived"]),
        tags=tuple(json.loads(row["tags"])),
        remembers=bool(row["remembers"]),
        folder=row["folder"],
    )
