"""Queries of carrying memories out and in; see `engine/memory/exchange/records.py`."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

import peewee

from engine.memory.records import Document, Link, Memory, Vector
from engine.memory.store.database import Database
from engine.memory.store.memories import BATCH, content_hash, from_us, insert_rows

_TIMES = ("created_at", "occurred_at", "accessed_at", "expires_at", "valid_to")
_LATER_TIMES = ("superseded_at", "moved_at", "archived_at", "deleted_at")


@dataclass(frozen=True, slots=True)
class Carried:
    """One memory with all that is written of it: its columns, its links, its vector (model, dimensions, data)."""

    row: dict[str, Any]
    links: list[tuple[str, str]]
    vector: tuple[str, int, bytes] | None


def page(reader: peewee.SqliteDatabase, after: int, *, vectors: bool, limit: int = BATCH) -> list[Carried]:
    """The next memories that are not deleted, by number."""
    query = _rows().where(Memory.number > after, Memory.deleted_at.is_null()).order_by(Memory.number).limit(limit)
    return _carried(reader, list(query.dicts().execute(reader)), vectors=vectors)


def some(reader: peewee.SqliteDatabase, ids: Sequence[str], *, vectors: bool) -> list[Carried]:
    """The memories of these ids that are not deleted, in the order given; at most `BATCH`."""
    query = _rows().where(Memory.id.in_(list(ids)), Memory.deleted_at.is_null())
    found = {one.row["id"]: one for one in _carried(reader, list(query.dicts().execute(reader)), vectors=vectors)}
    return [found[one] for one in ids if one in found]


def plain(one: Carried) -> dict[str, Any]:
    """What a line says, but for the vector: the names of `values.Memory`, and what stands beside it."""
    row = one.row
    source: dict[str, Any] | None = None
    if row["document_id"] is not None:
        source = {
            "type": "document",
            "document_id": row["document_id"],
            "path": row["document_path"],
            "page": row["page"],
            "heading": json.loads(row["heading"]),
            "start": row["start"] or 0,
            "end": row["end"] or 0,
        }
    elif row["conversation_id"] is not None:
        source = {
            "type": "conversation",
            "conversation_id": row["conversation_id"],
            "message_id": row["message_id"],
        }
    told = {name: row[name] for name in ("id", "text", "layer", "kind")}
    told |= {name: _iso(row[name]) for name in _TIMES[:2]}
    told |= {name: row[name] for name in ("external_id", "speaker", "session", "title")}
    told |= {"tags": json.loads(row["tags"]), "source": source, "pinned": bool(row["pinned"])}
    told |= {name: row[name] for name in ("importance", "access_count", "superseded_by", "version_of", "repeats")}
    told |= {name: _iso(row[name]) for name in (*_TIMES[2:], *_LATER_TIMES)}
    if row["group_key"] is not None:
        told["position"] = row["position"]
    if one.links:
        told["links"] = [{"part": part, "kind": kind} for part, kind in one.links]
    return told


def known_texts(reader: peewee.SqliteDatabase, column: str, wanted: Collection[str]) -> dict[str, str]:
    """Content hashes of the memories whose `id` or `external_id` is among these, by that."""
    field = Memory.external_id if column == "external_id" else Memory.id
    found: dict[str, str] = {}
    whole = list(wanted)
    for start in range(0, len(whole), BATCH):
        query = Memory.select(field, Memory.content_hash).where(field.in_(whole[start : start + BATCH]))
        found.update(query.tuples().execute(reader))
    return found


def add(store: Database, writer: peewee.SqliteDatabase, rows: Sequence[dict[str, Any]]) -> list[int]:
    """Write memories as they were elsewhere, hot where they were hot; tells their numbers.

    A row holds columns of `Memory` but those that only this database can give, and `document`, a `Document` to be made
    where its id is not known, or None.
    """
    sequences = store.next_sequences(writer, len(rows))
    made = []
    for sequence, row in zip(sequences, rows, strict=True):
        given = dict(row)
        document = given.pop("document")
        number = None if document is None else _document(writer, document)
        cold = any(given.get(name) is not None for name in ("deleted_at", "archived_at", "version_of"))
        made.append(
            {
                **given,
                "number": sequence,
                "sequence": sequence,
                "label": None if cold else sequence,
                "content_hash": content_hash(given["text"]),
                "document": number,
            }
        )
    insert_rows(writer, Memory, made)
    return list(sequences)


def add_vectors(writer: peewee.SqliteDatabase, rows: Sequence[dict[str, Any]]) -> None:
    """Write vectors: `memory`, `model`, `dimensions`, `data`."""
    insert_rows(writer, Vector, rows)


def add_links(writer: peewee.SqliteDatabase, links: Sequence[tuple[str, str, str]]) -> None:
    """Tie memories to what they were made of: (id, part, kind). Those of which one is not there are passed over."""
    writer.connection().executemany(
        "INSERT OR IGNORE INTO link (memory, part, kind) SELECT m.number, p.number, ? FROM memory m, memory p "
        "WHERE m.id = ? AND p.id = ?",
        [(kind, memory, part) for memory, part, kind in links],
    )


def _document(writer: peewee.SqliteDatabase, wanted: dict[str, Any]) -> int:
    """The number of a document; one that is not known is made without its text, to be read again by its owner."""
    found = Document.select(Document.number).where(Document.id == wanted["id"]).scalar(writer)
    if found is None:
        title = PurePath(wanted["path"].replace("\\", "/")).name
        fields = {**wanted, "title": title, "content_hash": "", "note": "imported without its text"}
        insert_rows(writer, Document, [fields])
        found = Document.select(Document.number).where(Document.id == wanted["id"]).scalar(writer)
    Document.update(chunks=Document.chunks + 1).where(Document.number == found, Document.content_hash == "").execute(
        writer
    )
    return int(found)


def _rows() -> Any:
    return Memory.select(Memory, Document.id.alias("document_id"), Document.path.alias("document_path")).join(
        Document, peewee.JOIN.LEFT_OUTER
    )


def _carried(reader: peewee.SqliteDatabase, rows: list[dict[str, Any]], *, vectors: bool) -> list[Carried]:
    numbers = [row["number"] for row in rows]
    links: dict[int, list[tuple[str, str]]] = {}
    part = Memory.alias()
    for batch in _batches(numbers):
        query = (
            Link.select(Link.memory, part.id, Link.kind)
            .join(part, on=(Link.part == part.number))
            .where(Link.memory.in_(batch))
            .order_by(Link.number)
        )
        for number, one, kind in query.tuples().execute(reader):
            links.setdefault(number, []).append((one, kind))
    held: dict[int, tuple[str, int, bytes]] = {}
    for batch in _batches(numbers if vectors else []):
        columns = (Vector.memory, Vector.model, Vector.dimensions, Vector.data)
        for number, model, dimensions, data in (
            Vector.select(*columns).where(Vector.memory.in_(batch)).tuples().execute(reader)
        ):
            held[number] = (model, dimensions, bytes(data))
    return [Carried(row, links.get(row["number"], []), held.get(row["number"])) for row in rows]


def _batches(numbers: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(numbers), BATCH):
        yield numbers[start : start + BATCH]


def _iso(moment: int | None) -> str | None:
    return None if moment is None else from_us(moment).isoformat()
