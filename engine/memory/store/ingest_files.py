"""Queries over the ingestion list. Writing functions run inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import peewee

from engine import values
from engine.memory.records import IngestFile, Outcome
from engine.memory.store.memories import BATCH, now_us
from engine.values import FileState

FINAL = tuple(state.value for state in FileState if state.final)
OPEN = tuple(state.value for state in FileState if not state.final)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row with what only the pipeline needs to know; see `records.IngestFile`.

    `outcome_key` is set where the row's final state is to be kept for the next time; see `records.Outcome`.
    """

    file: values.IngestFile
    outcome_key: str | None = None
    phase: str = ""
    parent: str | None = None
    root: str | None = None
    depth: int = 0
    staged: str | None = None
    content_hash: str | None = None

    def having(self, **fields: Any) -> Row:
        """The same row with other public fields."""
        return replace(self, file=replace(self.file, **fields))


def insert(writer: peewee.SqliteDatabase, rows: Sequence[Row]) -> None:
    """Add rows. Older rows of the same paths that are final go: a list has one row a file."""
    for batch in _batches(rows):
        paths = [row.file.path for row in batch]
        IngestFile.delete().where(IngestFile.path.in_(paths), IngestFile.state.in_(FINAL)).execute(writer)
        IngestFile.insert_many([{**_fields(row), "queued_at": now_us()} for row in batch]).execute(writer)


def update(writer: peewee.SqliteDatabase, rows: Iterable[Row]) -> None:
    """Write what became of rows; rows that were taken off the list meanwhile stay off."""
    for row in rows:
        fields = _fields(row)
        fields["finished_at"] = now_us() if row.file.state.final else None
        IngestFile.update(fields).where(IngestFile.id == row.file.id).execute(writer)
        if row.outcome_key is not None and row.file.state in (FileState.SKIPPED, FileState.FAILED):
            Outcome.insert(
                key=row.outcome_key,
                state=row.file.state.value,
                reason=row.file.reason or "",
                pages=row.file.pages,
                pages_without_text=row.file.pages_without_text,
            ).on_conflict_replace().execute(writer)


def known_outcome(reader: peewee.SqliteDatabase, key: str, row: Row) -> Row | None:
    """The row in the state that the same content came to before, or None where that is not known."""
    for found in Outcome.select().where(Outcome.key == key).dicts().execute(reader):
        return row.having(
            state=FileState(found["state"]),
            reason=found["reason"],
            pages=found["pages"],
            pages_without_text=found["pages_without_text"],
        )
    return None


def open_rows(reader: peewee.SqliteDatabase, *, limit: int | None = None, without: Collection[str] = ()) -> list[Row]:
    """Rows not final yet in the order in which they are worked on: what waits for OCR comes last."""
    query = IngestFile.select().where(IngestFile.state.in_(OPEN)).order_by(IngestFile.phase, IngestFile.number)
    if limit is not None:
        query = query.limit(limit + len(without))
    return [_row(row) for row in query.dicts().execute(reader) if row["id"] not in without][:limit]


def count_open(reader: peewee.SqliteDatabase, *, batch: str | None = None) -> int:
    """How many rows are not final."""
    query = IngestFile.select(peewee.fn.COUNT(IngestFile.number)).where(IngestFile.state.in_(OPEN))
    if batch is not None:
        query = query.where(IngestFile.batch == batch)
    return int(next(iter(query.tuples().execute(reader)))[0])


def is_open(reader: peewee.SqliteDatabase, path: str) -> bool:
    """Whether a file waits to be read, or is being read."""
    query = IngestFile.select(IngestFile.number).where(IngestFile.path == path, IngestFile.state.in_(OPEN)).limit(1)
    return bool(list(query.tuples().execute(reader)))


def reopen(writer: peewee.SqliteDatabase) -> int:
    """Put what was being worked on when the program ended back into the queue.

    Returns:
        How many rows were.
    """
    busy = (FileState.READING.value, FileState.EMBEDDING.value)
    query = IngestFile.update(state=FileState.QUEUED.value).where(IngestFile.state.in_(busy))
    return int(query.execute(writer))


def page(
    reader: peewee.SqliteDatabase,
    *,
    state: FileState | None = None,
    batch: str | None = None,
    oldest_first: bool = False,
    limit: int | None = 200,
    offset: int = 0,
) -> list[values.IngestFile]:
    """Rows of the list: the newest batch first, each in the order met, so that a batch is seen to be worked off.

    `oldest_first` takes all in the order met; `limit` None takes all.
    """
    query = IngestFile.select().order_by(IngestFile.number)
    if state is not None:
        query = query.where(IngestFile.state == state.value)
    if batch is not None:
        query = query.where(IngestFile.batch == batch)
    if oldest_first or limit is None:
        if limit is not None:
            query = query.limit(limit).offset(offset)
        return [_row(row).file for row in query.dicts().execute(reader)]
    # Batch by batch: sorting all rows by their batch's first number would read the whole list for every page.
    rows: list[values.IngestFile] = []
    for name, count in _batch_sizes(reader, state):
        if batch is not None and name != batch:
            continue
        if offset >= count:
            offset -= count
            continue
        part = query.where(IngestFile.batch == name).limit(limit - len(rows)).offset(offset)
        rows += [_row(row).file for row in part.dicts().execute(reader)]
        offset = 0
        if len(rows) >= limit:
            break
    return rows


def _batch_sizes(reader: peewee.SqliteDatabase, state: FileState | None) -> list[tuple[str, int]]:
    """Batches that have rows, the newest first, and how many."""
    count, began = peewee.fn.COUNT(IngestFile.number), peewee.fn.MIN(IngestFile.number)
    query = IngestFile.select(IngestFile.batch, count).group_by(IngestFile.batch).order_by(began.desc())
    if state is not None:
        query = query.where(IngestFile.state == state.value)
    return [(str(name), int(rows)) for name, rows in query.tuples().execute(reader)]


def by_ids(reader: peewee.SqliteDatabase, ids: Collection[str]) -> list[Row]:
    """Rows by their ids."""
    found: list[Row] = []
    for batch in _batches(list(ids)):
        found += [_row(row) for row in IngestFile.select().where(IngestFile.id.in_(batch)).dicts().execute(reader)]
    return found


def in_state(reader: peewee.SqliteDatabase, states: Collection[FileState]) -> list[Row]:
    """All rows in these states."""
    wanted = [state.value for state in states]
    query = IngestFile.select().where(IngestFile.state.in_(wanted)).order_by(IngestFile.number)
    return [_row(row) for row in query.dicts().execute(reader)]


def members(reader: peewee.SqliteDatabase, root: str) -> list[Row]:
    """Rows of what lies in an archive, at any depth."""
    return [_row(row) for row in IngestFile.select().where(IngestFile.root == root).dicts().execute(reader)]


def counts(reader: peewee.SqliteDatabase) -> dict[FileState, int]:
    """Rows by state; every state is there."""
    query = IngestFile.select(IngestFile.state, peewee.fn.COUNT(IngestFile.number)).group_by(IngestFile.state)
    found = dict(query.tuples().execute(reader))
    return {state: int(found.get(state.value, 0)) for state in FileState}


def remove(writer: peewee.SqliteDatabase, ids: Collection[str]) -> None:
    """Take rows off the list."""
    for batch in _batches(list(ids)):
        IngestFile.delete().where(IngestFile.id.in_(batch)).execute(writer)


def remove_final(writer: peewee.SqliteDatabase) -> int:
    """Take everything that is final off the list.

    Returns:
        How many rows that were.
    """
    return int(IngestFile.delete().where(IngestFile.state.in_(FINAL)).execute(writer))


def _fields(row: Row) -> dict[str, Any]:
    file = row.file
    return {
        "id": file.id,
        "batch": file.batch or "",
        "path": file.path,
        "state": file.state.value,
        "reason": file.reason,
        "chunks": file.chunks,
        "seconds": file.seconds,
        "size": file.size,
        "pages": file.pages,
        "pages_without_text": file.pages_without_text,
        "document": file.document_id,
        "phase": row.phase,
        "parent": row.parent,
        "root": row.root,
        "depth": row.depth,
        "staged": row.staged,
        "content_hash": row.content_hash,
    }


def _row(found: dict[str, Any]) -> Row:
    file = values.IngestFile(
        id=found["id"],
        path=found["path"],
        state=FileState(found["state"]),
        reason=found["reason"],
        chunks=found["chunks"],
        seconds=found["seconds"],
        size=found["size"],
        pages=found["pages"],
        pages_without_text=found["pages_without_text"],
        document_id=found["document"],
        batch=found["batch"] or None,
    )
    return Row(
        file=file,
        phase=found["phase"],
        parent=found["parent"],
        root=found["root"],
        depth=found["depth"],
        staged=found["staged"],
        content_hash=found["content_hash"],
    )


def _batches(items: Sequence[Any]) -> Iterable[list[Any]]:
    for start in range(0, len(items), BATCH):
        yield list(items[start : start + BATCH])
