"""Queries over watched folders, what is known of their files, and the documents that lie in them.

Writing functions run inside the caller's transaction.
"""

from __future__ import annotations

import hashlib
import json
import os
import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import peewee

from engine.errors import NotFoundError
from engine.memory.records import Document, IngestFile, Memory, WatchedFile, WatchedFolder
from engine.memory.store.ingest_files import OPEN
from engine.memory.store.memories import BATCH, from_us, to_us

_KEY_BYTES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderRow:
    """A watched folder as it is kept."""

    number: int
    id: str
    path: str
    paused: bool
    ignore: tuple[str, ...]
    added_at: datetime
    scanned_at: datetime | None
    problem: str | None


@dataclass(frozen=True, slots=True)
class Known:
    """A file as it was when it was last taken note of."""

    size: int
    modified_ns: int
    forgotten: bool


@dataclass(frozen=True, slots=True)
class Placed:
    """A document in a watched folder."""

    number: int
    id: str
    path: str
    title: str
    content_hash: str
    missing_since: datetime | None
    set_aside: str


@dataclass(frozen=True, slots=True)
class Figures:
    """What a folder holds."""

    files: int
    documents: int
    waiting: int


def key_of(path: str) -> bytes:
    """What a path is known by: 16 bytes of BLAKE2b, from which no name can be read."""
    return hashlib.blake2b(path.encode("utf-8", "surrogatepass"), digest_size=_KEY_BYTES).digest()


def prefix(folder: str) -> str:
    """What every path inside a folder begins with."""
    return folder if folder.endswith(os.sep) else folder + os.sep


def folders(reader: peewee.SqliteDatabase) -> list[FolderRow]:
    """All of them in the order in which they were added."""
    return [_row(row) for row in WatchedFolder.select().order_by(WatchedFolder.number).dicts().execute(reader)]


def folder(reader: peewee.SqliteDatabase, folder_id: str) -> FolderRow:
    """One of them.

    Raises:
        NotFoundError: there is none.
    """
    for row in WatchedFolder.select().where(WatchedFolder.id == folder_id).dicts().execute(reader):
        return _row(row)
    raise NotFoundError(f"There is no watched folder {folder_id}.")


def add(writer: peewee.SqliteDatabase, path: str, *, ignore: Sequence[str], at: datetime) -> FolderRow:
    """Begin to watch a folder; its path must not be there yet."""
    identity = uuid.uuid4().hex
    WatchedFolder.insert(id=identity, path=path, ignore=_json(ignore), added_at=to_us(at)).execute(writer)
    return folder(writer, identity)


def change(writer: peewee.SqliteDatabase, folder_id: str, **fields: Any) -> None:
    """Write other fields of a folder: `paused`, `ignore`, `scanned_at` (aware), `problem`."""
    if "ignore" in fields:
        fields["ignore"] = _json(fields["ignore"])
    if fields.get("scanned_at") is not None:
        fields["scanned_at"] = to_us(fields["scanned_at"])
    WatchedFolder.update(fields).where(WatchedFolder.id == folder_id).execute(writer)


def remove(writer: peewee.SqliteDatabase, folder_id: str) -> None:
    """End watching a folder; what is known of its files goes with it, its documents stay."""
    WatchedFolder.delete().where(WatchedFolder.id == folder_id).execute(writer)


def figures(reader: peewee.SqliteDatabase, row: FolderRow) -> Figures:
    """How much a folder holds."""
    files = WatchedFile.select(peewee.fn.COUNT(WatchedFile.number)).where(
        WatchedFile.folder == row.number, ~WatchedFile.forgotten
    )
    documents = Document.select(peewee.fn.COUNT(Document.number)).where(
        _inside(Document.path, row.path), Document.deleted_at.is_null()
    )
    return Figures(_count(reader, files), _count(reader, documents), waiting(reader, row.path))


def waiting(reader: peewee.SqliteDatabase, folder_path: str) -> int:
    """How many files below a folder wait to be read, or are being read."""
    query = IngestFile.select(peewee.fn.COUNT(IngestFile.number)).where(
        IngestFile.state.in_(OPEN), _inside(IngestFile.path, folder_path)
    )
    return _count(reader, query)


# Files


def known_files(reader: peewee.SqliteDatabase, number: int) -> dict[bytes, Known]:
    """Everything that is known of a folder's files, by `key_of` their paths."""
    query = WatchedFile.select(WatchedFile.key, WatchedFile.size, WatchedFile.modified_ns, WatchedFile.forgotten)
    query = query.where(WatchedFile.folder == number)
    return {
        bytes(key): Known(size, modified, bool(forgotten))
        for key, size, modified, forgotten in query.tuples().execute(reader)
    }


def known_among(reader: peewee.SqliteDatabase, number: int, keys: Sequence[bytes]) -> dict[bytes, Known]:
    """What is known of some of a folder's files."""
    found: dict[bytes, Known] = {}
    for batch in _batches(keys):
        query = WatchedFile.select(WatchedFile.key, WatchedFile.size, WatchedFile.modified_ns, WatchedFile.forgotten)
        query = query.where(WatchedFile.folder == number, WatchedFile.key.in_(batch))
        for key, size, modified, forgotten in query.tuples().execute(reader):
            found[bytes(key)] = Known(size, modified, bool(forgotten))
    return found


def note_files(writer: peewee.SqliteDatabase, number: int, files: Mapping[bytes, tuple[int, int]]) -> None:
    """Take note of files: size in bytes and time of change in nanoseconds, by `key_of` their paths."""
    rows = [
        {"folder": number, "key": key, "size": size, "modified_ns": modified, "forgotten": False}
        for key, (size, modified) in files.items()
    ]
    kept = {"size": peewee.EXCLUDED.size, "modified_ns": peewee.EXCLUDED.modified_ns}
    for batch in _batches(rows):
        WatchedFile.insert_many(batch).on_conflict(
            conflict_target=[WatchedFile.folder, WatchedFile.key], update=kept
        ).execute(writer)


def drop_files(writer: peewee.SqliteDatabase, number: int, keys: Iterable[bytes]) -> None:
    """Know files no longer, so that they are new when they come back; forgotten ones stay forgotten."""
    for batch in _batches(list(keys)):
        WatchedFile.delete().where(
            WatchedFile.folder == number, WatchedFile.key.in_(batch), ~WatchedFile.forgotten
        ).execute(writer)


def forget_file(writer: peewee.SqliteDatabase, path: str) -> None:
    """The owner forgot the document at this path: no watched folder reads it again by itself."""
    for row in folders(writer):
        if path.startswith(prefix(row.path)):
            WatchedFile.insert(folder=row.number, key=key_of(path), forgotten=True).on_conflict(
                conflict_target=[WatchedFile.folder, WatchedFile.key], update={"forgotten": True}
            ).execute(writer)


def wanted_again(writer: peewee.SqliteDatabase, number: int, keys: Sequence[bytes]) -> None:
    """The owner gave files again that were forgotten: they are followed as all others."""
    for batch in _batches(keys):
        WatchedFile.update(forgotten=False).where(
            WatchedFile.folder == number, WatchedFile.key.in_(batch), WatchedFile.forgotten
        ).execute(writer)


# Documents


def documents_in(reader: peewee.SqliteDatabase, folder_path: str) -> list[Placed]:
    """Documents that lie anywhere below a folder, members of archives too."""
    return _placed(reader, _inside(Document.path, folder_path))


def missing_in(reader: peewee.SqliteDatabase, folder_path: str) -> list[Placed]:
    """Documents below a folder whose files were not there, or whose memories were deleted for that."""
    return _placed(
        reader,
        _inside(Document.path, folder_path) & (Document.missing_since.is_null(False) | (Document.set_aside != "")),
    )


def documents_of(reader: peewee.SqliteDatabase, paths: Sequence[str]) -> list[Placed]:
    """Documents of these very files."""
    return [one for batch in _batches(paths) for one in _placed(reader, Document.path.in_(batch))]


def documents_at(reader: peewee.SqliteDatabase, paths: Sequence[str]) -> list[Placed]:
    """Documents of these files, of what lies in them where they are archives, and below them where they are folders."""
    found: dict[int, Placed] = {}
    for path in paths:
        for one in _placed(reader, (Document.path == path) | _inside(Document.path, path) | _member(path)):
            found[one.number] = one
    return list(found.values())


def twins(reader: peewee.SqliteDatabase, contents: Collection[str]) -> list[str]:
    """Paths of files that gave no document since another one with their content has; by what the list still knows."""
    found: list[str] = []
    for batch in _batches(list(contents)):
        # Rows without a state of their own to open: only what was read to its end says what it held.
        query = IngestFile.select(IngestFile.path).where(
            IngestFile.content_hash.in_(batch), IngestFile.state == "done", IngestFile.chunks == 0
        )
        found += [path for (path,) in query.tuples().execute(reader)]
    return found


def set_missing(writer: peewee.SqliteDatabase, placed: Iterable[Placed], since: datetime | None) -> None:
    """Write that the files of documents are not where they were, or with None that they are back.

    A document that has been found at another place since it was looked at is left alone.
    """
    moment = None if since is None else to_us(since)
    for one in placed:
        Document.update(missing_since=moment).where(Document.number == one.number, Document.path == one.path).execute(
            writer
        )


def set_aside(writer: peewee.SqliteDatabase, numbers: Collection[int], action: str) -> None:
    """Write which action deleted the memories of documents; '' where they are back."""
    for batch in _batches(list(numbers)):
        Document.update(set_aside=action).where(Document.number.in_(batch)).execute(writer)


def alive(reader: peewee.SqliteDatabase, numbers: Collection[int]) -> list[str]:
    """Ids of the memories made of these documents that are not deleted."""
    found: list[str] = []
    for batch in _batches(list(numbers)):
        query = Memory.select(Memory.id).where(Memory.document.in_(batch), Memory.deleted_at.is_null())
        found += [identity for (identity,) in query.tuples().execute(reader)]
    return found


def _placed(reader: peewee.SqliteDatabase, where: Any) -> list[Placed]:
    columns = (
        Document.number, Document.id, Document.path, Document.title, Document.content_hash, Document.missing_since,
        Document.set_aside,
    )  # fmt: skip
    query = Document.select(*columns).where(where, Document.deleted_at.is_null())
    return [
        Placed(number, identity, path, title, content, None if since is None else from_us(since), aside)
        for number, identity, path, title, content, since, aside in query.tuples().execute(reader)
    ]


def _count(reader: peewee.SqliteDatabase, query: Any) -> int:
    return int(next(iter(query.tuples().execute(reader)))[0])


def _inside(column: Any, folder_path: str) -> Any:
    """A range of the index rather than LIKE, which would read wildcards into names."""
    start = prefix(folder_path)
    return (column >= start) & (column < start[:-1] + chr(ord(start[-1]) + 1))


def _member(path: str) -> Any:
    return (Document.path >= path + "!/") & (Document.path < path + "!0")


def _row(found: dict[str, Any]) -> FolderRow:
    return FolderRow(
        number=found["number"],
        id=found["id"],
        path=found["path"],
        paused=bool(found["paused"]),
        ignore=tuple(json.loads(found["ignore"])),
        added_at=from_us(found["added_at"]),
        scanned_at=None if found["scanned_at"] is None else from_us(found["scanned_at"]),
        problem=found["problem"],
    )


def _json(ignore: Sequence[str]) -> str:
    return json.dumps(list(ignore), ensure_ascii=False)


def _batches(items: Sequence[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(items), BATCH):
        yield list(items[start : start + BATCH])
