"""Queries over memories. Writing functions run inside the caller's transaction and keep the rules of `records.py`."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import time
import uuid
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import zip_longest
from typing import Any

import peewee

from engine import values
from engine.errors import InvalidMemoryError, NotFoundError
from engine.memory.records import Document, History, Memory, Removal, Usage, Vector
from engine.memory.store import cluster_queries, promotion_queries, traces
from engine.memory.store.database import Database

BATCH = 400
"""Rows of one statement: SQLite takes at most 32,766 variables."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRow:
    """One memory ready to be written.

    Attributes:
        memory: What is remembered.
        vector: Its unit vector as little-endian float32; None where it follows (`arrivals.py`).
        model: The embedder that made it.
        dimensions: Numbers in the vector.
        expires_at: Microseconds since 1970, None for never.
        document: Number of the document it was made from.
        position: Place among its neighbours; None takes the time it was said.
    """

    memory: values.NewMemory
    vector: bytes | None
    model: str
    dimensions: int
    expires_at: int | None = None
    document: int | None = None
    position: int | None = None


def now_us() -> int:
    """Now, in microseconds since 1970 UTC."""
    return time.time_ns() // 1000


def to_us(moment: datetime) -> int:
    """An aware datetime in microseconds since 1970 UTC."""
    whole = moment.astimezone(UTC)
    return int(whole.replace(microsecond=0).timestamp()) * 1_000_000 + whole.microsecond


def from_us(moment: int) -> datetime:
    """The aware datetime of microseconds since 1970 UTC."""
    return datetime.fromtimestamp(moment // 1_000_000, UTC).replace(microsecond=moment % 1_000_000)


def content_hash(text: str) -> str:
    """The key by which equal texts are known: BLAKE2b, 128 bits, over UTF-8."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def group_of(memory: values.NewMemory) -> str | None:
    """The neighbourhood that a memory belongs to; see `records.py`."""
    if isinstance(memory.source, values.DocumentSource):
        return f"d:{memory.source.document_id}"
    return None if memory.session is None else f"s:{memory.session}"


def insert(store: Database, writer: peewee.SqliteDatabase, new: Sequence[NewRow]) -> list[int]:
    """Write memories.

    Returns:
        Their numbers, in the order given.

    Raises:
        InvalidMemoryError: an external id is taken.
    """
    if not new:
        return []
    at = store.now_us()
    sequences = store.next_sequences(writer, len(new))
    memory_rows: list[dict[str, Any]] = []
    vector_rows: list[dict[str, Any]] = []
    said_last: dict[str, int] = {}
    for sequence, item in zip(sequences, new, strict=True):
        row = _row(item, sequence=sequence, at=at)
        if item.position is None and item.memory.occurred_at is None and row["group_key"] is not None:
            row["position"] = _behind(writer, row["group_key"], at, said_last)
        memory_rows.append(row)
        if item.vector is not None:
            vector_rows.append(
                {"memory": sequence, "model": item.model, "dimensions": item.dimensions, "data": item.vector}
            )
    try:
        insert_rows(writer, Memory, memory_rows)
    except peewee.IntegrityError as error:
        if "external_id" in str(error):
            raise InvalidMemoryError("external_id: another memory has this id already. Nothing was written.") from error
        raise
    insert_rows(writer, Vector, vector_rows)
    return list(sequences)


def insert_rows(writer: peewee.SqliteDatabase, table: type[peewee.Model], new: Sequence[dict[str, Any]]) -> None:
    """Insert many rows by one prepared statement: five times as fast as one long `INSERT ... VALUES (...), (...)`.

    Fields that a row does not name take the model's defaults.
    """
    if not new:
        return
    meta = table._meta
    fields = meta.sorted_fields
    given = meta.get_default_dict()
    names = ", ".join(f'"{field.column_name}"' for field in fields)
    marks = ", ".join([writer.param] * len(fields))
    statement = f'INSERT INTO "{meta.table_name}" ({names}) VALUES ({marks})'
    plain = [tuple(row.get(field.name, given.get(field.name)) for field in fields) for row in new]
    try:
        writer.connection().executemany(statement, plain)
    except sqlite3.IntegrityError as error:
        raise peewee.IntegrityError(str(error)) from error


def fetch(reader: peewee.SqliteDatabase, numbers: Sequence[int]) -> list[values.Memory]:
    """The memories of these numbers, in this order; numbers that name nothing are left out."""
    found: dict[int, values.Memory] = {}
    for batch in _batches(list(numbers)):
        for row in _select().where(Memory.number.in_(batch)).dicts().execute(reader):
            found[row["number"]] = to_value(row)
    return [found[number] for number in numbers if number in found]


def by_ids(reader: peewee.SqliteDatabase, ids: Sequence[str]) -> list[values.Memory]:
    """The memories of these ids, in this order.

    Raises:
        NotFoundError: an id names nothing.
    """
    found: dict[str, values.Memory] = {}
    for batch in _batches(list(ids)):
        for row in _select().where(Memory.id.in_(batch)).dicts().execute(reader):
            found[row["id"]] = to_value(row)
    missing = [wanted for wanted in ids if wanted not in found]
    if missing:
        raise NotFoundError(f"There is no memory {missing[0]}.")
    return [found[wanted] for wanted in ids]


def present(reader: peewee.SqliteDatabase, ids: Collection[str]) -> list[values.Memory]:
    """The memories among these ids that exist, deleted or not."""
    found = []
    for batch in _batches(list(ids)):
        found += [to_value(row) for row in _select().where(Memory.id.in_(batch)).dicts().execute(reader)]
    return found


def page(
    reader: peewee.SqliteDatabase,
    *,
    layer: str | None = None,
    kind: str | None = None,
    deleted: bool = False,
    archived: bool = False,
    superseded: bool | None = None,
    limit: int = 100,
    offset: int = 0,
) -> list[values.Memory]:
    """Memories, the newest first; earlier versions of edited ones are not among them.

    Args:
        reader: A connection.
        layer: Only this layer.
        kind: Only this kind.
        deleted: Those that were deleted, instead of the others.
        archived: Those that have cooled, instead of the others; deleted ones are listed wherever they were.
        superseded: Only those that were superseded, or only those that were not; None lists both.
        limit: How many at most.
        offset: How many to pass over.
    """
    query = _select().order_by(Memory.number.desc()).limit(limit).offset(offset)
    query = query.where(Memory.deleted_at.is_null(not deleted), Memory.version_of.is_null())
    if not deleted:
        query = query.where(Memory.archived_at.is_null(not archived))
    if superseded is not None:
        query = query.where(Memory.superseded_by.is_null(not superseded))
    if layer is not None:
        query = query.where(Memory.layer == layer)
    if kind is not None:
        query = query.where(Memory.kind == kind)
    return [to_value(row) for row in query.dicts().execute(reader)]


def after(store: Database, last: str | None, *, limit: int = BATCH) -> list[values.Memory]:
    """The next memories that are not deleted, oldest first, behind the one of this id; no earlier versions."""
    with store.read() as reader:
        query = _select().where(Memory.deleted_at.is_null(), Memory.version_of.is_null())
        query = query.order_by(Memory.number).limit(limit)
        if last is not None:
            query = query.where(Memory.number > Memory.select(Memory.number).where(Memory.id == last))
        return [to_value(row) for row in query.dicts().execute(reader)]


def counts(reader: peewee.SqliteDatabase) -> dict[str, int]:
    """Memories in each layer that are neither deleted nor archived."""
    query = (
        Memory.select(Memory.layer, peewee.fn.COUNT(Memory.number))
        .where(Memory.label.is_null(False))
        .group_by(Memory.layer)
    )
    found = {layer: int(count) for layer, count in query.tuples().execute(reader)}
    return {layer: found.get(layer, 0) for layer in values.LAYERS}


def erase(store: Database, writer: peewee.SqliteDatabase, ids: Collection[str], *, purge: bool = True) -> int:
    """Remove memories, their vectors and what was logged about them for good.

    Args:
        store: The database that the transaction belongs to.
        writer: The transaction.
        ids: Which; those that name nothing are passed over.
        purge: Whether the saved indexes, too, have to lose every trace soon, for the owner wants it gone. Where not,
            what was hidden behind these shows again.

    Returns:
        How many there were.
    """
    count = 0
    if not purge:
        restore_superseded(writer, ids)
    for batch in _batches(list(ids)):
        rows = list(_hot_columns().where(Memory.id.in_(batch)).tuples().execute(writer))
        numbers = [row[0] for row in rows]
        count += len(numbers)
        sequences = _leave_index(store, writer, rows)
        if purge and numbers:
            traces.note_erased(writer, sequences[-1])
        Usage.delete().where(Usage.memory.in_(batch)).execute(writer)
        promotion_queries.forget(writer, batch)
        History.delete().where(History.memory.in_(batch)).execute(writer)
        cluster_queries.forget(writer, numbers)
        Memory.delete().where(Memory.number.in_(numbers)).execute(writer)
    return count


def restore_superseded(writer: peewee.SqliteDatabase, by: Collection[str]) -> int:
    """Let memories hold again that were superseded by one of these.

    Returns:
        How many there were.
    """
    changed = 0
    for batch in _batches(list(by)):
        query = Memory.update(superseded_by=None, valid_to=None, superseded_at=None).where(
            Memory.superseded_by.in_(batch), Memory.version_of.is_null()
        )
        changed += int(query.execute(writer))
    return changed


def log_usage(
    writer: peewee.SqliteDatabase,
    event: str,
    ids: Sequence[str],
    *,
    details: Sequence[str | None] = (),
    at: int | None = None,
) -> None:
    """Write that something happened to memories; `recalled` and `quoted` also count as an access.

    Args:
        writer: The transaction.
        event: What happened.
        ids: To which.
        details: More of it, one beside each id; none where nothing more is known.
        at: When, in microseconds since 1970 UTC; by default now.
    """
    if not ids:
        return
    at = now_us() if at is None else at
    # Plain statements: this runs once a second beside recalls, and models would hold the interpreter for 20 ms.
    connection = writer.connection()
    connection.executemany(
        "INSERT INTO usage (at, event, memory, detail) VALUES (?, ?, ?, ?)",
        [(at, event, wanted, detail) for wanted, detail in zip_longest(ids, details)],
    )
    if event in ("recalled", "quoted", "opened"):
        connection.executemany(
            "UPDATE memory SET access_count = access_count + ?, accessed_at = ? WHERE id = ?",
            [(times, at, wanted) for wanted, times in Counter(ids).items()],
        )


def to_value(row: dict[str, Any]) -> values.Memory:
    """One row of `_select` as the value that leaves the engine."""
    source: values.Source | None = None
    if row["document_id"] is not None:
        source = values.DocumentSource(
            document_id=row["document_id"],
            path=row["document_path"],
            page=row["page"],
            heading=tuple(json.loads(row["heading"])),
            start=row["start"] or 0,
            end=row["end"] or 0,
        )
    elif row["conversation_id"] is not None:
        source = values.ConversationSource(row["conversation_id"], row["message_id"])
    return values.Memory(
        id=row["id"],
        external_id=row["external_id"],
        text=row["text"],
        layer=row["layer"],
        kind=row["kind"],
        speaker=row["speaker"],
        session=row["session"],
        title=row["title"],
        tags=tuple(json.loads(row["tags"])),
        created_at=from_us(row["created_at"]),
        occurred_at=from_us(row["occurred_at"]),
        source=source,
        pinned=bool(row["pinned"]),
        importance=row["importance"],
        access_count=row["access_count"],
        accessed_at=_moment(row["accessed_at"]),
        expires_at=_moment(row["expires_at"]),
        superseded_by=row["superseded_by"],
        valid_to=_moment(row["valid_to"]),
        superseded_at=_moment(row["superseded_at"]),
        version_of=row["version_of"],
        repeats=row["repeats"],
        moved_at=_moment(row["moved_at"]),
        archived_at=_moment(row["archived_at"]),
        deleted_at=_moment(row["deleted_at"]),
    )


def _select() -> Any:
    return Memory.select(Memory, Document.id.alias("document_id"), Document.path.alias("document_path")).join(
        Document, peewee.JOIN.LEFT_OUTER
    )


def _hot_columns() -> Any:
    return Memory.select(Memory.number, Memory.layer, Memory.label, Memory.group_key)


def _leave_index(store: Database, writer: peewee.SqliteDatabase, rows: Sequence[tuple[Any, ...]]) -> range:
    """Write what the indexes must drop.

    Returns:
        The sequence numbers of the removals, in the order of the rows.
    """
    sequences = store.next_sequences(writer, len(rows))
    removals = [
        {"sequence": sequence, "memory": number, "layer": layer, "label": label, "group_key": group_key}
        for (number, layer, label, group_key), sequence in zip(rows, sequences, strict=True)
    ]
    for batch in _batches(removals):
        Removal.insert_many(batch).execute(writer)
    return sequences


def _row(item: NewRow, *, sequence: int, at: int) -> dict[str, Any]:
    memory = item.memory
    occurred = at if memory.occurred_at is None else to_us(memory.occurred_at)
    document = memory.source if isinstance(memory.source, values.DocumentSource) else None
    conversation = memory.source if isinstance(memory.source, values.ConversationSource) else None
    return {
        "number": sequence,
        "id": uuid.uuid4().hex,
        "external_id": memory.external_id,
        "text": memory.text,
        "layer": memory.layer,
        "kind": memory.kind,
        "speaker": memory.speaker,
        "session": memory.session,
        "title": memory.title,
        "tags": json.dumps(list(memory.tags), ensure_ascii=False),
        "content_hash": content_hash(memory.text),
        "occurred_at": occurred,
        "created_at": at,
        "group_key": group_of(memory),
        "position": occurred if item.position is None else item.position,
        "document": item.document,
        "page": document.page if document else None,
        "heading": json.dumps(list(document.heading) if document else [], ensure_ascii=False),
        "start": document.start if document else None,
        "end": document.end if document else None,
        "conversation_id": conversation.conversation_id if conversation else None,
        "message_id": conversation.message_id if conversation else None,
        "expires_at": item.expires_at,
        "sequence": sequence,
        "label": sequence,
    }


def _behind(writer: peewee.SqliteDatabase, group_key: str, at: int, said_last: dict[str, int]) -> int:
    """The place of what is said now: behind all that was said before, though the clock may have been set back."""
    if group_key not in said_last:
        # plain SQL: a hundred live streams ask this for every message
        (found,) = writer.execute_sql("SELECT MAX(position) FROM memory WHERE group_key = ?", (group_key,)).fetchone()
        said_last[group_key] = at if found is None else int(found)
    said_last[group_key] = max(at, said_last[group_key])
    return said_last[group_key]


def _moment(value: int | None) -> datetime | None:
    return None if value is None else from_us(value)


def _batches(items: Sequence[Any] | Iterable[Any]) -> Iterator[list[Any]]:
    whole = list(items)
    for start in range(0, len(whole), BATCH):
        yield whole[start : start + BATCH]
