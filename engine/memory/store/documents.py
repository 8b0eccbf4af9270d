"""Queries over documents, their pages and the memories made of them.

Writing functions run inside the caller's transaction and keep the rules of `records.py`.
"""

from __future__ import annotations

import json
import uuid
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import peewee

from engine import values
from engine.errors import NotFoundError
from engine.memory.records import Document, Memory, Page
from engine.memory.store import erasing, life, memories, versions, watched_folders
from engine.memory.store.database import Database
from engine.memory.store.memories import NewRow, content_hash, from_us, now_us

ChunkKey = tuple[str, str, str]
"""What a chunk's vector is made of: hash of its text, its headings as JSON, the document's title."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDocument:
    """A file as it was read.

    Attributes:
        id: An existing document's, which is replaced, or a new one.
        pages: Text page by page.
        note: What the owner should know of it.
    """

    id: str
    path: str
    title: str
    media_type: str
    size: int
    modified_ns: int
    content_hash: str
    paged: bool
    pages: tuple[str, ...]
    pages_without_text: int
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewChunk:
    """One chunk of a document; `vector` may be None where the document has the same chunk already."""

    memory: values.NewMemory
    vector: bytes | None

    @property
    def key(self) -> ChunkKey:
        """By what an unchanged chunk is known."""
        return key_of(self.memory)


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of a document's chunks."""

    added: int
    kept: int
    removed: int


@dataclass(frozen=True, slots=True)
class Found:
    """A stored document as the pipeline needs it."""

    number: int
    modified_ns: int
    document: values.Document
    note: str | None


def new_id() -> str:
    """An id for a new document."""
    return uuid.uuid4().hex


def key_of(memory: values.NewMemory) -> ChunkKey:
    """By what an unchanged chunk is known."""
    heading = memory.source.heading if isinstance(memory.source, values.DocumentSource) else ()
    return content_hash(memory.text), _heading_json(heading), memory.title or ""


def find(reader: peewee.SqliteDatabase, *, path: str | None = None, content: str | None = None) -> list[Found]:
    """Documents by path or by the hash of their content, oldest first."""
    query = Document.select().where(Document.deleted_at.is_null()).order_by(Document.number)
    if path is not None:
        query = query.where(Document.path == path)
    if content is not None:
        query = query.where(Document.content_hash == content)
    return [Found(row["number"], row["modified_ns"], _value(row), row["note"]) for row in query.dicts().execute(reader)]


def get(reader: peewee.SqliteDatabase, document_id: str) -> values.Document:
    """One document.

    Raises:
        NotFoundError: there is none.
    """
    row = _raw(reader, document_id)
    return _value({**row, "used_at": _used(reader, [row["number"]]).get(row["number"])})


@dataclass(frozen=True, slots=True)
class Use:
    """How a document is used: memories of it that are alive, how often they were recalled, quoted or opened."""

    alive: int
    uses: int


def use(reader: peewee.SqliteDatabase, document_id: str) -> Use:
    """How a document is used."""
    alive = peewee.fn.SUM(peewee.Case(None, [(Memory.deleted_at.is_null(), 1)], 0))
    query = Memory.select(alive, peewee.fn.SUM(Memory.access_count))
    query = query.join(Document, on=(Memory.document == Document.number)).where(Document.id == document_id)
    count, uses = next(iter(query.tuples().execute(reader)))
    return Use(int(count or 0), int(uses or 0))


def text(reader: peewee.SqliteDatabase, document_id: str) -> tuple[values.Document, tuple[str, ...], bool]:
    """A document, its text page by page, and whether it has pages.

    Raises:
        NotFoundError: there is none.
    """
    row = _raw(reader, document_id)
    query = Page.select(Page.text).where(Page.document == row["number"]).order_by(Page.page)
    return _value(row), tuple(page for (page,) in query.tuples().execute(reader)), bool(row["paged"])


def listing(
    reader: peewee.SqliteDatabase, *, query: str | None = None, limit: int = 200, offset: int = 0
) -> list[values.Document]:
    """Documents, the last read first; with a query those whose title or path holds it."""
    select = Document.select().where(Document.deleted_at.is_null())
    if query and query.strip():
        wanted = query.strip()
        select = select.where(Document.title.contains(wanted) | Document.path.contains(wanted))
    select = select.order_by(Document.updated_at.desc(), Document.number.desc()).limit(limit).offset(offset)
    found = list(select.dicts().execute(reader))
    used = _used(reader, [row["number"] for row in found])
    return [_value({**row, "used_at": used.get(row["number"])}) for row in found]


@dataclass(frozen=True, slots=True)
class DocumentName:
    """What a document is called."""

    id: str
    path: str
    title: str


def names(reader: peewee.SqliteDatabase) -> list[DocumentName]:
    """What every document is called, the last read first."""
    query = Document.select(Document.id, Document.path, Document.title).where(Document.deleted_at.is_null())
    query = query.order_by(Document.updated_at.desc(), Document.number.desc())
    return [DocumentName(*row) for row in query.tuples().execute(reader)]


def count(reader: peewee.SqliteDatabase) -> int:
    """How many documents there are."""
    query = Document.select(peewee.fn.COUNT(Document.number)).where(Document.deleted_at.is_null())
    return int(next(iter(query.tuples().execute(reader)))[0])


def present(reader: peewee.SqliteDatabase, ids: Sequence[str]) -> list[str]:
    """Those of these documents that there are."""
    query = Document.select(Document.id).where(Document.id.in_(list(ids)), Document.deleted_at.is_null())
    return [found for (found,) in query.tuples().execute(reader)]


def chunk_keys(reader: peewee.SqliteDatabase, document_id: str) -> Counter[ChunkKey]:
    """What of a document has its vector already, and how often the same stands in it."""
    query = (
        Memory.select(Memory.id, Memory.content_hash, Memory.heading, Memory.title)
        .join(Document, on=(Memory.document == Document.number))
        .where(Document.id == document_id)
    )
    rows = list(query.dicts().execute(reader))
    first = versions.original_keys(reader, [row["id"] for row in rows])
    return Counter(_key_of_row(row, first) for row in rows)


def save(
    store: Database,
    writer: peewee.SqliteDatabase,
    document: NewDocument,
    chunks: Sequence[NewChunk],
    *,
    model: str,
    dimensions: int,
) -> Stored:
    """Write a document, new or read again: unchanged chunks keep their memories, gone ones are erased, new ones added.

    Args:
        store: The database that the transaction belongs to.
        writer: The transaction.
        document: What was read.
        chunks: All of its chunks in reading order.
        model: The embedder that made the vectors.
        dimensions: Numbers in a vector.

    Raises:
        KeyError: a chunk came without a vector and the document no longer has the same one.
    """
    number = _write_document(writer, document, len(chunks))
    Page.delete().where(Page.document == number).execute(writer)
    memories.insert_rows(
        writer,
        Page,
        [{"document": number, "page": place, "text": page} for place, page in enumerate(document.pages, 1)],
    )
    old: dict[ChunkKey, list[dict[str, Any]]] = defaultdict(list)
    gone: set[str] = set()
    columns = (Memory.number, Memory.id, Memory.content_hash, Memory.heading, Memory.title, Memory.position)
    query = Memory.select(*columns, Memory.page, Memory.start, Memory.end).where(Memory.document == number)
    rows = list(query.order_by(Memory.position).dicts().execute(writer))
    first = versions.original_keys(writer, [row["id"] for row in rows])
    for row in rows:
        # One that its owner has deleted counts too: reading the file again does not bring it back.
        gone.add(row["id"])
        old[_key_of_row(row, first)].append(row)
    moved: list[tuple[int, dict[str, Any]]] = []
    new: list[NewRow] = []
    kept = 0
    for position, chunk in enumerate(chunks):
        same = old.get(chunk.key)
        if same:
            row = same.pop(0)
            gone.discard(row["id"])
            kept += 1
            place = _place(chunk.memory, position)
            if any(row[name] != value for name, value in place.items()):
                moved.append((row["number"], place))
        else:
            if chunk.vector is None:
                raise KeyError(f"chunk {position} of {document.path} has no vector")
            new.append(
                NewRow(
                    memory=chunk.memory,
                    vector=chunk.vector,
                    model=model,
                    dimensions=dimensions,
                    document=number,
                    position=position,
                )
            )
    for (memory, place), sequence in zip(moved, store.next_sequences(writer, len(moved)), strict=True):
        Memory.update(sequence=sequence, **place).where(Memory.number == memory).execute(writer)
    gone -= life.made_of(writer, [row["id"] for row in rows if row["id"] not in gone])
    gone |= set(versions.of_all(writer, gone))
    # The owner changed the file and erased nothing: the indexes need not be written anew for it.
    memories.erase(store, writer, gone, purge=False)
    memories.insert(store, writer, new)
    return Stored(added=len(new), kept=kept, removed=len(gone))


def move(
    store: Database, writer: peewee.SqliteDatabase, number: int, *, path: str, modified_ns: int, title: str
) -> bool:
    """Write that a document lies elsewhere now, or that its file was touched without being changed.

    A new title goes to its memories too, so that words of it find them; their vectors stay as they are.

    Returns:
        Whether anything but the time differs from before.
    """
    old_path, old_title = next(
        iter(Document.select(Document.path, Document.title).where(Document.number == number).tuples().execute(writer))
    )
    fields = {"path": path, "modified_ns": modified_ns, "title": title, "missing_since": None}
    Document.update(fields).where(Document.number == number).execute(writer)
    if title != old_title:
        query = Memory.select(Memory.number).where(Memory.document == number, Memory.title == old_title)
        numbers = [memory for (memory,) in query.tuples().execute(writer)]
        for memory, sequence in zip(numbers, store.next_sequences(writer, len(numbers)), strict=True):
            Memory.update(sequence=sequence, title=title).where(Memory.number == memory).execute(writer)
    return (path, title) != (old_path, old_title)


def forget(store: Database, writer: peewee.SqliteDatabase, document_id: str) -> int:
    """Erase a document, its text and its memories for good.

    Returns:
        How many memories were erased.

    Raises:
        NotFoundError: there is none.
    """
    row = _raw(writer, document_id)
    number = row["number"]
    ids = memory_ids(writer, document_id)
    memories.erase(store, writer, [*ids, *life.related(writer, ids)])
    erasing.forget_document(writer, document_id, row["path"])
    watched_folders.forget_file(writer, row["path"])
    Document.delete().where(Document.number == number).execute(writer)
    return len(ids)


def memory_ids(reader: peewee.SqliteDatabase, document_id: str) -> list[str]:
    """The memories made of a document, deleted ones too."""
    query = (
        Memory.select(Memory.id)
        .join(Document, on=(Memory.document == Document.number))
        .where(Document.id == document_id)
        .order_by(Memory.position)
    )
    return [found for (found,) in query.tuples().execute(reader)]


def _write_document(writer: peewee.SqliteDatabase, document: NewDocument, chunks: int) -> int:
    fields = {
        "path": document.path,
        "title": document.title,
        "media_type": document.media_type,
        "size": document.size,
        "modified_ns": document.modified_ns,
        "content_hash": document.content_hash,
        "paged": document.paged,
        "pages": len(document.pages) if document.paged else 0,
        "pages_without_text": document.pages_without_text,
        "chunks": chunks,
        "note": document.note,
        "updated_at": now_us(),
        "deleted_at": None,
        "missing_since": None,
    }
    there = list(Document.select(Document.number).where(Document.id == document.id).tuples().execute(writer))
    if there:
        number = int(there[0][0])
        Document.update(fields).where(Document.number == number).execute(writer)
        return number
    return int(Document.insert(id=document.id, created_at=fields["updated_at"], **fields).execute(writer))


def _place(memory: values.NewMemory, position: int) -> dict[str, Any]:
    source = memory.source
    assert isinstance(source, values.DocumentSource)
    return {"position": position, "page": source.page, "start": source.start, "end": source.end}


def _key_of_row(row: dict[str, Any], first: Mapping[str, tuple[str, str]]) -> ChunkKey:
    """By what a stored chunk is known; one that its owner edited by what stood in the file."""
    content, title = first.get(row["id"], (row["content_hash"], row["title"] or ""))
    return content, row["heading"], title


def _heading_json(heading: tuple[str, ...]) -> str:
    return json.dumps(list(heading), ensure_ascii=False)


def _used(reader: peewee.SqliteDatabase, numbers: Sequence[int]) -> dict[int, int]:
    """When memories of documents were last used, by the document's number."""
    query = Memory.select(Memory.document, peewee.fn.MAX(Memory.accessed_at))
    query = query.where(Memory.document.in_(list(numbers)), Memory.accessed_at.is_null(False)).group_by(Memory.document)
    return dict(query.tuples().execute(reader))


def _raw(reader: peewee.SqliteDatabase, document_id: str) -> dict[str, Any]:
    query = Document.select().where(Document.id == document_id, Document.deleted_at.is_null())
    for row in query.dicts().execute(reader):
        return dict(row)
    raise NotFoundError(f"There is no document {document_id}.")


def _value(row: dict[str, Any]) -> values.Document:
    return values.Document(
        id=row["id"],
        path=row["path"],
        title=row["title"],
        media_type=row["media_type"],
        size=row["size"],
        content_hash=row["content_hash"],
        pages=row["pages"],
        pages_without_text=row["pages_without_text"],
        chunks=row["chunks"],
        created_at=from_us(row["created_at"]),
        updated_at=from_us(row["updated_at"]),
        note=row["note"],
        used_at=None if row.get("used_at") is None else from_us(row["used_at"]),
        missing_since=None if row["missing_since"] is None else from_us(row["missing_since"]),
        set_aside=bool(row["set_aside"]),
    )
